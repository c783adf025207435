"""What follows a meeting: private notes, the next step, the answer, what the candidate thinks of it."""

import uuid
from collections.abc import Collection
from datetime import timedelta
from typing import ClassVar

from sqlalchemy import ColumnElement, and_, or_, select

from rooms.core import outbox
from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.events import DomainEvent, person_stream
from rooms.core.outbox import Letter
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction
from rooms.fairs import booth_staff
from rooms.fairs.booths import Booth
from rooms.meetings import answer_templates
from rooms.meetings.meeting import FollowUp, Meeting, MeetingState, NextStep, Part, Participant, takes_part
from rooms.meetings.talk_tags import TalkTag
from rooms.people.people import Person

REMINDED_BEFORE, NOT_BEFORE = timedelta(days=2), timedelta(hours=12)
AT_ONCE = 200
MOST_SHOWN, MOST_LISTED = 50, 100
"""Answers due on the desk; talks on the page of a booth."""


class AnswerGiven(DomainEvent):
    kind: ClassVar[str] = "meeting.answered"
    meeting_id: uuid.UUID
    next_step: NextStep


async def note(
    tx: Transaction, meeting: Meeting, notes: str, intends: NextStep | None = None, draft: str | None = None
) -> None:
    """Private notes, and the next step and the answer that the recruiter has in mind; nobody is told of any."""
    written = meeting.follow_up
    written.notes = clean_text(notes, "notes", 4000)
    if written.answered_at:
        return
    written.next_step = intends or written.next_step
    if draft is not None:
        written.answer = clean_text(draft, "answer", 1000)


def note_for_team(meeting: Meeting, notes: str) -> None:
    """What all who staff the booth are to know of this talk."""
    meeting.follow_up.team_notes = clean_text(notes, "team_notes", 4000)


def going_on_from(held: list[Meeting]) -> FollowUp:
    """What somebody has written of an appointment whose room they had opened before moves on to the next one."""
    going_on = FollowUp(
        notes="\n\n".join(each.follow_up.notes for each in held if each.follow_up.notes),
        team_notes="\n\n".join(each.follow_up.team_notes for each in held if each.follow_up.team_notes),
    )
    for each in held:
        going_on.next_step = each.follow_up.next_step or going_on.next_step
        going_on.answer_owed_by_id = each.follow_up.answer_owed_by_id or going_on.answer_owed_by_id
        each.follow_up.notes = each.follow_up.team_notes = ""
    return going_on


def promise(tx: Transaction, meeting: Meeting, booth: Booth) -> None:
    """The candidate gets an answer in the days that the fair gives."""
    meeting.follow_up.answer_promised_by = tx.now + timedelta(days=booth.fair.answer_days)


async def answer(tx: Transaction, meeting: Meeting, next_step: NextStep, words: str, by: Person | None = None) -> None:
    """Tell the candidate what comes next. A "no" says why. The answer is the booth's: `by` a colleague it is given
    once, and whoever led the talk may correct it."""
    words = clean_text(words, "answer", 1000)
    booth = meeting.employers_booth
    if booth is None:
        raise Conflict("meeting.no_booth", N_("This talk belongs to an appointment: nothing is answered after it."))
    if next_step is NextStep.NO and not words:
        raise Invalid("answer.missing", N_("Please say why, in a sentence the person can use."), field="answer")
    if meeting.state is not MeetingState.ENDED:
        raise Conflict("meeting.not_ended", N_("Finish the talk first."))
    written = meeting.follow_up
    if by and by.id != meeting.led_by_id and written.answered_at:
        raise Conflict("answer.given", N_("This talk has been answered already."))
    written.next_step, written.answer, written.answered_at = next_step, words, tx.now
    written.answered_by_id = by.id if by else meeting.led_by_id
    tx.record(AnswerGiven(meeting_id=meeting.id, next_step=next_step), person_stream(meeting.candidate_id))
    values: dict[str, object] = {
        "name": meeting.candidate.name,
        "employer": booth.employer.name,
        "path": "/me/talks",
    }
    await outbox.post(tx, Letter(meeting.candidate.email, "answer", meeting.candidate.language, values))


