"""How much is going on in the installation: figures for the operator, without anybody's name."""

from dataclasses import dataclass

from sqlalchemy import func, select

from rooms.core.outbox import Mail
from rooms.core.transaction import Transaction
from rooms.lines.call import Call, CallState
from rooms.lines.places import Place, PlaceState
from rooms.meetings.meeting import GOES_ON, Meeting
from rooms.people.presence import Connection, Process, has_live_connection


@dataclass(frozen=True)
class Figures:
    people: int
    """With a live connection, whichever process it is of."""
    places: dict[str, int]
    ringing: int
    meetings: dict[str, int]
    mails_due: int


async def of_installation(tx: Transaction) -> Figures:
    live = select(func.count(func.distinct(Connection.person_id))).join(Process, Process.id == Connection.process_id)
    standing = Place.state.in_((PlaceState.WAITING, PlaceState.ON_HOLD, PlaceState.TALKING))
    places = select(Place.state, func.count()).where(standing).group_by(Place.state)
    meetings = select(Meeting.state, func.count()).where(Meeting.state.in_(GOES_ON)).group_by(Meeting.state)
    ringing = select(func.count()).select_from(Call).where(Call.state == CallState.RINGING)
    due = select(func.count()).select_from(Mail).where(Mail.sent_at.is_(None), Mail.due_at <= tx.now)
    return Figures(
        people=(await tx.session.execute(live.where(has_live_connection(tx)))).scalar_one(),
        places={state.value: count for state, count in await tx.session.execute(places)},
        ringing=(await tx.session.execute(ringing)).scalar_one(),
        meetings={state.value: count for state, count in await tx.session.execute(meetings)},
        mails_due=(await tx.session.execute(due)).scalar_one(),
    )
