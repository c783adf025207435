"""An interview by appointment in real Chromium: the recruiter says when, a candidate books on a phone, both meet."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Visitors, finish, until_frames
from tests.browser.test_everyone import fits

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
PHONE = {"viewport": {"width": 360, "height": 740}}


async def offer_interviews(page: Page) -> None:
    await page.goto("/desk")
    await page.get_by_role("link", name="Interviews", exact=True).click()
    await page.get_by_label("Name").fill("Interview for the kitchen")
    await page.get_by_label("How long, in minutes?").fill("20")
    await page.get_by_label("A question to answer beforehand").fill("What have you cooked?")
    await page.locator("#kinds").get_by_role("button", name="Add").click()
    await expect(page.get_by_text("Candidates can book it from now on.")).to_be_visible()
    await page.locator("#times").get_by_role("button", name="Add").click()
    await expect(page.locator("#times").get_by_text("Saved.")).to_be_visible()
    await fits(page)


async def take_bookings_at_once(page: Page) -> None:
    await page.get_by_role("link", name="All my hours, pauses and calendars").click()
    await page.get_by_label("At least so many hours ahead").fill("0")
    await page.locator("#rules").get_by_role("button", name="Save").click()
    await expect(page.locator("#rules").get_by_text("Saved.")).to_be_visible()
    await page.get_by_role("link", name="To my desk").click()
    await expect(page.get_by_role("heading", name="Hôtel Atlantique")).to_be_visible()


async def book(page: Page, booth: str) -> None:
    await page.goto(booth)
    await fits(page)
    await page.get_by_role("link", name="Interview for the kitchen").click()
    await fits(page)
    await page.locator("button.time").first.click()
    await expect(page.get_by_text("Luc Moreau, Hôtel Atlantique")).to_be_visible()
    await page.get_by_label("What have you cooked?").fill("For sixty guests.")
    await page.get_by_role("button", name="Book this time").click()
    await expect(page.get_by_text("It is booked.")).to_be_visible()
    await fits(page)


async def come_to_it(page: Page, booth: str) -> None:
    await page.goto(booth)
    await page.get_by_role("link", name="Interview for the kitchen").first.click()
    await page.get_by_role("button", name="To the waiting room").click()


async def open_the_door(page: Page) -> None:
    await page.goto("/desk")
    await page.get_by_role("link", name="Interviews", exact=True).click()
    await fits(page)
    await page.get_by_role("link", name="Amina Benali").click()
    await expect(page.get_by_text("For sixty guests.")).to_be_visible()
    await page.get_by_role("button", name="Open the door").click()


async def finish_interview(page: Page) -> None:
    await finish(page, "appointment")
    await expect(page.get_by_role("heading", name="After the talk with Amina Benali")).to_be_visible()


async def answer(page: Page, amina: Page) -> None:
    """What comes next is said on the page that follows, and read among the talks (O11)."""
    await page.get_by_role("radio", name="Go on together").check()
    await page.get_by_label("What Amina Benali reads").fill("Come on Monday.")
    await page.get_by_role("button", name="Send the answer").click()
    await expect(page.get_by_text("The answer is on its way to Amina Benali.")).to_be_visible()
    await expect(amina.get_by_role("link", name="You get an answer by")).to_be_visible()
    await amina.reload()
    await amina.get_by_role("link", name="What the employer has answered").click()
    await expect(amina.get_by_text("They want to go on with you")).to_be_visible()
    await expect(amina.get_by_text("Come on Monday.")).to_be_visible()


async def test_the_recruiter_says_when_a_candidate_books_on_a_phone_and_both_meet(visitors: Visitors) -> None:
    cast = visitors.cast
    booth = f"/fairs/{cast.fair.slug}/booths/hotel-atlantique"
    luc, amina = await visitors.sign_in(cast.luc), await visitors.sign_in(cast.amina, **PHONE)
    await offer_interviews(luc)
    await take_bookings_at_once(luc)
    await book(amina, booth)
    await come_to_it(amina, booth)
    await open_the_door(luc)
    for page in (amina, luc):
        await page.get_by_role("button", name="Go in").click()
    for page in (amina, luc):
        await until_frames(page)
    await finish_interview(luc)
    await amina.wait_for_url("**/appointments/*")
    await answer(luc, amina)
