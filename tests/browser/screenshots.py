"""`make screenshots`: the pictures of the README. `--all DIR` takes every page at three widths, light and dark."""

import argparse
import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from rooms.core.database import Database
from server import migrating
from server.demo import seed
from server.demo.seed import Cast
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.running_server import RunningServer

IMAGES = Path("docs/images")
WIDTHS = (360, 768, 1280)


async def visitor(browser: Browser, running: RunningServer, link: str, *, width: int, scheme: str, locale: str) -> Page:
    context = await browser.new_context(
        base_url=running.url,
        locale=locale,
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": width, "height": 760 if width < 700 else 860},
        permissions=["camera", "microphone"],
        extra_http_headers={"Accept-Language": locale},
    )
    await context.add_cookies([{"name": "parvis_language", "value": locale[:2], "url": running.url}])
    page = await context.new_page()
    if link:
        await page.goto(link)
        await page.locator("main form button").click()
        await page.wait_for_url(lambda url: "/links/" not in url)
    return page


async def shoot(page: Page, path: Path, *, full: bool = False) -> None:
    await page.wait_for_load_state("networkidle")
    await page.evaluate("document.fonts.ready")
    await page.screenshot(path=path, full_page=full)


async def furnish(browser: Browser, running: RunningServer, cast: Cast) -> tuple[str, str]:
    """Somebody at each desk, people in line, a call that rings; gives the paths of a desk and of Amina's booth."""
    desk = ""
    for name, link in [*cast.recruiters, cast.visitors["recruiter"]]:
        page = await visitor(browser, running, link, width=1280, scheme="light", locale="fr-FR")
        await page.goto("/desk")
        await page.locator("[data-part=desk]").wait_for()
        if name == "Luc Moreau":
            desk = page.url
            await page.context.close()
    for number, (_, link, words) in enumerate(cast.candidates):
        page = await visitor(browser, running, link, width=360, scheme="light", locale="fr-FR")
        for booth in ("hotel-atlantique", "maison-perrin")[: 1 + number % 2]:
            await page.goto(f"/fairs/{cast.fair}/booths/{booth}/join")
            await page.locator("textarea").fill(words)
            await page.locator("main form button").click()
        await page.goto(f"/fairs/{cast.fair}/chat")
    return desk, f"/fairs/{cast.fair}/booths/hotel-atlantique"


async def all_pages(browser: Browser, running: RunningServer, cast: Cast, folder: Path, desk: str) -> None:
    """Every page at three widths, light and dark, in both languages by turns."""
    fair = f"/fairs/{cast.fair}"
    pages = {
        "": ["/", fair, f"{fair}/booths/hotel-atlantique", "/sign-in", "/nowhere"],
        "candidate": [
            fair,
            f"{fair}/lines",
            f"{fair}/chat",
            f"{fair}/booths/carrefour-ouest",
            "/me",
            "/me/talks",
            "/camera",
        ],
        "recruiter": [
            desk.removeprefix(running.url),
            desk.replace("/desk/", "/booths/").removeprefix(running.url) + "/set-up",
        ],
        "organiser": ["/organise", f"/organise/{cast.fair}", "/organise/new", "/demo/mailbox"],
    }
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            for role, paths in pages.items():
                link = cast.visitors[role][1] if role else ""
                locale = "fr-FR" if scheme == "light" else "en-GB"
                page = await visitor(browser, running, link, width=width, scheme=scheme, locale=locale)
                for path in paths:
                    await page.goto(path)
                    name = path.strip("/").replace("/", "_") or "front"
                    await shoot(page, folder / f"{width}-{scheme}-{role or 'anyone'}-{name[-40:]}.png", full=True)
                await page.context.close()


async def for_readme(browser: Browser, running: RunningServer, cast: Cast, desk: str, booth: str) -> None:
    link = cast.visitors["candidate"][1]
    for width, scheme in ((1280, "light"), (1280, "dark"), (360, "light")):
        page = await visitor(browser, running, link, width=width, scheme=scheme, locale="en-GB")
        await page.goto(f"{booth}/join")
        await page.locator("main form button").click()
        await page.goto(f"/fairs/{cast.fair}")
        await page.locator(".place-row").first.wait_for()
        await shoot(page, IMAGES / f"lobby-{width}-{scheme}.png")
        if width > 360:
            await page.context.close()
    phone: BrowserContext = page.context
    recruiter = await visitor(
        browser, running, cast.visitors["recruiter"][1], width=1280, scheme="light", locale="en-GB"
    )
    await recruiter.goto(desk)
    await shoot(recruiter, IMAGES / "desk-1280-light.png")
    await recruiter.locator(".waiting-row", has_text="Amina").get_by_role("button").click()
    await page.locator("dialog.ringing[open]").wait_for()
    await shoot(page, IMAGES / "called-360-light.png")
    await page.get_by_role("button", name="Join now").click()
    await recruiter.wait_for_url("**/meetings/*")
    for each in (recruiter, page):
        await each.get_by_role("button", name="Go in").click()
    await recruiter.locator("[data-slot=note]").wait_for(state="hidden")
    await recruiter.wait_for_timeout(2500)
    await recruiter.screenshot(path=IMAGES / "meeting-1280-dark.png")
    await page.screenshot(path=IMAGES / "meeting-360-dark.png")
    await phone.close()


async def main(everything: Path | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        running = RunningServer(f"sqlite+aiosqlite:///{folder}/parvis.sqlite3", Path(folder))
        database = Database(running.database_url, running.clock)
        await migrating.migrate(database.engine)
        cast = await seed.seed(database)
        await database.close()
        await running.start()
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            desk, booth = await furnish(browser, running, cast)
            if everything:
                await all_pages(browser, running, cast, everything, desk)
            else:
                await for_readme(browser, running, cast, desk, booth)
            await browser.close()
        await running.stop()


def parse() -> Path | None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", type=Path)
    folder: Path | None = parser.parse_args().all
    (folder or IMAGES).mkdir(parents=True, exist_ok=True)
    return folder


if __name__ == "__main__":
    asyncio.run(main(parse()))
