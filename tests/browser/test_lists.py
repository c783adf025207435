"""An organiser brings a list, looks at it, sends it, and follows how far people have come."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from rooms.fairs import fairs, opening, schedule
from rooms.fairs.fairs import FairDescription
from tests.browser.conftest import Visitors
from tests.browser.test_everyone import faults

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
LIST = """Nom;Prénom;Adresse e-mail;Tél.
Martin;Léa;lea@example.org;06 12 34 56 78
Dupont;Inès;ines.d@example.org;
X;Y;nobody;"""
TWO_EMPLOYERS = "Firme\tAdresse\nCirque\trh@cirque.example\nThéâtre\tt@example.org"


async def read_list(page: Page, text: str, name: str = "liste.csv") -> None:
    await page.set_input_files("#f-document", {"name": name, "mimeType": "text/csv", "buffer": text.encode("cp1252")})
    await page.get_by_role("button", name="Read the list").click()
    await page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}"))


async def test_a_list_from_the_spreadsheet_to_somebody_who_comes(visitors: Visitors) -> None:
    cast = visitors.cast
    page = await visitors.sign_in(cast.ines)
    await page.goto(f"/organise/{cast.fair.slug}")
    await page.get_by_role("link", name="Bring a list").click()
    await page.get_by_role("radio", name="Candidates").check()
    await read_list(page, LIST)
    assert await faults(page) == []
    await expect(page.get_by_role("row", name="lea@example.org Léa Martin +33612345678")).to_be_visible()
    await expect(page.get_by_role("row", name=re.compile("^4 This e-mail address looks incomplete"))).to_be_visible()
    await page.goto("/demo/mailbox")
    await expect(page.get_by_text("lea@example.org")).to_have_count(0)
    await page.go_back()
    await page.get_by_role("button", name="Invite them").click()
    await expect(page.locator("[data-fresh=state]")).to_contain_text("Sent", timeout=30_000)
    await page.get_by_role("link", name="See the list of the fair").click()
    row = page.get_by_role("row", name="Léa Martin")
    await expect(row).to_contain_text("lea@example.org")
    assert await faults(page) == []

    guest = await visitors.passer_by()
    await guest.goto("/demo/mailbox")
    letter = guest.locator("article, li, section", has_text="lea@example.org").filter(has_text="/links/").first
    await guest.goto(re.search(r"/links/[\w-]+", await letter.inner_text())[0])  # type: ignore[index]
    await page.reload()
    await expect(row).to_contain_text("Link opened")
    await guest.get_by_role("button", name="Come in").click()
    await expect(guest.get_by_role("heading", name="2 employers take part")).to_be_visible()
    await page.reload()
    await expect(row).to_contain_text("Came")

    await page.get_by_role("checkbox", name="Inès Dupont").check()
    await page.get_by_role("button", name="Remind them").click()
    await expect(page.get_by_text("1 reminder is on its way.")).to_be_visible()
    await page.get_by_role("searchbox", name="Name or address").fill("marti")
    await page.get_by_role("button", name="Search").click()
    await expect(page.get_by_role("status")).to_contain_text("1 of 2")
    await expect(page.get_by_role("row", name="Inès Dupont")).to_have_count(0)
    await page.get_by_role("button", name="Withdraw").click()
    await expect(page.get_by_text("Please choose somebody in the list first.").first).to_be_visible()


async def test_a_wrong_column_is_put_right_and_a_list_is_taken_back_by_keyboard(visitors: Visitors) -> None:
    cast = visitors.cast
    page = await visitors.sign_in(cast.ines, viewport={"width": 360, "height": 760}, color_scheme="dark")
    await page.goto(f"/organise/{cast.fair.slug}/imports?kind=employers")
    await page.get_by_label("Or paste the lines").fill(
        "Firme\tAdresse\nCirque\trh@cirque.example\nThéâtre\tt@example.org"
    )
    await page.get_by_role("button", name="Read the list").press("Enter")
    await expect(page.get_by_label("E-mail address")).to_have_value("1", timeout=20_000)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await page.get_by_label("Employer", exact=True).select_option("0")
    await page.get_by_role("button", name="Read it anew").press("Enter")
    await expect(page.get_by_text("The sector is missing").first).to_be_visible()
    await page.get_by_label("Sector of those of which the list says none").select_option("office")
    await page.get_by_role("button", name="Read it anew").press("Enter")
    await page.get_by_role("radio", name="On a day and at an hour:").check()
    await page.get_by_role("button", name="Invite them").press("Enter")
    await expect(page.get_by_text("Please give the day and the hours").first).to_be_visible()
    await page.locator("#f-date").fill("2027-02-01")
    assert await faults(page) == []
    await page.get_by_role("button", name="Invite them").press("Enter")
    await expect(page.locator("[data-fresh=state]")).to_contain_text("Sent", timeout=30_000)
    await expect(page.get_by_text("The letters leave on 1 Feb 2027")).to_be_visible()
    await page.goto(f"/organise/{cast.fair.slug}/employers")
    await expect(page.get_by_text("Cirque").first).to_be_visible()
    await page.go_back()
    await page.get_by_role("button", name="Take it all back").press("Enter")
    await page.get_by_role("dialog").get_by_role("button", name="Take it all back").press("Enter")
    await expect(page.get_by_text("Taken back: its invitations open nothing any more.")).to_be_visible()
    await page.goto(f"/organise/{cast.fair.slug}/employers")
    await expect(page.get_by_text("Cirque")).to_have_count(0)


async def test_a_candidate_takes_part_in_a_fair_that_lies_ahead_and_thinks_better_of_it(visitors: Visitors) -> None:
    cast = visitors.cast
    async with cast.database.transaction() as tx:
        fair = await fairs.create(tx, cast.ines, FairDescription("Spring", "", ("en",), (), "Europe/Paris"))
        await schedule.add_day(tx, fair, tx.now + timedelta(days=40), tx.now + timedelta(days=40, hours=8))
        await opening.publish(tx, fair)
    page = await visitors.sign_in(cast.amina, viewport={"width": 360, "height": 760})
    await page.goto(fair.path)
    await page.get_by_role("link", name="Take part").click()
    await page.get_by_role("button", name="I take part").press("Enter")
    await expect(page.get_by_role("heading", name="You take part")).to_be_visible()
    assert await faults(page) == []
    answer = await page.request.get(f"{fair.path}/calendar.ics")
    assert "SUMMARY:Spring" in await answer.text()
    board = await visitors.sign_in(cast.ines)
    await board.goto(f"/organise/{fair.slug}/candidates")
    row = board.get_by_role("row", name="Amina Benali")
    await expect(row).to_contain_text("Registered")
    await page.get_by_role("button", name="I do not come after all").click()
    await expect(page.get_by_role("heading", name="Take part in Spring")).to_be_visible()
    await board.reload()
    await expect(row).to_contain_text("Cancelled")


async def test_a_fair_asks_and_whoever_registers_answers_without_losing_a_word(visitors: Visitors) -> None:
    cast = visitors.cast
    board = await visitors.sign_in(cast.ines)
    await board.goto(f"/organise/{cast.fair.slug}/registration")
    for words, kind, options in (
        ("What do you look for?", "In one's own words", ""),
        ("Where?", "One of several", "Nantes\nAngers"),
        ("I agree to be written to about this fair.", "By agreeing", ""),
    ):
        await board.get_by_label("Question, or the sentence to agree to").fill(words)
        await board.get_by_role("radio", name=kind).check()
        await board.get_by_label("Answers to choose from, one a line").fill(options)
        await board.get_by_label("It must be answered").set_checked(kind == "By agreeing")
        await board.get_by_role("button", name="Ask it", exact=True).click()
        await expect(board.get_by_role("listitem").locator("strong", has_text=words)).to_be_visible()
    assert await faults(board) == []
    page = await visitors.sign_in(cast.amina, viewport={"width": 360, "height": 760})
    await page.goto(f"{cast.fair.path}/take-part")
    assert await faults(page) == []
    await page.get_by_label("What do you look for?").fill("Pastry, mornings")
    await page.get_by_label("Angers").check()
    # As a browser that does not look at `required`.
    await page.locator("form", has_text="I take part").evaluate("form => { form.noValidate = true; }")
    await page.get_by_role("button", name="I take part").click()
    await expect(page.get_by_text("Please agree to go on.").first).to_be_visible()
    await expect(page.get_by_label("What do you look for?")).to_have_value("Pastry, mornings")
    await expect(page.get_by_label("Angers")).to_be_checked()
    assert await faults(page) == []
    await page.get_by_label("I agree to be written to").check()
    await page.get_by_role("button", name="I take part").click()
    await expect(page.get_by_role("heading", name="You take part")).to_be_visible()
    await board.goto(f"/organise/{cast.fair.slug}/candidates")
    await board.get_by_role("link", name="details Amina Benali").click()
    await expect(board.get_by_text("Pastry, mornings")).to_be_visible()
    await expect(board.get_by_text("agreed on")).to_be_visible()
    assert await faults(board) == []


APPLICATION = {"Employer": "Cirque du Lac", "Your name": "Zoé", "E-mail address": "zoe@cirque.example"}


async def follow_mail(page: Page, subject: str) -> None:
    """The link of the application in the last mail with this subject."""
    await page.goto("/demo/mailbox")
    letter = page.locator("article, li, section", has_text=subject).first
    await page.goto(re.search(r"/applications/[\w-]+", await letter.inner_text())[0])  # type: ignore[index]


async def test_an_employer_applies_is_asked_back_and_gets_its_booth(visitors: Visitors) -> None:
    cast = visitors.cast
    board = await visitors.sign_in(cast.ines)
    run = f"/organise/{cast.fair.slug}"
    await board.goto(f"{run}/applications")
    await board.get_by_role("button", name="Let employers apply").click()
    page = await visitors.passer_by(viewport={"width": 360, "height": 760})
    await page.goto(cast.fair.path)
    await page.get_by_role("link", name="For employers").click()
    for label, text in APPLICATION.items():
        await page.get_by_label(label, exact=True).fill(text)
    await page.get_by_label("SIRET").fill("12")
    await page.get_by_role("button", name="Apply").press("Enter")
    await expect(page.get_by_text("This is no SIRET").first).to_be_visible()
    assert await faults(page) == []
    await page.get_by_label("SIRET").fill("")
    await page.get_by_role("button", name="Apply").press("Enter")
    await expect(page.get_by_text("Nearly done: a mail is on its way.")).to_be_visible()
    await follow_mail(page, "Your application for Hotels, Loire")
    assert await faults(page) == []
    await page.get_by_role("button", name="Send to the organisers").press("Enter")
    await expect(page.get_by_text("Your application is with the organisers.")).to_be_visible()
    await board.goto(run)
    await board.get_by_role("link", name="1 employer asks for a booth").click()
    assert await faults(board) == []
    await board.get_by_role("button", name="Ask back").click()
    await expect(board.locator("article .error")).to_be_visible()
    assert await faults(board) == []
    await board.get_by_label("Your words to them").fill("Which jobs?")
    await board.get_by_role("button", name="Ask back").click()
    await expect(board.get_by_text("A mail tells them.")).to_be_visible()
    await follow_mail(page, "A question about your application")
    await expect(page.get_by_text("Which jobs?")).to_be_visible()
    await page.get_by_label("What should the organisers know?").fill("Acrobats, from June")
    await page.get_by_role("button", name="Save").click()
    await board.reload()
    await expect(board.get_by_text("Acrobats, from June")).to_be_visible()
    await board.get_by_role("button", name="Give them a booth").click()
    await board.goto(f"{run}/employers")
    await expect(board.get_by_role("row", name="Cirque du Lac")).to_be_visible()
