"""Pages in the states that are rare: what is only there once something was said, done or sent is shown all the same."""

import uuid

import pytest

from rooms.caseload import suggestions
from rooms.caseload.suggestions import Suggestion
from rooms.chat import conversations, help_requests, messages, moderation, questions
from rooms.chat.help_requests import HelpRequest
from rooms.chat.messages import Message
from rooms.fairs import attendees, job_applications, sanctions
from rooms.fairs.fairs import Fair
from rooms.fairs.job_applications import JobApplication, Verdict
from rooms.fairs.sanctions import Lasting, Sanction, SanctionKind
from rooms.lines import referrals
from rooms.lines.referrals import Referral
from rooms.meetings import answer_templates, follow_up, meetings, scorecards, talk_tags
from rooms.meetings.meeting import Meeting, NextStep
from rooms.people.people import Person
from rooms.views import scorecard
from tests.server.test_pages import visitor, world_id
from tests.server.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def _ended(world: World) -> None:
    """Tomás' talk with Sophie is over, he was sent on, and his answer is due."""
    async with world.database.transaction() as tx:
        row = await tx.session.get_one(Meeting, world_id(world, "meeting"))
        await meetings.end(tx, row)
        await talk_tags.write(tx, row.id, ["pastry"])
        assert row.booth
        await scorecards.choose(tx, row.booth.employer_id, None, ["Puff pastry", "Early riser"])
        await tx.session.flush()
        puff, _early = await scorecard.criteria_of(tx, row)
        colleague = await tx.session.get_one(Person, world_id(world, "luc"))
        for by, step in ((row.led_by, 4), (colleague, 2)):
            await scorecards.mark(tx, row, by, [puff], {puff.id: step})
        follow_up.note_for_team(row, "Bakes.")
        await answer_templates.keep(tx, row.booth.employer_id, "In May", NextStep.KEEP, "Dear {name}, in May.")


async def test_the_sheet_of_a_person_and_the_log_say_all_that_was_done(world: World) -> None:
    async with world.database.transaction() as tx:
        ines = await tx.session.get_one(Person, world_id(world, "ines"))
        message = await tx.session.get_one(Message, world_id(world, "message"))
        amina = await tx.session.get_one(Person, world_id(world, "amina"))
        await moderation.report(tx, amina, message, world_id(world, "fair_id"))
        await moderation.remove(tx, ines, message, world_id(world, "fair_id"))
        fair, karim = await tx.session.get_one(Fair, world_id(world, "fair_id")), message.author
        out = await sanctions.impose(tx, fair, karim, SanctionKind.EXCLUSION, Lasting.A_DAY, "Shouting.", ines)
        await sanctions.reply(tx, out, karim, "I was quoting.")
        warning = await tx.session.get_one(Sanction, world_id(world, "sanction"))
        await sanctions.lift(tx, warning, ines)
    async with visitor(world, "ines") as visiting:
        sheet = await visiting.get("/organise/{fair}/people/{person}")
        log = await visiting.get("/organise/{fair}/moderation")
    for said in ("Message removed", "reported by Amina Benali", "I was quoting.", "I have read the answer", "lifted"):
        assert said in sheet, said
    for said in ("removed by Inès Roche", "Hello", "Excluded from the fair", "I was quoting."):
        assert said in log, said
    async with visitor(world, "karim") as visiting:
        assert "I was quoting." in await visiting.get("/fairs/{fair}/sanctions")
        assert "Excluded from the fair, until" in await visiting.get("/fairs/{fair}/chat")


async def test_the_queue_of_help_in_each_of_its_states(world: World) -> None:
    said = {"claim": "Inès Roche helps", "finish": "done "}
    for act, words in said.items():
        async with world.database.transaction() as tx:
            row = await tx.session.get_one(HelpRequest, world_id(world, "help_request"))
            ines = await tx.session.get_one(Person, world_id(world, "ines"))
            await (help_requests.claim(tx, row, ines) if act == "claim" else help_requests.finish(tx, row))
        async with visitor(world, "ines") as visiting:
            for path in ("/organise/{fair}/help", "/organise/{fair}/help/{help_request}"):
                assert words in await visiting.get(path), path
        if act == "claim":
            async with visitor(world, "karim") as visiting:
                assert "Inès Roche helps you" in await visiting.get("/fairs/{fair}/help")


async def test_the_inbox_shows_each_kind_of_what_is_written_to_somebody(world: World) -> None:
    await _ended(world)
    async with world.database.transaction() as tx:
        application = await tx.session.get_one(JobApplication, world_id(world, "job_application"))
        luc = await tx.session.get_one(Person, world_id(world, "luc"))
        await job_applications.answer(tx, luc, application, Verdict.NO, "Filled already.")
        booth, karim = application.booth, application.person
        where = await questions.question_to(tx, booth, karim)
        await messages.send(tx, luc, where, "At night, no.", uuid.uuid4(), is_staff=True)
    async with visitor(world, "karim") as visiting:
        text = await visiting.get("/me/inbox")
    for said in ("Filled already.", "At night, no.", "Private question", "Application", "Decision of the organisers"):
        assert said in text, said
    async with visitor(world, "tomas") as visiting:
        text = await visiting.get("/me/inbox")
    for said in ("answer promised by", "You are asked to go on", "waits for you", "He cooks."):
        assert said in text, said


