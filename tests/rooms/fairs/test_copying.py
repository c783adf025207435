"""A fair made after another one, a draft that is thrown away, and days that are changed."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from rooms.access import invitations
from rooms.appointments import fair_days
from rooms.core.errors import Conflict, Invalid
from rooms.core.transaction import Transaction
from rooms.core.uploads import Checked, DocumentKind
from rooms.fairs import (
    attendees,
    booth_documents,
    booth_staff,
    booths,
    copying,
    drafts,
    fairs,
    opening,
    registration,
    registration_questions,
    schedule,
    tiers,
)
from rooms.fairs.copying import Wanted
from rooms.fairs.fairs import Fair, FairState, RegistrationMode
from rooms.fairs.registration_questions import Asked, QuestionKind
from rooms.people.signin import Link
from tests.cast import Cast
from tests.rooms.access.test_invitations import draft
from tests.rooms.access.test_taken_back import fresh_fair

NEXT_YEAR = date(2027, 3, 26)
"""Two days before the clocks go forward in Paris."""


async def filled(cast: Cast) -> uuid.UUID:
    """The fair gets a tier, a question, a code, a logo; gives the logo's id."""
    async with cast.database.transaction() as tx:
        fair, booth = await fresh_fair(tx, cast), await cast.fresh_booth(tx, cast.atlantique)
        registration.choose_mode(fair, RegistrationMode.CODE, "Nantes 27")
        booth.tier_id = (await tiers.add(tx, fair, "Partner", 3)).id
        await registration_questions.ask(tx, fair, Asked(QuestionKind.CHOICE, "Where?", "Nantes\nAngers"))
        logo = uuid.uuid4()
        await booth_documents.add(tx, booth, DocumentKind.LOGO, Checked("logo.png", b"", "image/png"), logo)
        return logo


async def copy(cast: Cast, wanted: Wanted) -> copying.Copy:
    async with cast.database.transaction() as tx:
        return await copying.copy(tx, await fresh_fair(tx, cast), await cast.fresh(tx, cast.ines), wanted)


async def hours(tx: Transaction, fair: Fair) -> list[str]:
    return [f"{day.opens_at.astimezone(fair.zone):%Y-%m-%d %H:%M}" for day in await schedule.days_of(tx, fair)]


async def test_a_fair_after_another_has_its_settings_and_its_days_at_the_same_hours(cast: Cast) -> None:
    logo = await filled(cast)
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        for row in await schedule.days_of(tx, fair):
            await tx.session.delete(row)
        for number in range(0, 4, 3):
            opens = datetime(2026, 12, 1 + number, 9, tzinfo=fair.zone).astimezone(UTC)
            await schedule.add_day(tx, fair, opens, opens + timedelta(hours=8))
    made = await copy(cast, Wanted("New", NEXT_YEAR))
    async with cast.database.reading() as tx:
        fair = await tx.session.get_one(Fair, made.fair.id)
        assert (fair.state, fair.slug, fair.registration_code) == (FairState.DRAFT, "new-2", "Nantes 27")
        assert await hours(tx, fair) == ["2027-03-26 09:00", "2027-03-29 09:00"], "the clocks went forward between"
        rows = {booth.employer_id: booth for booth in await booths.of_fair(tx, fair.id, only_set_up=False)}
        booth = rows[cast.atlantique.employer_id]
        assert (booth.set_up_at, booth.description) == (None, cast.atlantique.description)
        assert [tier.name for tier in await tiers.of_fair(tx, fair.id) if tier.id == booth.tier_id] == ["Partner"]
        assert cast.luc.id in {person.id for person in await booth_staff.staff_of(tx, booth.id)}
        assert [question.words for question in await registration_questions.of_fair(tx, fair.id)] == ["Where?"]
        assert [old for old, _ in made.documents] == [logo]
        assert await attendees.count(tx, fair.id) == 0, "nobody is invited by it"


