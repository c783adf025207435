"""Who may follow a stream of each area, and what it has come to for whoever begins there."""

import uuid

from rooms import access
from rooms.access import Act, Actor
from rooms.appointments import agenda, room
from rooms.chat import messages, moderation, questions
from rooms.core.errors import NotFound
from rooms.core.transaction import Transaction
from rooms.fairs import announcements, booth_staff, booths, fairs
from rooms.lines import calls, places
from rooms.meetings import cobrowsing, under_way
from rooms.meetings.meeting import Meeting
from rooms.people import documents
from signaling.appointments import appointment_view
from signaling.chat import ConversationSnapshot, message_view
from signaling.cobrowsing import CobrowsingSnapshot
from signaling.contract import Payload
from signaling.desk import LineSnapshot, place_view, question_view, ringing_view
from signaling.entrances import entrance
from signaling.fairs import AnnouncementView, BoothBrief, FairSnapshot, ModerationSnapshot
from signaling.meetings import MeetingSnapshot
from signaling.personal_stream import PersonalSnapshot, my_call_view, my_place_view


async def moderation_snapshot(tx: Transaction, subject_id: uuid.UUID) -> Payload:
    return ModerationSnapshot(reports=sorted(each.message.id for each in await moderation.open_reports(tx, subject_id)))


async def fair_snapshot(tx: Transaction, subject_id: uuid.UUID) -> Payload:
    fair = await tx.session.get_one(fairs.Fair, subject_id)
    rows = await announcements.of_fair(tx, fair.id)
    stands = sorted(await booths.of_fair(tx, fair.id), key=lambda booth: booth.id)
    return FairSnapshot(
        state=fair.state,
        open_until=fair.open_until,
        announcements=[
            AnnouncementView(announcement_id=row.id, text=row.text, translations=row.translations, at=row.made_at)
            for row in rows
        ],
        booths=[BoothBrief(booth_id=booth.id, is_paused=booth.paused_at is not None) for booth in stands],
    )


class HallSnapshot(Payload):
    """Nothing: how far the hall has come comes as a state."""


async def hall_snapshot(_: Transaction, __: uuid.UUID) -> Payload:
    return HallSnapshot()


async def line_snapshot(tx: Transaction, subject_id: uuid.UUID) -> Payload:
    booth = await tx.session.get_one(booths.Booth, subject_id)
    line = await places.in_line(tx, booth.id)
    cvs = {person: cv.id for person, cv in (await documents.cvs_of(tx, {place.person_id for place in line})).items()}
    return LineSnapshot(
        is_paused=booth.paused_at is not None,
        staff=sorted(person.id for person in await booth_staff.staff_of(tx, booth.id)),
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


@entrance("fair", fair_snapshot, is_for_many=True)
async def _fair(tx: Transaction, actor: Actor, subject_id: uuid.UUID) -> None:
    """Anybody who sees the fair."""
    await access.fair_by_id(tx, actor, subject_id)


@entrance("hall", hall_snapshot, is_for_many=True)
async def _hall(tx: Transaction, actor: Actor, subject_id: uuid.UUID) -> None:
    """Anybody who sees the fair."""
    await access.fair_by_id(tx, actor, subject_id)


@entrance("line", line_snapshot)
async def _line(tx: Transaction, actor: Actor, subject_id: uuid.UUID) -> None:
    """Who staffs the booth."""
    await access.booth_by_id(tx, actor, subject_id, Act.BOOTH_STAFF)


@entrance("person", personal_snapshot)
async def _person(_: Transaction, actor: Actor, subject_id: uuid.UUID) -> None:
    """That person."""
    if not actor.is_person(subject_id):
        raise NotFound("stream")


@entrance("conversation", conversation_snapshot, is_for_many=True)
async def _conversation(tx: Transaction, actor: Actor, subject_id: uuid.UUID) -> None:
    """Whoever may read it."""
    await access.conversation(tx, actor, subject_id)


@entrance("meeting", meeting_snapshot)
async def _meeting(tx: Transaction, actor: Actor, subject_id: uuid.UUID) -> None:
    """Who takes part in it."""
    await access.meeting(tx, actor, subject_id)


@entrance("moderation", moderation_snapshot)
async def _moderation(tx: Transaction, actor: Actor, subject_id: uuid.UUID) -> None:
    """Who runs the fair."""
    await access.fair_by_id(tx, actor, subject_id, Act.FAIR_RUN)
