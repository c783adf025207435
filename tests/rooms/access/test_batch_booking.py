"""Many who want the same time at once: decided on together, in the order in which they asked."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from rooms.access import Actor, batch_booking
from rooms.access.batch_booking import ActorBooking, ActorSlotRequest
from rooms.appointments import agenda, appointment_types, booking, booking_rules, handover, slot_search, waiting_list
from rooms.appointments.allocation import NobodyFree
from rooms.appointments.appointment import Appointment, AppointmentState, Lapsed, OccupiedPiece
from rooms.appointments.appointment_types import AppointmentTypeText
from rooms.appointments.search import SlotSearch
from rooms.caseload import caseload
from rooms.core import streams
from rooms.core.errors import Conflict, Invalid, NotFound, Problem
from rooms.core.outbox import Mail
from rooms.meetings.modes import Mode
from rooms.organisations import agencies
from rooms.people import people
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.appointments.office import PARIS, WEDNESDAY_NINE, Office, open_office


async def ask(
    office: Office, *who: Person, appointment_type_id: uuid.UUID | None = None, begins: datetime = WEDNESDAY_NINE
) -> list[Appointment | Problem]:
    async with office.cast.database.transaction() as tx:
        asked = [ActorSlotRequest(Actor(person), begins, PARIS) for person in who]
        return await batch_booking.reserve_all(tx, appointment_type_id or office.appointment_type.id, "video", asked)


def said(found: Sequence[Appointment | Problem]) -> list[object]:
    return [each.led_by_id if isinstance(each, Appointment) else type(each) for each in found]


async def test_the_first_who_ask_get_what_there_is_and_each_their_own_counsellor(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    found = await ask(office, cast.amina, cast.karim, cast.luc)
    assert {*said(found[:2])} == {office.claire.id, office.nadia.id}
    assert said(found[2:]) == [NobodyFree]
    async with cast.database.transaction() as tx:
        for person, row in zip((cast.amina, cast.karim), found, strict=False):
            assert isinstance(row, Appointment)
            await booking.book(tx, await office.fresh(tx, row), await cast.fresh(tx, person), "")


async def test_each_is_answered_for_themselves(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    async with cast.database.transaction() as tx:
        await caseload.follow(tx, office.nadia.id, cast.karim.id)
    later = WEDNESDAY_NINE + timedelta(hours=1)
    await ask(office, cast.amina, begins=later)
    first, second = await ask(office, cast.amina, cast.amina, begins=later)
    assert isinstance(first, Appointment)
    assert first is second, "who asks twice holds one"
    referent, own, self_ = await ask(office, cast.karim, cast.amina, office.claire)
    assert isinstance(own, Appointment)
    assert (said([referent, self_])) == [office.nadia.id, NobodyFree], "Claire would meet herself"
    async with cast.database.reading() as tx:
        held = await tx.session.execute(select(Appointment.id).where(Appointment.state == AppointmentState.RESERVED))
        assert {*held.scalars()} == {own.id, referent.id}  # type: ignore[union-attr]
    assert said(await ask(office, cast.amina, appointment_type_id=uuid.uuid4())) == [NotFound]


async def test_a_time_that_collides_with_ones_own_proposal_is_gone_for_nobody_else(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    async with cast.database.transaction() as tx:
        amina, appointment_type = await cast.fresh(tx, cast.amina), await office.fresh_type(tx)
        await waiting_list.wish(
            tx, amina, appointment_type, Mode.VIDEO, WEDNESDAY_NINE.date(), WEDNESDAY_NINE.date(), PARIS
        )
    taken = await office.book(cast.karim, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        await booking.cancel(tx, await office.fresh(tx, taken), await cast.fresh(tx, cast.karim))
    assert "09:00" not in await office.starts(cast.amina), "it is proposed to her already"
    mine, theirs = await ask(office, cast.amina, cast.luc)
    assert isinstance(mine, Conflict)
    assert (mine.code, isinstance(theirs, Appointment)) == ("slot.own", True)


async def test_two_processes_at_once_hold_each_time_once(cast: Cast) -> None:
    office, crowd = await open_office(cast, counsellors=2), 12
    async with cast.database.transaction() as tx:
        many = [await people.welcome(tx, f"P{n}", f"p{n}@example.org", "fr") for n in range(crowd)]
    found = await asyncio.gather(ask(office, *many[: crowd // 2]), ask(office, *many[crowd // 2 :]))
    got = [each for part in found for each in part if isinstance(each, Appointment)]
    assert {row.led_by_id for row in got} == {office.claire.id, office.nadia.id}
    assert len(got) == 2
    async with cast.database.reading() as tx:
        rows = select(func.count()).select_from(Appointment)
        assert (await tx.session.execute(rows)).scalar_one() == 2, "what could not be held was never there"
        owners = select(OccupiedPiece.appointment_id).distinct()
        assert {*(await tx.session.execute(owners)).scalars()} == {row.id for row in got}


async def test_whoever_tries_in_vain_keeps_the_time_they_hold(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    later = WEDNESDAY_NINE + timedelta(hours=1)
    for person in (cast.karim, cast.luc):
        await office.book(person, later)
    kept = await office.hold(cast.amina, WEDNESDAY_NINE)
    events = await streams_of(cast)
    assert said(await ask(office, cast.sophie, cast.amina, begins=later)) == [NobodyFree, NobodyFree]
    assert await streams_of(cast) == events
    async with cast.database.reading() as tx:
        row = await agenda.reserved_by(tx, cast.amina.id)
        assert row is not None
        assert (row.id, row.state) == (kept.id, AppointmentState.RESERVED)
    (moved,) = await ask(office, cast.amina, begins=WEDNESDAY_NINE + timedelta(minutes=15))
    assert isinstance(moved, Appointment), "what one holds oneself is in nobody's way"
    async with cast.database.reading() as tx:
        assert (await tx.session.get_one(Appointment, kept.id)).state is AppointmentState.LAPSED


async def confirm(office: Office, *held: tuple[Person, Appointment], phone: str = "") -> list[Appointment | Problem]:
    async with office.cast.database.transaction() as tx:
        asked = [ActorBooking(Actor(person), row.id, f"I am {person.name}.", phone) for person, row in held]
        return await batch_booking.book_all(tx, asked)


async def run_out(cast: Cast) -> None:
    """Nobody books for a while, and the worker looks."""
    cast.clock.pass_by(minutes=6)
    async with cast.database.transaction() as tx:
        for lapsed in await agenda.expired_reservations(tx):
            await booking.lapse(tx, lapsed)


async def test_those_who_book_at_once_are_each_booked_with_what_they_say(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    rows = [await office.hold(person, WEDNESDAY_NINE) for person in (cast.amina, cast.karim)]
    events = await streams_of(cast)
    mine, theirs = zip((cast.amina, cast.karim), rows, strict=True)
    found = await confirm(office, mine, theirs, mine, (cast.luc, rows[0]))
    assert isinstance(found[3], NotFound), "it is not theirs"
    async with cast.database.reading() as tx:
        for person, row in (mine, theirs):
            booked = await tx.session.get_one(Appointment, row.id)
            assert (booked.state, booked.said) == (AppointmentState.BOOKED, f"I am {person.name}.")
        mails = (
            await tx.session.execute(select(Mail.recipient).where(Mail.values["what"].as_string() == "booked"))
        ).scalars()
        assert sorted(mails) == sorted([cast.amina.email, cast.karim.email, office.claire.email, office.nadia.email])
    assert await streams_of(cast) == events + 4, "two people each, once"


async def test_one_number_that_does_not_fit_spoils_nobody_elses_booking(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    video, phone = (
        await office.hold(cast.amina, WEDNESDAY_NINE),
        await office.hold(cast.karim, WEDNESDAY_NINE, Mode.PHONE),
    )
    booked, refused = await confirm(office, (cast.amina, video), (cast.karim, phone))
    assert isinstance(booked, Appointment)
    assert isinstance(refused, Invalid)
    assert refused.field == "phone"
    async with cast.database.reading() as tx:
        row = await tx.session.get_one(Appointment, phone.id)
        assert (row.state, row.said) == (AppointmentState.RESERVED, ""), "nothing of a refused form is kept"


async def test_whoever_took_longer_has_the_time_all_the_same_unless_somebody_took_it(cast: Cast) -> None:
    office = await open_office(cast)
    slow, slower = await office.hold(cast.amina, WEDNESDAY_NINE), None
    cast.clock.pass_by(minutes=6)
    (again,) = await confirm(office, (cast.amina, slow))
    assert isinstance(again, Appointment)
    assert (again.id, again.state, again.said) == (slow.id, AppointmentState.BOOKED, "I am Amina Benali.")
    later = WEDNESDAY_NINE + timedelta(hours=1)
    slower = await office.hold(cast.karim, later)
    cast.clock.pass_by(minutes=6)
    await office.book(cast.luc, later)
    (gone,) = await confirm(office, (cast.karim, slower))
    assert isinstance(gone, Lapsed)
    assert gone.leads_to == f"/appointments/new/{office.appointment_type.id}?mode=video"
    async with cast.database.reading() as tx:
        assert [row.candidate_id for row in await agenda.of_person(tx, cast.luc.id, since=tx.now)] == [cast.luc.id]
        assert await agenda.of_person(tx, cast.karim.id, since=tx.now) == []


async def test_a_number_that_does_not_fit_loses_no_time_that_was_held_again(cast: Cast) -> None:
    office = await open_office(cast)
    slow = await office.hold(cast.amina, WEDNESDAY_NINE, Mode.PHONE)
    await run_out(cast)
    (refused,) = await confirm(office, (cast.amina, slow), phone="06")
    assert isinstance(refused, Invalid)
    async with cast.database.reading() as tx:
        held = await agenda.reserved_by(tx, cast.amina.id)
        assert held is not None
        assert held.id == slow.id
    (booked,) = await confirm(office, (cast.amina, slow), phone="06 12 34 56 78")
    assert isinstance(booked, Appointment)


async def test_those_who_ask_for_times_of_one_day_are_decided_on_together(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    async with cast.database.transaction() as tx:
        for person in (office.claire, office.nadia):
            await booking_rules.change(tx, person.id, booking_rules.RulesText(0, 10, 2, 56, 1))
    later = WEDNESDAY_NINE + timedelta(minutes=40)
    async with cast.database.transaction() as tx:
        wanted = ((cast.amina, WEDNESDAY_NINE), (cast.karim, later), (cast.luc, WEDNESDAY_NINE), (cast.luc, later))
        asked = [ActorSlotRequest(Actor(person), begins, PARIS) for person, begins in wanted]
        found = await batch_booking.reserve_all(tx, office.appointment_type.id, "video", asked)
    assert {*said(found[:2])} == {office.claire.id, office.nadia.id}, "each sees one person a day"
    assert said(found[2:]) == [NobodyFree, NobodyFree]


async def test_whoever_asks_for_two_times_at_once_holds_the_second(cast: Cast) -> None:
    office = await open_office(cast)
    later = WEDNESDAY_NINE + timedelta(hours=1)
    async with cast.database.transaction() as tx:
        asked = [ActorSlotRequest(Actor(cast.amina), begins, PARIS) for begins in (WEDNESDAY_NINE, later)]
        first, second = await batch_booking.reserve_all(tx, office.appointment_type.id, "video", asked)
    assert isinstance(first, Appointment)
    assert isinstance(second, Appointment)
    assert (first.state, second.state, second.begins_at) == (AppointmentState.LAPSED, AppointmentState.RESERVED, later)


async def test_a_second_time_that_is_gone_leaves_the_first_as_it_is_held(cast: Cast) -> None:
    office = await open_office(cast)
    later = WEDNESDAY_NINE + timedelta(hours=1)
    await office.book(cast.karim, later)
    async with cast.database.transaction() as tx:
        asked = [ActorSlotRequest(Actor(cast.amina), begins, PARIS) for begins in (WEDNESDAY_NINE, later)]
        first, second = await batch_booking.reserve_all(tx, office.appointment_type.id, "video", asked)
    assert isinstance(second, NobodyFree)
    assert isinstance(first, Appointment)
    assert (first.state, first.begins_at) == (AppointmentState.RESERVED, WEDNESDAY_NINE), "read after the transaction"


async def test_a_lapsed_time_that_collides_tells_nothing_that_is_not_so(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    slow = await office.hold(cast.amina, WEDNESDAY_NINE)
    await run_out(cast)
    await office.book(cast.amina, WEDNESDAY_NINE)
    kept = await office.hold(cast.amina, WEDNESDAY_NINE + timedelta(hours=1))
    events = await streams_of(cast)
    (refused,) = await confirm(office, (cast.amina, slow))
    assert isinstance(refused, Problem)
    assert refused.code == "slot.own"
    assert await streams_of(cast) == events
    async with cast.database.reading() as tx:
        held = await agenda.reserved_by(tx, cast.amina.id)
        assert held is not None
        assert held.id == kept.id


async def test_what_was_given_up_for_another_time_is_not_held_again(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    first = await office.hold(cast.amina, WEDNESDAY_NINE)
    second = await office.hold(cast.amina, WEDNESDAY_NINE + timedelta(hours=1))
    (booked,) = await confirm(office, (cast.amina, second))
    (refused,) = await confirm(office, (cast.amina, first))
    assert isinstance(booked, Appointment)
    assert isinstance(refused, Lapsed)
    # And in one go, the other way round: what fails takes nothing from what does not.
    third = await office.hold(cast.karim, WEDNESDAY_NINE + timedelta(hours=1))
    cast.clock.pass_by(minutes=6)
    await office.book(cast.luc, third.begins_at)
    fourth = await office.hold(cast.karim, WEDNESDAY_NINE)
    got, gone = await confirm(office, (cast.karim, fourth), (cast.karim, third))
    assert isinstance(got, Appointment)
    assert isinstance(gone, Lapsed)


async def test_a_lapsed_time_is_not_kept_by_a_hold_that_has_run_out_itself(cast: Cast) -> None:
    office = await open_office(cast)
    slow = await office.hold(cast.amina, WEDNESDAY_NINE)
    cast.clock.pass_by(minutes=6)
    await office.hold(cast.karim, WEDNESDAY_NINE)
    cast.clock.pass_by(minutes=6)
    (booked,) = await confirm(office, (cast.amina, slow))
    assert isinstance(booked, Appointment)


async def test_a_proposal_that_ran_out_is_first_its_own_persons(cast: Cast) -> None:
    office, day = await open_office(cast), WEDNESDAY_NINE.date()
    taken = await office.book(cast.karim, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        amina, appointment_type = await cast.fresh(tx, cast.amina), await office.fresh_type(tx)
        assert appointment_type.agency
        other = await appointment_types.add(
            tx, appointment_type.agency, AppointmentTypeText("Training", 30, ("video",))
        )
        for each in (appointment_type, other):
            await waiting_list.wish(tx, amina, each, Mode.VIDEO, day, day, PARIS)
    async with cast.database.transaction() as tx:
        await booking.cancel(tx, await office.fresh(tx, taken), await cast.fresh(tx, cast.karim))
    async with cast.database.reading() as tx:
        held = select(Appointment).where(Appointment.state == AppointmentState.RESERVED)
        proposed = (await tx.session.execute(held)).scalars().one()
    cast.clock.pass_by(hours=3)
    (booked,) = await confirm(office, (cast.amina, proposed))
    assert isinstance(booked, Appointment)
    assert booked.id == proposed.id


async def test_what_was_cancelled_is_not_called_lapsed(cast: Cast) -> None:
    office = await open_office(cast)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        await booking.cancel(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina))
    (refused,) = await confirm(office, (cast.amina, row))
    assert isinstance(refused, Problem)
    assert (refused.code, refused.leads_to) == ("appointment.move", f"/appointments/{row.id}")


async def test_days_that_are_closed_keep_nothing_that_is_only_held(cast: Cast) -> None:
    office, day = await open_office(cast), WEDNESDAY_NINE.date()
    held = await office.hold(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        await handover.close_days(
            tx, office.claire.id, day, day + timedelta(days=3), office.appointment_type.venue.zone
        )
    (refused,) = await confirm(office, (cast.amina, held))
    assert isinstance(refused, Lapsed)
    assert await office.starts(cast.karim) == []


async def streams_of(cast: Cast) -> int:
    async with cast.database.reading() as tx:
        return await streams.count(tx)


async def test_a_shared_look_shows_each_what_they_would_see_alone(cast: Cast) -> None:
    office, day = await open_office(cast, counsellors=2), WEDNESDAY_NINE.date()
    await office.book(cast.karim, WEDNESDAY_NINE + timedelta(hours=1))
    async with cast.database.transaction() as tx:
        elsewhere = await agencies.team(tx, "Agence de Rezé", "Sud")
        await agencies.add_member(tx, elsewhere.id, cast.sophie)
        fatou = await people.welcome(tx, "Fatou Diop", "fatou@example.org", "fr")
        await caseload.follow(tx, cast.sophie.id, fatou.id)
    async with cast.database.reading() as tx:
        appointment_type = await office.fresh_type(tx)
        team = await appointment_types.ids_for(tx, appointment_type)
        openings = await slot_search.openings_of(tx, SlotSearch(appointment_type, Mode.VIDEO), team, day, 1)
        several = [cast.amina.id, cast.karim.id, office.claire.id, fatou.id]
        seen = {}
        for known in await slot_search.candidates(tx, several, openings.around):
            seen[known.id] = slot_search.times_for(openings, known)
            assert seen[known.id] == await slot_search.free_times(
                tx, SlotSearch(appointment_type, Mode.VIDEO), known.id, day, 1
            )
    assert len(seen[cast.amina.id]) > len(seen[cast.karim.id]), "Karim has something else at one of these times"
    assert seen[fatou.id] == [], "who is followed goes to their counsellor's agency"
