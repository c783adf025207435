"""The product's own command in a process of its own, forked from one that has read its modules already: a house that
a test starts is up in a fraction of a second, and can be killed like any other."""

import asyncio
import multiprocessing
import os
import signal
import sys
from pathlib import Path

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.server_process", "server.cli", "server.demo.mailbox", "tests.preloaded"])


def _serve(settings: dict[str, str], log: Path) -> None:
    os.setsid()
    os.environ.update(settings)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(file, stream.fileno())
    from server import cli

    sys.argv = ["parvis", "serve"]
    cli.main()


class ServerProcess:
    """`parvis serve` with these settings; what it prints is added to the log."""

    def __init__(self, settings: dict[str, str], log: Path) -> None:
        self._process = _CONTEXT.Process(target=_serve, args=(settings, log), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.is_alive()

    def send(self, number: signal.Signals) -> None:
        if self._process.pid and self.is_running:
            os.killpg(self._process.pid, number)

    async def ended(self) -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._process.sentinel, over.set)
        try:
            await over.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        self._process.join()
