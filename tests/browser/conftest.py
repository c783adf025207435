"""Real Chromium, one context a person, and a house of its own for each test."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from rooms.people.people import Person
from server import assets
from tests.cast import Cast
from tests.running_server import RunningServer

CHROMIUM = "/usr/bin/chromium"
CLOSES_WITHIN = 15.0
expect.set_options(timeout=20_000)
OF_THE_BROWSER_ITSELF = (
    "PreloadTopChromeWebUI", "WebUIReloadButton", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
)  # fmt: skip
"""Parts of Chromium's own window that are pages: each window of a person would load them, though nobody sees them."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-device-for-media-stream",
    "--auto-select-tab-capture-source-by-title=Parvis",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-features=" + ",".join(("WebRtcHideLocalIpsWithMdns", *OF_THE_BROWSER_ITSELF)),
    "--autoplay-policy=no-user-gesture-required",
]


@dataclass
class Visitors:
    """Opens browsers' contexts for the cast, signed in through their links."""

    browser: Browser
    running: RunningServer
    cast: Cast
    contexts: list[BrowserContext] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """Errors that pages threw; a test ends with none."""

    async def context(self, **options: object) -> BrowserContext:
        context = await self.browser.new_context(
            base_url=self.running.url, locale="en-GB", ignore_https_errors=True, **options
        )
        context.set_default_timeout(15_000)
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        context.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
        self.contexts.append(context)
        return context

    async def leave(self) -> None:
        for context in self.contexts:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(context.close(), CLOSES_WITHIN)

    async def passer_by(self, **options: object) -> Page:
        return await (await self.context(**options)).new_page()

    async def sign_in(self, person: Person, *, media: bool = True, **options: object) -> Page:
        context = await self.context(**options)
        if media:
            await context.grant_permissions(["camera", "microphone"])
        page = await context.new_page()
        await page.goto(await self.running.link(self.cast, person))
        await page.get_by_role("button", name="Come in").click()
        await page.wait_for_url(lambda url: "/links/" not in url)
        return page


def pytest_configure(config: pytest.Config) -> None:
    """Whoever has changed a script or a style since they were bundled tries what they have changed."""
    if not hasattr(config, "workerinput") and assets.is_stale():
        assets.compress(assets.bundle())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop, because one browser serves every test of a process; each has contexts and a house of its own."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    playwright = await async_playwright().start()
    browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    # What was tested is over: a browser that does not want to close is no reason to wait for ever.
    for closing in (browser.close(), playwright.stop()):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(closing, CLOSES_WITHIN)


@pytest_asyncio.fixture(loop_scope="session")
async def running(database_url: str, tmp_path: Path) -> AsyncIterator[RunningServer]:
    running = RunningServer(database_url, tmp_path)
    yield running
    await running.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def visitors(browser: Browser, running: RunningServer) -> AsyncIterator[Visitors]:
    cast = await running.prepare()
    await running.start()
    visitors = Visitors(browser, running, cast)
    yield visitors
    await visitors.leave()
    await cast.database.close()
    assert visitors.faults == []
    log = (running.folder / "house.log").read_text()
    failed = [line for line in log.splitlines() if "_failed" in line]
    assert failed == [], failed[0].replace("\\n", "\n")


async def received(page: Page) -> dict[str, float]:
    """What the page's remote video has decoded, and how loud its sound was."""
    return await page.evaluate(
        """async () => {
          const video = document.querySelector("video.remote");
          const quality = video.getVideoPlaybackQuality();
          return { frames: quality.totalVideoFrames, width: video.videoWidth };
        }"""
    )


async def until(page: Page, expression: str) -> None:
    """Wait until an expression is true in the page; Playwright's own way is eval, which our pages forbid."""
    async with asyncio.timeout(60):
        while not await page.evaluate(expression):
            await asyncio.sleep(0.05)


async def finish(page: Page, what: str = "talk") -> None:
    """Whoever leads ends it, and means it."""
    await page.get_by_role("button", name="Finish").click()
    await page.get_by_role("dialog", name=f"Finish the {what}?").get_by_role("button", name="Finish").click()


async def until_frames(page: Page, more: int = 10) -> None:
    """Wait until the remote picture has decoded some more frames."""
    before = (await received(page))["frames"]
    async with asyncio.timeout(60):
        while (await received(page))["frames"] < before + more:
            await asyncio.sleep(0.1)
