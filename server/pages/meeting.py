"""The meeting's page, and what the recruiter writes during and after it."""

from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from rooms import access
from rooms.access import Act
from rooms.appointments import room
from rooms.core.errors import N_, Invalid
from rooms.core.events import conversation_stream, fair_stream, line_stream, meeting_stream
from rooms.core.transaction import Transaction
from rooms.meetings import answer_templates, follow_up, meetings, reopening
from rooms.meetings.meeting import Meeting, MeetingState, NextStep
from rooms.meetings.modes import Mode
from rooms.people.people import Person
from rooms.views import scorecard
from rooms.views.meeting import MeetingView, of_meeting
from server import edits, language
from server.edits import Shown
from server.page_request import PageRequest
from server.pages import answer_form
from server.pages.scorecard_form import has_marks, marks_shown, note_marks
from server.pages.stream_heads import read_heads
from server.routes import get, post
from signaling.meetings import MeetingSnapshot
from signaling.snapshots import meeting_snapshot


class Partner(BaseModel):
    """One of those whom one meets, and the channel that the pair's signals name."""

    person_id: UUID
    name: str
    is_simulated: bool
    channel_id: UUID


class Start(BaseModel):
    """What the page's scripts start from."""

    meeting_id: UUID
    me: UUID
    other: Partner
    third: Partner | None
    leads: bool
    looks: bool
    """Whether pages are looked at together: the guest has no part in it."""
    is_recorded: bool
    """What the connection did is recorded of the two whom the appointment is between."""
    first_page: str
    snapshot: MeetingSnapshot


@get("/meetings/{meeting}")
async def meeting(request: PageRequest) -> web.StreamResponse:
    """The waiting room and the talk; afterwards, what comes next."""
    async with request.reading() as tx:
        row = await access.meeting(tx, request.actor, request.id("meeting"))
        me = request.actor.known
        thread = await room.conversation_of(tx, row)
        wanted = [meeting_stream(row.id), conversation_stream(thread.id)]
        if row.booth:
            leads = row.led_by_id == me.id
            wanted += [fair_stream(row.booth.fair_id), *([line_stream(row.booth.id)] if leads else [])]
        heads = await read_heads(tx, request, *wanted)
        view = await of_meeting(tx, row, me, thread)
        start = _start(request, view, await meeting_snapshot(tx, row.id))
        speaks_for = view.booth.employer_id if view.leads and view.booth and row.state is MeetingState.ENDED else None
        ready = await answer_form.ready(tx, request, speaks_for, row)
        answered_by = (
            await tx.session.get(Person, row.follow_up.answered_by_id) if row.follow_up.answered_by_id else None
        )
        marked = await scorecard.of_talk(tx, row, me) if speaks_for else ()
    if row.is_over and row.appointment_id and not speaks_for:
        return request.go(f"/appointments/{row.appointment_id}")
    template = "after.html" if row.is_over else "at_table.html" if row.is_at_table else "meeting.html"
    return request.render(
        template,
        view,
        start=start.model_dump_json(),
        shown={**_answered(row), **marks_shown(marked)} if row.is_over else _notes(row),
        scorecard=marked,
        answered_by=answered_by,
        **ready,
        heads=heads,
    )


def _first_page(request: PageRequest, view: MeetingView) -> str:
    """What is shown first when a page is looked at together: a recruiter has no business with one's appointments, and
    whoever came by a link sees but this one."""
    if request.actor.link:
        return f"/appointments/{view.meeting.appointment_id}"
    return view.booth.path if view.booth else "/appointments"


def _start(request: PageRequest, view: MeetingView, snapshot: MeetingSnapshot) -> Start:
    row, me = view.meeting, request.actor.known.id
    other, *third = (
        Partner(person_id=each.id, name=each.name, is_simulated=each.is_simulated, channel_id=row.channel(me, each.id))
        for each in row.others(me)
    )
    return Start(
        meeting_id=row.id,
        me=me,
        other=other,
        third=third[0] if third else None,
        leads=view.leads,
        looks=not view.is_guest,
        is_recorded=row.appointment_id is not None and not view.is_guest,
        first_page=_first_page(request, view),
        snapshot=snapshot,
    )


@post("/meetings/{meeting}/mode", again=meeting)
async def step(request: PageRequest) -> web.StreamResponse:
    """Go on in another way, for browsers without scripts too."""
    wanted = request.typed("mode")
    if wanted not in list(Mode):
        raise Invalid("mode.unknown", N_("Please choose how to meet."), field="mode")
    async with request.transaction() as tx:
        row = await access.meeting(tx, request.actor, request.id("meeting"), lock=True)
        await room.change_mode(tx, row, request.actor.known, Mode(wanted), request.typed("phone"))
    return request.go(row.path)


@post("/meetings/{meeting}/go-in", again=meeting)
async def go_in(request: PageRequest) -> web.StreamResponse:
    """For browsers without scripts: one talks in writing."""
    async with request.transaction() as tx:
        row = await access.meeting(tx, request.actor, request.id("meeting"), lock=True)
        await meetings.go_in(tx, request.actor.known, row)
    return request.go(f"{row.path}#chat")


