"""A booth as candidates see it: who is here, what work there is, one button."""

from aiohttp import web

from rooms import access
from rooms.appointments import agenda, appointment_types
from rooms.appointments.appointment import Appointment
from rooms.chat import conversations, messages, questions
from rooms.core.events import conversation_stream, fair_stream
from rooms.core.transaction import Transaction
from rooms.core.uploads import DocumentKind
from rooms.fairs import booth_documents
from rooms.fairs.booths import Booth
from rooms.lines import line_status
from rooms.organisations import vacancies
from server.page_request import PageRequest
from server.pages import entrance_hall, lobby
from server.pages.stream_heads import read_heads
from server.routes import get


async def of_path(tx: Transaction, request: PageRequest, act: access.Act = access.Act.BOOTH_SEE) -> Booth:
    return await access.booth(tx, request.actor, request.path("fair"), request.path("employer"), act)


@get("/fairs/{fair}/booths/{employer}", is_shared=True)
async def booth(request: PageRequest) -> web.StreamResponse:
    waits = await entrance_hall.arrive_at(request)
    async with request.reading() as tx:
        booth = await of_path(tx, request)
        conversation = await conversations.of_booth(tx, booth.id)
        heads = await read_heads(tx, request, fair_stream(booth.fair_id), conversation_stream(conversation.id))
        jobs = (await vacancies.of_employers(tx, [booth.employer_id]))[booth.employer_id]
        mine = await lobby.mine(tx, request, booth.fair)
        files = await booth_documents.by_kind(tx, booth.id)
        relations = await access.to_booth(tx, request.actor, booth)
        return request.render(
            "booth.html",
            fair=booth.fair,
            booth=booth,
            vacancies=jobs,
            logo=next(iter(files[DocumentKind.LOGO]), None),
            video=next(iter(files[DocumentKind.VIDEO]), None),
            papers=files[DocumentKind.BOOTH],
            status=(await line_status.of_booths(tx, [booth]))[booth.id],
            place=next((position for position in mine if position.place.booth_id == booth.id), None),
            mine=mine,
            conversation=conversation,
            messages=await messages.messages_of(tx, conversation.id),
            moderates=access.allows(access.Act.CHAT_MODERATE, relations),
            is_staff=access.allows(access.Act.BOOTH_STAFF, relations),
            interviews=await appointment_types.all_of(tx, booth),
            waits_outside=waits is not None,
            booked=await _booked(tx, request, booth),
            is_member=access.allows(access.Act.BOOTH_SET_UP, relations),
            next_day=await lobby.next_day(tx, booth.fair),
            heads=heads,
        )


async def _booked(tx: Transaction, request: PageRequest, booth: Booth) -> list[Appointment]:
    """The visitor's own interviews here that lie ahead."""
    me = request.actor.person
    return [row for row in await agenda.at_booth(tx, booth.id, me.id) if row.is_ahead(tx.now)] if me else []


@get("/fairs/{fair}/booths/{employer}/question")
async def question(request: PageRequest) -> web.StreamResponse:
    """A private question: all the booth's staff see it and may answer."""
    person = request.actor.known
    async with request.transaction() as tx:
        booth = await of_path(tx, request)
        conversation = await questions.question_to(tx, booth, person)
    async with request.reading() as tx:
        heads = await read_heads(tx, request, fair_stream(booth.fair_id), conversation_stream(conversation.id))
        return request.render(
            "question.html",
            fair=booth.fair,
            booth=booth,
            conversation=conversation,
            messages=await messages.messages_of(tx, conversation.id),
            heads=heads,
        )
