"""Following streams: enter the room first, then read what was missed, so that there is no gap at the start."""

import uuid
from datetime import datetime

from rooms.core.errors import N_, Away, Invalid, Problem
from signaling.catching_up import Caught, Wanted
from signaling.contract import Ack, Payload, client_event
from signaling.entrances import enter
from signaling.hub import Context

MOST_STREAMS = 12
LARGEST_ANSWER = 1_000_000
"""Characters of one acknowledgement: a small question has no boundless answer."""


class Follow(Payload):
    """`again` says that this page was connected before: the states it may have missed are told anew."""

    streams: list[Wanted]
    again: bool = False


class FollowAck(Ack):
    now: datetime
    """The server's clock."""
    streams: list[Caught]


class Unfollow(Payload):
    stream: str


@client_event("stream:follow", Follow, FollowAck, per_minute=60)
async def follow(context: Context, payload: Follow) -> Ack:
    """Follow streams from the last number seen. What was missed comes with the acknowledgement."""
    if len(payload.streams) > MOST_STREAMS or len({wanted.stream for wanted in payload.streams}) < len(payload.streams):
        raise _too_many()
    followed = await _enter(context, payload.streams)
    caught = await context.hub.catching_up.catch_up(followed)
    for each in caught:
        context.hub.telling.followed(each.stream, each.last)
    if sum(len(each.model_dump_json()) for each in caught) > LARGEST_ANSWER:
        raise _too_many()
    for wanted in followed:
        area, _, subject = wanted.stream.partition(":")
        if area == "fair":
            await context.hub.status.watch(uuid.UUID(subject))
            if payload.again:
                context.hub.telling.tell_again(context.client.sid, wanted.stream)
    return FollowAck(now=context.hub.database.clock.now(), streams=caught)


async def _enter(context: Context, streams: list[Wanted]) -> list[Wanted]:
    """Enter the rooms of those that this person may follow, each as soon as that is known: a right that ends from then
    on is asked about anew. One stream whose right has ended keeps nobody from the others; alone, it is a refusal."""
    client, server = context.client, context.hub.server
    sure = await context.hub.catching_up.surely_open(
        client.session_id, client.person_id, [wanted.stream for wanted in streams]
    )
    for stream in sure:
        server.enter_room(client.sid, stream)
    refused = set()
    for wanted in streams:
        if wanted.stream in sure:
            continue
        try:
            async with context.reading() as (tx, actor):
                await enter(tx, actor, wanted.stream)
        except Away:
            raise
        except Problem:
            if len(streams) == 1:
                raise
            refused.add(wanted.stream)
        else:
            server.enter_room(client.sid, wanted.stream)
    return [wanted for wanted in streams if wanted.stream not in refused]


def _too_many() -> Invalid:
    return Invalid("streams.too_many", N_("Too many streams at once."), field="streams")


@client_event("stream:leave", Unfollow)
async def leave(context: Context, payload: Unfollow) -> Ack:
    """Follow a stream no longer."""
    context.hub.server.leave_room(context.client.sid, payload.stream)
    return Ack()
