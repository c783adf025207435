"""The recruiter's desk: the line, the call, the break, the questions."""

import asyncio

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.appointments import agenda
from rooms.chat import conversations, messages, questions
from rooms.chat.conversations import ConversationKind
from rooms.core.errors import N_, Invalid, NotFound
from rooms.core.events import conversation_stream, fair_stream, line_stream
from rooms.core.transaction import Transaction
from rooms.fairs import (
    booth_staff,
    booths,
    desk_presence,
    job_applications,
    registration_answers,
)
from rooms.fairs.booths import Booth
from rooms.lines import calls, line_status
from rooms.meetings import follow_up, under_way
from rooms.meetings.meeting import Meeting, NextStep
from rooms.people import documents
from server import language, tables, words
from server.page_request import PageRequest
from server.pages.stream_heads import read_heads
from server.routes import get, post

NOTE_HEADS = (N_("Candidate"), N_("When"), N_("Notes"), N_("Next step"), N_("Answer"))


@get("/desk")
async def desks(request: PageRequest) -> web.StreamResponse:
    """The booths one may stand at; a single one is gone to at once."""
    person = request.actor.known
    async with request.reading() as tx:
        heads = await read_heads(tx, request)
        mine = await booth_staff.staffed_by(tx, person.id)
    if len(mine) == 1:
        said = request.flash()
        return request.go(f"/desk/{mine[0].id}", said["text"] if said else None)
    return request.render("desks.html", booths=mine, heads=heads)


async def _booth(tx: Transaction, request: PageRequest) -> Booth:
    return await access.booth_by_id(tx, request.actor, request.id("booth"), Act.BOOTH_STAFF)


async def _see(request: PageRequest) -> None:
    """Somebody has opened the desk; what a script fetches again says nothing of that."""
    async with request.transaction() as tx:
        booth = await _booth(tx, request)
        await desk_presence.see_desk(tx, booth.id, request.actor.known.id)
    request.services.hub.status.refresh({booth.id})


@get("/desk/{booth}")
async def desk(request: PageRequest) -> web.StreamResponse:
    if not request.is_fresh_part:
        await _see(request)
    async with request.reading() as tx:
        booth = await _booth(tx, request)
        conversation = await conversations.of_booth(tx, booth.id)
        wanted = (line_stream(booth.id), fair_stream(booth.fair_id), conversation_stream(conversation.id))
        heads = await read_heads(tx, request, *wanted)
        line = await line_status.of_line(tx, booth)
        return request.render(
            "desk.html",
            fair=booth.fair,
            booth=booth,
            status=(await line_status.of_booths(tx, [booth]))[booth.id],
            line=line,
            answered=await registration_answers.shown_to_recruiters(
                tx, booth.fair_id, {position.place.person_id for position in line}
            ),
            cvs=await documents.cvs_of(tx, {position.place.person_id for position in line}),
            ringing=await calls.ringing_at(tx, booth.id),
            meeting=await under_way.led_now_by(tx, request.actor.known.id),
            conversation=conversation,
            messages=await messages.messages_of(tx, conversation.id),
            interviews=await agenda.next_at_booth(tx, booth.id, request.actor.known.id),
            due=await follow_up.unanswered(tx, booth.id),
            on_break=await desk_presence.on_break(tx, booth.id),
            questions=await questions.questions_to(tx, booth.id),
            applied=await job_applications.count_open(tx, booth.id),
            heads=heads,
        )


@post("/desk/{booth}/call", again=desk)
async def call(request: PageRequest) -> web.StreamResponse:
    """Call the next, or the person who was chosen."""
    finish = bool(request.typed("finish"))
    async with request.transaction() as tx:
        booth = await _booth(tx, request)
        if request.typed("place"):
            place = await access.place(tx, request.actor, request.uuid("place"), Act.PLACE_CALL)
            await calls.call_chosen(tx, request.actor.known, place, finish=finish)
        else:
            await calls.call_next(tx, request.actor.known, booth, finish=finish)
    return request.go(booth.desk_path)


