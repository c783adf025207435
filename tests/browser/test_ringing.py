"""A ring cannot be lost, nor be missed because of what stands between a browser and the house."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.conftest import Visitors, until
from tests.browser.test_drawn_once import is_connected

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


async def wait_in_line(visitors: Visitors, page: Page) -> str:
    """Amina takes a place; gives the address of the page where she waits."""
    cast = visitors.cast
    booth = f"/fairs/{cast.fair.slug}/booths/hotel-atlantique"
    await page.goto(f"{booth}/join")
    await page.get_by_role("button", name="Take a place").click()
    await expect(page.locator(".arch-number").first).to_have_text("1st")
    return f"/fairs/{cast.fair.slug}/lines"


async def ring(visitors: Visitors) -> None:
    luc = await visitors.sign_in(visitors.cast.luc, media=False)
    await luc.goto(f"/desk/{visitors.cast.atlantique.id}")
    await is_connected(luc)
    await luc.get_by_role("button", name="Call next").click()
    await expect(luc.locator(".ringing-now").get_by_text("Calling Amina Benali")).to_be_visible()


async def test_escape_does_not_take_a_ring_off_the_screen(visitors: Visitors) -> None:  # C2
    page = await visitors.sign_in(visitors.cast.amina, media=False)
    await page.goto(await wait_in_line(visitors, page))
    await is_connected(page)
    await ring(visitors)
    dialog = page.locator("dialog.ringing")
    await expect(dialog).to_be_visible()
    for _ in range(4):
        await page.keyboard.press("Escape")
    await dialog.evaluate("(dialog) => dialog.close()")
    await expect(dialog).to_be_visible()
    await dialog.get_by_role("button", name="In 5 minutes").click()
    await expect(dialog).to_be_hidden()


async def test_a_ring_is_seen_and_answered_where_no_script_runs(visitors: Visitors) -> None:  # C5
    phone = {"width": 360, "height": 740}
    page = await visitors.sign_in(visitors.cast.amina, media=False, java_script_enabled=False, viewport=phone)
    lines = await wait_in_line(visitors, page)
    booth = f"/fairs/{visitors.cast.fair.slug}/booths/hotel-atlantique"
    await ring(visitors)
    for path in (lines, "/", f"/fairs/{visitors.cast.fair.slug}/chat", f"/fairs/{visitors.cast.fair.slug}", booth):
        await page.goto(path)
        await expect(page.locator(".ringing-bar").get_by_role("button", name="Join now")).to_be_in_viewport()
        for choice in await page.locator(".ringing-bar button").all():
            # Nothing else lies over it.
            await choice.click(trial=True)
    await page.locator(".ringing-bar").get_by_role("button", name="In 5 minutes").click()
    await expect(page.locator(".ringing-bar")).to_have_count(0)


@asynccontextmanager
async def behind_a_proxy(page: Page, *, swallows: bool) -> AsyncIterator[None]:
    """One that lets no WebSocket through: it answers at once, or never."""
    never = asyncio.Event()

    async def refuse(socket: WebSocketRoute) -> None:
        if swallows:
            await never.wait()
        await socket.close(code=1011)

    await page.context.route_web_socket("**/live/**", refuse)
    yield
    never.set()


@pytest.mark.parametrize("swallows", [False, True], ids=["refused", "swallowed"])
async def test_where_no_websocket_comes_through_the_page_lives_all_the_same(
    visitors: Visitors, swallows: bool
) -> None:  # P1
    page = await visitors.sign_in(visitors.cast.amina, media=False)
    async with behind_a_proxy(page, swallows=swallows):
        await page.goto(await wait_in_line(visitors, page))
        await is_connected(page)
        await ring(visitors)
        await expect(page.locator("dialog.ringing")).to_be_visible()


async def test_a_ring_sounds_by_choice_and_can_be_silenced_and_stretched(visitors: Visitors) -> None:  # C3, Q1, A3
    page = await visitors.sign_in(visitors.cast.amina, media=False)
    await page.add_init_script("globalThis.tones = 0;")
    await page.add_init_script(
        "const start = OscillatorNode.prototype.start;"
        "OscillatorNode.prototype.start = function (...at) { globalThis.tones += 1; return start.apply(this, at); };"
    )
    await page.goto(await wait_in_line(visitors, page))
    await is_connected(page)
    choice = page.locator("[data-part=ring-sound] button")
    await expect(choice).to_have_attribute("aria-pressed", "true")
    await ring(visitors)
    dialog = page.locator("dialog.ringing")
    await until(page, "globalThis.tones > 4")
    await dialog.get_by_role("button", name="Silence").click()
    quiet = await page.evaluate("globalThis.tones")
    await dialog.get_by_role("button", name="One more minute").click()
    await until(page, "parseInt(document.querySelector('dialog.ringing .seconds').textContent) > 70")
    await dialog.get_by_role("button", name="In 5 minutes").click()
    assert await page.evaluate("globalThis.tones") == quiet
    await page.get_by_role("button", name="I am ready now").click()
    await expect(page.get_by_role("button", name="I am ready now")).to_have_count(0)
    await choice.click()
    await expect(choice).to_have_attribute("aria-pressed", "false")


UNTOUCHED = """
globalThis.isTouched = false;
const Real = AudioContext, resume = Real.prototype.resume;
Real.prototype.resume = function () { return isTouched ? resume.call(this) : Promise.reject(new Error("untouched")); };
globalThis.AudioContext = class extends Real { constructor() { super(); void this.suspend(); } };
"""


async def test_a_ring_that_the_browser_kept_silent_sounds_once_the_page_is_touched(visitors: Visitors) -> None:  # C3
    page = await visitors.sign_in(visitors.cast.amina, media=False)
    await page.add_init_script(UNTOUCHED)
    await page.goto(await wait_in_line(visitors, page))
    await is_connected(page)
    await ring(visitors)
    dialog = page.locator("dialog.ringing")
    silent = dialog.get_by_text("Your browser keeps the ring silent")
    await expect(silent).to_be_visible()
    await expect(dialog.get_by_role("button", name="Silence")).to_be_hidden()
    await page.evaluate("globalThis.isTouched = true")
    await dialog.get_by_role("heading").click()
    await expect(silent).to_be_hidden()
    await dialog.get_by_role("button", name="Silence").click()
    await expect(dialog.get_by_role("button", name="Silence")).to_be_hidden()
    await expect(silent).to_be_hidden()


async def test_leaving_asks_first_and_can_be_undone(visitors: Visitors) -> None:  # C6
    page = await visitors.sign_in(visitors.cast.amina, media=False)
    await page.goto(await wait_in_line(visitors, page))
    await is_connected(page)
    await ring(visitors)
    dialog = page.locator("dialog.ringing")
    await dialog.get_by_role("button", name="Leave this line").click()
    question = page.get_by_role("dialog", name="Leave this line?")
    await question.get_by_role("button").first.click()
    await expect(dialog).to_be_visible()
    await dialog.get_by_role("button", name="Leave this line").click()
    await question.get_by_role("button", name="Leave this line").click()
    await expect(dialog).to_be_hidden()
    await page.get_by_role("button", name="Take my place back").click()
    await expect(page.locator(".arch-number").first).to_have_text("1st")
