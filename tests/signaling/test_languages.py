"""What is refused live is said in the language of the page."""

from pathlib import Path

import pytest

from tests.server.world import Furnished


@pytest.mark.parametrize(
    ("role", "headers", "word"),
    [
        ("anyone", {"Accept-Language": "de-DE,fr;q=0.7,en;q=0.3"}, "connu"),
        ("anyone", {"Accept-Language": "de"}, "known"),
        ("anyone", {"Accept-Language": "en", "Cookie": "parvis_language=fr"}, "connu"),
        ("amina", {"Accept-Language": "en", "Cookie": "parvis_language=en"}, "known"),
    ],
)
async def test_a_refusal_is_in_the_language_of_the_page(
    furnished: Furnished, tmp_path: Path, role: str, headers: dict[str, str], word: str
) -> None:
    async with furnished.copy(tmp_path / "world") as world, world.live(role, **headers) as client:
        ack = await client.call("no:such", {})
    assert word in ack["error"]["message"]