@post("/calls/{call}/withdraw")
async def withdraw(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.call(tx, request.actor, request.id("call"), Act.CALL_WITHDRAW)
        await calls.withdraw(tx, row)
        back = f"/desk/{row.place.booth_id}"
    return request.go(back)


@post("/desk/{booth}/pause", again=desk)
async def pause(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        minutes = request.number("minutes", 0) if request.typed("minutes") else None
        await booths.pause(tx, await _booth(tx, request), minutes)
    return request.go(
        f"/desk/{request.id('booth')}", language.gettext("Everybody in line is told that you take a break.")
    )


@post("/desk/{booth}/resume")
async def resume(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await booths.resume(tx, await _booth(tx, request))
    return request.go(f"/desk/{request.id('booth')}")


@post("/desk/{booth}/break", again=desk)
async def take_break(request: PageRequest) -> web.StreamResponse:
    """One recruiter is away for a while; the booth goes on."""
    async with request.transaction() as tx:
        booth = await _booth(tx, request)
        await desk_presence.take_break(tx, booth.id, request.actor.known.id, request.number("minutes", 0))
    request.services.hub.status.refresh({booth.id})
    return request.go(f"/desk/{request.id('booth')}", language.gettext("You are not counted as here meanwhile."))


@post("/desk/{booth}/break/end")
async def end_break(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        booth = await _booth(tx, request)
        await desk_presence.end_break(tx, booth.id, request.actor.known.id)
    request.services.hub.status.refresh({booth.id})
    return request.go(f"/desk/{request.id('booth')}")


@get("/desk/{booth}/questions/{conversation}")
async def question(request: PageRequest) -> web.StreamResponse:
    """A private question, read and answered by any of the staff."""
    async with request.reading() as tx:
        booth = await _booth(tx, request)
        row, _ = await access.conversation(tx, request.actor, request.id("conversation"))
        if row.kind is not ConversationKind.QUESTION or row.booth_id != booth.id:
            raise NotFound("conversation")
        heads = await read_heads(tx, request, fair_stream(booth.fair_id), conversation_stream(row.id))
        written = await messages.messages_of(tx, row.id)
    return request.render(
        "question.html", fair=booth.fair, booth=booth, conversation=row, messages=written, heads=heads
    )


@get("/desk/{booth}/talks")
async def talks(request: PageRequest) -> web.StreamResponse:
    """The talks held at this booth, and the answers that are due."""
    async with request.reading() as tx:
        booth = await _booth(tx, request)
        heads = await read_heads(tx, request, fair_stream(booth.fair_id))
        rows = await follow_up.of_booth(tx, booth.id)
    return request.render("desk_talks.html", fair=booth.fair, booth=booth, talks=rows, heads=heads)


@get("/desk/{booth}/talks/{talk}")
async def talk(request: PageRequest) -> web.StreamResponse:
    """A talk that a colleague held: its answer belongs to the booth, its notes to whoever wrote them."""
    async with request.reading() as tx:
        booth = await _booth(tx, request)
        row = await follow_up.held_at(tx, booth.id, request.id("talk"))
        if row.led_by_id == request.actor.known.id:
            return request.go(row.path)
        heads = await read_heads(tx, request, fair_stream(booth.fair_id))
        return request.render("desk_talk.html", fair=booth.fair, booth=booth, talk=row, heads=heads)


@post("/desk/{booth}/talks/{talk}", again=talk)
async def answer_for_booth(request: PageRequest) -> web.StreamResponse:
    if request.typed("next_step") not in list(NextStep):
        raise Invalid("next_step.missing", N_("Please choose what comes next."), field="next_step")
    async with request.transaction() as tx:
        booth = await _booth(tx, request)
        row = await follow_up.held_at(tx, booth.id, request.id("talk"))
        await tx.lock(row.follow_up)
        step = NextStep(request.typed("next_step"))
        await follow_up.answer(tx, row, step, request.typed("answer"), request.actor.known)
    said = language.gettext("The answer is on its way to %(name)s.", name=row.candidate.name)
    return request.go(f"/desk/{request.id('booth')}/talks", said)


@get("/desk/{booth}/notes")
async def notes(request: PageRequest) -> web.StreamResponse:
    """One's own talks and notes, to take away."""
    async with request.reading() as tx:
        booth = await _booth(tx, request)
        rows = await follow_up.notes_of(tx, booth.id, request.actor.known.id)
        table = tables.Table(
            booth.employer.name,
            [language.gettext(head) for head in NOTE_HEADS],
            [_noted(row, booth) for row in rows],
        )
    name = f"{booth.fair.slug}-{booth.employer.slug}"
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', "Cache-Control": "no-store"}
    content = await asyncio.to_thread(tables.as_xlsx, [table])
    return web.Response(body=content, content_type=tables.XLSX, headers=headers)


def _noted(row: Meeting, booth: Booth) -> list[str]:
    written = row.follow_up
    step = words.label(written.next_step.value) if written.next_step and written.answered_at else ""
    return [row.candidate.name, language.moment(row.opened_at, booth.fair.zone), written.notes, step, written.answer]
