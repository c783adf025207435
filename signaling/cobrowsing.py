"""Looking at a page together: the consents. The pages themselves go through the relay, kinds `cobrowse` and
`cobrowse_back`."""

from uuid import UUID

from rooms import access
from rooms.access import Act
from rooms.core.errors import N_, Conflict
from rooms.meetings import cobrowsing
from signaling.contract import Ack, Payload, StreamEvent, client_event, server_event
from signaling.hub import Context
from signaling.projections import as_it_is


@server_event("cobrowsing:began")
class BeganEvent(StreamEvent):
    """The owner has said yes: their page is shown to the other one from now on."""

    meeting_id: UUID
    owner_id: UUID


@server_event("cobrowsing:allowed")
class AllowedEvent(StreamEvent):
    """Whether the other one may fill in with the owner."""

    meeting_id: UUID
    may_fill: bool


@server_event("cobrowsing:ended")
class EndedEvent(StreamEvent):
    """Nothing is shown any more."""

    meeting_id: UUID


as_it_is("meeting", cobrowsing.CobrowsingBegan, BeganEvent)
as_it_is("meeting", cobrowsing.FillingAllowed, AllowedEvent)
as_it_is("meeting", cobrowsing.CobrowsingEnded, EndedEvent)


@server_event("cobrowsing:asked")
class AskedEvent(Payload):
    """Whoever leads the talk asks to look at a page together; nothing happens without a yes."""

    meeting_id: UUID


@server_event("cobrowsing:declined")
class DeclinedEvent(Payload):
    """Not now: nothing is shown."""

    meeting_id: UUID


class CobrowsingSnapshot(Payload):
    owner_id: UUID
    may_fill: bool


class OneMeeting(Payload):
    meeting_id: UUID


class Allow(Payload):
    meeting_id: UUID
    may_fill: bool


@client_event("cobrowsing:ask", OneMeeting, per_minute=6)
async def ask(context: Context, payload: OneMeeting) -> Ack:
    """Ask the other one to show a page."""
    async with context.reading() as (tx, actor):
        meeting = await access.meeting(tx, actor, payload.meeting_id, Act.MEETING_LEAD)
    peer = context.hub.relay.room(meeting.id).peers.get(meeting.candidate_id)
    if peer is None:
        raise Conflict("cobrowsing.away", N_("The other one is not connected now."))
    context.hub.emit_to(peer.process_id, peer.sid, AskedEvent(meeting_id=meeting.id))
    return Ack()


@client_event("cobrowsing:decline", OneMeeting, per_minute=20)
async def decline(context: Context, payload: OneMeeting) -> Ack:
    """Say no to the question; whoever asked is told."""
    async with context.reading() as (tx, actor):
        meeting = await access.meeting(tx, actor, payload.meeting_id, Act.MEETING_SHOW)
    peer = context.hub.relay.room(meeting.id).peers.get(meeting.led_by_id)
    if peer:
        context.hub.emit_to(peer.process_id, peer.sid, DeclinedEvent(meeting_id=meeting.id))
    return Ack()


@client_event("cobrowsing:begin", OneMeeting, per_minute=20)
async def begin(context: Context, payload: OneMeeting) -> Ack:
    """Say yes: one's page is shown to the other one. Only whom the talk is for can say it."""
    async with context.transaction() as (tx, actor):
        meeting = await access.meeting(tx, actor, payload.meeting_id, Act.MEETING_SHOW, lock=True)
        if meeting.is_over:
            raise Conflict("meeting.over", N_("This talk has ended."))
        await cobrowsing.begin(tx, actor.known.id, meeting.id)
    return Ack()


@client_event("cobrowsing:allow", Allow, per_minute=20)
async def allow(context: Context, payload: Allow) -> Ack:
    """Let the other one fill in with oneself, or no longer."""
    async with context.transaction() as (tx, actor):
        meeting = await access.meeting(tx, actor, payload.meeting_id, Act.MEETING_SHOW, lock=True)
        row = await cobrowsing.of_meeting(tx, meeting.id)
        if row is None:
            raise Conflict("cobrowsing.over", N_("Nothing is shown any more."))
        await cobrowsing.allow_filling(tx, row, may_fill=payload.may_fill)
    return Ack()


@client_event("cobrowsing:end", OneMeeting, per_minute=30)
async def end(context: Context, payload: OneMeeting) -> Ack:
    """Stop; either of the two may."""
    async with context.transaction() as (tx, actor):
        meeting = await access.meeting(tx, actor, payload.meeting_id, lock=True)
        await cobrowsing.end(tx, meeting.id, actor.known.id)
    return Ack()
