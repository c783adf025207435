"""What a page carries so that its scripts follow from exactly what was rendered."""

import json

from rooms import meetings, streams
from rooms.facts import person_stream
from rooms.lines import calls
from rooms.transaction import Transaction
from server.visit import Visit
from signaling.mine import my_call_told


async def heads(tx: Transaction, visit: Visit, *names: str) -> str:
    """The heads of these streams and of the person's own, as JSON. Read before the page's content."""
    person = visit.actor.person
    wanted = [*names, person_stream(person.id)] if person else list(names)
    found = []
    for name in wanted:
        head = await streams.head(tx, name)
        found.append({"stream": name, "epoch": head.epoch, "after": head.last})
    if person:
        call = await calls.ringing_for(tx, person.id)
        visit.ringing = my_call_told(call).model_dump_json() if call else None
        meeting = await meetings.current(tx, person.id)
        visit.meeting = meeting.id if meeting else None
    return json.dumps(found)
