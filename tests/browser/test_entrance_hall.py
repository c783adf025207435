"""A full fair: one waits in its entrance hall with a number, reads meanwhile, and is let in by itself."""

import re

import pytest
from playwright.async_api import expect

from rooms.fairs import entrance_hall
from rooms.fairs.admission import Passing
from rooms.fairs.fairs import Fair
from tests.browser.conftest import Visitors

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


async def test_the_hall_keeps_the_turn_and_lets_in_by_itself(visitors: Visitors) -> None:
    cast = visitors.cast
    organiser = await visitors.sign_in(cast.ines)
    await organiser.goto(f"/organise/{cast.fair.slug}/describe")
    await organiser.get_by_label("How many candidates may be in the fair at once?").fill("1")
    await organiser.get_by_role("button", name="Save").click()
    await expect(organiser.get_by_text("Saved.")).to_be_visible()

    karim = await visitors.sign_in(cast.karim)
    await karim.goto(cast.fair.path)
    await expect(karim.get_by_role("heading", name="2 employers take part")).to_be_visible()
    amina = await visitors.sign_in(cast.amina)
    await amina.goto(cast.fair.path)
    await expect(amina.get_by_role("heading", name="You are in the entrance hall")).to_be_visible()
    await expect(amina.get_by_role("status").get_by_text("Your turn is next.")).to_be_visible()
    await amina.reload()
    await expect(amina.get_by_role("status").get_by_text("Your turn is next.")).to_be_visible()

    # Everything can be read; what is done at the fair leads back to the hall.
    await amina.get_by_role("link", name="Hôtel Atlantique").click()
    await expect(amina.get_by_text("Cook", exact=False).first).to_be_visible()
    await expect(amina.get_by_role("link", name="Join the line")).to_have_count(0)
    await amina.goto(f"{cast.atlantique.path}/join")
    await expect(amina.get_by_role("heading", name="You are in the entrance hall")).to_be_visible()

    passer_by = await visitors.passer_by()
    await passer_by.goto(cast.fair.path)
    await expect(passer_by.get_by_text("1 person waits in the entrance hall.")).to_be_visible()
    await organiser.goto(f"/organise/{cast.fair.slug}")
    await expect(organiser.get_by_text("1 of 1 candidates are in, 1 wait in the entrance hall.")).to_be_visible()

    async with cast.database.transaction() as tx:
        await entrance_hall.set_capacity(tx, await tx.session.get_one(Fair, cast.fair.id), 2, 600)
    await expect(amina.get_by_role("heading", name="2 employers take part")).to_be_visible()
    await amina.goto(cast.atlantique.path)
    await amina.get_by_role("link", name="Join the line").click()
    await amina.get_by_role("button", name="Take a place").click()
    await expect(amina.get_by_text("You are in line.")).to_be_visible()


async def test_the_number_falls_while_one_waits(visitors: Visitors) -> None:
    cast = visitors.cast
    async with cast.database.transaction() as tx:
        await entrance_hall.set_capacity(tx, await tx.session.get_one(Fair, cast.fair.id), 1, 600)
        fair = await tx.session.get_one(Fair, cast.fair.id)
        await entrance_hall.arrive(tx, fair, {cast.claire.id: Passing.IN_TURN})
    karim, amina = await visitors.sign_in(cast.karim), await visitors.sign_in(cast.amina)
    await karim.goto(cast.fair.path)
    await amina.goto(cast.fair.path)
    await expect(amina.get_by_role("status").get_by_text("People before you: 1 at most.")).to_be_visible()
    async with cast.database.transaction() as tx:
        await entrance_hall.set_capacity(tx, await tx.session.get_one(Fair, cast.fair.id), 2, 600)
    await expect(karim).to_have_title(re.compile("^Hotels"))
    await expect(amina.get_by_role("status").get_by_text("Your turn is next.")).to_be_visible()


async def test_closing_and_opening_reach_the_hall_and_ones_turn_reaches_every_page(visitors: Visitors) -> None:
    cast = visitors.cast

    organiser = await visitors.sign_in(cast.ines)
    await organiser.goto(f"/organise/{cast.fair.slug}")

    async def press(name: str) -> None:
        await organiser.get_by_role("button", name=name, exact=True).click()
        await organiser.get_by_role("dialog").get_by_role("button", name=name).click()

    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        await entrance_hall.set_capacity(tx, fair, 1, 600)
        await entrance_hall.arrive(tx, fair, {cast.claire.id: Passing.IN_TURN})
    amina = await visitors.sign_in(cast.amina)
    await amina.goto(cast.fair.path)
    await expect(amina.get_by_role("heading", name="You are in the entrance hall")).to_be_visible()
    await press("Close")
    await expect(amina.get_by_text("The fair is closed just now.")).to_be_visible(timeout=40_000)
    await press("Open the fair now")
    await expect(amina.get_by_role("heading", name="You are in the entrance hall")).to_be_visible(timeout=40_000)

    await amina.get_by_role("link", name="Hôtel Atlantique").click()
    await expect(amina.get_by_role("link", name="To the entrance hall")).to_be_visible()
    async with cast.database.transaction() as tx:
        await entrance_hall.set_capacity(tx, await tx.session.get_one(Fair, cast.fair.id), 2, 600)
    await amina.get_by_role("link", name="you can come in.").click()
    await expect(amina.get_by_role("heading", name="2 employers take part")).to_be_visible()
