"""A fair from its copy to its numbers: who may take part, vacancies applied for, a booth that leaves."""

import asyncio
import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Visitors
from tests.browser.test_everyone import faults

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
PDF = {"name": "papers.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF\n"}


async def ask(page: Page, kind: str, words: str, *, required: bool = False) -> None:
    await page.get_by_label("Question, or the sentence to agree to").fill(words)
    await page.get_by_role("radio", name=kind).check()
    if required:
        await page.get_by_role("checkbox", name="It must be answered").check()
    await page.get_by_role("button", name="Ask it", exact=True).click()
    await expect(page.get_by_text("Whoever registers is asked it from now on.")).to_be_visible()


async def test_a_candidate_asks_to_take_part_gives_a_file_and_is_let_in(visitors: Visitors) -> None:
    cast = visitors.cast
    run, fair = f"/organise/{cast.fair.slug}", f"/fairs/{cast.fair.slug}"
    board = await visitors.sign_in(cast.ines)
    await board.goto(f"{run}/registration")
    await ask(board, "With a file", "Your work permit", required=True)
    await ask(board, "Sectors of work", "In which sectors do you look for work?")
    await board.get_by_role("radio", name="With your approval").check()
    await board.get_by_role("button", name="Save").click()
    assert await faults(board) == []

    page = await visitors.sign_in(cast.amina, viewport={"width": 360, "height": 760})
    await page.goto(f"{fair}/booths/hotel-atlantique")
    await expect(page.get_by_role("link", name="Join the line")).to_have_count(0)
    await page.locator(".join-panel").get_by_role("link", name="Take part").click()
    await page.get_by_role("button", name="Ask to take part").click()
    assert await page.locator("input[type=file]").evaluate("field => !field.checkValidity()")
    await page.locator("input[type=file]").set_input_files(PDF)  # type: ignore[arg-type]
    await page.get_by_role("checkbox", name="Hotels and restaurants").check()
    await page.get_by_role("button", name="Ask to take part").click()
    await expect(page.get_by_role("heading", name="Your request is with the organisers")).to_be_visible()
    await expect(page.get_by_role("link", name="papers.pdf")).to_be_visible()
    assert await faults(page) == []

    await board.goto(run)
    await board.get_by_role("link", name="1 person asks to take part").click()
    await board.get_by_role("checkbox", name=cast.amina.name).check()
    await board.get_by_role("button", name="Let them take part").click()
    await expect(board.get_by_text("1 person takes part now.")).to_be_visible()
    await board.goto(f"{run}/registration")
    await board.get_by_role("link", name="Hotels and restaurants").click()
    await expect(board.get_by_role("row", name=cast.amina.name)).to_be_visible()

    await page.goto(f"{fair}/take-part")
    await expect(page.get_by_text("because you look for work in: Hotels and restaurants").first).to_be_visible()
    await page.goto(f"{fair}/booths/hotel-atlantique")
    await page.get_by_role("link", name="Join the line").click()
    await page.get_by_role("button", name="Take a place").click()
    await expect(page.get_by_text("You are in line.")).to_be_visible()


