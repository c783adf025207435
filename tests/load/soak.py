"""`make soak`: people come and go in waves, and a process is no larger after a wave than after the one before.

    python -m tests.load.soak [--people 2000] [--waves 6] [--minutes 10]

The last line is {"bench": "soak", "people": ..., "waves": ..., "memory_mb": [...], "growth_pct": ..., "kb_each": ...,
"lost": ..., "doubled": ...}: the memory of all processes together after each wave, by how much the last is larger than
the one before it, and how much of each person stays in every wave (of five waves of five hundred people at least; of
fewer it says nothing). It fails when that is more than two percent, or half a kilobyte, or when something is lost or
doubled.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from server.rehearsal.directing import Plan, direct
from server.rehearsal.staging import stage
from server.rehearsal.striking import strike
from tests.load import bench_fair, cores
from tests.stack import Stack, stack

PROCESSES = 2
RESTS_S = 20.0
"""After a wave, until the garbage collector has come round and the last connections are closed."""
MOST_GROWTH = 0.02
FEWEST_WAVES, FEWEST_PEOPLE = 5, 500
MOST_KB_EACH = 0.5
"""That stay in every wave of each person who came: a tenth of what one takes who is there."""


def memory_mb(running: Stack) -> float:
    return sum(cores.memory_kb(each.process.pid) for each in running.processes if each.process) / 1024


async def wave(running: Stack, people: int, minutes: float) -> tuple[int, int]:
    """(lost, doubled)"""
    database = running.cast.database
    staging = await stage(database, running.cast.fair.slug, people, recruiters=1)
    plan = Plan(
        running.url, minutes, rush_s=minutes * 20, crews=1, thinks_s=min(60.0, minutes * 20),
        certificate=str(running.certificate),
    )  # fmt: skip
    found = await direct(database, staging, plan)
    wrong = bench_fair.account(found)
    for sentence in wrong[:10]:
        print(sentence, file=sys.stderr)
    await strike(database)
    await asyncio.sleep(min(RESTS_S, minutes * 20))
    return found.lost + len(wrong), found.doubled


async def run(people: int, waves: int, minutes: float) -> int:
    cores.open_files()
    memory, lost, doubled = [], 0, 0
    with tempfile.TemporaryDirectory(prefix="parvis-soak-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        async with stack(Path(folder), PROCESSES) as running:
            async with running.cast.database.transaction() as tx:
                await bench_fair.furnish(tx, running.cast, 10)
            for number in range(waves):
                one_lost, one_doubled = await wave(running, people, minutes)
                lost, doubled = lost + one_lost, doubled + one_doubled
                memory.append(round(memory_mb(running), 1))
                print(f"wave {number + 1}: {memory[-1]} MB", flush=True)
    growth = memory[-1] / memory[-2] - 1
    # A leak grows in every wave; what is filled once, and the allocator's leaps, do not. The first wave fills most.
    stays = min(after - before for before, after in pairwise(memory[1:])) * 1024 / people
    each_kb = round(stays, 2) if waves >= FEWEST_WAVES and people >= FEWEST_PEOPLE else None
    print(json.dumps(
        {"bench": "soak", "people": people, "waves": waves, "memory_mb": memory, "growth_pct": round(growth * 100, 1),
         "kb_each": each_kb,
         "lost": lost, "doubled": doubled}
    ))  # fmt: skip
    return 1 if growth > MOST_GROWTH or (each_kb or 0) > MOST_KB_EACH or lost or doubled else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--waves", type=int, default=6)
    parser.add_argument("--minutes", type=float, default=10)
    arguments = parser.parse_args()
    sys.exit(asyncio.run(run(arguments.people, max(3, arguments.waves), arguments.minutes)))
