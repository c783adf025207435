"""Following streams: enter the room first, then read what was missed, so that there is no gap at the start."""

import uuid
from datetime import datetime
from typing import Any

from pydantic import Field

from rooms import access
from rooms.access import Act, Actor
from rooms.appointments import agenda, room
from rooms.chat import messages, moderation, questions
from rooms.core import streams
from rooms.core.errors import N_, Invalid, NotFound, Problem
from rooms.core.transaction import Transaction
from rooms.fairs import announcements, booths, fairs
from rooms.lines import calls, places
from rooms.meetings import cobrowsing, under_way
from rooms.meetings.meeting import Meeting
from rooms.people import documents
from signaling.appointments import appointment_view
from signaling.chat import ConversationSnapshot, message_view
from signaling.cobrowsing import CobrowsingSnapshot
from signaling.contract import Ack, Payload, client_event, name_of
from signaling.desk import LineSnapshot, place_view, question_view, ringing_view
from signaling.entrances import Look, enter, entrance
from signaling.fairs import AnnouncementView, BoothBrief, FairSnapshot, ModerationSnapshot
from signaling.hub import Context
from signaling.meetings import MeetingSnapshot
from signaling.personal_stream import PersonalSnapshot, my_call_view, my_place_view
from signaling.projections import project

MOST_STREAMS = 12
LARGEST_ANSWER = 1_000_000
"""Characters of one acknowledgement: a small question has no boundless answer."""


class Wanted(Payload):
    """A stream, and the last number seen of it; without an epoch a snapshot is wanted."""

    stream: str
    epoch: str | None = None
    after: int = 0


class Follow(Payload):
    """`again` says that this page was connected before: the states it may have missed are told anew."""

    streams: list[Wanted]
    again: bool = False


class Caught(Payload):
    """Where a stream stands, with either the events missed or a snapshot to start from."""

    stream: str
    epoch: str
    last: int
    events: list[dict[str, Any]] = Field(default_factory=list)
    snapshot: dict[str, Any] | None = None


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
    caught, size = [], 0
    for wanted in payload.streams:
        try:
            async with context.reading() as (tx, actor):
                look = await enter(tx, actor, wanted.stream)
        except Problem:
            # One stream whose right has ended keeps nobody from the others; alone, it is a refusal.
            if len(payload.streams) == 1:
                raise
            continue
        context.hub.server.enter_room(context.client.sid, wanted.stream)
        async with context.reading() as (tx, _):
            caught.append(await _catch_up(tx, wanted, look))
        size += len(caught[-1].model_dump_json())
        if size > LARGEST_ANSWER:
            raise _too_many()
        area, _, subject = wanted.stream.partition(":")
        if area == "fair":
            await context.hub.status.watch(uuid.UUID(subject))
            if payload.again:
                await context.hub.status.tell_again(context.client.sid, uuid.UUID(subject))
    return FollowAck(now=context.hub.database.clock.now(), streams=caught)


def _too_many() -> Invalid:
    return Invalid("streams.too_many", N_("Too many streams at once."), field="streams")


@client_event("stream:leave", Unfollow)
async def leave(context: Context, payload: Unfollow) -> Ack:
    """Follow a stream no longer."""
    context.hub.server.leave_room(context.client.sid, payload.stream)
    return Ack()


async def _catch_up(tx: Transaction, wanted: Wanted, look: Look) -> Caught:
    head = await streams.head(tx, wanted.stream)
    missed = None
    if wanted.epoch is not None:
        missed = await streams.since(tx, wanted.stream, wanted.epoch, wanted.after)
    if missed is None:
        snapshot = (await look(tx)).model_dump(mode="json")
        return Caught(stream=wanted.stream, epoch=head.epoch, last=head.last, snapshot=snapshot)
    events = []
    for each in missed:
        payload = await project(tx, each)
        events.append({"event": name_of(payload), **payload.model_dump(mode="json")})
    return Caught(stream=wanted.stream, epoch=head.epoch, last=head.last, events=events)


@entrance("fair")
async def _fair(tx: Transaction, actor: Actor, subject_id: uuid.UUID) -> Look:
    """Anybody who sees the fair."""
    await access.fair_by_id(tx, actor, subject_id)
    return lambda tx: fair_snapshot(tx, subject_id)


@entrance("line")
async def _line(tx: Transaction, actor: Actor, subject_id: uuid.UUID) -> Look:
    """Who staffs the booth."""
    await access.booth_by_id(tx, actor, subject_id, Act.BOOTH_STAFF)
    return lambda tx: line_snapshot(tx, subject_id)


