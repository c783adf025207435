"""The one door through which an appointment changes its state, and the history of what happened to it."""

import uuid
from typing import Any

from rooms.appointments.appointment import (
    Appointment,
    AppointmentChange,
    AppointmentChanged,
    AppointmentLeft,
    AppointmentState,
    ChangeKind,
)
from rooms.core.errors import N_, Conflict
from rooms.core.events import person_stream
from rooms.core.model import new_id
from rooms.core.transaction import Transaction
from rooms.people.people import Person

MOVES: dict[AppointmentState, frozenset[AppointmentState]] = {
    AppointmentState.RESERVED: frozenset({AppointmentState.BOOKED, AppointmentState.LAPSED}),
    AppointmentState.BOOKED: frozenset({AppointmentState.CANCELLED, AppointmentState.OVER}),
    AppointmentState.LAPSED: frozenset({AppointmentState.RESERVED}),
    AppointmentState.CANCELLED: frozenset(),
    AppointmentState.OVER: frozenset(),
}


def change_state(tx: Transaction, row: Appointment, state: AppointmentState) -> None:
    """The one door through which an appointment changes its state."""
    if state not in MOVES[row.state]:
        raise changed_meanwhile(row)
    row.state = state
    publish(tx, row)


def changed_meanwhile(row: Appointment) -> Conflict:
    problem = Conflict("appointment.move", N_("This appointment has changed meanwhile."))
    problem.leads_to = row.path
    return problem


def publish(tx: Transaction, row: Appointment) -> None:
    changed = AppointmentChanged(
        appointment_id=row.id, state=row.state, begins_at=row.begins_at, ends_at=row.ends_at, sequence=row.sequence
    )
    tx.record(changed, *row.streams)


def leave(tx: Transaction, row: Appointment, person_id: uuid.UUID) -> None:
    """Somebody takes no part any more, and the appointment goes on without them."""
    tx.record(AppointmentLeft(appointment_id=row.id, person_id=person_id), person_stream(person_id))


def note(tx: Transaction, row: Appointment, kind: ChangeKind, by: Person, words: str = "") -> None:
    """Keep what happened, with the time the appointment had."""
    values: dict[str, Any] = {"appointment_id": row.id, "kind": kind, "by_id": by.id, "at": tx.now}
    tx.session.add(AppointmentChange(id=new_id(), begins_at=row.begins_at, words=words, **values))
