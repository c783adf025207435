"""Who runs where, and what it cost: the server on the first core, whoever loads it on the second."""

import contextlib
import os
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
FULL = 0.7
"""Of its core: a generator that is busier measures itself."""


def pin(pid: int, core: int) -> None:
    """On a machine of one core everything runs there."""
    cores = sorted(os.sched_getaffinity(0) if pid == 0 else range(os.cpu_count() or 1))
    with contextlib.suppress(OSError):
        os.sched_setaffinity(pid, {cores[core % len(cores)]} if len(cores) > 1 else set(cores))


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_kb(pid: int) -> int:
    """What of a process is in memory (VmRSS)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


@dataclass
class Spent:
    seconds: float = 0.0
    server_cpu: float = 0.0
    own_share: float = 0.0
    """Of a core, by this process."""

    @property
    def is_generator_full(self) -> bool:
        return self.own_share > FULL


@contextlib.contextmanager
def spending(pid: int) -> Iterator[Spent]:
    spent, began, server = Spent(), time.perf_counter(), cpu_seconds(pid)
    own = resource.getrusage(resource.RUSAGE_SELF)
    yield spent
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent.seconds = time.perf_counter() - began
    spent.server_cpu = cpu_seconds(pid) - server
    spent.own_share = (after.ru_utime + after.ru_stime - own.ru_utime - own.ru_stime) / spent.seconds


def open_files() -> None:
    """As many connections as this machine allows one process."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
