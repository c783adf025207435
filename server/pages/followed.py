"""One followed person: what was, what lies ahead, notes, agreed steps, and booking for them."""

from aiohttp import web

from rooms import access
from rooms.appointments import (
    booking,
    guests,
)
from rooms.appointments.appointment_types import AppointmentType
from rooms.caseload import agreed_steps, caseload, notes, suggestions
from rooms.core.events import conversation_stream
from rooms.core.transaction import Transaction
from rooms.meetings.modes import Mode
from rooms.people.people import Person
from rooms.views import followed
from server import language
from server.page_request import PageRequest
from server.pages.agreed_steps import due_on
from server.pages.appointment_times import shown_times
from server.pages.stream_heads import read_heads
from server.routes import get, post


@get("/counsel/people/{followed}")
async def person(request: PageRequest) -> web.StreamResponse:
    """One person: what was, what lies ahead, and booking for them."""
    async with request.reading() as tx:
        row = await access.followed(tx, request.actor, request.id("followed"))
        teams = await access.counsels(tx, request.actor)
        me = request.actor.known.id
        thread = await followed.thread_with(tx, me, row)
        heads = await read_heads(tx, request, *([conversation_stream(thread.id)] if thread else []))
        view = await followed.of_person(tx, me, teams, row, thread)
        booking_form = await _booking_form(tx, request, row, view.types)
    return request.render("followed.html", view, **booking_form, heads=heads)


async def _booking_form(
    tx: Transaction, request: PageRequest, row: Person, types: list[AppointmentType]
) -> dict[str, object]:
    """What was chosen so far, and the times it leads to."""
    me = request.actor.known.id
    wanted = request.typed("appointment_type") or request.query.get("appointment_type", "")
    chosen = next((each for each in types if str(each.id) == wanted), None)
    if chosen is None:
        return {"chosen": None, "guests": [], "guest": None, "shown": None}
    invitable = await guests.choices(tx, apart_from={row.id, me})
    wanted_guest = request.typed("guest") or request.query.get("guest", "")
    guest = next((each for each in invitable if each.key == wanted_guest), None)
    shown = await shown_times(tx, request, chosen, row, counsellor_id=me, guest=guest)
    return {"chosen": chosen, "guests": invitable, "guest": guest, "shown": shown}


async def _followed(tx: Transaction, request: PageRequest) -> Person:
    return await access.followed(tx, request.actor, request.id("followed"))


@post("/counsel/people/{followed}/book", again=person)
async def book_for(request: PageRequest) -> web.StreamResponse:
    """On behalf of somebody, with oneself; they get a mail or a letter to print."""
    async with request.transaction() as tx:
        row = await _followed(tx, request)
        appointment_type = await access.appointment_type(
            tx, request.actor, request.uuid("appointment_type"), for_another=True
        )
        mode = (
            Mode(request.typed("mode"))
            if request.typed("mode") in appointment_type.modes
            else Mode(appointment_type.modes[0])
        )
        me = await tx.session.get_one(Person, request.actor.known.id)
        guest = await guests.choose(tx, request.typed("guest"), apart_from={row.id, me.id})
        made = await booking.book_for(
            tx, me, row, appointment_type, mode, request.moment("begins"), request.typed("phone"), guest
        )
    return request.go(made.path, language.gettext("It is booked."))


@post("/counsel/people/{followed}/reinforced", again=person)
async def reinforce(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await _followed(tx, request)
        wanted = bool(request.typed("is_reinforced"))
        await caseload.reinforce(tx, request.actor.known.id, row.id, is_reinforced=wanted)
    return request.go(f"/counsel/people/{row.id}", language.gettext("Saved."))


@post("/counsel/people/{followed}/stop", again=person)
async def stop_following(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await _followed(tx, request)
        await caseload.stop_following(tx, request.actor.known.id, row.id)
    return request.go("/counsel/people", language.gettext("You no longer follow %(name)s.", name=row.name))


@post("/counsel/people/{followed}/email", again=person)
async def give_email(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await _followed(tx, request)
        await booking.give_email(tx, request.actor.known, row, request.typed("email"))
    said = language.gettext("Saved. What is booked already is on its way to %(email)s.", email=row.email)
    return request.go(f"/counsel/people/{row.id}", said)


@post("/counsel/people/{followed}/suggest", again=person)
async def suggest(request: PageRequest) -> web.StreamResponse:
    """Suggest a fair or one of its booths; the person reads it with a mail, and says who learns how it went."""
    async with request.transaction() as tx:
        row = await _followed(tx, request)
        me = await tx.session.get_one(Person, request.actor.known.id)
        slug, _, employer = request.typed("suggested").partition("/")
        fair = await access.fair(tx, request.actor, slug)
        booth = await access.booth(tx, request.actor, slug, employer) if employer else None
        known = await suggestions.find(tx, row.id, fair, booth)
        await suggestions.suggest(tx, me, row, fair, booth, request.typed("suggestion_words"))
    said = language.gettext("Suggested. A mail is on its way.")
    if known:
        said = language.gettext("It was suggested already: what you write about it now stands in its place.")
    if row.email is None:
        said = language.gettext("Kept. %(name)s has no e-mail address: tell them yourself.", name=row.name)
    return request.go(f"/counsel/people/{row.id}#suggestions", said)


@post("/counsel/people/{followed}/notes", again=person)
async def write_note(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.followed(tx, request.actor, request.id("followed"))
        author = await tx.session.get_one(Person, request.actor.known.id)
        await notes.write_note(tx, author, row.id, request.typed("note_kind"), request.typed("note"))
    return request.go(f"/counsel/people/{row.id}#notes", language.gettext("Saved."))


@post("/counsel/people/{followed}/steps", again=person)
async def propose_step(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.followed(tx, request.actor, request.id("followed"))
        await agreed_steps.propose(tx, request.actor.known, row.id, request.typed("step"), due_on(request))
    return request.go(f"/counsel/people/{row.id}#steps", language.gettext("Saved."))


@post("/counsel/people/{followed}/hand-over", again=person)
async def hand_over(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.followed(tx, request.actor, request.id("followed"))
        await caseload.hand_over(tx, request.actor.known.id, row.id, request.uuid("colleague"))
    return request.go("/counsel/people", language.gettext("Handed over: %(name)s.", name=row.name))
