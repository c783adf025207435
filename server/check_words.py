"""For `make check`: every sentence of the product stands in the French catalogue, translated, and the sentences that
the pages give to their scripts are those that the scripts say."""

import ast
import re
import sys
import tempfile
from pathlib import Path

from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from server import words

CATALOGUE = Path("locale/fr/LC_MESSAGES/messages.po")
SCRIPTS = Path("static/js")
SAYS = ("Invalid", "Conflict", "Refused", "Problem", "_refusal", "go", "tell")
MARKS = ("N_", "gettext", "ngettext")
_SAY = re.compile(r'(?<![.\w])say\(((?:"[^"]*"|[^()"])*?)[,)]')
_TORN = re.compile(r" [:;?!»]|« ")
"""French sets a space there that does not break."""
_TEXT = re.compile(r'"([^"]*)"')
_COMMENT_OR_TEXT = re.compile(r'//[^\n]*|/\*.*?\*/|"((?:[^"\\\n]|\\.)*)"', re.DOTALL)


def main() -> int:
    with tempfile.NamedTemporaryFile() as found:
        arguments = ["pybabel", "-q", "extract", "-F", "babel.cfg", "-k", "N_", "-o", found.name, "."]
        CommandLineInterface().run(arguments)  # type: ignore[no-untyped-call]
        wanted = {message.id for message in read_po(found) if message.id}
    with CATALOGUE.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    translated = {message.id for message in messages if _is_whole(message.string)}
    torn = [str(message.string) for message in messages if _TORN.search(str(message.string))]
    missing = sorted(map(str, wanted - translated))
    stale = sorted(map(str, translated - wanted))
    unknown = sorted(_said_by_scripts() - set(words.BROWSER))
    unsaid = sorted(set(words.BROWSER) - _written_in_scripts())
    for place in bare_sentences():
        print(f"not for translation: {place}")
    for sentence in missing:
        print(f"not translated: {sentence}")
    for sentence in stale:
        print(f"no longer used: {sentence}")
    for sentence in unknown:
        print(f"said by a script and not among server/words.py: {sentence}")
    for sentence in unsaid:
        print(f"said by no script, although among server/words.py: {sentence}")
    for sentence in torn:
        print(f"a space of French that may break, where none should: {sentence}")
    return 1 if missing or stale or unknown or unsaid or torn or bare_sentences() else 0


def bare_sentences() -> list[str]:
    """Where a sentence for people stands in Python without being marked: what is refused, and what is said after."""
    found = []
    for path in (path for folder in ("rooms", "server", "signaling") for path in Path(folder).rglob("*.py")):
        for node in (each for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.expr)):
            if (isinstance(node, ast.Call) and says_unmarked(node)) or hides_sentence(node):
                found.append(f"{path}:{node.lineno}")
    return found


def hides_sentence(node: ast.AST) -> bool:
    """Whether a sentence is marked inside an f-string, where the catalogue's tool does not look."""
    if not isinstance(node, ast.JoinedStr):
        return False
    calls = (part for part in ast.walk(node) if isinstance(part, ast.Call))
    return any(_name_of(call.func) in MARKS for call in calls)


def says_unmarked(call: ast.Call) -> bool:
    return _name_of(call.func) in SAYS and any(map(_is_sentence, call.args[1:]))


def _name_of(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def _is_sentence(argument: ast.AST) -> bool:
    """Whether words for people stand here, or in a part of it, that are not marked."""
    if isinstance(argument, ast.Call) and _name_of(argument.func) in MARKS:
        return False
    if isinstance(argument, ast.Constant):
        return isinstance(argument.value, str) and re.search(r"[A-Za-z]{2,} [a-z]{2,}", argument.value) is not None
    return any(map(_is_sentence, ast.iter_child_nodes(argument)))


def _said_by_scripts() -> set[str]:
    """What stands in the call itself; a sentence that comes from elsewhere is not seen."""
    return {text for script in _scripts() for call in _SAY.findall(script) for text in _TEXT.findall(call)}


def _written_in_scripts() -> set[str]:
    """Every text outside comments: a sentence may come to `say` out of a table or a variable."""
    return {text for script in _scripts() for text in _COMMENT_OR_TEXT.findall(script) if text}


def _scripts() -> list[str]:
    return [path.read_text() for path in SCRIPTS.rglob("*.js")]


def _is_whole(text: object) -> bool:
    return all(text) if isinstance(text, tuple | list) else bool(text)


if __name__ == "__main__":
    sys.exit(main())
