"""What the documents name is there: files, folders, modules and commands."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("deploy", "rooms", "signaling", "server", "templates", "static", "tests", "tools", "docs", "locale")
KINDS = "py|js|mjs|html|css|md|toml|ini|lock|po|json"

URL = re.compile(r"https?://\S+")
ROOTED = re.compile(rf"(?<![\w./-])(?:{'|'.join(FOLDERS)})/[\w./@-]*")
ENDING = re.compile(rf"(?<![\w./-])[\w-][\w.-]*(?:/[\w.-]+)*\.(?:{KINDS})\b(?![\w/])")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
DOTTED = re.compile(r"(?<![\w./-])(?:rooms|signaling|server|tests)(?:\.\w+)+")
NAME_IN_FILE = re.compile(r"((?:[\w-]+/)*[\w-]+\.(?:py|js)) `(\w+)`")
COMMAND = re.compile(r"`make ([a-z-]+)")


def said_of_the_present(path: Path) -> str:
    """The text; of the changelog what has not been released, since history names what was there."""
    text = URL.sub("", path.read_text())
    return text.split("\n## [")[1] if path.name == "CHANGELOG.md" else text


DOCUMENTS = {
    str(path.relative_to(ROOT)): said_of_the_present(path)
    for path in (*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md")))
}
FILES = [
    f"/{path.relative_to(ROOT)}"
    for path in (*ROOT.glob("*"), *(found for folder in FOLDERS for found in (ROOT / folder).rglob("*")))
    if path.is_file()
]

every_document = pytest.mark.parametrize("name", DOCUMENTS)


def is_there(path: str) -> bool:
    """A file or folder; an ADR by its number; or `module.name`, for what a module holds."""
    if (ROOT / path).exists() or (path.startswith("docs/adr/") and any(ROOT.glob(f"{path}-*"))):
        return True
    module, _, name = path.rpartition(".")
    return (ROOT / f"{module}.py").exists() and has(module.replace("/", "."), name)


def has(module: str, name: str) -> bool:
    return hasattr(import_module(module), name)


def imports(dotted: str) -> bool:
    """A module, or what a module holds."""
    parts = dotted.split(".")
    if (ROOT / Path(*parts)).is_dir() or (ROOT / Path(*parts)).with_suffix(".py").exists():
        return True
    module = Path(*parts[:-1])
    return (ROOT / module).with_suffix(".py").exists() and has(".".join(parts[:-1]), parts[-1])


def stands_in(word: str, path: str) -> bool:
    return re.search(rf"\b{word}\b", (ROOT / path[1:]).read_text()) is not None


@every_document
def test_every_path_leads_somewhere(name: str) -> None:
    paths = {found.rstrip(".") for found in ROOTED.findall(DOCUMENTS[name])}
    assert [path for path in sorted(paths) if not is_there(path)] == []


@every_document
def test_every_file_that_is_named_alone_is_somewhere(name: str) -> None:
    named = set(ENDING.findall(DOCUMENTS[name]))
    assert [end for end in sorted(named) if not any(path.endswith(f"/{end}") for path in FILES)] == []


@every_document
def test_every_link_leads_to_a_file(name: str) -> None:
    folder = (ROOT / name).parent
    assert [link for link in LINK.findall(DOCUMENTS[name]) if not (folder / link).exists()] == []


@every_document
def test_every_dotted_name_can_be_imported(name: str) -> None:
    assert [dotted for dotted in DOTTED.findall(DOCUMENTS[name]) if not imports(dotted)] == []


@every_document
def test_every_name_said_of_a_file_stands_in_it(name: str) -> None:
    said = NAME_IN_FILE.findall(DOCUMENTS[name])
    missing = [
        f"{end} {word}"
        for end, word in said
        if not any(stands_in(word, path) for path in FILES if path.endswith(f"/{end}"))
    ]
    assert missing == []


@every_document
def test_every_command_is_a_target_of_the_makefile(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(COMMAND.findall(DOCUMENTS[name])) <= targets


def test_the_documents_name_what_they_are_searched_for() -> None:
    """The patterns find something: otherwise the tests above hold for nothing."""
    whole = "\n".join(DOCUMENTS.values())
    for pattern in (ROOTED, ENDING, LINK, DOTTED, NAME_IN_FILE, COMMAND):
        assert pattern.search(whole), pattern.pattern
