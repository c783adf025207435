"""Two people in two Chromium processes, and how long it takes from a click until one sees the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from playwright.async_api import Browser, BrowserContext, Page, Playwright

from tests.browser.conftest import CHROMIUM, FLAGS

WATCH = Path(__file__).parent / "peerjs_page" / "watch.js"
FAKE_CAMERA = "--use-fake-device-for-media-stream"
FAST_CAMERA = f"{FAKE_CAMERA}=device-count=1,fps=60"
"""The default fake camera's frame interval (50 ms) is as long as what is measured."""
AT_REST_S = 0.7
"""Between the last preparation and the click: the page is quiet, as it is for a person who reads it."""
GIVE_UP_S = 30
DARKEST, PLAINEST, STILLEST = 8, 24, 8


class NoPicture(RuntimeError):
    """The call did not do what is measured: its figure would mean nothing."""


@dataclass
class Pair:
    """The same two browsers for both contestants; each has its own contexts in them."""

    candidate: Browser
    recruiter: Browser

    async def contexts(self) -> tuple[BrowserContext, BrowserContext]:
        return await _context(self.candidate), await _context(self.recruiter)


class Contestant(Protocol):
    """One way to call, which can be measured again and again."""

    name: str

    async def round(self) -> float: ...


async def _context(browser: Browser) -> BrowserContext:
    context = await browser.new_context(locale="en-GB")
    context.set_default_timeout(GIVE_UP_S * 1000)
    await context.add_init_script(path=WATCH)
    return context


@asynccontextmanager
async def pair(playwright: Playwright, camera: str) -> AsyncIterator[Pair]:
    """Two processes of their own, so that neither's encoder runs in the other's."""
    flags = [flag for flag in FLAGS if not flag.startswith(FAKE_CAMERA)]
    flags += ["--use-fake-ui-for-media-stream", camera]
    opened: list[Browser] = []
    try:
        for _ in range(2):
            opened.append(await playwright.chromium.launch(executable_path=CHROMIUM, args=flags))
        yield Pair(*opened)
    finally:
        for browser in opened:
            await browser.close()


async def until(page: Page, condition: str) -> None:
    """Wait for a condition that the page can tell. (Playwright's own waiting needs eval, which our pages forbid.)"""
    try:
        async with asyncio.timeout(GIVE_UP_S):
            while not await page.evaluate(condition):
                await asyncio.sleep(0.02)
    except TimeoutError as error:
        raise NoPicture(f"never came about: {condition} on {page.url}") from error


async def click_to_picture(page: Page, button: str, video: str) -> float:
    """Milliseconds from a real click on `button` until `video` shows the other one's first decoded frame."""
    await page.evaluate("([button, video]) => watch.arm(button, video)", [button, video])
    await asyncio.sleep(AT_REST_S)
    await page.locator(button).click()
    try:
        seen = await asyncio.wait_for(page.evaluate("() => watch.seen"), GIVE_UP_S)
    except TimeoutError as error:
        raise NoPicture("no frame came") from error
    return _checked(seen)


def _checked(seen: dict[str, float | None]) -> float:
    """A black picture, one of a single colour, or one that stands still is no call."""
    values = {name: value or 0.0 for name, value in seen.items()}
    if seen["ms"] is None:
        raise NoPicture("a frame came before the click")
    if values["brightness"] < DARKEST or values["contrast"] < PLAINEST:
        raise NoPicture(f"the picture is empty: {seen}")
    if values["change"] < STILLEST:
        raise NoPicture(f"the picture never changes: {seen}")
    return values["ms"]