async def test_a_vacancy_is_kept_applied_for_and_answered(visitors: Visitors) -> None:
    cast = visitors.cast
    booth, desk = f"/fairs/{cast.fair.slug}/booths/hotel-atlantique", f"/desk/{cast.atlantique.id}"
    recruiter = await visitors.sign_in(cast.luc)
    await recruiter.goto(f"/booths/{cast.atlantique.id}/set-up")
    await recruiter.get_by_role("link", name="Change Cook").click()
    await recruiter.get_by_label("Pay").fill("2 100 €")
    await recruiter.get_by_role("checkbox", name="Candidates may apply here").check()
    await recruiter.get_by_role("button", name="Save").click()
    await recruiter.goto(f"{desk}/applications")
    await expect(recruiter.get_by_role("heading", name="Nobody has applied yet")).to_be_visible()

    page = await visitors.sign_in(cast.amina, viewport={"width": 360, "height": 760}, color_scheme="dark")
    await page.goto(booth)
    await page.get_by_text("Cook · Nantes").click()
    await page.get_by_role("link", name="Keep, share or apply").click()
    await expect(page.get_by_text("2 100 €")).to_be_visible()
    await page.get_by_role("button", name="Keep this vacancy").click()
    await expect(page.get_by_role("button", name="Keep it no longer")).to_be_visible()
    await page.get_by_label("In your own words").fill("Ten years at the stove")
    await page.locator("input[type=file]").set_input_files(PDF)  # type: ignore[arg-type]
    await page.get_by_role("button", name="Send my application").click()
    await expect(page.get_by_role("heading", name="You have applied")).to_be_visible()
    assert await faults(page) == []

    # The open page of the desk has it without being asked.
    await expect(recruiter.get_by_text("Ten years at the stove")).to_be_visible(timeout=15_000)
    await recruiter.get_by_role("button", name="Not this time").click()
    await expect(recruiter.get_by_text("Please say why").first).to_be_visible()
    await recruiter.get_by_label("Your answer to them").fill("Come and see our kitchen")
    await recruiter.get_by_role("button", name="We would like to talk with you").click()
    await expect(recruiter.get_by_text("A mail tells them.")).to_be_visible()
    assert await faults(recruiter) == []

    await page.goto("/me")
    await page.get_by_role("link", name="My vacancies").click()
    await expect(page.get_by_text("Come and see our kitchen")).to_be_visible()
    assert await faults(page) == []


async def test_a_booth_leaves_and_whoever_waits_there_is_told_on_the_open_page(visitors: Visitors) -> None:
    cast = visitors.cast
    await cast.join(cast.amina, cast.perrin)
    page = await visitors.sign_in(cast.amina)
    await page.goto(f"/fairs/{cast.fair.slug}")
    await expect(page.locator(f"#booth-{cast.perrin.id}")).to_be_visible()
    board = await visitors.sign_in(cast.ines)
    await board.goto(f"/organise/{cast.fair.slug}/employers")
    row = board.locator(f"#booth-{cast.perrin.id}")
    await row.get_by_role("button", name="Take it out").click()
    await board.locator(".confirm-dialog [data-slot=yes]").click()
    await expect(board.get_by_text("has left the fair.")).to_be_visible()
    await expect(page.locator(f"#booth-{cast.perrin.id}")).to_have_count(0, timeout=20_000)
    await expect(page.get_by_role("heading", name="Your lines")).to_have_count(0)


async def test_a_fair_is_copied_its_draft_deleted_and_its_numbers_taken_away(visitors: Visitors) -> None:
    cast = visitors.cast
    run = f"/organise/{cast.fair.slug}"
    page = await visitors.sign_in(cast.ines)
    await page.goto(run)
    await page.get_by_role("link", name="Copy").click()
    await page.get_by_label("Name").fill("Next year")
    await page.get_by_label("First day of the new fair").fill("2027-11-23")
    await page.get_by_role("button", name="Make the fair").click()
    await page.wait_for_url(re.compile("/organise/next-year"))
    await expect(page.get_by_text("Nothing was sent")).to_be_visible()
    await expect(page.locator("#days")).to_contain_text("2027")
    await page.get_by_role("button", name="Delete the draft").click()
    await page.locator(".confirm-dialog [data-slot=yes]").click()
    await expect(page.get_by_text("The draft is deleted.")).to_be_visible()
    await page.goto(f"{run}/report")
    assert await faults(page) == []
    for kind in ("PDF", "XLSX", "CSV"):
        async with page.expect_download() as begun:
            await page.get_by_role("link", name=kind, exact=True).click()
        assert (await begun.value).suggested_filename.endswith(f".{kind.lower()}")


