"""For every command: the state before plus the events it told equals the fresh state, for each kind of onlooker."""

import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from rooms.chat import conversations, help_requests, messages, moderation, questions
from rooms.chat.help_requests import Circumstances, HelpRequest
from rooms.chat.messages import Message
from rooms.core.events import EVENT_KINDS
from rooms.core.model import new_id
from rooms.core.uploads import DocumentKind, Upload, check
from rooms.fairs import (
    announcements,
    booth_staff,
    booths,
    entrance_hall,
    fairs,
    job_applications,
    opening,
    programme,
    sanctions,
    schedule,
)
from rooms.fairs.admission import Passing
from rooms.fairs.fairs import Fair
from rooms.fairs.sanctions import Lasting, Sanction, SanctionKind
from rooms.lines import absence, calls, places, referrals
from rooms.lines.call import Answer, CallState
from rooms.lines.places import Place
from rooms.meetings import cobrowsing, follow_up, meetings, reopening
from rooms.meetings.follow_up import NextStep
from rooms.meetings.meeting import Meeting
from rooms.meetings.modes import Mode
from rooms.organisations import employers, vacancies
from rooms.people import documents
from tests.cast import Cast
from tests.signaling.appointment_commands import (
    a_guest_who_does_not_come,
    a_held_time_that_lapses_and_a_cancelled_appointment,
    an_appointment_from_holding_to_what_was_recorded,
    an_appointment_that_moves_to_a_colleague,
    the_room_of_an_appointment,
)
from tests.signaling.onlookers import Onlookers, joins, locked_call, meets, rings


@pytest.fixture
async def onlookers(cast: Cast) -> Onlookers:
    async with cast.database.transaction() as tx:
        talk = await conversations.of_booth(tx, cast.atlantique.id)
    watched = [
        f"moderation:{cast.fair.id}",
        f"fair:{cast.fair.id}",
        f"line:{cast.atlantique.id}",
        f"conversation:{talk.id}",
    ]
    watched += [f"person:{person.id}" for person in (cast.amina, cast.karim, cast.luc, cast.claire)]
    found = Onlookers(cast, watched)
    cast.database.listeners.append(found.hear)
    await cast.connect(cast.amina)
    await cast.connect(cast.karim)
    return found


Command = Callable[[Onlookers, Cast], Awaitable[None]]


async def joining_and_leaving(o: Onlookers, cast: Cast) -> None:
    place = await joins(o, cast)
    await joins(o, cast, cast.karim)
    async with o.during() as tx:
        await places.leave(tx, await tx.session.get_one(Place, place.id))


async def on_hold_and_back(o: Onlookers, cast: Cast) -> None:
    await joins(o, cast)
    await cast.disconnect(cast.amina)
    await cast.pass_by(minutes=11)
    async with o.during() as tx:
        await absence.put_absent_on_hold(tx)
    async with o.during() as tx:
        await absence.appeared(tx, [cast.amina.id])


@pytest.mark.parametrize("how", [Answer.LATER, Answer.LEAVE, Answer.WITHOUT_VIDEO])
async def test_answering_a_call(onlookers: Onlookers, cast: Cast, how: Answer) -> None:
    await joins(onlookers, cast)
    call = await rings(onlookers, cast)
    async with onlookers.during() as tx:
        answered = await locked_call(tx, call)
        await calls.answer(tx, answered, how)
    assert answered.state is not CallState.RINGING


async def withdrawing_a_call(o: Onlookers, cast: Cast) -> None:
    await joins(o, cast)
    call = await rings(o, cast)
    async with o.during() as tx:
        await calls.withdraw(tx, await locked_call(tx, call))


async def missing_three_calls(o: Onlookers, cast: Cast) -> None:
    await joins(o, cast)
    for _ in range(3):
        call = await rings(o, cast)
        await cast.pass_by(seconds=61)
        async with o.during() as tx:
            await calls.expire(tx, await locked_call(tx, call))
        await cast.pass_by(minutes=3)


async def a_whole_meeting(o: Onlookers, cast: Cast) -> None:
    meeting = await meets(o, cast)
    for person in (cast.luc, cast.amina):
        async with o.during() as tx:
            await meetings.go_in(tx, person, await tx.session.get_one(Meeting, meeting.id))
    async with o.during() as tx:
        await meetings.change_mode(tx, await tx.session.get_one(Meeting, meeting.id), cast.luc.id, Mode.AUDIO)
    async with o.during() as tx:
        shown = await cobrowsing.begin(tx, cast.amina.id, meeting.id)
    async with o.during() as tx:
        await cobrowsing.allow_filling(tx, await tx.session.merge(shown), may_fill=True)
    async with o.during() as tx:
        await cobrowsing.end(tx, meeting.id, cast.luc.id)
    async with o.during() as tx:
        await cobrowsing.begin(tx, cast.amina.id, meeting.id)
    for command in (meetings.prolong, meetings.end):
        async with o.during() as tx:
            await command(tx, await tx.session.get_one(Meeting, meeting.id))
    async with o.during() as tx:
        await follow_up.answer(tx, await tx.session.get_one(Meeting, meeting.id), NextStep.GO_ON, "Come on Monday.")


