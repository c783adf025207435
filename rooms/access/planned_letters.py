"""A letter to many that leaves at a moment of the fair: a week or a day before it, when it opens, after it. Whoever is
in the group then gets it; it moves with the days of the fair."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from rooms.access import group_letters
from rooms.access.group_letters import Group, GroupLetter, Occasion
from rooms.core.errors import N_, Conflict, NotFound
from rooms.core.transaction import Transaction
from rooms.fairs import schedule
from rooms.fairs.fairs import Fair, FairState, demand_not_archived
from rooms.fairs.schedule import FairDay
from rooms.people.people import Person

MOST_PLANNED = 20
AFTERWARDS, UNTIL = timedelta(hours=1), timedelta(days=14)
BEFORE = {
    Occasion.WEEK_BEFORE: timedelta(days=7),
    Occasion.DAY_BEFORE: timedelta(days=1),
    Occasion.OPENING: timedelta(),
}


def leaves(occasion: Occasion, days: Sequence[FairDay]) -> tuple[datetime, datetime] | None:
    """From when a letter leaves, and until when it makes sense; None without days."""
    if not days:
        return None
    first, last = days[0], max(days, key=lambda day: day.closes_at)
    if occasion is Occasion.AFTER:
        return last.closes_at + AFTERWARDS, last.closes_at + UNTIL
    until = last.closes_at if occasion is Occasion.OPENING else first.opens_at
    return first.opens_at - BEFORE[occasion], until


async def plan(
    tx: Transaction, fair: Fair, by: Person, group: Group, subject: str, text: str, occasion: Occasion
) -> GroupLetter:
    """Raises Conflict where that moment is past, or no day says when it will be."""
    demand_not_archived(fair)
    subject, text = group_letters.checked(subject, text)
    await tx.lock(fair, key_share=True)
    window = leaves(occasion, await schedule.days_of(tx, fair))
    if window is None:
        raise Conflict("fair.no_day", N_("Add at least one day with opening hours first."))
    if window[0] <= tx.now:
        raise Conflict(
            "letter.past", N_("That moment has passed: send it at once, or choose a later one."), field="when"
        )
    standing = await planned(tx, fair.id)
    if any(
        (each.group, each.subject, each.text, each.occasion) == (group, subject, text, occasion) for each in standing
    ):
        raise Conflict("letter.planned", N_("This letter is planned already."))
    if len(standing) >= MOST_PLANNED:
        raise Conflict(
            "letter.too_many_planned", N_("At most %(most)s letters are planned at once."), most=MOST_PLANNED
        )
    letter = group_letters.written(tx, fair, by, group, subject, text, occasion)
    await tx.session.flush()
    return letter


async def planned(tx: Transaction, fair_id: uuid.UUID) -> list[GroupLetter]:
    """Those that have not left."""
    query = select(GroupLetter).where(GroupLetter.fair_id == fair_id, GroupLetter.left_at.is_(None))
    return list((await tx.session.execute(query.order_by(GroupLetter.id))).scalars())


async def call_off(tx: Transaction, fair: Fair, letter_id: uuid.UUID) -> None:
    row = await tx.session.get(GroupLetter, letter_id, with_for_update=True)
    if row is None or row.fair_id != fair.id:
        raise NotFound("letter")
    if row.left_at:
        raise Conflict("letter.left", N_("This letter has left already."))
    await tx.session.delete(row)


async def due(tx: Transaction) -> list[uuid.UUID]:
    """Whose moment has come. For the worker."""
    query = select(GroupLetter, Fair).join(Fair, Fair.id == GroupLetter.fair_id).where(GroupLetter.left_at.is_(None))
    rows = (await tx.session.execute(query.where(Fair.state.not_in((FairState.DRAFT, FairState.ARCHIVED))))).all()
    found = []
    for letter, fair in rows:
        window = leaves(letter.occasion, await schedule.days_of(tx, fair))
        if window and window[0] <= tx.now < window[1]:
            found.append(letter.id)
    return found


async def send(tx: Transaction, letter_id: uuid.UUID) -> None:
    """To everybody who is in its group now; to nobody, if nobody is."""
    row = await tx.session.get(GroupLetter, letter_id, with_for_update=True)
    if row is None or row.left_at:
        return
    fair = await tx.session.get_one(Fair, row.fair_id)
    await group_letters.send_off(tx, fair, await tx.session.get_one(Person, row.by_id), row)


async def copy(tx: Transaction, original: Fair, fair: Fair, by: Person) -> None:
    """A fair made after another one plans the letters that were planned for it."""
    query = select(GroupLetter).where(GroupLetter.fair_id == original.id, GroupLetter.occasion != Occasion.NOW)
    for row in (await tx.session.execute(query.order_by(GroupLetter.id).limit(MOST_PLANNED))).scalars().all():
        group_letters.written(tx, fair, by, row.group, row.subject, row.text, row.occasion)
