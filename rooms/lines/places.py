"""One candidate's place in a line. It survives reloads, lost connections, restarts and the night.

Its order is its ticket. Being passed over, put on hold or called elsewhere never changes it.
"""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, func, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core import outbox
from rooms.core.errors import N_, Conflict
from rooms.core.events import DomainEvent, line_stream, person_stream, reacts_to
from rooms.core.model import Base, new_id
from rooms.core.outbox import Letter
from rooms.core.transaction import Transaction
from rooms.fairs import sanctions
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair, FairState
from rooms.people import push, signin
from rooms.people.documents import CvChanged
from rooms.people.people import Person
from rooms.people.signin import Purpose


class PlaceState(StrEnum):
    WAITING = "waiting"
    ON_HOLD = "on_hold"
    TALKING = "talking"
    SERVED = "served"
    LEFT = "left"
    ENDED = "ended"


PASSED_OVER_FOR = timedelta(minutes=2)
"""The pause after a call or a meeting that did not come about, so that the recruiter can go on meanwhile."""

UNDONE_WITHIN = timedelta(minutes=5)
"""Whoever left a line by mistake takes the place back, in the order it had."""

IN_LINE = (PlaceState.WAITING, PlaceState.ON_HOLD)
ACTIVE = (PlaceState.WAITING, PlaceState.ON_HOLD, PlaceState.TALKING)

MOVES: dict[PlaceState, frozenset[PlaceState]] = {
    PlaceState.WAITING: frozenset({PlaceState.ON_HOLD, PlaceState.TALKING, PlaceState.LEFT, PlaceState.ENDED}),
    PlaceState.ON_HOLD: frozenset({PlaceState.WAITING, PlaceState.LEFT, PlaceState.ENDED}),
    PlaceState.TALKING: frozenset({PlaceState.WAITING, PlaceState.SERVED, PlaceState.ENDED}),
    PlaceState.SERVED: frozenset({PlaceState.WAITING, PlaceState.TALKING}),
    PlaceState.LEFT: frozenset({PlaceState.WAITING}),
    PlaceState.ENDED: frozenset(),
}


class HoldReason(StrEnum):
    OUT_OF_REACH = "out_of_reach"
    MISSED = "missed"


_ONE_ACTIVE = text("state IN ('waiting', 'on_hold', 'talking')")


class Place(Base):
    __tablename__ = "place"
    __table_args__ = (
        UniqueConstraint("booth_id", "ticket"),
        Index(
            "ux_place_one_active",
            "booth_id",
            "person_id",
            unique=True,
            postgresql_where=_ONE_ACTIVE,
            sqlite_where=_ONE_ACTIVE,
        ),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    booth_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("booth.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    ticket: Mapped[int]
    state: Mapped[PlaceState]
    words: Mapped[str]
    """What the person wants to say to this booth, in their own words."""
    joined_at: Mapped[datetime]
    vacancy_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("vacancy.id"), index=True)
    """For which of the employer's jobs they come, if they said so."""
    kept_for_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    """The recruiter to whom a colleague has sent them."""
    is_on_site: Mapped[bool] = mapped_column(default=False, server_default=false())
    """They are at the place of the fair, and come to the booth's table when they are called."""
    hides_name: Mapped[bool] = mapped_column(default=False, server_default=false())
    """They came for a vacancy of fair chance."""
    passed_over_until: Mapped[datetime | None]
    hold_reason: Mapped[HoldReason | None]
    missed: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    booth: Mapped[Booth] = relationship(lazy="joined", innerjoin=True)
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[person_id])

    @property
    def is_hidden(self) -> bool:
        """Whether recruiters are told of them without name, place and papers: until a call is accepted."""
        return self.hides_name and self.state in IN_LINE


class PlaceTaken(DomainEvent):
    kind: ClassVar[str] = "place.taken"
    place_id: uuid.UUID
    booth_id: uuid.UUID
    person_id: uuid.UUID
    ticket: int


