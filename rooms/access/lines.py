"""Places and calls, for whoever may reach them."""

import uuid

from rooms.access.actor import Actor
from rooms.access.fairs import to_booth
from rooms.access.rights import Act, allows, demand
from rooms.access.rights import Act as A
from rooms.access.rights import Relation as R
from rooms.core.errors import NotFound
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.lines import calls
from rooms.lines.call import Call
from rooms.lines.places import ACTIVE, Place


async def open_line(tx: Transaction, booth_id: uuid.UUID) -> Booth | None:
    """The booth, if whoever is signed in may join its line now; None where one has to ask for each."""
    row = await tx.session.get(Booth, booth_id)
    anybody = {R.ANYONE, R.SIGNED_IN}
    if row is None or row.set_up_at is None or not allows(A.BOOTH_SEE, anybody, row.fair.state):
        return None
    return row if allows(A.LINE_JOIN, anybody, row.fair.state) else None


async def place(tx: Transaction, actor: Actor, place_id: uuid.UUID, act: Act) -> Place:
    actor.known  # noqa: B018
    row = await tx.session.get(Place, place_id)
    if row is None:
        raise NotFound("place")
    relations = await to_booth(tx, actor, row.booth)
    if actor.is_person(row.person_id):
        relations.add(R.SELF)
    if not relations & {R.SELF, R.STAFF} or (act is A.PLACE_CALL and row.state not in ACTIVE):
        raise NotFound("place")
    demand(act, relations)
    return row


async def call(tx: Transaction, actor: Actor, call_id: uuid.UUID, act: Act) -> Call:
    """A call, locked until the transaction ends."""
    actor.known  # noqa: B018
    row = await calls.locked(tx, call_id)
    if row is None:
        raise NotFound("call")
    relations = await to_booth(tx, actor, row.place.booth)
    if actor.is_person(row.place.person_id):
        relations.add(R.SELF)
    if not relations & {R.SELF, R.STAFF}:
        raise NotFound("call")
    if R.STAFF in relations and actor.is_person(row.recruiter_id):
        relations.add(R.RECRUITER)
    demand(act, relations)
    return row
