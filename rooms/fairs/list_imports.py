"""Lists that an organiser brings to a fair: of employers, recruiters or candidates. Nothing of one is sent before the
organiser says so; each line is kept with what became of it.

What the columns mean: list_columns.py; what is wrong with a line: list_lines.py. Inviting those on it:
rooms/access/importing.py.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, delete, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.model import Base, new_id
from rooms.core.transaction import Transaction
from rooms.fairs import registration_questions
from rooms.fairs.fairs import Fair, demand_not_archived
from rooms.fairs.list_columns import ListKind
from rooms.fairs.list_lines import Fault, LineValues, Reading, check
from rooms.people.people import Person

MOST_LINES = 10_000
MOST_OF_KIND = {ListKind.EMPLOYERS: 1000, ListKind.RECRUITERS: 2000, ListKind.CANDIDATES: MOST_LINES}
MOST_UNSENT = 20
"""Lists of one fair that are looked at."""
MOST_SHOWN = 100
UNSENT_FOR = timedelta(days=7)
LONGEST_WAIT = timedelta(days=366)
PAGE = 50


class ImportState(StrEnum):
    READ = "read"
    """Looked at; nothing is sent."""
    UNDER_WAY = "under_way"
    DONE = "done"
    TAKEN_BACK = "taken_back"


class LineState(StrEnum):
    GOOD = "good"
    """Will be invited."""
    FAULTY = "faulty"
    DOUBLED = "doubled"
    """Stands in the list before."""
    INVITED = "invited"
    KNOWN = "known"
    """Was on the fair's list, or invited, already."""


class ListImport(Base):
    """Goes with its fair."""

    __tablename__ = "list_import"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), index=True)
    kind: Mapped[ListKind]
    name: Mapped[str]
    """Of the file; empty for what was pasted."""
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime]
    state: Mapped[ImportState]
    heads: Mapped[list[str]]
    """What stands above the columns; empty where the list has no heads."""
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Which column, counted from 0, holds which field."""
    sector: Mapped[str] = mapped_column(default="", server_default="")
    """Of the employers of which the list does not say it."""
    send_at: Mapped[datetime | None]
    """Letters wait until then; None for at once."""
    begun_at: Mapped[datetime | None]


class ImportLine(Base):
    __tablename__ = "import_line"
    __table_args__ = (Index("ix_import_line_state", "import_id", "state", "number"),)
    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("list_import.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """As whoever opens the file sees it, counted from 1."""
    cells: Mapped[list[str]]
    state: Mapped[LineState]
    values: Mapped[dict[str, Any]]
    """What is read from the cells, by field; empty for a line with a fault."""
    fault: Mapped[dict[str, Any] | None]
    """The sentence, its values and the field of what is wrong."""
    link_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("link.id"), index=True)
    """The invitation that came of it."""


@dataclass(frozen=True)
class Read:
    """A list as it came: its lines with their numbers."""

    name: str
    heads: tuple[str, ...]
    lines: Sequence[tuple[int, tuple[str, ...]]]


async def keep(
    tx: Transaction, by: Person, fair: Fair, kind: ListKind, read: Read, columns: Mapping[str, int]
) -> ListImport:
    """Keep a list that was read, so that it can be looked at."""
    demand_not_archived(fair)
    if not read.lines:
        raise Invalid("list.empty", N_("There is no line in this list."), field="document")
    if len(read.lines) > MOST_OF_KIND[kind]:
        message = N_("This list is too long: at most %(most)s lines at a time.")
        raise Invalid("list.too_long", message, field="document", most=MOST_OF_KIND[kind])
    unsent = select(func.count()).where(ListImport.fair_id == fair.id, ListImport.state == ImportState.READ)
    if (await tx.session.scalar(unsent) or 0) >= MOST_UNSENT:
        message = N_("There are %(most)s lists already of which nothing is sent: send some, or throw them away.")
        raise Conflict("list.too_many", message, field="document", most=MOST_UNSENT)
    row = ListImport(
        id=new_id(),
        fair_id=fair.id,
        kind=kind,
        name=read.name,
        by_id=by.id,
        made_at=tx.now,
        state=ImportState.READ,
        heads=list(read.heads),
        columns=dict(columns),
    )
    tx.session.add(row)
    await tx.session.flush()
    await _write(tx, row, read.lines)
    return row


async def _write(tx: Transaction, row: ListImport, lines: Sequence[tuple[int, tuple[str, ...]]]) -> None:
    questions = await registration_questions.of_fair(tx, row.fair_id)
    checked = await check(Reading(row.kind, row.columns, row.sector, questions), lines)
    rows = [
        {
            "import_id": row.id, "number": number, "cells": list(cells), "state": _state(each), "values": _values(each),
            "fault": each.as_json() if isinstance(each, Fault) else None,
        }
        for (number, cells), each in zip(lines, checked, strict=True)
    ]  # fmt: skip
    await tx.write(insert(ImportLine), rows)


def _state(checked: LineValues | Fault) -> LineState:
    if isinstance(checked, Fault):
        return LineState.DOUBLED if checked.is_double else LineState.FAULTY
    return LineState.GOOD


def _values(checked: LineValues | Fault) -> dict[str, Any]:
    return {} if isinstance(checked, Fault) else checked.as_json()


async def choose_columns(tx: Transaction, row: ListImport, columns: Mapping[str, int], sector: str) -> None:
    """Say which column holds what; every line is looked at anew."""
    _demand(row, ImportState.READ)
    query = select(ImportLine.number, ImportLine.cells).where(ImportLine.import_id == row.id)
    lines = [(line.number, tuple(line.cells)) for line in await tx.plain_rows(query.order_by(ImportLine.number))]
    row.columns, row.sector = dict(columns), sector
    await tx.session.execute(delete(ImportLine).where(ImportLine.import_id == row.id))
    await _write(tx, row, lines)


def _demand(row: ListImport, state: ImportState) -> None:
    if row.state is not state:
        raise Conflict("import.moved_on", N_("This list has moved on meanwhile: look at it again."))


async def begin(tx: Transaction, fair: Fair, row: ListImport, send_at: datetime | None) -> None:
    """Whoever stands on the list is invited from now on, line by line; letters wait until `send_at`."""
    _demand(row, ImportState.READ)
    demand_not_archived(fair)
    if not (await counts(tx, [row.id]))[row.id].get(LineState.GOOD):
        raise Conflict("import.nobody", N_("No line of this list can be sent: look at its columns and its faults."))
    if send_at and send_at <= tx.now:
        raise Invalid("send_at.past", N_("This moment is over. Choose a later one, or send at once."), field="date")
    if send_at and send_at > tx.now + LONGEST_WAIT:
        raise Invalid("send_at.far", N_("Please choose a moment within a year."), field="date")
    row.state, row.send_at, row.begun_at = ImportState.UNDER_WAY, send_at, tx.now


async def throw_away(tx: Transaction, row: ListImport) -> None:
    """A list of which nothing was sent goes without a trace."""
    _demand(row, ImportState.READ)
    await _forget(tx, [row.id])


async def forget_unsent(tx: Transaction) -> None:
    """Lists of people that were looked at and never sent are not kept. For the worker."""
    old = select(ListImport.id).where(ListImport.state == ImportState.READ, ListImport.made_at < tx.now - UNSENT_FOR)
    found = [row.id for row in await tx.plain_rows(old.with_for_update(skip_locked=True))]
    if found:
        await _forget(tx, found)


async def _forget(tx: Transaction, imports: Sequence[uuid.UUID]) -> None:
    await tx.session.execute(delete(ImportLine).where(ImportLine.import_id.in_(imports)))
    await tx.session.execute(delete(ListImport).where(ListImport.id.in_(imports)))


async def one(tx: Transaction, fair: Fair, import_id: uuid.UUID, *, lock: bool = False) -> ListImport:
    query = select(ListImport).where(ListImport.id == import_id, ListImport.fair_id == fair.id)
    row = (await tx.session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if row is None:
        raise NotFound("import")
    return row


async def lock_all(tx: Transaction, fair_id: uuid.UUID) -> None:
    """Nobody goes on with one of the fair's lists until this is over."""
    await tx.session.execute(
        select(ListImport.id).where(ListImport.fair_id == fair_id).order_by(ListImport.id).with_for_update()
    )