class PlaceChanged(DomainEvent):
    """The place has a new state, or is passed over until a moment."""

    kind: ClassVar[str] = "place.changed"
    place_id: uuid.UUID
    booth_id: uuid.UUID
    state: PlaceState
    passed_over_until: datetime | None
    hold_reason: HoldReason | None
    missed: int


def taken(tx: Transaction, place: Place) -> None:
    """Make it known, once the place is in its line."""
    event = PlaceTaken(place_id=place.id, booth_id=place.booth_id, person_id=place.person_id, ticket=place.ticket)
    tx.record(event, line_stream(place.booth_id), person_stream(place.person_id))


def move(tx: Transaction, place: Place, state: PlaceState, reason: HoldReason | None = None) -> None:
    """The one door through which a place changes its state."""
    if state not in MOVES[place.state]:
        raise Conflict("place.move", N_("This place in line has changed meanwhile."))
    place.state, place.hold_reason = state, reason
    place.ended_at = None if state in ACTIVE else tx.now
    tell(tx, place)


def pass_over(tx: Transaction, place: Place, pause: timedelta) -> None:
    """Skip this place until then; its order stays."""
    place.passed_over_until = tx.now + pause
    tell(tx, place)


def tell(tx: Transaction, place: Place) -> None:
    """Make known that the place is other than it was."""
    event = PlaceChanged(
        place_id=place.id,
        booth_id=place.booth_id,
        state=place.state,
        passed_over_until=place.passed_over_until,
        hold_reason=place.hold_reason,
        missed=place.missed,
    )
    tx.record(event, line_stream(place.booth_id), person_stream(place.person_id))


async def stand_again(tx: Transaction, place: Place, state: PlaceState) -> None:
    """A place that had been served is in its line again, in the order it had. Raises Conflict where the person has
    taken another one there meanwhile, or waits in as many lines as they may."""
    held = await _held_beside(tx, place)
    if place.booth_id in {each.booth_id for each in held}:
        raise Conflict("place.again", N_("They wait in your line again already."))
    if state is PlaceState.WAITING:
        await _demand_room(tx, place, held)
    taken(tx, place)
    move(tx, place, state)


async def _held_beside(tx: Transaction, place: Place) -> list[Place]:
    """The other places of its person at the fair, who takes and gives up none meanwhile in another tab."""
    await tx.session.get_one(Person, place.person_id, with_for_update={"key_share": True})
    return await of_person(tx, place.person_id, fair_id=place.booth.fair_id)


async def _demand_room(tx: Transaction, place: Place, held: Collection[Place]) -> None:
    await sanctions.refuse_the_excluded(tx, place.person, place.booth.fair_id)
    if len(held) >= place.booth.fair.most_lines:
        raise too_many(place.booth.fair)


async def leave(tx: Transaction, place: Place) -> None:
    move(tx, place, PlaceState.LEFT)
    await tell_second(tx, place.booth_id)


async def come_back(tx: Transaction, place: Place) -> None:
    """From on hold, or from a line that was left a moment ago, back into the order it always had."""
    if place.state is PlaceState.LEFT:
        await _take_back(tx, place)
    place.missed, place.passed_over_until = 0, None
    move(tx, place, PlaceState.WAITING)


async def _take_back(tx: Transaction, place: Place) -> None:
    """Raises Conflict where the place is gone, or stands in the way of others by now."""
    held = await _held_beside(tx, place)
    is_late = place.ended_at is None or place.ended_at + UNDONE_WITHIN < tx.now
    if is_late or place.booth.fair.state is not FairState.OPEN or place.booth_id in {each.booth_id for each in held}:
        raise Conflict("place.gone", N_("This place is gone. You can take a new one at the end of the line."))
    await _demand_room(tx, place, held)
    place.ended_at = None


def ready_now(tx: Transaction, place: Place) -> None:
    """After a call that was missed or put off: they can be called again at once."""
    if place.state is PlaceState.WAITING and place.passed_over_until:
        place.passed_over_until = None
        tell(tx, place)


