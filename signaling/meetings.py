"""The meeting: entering, going in, the state of both peers, prolonging, ending."""

from datetime import datetime
from typing import Any
from uuid import UUID

from rooms import access
from rooms.access import Act
from rooms.appointments import room
from rooms.core.errors import N_, Conflict
from rooms.core.events import PublishedEvent
from rooms.core.transaction import Transaction
from rooms.meetings import meetings, peers
from rooms.meetings.meeting import (
    Meeting,
    MeetingEnded,
    MeetingOpened,
    MeetingProlonged,
    MeetingState,
    ModeChanged,
    WentIn,
    WentOut,
)
from rooms.meetings.modes import Mode
from signaling.cobrowsing import CobrowsingSnapshot
from signaling.contract import Ack, Payload, StreamEvent, client_event, server_event
from signaling.hub import Context
from signaling.projections import as_it_is, head, projection


@server_event("meeting:went_in")
class WentInEvent(StreamEvent):
    """Somebody has gone in; `live_at` is set once both have."""

    meeting_id: UUID
    person_id: UUID
    live_at: datetime | None
    planned_end_at: datetime | None


@server_event("meeting:went_out")
class WentOutEvent(StreamEvent):
    """Somebody has left, and may come back."""

    meeting_id: UUID
    person_id: UUID


@server_event("meeting:prolonged")
class ProlongedEvent(StreamEvent):
    """The recruiter goes on for some minutes."""

    meeting_id: UUID
    planned_end_at: datetime


@server_event("meeting:mode_changed")
class ModeChangedEvent(StreamEvent):
    """The talk goes on in another way; `phone` is the number by which it can."""

    meeting_id: UUID
    mode: Mode
    by_id: UUID
    phone: str


@server_event("meeting:ended")
class EndedEvent(StreamEvent):
    """The talk is over."""

    meeting_id: UUID
    state: MeetingState


@server_event("meeting:begun")
class BegunEvent(StreamEvent):
    """A call was accepted, and the waiting room is open: the first event of a meeting from a line."""

    meeting_id: UUID


as_it_is("meeting", WentIn, WentInEvent)
as_it_is("meeting", WentOut, WentOutEvent)
as_it_is("meeting", MeetingProlonged, ProlongedEvent)


@projection("meeting", ModeChanged)
async def _stepped(tx: Transaction, published: PublishedEvent) -> StreamEvent:
    event = published.event
    assert isinstance(event, ModeChanged)  # noqa: S101
    row = await tx.session.get_one(Meeting, event.meeting_id)
    appointment = await room.appointment_of(tx, row)
    phone = appointment.phone if appointment else ""
    return ModeChangedEvent(**head(published), **event.model_dump(), phone=phone)


