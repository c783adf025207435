"""What tells somebody who looks at no page of ours that they are called: a mail, a push, a text message."""

from rooms.core import outbox
from rooms.core.outbox import Channel, Letter
from rooms.core.transaction import Transaction
from rooms.fairs.attendees import Attendee
from rooms.lines import places
from rooms.lines.call import Call
from rooms.people import push


async def reach_out(tx: Transaction, call: Call) -> None:
    place = call.place
    values: dict[str, object] = {
        "name": place.person.name,
        "employer": place.booth.employer.name,
        "path": place.booth.path,
    }
    once = f"called:{call.id}"
    await places.write(tx, place, "called", values, once)
    await push.ring(tx, place.person, "called", values, f"push:{once}")
    await _text(tx, call)


async def _text(tx: Transaction, call: Call) -> None:
    """Whoever has no address and gave a number at the kiosk is told by a message that they are called."""
    place = call.place
    mine = await tx.session.get(Attendee, place.person_id) if place.is_on_site and place.person.email is None else None
    if mine is None or not mine.phone:
        return
    values: dict[str, object] = {"employer": place.booth.employer.name, "ticket": place.ticket}
    once = f"called:{call.id}:sms"
    letter = Letter(mine.phone, "called", place.person.language, values, once, Channel.SMS, useless_at=call.deadline)
    await outbox.post(tx, letter)