async def answer_many(
    tx: Transaction, booth_id: uuid.UUID, chosen: Collection[uuid.UUID], next_step: NextStep, words: str, by: Person
) -> tuple[int, list[Meeting]]:
    """Give the same answer to several, each with their own name where {name} stands; gives how many it went to, and
    those who have been answered meanwhile and keep that answer."""
    given, before = 0, []
    query = select(Meeting).join(FollowUp, FollowUp.meeting_id == Meeting.id)
    query = query.where(*_held_at(booth_id), Meeting.id.in_(chosen)).order_by(FollowUp.answer_promised_by)
    for meeting in (await tx.session.execute(query.limit(MOST_LISTED))).scalars():
        await tx.lock(meeting.follow_up)
        if meeting.follow_up.answered_at:
            before.append(meeting)
            continue
        await answer(tx, meeting, next_step, answer_templates.filled(words, meeting), by)
        given += 1
    return given, before


async def rate(tx: Transaction, meeting: Meeting, rating: int, words: str) -> None:
    if not 1 <= rating <= 5:
        raise Invalid("rating.range", N_("Please choose from 1 to 5."), field="rating")
    meeting.follow_up.rating, meeting.follow_up.rating_words = rating, clean_text(words, "rating_words", 600)


async def talks_of(tx: Transaction, candidate_id: uuid.UUID) -> list[Meeting]:
    """The candidate's talks with employers, the latest first: those from lines, and interviews that took place."""
    took_place = FollowUp.answer_promised_by.is_not(None), Meeting.appointment_id.is_not(None)
    query = (
        select(Meeting)
        .join(FollowUp, FollowUp.meeting_id == Meeting.id)
        .where(takes_part(candidate_id, Part.CANDIDATE), or_(Meeting.call_id.is_not(None), and_(*took_place)))
        .order_by(Meeting.id.desc())
    )
    return list((await tx.session.execute(query)).scalars())


