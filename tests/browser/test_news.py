"""What happens at the fair reaches every open page: announcements, closing, questions, who is next."""

import pytest
from playwright.async_api import Page, expect

from rooms.fairs import opening
from rooms.fairs.fairs import Fair
from rooms.lines.call import Answer
from tests.browser.conftest import Visitors

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


async def test_an_announcement_and_the_closing_reach_a_booth_page(visitors: Visitors) -> None:
    cast = visitors.cast
    organiser = await visitors.sign_in(cast.ines)
    page = await visitors.passer_by()
    await page.goto(f"/fairs/{cast.fair.slug}/booths/hotel-atlantique")
    await expect(page.locator("[data-part=fair-state]")).to_contain_text("Open until")
    await organiser.goto(f"/organise/{cast.fair.slug}")
    await organiser.get_by_label("Announcement").fill("Interpreters are free at 15:00.")
    await organiser.get_by_role("button", name="Announce").click()
    note = page.locator("[data-part=announced]")
    await expect(note).to_contain_text("Interpreters are free at 15:00.")
    lobby = await visitors.passer_by()
    await lobby.goto(f"/fairs/{cast.fair.slug}")
    await lobby.get_by_role("button", name="FR, français").click()
    await expect(lobby.get_by_text("Interpreters are free at 15:00.")).to_be_visible()
    await organiser.get_by_role("link", name="Change Interpreters").click()
    await organiser.get_by_label("Announcement").fill("Interpreters are free at 16:00.")
    await organiser.get_by_text("In other languages").click()
    await organiser.get_by_label("For those who read French").fill("Interprètes libres à 16 h.")
    await organiser.get_by_role("button", name="Save").click()
    await expect(note).to_contain_text("Interpreters are free at 16:00.")
    await expect(lobby.get_by_text("Interprètes libres à 16 h.")).to_be_visible()
    await note.get_by_role("button", name="Close").click()
    await expect(note).to_be_hidden()
    await organiser.get_by_role("button", name="Say it no longer").click()
    await expect(lobby.get_by_text("Interprètes libres à 16 h.")).to_be_hidden()
    await lobby.reload()
    await expect(lobby.get_by_text("Interprètes libres à 16 h.")).to_be_hidden()
    await organiser.get_by_role("button", name="Close", exact=True).click()
    await organiser.get_by_role("dialog").get_by_role("button", name="Close").click()
    await expect(page.locator("[data-part=fair-state]")).to_have_text("Closed")


async def test_a_private_question_appears_on_the_open_desk_and_waits_until_it_is_answered(visitors: Visitors) -> None:
    cast = visitors.cast
    desk, amina = await visitors.sign_in(cast.luc), await visitors.sign_in(cast.amina)
    await desk.goto(f"/desk/{cast.atlantique.id}")
    await amina.goto(f"/fairs/{cast.fair.slug}/booths/hotel-atlantique/question")
    await amina.get_by_label("Your message").fill("Do you train beginners?")
    await amina.get_by_role("button", name="Send").click()
    row = desk.locator("[data-question]")
    await expect(row).to_contain_text("Amina Benali waits for an answer")
    answering = await desk.context.new_page()
    await answering.goto(await row.get_by_role("link").get_attribute("href") or "")
    await answering.get_by_label("Your message").fill("We do.")
    await answering.get_by_role("button", name="Send").click()
    await expect(row.locator("[data-slot=waits]")).to_be_hidden()
    await expect(amina.get_by_text("We do.")).to_be_visible()


async def call_next(page: Page) -> None:
    """Press "Call next" beside the talk, and answer that the talk may end."""
    await page.locator("[data-part=next-in-line]").get_by_role("button", name="Call next").click()
    await page.get_by_role("dialog").get_by_role("button", name="Call next").click()


