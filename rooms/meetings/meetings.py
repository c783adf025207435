"""The live room of one accepted call or one appointment: waiting, live, ended or missed. No timer cuts anybody off."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from rooms.chat import conversations
from rooms.chat.conversations import ConversationKind
from rooms.core.errors import N_, Conflict
from rooms.core.events import line_stream, meeting_stream, person_stream
from rooms.core.model import new_id
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.meetings import cobrowsing, follow_up
from rooms.meetings.meeting import (
    FollowUp,
    Meeting,
    MeetingEnded,
    MeetingOpened,
    MeetingProlonged,
    MeetingState,
    ModeChanged,
    Part,
    Participant,
    WentIn,
    WentOut,
)
from rooms.meetings.modes import Mode
from rooms.people import engagement
from rooms.people.people import Person

MOVES: dict[MeetingState, frozenset[MeetingState]] = {
    MeetingState.WAITING: frozenset({MeetingState.LIVE, MeetingState.MISSED}),
    MeetingState.LIVE: frozenset({MeetingState.ENDED, MeetingState.MISSED}),
    MeetingState.ENDED: frozenset({MeetingState.LIVE}),
    MeetingState.MISSED: frozenset(),
}


def _streams(meeting: Meeting) -> tuple[str, ...]:
    people = (person_stream(each.person_id) for each in meeting.participants)
    line = (line_stream(meeting.booth_id),) if meeting.booth_id else ()
    return (meeting_stream(meeting.id), *line, *people)


@dataclass(frozen=True)
class AcceptedCall:
    """What the waiting room of an accepted call is opened for."""

    call_id: uuid.UUID
    place_id: uuid.UUID
    booth: Booth
    candidate_id: uuid.UUID
    recruiter_id: uuid.UUID
    mode: Mode
    is_at_table: bool = False


async def open_for_call(tx: Transaction, accepted: AcceptedCall) -> Meeting:
    """The waiting room of an accepted call."""
    booth = accepted.booth
    meeting = Meeting(
        id=new_id(),
        call_id=accepted.call_id,
        booth_id=booth.id,
        state=MeetingState.WAITING,
        mode=accepted.mode,
        is_at_table=accepted.is_at_table,
        planned_minutes=booth.talk_minutes,
        opened_at=tx.now,
        participants=[
            Participant(person_id=accepted.candidate_id, part=Part.CANDIDATE, booth=None),
            Participant(person_id=accepted.recruiter_id, part=Part.LEADER, booth=booth),
        ],
        follow_up=FollowUp(),
    )
    tx.session.add(meeting)
    await tx.session.flush()
    await conversations.begin(tx, ConversationKind.MEETING, fair_id=booth.fair_id, meeting_id=meeting.id)
    await engagement.hand_over(tx, accepted.call_id, meeting.id)
    opened = MeetingOpened(
        meeting_id=meeting.id, call_id=accepted.call_id, place_id=accepted.place_id, booth_id=booth.id
    )
    people = (person_stream(accepted.candidate_id), person_stream(accepted.recruiter_id))
    await tx.happened(opened, meeting_stream(meeting.id), line_stream(booth.id), *people)
    return meeting


async def go_in(tx: Transaction, person: Person, meeting: Meeting) -> None:
    """The click that sends one's sound and picture. Once the candidate has gone in and somebody else, it is live."""
    if meeting.is_over:
        raise Conflict("meeting.over", N_("This talk has ended."))
    await _engage(tx, person, meeting)
    if person.id in meeting.gone_in:
        return
    mine = meeting.participant(person.id)
    mine.went_in_at, mine.went_out_at = mine.went_in_at or tx.now, None
    if meeting.live_at is None and meeting.candidate_id in meeting.gone_in and len(meeting.gone_in) > 1:
        meeting.live_at = tx.now
        meeting.planned_end_at = tx.now + timedelta(minutes=meeting.planned_minutes)
        move(meeting, MeetingState.LIVE)
    tx.record(
        WentIn(
            meeting_id=meeting.id,
            person_id=person.id,
            live_at=meeting.live_at,
            planned_end_at=meeting.planned_end_at,
        ),
        meeting_stream(meeting.id),
    )


