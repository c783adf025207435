"""Appointments of three: times that suit all, an employer who comes too, and what is theirs to see and to say."""

import asyncio
import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from rooms import access
from rooms.appointments import (
    agenda,
    allocation,
    booking,
    booking_rules,
    guests,
    hours,
    recruiter_departure,
    room,
    slot_search,
)
from rooms.appointments.allocation import NobodyFree
from rooms.appointments.appointment import Appointment, AppointmentState, ChangeKind, Guest
from rooms.appointments.search import SlotSearch
from rooms.caseload import caseload
from rooms.chat import conversations
from rooms.core.errors import Conflict, Invalid, NotFound, Problem, Refused
from rooms.core.outbox import Mail
from rooms.core.transaction import Transaction
from rooms.meetings import meetings
from rooms.meetings.meeting import Meeting, MeetingState
from rooms.meetings.modes import Mode
from rooms.organisations import agencies, employers
from rooms.people import people
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.appointments.office import PARIS, WEDNESDAY_NINE, Office, open_office

TEN = WEDNESDAY_NINE.replace(hour=9)
"""In UTC: 10 o'clock in Nantes."""


@pytest.fixture
async def office(cast: Cast) -> Office:
    """Claire is there on Wednesdays from 9 to 12, Luc from 10 to 11:30 by video."""
    async with cast.database.transaction() as tx:
        await hours.add_weekly(tx, cast.luc.id, 2, 10 * 60, 11 * 60 + 30, ("video",))
        await booking_rules.change(tx, cast.luc.id, booking_rules.RulesText(0, 0, 0, 56, 40))
    return await open_office(cast)


async def luc(tx: Transaction, cast: Cast) -> Guest:
    return Guest(await cast.fresh(tx, cast.luc), await cast.fresh_booth(tx, cast.atlantique))


async def common(office: Office, mode: Mode = Mode.VIDEO) -> list[str]:
    """The local times on that Wednesday that suit Amina, Claire and Luc."""
    async with office.cast.database.reading() as tx:
        appointment_type, guest = await office.fresh_type(tx), await luc(tx, office.cast)
        found = await slot_search.free_times(
            tx,
            SlotSearch(appointment_type, mode, counsellor_id=office.claire.id, guest=guest),
            office.cast.amina.id,
            WEDNESDAY_NINE.date(),
            1,
        )
    return [each.span.begins.astimezone(appointment_type.venue.zone).strftime("%H:%M") for each in found]


async def written(cast: Cast, person: Person, what: str) -> list[Mail]:
    async with cast.database.reading() as tx:
        query = select(Mail).where(Mail.template == "appointment", Mail.recipient == person.email)
        return [mail for mail in (await tx.session.execute(query)).scalars() if mail.values["what"] == what]


async def test_the_employer_is_reminded_too_while_they_come(office: Office) -> None:
    cast = office.cast
    row = await office.book_three(cast.amina, cast.luc, cast.atlantique, TEN)
    assert await reminders(cast, cast.luc, row) == await reminders(cast, cast.amina, row) == ["hours", "now"]
    assert await reminders(cast, office.claire, row) == [], "counsellors have their day before them"
    async with cast.database.transaction() as tx:
        await booking.excuse_guest(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.luc))
    assert await reminders(cast, cast.luc, row) == []
    assert await reminders(cast, cast.amina, row) == ["hours", "now"]


async def reminders(cast: Cast, person: Person, row: Appointment) -> list[str]:
    """Which are still to be sent, the soonest first."""
    async with cast.database.reading() as tx:
        query = select(Mail).where(Mail.recipient == person.email, Mail.once.startswith(f"remind:{row.id}"))
        found = (await tx.session.execute(query.order_by(Mail.due_at))).scalars()
        return [str(mail.values["what"]).removeprefix("remind_") for mail in found if mail.sent_at is None]


async def test_the_times_are_those_that_suit_all_three(office: Office) -> None:
    cast = office.cast
    assert await common(office) == ["10:00", "10:40"], "ten minutes of pause are Claire's"
    assert await common(office, Mode.PHONE) == [], "three do not share a telephone"
    await office.book_three(cast.karim, cast.luc, cast.atlantique, TEN)
    assert await common(office) == ["10:40"]
    async with cast.database.transaction() as tx:
        amina, appointment_type, guest = (
            await cast.fresh(tx, cast.amina),
            await office.fresh_type(tx),
            await luc(tx, cast),
        )
        with pytest.raises(Invalid):
            await allocation.reserve(
                tx,
                SlotSearch(appointment_type, Mode.PHONE, guest=guest, counsellor_id=office.claire.id),
                amina,
                TEN,
                PARIS,
            )