@entrance("person")
async def _person(_: Transaction, actor: Actor, subject_id: uuid.UUID) -> Look:
    """That person."""
    if not actor.is_person(subject_id):
        raise NotFound("stream")
    return lambda tx: personal_snapshot(tx, subject_id)


@entrance("conversation")
async def _conversation(tx: Transaction, actor: Actor, subject_id: uuid.UUID) -> Look:
    """Whoever may read it."""
    await access.conversation(tx, actor, subject_id)
    return lambda tx: conversation_snapshot(tx, subject_id)


@entrance("meeting")
async def _meeting(tx: Transaction, actor: Actor, subject_id: uuid.UUID) -> Look:
    """Who takes part in it."""
    await access.meeting(tx, actor, subject_id)
    return lambda tx: meeting_snapshot(tx, subject_id)


@entrance("moderation")
async def _moderation(tx: Transaction, actor: Actor, subject_id: uuid.UUID) -> Look:
    """Who runs the fair."""
    await access.fair_by_id(tx, actor, subject_id, Act.FAIR_RUN)
    return lambda tx: moderation_snapshot(tx, subject_id)


async def moderation_snapshot(tx: Transaction, subject_id: uuid.UUID) -> Payload:
    return ModerationSnapshot(reports=sorted(each.message.id for each in await moderation.open_reports(tx, subject_id)))


async def fair_snapshot(tx: Transaction, subject_id: uuid.UUID) -> Payload:
    fair = await tx.session.get_one(fairs.Fair, subject_id)
    rows = await announcements.of_fair(tx, fair.id)
    stands = sorted(await booths.of_fair(tx, fair.id), key=lambda booth: booth.id)
    return FairSnapshot(
        state=fair.state,
        open_until=fair.open_until,
        announcements=[AnnouncementView(announcement_id=row.id, text=row.text, at=row.made_at) for row in rows],
        booths=[BoothBrief(booth_id=booth.id, is_paused=booth.paused_at is not None) for booth in stands],
    )


async def line_snapshot(tx: Transaction, subject_id: uuid.UUID) -> Payload:
    booth = await tx.session.get_one(booths.Booth, subject_id)
    line = await places.in_line(tx, booth.id)
    cvs = {person: cv.id for person, cv in (await documents.cvs_of(tx, {place.person_id for place in line})).items()}
    return LineSnapshot(
        is_paused=booth.paused_at is not None,
        staff=sorted(person.id for person in await booths.staff_of(tx, booth.id)),
        places=[place_view(place, cvs.get(place.person_id)) for place in line],
        ringing=[ringing_view(call) for call in await calls.ringing_at(tx, booth.id)],
        questions=[question_view(question) for question in await questions.questions_to(tx, booth.id)],
    )


async def personal_snapshot(tx: Transaction, subject_id: uuid.UUID) -> Payload:
    call = await calls.ringing_for(tx, subject_id)
    meeting = await under_way.current(tx, subject_id)
    cv = (await documents.cvs_of(tx, {subject_id})).get(subject_id)
    return PersonalSnapshot(
        places=[my_place_view(place) for place in await places.of_person(tx, subject_id)],
        ringing=my_call_view(call) if call else None,
        meeting_id=meeting.id if meeting else None,
        cv_id=cv.id if cv else None,
        appointments=[appointment_view(row) for row in await agenda.active_of(tx, subject_id)],
    )


async def conversation_snapshot(tx: Transaction, subject_id: uuid.UUID) -> Payload:
    return ConversationSnapshot(messages=[message_view(row) for row in await messages.messages_of(tx, subject_id)])


async def meeting_snapshot(tx: Transaction, subject_id: uuid.UUID) -> MeetingSnapshot:
    meeting = await tx.session.get_one(Meeting, subject_id)
    shown = await cobrowsing.of_meeting(tx, subject_id)
    appointment = await room.appointment_of(tx, meeting)
    return MeetingSnapshot(
        state=meeting.state,
        went_in=sorted(meeting.gone_in),
        went_out=sorted(meeting.gone_out),
        live_at=meeting.live_at,
        planned_end_at=meeting.planned_end_at,
        mode=meeting.mode,
        phone=appointment.phone if appointment else "",
        cobrowsing=CobrowsingSnapshot(owner_id=shown.owner_id, may_fill=shown.may_fill) if shown else None,
    )
