"""`make bench-scale`: the same crowd at one, two and four processes.

    python -m tests.load.bench_scale [--people 1500] [--minutes 2]

The last line is {"bench": "scale", "cores": ..., "people": ..., "page_p99_ms": {"1": ..., "2": ..., "4": ...},
"chat_p99_ms": {...}, "may_conclude": ...}. More processes than cores show what several processes cost, not what they
gain; the line says so. It fails when something is lost or doubled, or when a crowd was not let in.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

from tests.load import bench_fair, cores

PROCESSES = (1, 2, 4)


async def run(people: int, minutes: float) -> int:
    cores.open_files()
    pages, chats, wrong = {}, {}, []
    for count in PROCESSES:
        with tempfile.TemporaryDirectory(prefix="parvis-scale-", dir="/tmp") as folder:
            Path(folder).chmod(0o755)
            rush = min(minutes * 20, people / 40)
            found = await bench_fair.play(Path(folder), people, minutes, count, rush_s=rush, crews=1, thinks_s=30.0)
        line = bench_fair.line_of(found, "scale")
        print(f"{count} processes: page p99 {line['page_p99_ms']} ms, chat p99 {line['chat_p99_ms']} ms", flush=True)
        pages[str(count)], chats[str(count)] = line["page_p99_ms"], line["chat_p99_ms"]
        wrong += bench_fair.account(found)
    for sentence in wrong[:20]:
        print(sentence, file=sys.stderr)
    most = os.cpu_count() or 1
    # The simulated people, nginx and PostgreSQL need a core beside them.
    bound = max(1, most - 1)
    said = f"what {bound} processes gain" if bound > 1 else "what several processes cost; not what they gain"
    print(json.dumps(
        {"bench": "scale", "cores": most, "people": people, "page_p99_ms": pages, "chat_p99_ms": chats,
         "may_conclude": said}
    ))  # fmt: skip
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1500)
    parser.add_argument("--minutes", type=float, default=2)
    arguments = parser.parse_args()
    sys.exit(asyncio.run(run(arguments.people, arguments.minutes)))
