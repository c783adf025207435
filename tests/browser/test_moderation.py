"""What organisers do about somebody: seen, told, answered and lifted."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Visitors
from tests.browser.test_everyone import faults, fits

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


async def report(amina: Page, karim: Page, chat: str) -> None:
    """What Karim writes there."""
    await karim.goto(chat)
    await karim.get_by_label("Your message").fill("Rubbish, all of it!")
    await karim.get_by_role("button", name="Send").click()
    await amina.goto(chat)
    row = amina.locator("[data-message]", has_text="Rubbish")
    await row.get_by_role("button", name="Report").click()
    await expect(amina.get_by_text("Thank you. The organisers will look at this message.")).to_be_visible()


async def test_a_reported_person_is_muted_learns_why_and_answers(visitors: Visitors) -> None:
    cast = visitors.cast
    chat = f"/fairs/{cast.fair.slug}/chat"
    amina, karim = await visitors.sign_in(cast.amina), await visitors.sign_in(cast.karim)
    await report(amina, karim, chat)
    board = await visitors.sign_in(cast.ines, viewport={"width": 360, "height": 760})
    await board.goto(f"/organise/{cast.fair.slug}")
    await board.get_by_role("link", name="Warn, mute or exclude").click()
    await expect(board.get_by_text("reported by Amina Benali")).to_be_visible()
    await fits(board)
    await board.get_by_role("radio", name="Muted").check()
    await board.get_by_label("Why?").fill("Please stay polite.")
    await board.get_by_role("button", name="Decide, and tell them").click()
    await expect(board.get_by_text("Done. Karim Diallo is told, with the reason.")).to_be_visible()

    await expect(karim.get_by_text("Muted, until")).to_be_visible()
    await karim.get_by_role("link", name="Why, and what you say to it").click()
    await expect(karim.get_by_text("Please stay polite.")).to_be_visible()
    assert await faults(karim) == []
    await karim.get_by_label("Your answer").fill("I am sorry.")
    await karim.get_by_role("button", name="Send my answer").click()
    await expect(karim.get_by_text("I am sorry.")).to_be_visible()

    await board.goto(f"/organise/{cast.fair.slug}")
    await expect(board.get_by_text("1 answer to read")).to_be_visible()
    await board.get_by_role("link", name="Moderation").click()
    await expect(board.get_by_text("I am sorry.")).to_be_visible()
    await fits(board)
    await karim.goto(chat)
    await expect(karim.get_by_text("Muted, until")).to_be_visible()
    await board.get_by_role("button", name="Lift it Karim Diallo").click()
    await board.get_by_role("dialog").get_by_role("button", name="Lift it").click()
    await expect(karim.get_by_text("Muted, until")).to_be_hidden()
    await karim.get_by_label("Your message").fill("Good afternoon.")
    await karim.get_by_role("button", name="Send").click()
    await expect(amina.get_by_text("Good afternoon.")).to_be_visible()
