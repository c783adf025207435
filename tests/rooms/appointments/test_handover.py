"""Handing over: a day goes to a colleague at its times, a whole caseload at once, with all that is needed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from rooms.appointments import agenda, booking, handover, hours
from rooms.appointments.appointment import Appointment, AppointmentLeft
from rooms.appointments.handover import HandedOver
from rooms.caseload import caseload, notes
from rooms.caseload.caseload import CounsellorChanged
from rooms.core.errors import Conflict, Invalid
from rooms.core.events import PublishedEvent, person_stream
from rooms.core.outbox import Mail
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.appointments.office import WEDNESDAY_NINE, Office, open_office

A_DAY = timedelta(days=1)


@pytest.fixture
async def office(cast: Cast) -> Office:
    office = await open_office(cast, counsellors=2)
    async with cast.database.transaction() as tx:
        for person in (cast.amina, cast.karim):
            await caseload.follow(tx, office.claire.id, person.id)
    return office


async def hand_day_over(office: Office, colleague: Person) -> HandedOver:
    async with office.cast.database.transaction() as tx:
        claire = await office.cast.fresh(tx, office.claire)
        begins = WEDNESDAY_NINE - timedelta(hours=9)
        return await handover.hand_day_over(tx, claire, colleague.id, begins, begins + A_DAY)


async def test_a_day_goes_over_at_its_times_and_what_the_colleague_has_already_stays(office: Office) -> None:
    cast = office.cast
    first = await office.book(cast.amina, WEDNESDAY_NINE)
    second = await office.book(cast.karim, WEDNESDAY_NINE + timedelta(minutes=40))
    async with cast.database.transaction() as tx:
        nadia = await cast.fresh(tx, office.nadia)
        await booking.book_for(
            tx, nadia, await cast.fresh(tx, cast.luc), await office.fresh_type(tx), first.mode,
            WEDNESDAY_NINE + timedelta(minutes=40),
        )  # fmt: skip
    done = await hand_day_over(office, office.nadia)
    assert ([row.id for row in done.taken], [row.id for row in done.left]) == ([first.id], [second.id])
    async with cast.database.reading() as tx:
        row = await tx.session.get_one(Appointment, first.id)
        assert (row.led_by_id, row.begins_at, row.sequence) == (office.nadia.id, WEDNESDAY_NINE, 1)
        kept = await tx.session.get_one(Appointment, second.id)
        assert (kept.led_by_id, kept.sequence) == (office.claire.id, 0)
        history = [change.kind.value for change in await agenda.changes_of(tx, first.id)]
        assert history == ["booked", "handed_over"]
        letters = (
            await tx.session.execute(
                select(Mail).where(Mail.once.like(f"%{first.id}:1:%"), Mail.once.not_like("remind:%"))
            )
        ).scalars()
        written = {(mail.recipient, mail.values["what"], mail.values["calendar"]["method"]) for mail in letters}
        assert (office.nadia.email, "handed_over", "REQUEST") in written
        assert (cast.amina.email, "handed_over", "REQUEST") in written
        assert (office.claire.email, "let_go", "CANCEL") in written


async def test_claires_time_is_free_again_and_nadias_is_taken(office: Office) -> None:
    await office.book(office.cast.amina, WEDNESDAY_NINE)
    await hand_day_over(office, office.nadia)
    again = await office.book(office.cast.luc, WEDNESDAY_NINE)
    assert again.led_by_id == office.claire.id
    with pytest.raises(Conflict):
        await office.book(office.cast.sophie, WEDNESDAY_NINE)


async def test_an_open_room_stays_and_a_stranger_takes_nothing(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    with pytest.raises(Invalid):
        await hand_day_over(office, office.cast.luc)
    await office.cast.pass_by(seconds=(WEDNESDAY_NINE - office.cast.clock.now()).total_seconds() - 600)
    done = await hand_day_over(office, office.nadia)
    assert ([each.id for each in done.taken], [each.id for each in done.left]) == ([], [row.id])


async def test_a_whole_caseload_goes_over_and_private_notes_stay_private(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        await notes.write_note(tx, office.claire, cast.amina.id, "private", "personal_stream")
        await notes.write_note(tx, office.claire, cast.amina.id, "team", "ours")
        with pytest.raises(Invalid):
            await caseload.hand_all_over(tx, office.claire.id, cast.luc.id)
        assert await caseload.hand_all_over(tx, office.claire.id, office.nadia.id) == 2
    async with cast.database.reading() as tx:
        assert await caseload.followed_by(tx, office.claire.id) == []
        assert len(await caseload.followed_by(tx, office.nadia.id)) == 2
        read = await notes.notes_for_counsellor(tx, office.nadia.id, cast.amina.id)
        assert [note.text for note in read] == ["ours"]


async def test_whoever_had_it_is_told_and_hears_the_threads_no_longer(office: Office) -> None:
    """The events by which live connections are turned out (signaling/hub.py)."""
    cast = office.cast
    published: list[PublishedEvent] = []

    async def hear(some: list[PublishedEvent]) -> None:
        published.extend(some)

    row = await office.book(cast.amina, WEDNESDAY_NINE)
    cast.database.listeners.append(hear)
    await hand_day_over(office, office.nadia)
    async with cast.database.transaction() as tx:
        await caseload.hand_all_over(tx, office.claire.id, office.nadia.id)
    mine = [each.event for each in published if each.stream == person_stream(office.claire.id)]
    assert {event.appointment_id for event in mine if isinstance(event, AppointmentLeft)} == {row.id}
    left = {
        event.person_id
        for event in mine
        if isinstance(event, CounsellorChanged) and event.former_id == office.claire.id
    }
    assert left == {cast.amina.id, cast.karim.id}


async def test_a_colleague_who_is_on_leave_takes_no_day_over(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    async with office.cast.database.transaction() as tx:
        await hours.add_day(tx, office.nadia.id, WEDNESDAY_NINE.date(), None)
    done = await hand_day_over(office, office.nadia)
    assert ([each.id for each in done.taken], [each.id for each in done.left]) == ([], [row.id])
