"""Taking part: said once, confirmed, reminded of the day before and at the opening, and taken back."""

from datetime import timedelta

import pytest

from rooms.access import acceptance, invitations
from rooms.core import outbox
from rooms.core.errors import Conflict
from rooms.core.outbox import Mail
from rooms.fairs import attendees, registration, schedule
from rooms.fairs.fairs import Fair
from rooms.people.people import Person
from rooms.views.attendees import AttendeeState, Search, of_fair
from tests.cast import Cast
from tests.rooms.access.test_invitations import draft
from tests.rooms.access.test_taken_back import letter_token

DAYS_AHEAD = 40
"""Of a draft's first day."""


async def published(cast: Cast) -> Fair:
    async with cast.database.transaction() as tx:
        fair = await draft(tx, cast)
        await schedule.add_day(tx, fair, tx.now + timedelta(days=41), tx.now + timedelta(days=41, hours=8))
        await schedule.publish(tx, fair)
    return fair


async def register(cast: Cast, fair: Fair, person: Person) -> None:
    async with cast.database.transaction() as tx:
        await registration.register(tx, await tx.session.get_one(Fair, fair.id), await cast.fresh(tx, person))


async def letters(cast: Cast) -> list[tuple[str, str]]:
    """To whom reminders of fairs were written, and why, in order."""
    async with cast.database.reading() as tx:
        found: list[Mail] = [mail for mail in await outbox.latest(tx) if mail.template == "fair_reminder"]
    return [(mail.recipient, mail.values["why"]) for mail in reversed(found)]


async def work(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        for fair_id in await schedule.to_turn(tx):
            await schedule.turn_due(tx, fair_id)
        await registration.remind(tx)


async def state_of(cast: Cast, fair: Fair) -> list[AttendeeState]:
    async with cast.database.reading() as tx:
        return [row.state for row in (await of_fair(tx, fair.id, Search())).rows]


async def test_whoever_registers_is_told_once_and_reminded_twice(cast: Cast) -> None:
    fair = await published(cast)
    await register(cast, fair, cast.amina)
    await register(cast, fair, cast.amina)
    amina = cast.amina.email or ""
    assert await letters(cast) == [(amina, "confirmed")]
    assert await state_of(cast, fair) == [AttendeeState.REGISTERED]
    await work(cast)
    assert await letters(cast) == [(amina, "confirmed")], "the day before has not come"
    await cast.pass_by(days=DAYS_AHEAD - 1)
    await work(cast)
    await work(cast)
    assert await letters(cast) == [(amina, "confirmed"), (amina, "day_before")]
    await cast.pass_by(days=1)
    await work(cast)
    await work(cast)
    assert await letters(cast) == [(amina, "confirmed"), (amina, "day_before"), (amina, "opens")]
    await cast.pass_by(days=1)
    await work(cast)
    assert len(await letters(cast)) == 3, "its second day is no beginning"


async def test_nobody_is_reminded_who_has_cancelled_or_is_there_already(cast: Cast) -> None:
    fair = await published(cast)
    await register(cast, fair, cast.amina)
    await register(cast, fair, cast.karim)
    async with cast.database.transaction() as tx:
        await registration.cancel(tx, await tx.session.get_one(Fair, fair.id), await cast.fresh(tx, cast.amina))
    assert sorted(await state_of(cast, fair)) == [AttendeeState.CANCELLED, AttendeeState.REGISTERED]
    await cast.pass_by(days=DAYS_AHEAD - 1)
    await work(cast)
    assert [who for who, why in await letters(cast) if why == "day_before"] == [cast.karim.email]
    async with cast.database.transaction() as tx:
        await attendees.came(tx, fair.id, {cast.karim.id: await cast.fresh(tx, cast.karim)})
    await cast.pass_by(days=1)
    await work(cast)
    assert [why for _, why in await letters(cast)] == ["confirmed", "confirmed", "day_before"]


async def test_whoever_comes_after_all_is_confirmed_again(cast: Cast) -> None:
    fair = await published(cast)
    for _ in range(2):
        await register(cast, fair, cast.amina)
        async with cast.database.transaction() as tx:
            await registration.cancel(tx, await tx.session.get_one(Fair, fair.id), await cast.fresh(tx, cast.amina))
    await register(cast, fair, cast.amina)
    assert await letters(cast) == [(cast.amina.email, "confirmed")] * 3
    assert await state_of(cast, fair) == [AttendeeState.REGISTERED]


async def test_one_registers_for_a_fair_that_lies_ahead(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await draft(tx, cast)
    with pytest.raises(Conflict, match=r"fair\.not_ahead"):
        await register(cast, fair, cast.amina)
    await register(cast, cast.fair, cast.amina)
    assert await letters(cast) == [], "it is open: whoever registers is there"
    async with cast.database.transaction() as tx:
        await schedule.close_by_hand(tx, await tx.session.get_one(Fair, cast.fair.id))
    with pytest.raises(Conflict, match=r"fair\.not_ahead"):
        await register(cast, cast.fair, cast.karim)


async def test_an_invitation_that_is_answered_is_a_registration(cast: Cast) -> None:
    fair = await published(cast)
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Fair, fair.id)
        await invitations.invite_candidate(tx, cast.ines, row, "Zoé", "z@example.org")
    async with cast.database.transaction() as tx:
        await acceptance.accept(tx, await letter_token(tx, "z@example.org"), "fr")
    assert await state_of(cast, fair) == [AttendeeState.REGISTERED]
    assert await letters(cast) == [("z@example.org", "confirmed")]


@pytest.mark.parametrize("days", [0, DAYS_AHEAD])
async def test_a_fair_that_is_closed_reminds_nobody(cast: Cast, days: int) -> None:
    fair = await published(cast)
    await register(cast, fair, cast.amina)
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Fair, fair.id)
        await schedule.open_by_hand(tx, row)
        await schedule.close_by_hand(tx, row)
    await cast.pass_by(days=days, hours=-1 if days else 0)
    await work(cast)
    assert [why for _, why in await letters(cast)] == ["confirmed"]