async def test_only_who_has_said_when_can_be_asked(office: Office) -> None:
    cast = office.cast
    async with cast.database.reading() as tx:
        nobody: set[uuid.UUID] = set()
        (guest,) = await guests.choices(tx, apart_from=nobody)
        assert (guest.person.id, guest.booth.id) == (cast.luc.id, cast.atlantique.id), "Sophie has said no hours"
        assert await guests.choose(tx, "", apart_from=nobody) is None
        assert await guests.choose(tx, guest.key, apart_from=nobody) == guest
        for key, others in (
            ("x", nobody),
            (f"{cast.perrin.id}.{cast.luc.id}", nobody),
            (guest.key, {cast.luc.id}),
        ):
            with pytest.raises(Invalid) as refused:
                await guests.choose(tx, key, apart_from=others)
            assert refused.value.field == "guest"


async def test_nobody_comes_on_two_sides(office: Office) -> None:
    """A recruiter who counsels too is asked as one of the two; when it moves, they are not taken for the other."""
    cast = office.cast
    async with cast.database.transaction() as tx:
        team = await agencies.team(tx, "Agence Nantes Centre", "Loire")
        await agencies.add_member(tx, team.id, await cast.fresh(tx, cast.luc))
    row = await office.book_three(cast.amina, cast.luc, cast.atlantique, TEN)
    async with cast.database.transaction() as tx:
        guest, appointment_type = await luc(tx, cast), await office.fresh_type(tx)
        someone = await cast.fresh(tx, cast.karim)
        with pytest.raises(NobodyFree):
            await booking.book_for(
                tx, guest.person, someone, appointment_type, Mode.VIDEO, TEN.replace(minute=40), guest=guest
            )
    async with cast.database.transaction() as tx:
        mine = await office.fresh(tx, row)
        await booking.move(tx, mine, await cast.fresh(tx, cast.amina), TEN.replace(minute=40))
        assert (mine.led_by_id, mine.guest_id) == (office.claire.id, cast.luc.id)
    with pytest.raises(IntegrityError):
        async with cast.database.transaction() as tx:
            (await office.fresh(tx, row)).led_by_id = cast.luc.id


async def test_two_counsellors_who_want_the_same_recruiter_at_once_get_him_once(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    async with cast.database.transaction() as tx:
        await hours.add_weekly(tx, cast.luc.id, 2, 9 * 60, 12 * 60, ("video",))

    async def ask(counsellor: Person, candidate: Person) -> None:
        async with cast.database.transaction() as tx:
            by, someone = await cast.fresh(tx, counsellor), await cast.fresh(tx, candidate)
            appointment_type, guest = await office.fresh_type(tx), await luc(tx, cast)
            await booking.book_for(tx, by, someone, appointment_type, Mode.VIDEO, WEDNESDAY_NINE, guest=guest)

    found = await asyncio.gather(ask(office.claire, cast.amina), ask(office.nadia, cast.karim), return_exceptions=True)
    assert sorted(isinstance(each, Problem) for each in found) == [False, True], found


async def test_all_three_are_told_and_it_moves_to_a_time_of_all_three(office: Office) -> None:
    cast = office.cast
    row = await office.book_three(cast.amina, cast.luc, cast.atlantique, TEN)
    for person, others in (
        (cast.amina, "Claire Dubois, Luc Moreau (Hôtel Atlantique)"),
        (cast.luc, "Amina Benali, Claire Dubois"),
        (office.claire, "Amina Benali, Luc Moreau (Hôtel Atlantique)"),
    ):
        (mail,) = await written(cast, person, "booked")
        assert mail.values["other"] == others
        assert mail.values["calendar"]["method"] == "REQUEST"
    async with cast.database.transaction() as tx:
        with pytest.raises(Conflict) as refused:
            await booking.move(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina), WEDNESDAY_NINE)
        assert refused.value.code == "slot.taken", "Luc is not there at nine"
    later = TEN.replace(minute=40)
    async with cast.database.transaction() as tx:
        mine = await office.fresh(tx, row)
        await booking.move(tx, mine, await cast.fresh(tx, cast.amina), later)
        assert (mine.begins_at, mine.guest_id, mine.sequence) == (later, cast.luc.id, 1)
    assert await written(cast, cast.luc, "moved")
    assert await common(office) == ["10:00"], "what Luc had before is free again"


