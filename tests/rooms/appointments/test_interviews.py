"""Interviews at a booth by the machinery of appointments: who may book, when, with whom, and who hears of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from rooms import access, agencies, counselling, documents, fairs, portfolios
from rooms.agencies import Mode, Reason, ReasonText
from rooms.appointments import booking, desk, hours, satisfaction, times, waitlist
from rooms.appointments.booking import Appointment, AppointmentState, Attendance
from rooms.errors import NotFound, Problem
from rooms.fairs import FairState
from rooms.people import Person
from rooms.transaction import Transaction
from tests.cast import Cast
from tests.rooms.appointments.office import PARIS, open_office

KIND = ReasonText("Interview", 20, ("video", "phone"), "Which job?", "Your CV")


@dataclass
class Booth:
    """Luc is at the Atlantique's booth for interviews from 8 to 20, and the fair is open from 8 to 18."""

    cast: Cast
    reason: Reason

    async def fresh(self, tx: Transaction) -> Reason:
        return await tx.session.get_one(Reason, self.reason.id)

    async def starts(self, person: Person) -> list[datetime]:
        async with self.cast.database.reading() as tx:
            reason = await self.fresh(tx)
            found = await times.free_times(tx, reason, Mode.VIDEO, person.id, tx.now.date(), 2)
        return [each.span.begins for each in found]

    async def book(self, person: Person, begins: datetime) -> Appointment:
        async with self.cast.database.transaction() as tx:
            someone = await self.cast.fresh(tx, person)
            row = await times.hold(tx, someone, await self.fresh(tx), Mode.VIDEO, begins, PARIS)
            await desk.book(tx, row, someone, "Cook", "")
            return row


@pytest.fixture
async def booth(cast: Cast) -> Booth:
    async with cast.database.transaction() as tx:
        reason = await agencies.add_reason(tx, await cast.fresh_booth(tx, cast.atlantique), KIND)
        await hours.add_day(tx, cast.luc.id, tx.now.date(), (8 * 60, 20 * 60), ("video",))
        await hours.change_rules(tx, cast.luc.id, hours.RulesText(0, 10, 0, 56, 40))
        await hours.add_weekly(tx, cast.sophie.id, 1, 8 * 60, 20 * 60, ("video",))
    return Booth(cast, reason)


async def test_the_booths_staff_is_offered_while_the_fair_is_open_and_nobody_else(booth: Booth) -> None:
    cast = booth.cast
    async with cast.database.reading() as tx:
        (day,) = await fairs.days_of(tx, cast.fair)
        reason = await booth.fresh(tx)
        found = await times.free_times(tx, reason, Mode.VIDEO, cast.amina.id, tx.now.date(), 2)
        assert (reason.host.name, reason.host.time_zone) == ("Hôtel Atlantique", "Europe/Paris")
    assert found
    assert {each.counsellors for each in found} == {(cast.luc.id,)}, "Sophie stands at another booth"
    assert all(day.opens_at <= each.span.begins and each.span.ends <= day.closes_at for each in found)
    assert day.closes_at - found[-1].span.ends < timedelta(minutes=30), "until the fair closes"


async def test_it_is_booked_once_and_can_be_waited_for(booth: Booth) -> None:
    cast = booth.cast
    first = (await booth.starts(cast.amina))[4]
    row = await booth.book(cast.amina, first)
    assert row.is_interview
    assert first not in await booth.starts(cast.karim)
    with pytest.raises(Problem) as refused:
        await booth.book(cast.karim, first)
    assert refused.value.code == "slot.taken"
    async with cast.database.transaction() as tx:
        karim, day = await cast.fresh(tx, cast.karim), tx.now.date()
        await waitlist.wish(tx, karim, await booth.fresh(tx), Mode.VIDEO, day, day, PARIS)
    async with cast.database.transaction() as tx:
        mine = await booking.locked(tx, row.id)
        assert mine
        await desk.cancel(tx, mine, await cast.fresh(tx, cast.amina))
    async with cast.database.reading() as tx:
        (proposed,) = await booking.standing_of(tx, cast.karim.id)
        assert (proposed.state, proposed.begins_at) == (AppointmentState.HELD, first)