def too_many(fair: Fair) -> Conflict:
    message = N_("You already wait in %(lines)s lines, as many as this fair allows. Leave one to join here.")
    return Conflict("line.too_many", message, lines=fair.most_lines)


async def lines_of(tx: Transaction, people: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """The booths in whose lines these people stand."""
    query = select(Place.booth_id).where(tx.among(Place.person_id, people), Place.state.in_(ACTIVE)).distinct()
    return set((await tx.session.execute(query)).scalars())


async def waited_in(tx: Transaction) -> set[uuid.UUID]:
    """The booths in whose lines somebody waits."""
    query = select(Place.booth_id).where(Place.state == PlaceState.WAITING).distinct()
    return set((await tx.session.execute(query)).scalars())


async def of_person(tx: Transaction, person_id: uuid.UUID, fair_id: uuid.UUID | None = None) -> list[Place]:
    return await of_people(tx, [person_id], fair_id)


async def of_people(tx: Transaction, people: Collection[uuid.UUID], fair_id: uuid.UUID | None = None) -> list[Place]:
    query = select(Place).where(tx.among(Place.person_id, people), Place.state.in_(ACTIVE))
    query = query.order_by(Place.joined_at, Place.id)
    if fair_id:
        query = query.join(Booth, Booth.id == Place.booth_id).where(Booth.fair_id == fair_id)
    return list((await tx.session.execute(query)).scalars())


async def in_line(tx: Transaction, booth_id: uuid.UUID) -> list[Place]:
    """Everybody with an active place, in the order they are called."""
    return (await in_lines(tx, [booth_id]))[booth_id]


async def in_lines(tx: Transaction, booths: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Place]]:
    """The same for any number of booths."""
    query = select(Place).where(tx.among(Place.booth_id, list(booths)), Place.state.in_(ACTIVE)).order_by(Place.ticket)
    found: dict[uuid.UUID, list[Place]] = {booth_id: [] for booth_id in booths}
    for place in (await tx.session.execute(query)).scalars():
        found[place.booth_id].append(place)
    return found


async def counts(tx: Transaction, booths: list[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many wait at each booth; a place on hold does not count in the others' waits."""
    query = select(Place.booth_id, func.count()).where(Place.booth_id.in_(booths), Place.state == PlaceState.WAITING)
    rows = await tx.session.execute(query.group_by(Place.booth_id))
    return dict.fromkeys(booths, 0) | dict(rows.all())


@reacts_to(CvChanged)
async def _show_other_cv(tx: Transaction, event: CvChanged) -> None:
    """Each line that the person waits in is told."""
    lines = [line_stream(place.booth_id) for place in await of_person(tx, event.person_id)]
    tx.record(event, *lines)


async def tell_second(tx: Transaction, booth_id: uuid.UUID) -> None:
    """Mail whoever has become second, once for each place."""
    query = select(Place).where(Place.booth_id == booth_id, Place.state == PlaceState.WAITING).order_by(Place.ticket)
    await tx.session.flush()
    second = (await tx.session.execute(query.offset(1).limit(1))).scalar_one_or_none()
    if second is None:
        return
    values: dict[str, object] = {
        "name": second.person.name,
        "employer": second.booth.employer.name,
        "path": second.booth.path,
    }
    once = f"second:{second.id}"
    await write(tx, second, "second", values, once)
    await push.ring(tx, second.person, "second", values, f"push:{once}")


async def write(tx: Transaction, place: Place, template: str, values: dict[str, object], once: str) -> None:
    """A letter that leads to this place without signing in by a code: for half an hour, once."""
    if place.person.email is None or await outbox.is_written(tx, once):
        return
    _, token = await signin.make_link(tx, Purpose.PLACE, place.person.email, place.person.name, subject_id=place.id)
    told = values | {"path": f"/links/{token}"}
    await outbox.post(tx, Letter(place.person.email, template, place.person.language, told, once))