@pytest.mark.parametrize("who", ["amina", "luc", "claire"])
async def test_any_of_the_three_may_say_that_the_employer_does_not_come(office: Office, who: str) -> None:
    cast, by = office.cast, getattr(office.cast, who)
    row = await office.book_three(cast.amina, cast.luc, cast.atlantique, TEN)
    async with cast.database.transaction() as tx:
        await booking.excuse_guest(tx, await office.fresh(tx, row), await cast.fresh(tx, by))
    async with cast.database.reading() as tx:
        mine = await tx.session.get_one(Appointment, row.id)
        assert (mine.state, mine.guest_id, mine.begins_at) == (AppointmentState.BOOKED, None, TEN)
        last = (await agenda.changes_of(tx, row.id))[-1]
        assert (last.kind, last.by_id, last.words) == (ChangeKind.GUEST_EXCUSED, by.id, "Luc Moreau, Hôtel Atlantique")
        assert not await agenda.of_person(tx, cast.luc.id, since=tx.now)
        with pytest.raises(NotFound):
            await access.appointment(tx, cast.actor(cast.luc), row.id)
    (let_go,) = await written(cast, cast.luc, "without_you")
    assert let_go.values["calendar"]["method"] == "CANCEL"
    assert await written(cast, cast.amina, "guest_excused")
    assert await written(cast, office.claire, "guest_excused")
    await office.book_three(cast.karim, cast.luc, cast.atlantique, TEN.replace(minute=40))


async def test_whoever_leaves_the_booth_leaves_the_appointment_and_the_two_others_meet(office: Office) -> None:
    cast = office.cast
    row = await office.book_three(cast.amina, cast.luc, cast.atlantique, TEN)
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        colleague = await people.welcome(tx, "Léo Petit", "leo@example.org", "fr")
        await employers.add_member(tx, booth.employer_id, colleague, is_owner=False)
        await recruiter_departure.choose_staff(tx, booth, {colleague.id}, await cast.fresh(tx, cast.luc))
    async with cast.database.reading() as tx:
        mine = await tx.session.get_one(Appointment, row.id)
        assert (mine.state, mine.guest_id) == (AppointmentState.BOOKED, None)


async def test_a_guest_reads_the_thread_and_keeps_nothing(office: Office) -> None:
    """They come, read and write with the others; moving, cancelling, leading, and what is followed are not theirs."""
    cast, guest = office.cast, office.cast.actor(office.cast.luc)
    row = await office.book_three(cast.amina, cast.luc, cast.atlantique, TEN)
    cast.clock.pass_by(seconds=(TEN - cast.clock.now()).total_seconds())
    async with cast.database.transaction() as tx:
        meeting = await room.enter(tx, await access.appointment(tx, guest, row.id, lock=True), guest.known)
        conversation = await conversations.of_appointment(tx, row.id)
    async with cast.database.reading() as tx:
        held = await access.meeting(tx, guest, meeting.id)
        assert held.guest_id == cast.luc.id
        assert Mode.PHONE not in room.modes_of(held)
        assert (await access.conversation(tx, guest, conversation.id))[0].id == conversation.id
        for act in (access.Act.APPOINTMENT_KEEP, access.Act.APPOINTMENT_RECORD, access.Act.APPOINTMENT_RATE):
            with pytest.raises(Refused):
                await access.appointment(tx, guest, row.id, act)
        for act in (access.Act.MEETING_LEAD, access.Act.MEETING_SHOW, access.Act.MEETING_RATE):
            with pytest.raises(Refused):
                await access.meeting(tx, guest, meeting.id, act)
        assert not await caseload.knows(tx, cast.luc.id, cast.amina.id)
        with pytest.raises(Conflict) as refused:
            await room.change_mode(tx, held, guest.known, Mode.PHONE)
        assert refused.value.code == "step.three"


async def test_it_is_live_once_the_candidate_is_not_alone_and_the_third_comes_into_it(office: Office) -> None:
    cast = office.cast
    row = await office.book_three(cast.amina, cast.luc, cast.atlantique, TEN)
    cast.clock.pass_by(seconds=(TEN - cast.clock.now()).total_seconds())
    states = []
    for person in (cast.luc, office.claire, cast.amina):
        async with cast.database.transaction() as tx:
            someone = await cast.fresh(tx, person)
            meeting = await room.enter(tx, await office.fresh(tx, row), someone)
            await meetings.go_in(tx, someone, meeting)
            states.append(meeting.state)
            began = meeting.live_at
    assert states == [MeetingState.WAITING, MeetingState.WAITING, MeetingState.LIVE]
    assert began == TEN
    async with cast.database.transaction() as tx:
        held = await tx.session.get_one(Meeting, meeting.id)
        assert set(held.gone_in) == {cast.luc.id, office.claire.id, cast.amina.id}
        ranks = [held.patience(person.id) for person in (office.claire, cast.luc, cast.amina)]
        assert ranks == [0, 1, 2], "of any two, one gives way"
        with pytest.raises(Conflict):
            await booking.excuse_guest(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina))
