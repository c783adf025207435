"""A booth as candidates see it: who is here, what work there is, one button."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from rooms import access
from rooms.appointments import agenda, appointment_types
from rooms.appointments.appointment import Appointment
from rooms.appointments.appointment_types import AppointmentType
from rooms.chat import conversations, messages, questions
from rooms.chat.conversations import Conversation
from rooms.chat.messages import Message
from rooms.core import streams
from rooms.core.errors import NotFound
from rooms.core.events import conversation_stream, fair_stream
from rooms.core.streams import Head
from rooms.core.transaction import Transaction
from rooms.core.uploads import DocumentKind
from rooms.fairs import admission, attendees, booth_documents, booths
from rooms.fairs.booths import Booth
from rooms.fairs.schedule import FairDay
from rooms.lines import line_status
from rooms.lines.line_status import LineStatus
from rooms.organisations import vacancies
from rooms.organisations.vacancies import Vacancy
from rooms.people.documents import Document
from server.page_request import PageRequest
from server.pages import entrance_hall, lobby
from server.pages.stream_heads import read_heads
from server.routes import get


async def of_path(tx: Transaction, request: PageRequest, act: access.Act = access.Act.BOOTH_SEE) -> Booth:
    return await access.booth(tx, request.actor, request.path("fair"), request.path("employer"), act)


@dataclass(frozen=True)
class Stand:
    """The booth as it is for everybody."""

    heads: Mapping[str, Head]
    """Where its streams stood before this was read."""
    conversation: Conversation
    messages: Sequence[Message]
    vacancies: Sequence[Vacancy]
    files: Mapping[DocumentKind, Sequence[Document]]
    status: LineStatus
    interviews: Sequence[AppointmentType]
    next_day: FairDay | None
    paused_until: datetime | None


@get("/fairs/{fair}/booths/{employer}", is_shared=True)
async def booth(request: PageRequest) -> web.StreamResponse:
    waits = await entrance_hall.arrive_at(request)
    # Whether the visitor may see it is asked below.
    stand = await request.shared(("stand", request.path("fair"), request.path("employer")), _stand)
    async with request.reading() as tx:
        booth = await of_path(tx, request)
        heads = await read_heads(tx, request, known=stand.heads)
        mine = await lobby.mine(tx, request, booth.fair)
        relations = await access.to_booth(tx, request.actor, booth)
        me = request.actor.person
        # Whoever waits in a line of the fair joins another one, whatever limit was set meanwhile.
        is_outside = bool(me and not mine and await admission.outside(tx, booth.fair, [me.id]))
        return request.render(
            "booth.html",
            fair=booth.fair,
            booth=booth,
            stand=stand,
            logo=next(iter(stand.files[DocumentKind.LOGO]), None),
            video=next(iter(stand.files[DocumentKind.VIDEO]), None),
            papers=stand.files[DocumentKind.BOOTH],
            place=next((position for position in mine if position.place.booth_id == booth.id), None),
            mine=mine,
            moderates=access.allows(access.Act.CHAT_MODERATE, relations),
            is_staff=access.allows(access.Act.BOOTH_STAFF, relations),
            must_register=bool(me and not mine and await attendees.without_part(tx, booth.fair, [me.id])),
            waits_outside=waits is not None or is_outside,
            booked=await _booked(tx, request, booth),
            is_member=access.allows(access.Act.BOOTH_SET_UP, relations),
            heads=heads,
        )


async def _stand(request: PageRequest) -> Stand:
    async with request.reading() as tx:
        booth = await booths.by_slugs(tx, request.path("fair"), request.path("employer"))
        if booth is None:
            raise NotFound("booth")
        conversation = await conversations.of_booth(tx, booth.id)
        return Stand(
            heads=await streams.heads(tx, [fair_stream(booth.fair_id), conversation_stream(conversation.id)]),
            conversation=conversation,
            messages=await messages.messages_of(tx, conversation.id),
            vacancies=(await vacancies.of_employers(tx, [booth.employer_id]))[booth.employer_id],
            files=await booth_documents.by_kind(tx, booth.id),
            status=(await line_status.of_booths(tx, [booth]))[booth.id],
            interviews=await appointment_types.all_of(tx, booth),
            next_day=await lobby.next_day(tx, booth.fair),
            paused_until=booth.paused_until,
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
