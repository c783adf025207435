"""A part that is drawn anew under somebody's hands takes nothing from them."""

import pytest
from playwright.async_api import Page, expect

from rooms.appointments.appointment import Appointment
from tests.browser.conftest import Visitors
from tests.browser.test_drawn_once import Watch, booked, is_connected
from tests.rooms.appointments.office import open_office

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


async def cancelling(watch: Watch) -> tuple[Page, Appointment]:
    """Amina's appointment on her screen, with the form for cancelling it."""
    row = await booked(watch, watch.cast.amina, await open_office(watch.cast), 60)
    await watch.come(watch.cast.claire)
    page = await watch.open(watch.cast.amina, row.path, "main > section.card")
    return page, row


async def changes(watch: Watch, page: Page, row: Appointment) -> None:
    """The counsellor passes on that they know of it, and the page has heard."""
    async with page.expect_response(lambda answer: answer.url.endswith(row.path) and answer.request.method == "GET"):
        await watch.act(watch.cast.amina, f"{row.path}/coming", begins=row.begins_at.isoformat())
    await expect(page.get_by_role("button", name="I will come")).to_have_count(0)


async def test_what_is_typed_unfolded_and_in_focus_stays(visitors: Visitors) -> None:
    watch = Watch(visitors, "en", 1280)
    page, row = await cancelling(watch)
    await page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
    words = page.locator("form[action$='/cancel'] [name=words]")
    await words.click()
    await page.keyboard.type("I found w")
    await changes(watch, page, row)
    await page.keyboard.type("ork.")
    await expect(words).to_have_value("I found work.")
    await expect(words).to_be_focused()


async def test_what_was_refused_stays_to_be_mended(visitors: Visitors) -> None:
    watch = Watch(visitors, "en", 1280)
    page, row = await cancelling(watch)
    await page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
    too_much = " ".join(["I am ill."] * 200)
    words = page.locator("form[action$='/cancel'] [name=words]")
    await words.evaluate("(field) => field.removeAttribute('maxlength')")
    await words.fill(too_much)
    await page.locator("form[action$='/cancel'] button").click()
    await page.get_by_role("dialog").get_by_role("button").last.click()
    alert = page.locator("main [role=alert]").first
    await expect(alert).to_be_visible()
    await is_connected(page)
    await changes(watch, page, row)
    await expect(words).to_have_value(too_much)
    await expect(alert).to_be_visible()


async def test_what_is_said_once_waits_for_the_page_that_comes_next(visitors: Visitors) -> None:
    """The parts of another tab are drawn in the very moment between a form and the page it leads to."""
    watch = Watch(visitors, "en", 1280)
    page, row = await cancelling(watch)
    await changes(watch, page, row)
    next_page = await page.context.new_page()
    await next_page.goto(row.path)
    await expect(next_page.get_by_text("Thank you. See you then.")).to_be_visible()