async def test_a_letter_is_seen_before_it_is_sent_and_a_break_is_taken_and_ended(visitors: Visitors) -> None:
    cast = visitors.cast
    page = await visitors.sign_in(cast.ines)
    await page.goto(f"/organise/{cast.fair.slug}/letters")
    await page.get_by_label("To whom?").select_option("recruiters")
    await page.get_by_label("Subject").fill("We open at nine")
    await page.get_by_label("What you write to them").fill("Please be there <b>early</b>.")
    await page.get_by_role("button", name="See how it looks").click()
    await expect(page.get_by_role("heading", name=re.compile("So 2 people will read it"))).to_be_visible()
    await expect(page.locator("article")).to_contain_text("Please be there <b>early</b>.")
    assert await faults(page) == []
    await page.get_by_role("button", name="Send it").click()
    await expect(page.get_by_text("2 letters are on their way.")).to_be_visible()
    await expect(page.get_by_text("We open at nine")).to_be_visible()

    recruiter = await visitors.sign_in(cast.luc)
    await recruiter.goto(f"/desk/{cast.atlantique.id}")
    await recruiter.locator("summary", has_text="Break").press("Enter")
    assert await faults(recruiter) == []
    await recruiter.get_by_role("button", name="I take a break").click()
    await expect(recruiter.get_by_text(re.compile("is on a break until"))).to_be_visible()
    await recruiter.get_by_role("button", name="I am back").click()
    await expect(recruiter.get_by_text(re.compile("is on a break until"))).to_have_count(0)


async def test_the_screen_of_the_fair_follows_the_day(visitors: Visitors) -> None:
    cast = visitors.cast
    board = await visitors.sign_in(cast.ines)
    await board.clock.install()
    await board.goto(f"/organise/{cast.fair.slug}")
    await board.get_by_role("link", name="Live").click()
    in_line = board.locator(".now-figures > div", has_text="People in line").locator("dd")
    await expect(in_line).to_have_text("0")
    await expect(board.locator(".plot canvas")).to_have_count(2)
    drawn = await board.locator(".plot canvas").first.evaluate("canvas => canvas.toDataURL()")
    page = await visitors.sign_in(cast.amina)
    await page.goto(f"/fairs/{cast.fair.slug}/booths/hotel-atlantique/join")
    await page.get_by_role("button", name="Take a place").click()
    await expect(page.get_by_text("You are in line.")).to_be_visible()
    await board.clock.fast_forward(40_000)
    await expect(in_line).to_have_text("1")
    await expect(board.get_by_text("1 person waits and nobody is there")).to_be_visible()
    await board.wait_for_function("before => document.querySelector('.plot canvas').toDataURL() !== before", arg=drawn)
    assert await faults(board) == []


async def test_three_questions_are_asked_when_the_fair_is_over(visitors: Visitors) -> None:
    cast = visitors.cast
    board = await visitors.sign_in(cast.ines)
    await board.goto(f"/organise/{cast.fair.slug}/survey")
    await board.get_by_label("From 1 to 5").first.fill("How was the day in Loire?")
    await board.get_by_role("button", name="Save").click()
    await expect(board.get_by_text("Saved.")).to_be_visible()
    assert await faults(board) == []
    page = await visitors.sign_in(cast.amina, viewport={"width": 360, "height": 760})
    await page.goto(f"/fairs/{cast.fair.slug}/booths/hotel-atlantique/join")
    await page.get_by_role("button", name="Take a place").click()
    await cast.pass_by(hours=9, minutes=1)
    await page.goto(f"/fairs/{cast.fair.slug}/survey")
    asked = page.get_by_role("group", name="How was the day in Loire?")
    async with asyncio.timeout(60):
        while not await asked.is_visible():
            await page.reload()
    await asked.get_by_role("radio", name="4").check()
    await page.get_by_label("What should be better next time?").fill("More cooks.")
    assert await faults(page) == []
    await page.get_by_role("button", name="Send my answers").click()
    await expect(page.get_by_text("You have answered.")).to_be_visible()
    await expect(asked.get_by_role("radio", name="4")).to_be_checked()
    await board.goto(f"/organise/{cast.fair.slug}/report")
    await expect(board.get_by_text("1 of 1 have answered.")).to_be_visible()
    await expect(board.get_by_text("Nothing is told of fewer than five answers.").first).to_be_visible()
    await expect(board.get_by_text("More cooks.")).to_have_count(0)
    assert await faults(board) == []