async def go_out(tx: Transaction, person: Person, meeting: Meeting) -> None:
    """Whoever does not lead leaves: they are free for other talks, whoever is still there goes on, and they may come
    back. A talk that has not begun is given up with its candidate. From a table one stands up: its recruiter finishes
    the talk."""
    if meeting.is_over or person.id == meeting.led_by_id or meeting.is_at_table:
        return
    if person.id == meeting.candidate_id and meeting.state is MeetingState.WAITING:
        await end(tx, meeting)
        return
    if person.id not in meeting.gone_in:
        return
    meeting.participant(person.id).went_out_at = tx.now
    if person.id == meeting.candidate_id:
        # What one looked at together was agreed on for as long as both are in.
        await cobrowsing.end(tx, meeting.id, person.id)
    await engagement.release(tx, person.id, meeting.id)
    tx.record(WentOut(meeting_id=meeting.id, person_id=person.id), meeting_stream(meeting.id))


async def _engage(tx: Transaction, person: Person, meeting: Meeting) -> None:
    """From going in on, the person is in this talk and in no other."""
    if await engagement.engage_in_meeting(tx, person.id, meeting.id):
        return
    found = (await engagement.engaged(tx, {person.id})).get(person.id)
    if found is None or found.meeting_id != meeting.id:
        raise Conflict("meeting.engaged", N_("You are in another talk or call. Finish it first, then come in."))


async def prolong(tx: Transaction, meeting: Meeting, minutes: int = 5) -> None:
    if meeting.state is not MeetingState.LIVE or meeting.planned_end_at is None:
        raise Conflict("meeting.not_live", N_("This talk is not under way."))
    meeting.planned_end_at = max(meeting.planned_end_at, tx.now) + timedelta(minutes=minutes)
    tx.record(
        MeetingProlonged(meeting_id=meeting.id, planned_end_at=meeting.planned_end_at), meeting_stream(meeting.id)
    )


async def change_mode(
    tx: Transaction, meeting: Meeting, by_id: uuid.UUID, mode: Mode, *, tell_again: bool = False
) -> bool:
    """Go on in another way; says whether it was another one. `tell_again` when something about it has changed."""
    if meeting.is_over:
        raise Conflict("meeting.over", N_("This talk has ended."))
    is_other = meeting.mode is not mode
    meeting.mode = mode
    if is_other or tell_again:
        tx.record(ModeChanged(meeting_id=meeting.id, mode=mode, by_id=by_id), meeting_stream(meeting.id))
    return is_other


async def end(tx: Transaction, meeting: Meeting, *, is_cut: bool = False) -> None:
    """Finish the talk. One that never came about, or that `is_cut` because its recruiter had to go, costs the candidate
    nothing: they stand first again after a pause."""
    if meeting.is_over:
        return
    took_place = meeting.state is MeetingState.LIVE and not is_cut
    move(meeting, MeetingState.ENDED if took_place else MeetingState.MISSED)
    meeting.ended_at = tx.now
    await engagement.release_meeting(tx, meeting.id)
    await cobrowsing.end(tx, meeting.id)
    if took_place and meeting.employers_booth:
        follow_up.promise(tx, meeting, meeting.employers_booth)
    ended = MeetingEnded(meeting_id=meeting.id, booth_id=meeting.booth_id, state=meeting.state)
    await tx.happened(ended, *_streams(meeting))


async def locked(tx: Transaction, meeting_id: uuid.UUID) -> Meeting | None:
    """The meeting, locked; whoever holds its appointment too has taken that before."""
    query = select(Meeting).where(Meeting.id == meeting_id)
    query = query.with_for_update(of=Meeting).execution_options(populate_existing=True)
    return (await tx.session.execute(query)).unique().scalar_one_or_none()


async def of_appointment(tx: Transaction, appointment_id: uuid.UUID) -> list[Meeting]:
    """Every time the room of an appointment was open, the first one first."""
    query = select(Meeting).where(Meeting.appointment_id == appointment_id).order_by(Meeting.id)
    return list((await tx.session.execute(query)).unique().scalars())


def move(meeting: Meeting, state: MeetingState) -> None:
    """The one door through which a meeting changes its state."""
    if state not in MOVES[meeting.state]:
        raise Conflict("meeting.move", N_("This talk has changed meanwhile."))
    meeting.state = state
