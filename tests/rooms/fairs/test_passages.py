"""Who passes the doors of a fair on site: each counts once, whatever the doors saw and when they told it."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from rooms.core import outbox
from rooms.core.errors import Invalid, NotFound
from rooms.fairs import attendees, passages, registration, sanctions, schedule
from rooms.fairs.attendees import Attendee, Listed
from rooms.fairs.passages import Direction, OnSite, Passing
from rooms.fairs.sanctions import Lasting, SanctionKind
from rooms.fairs.schedule import DayMode
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.access.test_taken_back import fresh_fair


async def list_them(cast: Cast, *names: str) -> list[Attendee]:
    async with cast.database.transaction() as tx:
        listed = [Listed(name, f"{number}@example.org") for number, name in enumerate(names)]
        await attendees.add(tx, cast.fair.id, listed)
        found = await attendees.by_email(tx, cast.fair.id, [each.email or "" for each in listed])
        return [found[each.email or ""] for each in listed]


def seen(who: Attendee, way: Direction, at: datetime, door: str = "North", nonce: uuid.UUID | None = None) -> Passing:
    return Passing(nonce or uuid.uuid4(), who.id, way, door, at)


async def note(cast: Cast, *passings: Passing) -> int:
    async with cast.database.transaction() as tx:
        return await passages.note(tx, await fresh_fair(tx, cast), cast.ines, passings)


async def count(cast: Cast) -> OnSite:
    async with cast.database.reading() as tx:
        return await passages.count(tx, await fresh_fair(tx, cast))


async def names(cast: Cast, words: str = "") -> Sequence[tuple[str, bool]]:
    async with cast.database.reading() as tx:
        found = await passages.expected(tx, await fresh_fair(tx, cast), words)
        return [(each.name, each.is_in) for each in found]


async def test_people_of_one_name_are_told_apart(cast: Cast) -> None:
    await list_them(cast, "Zoé Martin", "ZOÉ MARTIN", "Ali Ben")
    async with cast.database.reading() as tx:
        found = await passages.expected(tx, await fresh_fair(tx, cast))
    assert sorted(each.known_by for each in found) == ["", "0@example.org", "1@example.org"]


async def test_two_doors_count_one_person_once_and_leaving_counts_too(cast: Cast) -> None:
    zoe, ali = await list_them(cast, "Zoé Martin", "Ali Ben")
    now = cast.clock.now()
    await note(cast, seen(zoe, Direction.IN, now, "North"), seen(ali, Direction.IN, now))
    await note(cast, seen(zoe, Direction.IN, now, "South"))
    assert await count(cast) == OnSite(here=2, today=2)
    cast.clock.pass_by(minutes=30)
    await note(cast, seen(zoe, Direction.OUT, cast.clock.now(), "South"))
    assert await count(cast) == OnSite(here=1, today=2)
    assert await names(cast) == [("Ali Ben", True), ("Zoé Martin", False)]
    cast.clock.pass_by(minutes=5)
    await note(cast, seen(zoe, Direction.IN, cast.clock.now()))
    assert await count(cast) == OnSite(here=2, today=2)


async def test_what_is_sent_again_and_by_two_at_once_is_kept_once(cast: Cast) -> None:
    (zoe,) = await list_them(cast, "Zoé Martin")
    passing = seen(zoe, Direction.IN, cast.clock.now())
    assert sum(await asyncio.gather(*(note(cast, passing) for _ in range(3)))) == 1
    assert await note(cast, passing) == 0
    assert await count(cast) == OnSite(here=1, today=1)


async def test_a_door_that_was_cut_off_tells_later_in_the_order_in_which_it_happened(cast: Cast) -> None:
    (zoe,) = await list_them(cast, "Zoé Martin")
    begun = cast.clock.now()
    cast.clock.pass_by(minutes=50)
    await note(cast, seen(zoe, Direction.OUT, begun + timedelta(minutes=40), "South"))
    # The other door had let her in before, and tells it now.
    await note(cast, seen(zoe, Direction.IN, begun, "North"))
    assert await count(cast) == OnSite(here=0, today=1)


@pytest.mark.parametrize("wrong", [timedelta(days=-400), timedelta(days=3)])
async def test_a_door_whose_clock_is_wrong_is_not_believed(cast: Cast, wrong: timedelta) -> None:
    (zoe,) = await list_them(cast, "Zoé Martin")
    await note(cast, seen(zoe, Direction.IN, cast.clock.now() + wrong))
    assert await count(cast) == OnSite(here=1, today=1)


async def test_whoever_is_of_another_fair_is_left_out_and_whoever_came_in_has_come(cast: Cast) -> None:
    (zoe,) = await list_them(cast, "Zoé Martin")
    stranger = Attendee(id=uuid.uuid4())
    now = cast.clock.now()
    assert await note(cast, seen(stranger, Direction.IN, now), seen(zoe, Direction.IN, now)) == 1
    async with cast.database.reading() as tx:
        assert (await attendees.one(tx, cast.fair.id, zoe.id)).came_at == now


async def test_nobody_of_yesterday_is_in_the_house_today(cast: Cast) -> None:
    (zoe,) = await list_them(cast, "Zoé Martin")
    await note(cast, seen(zoe, Direction.IN, cast.clock.now()))
    cast.clock.pass_by(hours=24)
    assert await count(cast) == OnSite(here=0, today=0)


async def test_somebody_on_no_list_comes_in_by_their_name_once(cast: Cast) -> None:
    async def let_in(name: str, nonce: uuid.UUID) -> None:
        async with cast.database.transaction() as tx:
            await passages.let_in(tx, await fresh_fair(tx, cast), cast.ines, name, "North", nonce)

    nonce = uuid.uuid4()
    await asyncio.gather(*(let_in("Noé Petit", nonce) for _ in range(3)))
    await let_in("Noé Petit", uuid.uuid4())
    assert await names(cast, "noe") == [("Noé Petit", True), ("Noé Petit", True)]
    with pytest.raises(Invalid):
        await let_in("   ", uuid.uuid4())
    async with cast.database.transaction() as tx:
        with pytest.raises(NotFound):
            await attendees.one(tx, uuid.uuid4(), nonce)


async def test_whoever_said_that_they_do_not_come_is_expected_no_more(cast: Cast) -> None:
    async def register(person: Person) -> None:
        async with cast.database.transaction() as tx:
            await attendees.register(tx, await fresh_fair(tx, cast), await cast.fresh(tx, person))

    await register(cast.amina)
    await register(cast.karim)
    async with cast.database.transaction() as tx:
        await registration.cancel(tx, await fresh_fair(tx, cast), await cast.fresh(tx, cast.karim))
    assert await names(cast) == [(cast.amina.name, False)]


async def test_a_letter_of_a_fair_on_site_says_where_and_carries_a_ticket(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        fair.site = "Cité des congrès, Nantes"
        opens = tx.now + timedelta(days=3)
        await schedule.add_day(tx, fair, opens, opens + timedelta(hours=8), DayMode.BOTH)
        fair.open_until = None
        amina = await cast.fresh(tx, cast.amina)
        await attendees.register(tx, fair, amina)
        await registration.confirm(tx, fair, [amina], waited=True)
        mine = await registration.attendee_of(tx, fair, amina)
    async with cast.database.reading() as tx:
        (letter,) = [mail for mail in await outbox.latest(tx) if mail.template == "registered"]
    assert mine
    assert letter.values["ticket"] == str(mine.id)
    assert letter.values["site"] == "Cité des congrès, Nantes"
    assert letter.values["modes"] == ["remote", "both"]


async def test_on_which_day_people_are_at_the_place(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        assert await schedule.on_site_now(tx, fair) is None
        (day,) = await schedule.days_of(tx, fair)
        day.mode = DayMode.ON_SITE
        assert await schedule.on_site_now(tx, fair) is day
    await cast.pass_by(hours=10)
    async with cast.database.reading() as tx:
        assert await schedule.on_site_now(tx, await fresh_fair(tx, cast)) is None


async def test_what_one_door_tells_together_stays_in_its_order_though_its_clock_is_ahead(cast: Cast) -> None:
    people = await list_them(cast, *(f"Guest {number}" for number in range(12)))
    ahead = cast.clock.now() + timedelta(hours=2)
    for who in people:
        await note(cast, seen(who, Direction.IN, ahead), seen(who, Direction.OUT, ahead + timedelta(minutes=1)))
    assert await count(cast) == OnSite(here=0, today=12)


async def test_whoever_waits_for_an_approval_or_is_excluded_is_not_expected(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        await attendees.ask(tx, fair, await cast.fresh(tx, cast.amina))
        await attendees.register(tx, fair, await cast.fresh(tx, cast.karim))
        ines, karim = await cast.fresh(tx, cast.ines), await cast.fresh(tx, cast.karim)
        await sanctions.impose(tx, fair, karim, SanctionKind.EXCLUSION, Lasting.A_DAY, "Shouting.", ines)
        mine = await registration.attendee_of(tx, fair, await cast.fresh(tx, cast.amina))
    assert await names(cast) == []
    assert mine
    # Somebody at the door lets her in all the same: seen there, and no part of the fair by it.
    await note(cast, seen(mine, Direction.IN, cast.clock.now()))
    async with cast.database.reading() as tx:
        assert (await attendees.one(tx, cast.fair.id, mine.id)).came_at is None
