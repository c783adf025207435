"""The recruiter's desk: the line, the call, the break, the questions."""

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.appointments import agenda
from rooms.chat import conversations, messages, questions
from rooms.chat.conversations import ConversationKind
from rooms.core.errors import NotFound
from rooms.core.events import conversation_stream, fair_stream, line_stream
from rooms.core.transaction import Transaction
from rooms.fairs import booth_staff, booths, desk_presence, job_applications, registration_questions
from rooms.fairs.booths import Booth
from rooms.lines import calls, line_status
from rooms.meetings import follow_up, under_way
from rooms.people import documents
from server import language
from server.page_request import PageRequest
from server.pages.stream_heads import read_heads
from server.routes import get, post


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
            answered=await registration_questions.shown_to_recruiters(
                tx, booth.fair_id, {position.place.person_id for position in line}
            ),
            cvs=await documents.cvs_of(tx, {position.place.person_id for position in line}),
            ringing=await calls.ringing_at(tx, booth.id),
            meeting=await under_way.led_now_by(tx, request.actor.known.id),
            conversation=conversation,
            messages=await messages.messages_of(tx, conversation.id),
            interviews=await agenda.next_at_booth(tx, booth.id, request.actor.known.id),
            due=await follow_up.unanswered(tx, booth.id, request.actor.known.id),
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


@post("/desk/{booth}/pause")
async def pause(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await booths.pause(tx, await _booth(tx, request))
    return request.go(
        f"/desk/{request.id('booth')}", language.gettext("Everybody in line is told that you take a break.")
    )


@post("/desk/{booth}/resume")
async def resume(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await booths.resume(tx, await _booth(tx, request))
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
