"""Sentences and facts on pages that once were missing or misled; each with the code of what was seen."""

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from rooms.appointments import booking
from rooms.appointments.appointment import Appointment
from rooms.chat import messages, moderation, questions
from rooms.chat.messages import Message
from rooms.core import outbox
from rooms.fairs import attendees, booths, opening, registration, registration_questions, sanctions, surveys
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair, FairState
from rooms.fairs.sanctions import Lasting, SanctionKind
from rooms.fairs.surveys import Audience
from rooms.lines import joining, line_status
from rooms.lines.places import Place
from rooms.meetings.meeting import FollowUp, Meeting, MeetingState
from rooms.organisations import agencies
from rooms.organisations.referents import CaseloadEntry
from rooms.people import people
from rooms.people.people import Person
from server.demo import office
from server.request_names import ZONE
from tests.cast import Cast
from tests.server.forms import form_to
from tests.server.test_pages import visitor, world_id
from tests.server.world import World

ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ONE
async def test_an_administrator_finds_their_page_on_a_phone(world: World) -> None:  # K12
    async with visitor(world, "paul") as paul:
        tabs = (await paul.get("/me")).split('<nav class="tabs"')[1].split("</nav>")[0]
    assert 'href="/administer"' in tabs


@ONE
async def test_a_day_unlike_the_others_says_that_the_weekly_hours_do_not_count(world: World) -> None:  # K10
    form = {"day": "2026-12-23", "day_begins": "07:00", "day_ends": "08:00", "day_modes": "phone"}
    async with visitor(world, "claire") as claire:
        _, _, text = await claire.send("/counsel/hours/days", **form)
    assert "Your weekly hours do not count on such a day" in text


@ONE
async def test_a_paused_booth_offers_no_call_and_says_whom_it_holds_for(world: World) -> None:  # O6
    async with world.database.transaction() as tx:
        await booths.pause(tx, await tx.session.get_one(Booth, world_id(world, "booth")))
    async with visitor(world, "luc") as luc:
        text = await luc.get("/desk/{booth}")
    assert "The booth is paused for everybody who staffs it" in text
    form = re.search(r'<form\s+class="call-next[^>]*>', text)
    assert form
    assert "hidden" in form.group()


@ONE
async def test_the_desk_says_how_long_and_how_often(world: World) -> None:  # O13
    async with world.database.transaction() as tx:
        (await tx.session.get_one(Place, world_id(world, "place"))).missed = 2
    async with visitor(world, "luc") as luc:
        text = await luc.get("/desk/{booth}")
    assert "waits since" in text
    assert "2 calls missed" in text
    assert "is being called" in text, "Karim's telephone rings, and he is in no other talk"


@ONE
async def test_a_report_says_where_when_and_by_whom_and_an_exclusion_is_lifted(world: World) -> None:  # O8
    async with world.database.transaction() as tx:
        message = await tx.session.get_one(Message, world_id(world, "message"))
        reporter = await tx.session.get_one(Person, world_id(world, "amina"))
        await moderation.report(tx, reporter, message, world_id(world, "fair_id"))
        fair = await tx.session.get_one(Fair, world_id(world, "fair_id"))
        ines = await tx.session.get_one(Person, world_id(world, "ines"))
        done = await sanctions.impose(
            tx, fair, message.author, SanctionKind.EXCLUSION, Lasting.THE_FAIR, "Shouting.", ines
        )
    async with visitor(world, "ines") as ines:
        text = await ines.get("/organise/{fair}")
        assert "in the chat of a booth" in text
        assert "reported by Amina Benali" in text
        assert "1 person is muted or excluded" in text
        assert "Shouting." in await ines.get("/organise/{fair}/moderation")
        await ines.send(f"/organise/{{fair}}/sanctions/{done.id}/lift")
        assert "muted or excluded" not in await ines.get("/organise/{fair}")
        assert "lifted" in await ines.get("/organise/{fair}/moderation")


@ONE
async def test_nobody_reads_who_reported_what_they_wrote_themselves(world: World) -> None:  # O8
    ines_id = world_id(world, "ines")
    async with world.database.transaction() as tx:
        message = await tx.session.get_one(Message, world_id(world, "message"))
        message.author_id = ines_id
        reporter = await tx.session.get_one(Person, world_id(world, "amina"))
        await moderation.report(tx, reporter, message, world_id(world, "fair_id"))
    async with visitor(world, "ines") as ines:
        text = await ines.get("/organise/{fair}")
    assert f'id="report-{message.id}"' in text
    assert "reported by" not in text


