"""A fair's list of candidates as its organisers see it: searched, filtered, in order, a page at a time. Thousands of
people cost the same queries as three."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy import Row as SqlRow

from rooms.core.outbox import GIVE_UP_AFTER, Mail
from rooms.core.transaction import Transaction
from rooms.fairs import registration_answers, registration_questions
from rooms.fairs.attendees import Attendee
from rooms.people import mail_refusals
from rooms.people.name_search import words_of
from rooms.people.signin import Link

PAGE = 50


class AttendeeState(StrEnum):
    """How far somebody has come, each state beyond the one before."""

    INVITED = "invited"
    """Their letter has not left yet."""
    DELIVERED = "delivered"
    """A mail server has taken it."""
    BOUNCED = "bounced"
    EXPIRED = "expired"
    """The invitation was not used in time."""
    OPENED = "opened"
    ASKED = "asked"
    """They ask to take part, and the organisers have not decided."""
    DECLINED = "declined"
    REGISTERED = "registered"
    CAME = "came"
    CANCELLED = "cancelled"
    """They said that they do not come after all."""
    WITHDRAWN = "withdrawn"


class Order(StrEnum):
    NAME = "by_name"
    LATEST = "by_latest"


@dataclass(frozen=True)
class Search:
    words: str = ""
    states: tuple[str, ...] = ()
    order: str = Order.NAME
    page: int = 1
    answer: str = ""
    """To one of the fair's questions: its id, and the number of the answer, counted from 0, with a colon between."""


@dataclass(frozen=True)
class Row:
    id: uuid.UUID
    name: str
    email: str | None
    phone: str
    state: AttendeeState
    since: datetime
    """When it came to be in this state, or was put on the list."""
    sends_at: datetime | None
    """When the letter leaves, if it was to wait until then."""
    waits_for_fair: bool
    """The letter leaves when the fair is published."""
    is_refused: bool
    """Whoever has this address does without invitations."""


@dataclass(frozen=True)
class AttendeeList:
    rows: Sequence[Row]
    found: int
    counts: dict[AttendeeState, int]
    """Of all on the list, whatever is looked for."""
    page: int
    pages: int

    @property
    def all(self) -> int:
        return sum(self.counts.values())


def letter_state(now: datetime) -> list[tuple[ColumnElement[bool], ColumnElement[str]]]:
    """What has become of the letter of a Link that nobody has used, as the branches of a CASE over Link and Mail."""
    is_lost = or_(Mail.bounced_at.is_not(None), and_(Mail.sent_at.is_(None), Mail.attempts >= GIVE_UP_AFTER))
    # An invitation from before letters were remembered: what is known is that it was sent.
    has_left = or_(Mail.sent_at.is_not(None), and_(Link.mail_id.is_(None), Link.sent_at.is_not(None)))
    return [
        (Link.withdrawn_at.is_not(None), literal(AttendeeState.WITHDRAWN.value)),
        (is_lost, literal(AttendeeState.BOUNCED.value)),
        (and_(Link.sent_at.is_not(None), Link.expires_at <= now), literal(AttendeeState.EXPIRED.value)),
        (Link.opened_at.is_not(None), literal(AttendeeState.OPENED.value)),
        (has_left, literal(AttendeeState.DELIVERED.value)),
    ]


def _state(now: datetime) -> ColumnElement[str]:
    return case(
        (Attendee.came_at.is_not(None), literal(AttendeeState.CAME.value)),
        (Attendee.registered_at.is_not(None), literal(AttendeeState.REGISTERED.value)),
        (Attendee.cancelled_at.is_not(None), literal(AttendeeState.CANCELLED.value)),
        (Attendee.declined_at.is_not(None), literal(AttendeeState.DECLINED.value)),
        (Attendee.asked_at.is_not(None), literal(AttendeeState.ASKED.value)),
        *letter_state(now),
        else_=literal(AttendeeState.INVITED.value),
    )


def _listed(fair_id: uuid.UUID, query: Select[*tuple[object, ...]]) -> Select[*tuple[object, ...]]:
    return (
        query.select_from(Attendee)
        .outerjoin(Link, Link.id == Attendee.link_id)
        .outerjoin(Mail, Mail.id == Link.mail_id)
        .where(Attendee.fair_id == fair_id)
    )


async def _fitting(tx: Transaction, fair_id: uuid.UUID, search: Search) -> list[ColumnElement[bool]]:
    fits = await _answering(tx, fair_id, search.answer)
    fits += [Attendee.words.contains(f" {word}", autoescape=True) for word in sorted(words_of(search.words))]
    states = [state for state in search.states if state in set(AttendeeState)]
    return [*fits, _state(tx.now).in_(states)] if states else fits


