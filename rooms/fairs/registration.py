"""Taking part in a fair that lies ahead: said beforehand, confirmed by letter, reminded of the day before and when it
opens, and taken back whenever one likes."""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update

from rooms.core import outbox
from rooms.core.errors import N_, Conflict, Invalid
from rooms.core.events import reacts_to
from rooms.core.outbox import Letter
from rooms.core.text import as_seen, clean_text, one_line
from rooms.core.transaction import Transaction
from rooms.fairs import attendees, registration_questions, sanctions, schedule
from rooms.fairs.attendees import UNSEEN, Attendee
from rooms.fairs.fairs import AHEAD, Fair, RegistrationMode, demand_not_archived
from rooms.fairs.registration_questions import RegistrationAnswer
from rooms.fairs.schedule import FairDay, FairTurned
from rooms.people.people import Person
from rooms.people.signin import Link

REMINDED_BEFORE = timedelta(hours=24)
ONE_FAIR = timedelta(days=4)
"""Days that are no further apart are one holding of the fair: nobody is reminded of each."""
SHORTEST_CODE, LONGEST_CODE = 4, 40
DAY_BEFORE, OPENS = "day_before", "opens"


async def attendee_of(tx: Transaction, fair: Fair, person: Person) -> Attendee | None:
    mine = Attendee.fair_id == fair.id, Attendee.person_id == person.id
    return (await tx.session.execute(select(Attendee).where(*mine))).scalar_one_or_none()


async def register(tx: Transaction, fair: Fair, person: Person, code: str = "") -> None:
    """The person takes part, and is told so if the fair is not open at this moment; or asks to, where the organisers
    approve each. What the fair asks is answered by `answer`."""
    await demand_welcome(tx, fair, person, code)
    if fair.registration is RegistrationMode.APPROVAL and not await _is_let_in(tx, fair, person):
        await attendees.ask(tx, fair, person)
        return
    await attendees.register(tx, fair, person)
    await confirm(tx, fair, [person])


async def demand_welcome(tx: Transaction, fair: Fair, person: Person, code: str) -> None:
    """Raises what keeps somebody from registering: before anything that was sent along is kept."""
    if not fair.lies_ahead:
        raise Conflict("fair.not_ahead", N_("This fair is over, or not announced: one cannot register for it now."))
    await sanctions.refuse_the_excluded(tx, person, fair.id)
    if await _is_let_in(tx, fair, person):
        return
    mine = await attendee_of(tx, fair, person)
    if mine and mine.declined_at:
        raise Conflict("registration.declined", N_("The organisers of this fair have declined."))
    if fair.registration is RegistrationMode.CODE:
        _demand_code(fair, code)


async def needs_code(tx: Transaction, fair: Fair, person: Person) -> bool:
    """Whether the fair's code is asked of this person."""
    return fair.registration is RegistrationMode.CODE and not await _is_let_in(tx, fair, person)


async def _is_let_in(tx: Transaction, fair: Fair, person: Person) -> bool:
    """Whoever takes part already, or is invited, needs neither code nor approval."""
    mine = await attendee_of(tx, fair, person)
    return bool(mine and mine.takes_part) or await _is_invited(tx, fair, person)


async def _is_invited(tx: Transaction, fair: Fair, person: Person) -> bool:
    listed = or_(Attendee.person_id == person.id, Attendee.email == person.email)
    query = select(Link.id).join(Attendee, Attendee.link_id == Link.id)
    query = query.where(Attendee.fair_id == fair.id, listed, Link.withdrawn_at.is_(None)).limit(1)
    return (await tx.session.execute(query)).first() is not None


def _demand_code(fair: Fair, code: str) -> None:
    if not secrets.compare_digest(as_code(code).encode(), as_code(fair.registration_code).encode()):
        message = N_("This is not the code of this fair. It stands in what its organisers have sent.")
        raise Invalid("registration.code", message, field="code")


def as_code(text: str) -> str:
    """A code as it is compared: people write it small or large, with spaces or without."""
    return "".join(c for c in as_seen(text) if c.isalnum())


def choose_mode(fair: Fair, mode: RegistrationMode, code: str) -> None:
    """Say who may take part from now on; whoever takes part already stays."""
    demand_not_archived(fair)
    code = clean_text(one_line(code), "code", LONGEST_CODE)
    if mode is RegistrationMode.CODE and len(as_code(code)) < SHORTEST_CODE:
        message = N_("A code has at least %(least)s letters or digits.")
        raise Invalid("code.short", message, field="code", least=SHORTEST_CODE)
    fair.registration, fair.registration_code = mode, code


async def confirm(tx: Transaction, fair: Fair, people: Sequence[Person], *, waited: bool = False) -> None:
    """Tell these people that they take part; whoever did it themselves while the fair is open sees so, and only those
    who `waited` for somebody's approval are told then."""
    if fair.is_open_now and not waited:
        return
    days = await schedule.days_of(tx, fair)
    ends_at = days[-1].closes_at if days else None
    mine = Attendee.fair_id == fair.id, tx.among(Attendee.person_id, [person.id for person in people])
    rows = await tx.plain_rows(select(Attendee.person_id, Attendee.id).where(*mine))
    attendees_of = {row.person_id: row.id for row in rows}
    letters = [
        Letter(
            person.email,
            "registered",
            person.language,
            _values(fair, days, person.name, attendees_of.get(person.id)) | {"path": f"{fair.path}/take-part"},
            # Whoever changes their mind again and again is told once an hour.
            f"{occasion(fair.id, person.id)}registered:{tx.now:%Y%m%d%H}",
            useless_at=ends_at,
        )
        for person in people
    ]
    await outbox.post(tx, *letters)


