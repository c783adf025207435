"""Taking part: said once, confirmed, reminded of the day before and at the opening, and taken back."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from rooms.access import acceptance, invitations, open_invitations
from rooms.core import outbox
from rooms.core.errors import Conflict
from rooms.core.outbox import Channel, Mail
from rooms.fairs import attendees, opening, registration, registration_questions, schedule
from rooms.fairs.attendees import Listed
from rooms.fairs.fairs import Fair
from rooms.fairs.registration_questions import Asked, QuestionKind
from rooms.people.people import Person
from rooms.views.attendees import AttendeeState, Search, all_invitations, of_fair
from tests.cast import Cast
from tests.rooms.access.test_invitations import draft
from tests.rooms.access.test_taken_back import letter_token

DAYS_AHEAD = 40
"""Of a draft's first day."""


async def published(cast: Cast) -> Fair:
    async with cast.database.transaction() as tx:
        fair = await draft(tx, cast)
        await schedule.add_day(tx, fair, tx.now + timedelta(days=41), tx.now + timedelta(days=41, hours=8))
        await opening.publish(tx, fair)
    return fair


async def register(cast: Cast, fair: Fair, person: Person) -> None:
    async with cast.database.transaction() as tx:
        await registration.register(tx, await tx.session.get_one(Fair, fair.id), await cast.fresh(tx, person))


async def letters(cast: Cast) -> list[tuple[str, str]]:
    """To whom reminders of fairs were written, and why, in order."""
    async with cast.database.reading() as tx:
        found: list[Mail] = [
            mail for mail in await outbox.latest(tx) if mail.template in ("registered", "fair_reminder")
        ]
    return [(mail.recipient, mail.values.get("why", "confirmed")) for mail in reversed(found)]


async def leave(cast: Cast) -> None:
    """Every letter that is due leaves."""
    async with cast.database.transaction() as tx:
        while mail := await outbox.claim(tx, Channel.MAIL, 300):
            await outbox.sent(tx, mail.id, is_kept=True)


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


async def cancel(cast: Cast, fair: Fair, person: Person) -> None:
    async with cast.database.transaction() as tx:
        await registration.cancel(tx, await tx.session.get_one(Fair, fair.id), await cast.fresh(tx, person))


async def test_nobody_is_reminded_who_has_cancelled_or_is_there_already(cast: Cast) -> None:
    fair = await published(cast)
    await register(cast, fair, cast.amina)
    await register(cast, fair, cast.karim)
    await leave(cast)
    await cancel(cast, fair, cast.amina)
    assert sorted(await state_of(cast, fair)) == [AttendeeState.CANCELLED, AttendeeState.REGISTERED]
    await cast.pass_by(days=DAYS_AHEAD - 1)
    await work(cast)
    assert [who for who, why in await letters(cast) if why == "day_before"] == [cast.karim.email]
    async with cast.database.transaction() as tx:
        await attendees.came(tx, fair, {cast.karim.id: await cast.fresh(tx, cast.karim)})
    await cast.pass_by(days=1)
    await work(cast)
    assert [why for _, why in await letters(cast)] == ["confirmed", "confirmed", "day_before"]
    with pytest.raises(Conflict, match=r"registration\.none"):
        await cancel(cast, fair, cast.karim)


async def test_letters_that_wait_do_not_leave_once_one_cancels_or_the_fair_is_closed(cast: Cast) -> None:
    fair = await published(cast)
    await register(cast, fair, cast.amina)
    await register(cast, fair, cast.karim)
    await cancel(cast, fair, cast.amina)
    assert [who for who, _ in await letters(cast)] == [cast.karim.email]
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Fair, fair.id)
        await opening.open_by_hand(tx, row)
        await opening.close_by_hand(tx, row)
    assert await letters(cast) == []


async def test_whoever_comes_after_all_is_confirmed_again_once_an_hour(cast: Cast) -> None:
    fair = await published(cast)
    for _ in range(3):
        await register(cast, fair, cast.amina)
        await leave(cast)
        await cancel(cast, fair, cast.amina)
    await cast.pass_by(hours=1)
    await register(cast, fair, cast.amina)
    assert await letters(cast) == [(cast.amina.email, "confirmed")] * 2
    assert await state_of(cast, fair) == [AttendeeState.REGISTERED]


async def test_hours_that_are_written_down_anew_remind_nobody_twice(cast: Cast) -> None:
    fair = await published(cast)
    await register(cast, fair, cast.amina)
    await cast.pass_by(days=DAYS_AHEAD - 1)
    await work(cast)
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Fair, fair.id)
        first, *_ = await schedule.days_of(tx, row)
        await schedule.remove_day(tx, row, first.id)
        await schedule.add_day(tx, row, first.opens_at, first.closes_at + timedelta(hours=1))
    await work(cast)
    assert [why for _, why in await letters(cast)] == ["confirmed", "day_before"]


