"""Appointments in real Chromium: booked on a phone in three steps, moved by the link in the mail, held by video."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from rooms.appointments import agenda, appointment_types, booking_rules, hours
from rooms.appointments.appointment import Appointment
from rooms.appointments.appointment_types import AppointmentTypeText
from rooms.caseload import caseload
from rooms.core.outbox import Mail
from rooms.organisations import agencies
from tests.browser.conftest import Visitors, finish, until_frames
from tests.browser.test_everyone import faults, tab_to
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
PHONE = {"viewport": {"width": 360, "height": 740}, "timezone_id": "America/Guadeloupe"}


async def axe(page: Page) -> None:
    assert await faults(page) == []


async def open_office(cast: Cast) -> None:
    """Claire is there day and night, so that a time begins within minutes of any moment."""
    async with cast.database.transaction() as tx:
        team = await agencies.team(tx, "Agence Nantes Centre", "Loire")
        await agencies.add_member(tx, team.id, cast.claire)
        for weekday in range(7):
            await hours.add_weekly(tx, cast.claire.id, weekday, 0, 1440, ("video", "phone"))
        await booking_rules.change(tx, cast.claire.id, booking_rules.RulesText(0, 0, 0, 56, 40))
        text = AppointmentTypeText("My project", 30, ("video", "phone"), "What is it about?", "Your CV")
        await appointment_types.add(tx, team.agency, text)
        await caseload.follow(tx, cast.claire.id, cast.amina.id)


async def mailed_path(cast: Cast) -> str:
    """Of the link in the mail that says what was booked."""
    async with cast.database.reading() as tx:
        mails = (await tx.session.execute(select(Mail).where(Mail.template == "appointment"))).scalars()
        return next(str(mail.values["path"]) for mail in mails if "/a/" in str(mail.values["path"]))


async def book(page: Page) -> None:
    """The three steps, from the front page's tab on."""
    await page.get_by_role("link", name="Appointments").filter(visible=True).click()
    await page.get_by_role("link", name="Book an appointment").first.click()
    await page.get_by_role("link", name="My project").click()
    await page.locator("button.time").first.click()
    await expect(page.get_by_text("Kept for you until")).to_be_visible()
    await page.get_by_label("What is it about?").fill("I bake.")
    await page.get_by_role("button", name="Book this time").click()
    await expect(page.get_by_text("It is booked.")).to_be_visible()


async def until_the_room_opens(visitors: Visitors, *pages: Page, before: timedelta = timedelta()) -> None:
    """The first time there is may lie beyond midnight, or behind a holiday."""
    async with visitors.cast.database.reading() as tx:
        (row,) = await agenda.active_of(tx, visitors.cast.amina.id)
        if row.begins_at - before > tx.now:
            visitors.running.clock.set_to(row.begins_at - before)
    for page in pages:
        await page.reload()


async def test_booked_on_a_phone_in_three_steps_in_the_persons_own_time_and_without_a_fault_for_axe(
    visitors: Visitors,
) -> None:
    await open_office(visitors.cast)
    page = await visitors.sign_in(visitors.cast.amina, media=False, **PHONE)
    await page.goto("/")
    await page.goto("/appointments/new")
    await axe(page)
    await page.get_by_role("link", name="My project").click()
    await expect(page.get_by_text("Times are those of your device: Atlantic Standard Time.")).to_be_visible()
    await axe(page)
    await page.goto("/")
    await book(page)
    await axe(page)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    async with visitors.cast.database.reading() as tx:
        row = (await tx.session.execute(select(Appointment))).unique().scalar_one()
        assert (row.time_zone, row.said) == ("America/Guadeloupe", "I bake.")


async def test_a_time_that_was_just_taken_gives_way_to_the_next_ones_on_the_page_itself(visitors: Visitors) -> None:
    await open_office(visitors.cast)
    first = await visitors.sign_in(visitors.cast.amina, media=False)
    second = await visitors.sign_in(visitors.cast.karim, media=False)
    for page in (first, second):
        await page.goto("/appointments/new")
        await page.get_by_role("link", name="My project").click()
    taken = await second.locator("button.time").first.get_attribute("value")
    await first.locator(f'button.time[value="{taken}"]').click()
    await expect(first.get_by_text("Kept for you until")).to_be_visible()
    await second.locator(f'button.time[value="{taken}"]').click()
    await expect(second.get_by_role("alert")).to_contain_text("Somebody has just taken this time.")
    await expect(second.get_by_role("alert")).to_be_focused()
    await expect(second.locator(f'button.time[value="{taken}"]')).to_have_count(0)
    await axe(second)
    await second.locator("button.time").first.click()
    await expect(second.get_by_text("Kept for you until")).to_be_visible()


