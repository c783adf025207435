"""What people write keeps every letter of every script, and is counted as they count."""

import pytest

from rooms.core.errors import Invalid
from rooms.core.text import clean_text, length, one_line
from rooms.people.people import clean_name

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    "text",
    [
        "Poste\u00a0: 35\u00a0000\u00a0€ par\u202fan",
        "\U0001f469\u200d\U0001f4bb",
        "می\u200cخواهم",
        "東京\u3000本社",
        "नमस्ते क्\u200dष",
        "ภาษา\u200bไทย",
        "Dvořák Łukasz Ñandú ß",
        "\u200fשלום\u200e 123",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "one\n\ttwo",
        "\u2068Amina\u2069 x",
    ],
)
def test_what_is_written_stays(text: str) -> None:  # H2
    assert clean_text(text, "text", 100, required=True) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("e\u0301te\u0301", "été"),
        ("a\x00b\x07c", "abc"),
        ("\ufeffBonjour", "Bonjour"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\u2067open", "\u2067open\u2069"),
        ("closed\u2069 twice\u2069", "closed twice"),
        ("\u2067one\ntwo", "\u2067one\u2069\ntwo"),
        ("  \u00a0 in the middle \u3000", "in the middle"),
    ],
)
def test_what_only_machines_read_goes(text: str, kept: str) -> None:  # H2
    assert clean_text(text, "text", 100) == kept


NOTHING = [
    "",
    " ",
    "\u200b",
    "\u3164",
    "\u2800",
    "\u200d\u200c",
    "\u00ad",
    "\u115f\u1160",
    "\ufe0f",
    "\u2066\u2069",
    "\n\t",
]


@pytest.mark.parametrize("text", NOTHING, ids=ascii)
def test_what_nobody_sees_is_nothing(text: str) -> None:  # H2, N1
    assert clean_text(text, "text", 100) == ""
    with pytest.raises(Invalid) as refused:
        clean_text(text, "text", 100, required=True)
    assert refused.value.code == "text.missing"
    with pytest.raises(Invalid) as refused:
        clean_name(text)
    assert refused.value.code == "name.missing"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("été", 3),
        ("e\u0301", 1),
        (FAMILY, 1),
        ("\U0001f44d\U0001f3fd", 1),
        ("\U0001f1eb\U0001f1f7\U0001f1ec\U0001f1e7", 2),
        ("क्षि", 2),
    ],
)
def test_characters_are_counted_as_people_count_them(text: str, count: int) -> None:
    assert length(text) == count


def test_too_much_is_refused_with_how_much_too_much() -> None:  # H1
    assert clean_text(FAMILY * 100, "text", 100) == FAMILY * 100
    with pytest.raises(Invalid) as refused:
        clean_text("x" * 1400, "text", 1000)
    assert refused.value.values == {"longest": 1000, "over": 400}
    with pytest.raises(Invalid):
        clean_text("a" + "\u0301" * 1000, "text", 100)


def test_a_name_stands_on_one_line() -> None:
    assert one_line(" Lea \n\u00a0 Martin\u3000 ") == "Lea Martin"
