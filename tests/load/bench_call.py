"""`make bench-call`: from the click on "Go in" to the other one's picture, ours and PeerJS in turn.

Both are warm: cameras open, servers connected. Exits non-zero when a round brought no moving picture; a slow figure
is told, not judged.
"""

import argparse
import asyncio
import json
import signal
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Playwright, async_playwright

from tests.load import ours, peerjs
from tests.load.callers import FAKE_CAMERA, FAST_CAMERA, Contestant, NoPicture, pair
from tests.load.ours import Doors
from tests.load.peerjs import Servers

ROUNDS = 10
AIM = 0.65
DEFAULT_CAMERA_ROUNDS = 3
Figures = dict[str, list[float]]


async def measure(playwright: Playwright, camera: str, rounds: int, doors: Doors, servers: Servers) -> Figures:
    """All rounds with one camera, in turn; one more before them warms the browsers up and does not count."""
    async with pair(playwright, camera) as browsers:
        contestants: list[Contestant] = [await doors.contestant(browsers), await servers.contestant(browsers)]
        figures: Figures = {contestant.name: [] for contestant in contestants}
        for number in range(rounds + 1):
            for contestant in contestants:
                took = await contestant.round()
                if number:
                    figures[contestant.name].append(took)
                    print(f"  {contestant.name} {took:.0f} ms", file=sys.stderr)
    return figures


async def run(rounds: int) -> tuple[Figures, Figures]:
    _end_on_sigterm()
    short = DEFAULT_CAMERA_ROUNDS if rounds > 2 else 1
    with tempfile.TemporaryDirectory(prefix="parvis-bench-call-") as folder:
        async with async_playwright() as playwright, ours.doors(Path(folder)) as doors, peerjs.servers() as servers:
            fast = await measure(playwright, FAST_CAMERA, rounds, doors, servers)
            default = await measure(playwright, FAKE_CAMERA, short, doors, servers)
    return fast, default


def _end_on_sigterm() -> None:
    """House, PeerServer and browsers run in sessions of their own: they end only if this ends in order."""
    task = asyncio.current_task()
    assert task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def table(fast: Figures, default: Figures) -> str:
    rows = [f"{'camera':<12}{'contestant':<12}{'rounds':>6}{'median ms':>11}{'max ms':>8}"]
    for camera, figures in (("60 a second", fast), ("default", default)):
        for name, took in figures.items():
            rows.append(f"{camera:<12}{name:<12}{len(took):>6}{statistics.median(took):>11.1f}{max(took):>8.1f}")
    return "\n".join(rows)


def summary(fast: Figures, default: Figures) -> dict[str, str | float]:
    mine, theirs = statistics.median(fast["ours"]), statistics.median(fast["peerjs"])
    return {
        "bench": "call",
        "ours_ms_median": round(mine, 1),
        "ours_ms_max": round(max(fast["ours"]), 1),
        "peerjs_ms_median": round(theirs, 1),
        "ratio_to_peerjs": round(mine / theirs, 3),
        "default_camera_ours_ms_median": round(statistics.median(default["ours"]), 1),
        "default_camera_peerjs_ms_median": round(statistics.median(default["peerjs"]), 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="From the click on 'Go in' to the picture, beside PeerJS.")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds for each contestant at 60 frames a second")
    rounds = max(1, parser.parse_args().rounds)
    try:
        fast, default = asyncio.run(run(rounds))
    except NoPicture as fault:
        print(f"bench-call: {fault}", file=sys.stderr)
        return 1
    figures = summary(fast, default)
    print(table(fast, default))
    print(f"aim: at most {AIM} of PeerJS; here {figures['ratio_to_peerjs']}")
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
