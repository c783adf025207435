"""The recruiter's desk: the line, the call, the break, the questions."""

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.chat import conversations, messages, questions
from rooms.chat.conversations import ConversationKind
from rooms.core.errors import NotFound
from rooms.core.events import conversation_stream, fair_stream, line_stream
from rooms.core.transaction import Transaction
from rooms.fairs import booths, desk_presence
from rooms.fairs.booths import Booth
from rooms.lines import calls, line_status
from rooms.meetings import follow_up, meetings
from rooms.people import documents
from server import language
from server.pages.following import heads
from server.visit import Visit, get, post


@get("/desk")
async def desks(visit: Visit) -> web.StreamResponse:
    """The booths one may stand at; a single one is gone to at once."""
    person = visit.actor.known
    async with visit.reading() as tx:
        following = await heads(tx, visit)
        mine = await booths.staffed_by(tx, person.id)
    if len(mine) == 1:
        said = visit.flash()
        return visit.go(f"/desk/{mine[0].id}", said["text"] if said else None)
    return visit.page("desks.html", booths=mine, following=following)


async def _booth(tx: Transaction, visit: Visit) -> Booth:
    return await access.booth_by_id(tx, visit.actor, visit.id("booth"), Act.BOOTH_STAFF)


@get("/desk/{booth}")
async def desk(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        booth = await _booth(tx, visit)
        await desk_presence.see_desk(tx, booth.id, visit.actor.known.id)
    visit.house.hub.status.refresh({booth.id})
    async with visit.reading() as tx:
        talk = await conversations.of_booth(tx, booth.id)
        wanted = (line_stream(booth.id), fair_stream(booth.fair_id), conversation_stream(talk.id))
        following = await heads(tx, visit, *wanted)
        line = await line_status.of_line(tx, booth)
        return visit.page(
            "desk.html",
            fair=booth.fair,
            booth=booth,
            status=(await line_status.of_booths(tx, [booth]))[booth.id],
            line=line,
            cvs=await documents.cvs_of(tx, {position.place.person_id for position in line}),
            ringing=await calls.ringing_at(tx, booth.id),
            meeting=await meetings.led_now_by(tx, visit.actor.known.id),
            conversation=talk,
            messages=await messages.messages_of(tx, talk.id),
            due=await follow_up.unanswered(tx, booth.id, visit.actor.known.id),
            questions=await questions.questions_to(tx, booth.id),
            following=following,
        )


@post("/desk/{booth}/call", again=desk)
async def call(visit: Visit) -> web.StreamResponse:
    """Call the next, or the person who was chosen."""
    finish = bool(visit.typed("finish"))
    async with visit.transaction() as tx:
        booth = await _booth(tx, visit)
        if visit.typed("place"):
            place = await access.place(tx, visit.actor, visit.uuid("place"), Act.PLACE_CALL)
            await calls.call_chosen(tx, visit.actor.known, place, finish=finish)
        else:
            await calls.call_next(tx, visit.actor.known, booth, finish=finish)
    return visit.go(f"/desk/{booth.id}")


@post("/calls/{call}/withdraw")
async def withdraw(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await access.call(tx, visit.actor, visit.id("call"), Act.CALL_WITHDRAW)
        await calls.withdraw(tx, row)
        back = f"/desk/{row.place.booth_id}"
    return visit.go(back)


@post("/desk/{booth}/pause")
async def pause(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await booths.pause(tx, await _booth(tx, visit))
    return visit.go(f"/desk/{visit.id('booth')}", language.gettext("Everybody in line is told that you take a break."))


@post("/desk/{booth}/resume")
async def resume(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await booths.resume(tx, await _booth(tx, visit))
    return visit.go(f"/desk/{visit.id('booth')}")


@get("/desk/{booth}/questions/{conversation}")
async def question(visit: Visit) -> web.StreamResponse:
    """A private question, read and answered by any of the staff."""
    async with visit.reading() as tx:
        booth = await _booth(tx, visit)
        row, _ = await access.conversation(tx, visit.actor, visit.id("conversation"))
        if row.kind is not ConversationKind.QUESTION or row.subject != booth.id:
            raise NotFound("conversation")
        following = await heads(tx, visit, fair_stream(booth.fair_id), conversation_stream(row.id))
        written = await messages.messages_of(tx, row.id)
    return visit.page(
        "question.html", fair=booth.fair, booth=booth, conversation=row, messages=written, following=following
    )


@get("/desk/{booth}/talks")
async def talks(visit: Visit) -> web.StreamResponse:
    """The talks held at this booth, and the answers that are due."""
    async with visit.reading() as tx:
        booth = await _booth(tx, visit)
        following = await heads(tx, visit, fair_stream(booth.fair_id))
        rows = await follow_up.of_booth(tx, booth.id)
    return visit.page("desk_talks.html", fair=booth.fair, booth=booth, talks=rows, following=following)