async def test_only_what_is_wanted_is_taken_over_and_days_over_already_are_not(cast: Cast) -> None:
    await filled(cast)
    made = await copy(cast, Wanted("Bare", None, booths=False, recruiters=False, questions=False, organisers=False))
    async with cast.database.reading() as tx:
        fair = await tx.session.get_one(Fair, made.fair.id)
        assert await booths.of_fair(tx, fair.id, only_set_up=False) == []
        assert await tiers.of_fair(tx, fair.id) == []
        assert await registration_questions.of_fair(tx, fair.id) == []
        assert await schedule.days_of(tx, fair) == []
        assert [person.id for person in await fairs.organisers_of(tx, fair)] == [cast.ines.id]
    with pytest.raises(Invalid, match=r"first_day\.past"):
        await copy(cast, Wanted("Late", date(2020, 1, 1)))


async def test_a_draft_goes_with_all_that_names_it_and_nothing_else_does(cast: Cast) -> None:
    await filled(cast)
    made = await copy(cast, Wanted("Mistake", NEXT_YEAR))
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, made.fair.id)
        await invitations.invite_candidate(tx, cast.ines, fair, "Zoé", "z@example.org")
    async with cast.database.transaction() as tx:
        stale = await drafts.throw_away(tx, await tx.session.get_one(Fair, made.fair.id))
        assert stale == [new for _, new in made.documents]
    async with cast.database.reading() as tx:
        assert await tx.session.get(Fair, made.fair.id) is None
        assert len(await booths.of_fair(tx, cast.fair.id)) == 2
        assert (await tx.session.execute(select(Link.email))).scalars().all() == ["z@example.org"]
    async with cast.database.transaction() as tx:
        with pytest.raises(Conflict, match=r"fair\.not_draft"):
            await drafts.throw_away(tx, await fresh_fair(tx, cast))


async def ahead(cast: Cast, *, in_hours: float) -> Fair:
    """A fair that was published, whose day begins so soon and lasts eight hours."""
    async with cast.database.transaction() as tx:
        fair = await draft(tx, cast)
        for day in await schedule.days_of(tx, fair):
            await tx.session.delete(day)
        opens = tx.now + timedelta(hours=in_hours)
        await schedule.add_day(tx, fair, opens, opens + timedelta(hours=8))
        await opening.publish(tx, fair)
        return fair


async def turned(cast: Cast, fair: Fair) -> tuple[FairState, bool]:
    async with cast.database.transaction() as tx:
        for fair_id in await schedule.to_turn(tx):
            await schedule.turn_due(tx, fair_id)
        row = await tx.session.get_one(Fair, fair.id)
        return row.state, row.is_open_now


async def open_until(cast: Cast, fair: Fair, until: datetime | None) -> None:
    async with cast.database.transaction() as tx:
        await opening.open_by_hand(tx, await tx.session.get_one(Fair, fair.id), until)


async def test_a_fair_opened_until_a_moment_goes_back_to_its_days(cast: Cast) -> None:
    fair = await ahead(cast, in_hours=4)
    now = cast.clock.now()
    for wrong in (now - timedelta(minutes=1), now + timedelta(hours=25)):
        with pytest.raises(Invalid, match=r"until\.range"):
            await open_until(cast, fair, wrong)
    await open_until(cast, fair, now + timedelta(hours=1))
    assert await turned(cast, fair) == (FairState.OPEN, True)
    await cast.pass_by(hours=1)
    assert await turned(cast, fair) == (FairState.OPEN, False), "its day lies ahead"
    await cast.pass_by(hours=3)
    assert await turned(cast, fair) == (FairState.OPEN, True)
    with pytest.raises(Invalid, match=r"until\.early"):
        await open_until(cast, fair, cast.clock.now() + timedelta(hours=1))
    await open_until(cast, fair, cast.clock.now() + timedelta(hours=10))
    await cast.pass_by(hours=9)
    assert await turned(cast, fair) == (FairState.OPEN, True), "longer than its day"
    await cast.pass_by(hours=1)
    assert await turned(cast, fair) == (FairState.CLOSED, False)


