"""`make bench-fair`: a whole fair on everything a real installation stands on, as `parvis rehearse` plays it.

    python -m tests.load.bench_fair [--people 10000] [--minutes 10] [--processes 2]

Several processes behind nginx with TLS, PostgreSQL, Redis and coturn, as `make stack` runs them, and the simulated
people beside them on the same cores. The last line is {"bench": "fair", "people": ..., "chat_p99_ms": ...,
"line_p99_ms": ..., "errors": ..., "lost": ..., "doubled": ...}. It fails when what was acknowledged does not stand
exactly once, when a line is out of order, or when fewer than 98 of 100 came in.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

from rooms.core.transaction import Transaction
from rooms.fairs import booths
from rooms.fairs.booths import BoothText
from rooms.organisations import employers
from server.rehearsal.directing import Plan, Rehearsal, direct
from server.rehearsal.report import write
from server.rehearsal.staging import stage
from tests.cast import Cast
from tests.load import cores
from tests.stack import stack

BOOTHS = 30
CAME = 0.98


async def furnish(tx: Transaction, cast: Cast, count: int) -> None:
    """A fair of so many booths, with nobody at them: the rehearsal brings its own people."""
    fair = await tx.session.get_one(type(cast.fair), cast.fair.id)
    for number in range(count - len(await booths.of_fair(tx, fair.id))):
        employer = await employers.found(tx, f"Employer {number}", "hospitality", "Nantes")
        booth = await booths.reserve(tx, fair, employer)
        await booths.set_up(tx, booth, BoothText("Come and work with us.", 15, "hospitality", "Nantes", "rust"))


def told(found: Rehearsal) -> None:
    """A line every window, so that a long run is seen to go on."""
    window = found.windows[-1]
    if window.at and not window.measures.counts.get("seen"):
        window.measures.counts["seen"] = 1
        print(f"{window.at:4.0f} s: {window.here} there, errors {found.errors}", flush=True)


def line_of(found: Rehearsal, bench: str) -> dict[str, object]:
    p99 = {name: round(each.percentile(0.99) * 1000) for name, each in found.total.latencies.items()}
    return {
        "bench": bench, "people": found.most_here, "chat_p99_ms": p99.get("chat read", 0),
        "line_p99_ms": p99.get("join", 0), "page_p99_ms": p99.get("page", 0), "errors": found.errors,
        "lost": found.lost, "doubled": found.doubled,
    }  # fmt: skip


def account(found: Rehearsal) -> list[str]:
    """What does not add up."""
    wrong = [*found.verdict.lost, *found.verdict.doubled, *found.verdict.disordered]
    if found.most_here < CAME * found.people:
        wrong.append(f"only {found.most_here} of {found.people} were there at once")
    for name in ("chat read", "join", "both signalled"):
        if name not in found.total.latencies:
            wrong.append(f"nothing was measured of: {name}")
    named = ("lost on the wire", "called twice at once", "people who did not come to an end")
    return wrong + [f"{found.total.counts[name]} {name}" for name in named if found.total.counts[name]]


async def play(folder: Path, people: int, minutes: float, processes: int, **plan: float) -> Rehearsal:
    async with stack(folder, processes) as running:
        async with running.cast.database.transaction() as tx:
            await furnish(tx, running.cast, BOOTHS)
        staging = await stage(running.cast.database, running.cast.fair.slug, people, recruiters=2)
        found = Plan(running.url, minutes, certificate=str(running.certificate), **plan)  # type: ignore[arg-type]
        return await direct(running.cast.database, staging, found, told)


async def run(people: int, minutes: float, processes: int) -> int:
    cores.open_files()
    rush = min(minutes * 30, max(15.0, people / 60))
    with tempfile.TemporaryDirectory(prefix="parvis-fair-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        # In less than a minute whoever thinks that long does nothing, and nothing would be measured.
        thinks = 90.0 if minutes >= 1 else 8.0
        found = await play(Path(folder), people, minutes, processes, rush_s=rush, crews=2, thinks_s=thinks)
    write(found, "the benchmark", Path(tempfile.gettempdir()) / "parvis-bench-fair")
    for name, count in sorted(found.total.counts.items()):
        print(f"{count:9d} {name}")
    for name, each in sorted(found.total.latencies.items()):
        shares = "  ".join(f"{each.percentile(share) * 1000:7.0f}" for share in (0.5, 0.9, 0.99))
        print(f"{each.steps.total():9d} {name:16s} {shares} ms")
    wrong = account(found)
    for sentence in wrong[:20]:
        print(sentence, file=sys.stderr)
    print(json.dumps(line_of(found, "fair")))
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    sys.exit(asyncio.run(run(arguments.people, arguments.minutes, arguments.processes)))
