"""The check for sentences that nobody could translate (C9)."""

import ast

import pytest

from server import check_words

CAUGHT = (
    'request.go(path, "It is cancelled.")',
    "request.go(path, f\"{gettext('It has moved.')} Everybody concerned is told.\")",
    'Invalid("x.y", "Please give a day.", field="day")',
    'Conflict("x", "Too late" + " for this")',
)
LEFT = (
    'request.go(f"/organise/{slug}#days", gettext("Saved."))',
    'Invalid("x.y", N_("Please give a day."), field="day")',
    'request.go(path, gettext("A %(b)s c", b="two words"))',
    'log("nothing for people here")',
)


def _found(code: str) -> bool:
    (call,) = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)][:1]
    return check_words.says_unmarked(call)


@pytest.mark.parametrize("code", CAUGHT)
def test_a_bare_sentence_is_found(code: str) -> None:
    assert _found(code)


@pytest.mark.parametrize("code", LEFT)
def test_what_is_marked_or_not_said_is_left_alone(code: str) -> None:
    assert not _found(code)


@pytest.mark.parametrize(
    ("code", "is_hidden"),
    [
        ("f\"{said} {language.gettext('Everybody concerned is told.')}\"", True),
        ("f'{names[ngettext(one, many, 2)]}'", True),
        ('language.gettext("No more of it: %(path)s", path=f"{house}/{path}")', False),
    ],
)
def test_a_sentence_inside_an_f_string_is_found(code: str, is_hidden: bool) -> None:
    """The catalogue's tool does not look there: it was never translated."""
    assert any(map(check_words.hides_sentence, ast.walk(ast.parse(code)))) is is_hidden


def test_there_is_none() -> None:
    assert check_words.bare_sentences() == []