@post("/meetings/{meeting}/leave")
async def leave(request: PageRequest) -> web.StreamResponse:
    """Whoever does not lead goes, and may come back."""
    async with request.transaction() as tx:
        row = await access.meeting(tx, request.actor, request.id("meeting"), lock=True)
        await meetings.go_out(tx, request.actor.known, row)
        has_way_back = not row.is_over and request.actor.known.id in row.gone_out
    if row.appointment_id:
        back = f"/appointments/{row.appointment_id}"
    else:
        back = f"/me/talks#talk-{row.id}" if has_way_back else row.path
    said = language.gettext("You have left. If it was a mistake, go back in: the talk waits for five minutes.")
    if request.actor.known.id == row.guest_id:
        said = language.gettext("You have left. You can go back in as long as the two others talk.")
    return request.go(back, said if has_way_back else None)


@post("/meetings/{meeting}/end")
async def end(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.meeting(tx, request.actor, request.id("meeting"), Act.MEETING_END, lock=True)
        await meetings.end(tx, row)
    return request.go(row.path)


class KeptNotes(BaseModel):
    """What stands now, for the script that saves while one types."""

    notes: str
    version: str


def _kept(row: Meeting) -> KeptNotes:
    return KeptNotes(notes=row.follow_up.notes, version=edits.version(_notes(row)))


def _notes(row: Meeting) -> Shown:
    return {"notes": row.follow_up.notes}


def _answered(row: Meeting) -> Shown:
    """The notes, and the answer once it is sent: until then the next step is only what the recruiter has in mind."""
    written = row.follow_up
    step = written.next_step.value if written.next_step and written.answered_at else ""
    return {**_notes(row), "next_step": step, "answer": written.answer}


async def _beside(tx: Transaction, request: PageRequest, row: Meeting) -> Shown:
    """What the form after a talk shows beside the notes, as far as this form has it: the answer as it stands, marks."""
    if "answer" not in request.form and not has_marks(request):
        return {}
    marked = await scorecard.of_talk(tx, row, request.actor.known)
    shown: dict[str, str | tuple[str, ...]] = {"answer": row.follow_up.answer, **marks_shown(marked)}
    return {name: value for name, value in shown.items() if name in request.form}


def _draft(request: PageRequest) -> str | None:
    """The answer as far as it is written, where the form has it."""
    return request.typed("answer") if "answer" in request.form else None


@post("/meetings/{meeting}/notes", again=meeting)
async def write_notes(request: PageRequest) -> web.StreamResponse:
    is_script = request.http.headers.get("Accept") == "application/json"
    async with request.transaction() as tx:
        shown = await access.meeting(tx, request.actor, request.id("meeting"), Act.MEETING_LEAD, lock=True)
        row = await room.latest_of(tx, shown)
        await tx.lock(row.follow_up)
        stands = edits.version(_notes(row))
        if any(edits.version({"notes": sent}) == stands for sent in request.ticked("sent")):
            # What stands is what this page had sent, and whose answer it did not hear.
            edits.compared(request, _notes(row))
        typed = request.typed("notes")
        try:
            edits.merge(request, {**_notes(row), **await _beside(tx, request, row)})
        except edits.Overtaken:
            if not is_script:
                raise
            return web.json_response(_kept(row).model_dump(), status=409)
        step = request.typed("next_step")
        kept = NextStep(step) if step in list(NextStep) else None
        await follow_up.note(tx, row, request.typed("notes"), kept, _draft(request))
        await note_marks(tx, request, row)
        await tx.session.flush()
        edits.compared(request, {**_notes(row), **await _beside(tx, request, row)})
    if is_script:
        # What only another tab has changed stands as it is, and this page shows it.
        status = 200 if request.typed("notes") == typed else 409
        return web.json_response(_kept(row).model_dump(), status=status)
    return await request.stay(meeting, shown.path, language.gettext("Notes saved."))


@post("/meetings/{meeting}/reopen", again=meeting)
async def reopen(request: PageRequest) -> web.StreamResponse:
    """Take a talk up again that was ended by mistake; what was noted on the page meanwhile is kept."""
    async with request.transaction() as tx:
        row = await access.meeting(tx, request.actor, request.id("meeting"), Act.MEETING_END, lock=True)
        if "notes" in request.form:
            await tx.lock(row.follow_up)
            edits.merge(request, {**_answered(row), **await _beside(tx, request, row)})
            step = request.typed("next_step")
            kept = NextStep(step) if step in list(NextStep) else None
            await follow_up.note(tx, row, request.typed("notes"), kept, _draft(request))
            await note_marks(tx, request, row)
        await reopening.reopen(tx, row)
    return request.go(row.path)


@post("/meetings/{meeting}/answer", again=meeting)
async def answer(request: PageRequest) -> web.StreamResponse:
    answer_form.next_step(request)
    async with request.transaction() as tx:
        row = await access.meeting(tx, request.actor, request.id("meeting"), Act.MEETING_LEAD, lock=True)
        await tx.lock(row.follow_up)
        edits.merge(request, {**_answered(row), **await _beside(tx, request, row)})
        if "notes" in request.form:
            await follow_up.note(tx, row, request.typed("notes"))
        await note_marks(tx, request, row)
        await follow_up.answer(
            tx,
            row,
            answer_form.next_step(request),
            answer_templates.filled(request.typed("answer"), row),
            request.actor.known,
        )
        back = row.employers_booth.desk_path if row.employers_booth else row.path
    return request.go(back, language.gettext("The answer is on its way to %(name)s.", name=row.candidate.name))