async def test_only_while_the_booth_is_shown_and_the_fair_lies_ahead(booth: Booth) -> None:
    cast = booth.cast
    me = cast.actor(cast.amina)
    async with cast.database.transaction() as tx:
        assert (await access.reason(tx, me, booth.reason.id)).id == booth.reason.id
        with pytest.raises(NotFound):
            await access.reason(tx, cast.actor(None), booth.reason.id)
        fair = (await cast.fresh_booth(tx, cast.atlantique)).fair
        for state in (FairState.DRAFT, FairState.CLOSED, FairState.ARCHIVED):
            fair.state = state
            with pytest.raises(NotFound):
                await access.reason(tx, me, booth.reason.id)
        fair.state = FairState.PUBLISHED
        await access.reason(tx, me, booth.reason.id)
        (await cast.fresh_booth(tx, cast.atlantique)).set_up_at = None
        with pytest.raises(NotFound):
            await access.reason(tx, me, booth.reason.id)


async def test_an_agency_does_not_hear_of_it_and_a_recruiter_is_no_counsellor(booth: Booth) -> None:
    cast = booth.cast
    office = await open_office(cast)
    row = await booth.book(cast.amina, (await booth.starts(cast.amina))[0])
    async with cast.database.transaction() as tx:
        await portfolios.follow(tx, office.claire.id, cast.amina.id)
        claire = await cast.fresh(tx, office.claire)
        step = await counselling.propose_step(tx, claire, cast.amina.id, "Write to the bakery", None)
    async with cast.database.transaction() as tx:
        (line,) = await portfolios.portfolio(tx, office.claire.id)
        assert (line.last_at, line.next_at) == (None, None)
        assert not await portfolios.knows(tx, cast.luc.id, cast.amina.id)
        for refused in (
            access.step(tx, cast.actor(cast.luc), step.id),
            access.followed(tx, cast.actor(cast.luc), cast.amina.id),
            access.appointment(tx, cast.actor(office.claire), row.id),
            access.appointment(tx, cast.actor(cast.sophie), row.id),
        ):
            with pytest.raises(Problem):
                await refused
        assert (await access.appointment(tx, cast.actor(cast.luc), row.id)).id == row.id
        mine = await booking.locked(tx, row.id)
        assert mine
        cast.clock.pass_by(hours=2)
        tx.now = cast.clock.now()
        await booking.end(tx, mine, Attendance.CAME, await cast.fresh(tx, cast.luc))
        assert not satisfaction.is_asked(mine), "its two questions are those of an agency"
        assert await booking.last_before(tx, {cast.amina.id}, tx.now) == {}


async def test_the_booth_may_read_the_cv_of_who_has_booked(booth: Booth) -> None:
    cast = booth.cast
    async with cast.database.reading() as tx:
        assert await documents.booths_that_may_read(tx, cast.amina.id) == []
    await booth.book(cast.amina, (await booth.starts(cast.amina))[0])
    async with cast.database.reading() as tx:
        (stand,) = await documents.booths_that_may_read(tx, cast.amina.id)
        assert stand.id == cast.atlantique.id


async def test_hours_are_kept_by_whoever_can_be_booked(booth: Booth) -> None:
    cast = booth.cast
    office = await open_office(cast)
    async with cast.database.reading() as tx:
        for person in (cast.luc, office.claire):
            assert (await access.keeps_hours(tx, cast.actor(person))).id == person.id
        for person in (cast.amina, cast.ines):
            with pytest.raises(Problem):
                await access.keeps_hours(tx, cast.actor(person))


async def test_a_reason_belongs_to_one_host(booth: Booth) -> None:
    cast = booth.cast
    office = await open_office(cast)
    for values in ({"agency_id": office.reason.agency_id}, {"booth_id": None}):
        with pytest.raises(IntegrityError):
            async with cast.database.transaction() as tx:
                await tx.session.execute(update(Reason).where(Reason.id == booth.reason.id).values(**values))