@ONE
async def test_notes_go_with_the_answer_and_a_second_answer_asks(world: World) -> None:  # O3, O11
    path = "/meetings/{meeting}".format(**world.ids)
    async with world.database.transaction() as tx:
        row = await tx.session.get_one(Meeting, world_id(world, "meeting"))
        row.state, row.live_at, row.ended_at = MeetingState.ENDED, tx.now, tx.now
        row.follow_up.answer_promised_by = tx.now + timedelta(days=5)
    async with visitor(world, "sophie") as sophie:
        text = await sophie.get(path)
        assert "Replace the answer?" not in text
        form = form_to(path, text, f"{path}/answer")
        data = form.typed(notes="Knows bread.", next_step="go_on", answer="Welcome.")
        assert (await sophie.session.post(world.server.make_url(f"{path}/answer"), data=data)).status == 200
        assert "Replace the answer?" in await sophie.get(path)
    async with world.database.reading() as tx:
        written = await tx.session.get_one(FollowUp, world_id(world, "meeting"))
    assert (written.notes, written.answer) == ("Knows bread.", "Welcome.")


@ONE
async def test_whoever_nobody_follows_any_more_reads_whose_they_are(world: World) -> None:  # K1
    async with world.database.transaction() as tx:
        await tx.session.execute(delete(CaseloadEntry).where(CaseloadEntry.person_id == world_id(world, "amina")))
        entry = CaseloadEntry(
            person_id=world_id(world, "amina"), agency_id=world_id(world, "agency"), counsellor_id=None, since=tx.now
        )
        tx.session.add(entry)
    async with visitor(world, "amina") as amina:
        text = await amina.get("/appointments")
    assert "Your counsellor has left." in text
    assert "stays responsible for you" in text


@ONE
async def test_each_reads_an_appointment_in_their_own_zone(world: World) -> None:  # K6
    async with world.database.transaction() as tx:
        row = await tx.session.get_one(Appointment, world_id(world, "appointment"))
        row.time_zone = "America/New_York"
        world.database.clock.pass_by(seconds=(row.begins_at - tx.now).total_seconds() - 600)  # type: ignore[attr-defined]
    for role, hour in (("amina", "03:00"), ("claire", "09:00")):
        async with visitor(world, role) as who:
            banner = (await who.get("/me")).split('data-part="appointment-door"')[1].split("</div>")[0]
            assert f"Your appointment at {hour}" in banner, role


@ONE
async def test_an_appointment_has_one_time_on_every_page_wherever_the_device_is(world: World) -> None:
    for role, hour in (("amina", "03:00"), ("claire", "09:00")):
        async with world.database.transaction() as tx:
            (await tx.session.get_one(Appointment, world_id(world, "appointment"))).time_zone = "America/New_York"
        async with visitor(world, role) as who:
            who.session.cookie_jar.update_cookies({ZONE: "Indian/Reunion"}, world.server.make_url("/"))
            text = await who.get("/appointments/{appointment}/times")
            (now,) = re.findall(r"Now it is on [^<]*", text)
            assert f", {hour}." in now, role
            assert "Times are those of your device" not in text


@ONE
async def test_what_was_cancelled_is_not_offered_other_times(world: World) -> None:
    async with world.database.transaction() as tx:
        row = await tx.session.get_one(Appointment, world_id(world, "appointment"))
        await booking.cancel(tx, row, row.led_by)
    async with visitor(world, "amina") as amina:
        answer = await amina.session.get(world.server.make_url("/appointments/{appointment}/times".format(**world.ids)))
    assert answer.url.path == "/appointments/{appointment}".format(**world.ids)


@ONE
async def test_a_fair_that_was_suggested_already_is_said_to_be(world: World) -> None:
    form = {"suggested": "{fair}".format(**world.ids), "suggestion_words": "Bakers."}
    async with visitor(world, "claire") as claire:
        said = [(await claire.send("/counsel/people/{followed}/suggest", **form))[2] for _ in range(2)]
    assert "It was suggested already" in said[1]


@ONE
async def test_captions_are_promised_to_nobody(world: World) -> None:  # C7
    async with visitor(world, "amina") as amina:
        assert "Parvis does not write captions itself yet" in await amina.get("/me")


async def test_an_answer_to_a_private_question_reaches_who_is_away(cast: Cast) -> None:  # O12
    async def write(author: Person, text: str, *, is_staff: bool) -> None:
        async with cast.database.transaction() as tx:
            booth = await cast.fresh_booth(tx, cast.atlantique)
            thread = await questions.question_to(tx, booth, cast.amina)
            await messages.send(tx, await cast.fresh(tx, author), thread, text, uuid.uuid4(), is_staff=is_staff)

    async def due() -> list[str]:
        async with cast.database.reading() as tx:
            return [mail.recipient for mail in await outbox.latest(tx) if mail.template == "written"]

    await write(cast.amina, "Do you bake?", is_staff=False)
    await write(cast.luc, "We do.", is_staff=True)
    await write(cast.luc, "Every day.", is_staff=True)
    assert await due() == [], "whoever is there reads it now"
    await cast.pass_by(minutes=11)
    assert await due() == [cast.amina.email], "one letter for both"
    await write(cast.amina, "Good.", is_staff=False)
    await write(cast.luc, "Come.", is_staff=True)
    await write(cast.amina, "I will.", is_staff=False)
    await cast.pass_by(minutes=11)
    assert await due() == [], "who has written since has read it"


