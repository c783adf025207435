"""A place in line without an account: whoever stands in the house types their name at a screen that hangs there."""

import uuid

from rooms.core.errors import NotFound
from rooms.core.transaction import Transaction
from rooms.fairs import attendees, fairs
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import FairState
from rooms.fairs.list_lines import clean_phone
from rooms.lines import joining
from rooms.lines.places import Place
from rooms.people import name_search, people
from rooms.people.people import Person


async def join(tx: Transaction, booth: Booth, name: str, phone: str, language: str, nonce: uuid.UUID) -> Place:
    """`phone` is rung by a text message when it is their turn, and may be empty. The same `nonce` again finds the place
    that was taken. Raises Invalid, NotFound for one that the kiosk has not given, and Conflict where the fair is not
    open, or not held on site now."""
    if booth.fair.state is not FairState.OPEN:
        raise fairs.not_open()
    name = people.clean_name(name)
    phone = clean_phone(phone) if phone.strip() else ""
    values = {"id": nonce, "name": name, "email": None, "language": language, "created_at": tx.now, "needs": []}
    if await tx.insert_once(Person, values):
        await name_search.keep(tx, nonce, name)
        if not await attendees.add_by_name(tx, booth.fair_id, name, nonce):
            raise NotFound("place")
        mine = await attendees.one(tx, booth.fair_id, nonce)
        mine.person_id, mine.phone, mine.came_at = nonce, phone, tx.now
        await tx.session.flush()
    # A nonce comes from outside: one that is the id of an account, or of somebody on the list, stands for nobody here.
    await attendees.one(tx, booth.fair_id, nonce)
    place = await joining.join(tx, await tx.session.get_one(Person, nonce), booth, is_on_site=True)
    await tx.session.flush()
    return place


async def one(tx: Transaction, fair_id: uuid.UUID, place_id: uuid.UUID) -> Place:
    place = await tx.session.get(Place, place_id)
    if place is None or place.booth.fair_id != fair_id:
        raise NotFound("place")
    return place
