"""The simulated people in a process of their own: `python -m server.demo.people`, with one JSON line to read first.

The line: {"url", "recruiters": [[name, link path]], "candidates": [[name, link path, words]], "seekers": [[name, link
path]], "fair": slug}, and
"pace" if they should hurry. They are clients like any other: HTTP and Socket.IO, never the database.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import structlog

from server.demo.candidate import Candidate
from server.demo.door import Door
from server.demo.jobseeker import Jobseeker
from server.demo.person import Company, Person
from server.demo.recruiter import Recruiter

log = structlog.get_logger()
AGAIN_AFTER, AGAIN_AT_MOST = 5.0, 120.0
LOOK_FOR_PARENT = 5.0
GOING_TAKES = 2.5
"""Seconds for closing every connection."""


def main() -> None:
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asyncio.run(_run(json.loads(sys.stdin.readline())))


async def _run(invitation: dict[str, Any]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    lives = [asyncio.create_task(_live(name, make, invitation["url"], link)) for name, link, make in _who(invitation)]
    parent = os.getppid()
    while not stop.is_set() and os.getppid() == parent:
        # Whoever started them may be killed without a word.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_FOR_PARENT)
    for life in lives:
        life.cancel()
    await asyncio.wait(lives, timeout=GOING_TAKES)
    # A peer that does not want to close is no reason to stay: nothing of theirs is lost.
    os._exit(0)


def _who(invitation: dict[str, Any]) -> list[tuple[str, str, Callable[[Door], Person]]]:
    """(name, link path, how the person comes to be from a door)."""
    company = Company(invitation["url"], invitation["fair"], float(invitation.get("pace", 1)))
    found: list[tuple[str, str, Callable[[Door], Person]]] = []
    for name, link in invitation["recruiters"]:
        found.append((name, link, lambda door, name=name: Recruiter(company, name, door)))  # type: ignore[misc]
    for number, (name, link, words) in enumerate(invitation["candidates"]):
        found.append((name, link, lambda door, of=(name, words, number): Candidate(company, of[0], door, *of[1:])))  # type: ignore[misc]
    for name, link in invitation.get("seekers", []):
        found.append((name, link, lambda door, name=name: Jobseeker(company, name, door)))  # type: ignore[misc]
    return found


async def _live(name: str, make: Callable[[Door], Person], url: str, link: str) -> None:
    """Live, and after a failure begin anew from the front door."""
    again_after = AGAIN_AFTER
    while True:
        try:
            async with Door(url, link) as door:
                await make(door).run()
        except Exception:
            log.exception("person_failed", person=name)
        await asyncio.sleep(again_after)
        again_after = min(2 * again_after, AGAIN_AT_MOST)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
