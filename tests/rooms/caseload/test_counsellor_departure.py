"""A counsellor leaves a team: nothing that is booked is left with nobody."""

import pytest

from rooms import access
from rooms.access import Actor, batch_booking
from rooms.access.batch_booking import ActorBooking
from rooms.appointments import agenda, hours, transitions
from rooms.appointments.appointment import Appointment, Attendance, Lapsed
from rooms.caseload import caseload, counsellor_departure
from rooms.core.errors import Conflict, NotFound
from rooms.organisations import agencies, referents
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.appointments.office import WEDNESDAY_NINE, Office, open_office


async def leave(office: Office, who: Person | None = None) -> int:
    async with office.cast.database.transaction() as tx:
        team = await agencies.team(tx, "Agence Nantes Centre", "Loire")
        by = await office.cast.fresh(tx, office.cast.paul)
        return await counsellor_departure.leave_team(tx, team.id, (who or office.claire).id, by)


def colleagues(office: Office, row: Appointment) -> tuple[Person, Person]:
    """Who has it, and the other one."""
    has, other = office.claire, office.nadia
    return (has, other) if row.led_by_id == has.id else (other, has)


async def test_what_is_booked_goes_to_a_colleague_who_is_there_and_free(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    has, other = colleagues(office, row)
    assert await leave(office, has) == 1
    async with cast.database.reading() as tx:
        (found,) = await agenda.of_person(tx, cast.amina.id, since=tx.now)
        assert (found.id, found.led_by_id, found.begins_at) == (row.id, other.id, WEDNESDAY_NINE)
        assert await agencies.teams_of(tx, has.id) == []


async def test_a_colleague_who_is_away_takes_nothing_over(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    has, other = colleagues(office, row)
    async with cast.database.transaction() as tx:
        await hours.add_day(tx, other.id, WEDNESDAY_NINE.date(), None)
    with pytest.raises(Conflict) as refused:
        await leave(office, has)
    assert "Amina Benali" in refused.value.values["which"]


async def test_how_long_ahead_a_colleague_wants_to_know_does_not_count_for_what_is_agreed(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    cast.clock.pass_by(hours=22)
    has, other = colleagues(office, row)
    assert await leave(office, has) == 1
    async with cast.database.reading() as tx:
        (found,) = await agenda.of_person(tx, cast.amina.id, since=tx.now)
        assert found.led_by_id == other.id


async def test_whoever_cannot_hand_over_does_not_leave(cast: Cast) -> None:  # K2
    office = await open_office(cast)
    await office.book(cast.amina, WEDNESDAY_NINE)
    with pytest.raises(Conflict) as refused:
        await leave(office)
    assert refused.value.code == "appointments.left"
    assert refused.value.values == {"which": "Amina Benali (25/11 09:00)"}
    async with cast.database.reading() as tx:
        (team,) = await agencies.teams_of(tx, office.claire.id)
        assert team.name == "Loire"


async def test_whoever_stays_in_the_agency_keeps_what_is_booked(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        other = await agencies.team(tx, "Agence Nantes Centre", "Erdre")
        await agencies.add_member(tx, other.id, office.claire)
    assert await leave(office) == 0
    async with cast.database.reading() as tx:
        (found,) = await agenda.of_person(tx, cast.amina.id, since=tx.now)
        assert found.led_by_id == row.led_by_id


async def test_what_is_only_held_with_whoever_leaves_is_free_again_and_not_booked(cast: Cast) -> None:
    office = await open_office(cast)
    held = await office.hold(cast.amina, WEDNESDAY_NINE)
    assert await leave(office) == 0
    async with cast.database.transaction() as tx:
        (refused,) = await batch_booking.book_all(tx, [ActorBooking(Actor(cast.amina), held.id, "", "")])
        assert isinstance(refused, Lapsed)


async def test_what_is_held_while_the_counsellor_leaves_is_not_booked(cast: Cast) -> None:
    office = await open_office(cast)
    held = await office.hold(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        # As if the hold had come when the others were looked through.
        team = await agencies.team(tx, "Agence Nantes Centre", "Loire")
        await agencies.remove_member(tx, team.id, office.claire.id)
    async with cast.database.transaction() as tx:
        (refused,) = await batch_booking.book_all(tx, [ActorBooking(Actor(cast.amina), held.id, "", "")])
        assert isinstance(refused, Lapsed)


async def test_whoever_has_left_reads_nothing_of_what_they_held(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    cast.clock.pass_by(days=2)
    async with cast.database.transaction() as tx:
        fresh = await office.fresh(tx, row)
        await transitions.end(tx, fresh, Attendance.CAME, fresh.led_by)
    has, _ = colleagues(office, row)
    async with cast.database.reading() as tx:
        assert (await access.appointment(tx, cast.actor(has), row.id)).id == row.id
    await leave(office, has)
    async with cast.database.reading() as tx:
        assert (await access.appointment(tx, cast.actor(cast.amina), row.id)).id == row.id
        with pytest.raises(NotFound):
            await access.appointment(tx, cast.actor(has), row.id)


async def test_who_leaves_the_last_team_follows_nobody(cast: Cast) -> None:  # K1
    office = await open_office(cast)
    async with cast.database.transaction() as tx:
        for name in ("Loire", "Erdre"):
            team = await agencies.team(tx, "Agence Nantes Centre", name)
            if name == "Erdre":
                await agencies.add_member(tx, team.id, office.claire)
        await caseload.follow(tx, office.claire.id, cast.amina.id)
    for name, follows in (("Loire", office.claire.id), ("Erdre", None)):
        async with cast.database.transaction() as tx:
            team = await agencies.team(tx, "Agence Nantes Centre", name)
            await counsellor_departure._leave_caseload(tx, team.id, office.claire.id)
            assert await referents.referent_of(tx, cast.amina.id) == follows
