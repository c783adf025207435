"""What simulated people asked for and what they were told, and what must be true of it.

In the manner of Jepsen: each operation is invoked and ends as ok, fail or unknown; what was acknowledged stands, what
was refused does not, and of the rest either may be so. https://jepsen.io/
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise


class Outcome(StrEnum):
    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Operation:
    """`value` is what it was about: the client's id of a message, the booth of a line. `found` is what it gave. Moments
    are of the machine's clock, in seconds."""

    kind: str
    who: str
    value: str
    invoked: float
    ended: float
    outcome: Outcome
    found: str = ""


@dataclass(frozen=True)
class StoredPlace:
    place_id: str
    booth_id: str
    person_id: str
    ticket: int
    is_active: bool


@dataclass(frozen=True)
class StoredCall:
    person_id: str
    rang_at: float
    settled_at: float | None


@dataclass
class Stored:
    """What the database holds in the end."""

    messages: dict[str, int] = field(default_factory=dict)
    """By the client's id: how often."""
    places: list[StoredPlace] = field(default_factory=list)
    calls: list[StoredCall] = field(default_factory=list)


@dataclass
class Verdict:
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.disordered)


def judge(history: Iterable[Operation], stored: Stored) -> Verdict:
    """Whether what was acknowledged stands once, what was refused does not, and who came first is first."""
    verdict = Verdict()
    operations = list(history)
    _messages([each for each in operations if each.kind == "chat"], stored.messages, verdict)
    _places([each for each in operations if each.kind == "join"], stored.places, verdict)
    _calls(stored.calls, verdict)
    return verdict


def _messages(sent: list[Operation], stored: Mapping[str, int], verdict: Verdict) -> None:
    tries = defaultdict(list)
    for each in sent:
        tries[each.value].append(each)
    for value, theirs in tries.items():
        count, outcomes = stored.get(value, 0), {each.outcome for each in theirs}
        if Outcome.OK in outcomes and count == 0:
            verdict.lost.append(f"message {value} was acknowledged to {theirs[0].who}")
        if outcomes == {Outcome.FAIL} and count:
            verdict.doubled.append(f"message {value} was refused and stands")
        if count > 1:
            verdict.doubled.append(f"message {value} stands {count} times")


def _places(joined: list[Operation], stored: list[StoredPlace], verdict: Verdict) -> None:
    by_id = {place.place_id: place for place in stored}
    active = defaultdict(list)
    for place in stored:
        if place.is_active:
            active[place.booth_id, place.person_id].append(place)
    for (booth_id, person_id), places in active.items():
        if len(places) > 1:
            verdict.doubled.append(f"{person_id} has {len(places)} places at {booth_id}")
    asked = _first_asked(joined)
    lines = defaultdict(list)
    for each in (one for one in joined if one.outcome is Outcome.OK):
        taken = by_id.get(each.found)
        if taken is None:
            verdict.lost.append(f"place {each.found} at {each.value} was acknowledged to {each.who}")
        else:
            lines[each.value].append((replace(each, invoked=asked[each.who, each.value]), taken.ticket))
    for line in lines.values():
        _order(line, verdict)


def _first_asked(joined: list[Operation]) -> dict[tuple[str, str], float]:
    """By person and booth. What was asked and not answered may have been done then."""
    found: dict[tuple[str, str], float] = {}
    for each in joined:
        key = each.who, each.value
        found[key] = min(found.get(key, each.invoked), each.invoked)
    return found


def _order(line: list[tuple[Operation, int]], verdict: Verdict) -> None:
    """Who was in before another one asked stands before them. Asking again finds the place that one has."""
    first: dict[int, Operation] = {}
    for each, ticket in sorted(line, key=lambda pair: pair[0].invoked):
        first.setdefault(ticket, each)
    latest_asked = float("-inf")
    for ticket in sorted(first):
        each = first[ticket]
        if each.ended < latest_asked:
            verdict.disordered.append(f"{each.who} joined {each.value} before others and has ticket {ticket}")
        latest_asked = max(latest_asked, each.invoked)


def _calls(calls: list[StoredCall], verdict: Verdict) -> None:
    """Nobody is called from two lines at once."""
    of_person = defaultdict(list)
    for call in calls:
        of_person[call.person_id].append(call)
    for person_id, theirs in of_person.items():
        theirs.sort(key=lambda call: call.rang_at)
        for before, after in pairwise(theirs):
            if before.settled_at is None or before.settled_at > after.rang_at:
                verdict.doubled.append(f"{person_id} was called twice at once")
