"""What somebody looks for among jobs, and what they mean by it: accents, plurals, short forms and a slip of the finger
keep nothing from being found."""

from collections.abc import Collection
from difflib import SequenceMatcher

from rooms.organisations.vacancies import Contract
from rooms.people.name_search import words_of

SHORT = {"st": "saint", "ste": "sainte"}
CONTRACT_WORDS = {
    Contract.PERMANENT: "CDI permanent",
    Contract.FIXED_TERM: "CDD fixed term",
    Contract.SEASONAL: "saisonnier seasonal CDD",
    Contract.TEMPORARY: "intérim intérimaire temporary",
    Contract.APPRENTICESHIP: "apprentissage alternance apprenticeship",
    Contract.INTERNSHIP: "stage internship",
}
"""What people call each contract."""
ALIKE = 0.82
SHORTEST_TO_BE_ALIKE = 5


def stems_of(text: str) -> frozenset[str]:
    """The words of a text without accents, plurals and short forms."""
    return frozenset(_stem(SHORT.get(word, word)) for word in words_of(text))


def _stem(word: str) -> str:
    return word.rstrip("sx").removesuffix("e") if len(word) > 3 else word


def are_found(wanted: Collection[str], among: Collection[str]) -> bool:
    """Whether each stem begins a word of the text, or is nearly one of them."""
    return all(any(word.startswith(each) for word in among) or _is_nearly(each, among) for each in wanted)


def _is_nearly(wanted: str, among: Collection[str]) -> bool:
    if len(wanted) < SHORTEST_TO_BE_ALIKE:
        return False
    near = (word for word in among if word[:1] == wanted[:1] and abs(len(word) - len(wanted)) <= 2)
    return any(SequenceMatcher(None, wanted, word).ratio() >= ALIKE for word in near)