async def answer(
    tx: Transaction, fair: Fair, person: Person, given: Mapping[str, Sequence[str]], code: str = ""
) -> None:
    """Register, with answers to the fair's questions, by the names of their fields."""
    await register(tx, fair, person, code)
    mine = await attendee_of(tx, fair, person)
    assert mine is not None, "whoever registers stands on the list"  # noqa: S101
    # Two tabs answer one after the other.
    await tx.lock(mine)
    await registration_questions.answer(tx, fair.id, mine.id, given)


async def cancel(tx: Transaction, fair: Fair, person: Person) -> None:
    """The person does not come after all: their answers are forgotten, and no letter is sent any more. Whoever was
    there has come, whatever they say later."""
    mine = Attendee.fair_id == fair.id, Attendee.person_id == person.id, Attendee.came_at.is_(None)
    gone = {"registered_at": None, "asked_at": None, "findable_since": None, "cancelled_at": tx.now}
    told = update(Attendee).where(*mine).values(gone).returning(Attendee.id)
    row = (await tx.session.execute(told, execution_options=UNSEEN)).first()
    if row is None:
        raise Conflict("registration.none", N_("You are not registered, or have been there already."))
    await tx.session.execute(delete(RegistrationAnswer).where(RegistrationAnswer.attendee_id == row.id))
    await outbox.take_back(tx, occasion(fair.id, person.id))


@reacts_to(FairTurned)
async def say_no_more(tx: Transaction, turned: FairTurned) -> None:
    """A fair that is closed or archived reminds nobody."""
    if turned.state not in AHEAD:
        await outbox.take_back(tx, occasion(turned.fair_id))


async def remind(tx: Transaction) -> None:
    """Write to whoever has registered: the day before a fair begins, and when it opens. For the worker."""
    lies_ahead = FairDay.opens_at > tx.now, FairDay.opens_at <= tx.now + REMINDED_BEFORE, Fair.open_until.is_(None)
    for day, fair in await _beginnings(tx, FairDay.reminded_at.is_(None), *lies_ahead):
        day.reminded_at = tx.now
        await _write(tx, fair, day, DAY_BEFORE)
    is_on = FairDay.closes_at > tx.now, FairDay.opens_at <= Fair.open_until
    for day, fair in await _beginnings(tx, FairDay.opening_told_at.is_(None), *is_on):
        day.opening_told_at = tx.now
        await _write(tx, fair, day, OPENS)


async def _beginnings(tx: Transaction, *which: ColumnElement[bool]) -> list[tuple[FairDay, Fair]]:
    """Days with which a fair begins, or is held once more."""
    query = (
        select(FairDay, Fair)
        .join(Fair, Fair.id == FairDay.fair_id)
        .where(*which, Fair.state.in_(AHEAD), Fair.is_rehearsal.is_(False))
    )
    found = (await tx.session.execute(query.with_for_update(of=FairDay))).all()
    return [(day, fair) for day, fair in found if not await _follows_another(tx, fair, day)]


async def _follows_another(tx: Transaction, fair: Fair, day: FairDay) -> bool:
    days = await schedule.days_of(tx, fair)
    return any(day.opens_at - ONE_FAIR < each.opens_at < day.opens_at for each in days)


async def _write(tx: Transaction, fair: Fair, day: FairDay, why: str) -> None:
    takes_part = (
        Attendee.fair_id == fair.id,
        Attendee.registered_at.is_not(None),
        Attendee.cancelled_at.is_(None),
        Attendee.came_at.is_(None),
    )
    query = select(Person.id, Person.email, Person.name, Person.language, Attendee.id.label("attendee_id"))
    people = await tx.plain_rows(query.join(Attendee, Attendee.person_id == Person.id).where(*takes_part))
    days = [each for each in await schedule.days_of(tx, fair) if each.closes_at > tx.now]
    # Hours that are written down anew on the same day are told nobody twice.
    date = f"{day.opens_at.astimezone(fair.zone):%Y%m%d}"
    letters = [
        Letter(
            row.email,
            "fair_reminder",
            row.language,
            _values(fair, days, row.name, row.attendee_id) | {"why": why, "path": fair.path},
            f"{occasion(fair.id, row.id)}{why}:{date}",
            useless_at=day.opens_at if why == DAY_BEFORE else day.closes_at,
        )
        for row in people
    ]
    await outbox.post(tx, *letters)


def occasion(fair_id: uuid.UUID, person_id: uuid.UUID | None = None) -> str:
    """With what the names of all these letters begin: to everybody, or to one person."""
    return f"registration:{fair_id}:" + (f"{person_id}:" if person_id else "")


def _values(fair: Fair, days: Sequence[FairDay], name: str, attendee_id: uuid.UUID | None) -> dict[str, object]:
    """On days on site the letter carries a ticket."""
    is_on_site = any(day.is_on_site for day in days)
    return {
        "name": name,
        **schedule.told(fair, days),
        "ticket": str(attendee_id) if is_on_site and attendee_id else "",
    }
