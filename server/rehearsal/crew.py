"""Some of the simulated people in a process of their own: `python -m server.rehearsal.crew`, with one JSON line to read
first (an Engagement). It tells how it goes once a second, and in the end everything, a JSON line each.
"""

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import Sequence
from random import Random
from typing import Any

import uvloop
from pydantic import BaseModel

from server.rehearsal.candidate import Candidate
from server.rehearsal.measures import Measures
from server.rehearsal.presence import Player
from server.rehearsal.recruiter import Recruiter
from server.rehearsal.scene import Scene

TELLS_EVERY = 1.0
ENDS_WITHIN = 40.0
"""Seconds after the end within which everybody has looked whether something is missing."""


class Coming(BaseModel):
    person_id: str
    token: str
    comes_at: float


class Staffing(BaseModel):
    person_id: str
    token: str
    booth_id: str


class Engagement(BaseModel):
    """What one crew is to play."""

    url: str
    certificate: str
    path: str
    fair_id: str
    conversation_id: str
    booths: list[tuple[str, str]]
    candidates: list[Coming]
    recruiters: list[Staffing]
    ends_at: float
    thinks_s: float
    talks_s: float
    reads_chat: float
    seed: int
    core: int


def main() -> None:
    engagement = Engagement.model_validate_json(sys.stdin.readline())
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if engagement.core >= 0:
        os.sched_setaffinity(0, {engagement.core})
    uvloop.run(play(engagement))


async def play(engagement: Engagement) -> None:
    scene = Scene(
        **engagement.model_dump(exclude={"candidates", "recruiters", "seed", "core"}), dice=Random(engagement.seed)
    )
    recruiters = [Recruiter(scene, each.person_id, each.token, each.booth_id) for each in engagement.recruiters]
    candidates = [Candidate(scene, each.person_id, each.token, each.comes_at) for each in engagement.candidates]
    beside = [asyncio.create_task(_tell(scene, candidates)), asyncio.create_task(_end_with_parent())]
    lives = [asyncio.create_task(each.live()) for each in (*recruiters, *candidates)]
    await asyncio.wait(lives, timeout=max(0.0, scene.ends_at - time.time()) + ENDS_WITHIN)
    unfinished = [life for life in lives if not life.done()]
    scene.measures.counts["people who did not come to an end"] += len(unfinished)
    for task in beside:
        task.cancel()
    await scene.close()
    _say(_progress(scene, candidates))
    _say({"history": [list(vars(each).values()) for each in scene.history]})
    sys.stdout.flush()
    os._exit(0)


async def _tell(scene: Scene, candidates: Sequence[Player]) -> None:
    while True:
        await asyncio.sleep(TELLS_EVERY)
        _say(_progress(scene, candidates))


async def _end_with_parent() -> None:
    """Whoever has called them together may be killed without a word: nobody plays on."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
    os._exit(1)


def _progress(scene: Scene, candidates: Sequence[Player]) -> dict[str, Any]:
    """What has happened since it was told last."""
    latencies, counts = scene.measures.dump()
    scene.measures = Measures()
    return {
        "here": sum(each.is_connected for each in candidates), "in_hall": len(scene.in_hall), "latencies": latencies,
        "counts": counts, "cpu_s": time.process_time(),
    }  # fmt: skip


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
