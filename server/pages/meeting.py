"""The meeting's page, and what the recruiter writes during and after it."""

import json

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.appointments import papers, room
from rooms.appointments.appointment import Appointment
from rooms.chat import messages
from rooms.core.errors import N_, Invalid
from rooms.core.events import conversation_stream, fair_stream, line_stream, meeting_stream
from rooms.core.transaction import Transaction
from rooms.lines import line_status, talks
from rooms.lines.line_status import Position
from rooms.meetings import cobrowsing, follow_up, meetings
from rooms.meetings.cobrowsing import Cobrowsing
from rooms.meetings.meeting import Meeting, NextStep
from rooms.meetings.modes import Mode
from rooms.people import documents
from server import language
from server.page_request import PageRequest, get, post
from server.pages.stream_heads import read_heads


@get("/meetings/{meeting}")
async def meeting(request: PageRequest) -> web.StreamResponse:
    """The waiting room and the talk; afterwards, what comes next."""
    async with request.reading() as tx:
        row = await access.meeting(tx, request.actor, request.id("meeting"))
        conversation = await room.conversation_of(tx, row)
        leads = row.led_by_id == request.actor.known.id
        wanted = [meeting_stream(row.id), conversation_stream(conversation.id)]
        if row.booth:
            wanted += [fair_stream(row.booth.fair_id), *([line_stream(row.booth.id)] if leads else [])]
        heads = await read_heads(tx, request, *wanted)
        appointment = await room.appointment_of(tx, row)
        place = await talks.place_of(tx, row)
        line = await line_status.of_line(tx, row.booth) if leads and row.booth else []
        values = {
            "meeting": row,
            "appointment": appointment,
            "place": place,
            "fair": row.booth.fair if row.booth else None,
            "leads": leads,
            "other": row.others(request.actor.known.id)[0],
            "third": next(iter(row.others(request.actor.known.id)[1:]), None),
            "is_guest": request.actor.is_person(row.guest_id),
            "conversation": conversation,
            "cv": await _cv(tx, row, appointment) if leads else None,
            "messages": await messages.messages_of(tx, conversation.id),
            "next_in_line": next((position for position in line if position.can_be_called), None),
            "people_in_line": json.dumps({str(position.place.id): _waiting(position) for position in line}),
            "heads": heads,
            "papers": await papers.of_appointment(tx, row.appointment_id) if row.appointment_id else [],
            "names": {person.id: person.name for person in row.people},
            "modes": [mode.value for mode in room.modes_of(row)],
            "live": json.dumps(_live(request, row, appointment, await cobrowsing.of_meeting(tx, row.id))),
        }
    if row.is_over and row.appointment_id:
        return request.go(f"/appointments/{row.appointment_id}")
    return request.render("after.html" if row.is_over else "meeting.html", **values)


async def _cv(tx: Transaction, row: Meeting, appointment: Appointment | None) -> documents.Document | None:
    """The CV is shown to employers; to a counsellor somebody passes the paper they choose."""
    if row.booth is None and not (appointment and appointment.is_interview):
        return None
    return (await documents.cvs_of(tx, {row.candidate_id})).get(row.candidate_id)


def _waiting(position: Position) -> dict[str, str]:
    person = position.place.person
    return {"name": person.name, "seeks": person.seeks, "initials": person.initials}


def _first_page(request: PageRequest, row: Meeting, appointment: Appointment | None) -> str:
    """What is shown first when a page is looked at together: a recruiter has no business with one's appointments, and
    whoever came by a link sees but this one."""
    if request.actor.link:
        return f"/appointments/{row.appointment_id}"
    booth = row.booth or (appointment.appointment_type.booth if appointment else None)
    return f"/fairs/{booth.fair.slug}/booths/{booth.employer.slug}" if booth else "/appointments"


def _live(
    request: PageRequest, row: Meeting, appointment: Appointment | None, shown: Cobrowsing | None
) -> dict[str, object]:
    """What the page's scripts start from."""
    me = request.actor.known.id
    other, *third = row.others(me)
    return {
        "meeting_id": str(row.id),
        "me": str(me),
        "other_id": str(other.id),
        "channel_id": str(row.channel(me, other.id)),
        "otherName": other.name,
        "firstPage": _first_page(request, row, appointment),
        "otherIsSimulated": other.is_simulated,
        "third": {
            "id": str(third[0].id),
            "name": third[0].name,
            "isIn": third[0].id in row.gone_in,
            "channel_id": str(row.channel(me, third[0].id)),
        }
        if third
        else None,
        "looks": row.guest_id != me,
        "leads": me == row.led_by_id,
        "mode": row.mode.value,
        "phone": appointment.phone if appointment else "",
        "cobrowsing": {"owner_id": str(shown.owner_id), "mayFill": shown.may_fill} if shown else None,
        # What the connection did is recorded of the two whom the appointment is between.
        "isAppointment": row.appointment_id is not None and me != row.guest_id,
        "iAmIn": me in row.gone_in,
        "otherIsIn": other.id in row.gone_in,
        "plannedEndAt": row.planned_end_at.isoformat() if row.planned_end_at else None,
    }


@post("/meetings/{meeting}/mode", again=meeting)
async def step(request: PageRequest) -> web.StreamResponse:
    """Go on in another way, for browsers without scripts too."""
    wanted = request.typed("mode")
    if wanted not in list(Mode):
        raise Invalid("mode.unknown", N_("Please choose how to meet."), field="mode")
    async with request.transaction() as tx:
        row = await access.meeting(tx, request.actor, request.id("meeting"), lock=True)
        await room.change_mode(tx, row, request.actor.known, Mode(wanted), request.typed("phone"))
    return request.go(f"/meetings/{row.id}")


@post("/meetings/{meeting}/leave")
async def leave(request: PageRequest) -> web.StreamResponse:
    """A guest goes, and the two others go on."""
    async with request.transaction() as tx:
        row = await access.meeting(tx, request.actor, request.id("meeting"), lock=True)
        await meetings.go_out(tx, request.actor.known, row)
    return request.go(f"/appointments/{row.appointment_id}" if row.appointment_id else f"/meetings/{row.id}")


@post("/meetings/{meeting}/end")
async def end(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.meeting(tx, request.actor, request.id("meeting"), Act.MEETING_END, lock=True)
        await meetings.end(tx, row)
    return request.go(f"/appointments/{row.appointment_id}" if row.appointment_id else f"/meetings/{row.id}")


@post("/meetings/{meeting}/notes", again=meeting)
async def write_notes(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.meeting(tx, request.actor, request.id("meeting"), Act.MEETING_LEAD, lock=True)
        step = request.typed("next_step")
        await follow_up.note(tx, row, request.typed("notes"), NextStep(step) if step in list(NextStep) else None)
    if request.http.headers.get("Accept") == "application/json":
        return web.json_response({"ok": True})
    return request.go(f"/meetings/{request.id('meeting')}", language.gettext("Saved."))


@post("/meetings/{meeting}/answer", again=meeting)
async def answer(request: PageRequest) -> web.StreamResponse:
    step = request.typed("next_step")
    if step not in list(NextStep):
        raise Invalid("next_step.missing", N_("Please choose what comes next."), field="next_step")
    async with request.transaction() as tx:
        row = await access.meeting(tx, request.actor, request.id("meeting"), Act.MEETING_LEAD, lock=True)
        await follow_up.answer(tx, row, NextStep(step), request.typed("answer"))
        back = f"/desk/{row.booth_id}"
    return request.go(back, language.gettext("The answer is on its way to %(name)s.", name=row.candidate.name))