def _held_at(booth_id: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    """Talks that took place, from the line of a booth or by appointment, and led to an answer or wait for one."""
    led = select(Participant.meeting_id).where(Participant.booth_id == booth_id, Participant.part == Part.LEADER)
    return Meeting.id.in_(led), Meeting.state == MeetingState.ENDED, FollowUp.answer_promised_by.is_not(None)


async def of_booth(
    tx: Transaction,
    booth_id: uuid.UUID,
    tag: str = "",
    *,
    is_due: bool = False,
    led_by_id: uuid.UUID | None = None,
    most: int | None = MOST_LISTED,
) -> list[Meeting]:
    """The talks held at a booth, the latest first; those with this tag, whose answer is due, or that this person led,
    if one asks for that; at most so many."""
    query = select(Meeting).join(FollowUp, FollowUp.meeting_id == Meeting.id).where(*_held_at(booth_id))
    if tag:
        query = query.where(Meeting.id.in_(select(TalkTag.meeting_id).where(TalkTag.word == tag)))
    if is_due:
        query = query.where(FollowUp.answered_at.is_(None))
    if led_by_id:
        query = query.where(takes_part(led_by_id, Part.LEADER))
    return list((await tx.session.execute(query.order_by(Meeting.id.desc()).limit(most))).scalars())


async def unanswered(tx: Transaction, booth_id: uuid.UUID) -> list[Meeting]:
    """The talks of a booth whose candidate waits for an answer, the soonest promised first: whoever staffs it may give
    it."""
    query = select(Meeting).join(FollowUp, FollowUp.meeting_id == Meeting.id)
    query = query.where(*_held_at(booth_id), FollowUp.answered_at.is_(None))
    return list((await tx.session.execute(query.order_by(FollowUp.answer_promised_by).limit(MOST_SHOWN))).scalars())


async def held_at(tx: Transaction, booth_id: uuid.UUID, meeting_id: uuid.UUID) -> Meeting:
    """A talk of this booth, for those of its staff who did not lead it."""
    query = select(Meeting).join(FollowUp, FollowUp.meeting_id == Meeting.id)
    row = (await tx.session.execute(query.where(*_held_at(booth_id), Meeting.id == meeting_id))).scalar_one_or_none()
    if row is None:
        raise NotFound("meeting")
    return row


def owed_by(meeting: Meeting) -> uuid.UUID:
    """Who is to answer; anybody at the booth may."""
    return meeting.follow_up.answer_owed_by_id or meeting.led_by_id


async def hand_answer_to(tx: Transaction, meeting: Meeting, booth: Booth, colleague_id: uuid.UUID, by: Person) -> None:
    """A colleague of the booth is to answer, and is told and reminded."""
    await tx.lock(meeting.follow_up)
    if meeting.follow_up.answered_at:
        raise Conflict("answer.given", N_("This talk has been answered already."))
    colleague = {person.id: person for person in await booth_staff.staff_of(tx, booth.id)}.get(colleague_id)
    if colleague is None:
        raise Invalid("answer.colleague", N_("Please choose somebody who stands at this booth."), field="colleague")
    if colleague.id == owed_by(meeting):
        return
    meeting.follow_up.answer_owed_by_id, meeting.follow_up.reminded_at = colleague.id, None
    due = meeting.follow_up.answer_promised_by
    if colleague.id == by.id or due is None:
        return
    values: dict[str, object] = {
        "name": colleague.name, "by": by.name, "candidate": meeting.candidate.name, "employer": booth.employer.name,
        "due": due.isoformat(), "zone": booth.fair.time_zone, "path": f"{booth.desk_path}/talks/{meeting.id}",
    }  # fmt: skip
    await outbox.post(tx, Letter(colleague.email, "answer_handed", colleague.language, values))


async def notes_of(tx: Transaction, booth_id: uuid.UUID, writer_id: uuid.UUID) -> list[Meeting]:
    """The talks at a booth that this recruiter led, the latest first."""
    query = select(Meeting).join(FollowUp, FollowUp.meeting_id == Meeting.id)
    mine = *_held_at(booth_id), takes_part(writer_id, Part.LEADER)
    return list((await tx.session.execute(query.where(*mine).order_by(Meeting.id.desc()))).scalars())


async def remind(tx: Transaction) -> None:
    """Write to whoever owes an answer, two days before it is due; if they have left the booth, to those who are there.
    For the worker."""
    soon = FollowUp.answer_promised_by > tx.now, FollowUp.answer_promised_by <= tx.now + REMINDED_BEFORE
    # Where an answer is promised within a day or two, nobody is written to while they still talk with others.
    rested = Meeting.ended_at <= tx.now - NOT_BEFORE
    open_ones = (
        FollowUp.answered_at.is_(None),
        FollowUp.reminded_at.is_(None),
        Meeting.state == MeetingState.ENDED,
        rested,
    )
    query = select(Meeting).join(FollowUp, FollowUp.meeting_id == Meeting.id).where(*soon, *open_ones)
    for meeting in (await tx.session.execute(query.limit(AT_ONCE))).scalars():
        meeting.follow_up.reminded_at = tx.now
        booth = meeting.employers_booth
        if booth:
            await _remind(tx, meeting, booth)


async def _remind(tx: Transaction, meeting: Meeting, booth: Booth) -> None:
    """One letter a day for each booth, however many answers are due: the desk names them all."""
    staff = await booth_staff.staff_of(tx, booth.id)
    for person in [each for each in staff if each.id == owed_by(meeting)] or staff:
        values: dict[str, object] = {
            "name": person.name, "employer": booth.employer.name, "path": f"{booth.desk_path}/talks",
        }  # fmt: skip
        once = f"answer_due:{booth.id}:{person.id}:{tx.now.astimezone(booth.fair.zone):%Y%m%d}"
        await outbox.post(tx, Letter(person.email, "answer_due", person.language, values, once))


async def notes_on(tx: Transaction, person_id: uuid.UUID, writer_id: uuid.UUID) -> list[Meeting]:
    """The talks of which this person has written notes about another, the latest first."""
    query = (
        select(Meeting)
        .join(FollowUp, FollowUp.meeting_id == Meeting.id)
        .where(takes_part(person_id, Part.CANDIDATE), takes_part(writer_id, Part.LEADER), FollowUp.notes != "")
    )
    return list((await tx.session.execute(query.order_by(Meeting.id.desc()).limit(20))).scalars())
