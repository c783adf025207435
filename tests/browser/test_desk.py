"""A team at one booth: a candidate is sent on, a talk is taken up again, several are answered at once."""

import json
import re

import pytest
from playwright.async_api import Page, expect

from rooms.fairs import booth_staff
from rooms.lines.call import Answer
from rooms.meetings import meetings
from rooms.meetings.meeting import Meeting
from rooms.organisations import employers
from rooms.people.people import Person
from tests.browser.conftest import Visitors, finish
from tests.browser.test_everyone import faults, fits
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
COUNTS_TONES = """
  globalThis.tones = 0;
  const { start } = AudioScheduledSourceNode.prototype;
  AudioScheduledSourceNode.prototype.start = function (...when) {
    globalThis.tones += 1;
    return start.apply(this, when);
  };
"""


async def staffed_by_two(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        booth, sophie = await cast.fresh_booth(tx, cast.atlantique), await cast.fresh(tx, cast.sophie)
        await employers.add_member(tx, booth.employer_id, sophie, is_owner=False)
        await tx.session.flush()
        await booth_staff.choose_staff(tx, booth, {cast.luc.id, sophie.id})


async def talking(cast: Cast, person: Person) -> Meeting:
    await cast.connect(person)
    await cast.join(person, cast.atlantique)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting is not None
    async with cast.database.transaction() as tx:
        for each in (cast.luc, person):
            await meetings.go_in(tx, each, await tx.session.get_one(Meeting, meeting.id))
    return meeting


async def talked(cast: Cast, person: Person) -> Meeting:
    meeting = await talking(cast, person)
    async with cast.database.transaction() as tx:
        await meetings.end(tx, await tx.session.get_one(Meeting, meeting.id))
    await cast.disconnect(person)
    return meeting


async def take_a_place(page: Page, cast: Cast) -> None:
    await page.goto(f"/fairs/{cast.fair.slug}/booths/hotel-atlantique/join")
    await page.get_by_role("button", name="Take a place").click()


async def test_a_candidate_is_sent_on_to_a_colleague_and_received_there(visitors: Visitors) -> None:
    cast = visitors.cast
    await staffed_by_two(cast)
    meeting = await talking(cast, cast.amina)
    luc, amina = await visitors.sign_in(cast.luc), await visitors.sign_in(cast.amina)
    await luc.goto(f"/meetings/{meeting.id}")
    await amina.goto(f"/meetings/{meeting.id}")
    await luc.get_by_text("Send on to a colleague or another booth").click()
    await luc.get_by_label("To whom?").select_option(label="Sophie Perrin, of my booth")
    await luc.get_by_label("Why?").fill("Pastry is hers.")
    await luc.get_by_role("button", name="Ask Amina Benali").click()
    await expect(amina.get_by_text("Luc Moreau proposes that you go on to:")).to_be_visible()
    await expect(amina.get_by_text("Pastry is hers.")).to_be_visible()
    assert await faults(amina) == []
    await amina.get_by_role("button", name="Yes, please").click()
    await expect(luc.get_by_text("has said yes")).to_be_visible()
    await finish(luc)
    await expect(amina.get_by_text("You go on to Sophie Perrin, Hôtel Atlantique")).to_be_visible()

    sophie = await visitors.sign_in(cast.sophie)
    await sophie.goto(f"/desk/{cast.atlantique.id}")
    waiting = sophie.locator("[data-slot=line]")
    await expect(waiting).to_contain_text("Sent to you by Luc Moreau")
    await expect(waiting).to_contain_text("Pastry is hers.")
    await expect(sophie.get_by_role("navigation", name="My other booths")).to_contain_text("Maison Perrin")
    await fits(sophie)
    await luc.goto(f"/desk/{cast.atlantique.id}")
    await expect(luc.locator("[data-slot=line]")).to_contain_text("Waits for Sophie Perrin")
    await expect(luc.get_by_text("Nobody in line can be called right now.")).to_be_visible()
    await sophie.get_by_role("button", name="Call next").click()
    await expect(sophie.locator("[data-slot=ringing] [data-until]")).to_have_text(re.compile(r"0:[0-5]\d"))
    await expect(amina.get_by_role("heading", name="Hôtel Atlantique calls you")).to_be_visible()


async def test_a_talk_that_was_ended_by_mistake_goes_on(visitors: Visitors) -> None:
    cast = visitors.cast
    meeting = await talking(cast, cast.amina)
    luc, amina = await visitors.sign_in(cast.luc), await visitors.sign_in(cast.amina)
    await luc.goto(f"/meetings/{meeting.id}")
    await amina.goto(f"/meetings/{meeting.id}")
    await finish(luc)
    await luc.get_by_label("Private notes").fill("To be written on.")
    await expect(amina.get_by_role("heading", name="The talk has ended.")).to_be_visible()
    await luc.get_by_role("button", name="Ended by mistake: take the talk up again").click()
    await expect(luc.get_by_role("button", name="Finish")).to_be_visible()
    await expect(luc.locator("[data-slot=other-state]")).to_have_text("Amina Benali has left, and can still come back")
    await amina.get_by_role("link", name="Back to the talk").click()
    await expect(amina.get_by_role("button", name="Go in")).to_be_visible()


async def test_several_are_answered_at_once_with_words_kept_ready(visitors: Visitors) -> None:
    cast = visitors.cast
    for person in (cast.amina, cast.karim):
        await talked(cast, person)
    luc = await visitors.sign_in(cast.luc)
    await luc.goto(f"/desk/{cast.atlantique.id}/talks")
    await luc.get_by_role("radio", name="Keep for later").check()
    await luc.get_by_label("What they read").fill("Dear {name}, we write to you in May.")
    await luc.get_by_label("Keep this answer ready, under this name").fill("In May")
    await luc.get_by_role("button", name="Keep it ready").click()
    await expect(luc.get_by_text("The answer is kept ready.")).to_be_visible()
    for person in (cast.amina, cast.karim):
        await luc.get_by_role("checkbox", name=person.name).check()
    await luc.get_by_role("link", name="In May").click()
    await expect(luc.get_by_label("What they read")).to_have_value("Dear {name}, we write to you in May.")
    await expect(luc.get_by_role("checkbox", name=cast.karim.name)).to_be_checked()
    await fits(luc)
    await luc.get_by_role("button", name="Send it to those ticked").click()
    await luc.get_by_role("dialog").get_by_role("button", name="Send it to those ticked").click()
    await expect(luc.get_by_text("The answer went to 2 people.")).to_be_visible()
    karim = await visitors.sign_in(cast.karim)
    await karim.goto("/me/talks")
    await expect(karim.get_by_text("Dear Karim Diallo, we write to you in May.")).to_be_visible()


async def test_a_talk_is_found_again_by_what_the_team_wrote_of_it(visitors: Visitors) -> None:
    cast = visitors.cast
    for person in (cast.amina, cast.karim):
        await talked(cast, person)
    luc = await visitors.sign_in(cast.luc, viewport={"width": 360, "height": 760})
    await luc.goto(f"/desk/{cast.atlantique.id}/talks")
    await luc.get_by_role("link", name="Write Amina Benali").click()
    await luc.get_by_label("Notes of the team").fill("Has worked with chocolate.")
    await luc.get_by_label("Tags").fill("pastry, season")
    await luc.get_by_role("button", name="Save").click()
    await expect(luc.get_by_label("Notes of the team")).to_have_value("Has worked with chocolate.")
    await fits(luc)
    await luc.get_by_role("link", name="Talks", exact=True).click()
    await luc.get_by_role("link", name="pastry").click()
    await expect(luc.get_by_role("row")).to_have_count(2)
    await expect(luc.get_by_role("row", name="Amina Benali")).to_be_visible()
    await fits(luc)


async def test_the_desk_sounds_when_somebody_joins_an_empty_line_if_one_likes(visitors: Visitors) -> None:
    cast = visitors.cast
    luc = await visitors.sign_in(cast.luc)
    await luc.add_init_script(COUNTS_TONES)
    await luc.goto(f"/desk/{cast.atlantique.id}")
    switch = luc.get_by_role("button", name="Sound for the first in line")
    await switch.press("Enter")
    await expect(switch).to_have_attribute("aria-pressed", "true")
    await luc.wait_for_function("globalThis.tones > 0")
    tried = await luc.evaluate("tones")
    await take_a_place(await visitors.sign_in(cast.amina), cast)
    await luc.wait_for_function("before => tones > before", arg=tried)
    await expect(luc.locator("[data-slot=line]")).to_contain_text("Amina Benali")
    heard = await luc.evaluate("tones")
    await take_a_place(await visitors.sign_in(cast.karim), cast)
    await expect(luc.locator("[data-slot=line]")).to_contain_text("Karim Diallo")
    assert await luc.evaluate("tones") == heard


async def test_a_job_leads_into_the_line_and_stands_beside_the_name(visitors: Visitors) -> None:
    cast = visitors.cast
    amina = await visitors.sign_in(cast.amina)
    await amina.goto(f"/fairs/{cast.fair.slug}/booths/hotel-atlantique")
    await amina.locator(".vacancy summary", has_text="Cook").click()
    await amina.get_by_role("link", name="Cook").click()
    await amina.get_by_role("link", name="Talk to them about this job").click()
    await expect(amina.get_by_label("For which job?").locator("option:checked")).to_have_text("Cook, Nantes")
    await amina.get_by_role("button", name="Take a place").click()
    await expect(amina.get_by_text("You are in line.")).to_be_visible()
    luc = await visitors.sign_in(cast.luc)
    await luc.goto(f"/desk/{cast.atlantique.id}")
    await expect(luc.locator("[data-slot=line] li")).to_contain_text("Cook")


async def test_a_candidate_allows_an_employer_to_take_their_file_and_ends_it(visitors: Visitors) -> None:
    cast = visitors.cast
    amina = await visitors.sign_in(cast.amina)
    await amina.goto(f"/fairs/{cast.fair.slug}/booths/hotel-atlantique/join")
    allow = amina.get_by_role("checkbox", name="I allow Hôtel Atlantique to take my name")
    await expect(allow).not_to_be_checked()
    await allow.check()
    await amina.get_by_role("button", name="Take a place").click()
    await expect(amina.get_by_text("You are in line.")).to_be_visible()
    await talked(cast, cast.amina)
    await talked(cast, cast.karim)
    luc = await visitors.sign_in(cast.luc)

    async def taken() -> list[str]:
        await luc.goto(f"/desk/{cast.atlantique.id}/talks")
        await luc.get_by_text("Take away").click()
        async with luc.expect_download() as download:
            await luc.get_by_role("link", name="People, as JSON").click()
        content = json.loads((await (await download.value).path()).read_text())
        return [candidate["email"] for candidate in content["candidates"]]

    assert await taken() == [cast.amina.email]
    await amina.goto("/me")
    await amina.get_by_role("button", name="End it Hôtel Atlantique").click()
    await expect(amina.get_by_text("Ended: nothing more goes to Hôtel Atlantique.")).to_be_visible()
    assert await taken() == []
