"""Booking, step one of three: what for, and how."""

from aiohttp import web

from rooms.appointments import choices
from rooms.organisations import agencies, referents
from rooms.people import people
from rooms.people.people import Person
from server.page_request import PageRequest
from server.pages.stream_heads import read_heads
from server.routes import get, post


@get("/appointments/new")
async def choose_type(request: PageRequest) -> web.StreamResponse:
    """Step one of three: what for, and how."""
    person = request.actor.known
    async with request.reading() as tx:
        heads = await read_heads(tx, request)
        types = await choices.types_for(tx, person)
        known = await agencies.all_agencies(tx)
        is_followed = await referents.referent_of(tx, person.id) is not None
    asks_where = not is_followed and any(each.area for each in known)
    return request.render(
        "appointment_choice.html", agencies=types, asks_where=asks_where, postcode=person.postcode,
        elsewhere=[each for each in known if each.phone], heads=heads,
    )  # fmt: skip


@post("/appointments/where", again=choose_type)
async def live_at(request: PageRequest) -> web.StreamResponse:
    """The postcode says which agency serves somebody."""
    async with request.transaction() as tx:
        person = await tx.session.get_one(Person, request.actor.known.id)
        await people.live_at(tx, person, request.typed("postcode"))
    return request.go("/appointments/new")
