"""A fair that holds a limited number: nobody is let in too many, and nobody loses their turn."""

import asyncio
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from rooms import access
from rooms.access import Act
from rooms.chat import conversations
from rooms.core.errors import Invalid
from rooms.core.streams import StoredEvent
from rooms.fairs import admission, entrance_hall, opening, schedule
from rooms.fairs.admission import Admission, Fullness, Passing
from rooms.fairs.fairs import Fair
from rooms.lines import absence
from rooms.people import people, presence
from tests.cast import Cast, refusal


async def limit(cast: Cast, capacity: int | None, a_minute: int = 6000) -> None:
    async with cast.database.transaction() as tx:
        await entrance_hall.set_capacity(tx, await tx.session.get_one(Fair, cast.fair.id), capacity, a_minute)
    # What the rate allows at once is what was not used lately.
    await cast.pass_by(minutes=1)


async def crowd(cast: Cast, count: int) -> list[uuid.UUID]:
    async with cast.database.transaction() as tx:
        rows = [await people.welcome(tx, f"Guest {n}", f"guest.{uuid.uuid4()}@example.org", "en") for n in range(count)]
    async with cast.database.transaction() as tx:
        await presence.connect(tx, cast.process_id, {str(uuid.uuid4()): row.id for row in rows})
    return [row.id for row in rows]


async def arrive(cast: Cast, *coming: uuid.UUID, passing: Passing = Passing.IN_TURN) -> None:
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        await entrance_hall.arrive(tx, fair, dict.fromkeys(coming, passing))


async def let_in(cast: Cast) -> int:
    async with cast.database.transaction() as tx:
        return await entrance_hall.let_in(tx, cast.fair.id)


async def inside(cast: Cast) -> set[uuid.UUID]:
    async with cast.database.reading() as tx:
        query = select(Admission.person_id).where(Admission.admitted_at.is_not(None))
        return set((await tx.session.execute(query)).scalars())


async def fullness(cast: Cast) -> Fullness:
    async with cast.database.reading() as tx:
        found = await admission.fullness(tx, await tx.session.get_one(Fair, cast.fair.id))
        assert found
        return found


async def leave(cast: Cast, person: uuid.UUID) -> None:
    async with cast.database.transaction() as tx:
        query = select(presence.Connection.id).where(presence.Connection.person_id == person)
        await presence.disconnect(tx, list((await tx.session.execute(query)).scalars()))


