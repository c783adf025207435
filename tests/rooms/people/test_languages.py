"""Which language is spoken to whom: pages and live connections ask the same function."""

import pytest

from rooms.people.languages import choose


@pytest.mark.parametrize(
    ("accept", "chosen", "spoken"),
    [
        ("fr-FR,fr;q=0.9,en;q=0.8", (), "fr"),
        ("de-DE,fr;q=0.7,en;q=0.3", (), "fr"),
        ("de-DE, en-GB;q=0.5", (), "en"),
        ("de", (), "en"),
        ("en;q=0.1, fr;q=0.9", (), "fr"),  # L1
        ("en; Q=0.1,fr-CA", (), "fr"),
        ("fr;q=0, en", (), "en"),
        ("en;q=0.8, fr;q=0.8", (), "en"),
        ("fr;q=oh, en;q=0.9", (), "fr"),
        ("", (), "fr"),
        ("en", ("fr",), "fr"),
        ("fr", (None, "en"), "en"),
        ("fr", ("tlh", None), "fr"),
    ],
)
def test_what_was_chosen_comes_first_then_what_the_browser_asks_for(
    accept: str, chosen: tuple[str | None, ...], spoken: str
) -> None:
    assert choose(accept, *chosen) == spoken
