"""A rehearsal from its first guest to its verdict: crews play, what they tell adds up, the database is asked."""

import asyncio
import json
import os
import random
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from typing import cast

from sqlalchemy import func, select

from rooms.chat.conversations import Conversation
from rooms.chat.messages import Message
from rooms.core.database import Database
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.lines.call import Call
from rooms.lines.places import ACTIVE, Place
from server.rehearsal.crew import Coming, Engagement, Staffing
from server.rehearsal.history import Operation, Outcome, Stored, StoredCall, StoredPlace, Verdict, judge
from server.rehearsal.measures import Measures
from server.rehearsal.staging import Staging

LONGEST_LINE = 256 * 2**20
BEGINS_AFTER = 3.0
"""Seconds until the first comes: every crew is awake by then."""
PER_WINDOW = 5
"""Seconds: what is judged together."""
WITHIN = {"chat": 1.0, "chat read": 1.0, "join": 3.0, "call next": 3.0, "page": 5.0, "connect": 5.0, "follow": 5.0}
"""Seconds, of the slowest of a hundred: an installation that takes longer does not bear so many."""
FEWEST = 20
"""Of a kind in a window, so that its slowest of a hundred says something."""
MOST_ERRORS = 0.01
WRONG = ("broken", "fault", "page 5", "unanswered", "people who did not", "calls without", "talks that did not")


@dataclass(frozen=True)
class Plan:
    url: str
    minutes: float
    rush_s: float = 60.0
    """Within which all candidates come."""
    crews: int = 2
    thinks_s: float = 45.0
    talks_s: float = 15.0
    reads_chat: float = 0.5
    certificate: str = ""
    cores: Sequence[int] = ()
    """On which the crews run; anywhere where none is named."""


@dataclass
class Window:
    """Five seconds."""

    at: float
    """Seconds since the first could come."""
    here: int = 0
    in_hall: int = 0
    measures: Measures = field(default_factory=Measures)

    @property
    def errors(self) -> int:
        return errors_in(self.measures)

    @property
    def is_borne(self) -> bool:
        """Enough was measured that says something, and nothing of it took too long or went wrong too often."""
        latencies = self.measures.latencies
        done = sum(each.steps.total() for each in latencies.values())
        if self.errors > MOST_ERRORS * max(done, FEWEST):
            return False
        enough = {name: latencies[name] for name in WITHIN if name in latencies}
        return not any(
            each.steps.total() >= FEWEST and each.percentile(0.99) > WITHIN[name] for name, each in enough.items()
        )


def errors_in(measures: Measures) -> int:
    """What went wrong on our side: refusals that a rule demands are none."""
    ours = (" failed", " away")
    return sum(count for name, count in measures.counts.items() if name.startswith(WRONG) or name.endswith(ours))


@dataclass
class Rehearsal:
    """How it goes, and in the end how it went."""

    people: int
    plan: Plan
    began: float = 0.0
    windows: list[Window] = field(default_factory=list)
    total: Measures = field(default_factory=Measures)
    history: list[Operation] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    cpu_s: dict[int, float] = field(default_factory=dict)
    """By crew."""
    here: dict[int, int] = field(default_factory=dict)
    in_hall: dict[int, int] = field(default_factory=dict)
    memory: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """By process of the server: (seconds, megabytes)."""

    @property
    def most_here(self) -> int:
        return max((window.here for window in self.windows), default=0)

    @property
    def borne(self) -> int:
        """How many candidates were there while everything went as it should: one bad window is an accident, two in a
        row are not. Those in which people leave say nothing."""
        ends = self.plan.minutes * 60
        counted = [window for window in self.windows if window.at >= 0 and window.at + PER_WINDOW <= ends]
        bad = [min(one.here, two.here) for one, two in pairwise(counted) if not (one.is_borne or two.is_borne)]
        return min(bad, default=self.most_here)

    @property
    def admitted_a_minute(self) -> int:
        """How fast they came as long as it went well."""
        coming = [window for window in self.windows if 0 <= window.at < self.plan.rush_s]
        well = list(takewhile(lambda window: window.is_borne, coming))
        if len(well) == len(coming) or not well:
            return max(1, round(self.people / self.plan.rush_s * 60))
        return max(1, round(well[-1].here / (well[-1].at + PER_WINDOW) * 60))

    @property
    def lost(self) -> int:
        return len(self.verdict.lost) + self.total.counts["lost on the wire"]

    @property
    def doubled(self) -> int:
        return len(self.verdict.doubled) + self.total.counts["called twice at once"]

    @property
    def errors(self) -> int:
        return errors_in(self.total)

    def take(self, crew: int, told: dict[str, object]) -> None:
        """What one crew tells of the last second."""
        at = time.time() - self.began
        if not self.windows or at >= self.windows[-1].at + PER_WINDOW:
            self.windows.append(Window(at - at % PER_WINDOW))
        window = self.windows[-1]
        for measures in (window.measures, self.total):
            measures.merge(told["latencies"], told["counts"])  # type: ignore[arg-type]
        self.here[crew], self.in_hall[crew] = told["here"], told["in_hall"]  # type: ignore[assignment]
        self.cpu_s[crew] = told["cpu_s"]  # type: ignore[assignment]
        window.here = max(window.here, sum(self.here.values()))
        window.in_hall = max(window.in_hall, sum(self.in_hall.values()))