async def test_the_demo_begins_again_beside_a_second_counsellor(cast: Cast) -> None:  # K9
    async with cast.database.transaction() as tx:
        await office.open_office(tx, await cast.fresh(tx, cast.claire), await cast.fresh(tx, cast.amina))
    async with cast.database.transaction() as tx:
        team, _ = (await agencies.members(tx))[0]
        await agencies.add_member(tx, team.id, await people.welcome(tx, "Abel", "abel@example.org", "fr"))
        await office.fill_today(tx, cast.claire.email or "")
        booked = (await tx.session.execute(select(Appointment.led_by_id).distinct())).scalars()
        assert set(booked) == {cast.claire.id}


@ONE
async def test_whoever_registered_reads_their_answers_when_the_fair_is_over(world: World) -> None:
    async with world.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, world_id(world, "fair_id"))
        karim = await tx.session.get_one(Person, world_id(world, "person"))
        (question,) = await registration_questions.of_fair(tx, fair.id)
        await registration.answer(tx, fair, karim, {question.field: ["Pastry, mornings"]})
        await opening.close_by_hand(tx, fair)
    async with visitor(world, "karim") as there:
        text = await there.get("/fairs/{fair}/take-part")
    assert "Pastry, mornings" in text
    assert "I take part" not in text


@ONE
async def test_a_fair_that_is_not_announced_has_no_page_for_help_either(world: World) -> None:
    async with world.database.transaction() as tx:
        (await tx.session.get_one(Fair, world_id(world, "fair_id"))).state = FairState.DRAFT
    for method, path in (("GET", "/fairs/{fair}/help"), ("POST", "/fairs/{fair}/help")):
        assert (await world.ask("karim", method, path, {"text": "Hello?"})).status == 404
    assert (await world.ask("ines", "GET", "/fairs/{fair}/help")).status == 200


@ONE
async def test_what_five_and_more_have_said_stands_in_the_report_and_its_files(world: World) -> None:
    async with world.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, world_id(world, "fair_id"))
        await surveys.word(tx, fair, {(Audience.CANDIDATE, 2): "Did you laugh?"})
        await surveys.begin(tx, fair)
        for number in range(5):
            person = await people.welcome(tx, f"G {number}", f"g{number}@example.org", "en")
            await attendees.came(tx, fair, {person.id: person})
            await surveys.answer(tx, fair, Audience.CANDIDATE, person, number + 1, number > 0, f"More bread, {number}.")
    async with visitor(world, "ines") as ines:
        for path in ("/organise/{fair}/report", "/organise/{fair}/survey"):
            text = await ines.get(path)
            for said in (
                "On average 3.0 of 5",
                "Did you laugh?",
                "How useful was this fair for you?",
                "More bread, 3.",
            ):
                assert said in text, f"{path}: {said}"
        for kind in ("csv", "xlsx", "pdf"):
            assert (await world.ask("ines", "GET", f"/organise/{{fair}}/report/{kind}")).status == 200


@ONE
async def test_a_desk_and_a_talk_name_nobody_whose_name_is_hidden(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world.database.transaction() as tx:
        await tx.session.execute(update(Place).values(hides_name=True))
        meeting = await tx.session.get_one(Meeting, world_id(world, "meeting"))
        assert meeting.booth
        (karim,) = (await tx.session.execute(select(Person).where(Person.name.startswith("Karim")))).scalars()
        place = await joining.join(tx, karim, meeting.booth)
        place.hides_name = True
    async with visitor(world, "luc") as luc:
        line = (await luc.get("/desk/{booth}")).partition('class="desk-line"')[2].partition("<aside")[0]
        assert "Calling Candidate" in line
        assert "Amina" not in line
    # Whether or not they could be called at this moment.
    monkeypatch.setattr(
        line_status, "next_for", lambda line, _: next(each for each in line if each.place.id == place.id)
    )
    async with visitor(world, "sophie") as sophie:
        page = await sophie.get("/meetings/{meeting}")
        side = page.partition("Next in line")[2].partition("</form>")[0]
        assert f"Candidate {place.ticket}" in side
        assert "Karim" not in side
