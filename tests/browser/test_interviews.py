"""An interview by appointment in real Chromium: the recruiter says when, a candidate books on a phone, both meet."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Visitors, until_frames
from tests.browser.test_everyone import faults

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
PHONE = {"viewport": {"width": 360, "height": 740}}


async def fits(page: Page) -> None:
    assert await faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


async def test_the_recruiter_says_when_a_candidate_books_on_a_phone_and_both_meet(visitors: Visitors) -> None:
    cast = visitors.cast
    luc = await visitors.sign_in(cast.luc)
    await luc.goto("/desk")
    await luc.get_by_role("link", name="Interviews", exact=True).click()
    await luc.get_by_label("Name").fill("Interview for the kitchen")
    await luc.get_by_label("How long, in minutes?").fill("20")
    await luc.get_by_label("A question to answer beforehand").fill("What have you cooked?")
    await luc.locator("#kinds").get_by_role("button", name="Add").click()
    await expect(luc.get_by_text("Candidates can book it from now on.")).to_be_visible()
    await luc.locator("#times").get_by_role("button", name="Add").click()
    await expect(luc.locator("#times").get_by_text("Saved.")).to_be_visible()
    await fits(luc)
    await luc.get_by_role("link", name="All my hours, pauses and calendars").click()
    await luc.get_by_label("At least so many hours ahead").fill("0")
    await luc.locator("#rules").get_by_role("button", name="Save").click()
    await expect(luc.locator("#rules").get_by_text("Saved.")).to_be_visible()
    await luc.get_by_role("link", name="To my desk").click()
    await expect(luc.get_by_role("heading", name="Hôtel Atlantique")).to_be_visible()

    amina = await visitors.sign_in(cast.amina, **PHONE)
    await amina.goto(f"/fairs/{cast.fair.slug}/booths/hotel-atlantique")
    await fits(amina)
    await amina.get_by_role("link", name="Interview for the kitchen").click()
    await fits(amina)
    await amina.locator("button.time").first.click()
    await expect(amina.get_by_text("Luc Moreau, Hôtel Atlantique")).to_be_visible()
    await amina.get_by_label("What have you cooked?").fill("For sixty guests.")
    await amina.get_by_role("button", name="Book this time").click()
    await expect(amina.get_by_text("It is booked.")).to_be_visible()
    await fits(amina)
    await amina.goto(f"/fairs/{cast.fair.slug}/booths/hotel-atlantique")
    await amina.get_by_role("link", name="Interview for the kitchen").first.click()
    await amina.get_by_role("button", name="To the waiting room").click()

    await luc.goto("/desk")
    await luc.get_by_role("link", name="Interviews", exact=True).click()
    await fits(luc)
    await luc.get_by_role("link", name="Amina Benali").click()
    await expect(luc.get_by_text("For sixty guests.")).to_be_visible()
    await luc.get_by_role("button", name="Open the door").click()
    for page in (amina, luc):
        await page.get_by_role("button", name="Go in").click()
    for page in (amina, luc):
        await until_frames(page)
    await luc.get_by_role("button", name="Finish").click()
    await luc.get_by_role("dialog", name="Finish the appointment?").get_by_role("button", name="Finish").click()
    await expect(luc.get_by_text("Came", exact=True).first).to_be_visible()
