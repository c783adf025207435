"""Lines and calls: joining, leaving, calling, answering."""

from uuid import UUID

from rooms import access
from rooms.access import Act
from rooms.lines import calls, places
from rooms.lines.call import Answer
from signaling.contract import Ack, Payload, client_event
from signaling.hub import Context
from signaling.joining import Asked


class Join(Payload):
    booth_id: UUID
    words: str = ""
    vacancy_id: UUID | None = None


class PlaceAck(Ack):
    place_id: UUID


@client_event("line:join", Join, PlaceAck, per_minute=20)
async def join(context: Context, payload: Join) -> Ack:
    """Take a place in the booth's line. Joining again finds the place one has."""
    asked = Asked(context.client.session_id, payload.words, payload.vacancy_id)
    place_id = await context.hub.joining.join(payload.booth_id, asked)
    return PlaceAck(place_id=place_id)


class OnePlace(Payload):
    place_id: UUID


@client_event("line:leave", OnePlace, per_minute=20)
async def leave(context: Context, payload: OnePlace) -> Ack:
    """Give one's place up."""
    async with context.transaction() as (tx, actor):
        await calls.leave(tx, await access.place(tx, actor, payload.place_id, Act.PLACE_KEEP))
    return Ack()


@client_event("line:return", OnePlace, per_minute=20)
async def come_back(context: Context, payload: OnePlace) -> Ack:
    """Come back from on hold, in the order one always had."""
    async with context.transaction() as (tx, actor):
        await places.come_back(tx, await access.place(tx, actor, payload.place_id, Act.PLACE_KEEP))
    return Ack()


@client_event("line:ready", OnePlace, per_minute=20)
async def ready(context: Context, payload: OnePlace) -> Ack:
    """Be called again at once after a call that was missed or put off."""
    async with context.transaction() as (tx, actor):
        places.ready_now(tx, await access.place(tx, actor, payload.place_id, Act.PLACE_KEEP))
    return Ack()


class CallNext(Payload):
    """Call the next, or the place that was chosen. `finish` ends the talk under way first."""

    booth_id: UUID
    place_id: UUID | None = None
    finish: bool = False


class CallAck(Ack):
    call_id: UUID


@client_event("line:call", CallNext, CallAck, per_minute=30)
async def call(context: Context, payload: CallNext) -> Ack:
    """Call somebody from the line. One arbiter decides; a person is in one call at most."""
    async with context.transaction() as (tx, actor):
        booth = await access.booth_by_id(tx, actor, payload.booth_id, Act.BOOTH_STAFF)
        if payload.place_id is None:
            return CallAck(call_id=(await calls.call_next(tx, actor.known, booth, finish=payload.finish)).id)
        place = await access.place(tx, actor, payload.place_id, Act.PLACE_CALL)
        return CallAck(call_id=(await calls.call_chosen(tx, actor.known, place, finish=payload.finish)).id)


class OneCall(Payload):
    call_id: UUID


@client_event("line:withdraw", OneCall, per_minute=30)
async def withdraw(context: Context, payload: OneCall) -> Ack:
    """Let the call ring no longer."""
    async with context.transaction() as (tx, actor):
        await calls.withdraw(tx, await access.call(tx, actor, payload.call_id, Act.CALL_WITHDRAW))
    return Ack()


@client_event("line:stretch", OneCall, per_minute=30)
async def stretch(context: Context, payload: OneCall) -> Ack:
    """Need a minute more to answer: the call rings on."""
    async with context.transaction() as (tx, actor):
        calls.stretch(tx, await access.call(tx, actor, payload.call_id, Act.CALL_ANSWER))
    return Ack()


class AnswerCall(Payload):
    call_id: UUID
    answer: Answer


class AnswerAck(Ack):
    meeting_id: UUID | None


@client_event("line:answer", AnswerCall, AnswerAck, per_minute=30)
async def answer(context: Context, payload: AnswerCall) -> Ack:
    """Answer a call: join, in five minutes, without video, or leave this line."""
    async with context.transaction() as (tx, actor):
        ringing = await access.call(tx, actor, payload.call_id, Act.CALL_ANSWER)
        meeting = await calls.answer(tx, ringing, payload.answer)
    return AnswerAck(meeting_id=meeting.id if meeting else None)
