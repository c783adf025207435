"""`make bench-first-view`: the lobby of a fair with 60 booths, opened for the first time on a poor network.

Chromium at 400 kbit/s and 400 ms for each round trip, with nothing kept from before: requests and kilobytes on the wire
until the page can be used (its live connection stands), seconds until the first text and until then, and how much the
layout moved (web.dev, "Cumulative Layout Shift"). Exits non-zero when a booth is missing on the page.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, async_playwright

from rooms.core.transaction import Transaction
from rooms.fairs import booths
from rooms.fairs.booths import BoothText
from rooms.fairs.fairs import Fair
from rooms.organisations import employers, vacancies
from rooms.organisations.vacancies import VacancyText
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.cast import Cast
from tests.running_server import RunningServer

BOOTHS = 60
NETWORK = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""Milliseconds, and bytes a second (400 kbit/s)."""
PATIENCE = 60_000
WATCH_SHIFTS = """
  globalThis.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
"""
IS_USABLE = "document.querySelector('[data-connection].ok:not([hidden])') !== null"
FIRST_TEXT = "performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"
NOW = "performance.now() / 1000"


@dataclass(frozen=True)
class View:
    requests: int
    kb: float
    js_kb: float
    text_s: float
    usable_s: float
    shift: float


class Wire:
    """What went over the network, as the browser's developer tools count it."""

    def __init__(self, session: CDPSession) -> None:
        self._is_script: dict[str, bool] = {}
        self.requests = self.bytes = self.script_bytes = 0
        session.on("Network.responseReceived", self._received)
        session.on("Network.loadingFinished", self._finished)

    def _received(self, event: dict[str, Any]) -> None:
        self._is_script[event["requestId"]] = event["type"] == "Script"

    def _finished(self, event: dict[str, Any]) -> None:
        self.requests += 1
        self.bytes += int(event["encodedDataLength"])
        self.script_bytes += int(event["encodedDataLength"]) if self._is_script.get(event["requestId"]) else 0


async def first_view(browser: Browser, address: str) -> View:
    context = await browser.new_context(viewport={"width": 360, "height": 740}, locale="fr-FR")
    try:
        page = await context.new_page()
        await page.add_init_script(WATCH_SHIFTS)
        session = await context.new_cdp_session(page)
        await session.send("Network.enable")
        await session.send("Network.emulateNetworkConditions", NETWORK)
        wire = Wire(session)
        await page.goto(address, wait_until="commit", timeout=PATIENCE)
        async with asyncio.timeout(PATIENCE / 1000):
            while not await page.evaluate(IS_USABLE):
                await asyncio.sleep(0.02)
        usable = await page.evaluate(NOW)
        requests, kilobytes, script = wire.requests, wire.bytes / 1000, wire.script_bytes / 1000
        shown = await page.locator(".booth-card").count()
        assert shown == BOOTHS, f"{shown} of {BOOTHS} booths are shown: nothing was timed"
        await page.wait_for_load_state("networkidle")
        text, shift = await page.evaluate(FIRST_TEXT), await page.evaluate("globalThis.shift")
        return View(requests, kilobytes, script, text, usable, shift)
    finally:
        await context.close()


async def fill(tx: Transaction, cast: Cast) -> None:
    """As many booths as a real fair has, each with three jobs."""
    fair = await tx.session.get_one(Fair, cast.fair.id)
    for number in range(BOOTHS - 2):
        name = f"Entreprise {number:02} de la Loire"
        employer = await employers.found(tx, name, "hospitality", "Nantes")
        booth = await booths.reserve(tx, fair, employer)
        words = "Nous cherchons des gens qui aiment leur métier, débutants ou non."
        await booths.set_up(tx, booth, BoothText(words, 15, "hospitality", "Nantes", "rust"))
        for job in ("Réceptionniste de nuit", "Commis de cuisine", "Agent d'entretien"):
            await vacancies.add(tx, employer, VacancyText(job, "Nantes", "permanent", "Un métier."))


async def run(rounds: int) -> list[View]:
    with tempfile.TemporaryDirectory(prefix="parvis-bench-first-view-") as folder:
        running = RunningServer(f"sqlite+aiosqlite:///{folder}/house.sqlite3", Path(folder))
        cast = await running.prepare()
        async with cast.database.transaction() as tx:
            await fill(tx, cast)
        await cast.database.close()
        await running.start()
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                address = f"{running.url}/fairs/{cast.fair.slug}"
                found = [await first_view(browser, address) for _ in range(rounds)]
                await browser.close()
        finally:
            await running.stop()
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    views = asyncio.run(run(parser.parse_args().rounds))
    for view in views:
        print(view)
    middle = {
        name: round(statistics.median(getattr(view, name) for view in views), 3) for name in View.__dataclass_fields__
    }
    print("aims: at most 15 requests and 150 kB, text in 2.5 s, usable in 5 s, shift below 0.05")
    print(json.dumps({"bench": "first_view", **middle}))


if __name__ == "__main__":
    main()
