"""The booth's staff at their desk: being there, taking a break, coming back."""

from uuid import UUID

from rooms import access
from rooms.access import Act
from rooms.fairs import booths, desk_presence
from signaling.contract import Ack, Payload, client_event
from signaling.hub import Context


class OneBooth(Payload):
    booth_id: UUID


@client_event("booth:attend", OneBooth)
async def attend(context: Context, payload: OneBooth) -> Ack:
    """Stand at the booth's desk with this connection: candidates see that somebody is here."""
    async with context.transaction() as (tx, actor):
        booth = await access.booth_by_id(tx, actor, payload.booth_id, Act.BOOTH_STAFF)
        await desk_presence.attend(tx, context.client.sid, booth.id)
    context.hub.status.refresh({payload.booth_id})
    return Ack()


@client_event("booth:pause", OneBooth, per_minute=20)
async def pause(context: Context, payload: OneBooth) -> Ack:
    """Take a break: everybody in line is told, nobody loses a place."""
    async with context.transaction() as (tx, actor):
        await booths.pause(tx, await access.booth_by_id(tx, actor, payload.booth_id, Act.BOOTH_STAFF))
    return Ack()


@client_event("booth:resume", OneBooth, per_minute=20)
async def resume(context: Context, payload: OneBooth) -> Ack:
    """The break is over."""
    async with context.transaction() as (tx, actor):
        await booths.resume(tx, await access.booth_by_id(tx, actor, payload.booth_id, Act.BOOTH_STAFF))
    return Ack()