@projection("meeting", MeetingOpened)
async def _begun(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return BegunEvent(**head(published), **published.event.model_dump(include={"meeting_id"}))


@projection("meeting", MeetingEnded)
async def _ended(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return EndedEvent(**head(published), **published.event.model_dump(include={"meeting_id", "state"}))


class MeetingSnapshot(Payload):
    state: MeetingState
    went_in: list[UUID]
    went_out: list[UUID]
    """Who has left and may come back."""
    live_at: datetime | None
    planned_end_at: datetime | None
    mode: Mode
    phone: str
    cobrowsing: CobrowsingSnapshot | None


@server_event("meeting:taken_over")
class TakenOverEvent(Payload):
    """The meeting goes on in another tab or on another device; this one is out."""

    channel_id: UUID


@server_event("meeting:refused")
class RefusedEvent(Payload):
    """A signal was refused: `not_in_meeting`, `header` or `too_large`."""

    reason: str


@server_event("meeting:signal")
class SignalEvent(Payload):
    """The other peer's signal, as it came."""

    channel_id: UUID
    generation: int
    kind: str
    body: Any


class Enter(Payload):
    """Enter the waiting room or come back. `generation` is that of the transport still held, 0 for none. In a meeting
    of three one enters once for each of the two others, named by `other_id`."""

    meeting_id: UUID
    other_id: UUID | None = None
    tab: str
    generation: int = 0
    take_over: bool = False


class Shows(Payload):
    """What a microphone and a camera do."""

    microphone: bool
    camera: bool


class EnterAck(Ack):
    channel_id: UUID
    """What the peers and signals of this pair name as their meeting."""
    generation: int
    is_polite: bool
    now: datetime
    """The server's clock."""
    ice_servers: list[dict[str, Any]]
    before: Shows | None
    """What one's other tab did, which is out now."""


@client_event("meeting:enter", Enter, EnterAck, per_minute=60)
async def enter(context: Context, payload: Enter) -> Ack:
    """Enter a meeting with this connection. Another tab of the same person must be taken over on purpose."""
    async with context.transaction() as (tx, actor):
        # Locked, as whoever ends it does: nobody enters a talk while it ends.
        meeting = await access.meeting(tx, actor, payload.meeting_id, lock=True)
        me, now = actor.known, tx.now
        if meeting.is_over:
            raise Conflict("meeting.over", N_("This talk has ended."))
        others = meeting.others(me.id)
        other = next((each for each in others if each.id == payload.other_id), others[0])
        entering = peers.Entering(
            channel_id=meeting.channel(me.id, other.id),
            meeting_id=meeting.id,
            person_id=me.id,
            connection=context.client.sid,
            process_id=context.hub.process_id,
            tab=payload.tab,
            is_polite=meeting.patience(me.id) > meeting.patience(other.id),
            held=payload.generation,
        )
        generation, before = await peers.enter(tx, entering, take_over=payload.take_over)
    channel = entering.channel_id
    if before and before.connection != context.client.sid:
        context.hub.emit_to(before.process_id, before.connection, TakenOverEvent(channel_id=channel))
    await context.hub.meeting_rooms.changed(channel)
    return EnterAck(
        channel_id=channel,
        generation=generation,
        is_polite=entering.is_polite,
        now=now,
        ice_servers=context.hub.ice.of(str(me.id), now),
        before=Shows(microphone=before.microphone, camera=before.camera) if before and before.is_other_tab else None,
    )


class OneMeeting(Payload):
    meeting_id: UUID


@client_event("meeting:leave", OneMeeting)
async def leave(context: Context, payload: OneMeeting) -> Ack:
    """Take this connection out of the meeting, which goes on."""
    await context.hub.meeting_rooms.leave(context.client.sid)
    return Ack()


@client_event("meeting:go_out", OneMeeting, per_minute=30)
async def go_out(context: Context, payload: OneMeeting) -> Ack:
    """Whoever does not lead leaves, and may come back; whoever is still there goes on."""
    async with context.transaction() as (tx, actor):
        meeting = await access.meeting(tx, actor, payload.meeting_id, lock=True)
        await meetings.go_out(tx, actor.known, meeting)
    return Ack()


@client_event("meeting:go_in", OneMeeting, per_minute=30)
async def go_in(context: Context, payload: OneMeeting) -> Ack:
    """The click that sends one's sound and picture."""
    async with context.transaction() as (tx, actor):
        meeting = await access.meeting(tx, actor, payload.meeting_id, lock=True)
        await meetings.go_in(tx, actor.known, meeting)
    return Ack()


class Show(Payload):
    """What one's microphone and camera do now, and whether one's screen is shown. `channel_id` is that of the pair."""

    channel_id: UUID
    microphone: bool
    camera: bool
    screen: bool = False


@client_event("meeting:show", Show, per_minute=120)
async def show(context: Context, payload: Show) -> Ack:
    """Tell the other one what one's microphone and camera do."""
    is_in = context.hub.relay.is_in(payload.channel_id, context.client.sid)
    async with context.hub.database.transaction() as tx:
        shows = {"microphone": payload.microphone, "camera": payload.camera, "screen": payload.screen}
        if not is_in or not await peers.show(tx, payload.channel_id, context.client.sid, **shows):
            raise Conflict("meeting.not_entered", N_("You are not in this talk."))
    await context.hub.meeting_rooms.changed(payload.channel_id)
    return Ack()


@client_event("meeting:prolong", OneMeeting, per_minute=20)
async def prolong(context: Context, payload: OneMeeting) -> Ack:
    """Go on for five minutes more than planned."""
    async with context.transaction() as (tx, actor):
        await meetings.prolong(tx, await access.meeting(tx, actor, payload.meeting_id, Act.MEETING_LEAD, lock=True))
    return Ack()


class ChangeMode(Payload):
    """How to go on. `phone` is for whom the talk is for, if no number is known."""

    meeting_id: UUID
    mode: Mode
    phone: str = ""


@client_event("meeting:change_mode", ChangeMode, per_minute=20)
async def change_mode(context: Context, payload: ChangeMode) -> Ack:
    """Go on in another way: with sound only, in writing, by phone, or by video again."""
    async with context.transaction() as (tx, actor):
        meeting = await access.meeting(tx, actor, payload.meeting_id, lock=True)
        await room.change_mode(tx, meeting, actor.known, payload.mode, payload.phone)
    return Ack()


@client_event("meeting:end", OneMeeting, per_minute=20)
async def end(context: Context, payload: OneMeeting) -> Ack:
    """Finish the talk."""
    async with context.transaction() as (tx, actor):
        await meetings.end(tx, await access.meeting(tx, actor, payload.meeting_id, Act.MEETING_END, lock=True))
    return Ack()
