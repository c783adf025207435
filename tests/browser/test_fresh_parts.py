"""A part that is drawn anew under somebody's hands takes nothing from them."""

import asyncio

import pytest
from playwright.async_api import Page, Request, Route, expect

from rooms.appointments.appointment import Appointment
from tests.browser.conftest import Visitors
from tests.browser.test_drawn_once import DESK, Watch, booked, is_connected, place_of
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


async def two_in_line(watch: Watch) -> Page:
    """Luc's desk, with Amina and then Karim waiting."""
    cast = watch.cast
    booth = f"/fairs/{cast.fair.slug}/booths/hotel-atlantique"
    for person in (cast.amina, cast.karim):
        await watch.come(person)
        await watch.act(person, f"{booth}/join", words="")
    return await watch.open(cast.luc, f"/desk/{cast.atlantique.id}", *DESK)


async def test_a_row_that_goes_takes_its_own_button_and_no_other(visitors: Visitors) -> None:
    watch = Watch(visitors, "en", 1280)
    desk = await two_in_line(watch)
    karim = desk.locator(".waiting-row", has_text="Karim Diallo").get_by_role(
        "button", name="Call Karim Diallo", exact=True
    )
    await karim.focus()
    await watch.act(watch.cast.amina, f"/places/{await place_of(watch.cast, watch.cast.amina)}/leave")
    await expect(desk.locator(".waiting-row")).to_have_count(1)
    await expect(karim).to_be_focused()


async def test_while_a_button_is_pressed_nothing_moves_under_the_finger(visitors: Visitors) -> None:
    watch = Watch(visitors, "en", 1280)
    desk = await two_in_line(watch)
    karim = desk.locator(".waiting-row", has_text="Karim Diallo").get_by_role(
        "button", name="Call Karim Diallo", exact=True
    )
    await karim.hover()
    await desk.mouse.down()
    async with desk.expect_response(lambda answer: answer.url.endswith(str(watch.cast.atlantique.id))):
        await watch.act(watch.cast.amina, f"/places/{await place_of(watch.cast, watch.cast.amina)}/leave")
    await expect(desk.locator(".waiting-row")).to_have_count(2)
    await desk.mouse.up()
    await expect(desk.locator(".ringing-now").get_by_text("Calling Karim Diallo")).to_be_visible()


async def test_a_question_that_was_answered_with_no_leaves_the_page_alive(visitors: Visitors) -> None:
    watch = Watch(visitors, "en", 1280)
    page, row = await cancelling(watch)
    await page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
    await page.get_by_role("button", name="Cancel it").click()
    await page.get_by_role("dialog").get_by_role("button", name="No").click()
    await changes(watch, page, row)


async def test_a_yes_is_for_what_was_asked_and_for_nothing_else(visitors: Visitors) -> None:
    watch = Watch(visitors, "en", 1280)
    page, _ = await cancelling(watch)
    await page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
    await page.get_by_role("button", name="Cancel it").click()
    await page.locator("form[action$='/cancel']").evaluate("(form) => form.action = '/somebody/else'")
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Cancel it").click()
    await expect(dialog).to_be_hidden()
    await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))")
    assert sent == []


async def test_a_page_that_is_not_for_one_any_more_says_so_and_asks_no_further(visitors: Visitors) -> None:
    watch = Watch(visitors, "en", 1280)
    cast = watch.cast
    page = await watch.open(cast.amina, f"/fairs/{cast.fair.slug}", "[data-fresh=booths]")
    await watch.come(cast.ines)
    for move in ("close", "archive"):
        await watch.act(cast.ines, f"/organise/{cast.fair.slug}/move", move=move)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("no longer")


async def test_one_answer_is_waited_for_at_a_time_and_each_is_drawn(visitors: Visitors) -> None:
    """On a slow network changes come faster than answers."""
    watch = Watch(visitors, "en", 1280)
    cast = watch.cast
    desk = await watch.open(cast.luc, f"/desk/{cast.atlantique.id}", *DESK)
    under_way = most = 0
    network_is_quick = asyncio.Event()

    async def slowly(route: Route) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await network_is_quick.wait()
        await route.continue_()
        under_way -= 1

    await desk.route(lambda url: url.endswith(str(cast.atlantique.id)), slowly)
    await watch.come(cast.amina)
    booth = f"/fairs/{cast.fair.slug}/booths/hotel-atlantique"
    for _ in range(6):
        await watch.act(cast.amina, f"{booth}/join", words="")
        await watch.act(cast.amina, f"/places/{await place_of(cast, cast.amina)}/leave")
    await watch.act(cast.amina, f"{booth}/join", words="")
    network_is_quick.set()
    await expect(desk.locator(".waiting-row")).to_have_count(1)
    assert most == 1