async def _answering(tx: Transaction, fair_id: uuid.UUID, answer: str) -> list[ColumnElement[bool]]:
    """Those who gave this answer; what is no answer of this fair asks for nothing."""
    wanted, _, number = answer.partition(":")
    at = int(number) if number.isdecimal() and len(number) < 4 else -1
    for question in await registration_questions.of_fair(tx, fair_id) if at >= 0 else ():
        if str(question.id) == wanted and at < len(question.known_answers):
            return [registration_answers.has_answered(question.id, question.known_answers[at])]
    return []


async def everybody(tx: Transaction, fair_id: uuid.UUID, search: Search) -> list[Row]:
    """All who are found, to take away."""
    query = _rows(fair_id, tx.now).where(*await _fitting(tx, fair_id, search)).order_by(*_order(search))
    return [_row(row, set(), tx.now) for row in await tx.plain_rows(query)]


def _order(search: Search) -> tuple[ColumnElement[Any], ...]:
    return (Attendee.id.desc(),) if search.order == Order.LATEST else (Attendee.sort_name.asc(), Attendee.id.asc())


def _rows(fair_id: uuid.UUID, now: datetime) -> Select[*tuple[object, ...]]:
    columns = (
        Attendee.id, Attendee.name, Attendee.email, Attendee.phone, Attendee.listed_at, Attendee.asked_at,
        Attendee.declined_at, Attendee.registered_at, Attendee.came_at, Attendee.cancelled_at,
        _state(now).label("state"), Link.sent_at, Link.opened_at, Link.withdrawn_at,
    )  # fmt: skip
    return _listed(fair_id, select(*columns))


async def of_fair(tx: Transaction, fair_id: uuid.UUID, search: Search) -> AttendeeList:
    state = _state(tx.now)
    counted = await tx.plain_rows(_listed(fair_id, select(state, func.count())).group_by(state))
    counts = {AttendeeState(name): count for name, count in counted}
    fits = await _fitting(tx, fair_id, search)
    found = sum(counts.values())
    if fits:
        found = (await tx.plain_rows(_listed(fair_id, select(func.count())).where(*fits)))[0][0]
    pages = max(1, -(-found // PAGE))
    page = min(max(1, search.page), pages)
    query = _rows(fair_id, tx.now).where(*fits).order_by(*_order(search))
    rows = await tx.plain_rows(query.offset((page - 1) * PAGE).limit(PAGE))
    refused = await mail_refusals.refusing(tx, "invitation", [row.email for row in rows if row.email])
    return AttendeeList([_row(row, refused, tx.now) for row in rows], found, counts, page, pages)


def _row(row: SqlRow[*tuple[Any, ...]], refused: set[str], now: datetime) -> Row:
    state = AttendeeState(row.state)
    is_to_leave = state is AttendeeState.INVITED
    reached = {
        AttendeeState.CAME: row.came_at,
        AttendeeState.REGISTERED: row.registered_at,
        AttendeeState.CANCELLED: row.cancelled_at,
        AttendeeState.DECLINED: row.declined_at,
        AttendeeState.ASKED: row.asked_at,
        AttendeeState.WITHDRAWN: row.withdrawn_at,
        AttendeeState.OPENED: row.opened_at,
        AttendeeState.DELIVERED: row.sent_at,
    }
    return Row(
        row.id,
        row.name,
        row.email,
        row.phone,
        state,
        since=reached.get(state) or row.listed_at,
        sends_at=row.sent_at if is_to_leave and row.sent_at and row.sent_at > now else None,
        waits_for_fair=is_to_leave and row.sent_at is None,
        is_refused=row.email in refused,
    )


async def invitations_of(
    tx: Transaction, fair_id: uuid.UUID, chosen: Sequence[uuid.UUID], *, only_open: bool = False
) -> list[uuid.UUID]:
    """The invitations of these people on the list; of those alone who have not answered in any way, if `only_open`."""
    return await _invitations(tx, fair_id, [tx.among(Attendee.id, chosen)], only_open=only_open)


async def all_invitations(
    tx: Transaction, fair_id: uuid.UUID, search: Search, *, only_open: bool = False
) -> list[uuid.UUID]:
    """The invitations of everybody who is found."""
    fits = await _fitting(tx, fair_id, search)
    return await _invitations(tx, fair_id, fits, only_open=only_open)


async def all_found(tx: Transaction, fair_id: uuid.UUID, search: Search) -> list[uuid.UUID]:
    """Everybody on the list who is found."""
    fits = await _fitting(tx, fair_id, search)
    return [row.id for row in await tx.plain_rows(_listed(fair_id, select(Attendee.id)).where(*fits))]


async def _invitations(
    tx: Transaction, fair_id: uuid.UUID, which: Sequence[ColumnElement[bool]], *, only_open: bool
) -> list[uuid.UUID]:
    unanswered = (Attendee.registered_at, Attendee.cancelled_at, Attendee.came_at)
    is_open = [column.is_(None) for column in unanswered] if only_open else []
    query = _listed(fair_id, select(Attendee.link_id)).where(*which, *is_open, Attendee.link_id.is_not(None))
    return [row.link_id for row in await tx.plain_rows(query)]