async def of_fair(tx: Transaction, fair_id: uuid.UUID) -> list[ListImport]:
    """The latest first."""
    query = select(ListImport).where(ListImport.fair_id == fair_id).order_by(ListImport.id.desc()).limit(MOST_SHOWN)
    return list((await tx.session.execute(query)).scalars())


async def under_way(tx: Transaction) -> ListImport | None:
    """A list whose people are to be invited, locked; for the worker."""
    query = select(ListImport).where(ListImport.state == ImportState.UNDER_WAY).order_by(ListImport.begun_at).limit(1)
    return (await tx.session.execute(query.with_for_update(skip_locked=True))).scalar_one_or_none()


async def any_under_way(tx: Transaction) -> bool:
    query = select(ListImport.id).where(ListImport.state == ImportState.UNDER_WAY).limit(1)
    return (await tx.session.execute(query)).first() is not None


async def lines_of(
    tx: Transaction, import_id: uuid.UUID, *states: LineState, first: int = 0, most: int = MOST_LINES
) -> list[ImportLine]:
    """In their order; of these states, or all."""
    query = select(ImportLine).where(ImportLine.import_id == import_id)
    if states:
        query = query.where(ImportLine.state.in_(states))
    query = query.order_by(ImportLine.number).offset(first).limit(most)
    return list((await tx.session.execute(query)).scalars())


async def counts(tx: Transaction, imports: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[LineState, int]]:
    """How many lines of each list are in each state."""
    query = (
        select(ImportLine.import_id, ImportLine.state, func.count())
        .where(ImportLine.import_id.in_(imports))
        .group_by(ImportLine.import_id, ImportLine.state)
    )
    found: dict[uuid.UUID, dict[LineState, int]] = {each: {} for each in imports}
    for import_id, state, count in (await tx.session.execute(query)).all():
        found[import_id][state] = count
    return found
