"""Taking part in a fair that lies ahead: said beforehand, confirmed by letter, reminded of the day before and when it
opens, and taken back whenever one likes."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select, update

from rooms.core import outbox
from rooms.core.errors import N_, Conflict
from rooms.core.outbox import Letter
from rooms.core.transaction import Transaction
from rooms.fairs import attendees, registration_questions, schedule
from rooms.fairs.attendees import Attendee
from rooms.fairs.fairs import AHEAD, Fair
from rooms.fairs.schedule import FairDay
from rooms.people.people import Person

REMINDED_BEFORE = timedelta(hours=24)
CONFIRMED, DAY_BEFORE, OPENS = "confirmed", "day_before", "opens"


async def attendee_of(tx: Transaction, fair: Fair, person: Person) -> Attendee | None:
    mine = Attendee.fair_id == fair.id, Attendee.person_id == person.id
    return (await tx.session.execute(select(Attendee).where(*mine))).scalar_one_or_none()


async def register(tx: Transaction, fair: Fair, person: Person) -> None:
    """The person takes part, and is told so if the fair is not open at this moment. What the fair asks is answered by
    `answer`."""
    if not fair.lies_ahead:
        raise Conflict("fair.not_ahead", N_("This fair is over, or not announced: one cannot register for it now."))
    await attendees.register(tx, fair, person)
    if not fair.is_open_now:
        days = await schedule.days_of(tx, fair)
        once = f"registered:{fair.id}:{person.id}"
        letter = _letter(fair, days, person.email, person.name, person.language, CONFIRMED, once)
        await outbox.post(tx, letter)


async def answer(tx: Transaction, fair: Fair, person: Person, given: Mapping[str, Sequence[str]]) -> None:
    """Register, with answers to the fair's questions, by the names of their fields."""
    await register(tx, fair, person)
    mine = await attendee_of(tx, fair, person)
    assert mine is not None, "whoever registers stands on the list"  # noqa: S101
    # Two tabs answer one after the other.
    await tx.lock(mine)
    await registration_questions.answer(tx, fair.id, mine.id, given)


async def cancel(tx: Transaction, fair: Fair, person: Person) -> None:
    """The person does not come after all. Whoever was there has come, whatever they say later."""
    mine = Attendee.fair_id == fair.id, Attendee.person_id == person.id, Attendee.came_at.is_(None)
    await tx.session.execute(update(Attendee).where(*mine).values(registered_at=None, cancelled_at=tx.now))
    await outbox.may_be_written_again(tx, f"registered:{fair.id}:{person.id}")


async def remind(tx: Transaction) -> None:
    """Write to whoever has registered: the day before a fair begins, and when it opens. For the worker."""
    lies_ahead = FairDay.opens_at > tx.now, FairDay.opens_at <= tx.now + REMINDED_BEFORE
    for day, fair in await _first_days(tx, FairDay.reminded_at.is_(None), *lies_ahead):
        day.reminded_at = tx.now
        await _write(tx, fair, DAY_BEFORE)
    is_on = FairDay.opens_at <= tx.now, FairDay.closes_at > tx.now, Fair.open_until.is_not(None)
    for day, fair in await _first_days(tx, FairDay.opening_told_at.is_(None), *is_on):
        day.opening_told_at = tx.now
        await _write(tx, fair, OPENS)


async def _first_days(tx: Transaction, *which: ColumnElement[bool]) -> list[tuple[FairDay, Fair]]:
    """Days with which a fair begins."""
    first = select(func.min(FairDay.opens_at)).where(FairDay.fair_id == Fair.id).correlate(Fair).scalar_subquery()
    query = (
        select(FairDay, Fair)
        .join(Fair, Fair.id == FairDay.fair_id)
        .where(*which, FairDay.opens_at == first, Fair.state.in_(AHEAD), Fair.is_rehearsal.is_(False))
    )
    return [(day, fair) for day, fair in (await tx.session.execute(query.with_for_update(of=FairDay))).all()]


async def _write(tx: Transaction, fair: Fair, why: str) -> None:
    takes_part = (
        Attendee.fair_id == fair.id,
        Attendee.registered_at.is_not(None),
        Attendee.cancelled_at.is_(None),
        Attendee.came_at.is_(None),
    )
    query = select(Person.email, Person.name, Person.language).join(Attendee, Attendee.person_id == Person.id)
    days = await schedule.days_of(tx, fair)
    letters = [
        _letter(fair, days, row.email, row.name, row.language, why)
        for row in await tx.plain_rows(query.where(*takes_part))
    ]
    await outbox.post(tx, *letters)


def _letter(
    fair: Fair, days: list[FairDay], email: str | None, name: str, language: str, why: str, once: str | None = None
) -> Letter:
    values: dict[str, object] = {
        "why": why,
        "name": name,
        "fair": fair.name,
        "path": fair.path if why == OPENS else f"{fair.path}/take-part",
        "zone": fair.time_zone,
        "days": [[day.opens_at.isoformat(), day.closes_at.isoformat()] for day in days],
    }
    return Letter(email, "fair_reminder", language, values, once, useless_at=days[-1].closes_at if days else None)
