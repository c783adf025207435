"""Templates and the pages that fill them agree on names."""

import ast
import html
import json
import re
from pathlib import Path

import pytest

from server import rendering


def test_the_base_page_takes_no_name_that_a_page_is_given() -> None:
    """What base.html sets stands in the way of a value of the same name in every page that extends it."""
    root = Path(__file__).parents[2]
    own = set(re.findall(r"{%-? set (\w+)", (root / "templates/base.html").read_text()))
    given = set()
    for path in (root / "server").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "render":
                given |= {keyword.arg for keyword in node.keywords}
    assert {"booth", "is_staff", "due"} <= given, "the search finds what pages are given"
    assert own
    assert not own & given


LINKS = json.loads((Path(__file__).parent.parent / "links.json").read_text())


@pytest.mark.parametrize(("text", "links"), LINKS, ids=[text for text, _ in LINKS])
def test_addresses_can_be_followed_and_nothing_else_is_markup(text: str, links: list[str]) -> None:  # C15
    """The same as in browsers: tests/js/links.test.js."""
    found = str(rendering.linked(text))
    assert [html.unescape(path) for path in re.findall(r'<a href="([^"]*)"', found)] == links
    assert html.unescape(re.sub(r"</?a\b[^>]*>", "", found)) == text
    assert found.count("<") == 2 * len(links)