async def test_the_link_in_the_mail_moves_and_cancels_without_signing_in(visitors: Visitors) -> None:
    await open_office(visitors.cast)
    page = await visitors.sign_in(visitors.cast.amina, media=False)
    await page.goto("/")
    await book(page)
    path = await mailed_path(visitors.cast)
    stranger = await visitors.passer_by()
    scanned = await stranger.request.get(visitors.running.url + path)
    assert scanned.status == 200
    await stranger.goto(path)
    await axe(stranger)
    await stranger.get_by_role("button", name="I will come").click()
    await expect(stranger.get_by_text("You will come")).to_be_visible()
    await stranger.get_by_role("link", name="Move it").click()
    await stranger.locator("button.time").nth(5).click()
    asked = stranger.get_by_role("dialog", name="Move it to this time?")
    await asked.locator("[data-slot=yes]").click()
    await expect(stranger.get_by_text("It has moved.")).to_be_visible()
    await stranger.get_by_label("A word to the other person").fill("My child is ill.")
    await stranger.get_by_role("button", name="Cancel it").click()
    asked = stranger.get_by_role("dialog", name="Cancel this appointment?")
    await asked.get_by_role("button", name="Cancel it").click()
    await expect(stranger.get_by_text("It is cancelled.")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("My child is ill.").first).to_be_visible()


async def test_the_appointment_is_held_by_video_and_recorded_by_itself(visitors: Visitors) -> None:
    cast = visitors.cast
    await open_office(cast)
    claire, amina = await visitors.sign_in(cast.claire), await visitors.sign_in(cast.amina)
    await amina.goto("/")
    await book(amina)
    await until_the_room_opens(visitors, amina)
    await claire.goto("/counsel")
    day = claire.locator(".day-row")
    await expect(day).to_contain_text("Amina Benali")
    await axe(claire)
    elsewhere = await claire.context.new_page()
    await elsewhere.goto("/counsel/people")
    await amina.get_by_role("button", name="To the waiting room").click()
    await expect(elsewhere.get_by_text("Somebody waits for you in the waiting room.").first).to_be_visible()
    await elsewhere.close()
    await expect(day.get_by_text("waits since")).to_be_visible()
    await claire.get_by_role("button", name="Open the door").click()
    for page in (claire, amina):
        await page.get_by_role("button", name="Go in").click()
    for page in (claire, amina):
        await until_frames(page)
    await expect(claire.get_by_text("I bake.")).to_be_visible()
    await finish(claire, "appointment")
    await expect(claire.get_by_text("Came", exact=True).first).to_be_visible()
    await expect(amina.locator("#evidence")).to_contain_text("camera and microphone work")
    await expect(amina.locator("#evidence")).to_contain_text("connected")
    await axe(amina)


async def test_whoever_goes_back_finds_the_time_that_is_kept_for_them(visitors: Visitors) -> None:
    await open_office(visitors.cast)
    page = await visitors.sign_in(visitors.cast.amina, media=False, **PHONE)
    await page.goto("/appointments/new")
    await page.get_by_role("link", name="My project").click()
    await page.locator("button.time").first.click()
    await expect(page.get_by_text("Kept for you until")).to_be_visible()
    await page.go_back()
    await page.reload()
    await expect(page.get_by_text("is kept for you until")).to_be_visible()
    await axe(page)
    await page.get_by_role("link", name="Book it").click()
    await page.get_by_role("button", name="Book this time").click()
    await expect(page.get_by_text("It is booked.")).to_be_visible()


async def test_whoever_comes_by_the_link_talks_without_signing_in_and_is_a_stranger_elsewhere(
    visitors: Visitors,
) -> None:
    cast = visitors.cast
    await open_office(cast)
    booker, claire = await visitors.sign_in(cast.amina, media=False), await visitors.sign_in(cast.claire)
    await booker.goto("/")
    await book(booker)
    await until_the_room_opens(visitors, claire)
    amina = await visitors.passer_by(**PHONE)
    await amina.context.grant_permissions(["camera", "microphone"])
    await amina.goto(await mailed_path(cast))
    await axe(amina)
    await amina.get_by_role("button", name="To the waiting room").click()
    await expect(claire.get_by_text("waits since")).to_be_visible()
    await claire.goto(booker.url)
    await claire.get_by_role("button", name="Open the door").click()
    for page in (claire, amina):
        await page.get_by_role("button", name="Go in").click()
    for page in (claire, amina):
        await until_frames(page)
    await amina.get_by_label("Your message").fill("I came by the link.")
    await amina.get_by_role("button", name="Send").click()
    await claire.get_by_role("tab", name="Chat").click()
    await expect(claire.locator(".messages")).to_contain_text("I came by the link.")
    await amina.reload()
    await until_frames(amina)
    await finish(claire, "appointment")
    await expect(amina.locator("#evidence")).to_contain_text("connected")
    await axe(amina)
    await expect(amina.get_by_role("link", name="Appointments")).to_have_count(0)
    await amina.goto("/appointments")
    await expect(amina).to_have_url(re.compile("/sign-in"))


