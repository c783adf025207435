"""Whoever is stuck asks on the page where they are, and whoever runs the fair answers."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visitors
from tests.browser.test_everyone import faults, fits

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


async def test_help_is_asked_taken_answered_and_done_with(visitors: Visitors) -> None:
    cast = visitors.cast
    booth, run = f"/fairs/{cast.fair.slug}/booths/hotel-atlantique", f"/organise/{cast.fair.slug}"
    board = await visitors.sign_in(cast.ines, viewport={"width": 360, "height": 760})
    await board.goto(run)
    amina = await visitors.sign_in(cast.amina, viewport={"width": 360, "height": 760})
    await amina.goto(booth)
    await amina.get_by_role("link", name="I need help").click()
    assert await faults(amina) == []
    await amina.get_by_label("What is the matter?").fill("I hear nothing.")
    await amina.get_by_role("button", name="Ask for help").click()
    await expect(amina.get_by_text("You are next")).to_be_visible()

    await board.get_by_role("link", name="1 person asks for help").click()
    await expect(board.get_by_text("I hear nothing.")).to_be_visible()
    await fits(board)
    await board.get_by_role("button", name="I help Amina Benali").click()
    await expect(board.get_by_role("link", name=booth)).to_be_visible()
    await fits(board)
    await expect(amina.get_by_text("Inès Roche helps you")).to_be_visible()
    await board.get_by_label("Your message").fill("Look for the small loudspeaker.")
    await board.get_by_role("button", name="Send").click()
    await expect(amina.get_by_text("Look for the small loudspeaker.")).to_be_visible()
    await fits(amina)
    await amina.get_by_role("button", name="It is solved").click()
    await expect(amina.get_by_text("Good. Ask again whenever you like.")).to_be_visible()
    await expect(board.get_by_text("done 24 Nov 2026")).to_be_visible()
