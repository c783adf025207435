"""A booth leaves its fair: whoever waits in its line or has booked an interview there is told."""

from dataclasses import dataclass

from rooms.appointments import agenda, booking, reservation
from rooms.core import outbox
from rooms.core.errors import N_, Conflict
from rooms.core.outbox import Letter
from rooms.core.transaction import Transaction
from rooms.fairs import booths
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import demand_not_archived
from rooms.lines import withdrawal
from rooms.meetings import under_way
from rooms.organisations import employers
from rooms.people.people import Person


@dataclass(frozen=True)
class Told:
    """How many are told, beside the employer's owners."""

    waiting: int
    interviews: int


async def leave(tx: Transaction, booth: Booth, by: Person, words: str = "") -> Told:
    """No talk is cut: as long as somebody talks there, the booth stays. `words` go to those who have booked."""
    demand_not_archived(booth.fair)
    await tx.lock(booth)
    if booth.left_at:
        raise Conflict("booth.left", N_("This booth has left the fair already."))
    if (await under_way.talking_at(tx, [booth.id]))[booth.id]:
        message = N_("Somebody talks at this booth just now. Please wait until the talk is over.")
        raise Conflict("booth.talks", message)
    await withdrawal.at_booth(tx, booth.id)
    waiting, interviews = await withdrawal.end_with_booth(tx, booth), 0
    for found in await agenda.at_booth(tx, booth.id):
        row = await reservation.locked(tx, found.id)
        if row and row.is_ahead(tx.now):
            await booking.cancel(tx, row, by, words)
            interviews += 1
    await booths.leave(tx, booth)
    await _tell_owners(tx, booth)
    return Told(waiting, interviews)


async def _tell_owners(tx: Transaction, booth: Booth) -> None:
    for person, member in await employers.members_of(tx, booth.employer_id):
        if member.is_owner:
            values: dict[str, object] = {
                "name": person.name, "employer": booth.employer.name, "fair": booth.fair.name, "path": booth.fair.path,
                "waited": False,
            }  # fmt: skip
            await outbox.post(tx, Letter(person.email, "booth_left", person.language, values))