async def test_call_next_from_a_talk_follows_the_line_and_says_why_it_cannot(visitors: Visitors) -> None:
    cast = visitors.cast
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting is not None
    luc = await visitors.sign_in(cast.luc)
    await luc.goto(f"/meetings/{meeting.id}")
    await expect(luc.get_by_text("Nobody in line can be called right now.")).to_be_visible()
    karim = await visitors.sign_in(cast.karim)
    await karim.goto(f"/fairs/{cast.fair.slug}/booths/hotel-atlantique/join")
    await karim.get_by_role("button", name="Take a place").click()
    beside = luc.locator("[data-part=next-in-line]")
    await expect(beside).to_contain_text("Karim Diallo")
    async with cast.database.transaction() as tx:
        await opening.close_by_hand(tx, await tx.session.get_one(Fair, cast.fair.id))
    await call_next(luc)
    await expect(beside.get_by_role("alert")).to_have_text("The fair is not open now.")
    await expect(luc).to_have_url(f"{visitors.running.url}/meetings/{meeting.id}")
    async with cast.database.transaction() as tx:
        await opening.open_by_hand(tx, await tx.session.get_one(Fair, cast.fair.id))
    await call_next(luc)
    await expect(luc).to_have_url(f"{visitors.running.url}/desk/{cast.atlantique.id}")
    await expect(karim.get_by_role("heading", name="Hôtel Atlantique calls you")).to_be_visible()


async def test_the_board_follows_who_comes_and_who_waits(visitors: Visitors) -> None:
    cast = visitors.cast
    board = await visitors.sign_in(cast.ines)
    await board.goto(f"/organise/{cast.fair.slug}/employers")
    row = board.locator("[data-fresh=booths] tr", has_text="Hôtel Atlantique").locator("td.number")
    await expect(row).to_have_text(["0", "0"])
    luc = await visitors.sign_in(cast.luc)
    await luc.goto(f"/desk/{cast.atlantique.id}")
    await expect(row).to_have_text(["1", "0"], timeout=15_000)
    await board.get_by_label("Employer", exact=True).fill("Being written")
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    await luc.reload()
    await expect(row).to_have_text(["1", "1"], timeout=15_000)
    await expect(board.get_by_label("Employer", exact=True)).to_have_value("Being written")


async def test_a_message_that_comes_out_of_sight_is_shown_in_the_talk_and_leads_to_the_chat(visitors: Visitors) -> None:
    cast = visitors.cast
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting is not None
    luc = await visitors.sign_in(cast.luc)
    amina = await visitors.sign_in(cast.amina, viewport={"width": 360, "height": 740})
    for page in (luc, amina):
        await page.goto(f"/meetings/{meeting.id}")
        await page.get_by_role("button", name="Go in").click()
    for reader, writer, words in ((luc, amina, "Which floor?"), (amina, luc, "The second.")):
        if writer is luc:
            await luc.get_by_role("tab", name="Notes").click()
            await luc.get_by_role("tab", name="Chat").click()
            # The face is large again once it is touched, and the chat below it.
            await amina.locator(".stage").click(position={"x": 20, "y": 70})
            await amina.evaluate("scrollTo(0, 0)")
        else:
            await luc.get_by_role("tab", name="Notes").click()
        await writer.get_by_label("Your message").fill(words)
        await writer.get_by_label("Your message").press("Enter")
        if writer is amina:
            await amina.evaluate("scrollTo(0, 0)")
        note = reader.get_by_role("button", name=words)
        await expect(note).to_be_visible()
        await note.click()
        await expect(note).to_be_hidden()
        await expect(reader.get_by_label("Your message")).to_be_focused()


async def test_a_double_click_calls_once_and_complains_of_nothing(visitors: Visitors) -> None:
    cast = visitors.cast
    amina = await visitors.sign_in(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    await amina.goto(f"/fairs/{cast.fair.slug}")
    luc = await visitors.sign_in(cast.luc)
    sent: list[str] = []
    luc.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    await luc.goto(f"/desk/{cast.atlantique.id}")
    await expect(luc.get_by_text("Next: Amina Benali")).to_be_visible()
    await luc.evaluate("for (const _ of [1, 2]) document.querySelector('[data-slot=next]').requestSubmit()")
    await expect(amina.locator("dialog.ringing")).to_be_visible()
    await luc.get_by_role("button", name="Withdraw").click()
    await expect(amina.locator("dialog.ringing")).to_be_hidden()
    await expect(amina.locator("[data-after-call]")).to_have_text("The call was withdrawn. Your place is kept.")
    assert len([frame for frame in sent if "line:call" in frame]) == 1
    await expect(luc.locator(".flash.refused")).to_have_count(0)