async def sent_on_and_taken_up_again(o: Onlookers, cast: Cast) -> None:
    meeting = await meets(o, cast)
    for person in (cast.luc, cast.amina):
        async with o.during() as tx:
            await meetings.go_in(tx, person, await tx.session.get_one(Meeting, meeting.id))
    async with o.during() as tx:
        await meetings.end(tx, await tx.session.get_one(Meeting, meeting.id))
    async with o.during() as tx:
        row = await tx.session.get_one(Meeting, meeting.id)
        perrin = await cast.fresh_booth(tx, cast.perrin)
        offered = await referrals.offer(tx, row, await cast.fresh(tx, cast.luc), perrin, None, "She bakes.")
    async with o.during() as tx:
        row = await tx.session.get_one(Meeting, meeting.id)
        await referrals.answer(tx, await referrals.by_id(tx, row.id, offered.id), row, accepts=True)
    async with o.during() as tx:
        await reopening.reopen(tx, await tx.session.get_one(Meeting, meeting.id))
    async with o.during() as tx:
        await meetings.go_in(tx, cast.amina, await tx.session.get_one(Meeting, meeting.id))
    async with o.during() as tx:
        await meetings.end(tx, await tx.session.get_one(Meeting, meeting.id))


async def a_meeting_that_does_not_come_about(o: Onlookers, cast: Cast) -> None:
    meeting = await meets(o, cast)
    async with o.during() as tx:
        await meetings.end(tx, await tx.session.get_one(Meeting, meeting.id))


async def calling_the_next_from_a_meeting(o: Onlookers, cast: Cast) -> None:
    await meets(o, cast)
    await joins(o, cast, cast.karim)
    async with o.during() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        await calls.call_next(tx, await cast.fresh(tx, cast.luc), booth, finish=True)


async def a_break_and_its_end(o: Onlookers, cast: Cast) -> None:
    for command in (booths.pause, booths.resume):
        async with o.during() as tx:
            await command(tx, await cast.fresh_booth(tx, cast.atlantique))


