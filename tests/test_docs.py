"""Docs are checked: every setting, command and live event has its heading, and no other has."""

import re
from pathlib import Path

import pytest

from server.cli import _parser
from server.settings import Settings, SettingsError, load
from signaling.contract import CONTRACT

RUNNING = Path("docs/running.md").read_text()
PROTOCOL = Path("docs/protocol.md").read_text()


def test_every_setting_has_its_heading_and_no_other_has() -> None:
    documented = set(re.findall(r"^### `PARVIS_(\w+)`$", RUNNING, re.MULTILINE))
    assert documented == {name.upper() for name in Settings.model_fields}


def test_every_command_has_its_heading() -> None:
    (commands,) = [action for action in _parser()._actions if action.choices]
    documented = set(re.findall(r"^### `parvis ([\w-]+)`$", RUNNING, re.MULTILINE))
    assert commands.choices is not None
    assert documented == set(commands.choices)


def test_every_live_event_has_its_heading() -> None:
    documented = set(re.findall(r"^### `([\w:]+)`$", PROTOCOL, re.MULTILINE))
    assert documented >= set(CONTRACT.client_events) | set(CONTRACT.server_events)


def test_the_changelog_has_an_entry_for_this_version_or_what_comes_next() -> None:
    assert "## [Unreleased]" in Path("CHANGELOG.md").read_text()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"secret": "short"}, "PARVIS_SECRET"),
        ({"mode": "demo", "port": 99999}, "PARVIS_PORT"),
        ({"mode": "demo", "turn_urls": "turn:turn.example.org"}, "PARVIS_TURN_SECRET"),
        ({"secret": "x" * 32, "clock_file": "clock"}, "PARVIS_CLOCK_FILE"),
        ({"mode": "demo", "smtp_security": "maybe"}, "PARVIS_SMTP_SECURITY"),
    ],
)
def test_a_wrong_setting_is_named_at_start(given: dict[str, object], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        load(**given)
