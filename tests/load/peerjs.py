"""The contestant: PeerJS with its own server, warm before the click. Everything of it comes from node_modules."""

import asyncio
import contextlib
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from aiohttp import web
from playwright.async_api import BrowserContext, Page

from tests.load.callers import Pair, click_to_picture, until
from tests.services import free_port

ROOT = Path(__file__).parent.parent.parent
MODULES = ROOT / "node_modules"
NODE = ROOT / "tools/node_from_pypi.py"
SERVER = MODULES / "peer/dist/bin/peerjs.js"
HERE = Path(__file__).parent / "peerjs_page"
FILES = {
    "/": HERE / "index.html",
    "/call.js": HERE / "call.js",
    "/peerjs.min.js": MODULES / "peerjs/dist/peerjs.min.js",
}
READY = "document.body.dataset.state === 'open' && document.getElementById('self').videoWidth > 0"


@dataclass
class PeerJs:
    """Two pages of PeerJS: one calls at the click, the other answers at once."""

    candidate: BrowserContext
    recruiter: BrowserContext
    pages: str
    server_port: int
    name: str = "peerjs"

    async def round(self) -> float:
        me, other = str(uuid.uuid4()), str(uuid.uuid4())
        answering = await self._open(self.recruiter, other, me)
        calling = await self._open(self.candidate, me, other)
        await calling.bring_to_front()
        try:
            return await click_to_picture(calling, "#call", "#remote")
        finally:
            await calling.close()
            await answering.close()

    async def _open(self, context: BrowserContext, me: str, other: str) -> Page:
        page = await context.new_page()
        await page.goto(f"{self.pages}/?me={me}&other={other}&port={self.server_port}")
        await until(page, READY)
        return page


@dataclass
class Servers:
    """PeerServer on a private port, and the page that uses it."""

    pages: str
    server_port: int

    async def contestant(self, pair: Pair) -> PeerJs:
        candidate, recruiter = await pair.contexts()
        return PeerJs(candidate, recruiter, self.pages, self.server_port)


@asynccontextmanager
async def servers() -> AsyncIterator[Servers]:
    async with _peer_server() as server_port, _pages() as pages:
        yield Servers(pages, server_port)


@asynccontextmanager
async def _peer_server() -> AsyncIterator[int]:
    port = free_port()
    if not SERVER.exists():
        raise RuntimeError("PeerServer is missing: tools/fetch-front-end brings it")
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(NODE), str(SERVER), "--port", str(port), "--host", "127.0.0.1",
        stdout=asyncio.subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        await _until_it_answers(port)
        yield port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _until_it_answers(port: int) -> None:
    async with asyncio.timeout(20), aiohttp.ClientSession() as session:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"http://127.0.0.1:{port}/") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)


@asynccontextmanager
async def _pages() -> AsyncIterator[str]:
    app = web.Application()
    for path, file in FILES.items():
        app.router.add_get(path, _serving(file))
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def _serving(file: Path) -> Callable[[web.Request], Awaitable[web.FileResponse]]:
    async def serve(_: web.Request) -> web.FileResponse:
        return web.FileResponse(file)

    return serve