async def other_staff(o: Onlookers, cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        await employers.add_member(tx, cast.atlantique.employer_id, cast.claire, is_owner=False)
    for staff in ({cast.luc.id, cast.claire.id}, {cast.luc.id}):
        async with o.during() as tx:
            await booth_staff.choose_staff(tx, await cast.fresh_booth(tx, cast.atlantique), staff)


async def a_new_booth(o: Onlookers, cast: Cast) -> None:
    async with o.during() as tx:
        employer = await employers.found(tx, "Zénith", "hospitality")
        booth = await booths.reserve(tx, await tx.session.get_one(Fair, cast.fair.id), employer)
        await booths.set_up(tx, booth, booths.BoothText("Hi.", 15, "hospitality", "", "blue"))
        await booths.leave(tx, booth)


async def saying_something(o: Onlookers, cast: Cast) -> None:
    async with o.during() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        first = await announcements.announce(tx, fair, "Interpreters are free at 15:00.")
        second = await announcements.announce(tx, fair, "Soup at noon.", {"fr": "De la soupe à midi."})
        await programme.add(tx, fair, programme.ItemText("Opening", tx.now, tx.now + timedelta(hours=1)))
    async with o.during() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        row = await announcements.one(tx, fair.id, first.id)
        await announcements.change(tx, fair, row, "Interpreters are free at 16:00.", {})
    async with o.during() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        await announcements.end(tx, fair, await announcements.one(tx, fair.id, second.id))


async def closing_and_opening(o: Onlookers, cast: Cast) -> None:
    await joins(o, cast)
    await rings(o, cast)
    close, reopen = opening.close_by_hand, opening.open_by_hand
    for command in (close, reopen, close, opening.archive):
        async with o.during() as tx:
            await command(tx, await tx.session.get_one(Fair, cast.fair.id))


async def the_final_closing(o: Onlookers, cast: Cast) -> None:
    await joins(o, cast)
    cast.clock.pass_by(hours=10)
    async with o.during() as tx:
        await schedule.turn_due(tx, cast.fair.id)


async def opening_in_the_morning(o: Onlookers, cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        await schedule.add_day(tx, fair, tx.now + timedelta(hours=20), tx.now + timedelta(hours=28))
    for later in (10, 11):
        cast.clock.pass_by(hours=later)
        async with o.during() as tx:
            await schedule.turn_due(tx, cast.fair.id)


async def writing_and_removing(o: Onlookers, cast: Cast) -> None:
    async with o.during() as tx:
        talk = await conversations.of_booth(tx, cast.atlantique.id)
        message = await messages.send(tx, cast.amina, talk, "Hello", uuid.uuid4(), is_staff=False)
    async with o.during() as tx:
        await moderation.report(tx, cast.karim, await tx.session.get_one(Message, message.id), cast.fair.id)
    async with o.during() as tx:
        await moderation.remove(tx, cast.luc, await tx.session.get_one(Message, message.id), cast.fair.id)


async def an_organiser_who_leaves(o: Onlookers, cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        await fairs.add_organiser(tx, await tx.session.get_one(Fair, cast.fair.id), cast.paul)
    async with o.during() as tx:
        await fairs.remove_organiser(tx, await tx.session.get_one(Fair, cast.fair.id), cast.ines.id)


async def muted_and_free_again(o: Onlookers, cast: Cast) -> None:
    async with o.during() as tx:
        fair, karim = await tx.session.get_one(Fair, cast.fair.id), await cast.fresh(tx, cast.karim)
        ines = await cast.fresh(tx, cast.ines)
        half_an_hour = SanctionKind.MUTE, Lasting.HALF_AN_HOUR
        done = await sanctions.impose(tx, fair, karim, *half_an_hour, "Shouting.", ines)
    async with o.during() as tx:
        await sanctions.lift(tx, await tx.session.get_one(Sanction, done.id), await cast.fresh(tx, cast.ines))


async def helped_and_done(o: Onlookers, cast: Cast) -> None:
    async with o.during() as tx:
        fair, karim = await tx.session.get_one(Fair, cast.fair.id), await cast.fresh(tx, cast.karim)
        stuck = Circumstances("/", "Firefox", "")
        asked = await help_requests.ask(tx, fair, karim, "I hear nothing.", stuck)
    async with o.during() as tx:
        row = await tx.session.get_one(HelpRequest, asked.id)
        await help_requests.claim(tx, row, await cast.fresh(tx, cast.ines))
    async with o.during() as tx:
        await help_requests.finish(tx, await tx.session.get_one(HelpRequest, asked.id))


async def a_private_question_and_its_answer(o: Onlookers, cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        question = await questions.question_to(tx, booth, await cast.fresh(tx, cast.amina))
    for author, is_staff in ((cast.amina, False), (cast.luc, True), (cast.amina, False)):
        async with o.during() as tx:
            person = await cast.fresh(tx, author)
            await messages.send(tx, person, question, "Do you bake at night?", uuid.uuid4(), is_staff=is_staff)


async def showing_and_withdrawing_a_cv(o: Onlookers, cast: Cast) -> None:
    await joins(o, cast)
    for _ in range(2):
        async with o.during() as tx:
            checked = check(DocumentKind.CV, Upload("cv.pdf", b"%PDF-1.7 %%EOF"))
            await documents.add_cv(tx, cast.amina, checked, new_id())
    async with o.during() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        job = (await vacancies.of_employers(tx, [booth.employer_id]))[booth.employer_id][0]
        job.takes_applications = True
        await job_applications.apply(tx, booth, job, cast.amina, "")
    async with o.during() as tx:
        await documents.withdraw_cv(tx, cast.amina)


async def a_turn_in_the_entrance_hall(o: Onlookers, cast: Cast) -> None:
    async with o.during() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        # As it was set before anybody came.
        fair.capacity = 1
        for person in (cast.karim, cast.amina):
            await entrance_hall.arrive(tx, fair, {person.id: Passing.IN_TURN})
        await entrance_hall.set_capacity(tx, fair, None, 600)
    assert "fair.admitted" in o.seen_kinds


COMMANDS: tuple[Command, ...] = (
    a_turn_in_the_entrance_hall,
    an_appointment_from_holding_to_what_was_recorded,
    a_held_time_that_lapses_and_a_cancelled_appointment,
    an_appointment_that_moves_to_a_colleague,
    a_guest_who_does_not_come,
    the_room_of_an_appointment,
    joining_and_leaving,
    on_hold_and_back,
    withdrawing_a_call,
    missing_three_calls,
    a_whole_meeting,
    sent_on_and_taken_up_again,
    a_meeting_that_does_not_come_about,
    calling_the_next_from_a_meeting,
    a_break_and_its_end,
    other_staff,
    a_new_booth,
    saying_something,
    closing_and_opening,
    the_final_closing,
    opening_in_the_morning,
    writing_and_removing,
    an_organiser_who_leaves,
    muted_and_free_again,
    helped_and_done,
    a_private_question_and_its_answer,
    showing_and_withdrawing_a_cv,
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
async def test_state_equals_events(onlookers: Onlookers, cast: Cast, command: Command) -> None:
    await command(onlookers, cast)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_kind_of_event_is_told_by_some_command(onlookers: Onlookers, cast: Cast) -> None:
    """A new kind of event needs a command here."""
    for command in (
        a_whole_meeting,
        sent_on_and_taken_up_again,
        a_break_and_its_end,
        other_staff,
        a_new_booth,
        saying_something,
        writing_and_removing,
        an_organiser_who_leaves,
        a_private_question_and_its_answer,
        muted_and_free_again,
        helped_and_done,
        the_room_of_an_appointment,
        showing_and_withdrawing_a_cv,
        a_turn_in_the_entrance_hall,
    ):
        await command(onlookers, cast)
    async with onlookers.during() as tx:
        await opening.close_by_hand(tx, await tx.session.get_one(Fair, cast.fair.id))
    assert onlookers.seen_kinds == set(EVENT_KINDS)