async def test_a_counsellor_sets_hours_and_books_by_phone_for_somebody_without_an_address(visitors: Visitors) -> None:
    cast = visitors.cast
    await open_office(cast)
    page = await visitors.sign_in(cast.claire, media=False)
    await page.goto("/counsel/hours")
    await axe(page)
    await page.get_by_role("button", name="Remove").first.click()
    await expect(page.get_by_text("Removed.")).to_be_visible()
    await page.goto("/counsel/people")
    await axe(page)
    await page.get_by_label("Name", exact=True).last.fill("Fatou Ba")
    await page.get_by_role("button", name="Follow", exact=True).click()
    await page.get_by_role("link", name="My project").click()
    await page.get_by_role("link", name="By phone").click()
    await page.get_by_label("Number to call").fill("02 40")
    await page.locator("button.time").nth(20).click()
    await expect(page.locator(".error")).to_contain_text("This number looks incomplete.")
    await axe(page)
    await page.get_by_label("Number to call").fill("02 40 00 00 00")
    await page.locator("button.time").nth(20).click()
    await expect(page.get_by_text("It is booked.")).to_be_visible()
    token = await page.locator("input[name=form_token]").first.get_attribute("value")
    letter = await page.request.post(page.url + "/letter", form={"form_token": str(token)})
    assert letter.headers["content-type"] == "application/pdf"
    assert (await letter.body()).startswith(b"%PDF-")
    await page.reload()
    await expect(page.get_by_text("Letter printed")).to_be_visible()


async def test_an_appointment_is_taken_moved_and_cancelled_by_keyboard_alone(visitors: Visitors) -> None:
    await open_office(visitors.cast)
    page = await visitors.sign_in(visitors.cast.amina, media=False, **PHONE)
    await page.goto("/appointments/new")
    await tab_to(page, "My project")
    await page.keyboard.press("Enter")
    await expect(page.locator("button.time").first).to_be_visible()
    await tab_to(page, str(await page.locator("button.time").nth(3).inner_text()))
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Kept for you until")).to_be_visible()
    await tab_to(page, "Book this time")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("It is booked.")).to_be_visible()
    await tab_to(page, "Move it")
    await page.keyboard.press("Enter")
    await expect(page.locator("button.time").first).to_be_visible()
    time = str(await page.locator("button.time").nth(6).inner_text())
    await tab_to(page, time)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Move it to this time?")).to_be_visible()
    await tab_to(page, time.split(maxsplit=1)[0])
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("It has moved.")).to_be_visible()
    await tab_to(page, "Cancel it")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Cancel this appointment?")).to_be_visible()
    await tab_to(page, "Cancel it")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("It is cancelled.")).to_be_visible()


async def test_what_was_typed_outlives_an_error_a_change_of_language_and_a_way_back(visitors: Visitors) -> None:
    await open_office(visitors.cast)
    page = await visitors.sign_in(visitors.cast.amina, media=False, **PHONE)
    await page.goto("/appointments/new")
    await page.get_by_role("link", name="My project").click()
    await page.get_by_role("link", name="Phone").click()
    await page.locator("button.time").first.click()
    await expect(page.get_by_text("Kept for you until")).to_be_visible()
    form = page.url
    await page.get_by_label("What is it about?").fill("I bake bread.")
    await page.get_by_label("Number to call").fill("06 12")
    await page.get_by_role("button", name="Book this time").click()
    await expect(page.get_by_label("Number to call")).to_be_focused()
    assert page.url == form
    await page.get_by_role("button", name="FR, français").click()
    await expect(page.get_by_role("button", name="FR, français")).to_have_attribute("aria-pressed", "true")
    assert page.url == form
    await expect(page.get_by_label("What is it about?")).to_have_value("I bake bread.")
    await page.get_by_role("button", name="EN, English").click()
    await page.get_by_label("Number to call").fill("06 12 34 56 78")
    await page.get_by_role("button", name="Book this time").click()
    await expect(page.get_by_text("It is booked.")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_text("It is booked.").or_(page.get_by_role("heading", level=1))).to_be_visible()
    assert "/book" not in page.url
