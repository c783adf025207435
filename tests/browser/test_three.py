"""An appointment of three in real Chromium: a counsellor finds a time that suits all, and the three meet by video."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from rooms.appointments import appointment_types, booking_rules, hours
from rooms.appointments.appointment_types import AppointmentTypeText
from rooms.caseload import caseload
from rooms.organisations import agencies
from tests.browser.conftest import Visitors, finish, until
from tests.browser.test_appointments import until_the_room_opens
from tests.browser.test_everyone import fits

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
PHONE = {"viewport": {"width": 360, "height": 740}}
PICTURES = """[...document.querySelectorAll("video.remote")].filter(
    (each) => each.videoWidth > 0 && !each.paused && !each.classList.contains("visually-hidden")).length"""


async def open_all_day(visitors: Visitors) -> None:
    """Claire follows Amina; Claire and Luc can be met at any hour."""
    cast = visitors.cast
    async with cast.database.transaction() as tx:
        team = await agencies.team(tx, "Agence Nantes Centre", "Loire")
        await agencies.add_member(tx, team.id, await cast.fresh(tx, cast.claire))
        await appointment_types.add(
            tx, team.agency, AppointmentTypeText("A first talk with an employer", 30, ("video", "phone"))
        )
        for person in (cast.claire, cast.luc):
            for weekday in range(7):
                await hours.add_weekly(tx, person.id, weekday, 0, 24 * 60, ("video", "phone"))
            await booking_rules.change(tx, person.id, booking_rules.RulesText(0, 0, 0, 56, 40))
        await caseload.follow(tx, cast.claire.id, cast.amina.id)


async def book_common_time(claire: Page) -> None:
    await claire.get_by_role("link", name="A first talk with an employer").click()
    await claire.get_by_label("With an employer too").select_option(label="Hôtel Atlantique, Luc Moreau")
    await claire.get_by_role("button", name="Find common times").click()
    await expect(claire.get_by_text("Times that suit you, Amina Benali and Luc Moreau.")).to_be_visible()
    await expect(claire.get_by_role("link", name="Phone")).to_have_count(0)
    await fits(claire)
    await claire.locator("button.time").first.click()
    await expect(claire.get_by_text("Luc Moreau of Hôtel Atlantique comes too")).to_be_visible()
    await fits(claire)


async def go_in(page: Page, door: str = "To the waiting room") -> None:
    await page.get_by_role("button", name=door).click()
    await page.get_by_role("button", name="Go in").click()


async def see_pictures(count: int, *pages: Page) -> None:
    for page in pages:
        await until(page, f"{PICTURES} === {count}")


async def test_a_counsellor_brings_an_employer_along_and_the_three_meet(visitors: Visitors) -> None:
    cast = visitors.cast
    await open_all_day(visitors)
    claire = await visitors.sign_in(cast.claire)
    await claire.goto(f"/counsel/people/{cast.amina.id}")
    await book_common_time(claire)
    await until_the_room_opens(visitors, before=timedelta(minutes=5))
    amina, luc = await visitors.sign_in(cast.amina, **PHONE), await visitors.sign_in(cast.luc)
    for page in (amina, luc):
        await page.goto("/appointments")
        await page.get_by_role("link", name="A first talk with an employer").click()
        await fits(page)
    await expect(luc.get_by_role("button", name="The two others meet without me")).to_be_visible()
    await expect(luc.get_by_role("link", name="Move it")).to_have_count(0)
    await go_in(amina)
    await go_in(claire, "Open the door")
    await go_in(luc)
    await see_pictures(2, amina, claire, luc)
    for page in (amina, claire, luc):
        await fits(page)

    await luc.get_by_role("button", name="Leave").click()
    await expect(luc.get_by_role("heading", name="A first talk with an employer")).to_be_visible()
    await see_pictures(1, amina, claire)
    await go_in(luc)
    await see_pictures(2, amina, claire, luc)
    await finish(claire, "appointment")
    await expect(claire.get_by_text("Came", exact=True).first).to_be_visible()
    await expect(luc.get_by_role("heading", name="A first talk with an employer")).to_be_visible()