async def test_doors_held_open_by_hand_are_given_back_to_the_calendar(cast: Cast) -> None:
    fair = await ahead(cast, in_hours=4)
    await open_until(cast, fair, None)
    assert await turned(cast, fair) == (FairState.OPEN, True)
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Fair, fair.id)
        await opening.by_the_calendar(tx, row)
        assert not row.is_open_now
        with pytest.raises(Conflict, match=r"fair\.move"):
            await opening.by_the_calendar(tx, row)
    await cast.pass_by(hours=4)
    assert await turned(cast, fair) == (FairState.OPEN, True)


async def close_for_now(cast: Cast, fair: Fair) -> None:
    async with cast.database.transaction() as tx:
        await opening.close_until_next_day(tx, await tx.session.get_one(Fair, fair.id))


async def test_doors_that_are_closed_for_today_open_with_the_next_day(cast: Cast) -> None:
    fair = await ahead(cast, in_hours=1)
    await cast.pass_by(hours=2)
    assert await turned(cast, fair) == (FairState.OPEN, True)
    with pytest.raises(Conflict, match=r"fair\.no_day_ahead"):
        await close_for_now(cast, fair)
    async with cast.database.transaction() as tx:
        row, opens = await tx.session.get_one(Fair, fair.id), tx.now + timedelta(hours=20)
        await schedule.add_day(tx, row, opens, opens + timedelta(hours=8))
    await close_for_now(cast, fair)
    assert await turned(cast, fair) == (FairState.OPEN, False)
    await cast.pass_by(hours=2)
    assert await turned(cast, fair) == (FairState.OPEN, False), "today's hours do not open it again"
    await cast.pass_by(hours=18)
    assert await turned(cast, fair) == (FairState.OPEN, True)
    await cast.pass_by(hours=1)
    async with cast.database.transaction() as tx:
        row, opens = await tx.session.get_one(Fair, fair.id), tx.now + timedelta(hours=20)
        await schedule.add_day(tx, row, opens, opens + timedelta(hours=8))
    await close_for_now(cast, fair)
    async with cast.database.transaction() as tx:
        await opening.by_the_calendar(tx, await tx.session.get_one(Fair, fair.id))
    assert await turned(cast, fair) == (FairState.OPEN, True), "given back to its days"


async def test_whatever_becomes_of_the_next_day_a_day_that_was_ended_by_hand_stays_ended(cast: Cast) -> None:
    fair = await ahead(cast, in_hours=1)
    async with cast.database.transaction() as tx:
        row, opens = await tx.session.get_one(Fair, fair.id), tx.now + timedelta(hours=25)
        following = await schedule.add_day(tx, row, opens, opens + timedelta(hours=8))
    await cast.pass_by(hours=2)
    await turned(cast, fair)
    await close_for_now(cast, fair)
    async with cast.database.transaction() as tx:
        row, day = await tx.session.get_one(Fair, fair.id), await schedule.day_of(tx, fair, following.id)
        await schedule.change_day(tx, row, day, day.opens_at - timedelta(hours=3), day.closes_at)
    assert await turned(cast, fair) == (FairState.OPEN, False)
    await cast.pass_by(hours=20)
    assert await turned(cast, fair) == (FairState.OPEN, True), "the day as it is now"


async def test_a_day_that_has_begun_changes_its_closing_alone(cast: Cast) -> None:
    fair = await ahead(cast, in_hours=1)
    await cast.pass_by(hours=2)
    assert await turned(cast, fair) == (FairState.OPEN, True)
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Fair, fair.id)
        (day,) = await schedule.days_of(tx, row)
        later = day.closes_at + timedelta(hours=1)
        with pytest.raises(Conflict, match=r"day\.begun"):
            await schedule.change_day(tx, row, day, day.opens_at + timedelta(minutes=5), later)
        await fair_days.change_day(tx, row, day, (day.opens_at, later), cast.ines)
        assert row.open_until == later