async def direct(
    database: Database, staging: Staging, plan: Plan, watch: Callable[[Rehearsal], None] = lambda _: None
) -> Rehearsal:
    """Play it to the end, and judge it. `watch` is called whenever something was told."""
    found = Rehearsal(len(staging.candidates), plan)
    found.began = time.time() + BEGINS_AFTER
    async with asyncio.TaskGroup() as crews:
        for number, each in enumerate(_engagements(staging, plan, found.began)):
            crews.create_task(_play(found, number, each, watch))
    async with database.reading() as tx:
        found.verdict = judge(found.history, await stored(tx, staging.fair_id))
    return found


def _engagements(staging: Staging, plan: Plan, begins: float) -> list[Engagement]:
    ends_at = begins + plan.minutes * 60
    dice = random.Random(len(staging.candidates))
    candidates = [
        Coming(person_id=str(each.person_id), token=each.token, comes_at=begins + dice.random() * plan.rush_s)
        for each in staging.candidates
    ]
    recruiters = [
        Staffing(person_id=str(each.person_id), token=each.token, booth_id=str(desk.booth_id))
        for desk in staging.desks
        for each in desk.recruiters
    ]
    return [
        Engagement(
            url=plan.url.rstrip("/"), certificate=plan.certificate, path=staging.path, fair_id=str(staging.fair_id),
            conversation_id=str(staging.conversation_id),
            booths=[(str(desk.booth_id), desk.path) for desk in staging.desks],
            candidates=candidates[number :: plan.crews], recruiters=recruiters[number :: plan.crews],
            ends_at=ends_at, thinks_s=plan.thinks_s, talks_s=plan.talks_s, reads_chat=plan.reads_chat,
            seed=number, core=plan.cores[number % len(plan.cores)] if plan.cores else -1,
        )
        for number in range(plan.crews)
    ]  # fmt: skip


async def _play(found: Rehearsal, number: int, engagement: Engagement, watch: Callable[[Rehearsal], None]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.rehearsal.crew", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE, env=os.environ,
    )  # fmt: skip
    into, out = cast(asyncio.StreamWriter, process.stdin), cast(asyncio.StreamReader, process.stdout)
    into.write(engagement.model_dump_json().encode() + b"\n")
    await into.drain()
    try:
        async for line in out:
            told = json.loads(line)
            if "history" in told:
                found.history += [_operation(*each) for each in told["history"]]
                break
            found.take(number, told)
            watch(found)
        else:
            raise RuntimeError("A part of the simulated people has ended before its time.")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _operation(kind: str, who: str, value: str, invoked: float, ended: float, outcome: str, given: str) -> Operation:
    return Operation(kind, who, value, invoked, ended, Outcome(outcome), given)


async def stored(tx: Transaction, fair_id: uuid.UUID) -> Stored:
    sent = select(Message.client_id, func.count()).join(Conversation, Conversation.id == Message.conversation_id)
    sent = sent.where(Conversation.fair_id == fair_id).group_by(Message.client_id)
    places = select(Place.id, Place.booth_id, Place.person_id, Place.ticket, Place.state).join(Booth)
    rang = select(Place.person_id, Call.rang_at, Call.settled_at).join(Place, Place.id == Call.place_id).join(Booth)
    return Stored(
        messages={str(client_id): count for client_id, count in await tx.plain_rows(sent)},
        places=[
            StoredPlace(str(place), str(booth), str(person), ticket, state in ACTIVE)
            for place, booth, person, ticket, state in await tx.plain_rows(places.where(Booth.fair_id == fair_id))
        ],
        calls=[
            StoredCall(str(person), rang.timestamp(), settled.timestamp() if settled else None)
            for person, rang, settled in await tx.plain_rows(rang.where(Booth.fair_id == fair_id))
        ],
    )