async def test_a_fair_that_is_held_once_more_reminds_once_more(cast: Cast) -> None:
    fair = await published(cast)
    await cast.pass_by(days=DAYS_AHEAD + 3)
    await work(cast)
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Fair, fair.id)
        opens = tx.now + timedelta(days=30)
        await schedule.add_day(tx, row, opens, opens + timedelta(hours=8))
        if not row.lies_ahead:
            await opening.publish(tx, row)
    await register(cast, fair, cast.amina)
    await cast.pass_by(days=29)
    await work(cast)
    assert [why for _, why in await letters(cast)] == ["confirmed", "day_before"]


async def test_a_fair_that_is_opened_by_hand_before_its_hour_says_that_it_is_open(cast: Cast) -> None:
    fair = await published(cast)
    await register(cast, fair, cast.amina)
    await cast.pass_by(days=DAYS_AHEAD - 1, hours=-4)
    async with cast.database.transaction() as tx:
        await opening.open_by_hand(tx, await tx.session.get_one(Fair, fair.id))
    await work(cast)
    await cast.pass_by(hours=6)
    await work(cast)
    assert [why for _, why in await letters(cast)] == ["confirmed", "opens"]


async def test_one_registers_for_a_fair_that_lies_ahead(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await draft(tx, cast)
    with pytest.raises(Conflict, match=r"fair\.not_ahead"):
        await register(cast, fair, cast.amina)
    await register(cast, cast.fair, cast.amina)
    assert await letters(cast) == [], "it is open: whoever registers is there"
    async with cast.database.transaction() as tx:
        await opening.close_by_hand(tx, await tx.session.get_one(Fair, cast.fair.id))
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
    await leave(cast)
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Fair, fair.id)
        await opening.open_by_hand(tx, row)
        await opening.close_by_hand(tx, row)
    await cast.pass_by(days=days, hours=-1 if days else 0)
    await work(cast)
    assert [why for _, why in await letters(cast)] == ["confirmed"]


async def test_whoever_is_invited_takes_part_once_they_have_agreed_to_what_must_be(cast: Cast) -> None:
    fair = await published(cast)
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Fair, fair.id)
        consent = await registration_questions.ask(tx, row, Asked(QuestionKind.CONSENT, "I agree.", is_required=True))
        await invitations.invite_candidate(tx, cast.ines, row, "Zoé", "z@example.org")
    async with cast.database.transaction() as tx:
        person, path = await acceptance.accept(tx, await letter_token(tx, "z@example.org"), "fr")
    assert path == f"{fair.path}/take-part"
    assert await state_of(cast, fair) != [AttendeeState.REGISTERED]
    assert await letters(cast) == []
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Fair, fair.id)
        await registration.answer(tx, row, await cast.fresh(tx, person), {consent.field: ["yes"]})
    assert await state_of(cast, fair) == [AttendeeState.REGISTERED]
    assert await letters(cast) == [("z@example.org", "confirmed")]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_whoever_registers_while_a_list_names_them_is_registered(cast: Cast) -> None:
    fair, written = await published(cast), asyncio.Event()

    async def invite() -> None:
        async with cast.database.transaction() as tx:
            row = await tx.session.get_one(Fair, fair.id)
            await tx.lock(row, key_share=True)
            await invitations.invite_candidates(tx, cast.ines, row, [Listed("", cast.amina.email)])
            written.set()
            # Whoever registers stands before what this writes.
            async with asyncio.timeout(60):
                while not (await tx.session.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted"))).first():
                    await asyncio.sleep(0.01)

    async def register_meanwhile() -> None:
        await written.wait()
        await register(cast, fair, cast.amina)

    await asyncio.gather(invite(), register_meanwhile())
    assert await state_of(cast, fair) == [AttendeeState.REGISTERED]


async def test_nobody_is_reminded_of_an_invitation_to_which_they_have_answered_otherwise(cast: Cast) -> None:
    fair = await published(cast)
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Fair, fair.id)
        wanted = [Listed(each.name, each.email) for each in (cast.amina, cast.karim, cast.luc)]
        await invitations.invite_candidates(tx, cast.ines, row, wanted)
    await leave(cast)
    await register(cast, fair, cast.amina)
    await register(cast, fair, cast.karim)
    await cancel(cast, fair, cast.karim)
    async with cast.database.transaction() as tx:
        open_ones = await all_invitations(tx, fair.id, Search(), only_open=True)
        assert await open_invitations.remind(tx, cast.ines, await tx.session.get_one(Fair, fair.id), open_ones) == 1
