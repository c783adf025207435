"""The recruiter's desk: the line, the call, the break, the questions."""

from collections.abc import Mapping, Sequence
from typing import TypedDict
from uuid import UUID

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.appointments import agenda
from rooms.chat import conversations, messages, questions
from rooms.chat.conversations import ConversationKind
from rooms.core.errors import N_, NotFound, Refused
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
from rooms.fairs.fairs import FairState
from rooms.fairs.registration_questions import Answered
from rooms.lines import calls, line_status, referrals
from rooms.lines.places import Place
from rooms.lines.referrals import Referral
from rooms.meetings import follow_up, under_way
from rooms.meetings.meeting import Meeting
from rooms.organisations.vacancies import Vacancy
from rooms.people import documents
from rooms.people.documents import Document
from rooms.people.people import Person
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


async def booth_of(tx: Transaction, request: PageRequest) -> Booth:
    """Whoever is taken off the booth while its desk is open is told so."""
    try:
        return await access.booth_by_id(tx, request.actor, request.id("booth"), Act.BOOTH_STAFF)
    except Refused:
        message = N_("You do not stand at this booth, or no longer: its owner chooses who does.")
        raise Refused("booth.not_staff", message) from None


async def _see(request: PageRequest) -> None:
    """Somebody has opened the desk; what a script fetches again says nothing of that."""
    async with request.transaction() as tx:
        booth = await booth_of(tx, request)
        await desk_presence.see_desk(tx, booth.id, request.actor.known.id)
    request.services.hub.status.refresh({booth.id})


class About(TypedDict):
    """What the rows of a line say beside the person: what they answered, their CVs, the jobs for which they come, and
    who sent them."""

    answered: Mapping[UUID, Sequence[Answered]]
    cvs: Mapping[UUID, Document]
    wanted: Mapping[UUID, Vacancy]
    sent_on: Mapping[UUID, Referral]


async def _about(tx: Transaction, booth: Booth, held: Sequence[Place]) -> About:
    people = {place.person_id for place in held if not place.is_hidden}
    jobs = await tx.rows(Vacancy, {place.vacancy_id for place in held if place.vacancy_id})
    return About(
        answered=await registration_answers.shown_to_recruiters(tx, booth.fair_id, people),
        cvs=await documents.cvs_of(tx, people),
        wanted={row.id: row for row in jobs},
        sent_on=await referrals.to_places(tx, {place.id for place in held}),
    )


@get("/desk/{booth}")
async def desk(request: PageRequest) -> web.StreamResponse:
    if not request.is_fresh_part:
        await _see(request)
    async with request.reading() as tx:
        booth = await booth_of(tx, request)
        conversation = await conversations.of_booth(tx, booth.id)
        wanted = (line_stream(booth.id), fair_stream(booth.fair_id), conversation_stream(conversation.id))
        heads = await read_heads(tx, request, *wanted)
        line = await line_status.of_line(tx, booth)
        others = [
            each
            for each in await booth_staff.staffed_by(tx, request.actor.known.id)
            if each.id != booth.id and each.fair.state is FairState.OPEN
        ]
        statuses = await line_status.of_booths(tx, [booth, *others])
        due = await follow_up.unanswered(tx, booth.id)
        return request.render(
            "desk.html",
            fair=booth.fair,
            booth=booth,
            status=statuses[booth.id],
            others=[(each, statuses[each.id]) for each in others],
            line=line,
            next=line_status.next_for(line, request.actor.known.id),
            **await _about(tx, booth, [position.place for position in line]),
            ringing=await calls.ringing_at(tx, booth.id),
            meeting=await under_way.led_now_by(tx, request.actor.known.id),
            conversation=conversation,
            messages=await messages.messages_of(tx, conversation.id),
            interviews=await agenda.next_at_booth(tx, booth.id, request.actor.known.id),
            due=due,
            owed_by=await owed_by_of(tx, booth, due),
            on_break=await desk_presence.on_break(tx, booth.id),
            questions=await questions.questions_to(tx, booth.id),
            applied=await job_applications.count_open(tx, booth.id),
            heads=heads,
        )


async def owed_by_of(tx: Transaction, booth: Booth, due: Sequence[Meeting]) -> dict[UUID, Person | None]:
    """Who is to answer each of these talks of the booth; None where they stand there no longer."""
    staff = {person.id: person for person in await booth_staff.staff_of(tx, booth.id)}
    return {row.id: staff.get(follow_up.owed_by(row)) for row in due}


@post("/desk/{booth}/call", again=desk)
async def call(request: PageRequest) -> web.StreamResponse:
    """Call the next, or the person who was chosen."""
    finish = bool(request.typed("finish"))
    async with request.transaction() as tx:
        booth = await booth_of(tx, request)
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
        await booths.pause(tx, await booth_of(tx, request), minutes)
    return request.go(
        f"/desk/{request.id('booth')}", language.gettext("Everybody in line is told that you take a break.")
    )


@post("/desk/{booth}/resume")
async def resume(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await booths.resume(tx, await booth_of(tx, request))
    return request.go(f"/desk/{request.id('booth')}")


@post("/desk/{booth}/break", again=desk)
async def take_break(request: PageRequest) -> web.StreamResponse:
    """One recruiter is away for a while; the booth goes on."""
    async with request.transaction() as tx:
        booth = await booth_of(tx, request)
        await desk_presence.take_break(tx, booth.id, request.actor.known.id, request.number("minutes", 0))
    request.services.hub.status.refresh({booth.id})
    return request.go(f"/desk/{request.id('booth')}", language.gettext("You are not counted as here meanwhile."))


@post("/desk/{booth}/break/end")
async def end_break(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        booth = await booth_of(tx, request)
        await desk_presence.end_break(tx, booth.id, request.actor.known.id)
    request.services.hub.status.refresh({booth.id})
    return request.go(f"/desk/{request.id('booth')}")


@get("/desk/{booth}/questions/{conversation}")
async def question(request: PageRequest) -> web.StreamResponse:
    """A private question, read and answered by any of the staff."""
    async with request.reading() as tx:
        booth = await booth_of(tx, request)
        row, _ = await access.conversation(tx, request.actor, request.id("conversation"))
        if row.kind is not ConversationKind.QUESTION or row.booth_id != booth.id:
            raise NotFound("conversation")
        heads = await read_heads(tx, request, fair_stream(booth.fair_id), conversation_stream(row.id))
        written = await messages.messages_of(tx, row.id)
    return request.render(
        "question.html", fair=booth.fair, booth=booth, conversation=row, messages=written, heads=heads
    )