async def doors_open_in_twenty_minutes(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        for day in await schedule.days_of(tx, fair):
            await schedule.remove_day(tx, fair, day.id)
        await opening.close_by_hand(tx, fair)
        await schedule.add_day(tx, fair, tx.now + timedelta(minutes=20), tx.now + timedelta(hours=8))
        await opening.publish(tx, fair)


async def test_whoever_comes_when_it_is_full_waits_in_the_order_of_coming(cast: Cast) -> None:
    await limit(cast, 2)
    first, second, third, fourth = await crowd(cast, 4)
    for person in (first, second, third, fourth):
        await arrive(cast, person)
    assert await inside(cast) == {first, second}
    assert await let_in(cast) == 0
    await leave(cast, first)
    await cast.pass_by(minutes=2)
    async with cast.database.transaction() as tx:
        await absence.let_absent_go(tx)
    # A lost connection is not a departure yet.
    assert await let_in(cast) == 0
    await cast.pass_by(minutes=11)
    async with cast.database.transaction() as tx:
        await absence.let_absent_go(tx)
    assert await let_in(cast) == 1
    assert await inside(cast) == {second, third}
    async with cast.database.reading() as tx:
        told = await tx.session.execute(select(StoredEvent.stream).where(StoredEvent.kind == "fair.admitted"))
        assert list(told.scalars()) == [f"person:{third}"]
    assert await fullness(cast) == Fullness(capacity=2, inside=2, waiting=1, called_ticket=3)


async def test_many_who_come_at_once_by_many_doors_are_never_too_many(cast: Cast) -> None:
    await limit(cast, 7)
    coming = await crowd(cast, 24)
    await asyncio.gather(*(arrive(cast, *coming[n : n + 3]) for n in range(0, 24, 3)), let_in(cast), let_in(cast))
    assert len(await inside(cast)) == 7
    async with cast.database.reading() as tx:
        rows = list((await tx.session.execute(select(Admission))).scalars())
    assert sorted(row.ticket or 0 for row in rows) == list(range(1, 25))
    assert {row.ticket for row in rows if row.admitted_at} == set(range(1, 8))


async def test_only_so_many_come_in_a_minute(cast: Cast) -> None:
    await limit(cast, 1000, a_minute=60)
    coming = await crowd(cast, 10)
    await arrive(cast, *coming)
    assert len(await inside(cast)) == 2
    await cast.pass_by(seconds=3)
    assert await let_in(cast) == 2, "what was not used for longer is not saved up"
    await cast.pass_by(seconds=1)
    assert await let_in(cast) == 1
    assert await let_in(cast) == 0


async def test_whoever_is_away_at_their_turn_comes_in_when_they_are_back(cast: Cast) -> None:
    await limit(cast, 1)
    first, second, third = await crowd(cast, 3)
    for person in (first, second, third):
        await arrive(cast, person)
    await leave(cast, second)
    await limit(cast, 2)
    assert await let_in(cast) == 1
    assert await inside(cast) == {first, third}
    await arrive(cast, second)
    assert second not in await inside(cast)
    await limit(cast, 3)
    await arrive(cast, second)
    assert second in await inside(cast)


async def test_who_came_before_the_doors_is_drawn_by_lot(cast: Cast) -> None:
    await limit(cast, 1000)
    await doors_open_in_twenty_minutes(cast)
    early = await crowd(cast, 40)
    for person in early:
        await arrive(cast, person)
    assert await inside(cast) == set()
    await cast.pass_by(minutes=20)
    async with cast.database.transaction() as tx:
        await schedule.turn_due(tx, cast.fair.id)
    (late,) = await crowd(cast, 1)
    await arrive(cast, late)
    async with cast.database.reading() as tx:
        query = select(Admission.person_id).order_by(Admission.ticket)
        order = list((await tx.session.execute(query)).scalars())
    assert set(order[:40]) == set(early)
    # One order of 40! is the one in which they came.
    assert order[:40] != early
    assert order[40] == late


async def test_staff_and_whoever_is_expected_pass_at_once(cast: Cast) -> None:
    place = await cast.join(cast.karim, cast.atlantique)
    assert place.ticket == 1
    await limit(cast, 1)
    (first,) = await crowd(cast, 1)
    await arrive(cast, first)
    async with cast.database.reading() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        passing = {
            person.name: await access.passing(tx, cast.actor(await cast.fresh(tx, person)), fair)
            for person in (cast.amina, cast.karim, cast.luc, cast.ines, cast.paul)
        }
    assert passing == {
        "Amina Benali": Passing.IN_TURN, "Karim Diallo": Passing.EXPECTED, "Luc Moreau": Passing.STAFF,
        "Inès Roche": Passing.STAFF, "Paul Garnier": Passing.STAFF,
    }  # fmt: skip
    await arrive(cast, cast.luc.id, passing=Passing.STAFF)
    assert cast.luc.id in await inside(cast)
    assert await fullness(cast) == Fullness(capacity=1, inside=1, waiting=0, called_ticket=1), "staff takes no room"


async def test_a_limit_that_is_set_while_people_are_there_throws_nobody_out(cast: Cast) -> None:
    here = await crowd(cast, 3)
    await cast.connect(cast.luc)
    async with cast.database.transaction() as tx:
        (await cast.fresh(tx, cast.luc)).page_seen_at = tx.now
    await limit(cast, 2)
    assert await inside(cast) == {*here, cast.luc.id}
    assert (await fullness(cast)).inside == 3
    (late,) = await crowd(cast, 1)
    await arrive(cast, late)
    assert late not in await inside(cast)


async def test_closing_by_hand_and_opening_again_keeps_every_turn(cast: Cast) -> None:
    await limit(cast, 1)
    first, second, third = await crowd(cast, 3)
    for person in (first, second, third):
        await arrive(cast, person)
    for move in (opening.close_by_hand, opening.open_by_hand):
        async with cast.database.transaction() as tx:
            await move(tx, await tx.session.get_one(Fair, cast.fair.id))
    await limit(cast, 2)
    assert await let_in(cast) == 1
    assert await inside(cast) == {first, second}


async def test_whoever_is_not_back_in_the_morning_uses_up_no_room_and_no_night_is_a_way_round(cast: Cast) -> None:
    await limit(cast, 1)
    (first,) = await crowd(cast, 1)
    await arrive(cast, first)
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        await schedule.add_day(tx, fair, tx.now + timedelta(hours=20), tx.now + timedelta(hours=28))
    await cast.pass_by(hours=10)
    async with cast.database.transaction() as tx:
        await schedule.turn_due(tx, cast.fair.id)
    # Between two days: the fair is open, its doors are not.
    assert await refusal(cast.join(cast.amina, cast.atlantique)) == "fair.not_open"
    await leave(cast, first)
    await cast.pass_by(hours=10)
    async with cast.database.transaction() as tx:
        await schedule.turn_due(tx, cast.fair.id)
        await absence.let_absent_go(tx)
    await cast.connect(cast.amina)
    await arrive(cast, cast.amina.id)
    assert await inside(cast) == {cast.amina.id}


async def test_who_arrives_while_the_doors_open_has_a_ticket_whichever_is_first(cast: Cast) -> None:
    await limit(cast, 3)
    await doors_open_in_twenty_minutes(cast)
    coming = await crowd(cast, 30)
    await arrive(cast, *coming[:10])
    await cast.pass_by(minutes=20)

    async def open_doors() -> None:
        async with cast.database.transaction() as tx:
            await schedule.turn_due(tx, cast.fair.id)

    await asyncio.gather(
        *(arrive(cast, person) for person in coming[10:20]), open_doors(), *(arrive(cast, each) for each in coming[20:])
    )
    await let_in(cast)
    async with cast.database.reading() as tx:
        rows = list((await tx.session.execute(select(Admission))).scalars())
    assert sorted(row.ticket or 0 for row in rows) == list(range(1, 31))
    assert len(await inside(cast)) == 3


async def test_whoever_has_gone_is_not_counted_among_those_who_wait(cast: Cast) -> None:
    await limit(cast, 1)
    first, second, third = await crowd(cast, 3)
    await arrive(cast, first, second, third)
    await leave(cast, second)
    async with cast.database.transaction() as tx:
        await absence.let_absent_go(tx)
    assert (await fullness(cast)).waiting == 1
    await arrive(cast, second)
    assert (await fullness(cast)).waiting == 2


async def test_what_is_done_at_the_fair_needs_to_be_in_it(cast: Cast) -> None:
    place = await cast.join(cast.karim, cast.atlantique)
    await limit(cast, 1)
    (first,) = await crowd(cast, 1)
    await arrive(cast, first)
    await arrive(cast, cast.amina.id)
    assert await refusal(cast.join(cast.amina, cast.atlantique)) == "fair.full"
    async with cast.database.transaction() as tx:
        chat = await conversations.of_fair(tx, cast.fair.id)
        amina, luc = cast.actor(await cast.fresh(tx, cast.amina)), cast.actor(await cast.fresh(tx, cast.luc))
        assert await refusal(access.conversation(tx, amina, chat.id, Act.CHAT_WRITE)) == "fair.full"
        await access.conversation(tx, luc, chat.id, Act.CHAT_WRITE)
    # Whoever waits in a line keeps it, whatever limit is set meanwhile.
    assert (await cast.join(cast.karim, cast.atlantique, "I bring my papers.")).id == place.id


async def test_whoever_stands_in_a_line_never_leaves_the_fair_by_being_away(cast: Cast) -> None:
    await limit(cast, 1)
    await arrive(cast, cast.amina.id)
    await cast.join(cast.amina, cast.atlantique)
    for _ in range(3):
        await cast.pass_by(minutes=15)
        async with cast.database.transaction() as tx:
            await absence.let_absent_go(tx)
    assert await inside(cast) == {cast.amina.id}


async def test_without_a_limit_everybody_is_in_and_told_so(cast: Cast) -> None:
    await limit(cast, 1)
    first, second = await crowd(cast, 2)
    await arrive(cast, first, second)
    await limit(cast, None)
    async with cast.database.reading() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        assert await admission.outside(tx, fair, [first, second]) == set()
        assert await admission.fullness(tx, fair) is None
        told = select(StoredEvent.stream).where(StoredEvent.kind == "fair.admitted")
        assert list((await tx.session.execute(told)).scalars()) == [f"person:{second}"]
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        with pytest.raises(Invalid) as refused:
            await entrance_hall.set_capacity(tx, fair, 0, 600)
        assert refused.value.field == "capacity"
