"""What the columns of a list mean and what is wrong with a line, for lists as people have them."""

import pytest

from rooms.fairs.list_columns import Field, ListKind, guess
from rooms.fairs.list_lines import Fault, LineValues, Reading, check, clean_phone, clean_siret, sector_of

EMPLOYERS, RECRUITERS, CANDIDATES = ListKind


@pytest.mark.parametrize(
    ("kind", "heads", "expected"),
    [
        (EMPLOYERS, ("Entreprise", "Secteur", "Courriel"), {"employer": 0, "sector": 1, "email": 2}),
        (EMPLOYERS, ("Raison sociale", "N° SIRET", "Ville"), {"employer": 0, "siret": 1, "location": 2}),
        (EMPLOYERS, ("Nom", "Nom du contact", "Mail"), {"employer": 0, "name": 1, "email": 2}),
        (EMPLOYERS, ("Company", "Industry", "Contact e-mail"), {"employer": 0, "sector": 1, "email": 2}),
        (RECRUITERS, ("Société", "Prénom", "Nom"), {"employer": 0, "first_name": 1, "last_name": 2}),
        (CANDIDATES, ("NOM", "PRENOM", "TEL"), {"last_name": 0, "first_name": 1, "phone": 2}),
        (CANDIDATES, ("Name", "Emial"), {"name": 0, "email": 1}),
        (CANDIDATES, ("Colonne 1", "Colonne 2"), {}),
    ],
)  # fmt: skip
def test_columns_are_known_by_what_stands_above_them(
    kind: ListKind, heads: tuple[str, ...], expected: dict[str, int]
) -> None:
    assert guess(kind, heads, []) == expected


def test_columns_without_heads_are_known_by_what_stands_in_them() -> None:
    lines = [("Lea Martin", "lea@example.org", "06 12 34 56 78"), ("Bob", "bob@example.org", "")]
    assert guess(CANDIDATES, (), lines) == {Field.NAME: 0, Field.EMAIL: 1, Field.PHONE: 2}
    assert guess(RECRUITERS, (), [("rh@example.org", "Ateliers Müller")]) == {Field.EMAIL: 0, Field.EMPLOYER: 1}


async def said(kind: ListKind, columns: dict[str, int], *cells: tuple[str, ...], sector: str = "") -> list[object]:
    checked = await check(Reading(kind, columns, sector), list(enumerate(cells, 2)))
    return [each if isinstance(each, LineValues) else (each.message, dict(each.values)) for each in checked]


async def test_one_address_in_two_spellings_stands_twice() -> None:  # S2
    first, second = await check(
        Reading(CANDIDATES, {"email": 0}), [(3, ("lea@example.org",)), (9, ("LEA@Example.org",))]
    )
    assert isinstance(first, LineValues)
    assert isinstance(second, Fault)
    assert (second.is_double, dict(second.values)) == (True, {"line": 3})


async def test_a_name_that_begins_as_a_formula_is_a_name() -> None:  # S2
    (found,) = await said(CANDIDATES, {"name": 0, "email": 1}, ("=1+1", "a@example.org"))
    assert found == LineValues("a@example.org", "=1+1")


async def test_names_come_from_one_column_from_two_or_from_beside_the_address() -> None:
    found = await said(
        CANDIDATES,
        {"first_name": 0, "last_name": 1, "email": 2},
        ("Léa", "Martin", "lea@example.org"),
        ("", "", '"Bob Ray" <bob@example.org>'),
        ("", "", "zoe@example.org"),
    )
    assert [each.name for each in found if isinstance(each, LineValues)] == ["Léa Martin", "Bob Ray", ""]


async def test_what_is_wrong_with_a_line_is_said_of_that_line_alone() -> None:
    found = await said(
        EMPLOYERS,
        {"employer": 0, "email": 1, "sector": 2, "siret": 3},
        ("Ateliers", "rh@example.org", "Industrie", "732 829 320 00074"),
        ("Ateliers", "rh@", "Industrie", ""),
        ("", "b@example.org", "Industrie", ""),
        ("Cirque", "c@example.org", "Cirque", ""),
        ("Faux", "d@example.org", "BTP", "73282932000075"),
        ("x" * 121, "e@example.org", "BTP", ""),
        (),
    )
    assert found[0] == LineValues("rh@example.org", "", "", "Ateliers", "industry", "73282932000074")
    assert [str(each[0])[:22] for each in found[1:]] == [  # type: ignore[index]
        "This e-mail address lo",
        "There is no employer.",
        "The sector is missing,",
        "This is no SIRET: four",
        "This is too long by %(",
        "There is no e-mail add",
    ]


async def test_an_address_that_is_nothing_but_brackets_is_a_fault_of_its_line() -> None:
    found = await said(CANDIDATES, {"email": 0}, ("<" + "(" * 1900,), ("Lea <lea@example.org>",))
    assert found[1] == LineValues("lea@example.org", "Lea")
    assert not isinstance(found[0], LineValues)


async def test_a_sector_is_chosen_for_all_that_say_none() -> None:
    (found,) = await said(EMPLOYERS, {"employer": 0, "email": 1}, ("Cirque", "c@example.org"), sector="office")
    assert isinstance(found, LineValues)
    assert found.sector == "office"


@pytest.mark.parametrize(
    ("text", "sector"),
    [("industry", "industry"), ("Hôtellerie-restauration", "hospitality"), ("B.T.P.", ""), ("BTP", "building"),
     ("sante", "health"), ("Logistique", "transport"), ("", ""), ("zzz", "")],
)  # fmt: skip
def test_a_sector_is_known_by_the_words_people_use(text: str, sector: str) -> None:
    assert sector_of(text) == sector


def test_numbers_are_kept_as_machines_read_them() -> None:
    assert clean_phone("06 12 34 56 78") == clean_phone("+33 6 12 34 56 78") == "+33612345678"
    assert clean_siret("732 829 320 00074") == "73282932000074"
    assert clean_phone("") == clean_siret(" ") == ""
