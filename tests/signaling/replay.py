"""What a client makes of events: a snapshot and an event give the next snapshot, for each kind of stream."""

import json
import subprocess
import sys
from functools import cache
from subprocess import PIPE
from typing import Any

from tests.services import ROOT

Snapshot = dict[str, Any]
PLACE_FIELDS = ("state", "passed_over_until", "hold_reason", "missed")
GONE = ("left", "served", "ended")


def apply(snapshot: Snapshot, event: str, told: dict[str, Any]) -> None:
    """Change `snapshot` as the event says. An event that nobody handles here is a fault of the test."""
    area = told["stream"].partition(":")[0]
    AREAS[area](snapshot, event, told)


def _fair(snapshot: Snapshot, event: str, told: dict[str, Any]) -> None:
    match event:
        case "fair:turned":
            snapshot |= {"state": told["state"], "open_until": told["open_until"]}
        case "fair:announced":
            row = {name: told[name] for name in ("announcement_id", "text", "translations", "at")}
            snapshot["announcements"].insert(0, row)
        case "fair:announcement_changed":
            (row,) = [each for each in snapshot["announcements"] if each["announcement_id"] == told["announcement_id"]]
            row |= {"text": told["text"], "translations": told["translations"]}
            if told["is_ended"]:
                snapshot["announcements"].remove(row)
        case "booth:set_up":
            snapshot["booths"].append({"booth_id": told["booth_id"], "is_paused": False})
        case "fair:programme_changed":
            pass
        case "booth:left":
            snapshot["booths"] = [booth for booth in snapshot["booths"] if booth["booth_id"] != told["booth_id"]]
        case "booth:paused" | "booth:resumed":
            booth = next(booth for booth in snapshot["booths"] if booth["booth_id"] == told["booth_id"])
            booth["is_paused"] = event == "booth:paused"
        case _:
            raise AssertionError(event)


def _change_place(rows: list[dict[str, Any]], told: dict[str, Any]) -> None:
    row = next(row for row in rows if row["place_id"] == told["place_id"])
    row |= {name: told[name] for name in PLACE_FIELDS}
    if row["state"] in GONE:
        rows.remove(row)


def _line(snapshot: Snapshot, event: str, told: dict[str, Any]) -> None:
    match event:
        case "line:joined":
            # One that was served may come back, where it stood.
            snapshot["places"] = sorted([*snapshot["places"], told["place"]], key=lambda place: place["ticket"])
        case "line:changed":
            _change_place(snapshot["places"], told)
        case "line:cv_changed":
            for row in snapshot["places"]:
                row["cv_id"] = told["document_id"] if row["person_id"] == told["person_id"] else row["cv_id"]
        case "line:rang":
            snapshot["ringing"].append(told["ringing"])
        case "line:settled":
            snapshot["ringing"] = [call for call in snapshot["ringing"] if call["call_id"] != told["call_id"]]
        case "line:question":
            others = [
                row for row in snapshot["questions"] if row["conversation_id"] != told["question"]["conversation_id"]
            ]
            known = len(others) < len(snapshot["questions"])
            if known:
                row = next(
                    r for r in snapshot["questions"] if r["conversation_id"] == told["question"]["conversation_id"]
                )
                row |= told["question"]
            else:
                snapshot["questions"].insert(0, told["question"])
        case "line:talking" | "line:talked" | "line:applied":
            pass
        case "booth:paused" | "booth:resumed":
            snapshot["is_paused"] = event == "booth:paused"
        case "booth:staff_changed":
            others = [person for person in snapshot["staff"] if person != told["person_id"]]
            snapshot["staff"] = sorted([*others, told["person_id"]]) if told["is_staff"] else others
        case _:
            raise AssertionError(event)


def _person(snapshot: Snapshot, event: str, told: dict[str, Any]) -> None:
    match event:
        case "place:taken":
            snapshot["places"] = sorted([*snapshot["places"], told["place"]], key=lambda place: place["place_id"])
        case "place:changed":
            _change_place(snapshot["places"], told)
        case "call:rang":
            snapshot["ringing"] = told["ringing"]
        case "call:settled":
            snapshot["ringing"] = None
        case "meeting:opened" | "meeting:reopened":
            snapshot["meeting_id"] = told["meeting_id"]
        case "meeting:closed":
            snapshot["meeting_id"] = None
        case "meeting:answered" | "fair:admitted" | "referral:changed" | "fair:sanction_changed" | "help:changed":
            pass
        case _ if event in BESIDE:
            pass
        case "appointment:changed":
            row = {name: told[name] for name in ("appointment_id", "state", "begins_at", "ends_at", "sequence")}
            others = [each for each in snapshot["appointments"] if each["appointment_id"] != told["appointment_id"]]
            stands = told["state"] in ("reserved", "booked")
            snapshot["appointments"] = (
                sorted([*others, row], key=lambda each: each["appointment_id"]) if stands else others
            )
        case "appointment:left":
            others = [each for each in snapshot["appointments"] if each["appointment_id"] != told["appointment_id"]]
            snapshot["appointments"] = others
        case "person:cv_changed":
            snapshot["cv_id"] = told["document_id"]
        case _:
            raise AssertionError(event)


def _conversation(snapshot: Snapshot, event: str, told: dict[str, Any]) -> None:
    match event:
        case "chat:sent":
            snapshot["messages"].append(told["message"])
        case "chat:removed":
            row = next(row for row in snapshot["messages"] if row["message_id"] == told["message_id"])
            row |= {"text": "", "is_removed": True}
        case _:
            raise AssertionError(event)


def _meeting(snapshot: Snapshot, event: str, told: dict[str, Any]) -> None:
    """By the browser's own reducer."""
    if event in ("meeting:begun", "appointment:room_opened", "referral:changed"):
        return
    after = _browser().ask({"snapshot": snapshot, "event": event, "told": told})
    if after is None:
        raise AssertionError(event)
    snapshot.clear()
    snapshot |= after


class Browser:
    """The modules of the pages, run by node: a snapshot and an event give the next snapshot."""

    def __init__(self) -> None:
        command = [sys.executable, "tools/node_from_pypi.py", "tests/js/reduce.mjs"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True)

    def ask(self, question: dict[str, Any]) -> Snapshot | None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: Snapshot | None = json.loads(self._process.stdout.readline())
        return answer


@cache
def _browser() -> Browser:
    return Browser()


def _moderation(snapshot: Snapshot, event: str, told: dict[str, Any]) -> None:
    match event:
        case "chat:reported":
            snapshot["reports"] = sorted([*snapshot["reports"], told["message_id"]])
        case "fair:organiser_removed" | "help:changed":
            pass
        case "chat:report_settled":
            snapshot["reports"].remove(told["message_id"])
        case _:
            raise AssertionError(event)


BESIDE = {
    "appointment:room_opened",
    "appointment:entered",
    "appointment:document",
    "appointment:document_withdrawn",
    "appointment:delayed",
    "caseload:changed",
}
"""What a person is told that their own page shows, and no snapshot keeps."""
AREAS = {
    "fair": _fair,
    "line": _line,
    "person": _person,
    "conversation": _conversation,
    "meeting": _meeting,
    "moderation": _moderation,
}