@pytest.mark.parametrize("accepts", [True, False])
async def test_what_came_of_sending_somebody_on_stands_on_every_page_of_the_talk(world: World, accepts: bool) -> None:
    await _ended(world)
    async with visitor(world, "tomas") as visiting:
        assert "Yes, please" in await visiting.get("/me/talks")
        assert "Yes, please" in await visiting.get("/meetings/{meeting}")
    async with world.database.transaction() as tx:
        row = await tx.session.get_one(Meeting, world_id(world, "meeting"))
        sent = await tx.session.get_one(Referral, world_id(world, "referral"))
        await referrals.answer(tx, sent, row, accepts=accepts)
    async with visitor(world, "sophie") as visiting:
        after = await visiting.get("/meetings/{meeting}")
        assert ("has said yes" if accepts else "prefers not to") in after
        assert "Dear Tomás" in after, "an answer kept ready, with the name in it"
        assert "Puff pastry" in after
        sheets = await visiting.get("/desk/" + str(await _booth_of(world)) + "/scorecards")
        assert "3.0 with 1 colleague" in sheets
        talks = await visiting.get("/desk/" + str(await _booth_of(world)) + "/talks?tag=pastry")
        assert "In May" in talks
        talk = await visiting.get(f"/desk/{await _booth_of(world)}/talks/{{meeting}}?template={await _template(world)}")
        assert "Bakes." in talk
    async with visitor(world, "tomas") as visiting:
        assert ("You go on to" in await visiting.get("/me/talks")) == accepts
    if accepts:
        async with visitor(world, "luc") as visiting:
            desk = await visiting.get("/desk/{booth}")
        assert "Sent by Sophie Perrin, of another booth" in desk
        assert "He cooks." in desk


async def _booth_of(world: World) -> uuid.UUID:
    async with world.database.reading() as tx:
        row = await tx.session.get_one(Meeting, world_id(world, "meeting"))
        assert row.booth
        return row.booth.id


async def _template(world: World) -> uuid.UUID:
    async with world.database.reading() as tx:
        row = await tx.session.get_one(Meeting, world_id(world, "meeting"))
        assert row.booth
        return (await answer_templates.of_employer(tx, row.booth.employer_id))[0].id


async def test_a_counsellor_takes_the_certificate_that_is_shared(world: World) -> None:
    path = "/counsel/people/{followed}/suggestions/{suggestion}/certificate"
    async with world.database.transaction() as tx:
        row = await tx.session.get_one(Suggestion, world_id(world, "suggestion"))
        person = await tx.session.get_one(Person, row.person_id)
        await attendees.came(tx, row.fair, {person.id: person})
        await suggestions.share(tx, person.id, row.id, is_shared=True)
    async with visitor(world, "claire") as visiting:
        assert path.format(**world.ids) in await visiting.get("/counsel/people/{followed}")
    assert (await world.ask("claire", "GET", path)).media_type == "application/pdf"


async def test_what_was_noted_after_a_talk_is_kept_when_it_is_taken_up_again(world: World) -> None:
    await _ended(world)
    async with visitor(world, "sophie") as visiting:
        form = {"notes": "Bakes at night.", "next_step": "keep", "answer": ""}
        status, path, text = await visiting.send("/meetings/{meeting}/reopen", **form)
    assert (status, path) == (200, f"/meetings/{world.ids['meeting']}")
    assert "Bakes at night." in text
    assert 'data-act="leave"' in text, "the talk goes on"


async def test_a_proposal_that_was_taken_back_meanwhile_is_said_on_the_page_one_comes_from(world: World) -> None:
    async with world.database.transaction() as tx:
        await referrals.withdraw(tx, await tx.session.get_one(Meeting, world_id(world, "meeting")))
    async with visitor(world, "tomas") as visiting:
        status, path, text = await visiting.send("/meetings/{meeting}/referrals/{referral}", answer="yes")
    assert (status, path) == (200, f"/meetings/{world.ids['meeting']}")
    assert "answered or taken back already" in text


async def test_what_organisers_decided_and_a_request_for_help_stand_on_every_page_of_the_fair(world: World) -> None:
    async with visitor(world, "karim") as visiting:
        for path in ("/fairs/{fair}", "/fairs/{fair}/lines", "/fairs/{fair}/help"):
            text = await visiting.get(path)
            assert "/sanctions" in text, path
            assert "Your request for help" in text, path
    async with world.database.transaction() as tx:
        row = await tx.session.get_one(HelpRequest, world_id(world, "help_request"))
        await help_requests.finish(tx, row)
        thread = await conversations.of_help(tx, row.fair_id, row.person_id)
        ines = await tx.session.get_one(Person, world_id(world, "ines"))
        await messages.send(tx, ines, thread, "The doors were closed.", uuid.uuid4(), is_staff=True)
    async with visitor(world, "karim") as visiting:
        text = await visiting.get("/fairs/{fair}/help")
    assert "The doors were closed." in text
    assert "I need help" in text
