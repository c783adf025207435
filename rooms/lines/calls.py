"""The arbiter: who is called. No client and no process decides for itself.

A call takes its two people through `engagement`, so a person is in one call at most; it rings as a row with a
deadline that the worker acts on.
"""

import uuid
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import Select, select

from rooms.core.errors import N_, Conflict
from rooms.core.events import line_stream, person_stream
from rooms.core.model import new_id
from rooms.core.transaction import Transaction
from rooms.fairs import desk_presence, fairs
from rooms.fairs.booths import Booth
from rooms.lines import call_letters, places, staff_here
from rooms.lines.call import Answer, Call, CallRang, CallSettled, CallState
from rooms.lines.places import HoldReason, Place, PlaceState
from rooms.meetings import meetings
from rooms.meetings.meeting import Meeting
from rooms.meetings.meetings import AcceptedCall
from rooms.meetings.modes import Mode
from rooms.people import engagement, presence
from rooms.people.people import Person

RINGS_FOR = timedelta(seconds=60)
COMES_WITHIN = timedelta(minutes=3)
"""Whoever is on site walks to the table."""
POSTPONED_FOR = timedelta(minutes=5)
MISSES_BEFORE_HOLD = 3
STRETCHED_BY, STRETCHED_AT_MOST = timedelta(minutes=1), timedelta(minutes=3)
"""Whoever needs longer to answer says so, as often as they like up to then (WCAG 2.2, 2.2.1)."""


async def call_next(tx: Transaction, recruiter: Person, booth: Booth, *, finish: bool = False) -> Call:
    """Ring the first in line who is free and within reach."""
    await _make_ready(tx, recruiter, booth, finish=finish)
    here = {person.id for person in (await staff_here.of_booths(tx, [booth.id]))[booth.id]}
    waiting = [place for place in await places.in_line(tx, booth.id) if place.state is PlaceState.WAITING]
    line = [place for place in waiting if kept_for(place, here) in (None, recruiter.id)]
    reach = await presence.reach(tx, {place.person_id for place in line})
    engaged = await engagement.engaged(tx, {place.person_id for place in line})
    for place in line:
        is_near = place.is_on_site or reach[place.person_id].is_near
        if not is_callable(tx, place) or place.person_id in engaged or not is_near:
            continue
        call = await _ring(tx, recruiter, place)
        if call:
            return call
    raise Conflict("line.nobody", N_("Nobody in line can be called right now."))


async def call_chosen(tx: Transaction, recruiter: Person, place: Place, *, finish: bool = False) -> Call:
    """Ring the person the recruiter has chosen, even if they asked for a few minutes."""
    await _make_ready(tx, recruiter, place.booth, finish=finish)
    await tx.session.refresh(place)
    if place.state is not PlaceState.WAITING:
        raise Conflict("place.not_waiting", N_("This person is no longer waiting in your line."))
    if not (place.is_on_site or (await presence.reach(tx, {place.person_id}))[place.person_id].is_near):
        raise Conflict("place.out_of_reach", N_("This person is out of reach just now. Their place is kept."))
    ringing = await _ringing_at(tx, place.id)
    if ringing:
        message = N_("%(name)s is calling this person already.")
        raise Conflict("place.ringing", message, name=ringing.recruiter.name)
    call = await _ring(tx, recruiter, place)
    if call is None:
        raise Conflict("place.engaged", N_("This person is in another call or talk. Their place is kept."))
    return call


def kept_for(place: Place, here: Collection[uuid.UUID]) -> uuid.UUID | None:
    """Who was sent to a colleague is theirs, as long as that colleague is there."""
    return place.kept_for_id if place.kept_for_id in here else None


def is_callable(tx: Transaction, place: Place) -> bool:
    return place.passed_over_until is None or place.passed_over_until <= tx.now


async def _make_ready(tx: Transaction, recruiter: Person, booth: Booth, *, finish: bool) -> None:
    """Hold the line still for this call, and see that the recruiter is free for it."""
    await tx.session.refresh(booth, with_for_update={"of": Booth})
    if booth.paused_at:
        raise Conflict("booth.paused", N_("The booth is on a break. End the break first."))
    if not booth.fair.is_open_now:
        raise fairs.not_open()
    # Whoever calls is back.
    await desk_presence.end_break(tx, booth.id, recruiter.id)
    engaged = (await engagement.engaged(tx, {recruiter.id})).get(recruiter.id)
    if engaged is None:
        return
    meeting = await meetings.locked(tx, engaged.meeting_id) if engaged.meeting_id else None
    if meeting is None:
        raise Conflict("recruiter.ringing", N_("You are calling somebody already. Withdraw that call first."))
    if not finish or meeting.led_by_id != recruiter.id:
        raise Conflict("recruiter.in_meeting", N_("You are in a talk. Finish it first, then call the next."))
    await meetings.end(tx, meeting)
    await tx.session.flush()


async def _ring(tx: Transaction, recruiter: Person, place: Place) -> Call | None:
    """Take both people and ring; None when another line has the candidate. A busy recruiter is told."""
    call = Call(id=new_id(), place_id=place.id, recruiter_id=recruiter.id, state=CallState.RINGING)
    call.rang_at, call.deadline = tx.now, tx.now + (COMES_WITHIN if place.is_on_site else RINGS_FOR)
    call.place, call.recruiter = place, await tx.session.get_one(Person, recruiter.id)
    # A savepoint gives the first person free again when the second is taken; a fixed order prevents a deadlock.
    async with tx.session.begin_nested() as savepoint:
        tx.session.add(call)
        people = sorted((recruiter.id, place.person_id))
        taken = {person: await engagement.engage_in_call(tx, person, call.id) for person in people}
        if not all(taken.values()):
            await savepoint.rollback()
    if not taken[recruiter.id]:
        raise Conflict("recruiter.ringing", N_("You are calling somebody already. Withdraw that call first."))
    if not taken[place.person_id]:
        return None
    _tell_that_it_rings(tx, call)
    await call_letters.reach_out(tx, call)
    return call


async def locked(tx: Transaction, call_id: uuid.UUID) -> Call | None:
    """The call, locked: whoever comes second sees what the first has decided."""
    query = select(Call).where(Call.id == call_id).with_for_update(of=Call).execution_options(populate_existing=True)
    return (await tx.session.execute(query)).unique().scalar_one_or_none()


async def answer(tx: Transaction, call: Call, how: Answer) -> Meeting | None:
    """The candidate answers. Joining opens the meeting; accepting the same call again finds the same meeting."""
    if call.state is CallState.ACCEPTED and how in (Answer.JOIN, Answer.WITHOUT_VIDEO):
        found = await tx.session.execute(select(Meeting).where(Meeting.call_id == call.id))
        return found.scalar_one()
    _must_ring(tx, call)
    if how in (Answer.JOIN, Answer.WITHOUT_VIDEO) and call.place.is_on_site:
        # They are on their way: the talk begins at the table.
        call.coming_at = call.coming_at or tx.now
        call.deadline = call.rang_at + RINGS_FOR + STRETCHED_AT_MOST
        _tell_that_it_rings(tx, call)
        return None
    if how in (Answer.JOIN, Answer.WITHOUT_VIDEO):
        return await _accept(tx, call, Mode.VIDEO if how is Answer.JOIN else Mode.AUDIO)
    await engagement.release_call(tx, call.id)
    if how is Answer.LATER:
        settle(tx, call, CallState.POSTPONED)
        call.place.missed = 0
        places.pass_over(tx, call.place, POSTPONED_FOR)
    else:
        settle(tx, call, CallState.DECLINED)
        await places.leave(tx, call.place)
    return None


async def _accept(tx: Transaction, call: Call, mode: Mode, *, is_at_table: bool = False) -> Meeting:
    settle(tx, call, CallState.ACCEPTED)
    place = call.place
    place.missed = 0
    accepted = AcceptedCall(
        call.id, place.id, place.booth, place.person_id, call.recruiter_id, mode, is_at_table=is_at_table
    )
    meeting = await meetings.open_for_call(tx, accepted)
    await places.tell_second(tx, place.booth_id)
    return meeting


async def arrived(tx: Transaction, call: Call) -> Meeting:
    """Whoever was called on site stands at the table: the talk begins, for both."""
    if call.state is CallState.ACCEPTED:
        return (await tx.session.execute(select(Meeting).where(Meeting.call_id == call.id))).scalar_one()
    _must_ring(tx, call)
    if not call.place.is_on_site:
        raise Conflict("call.not_on_site", N_("This person waits for a talk by video: they answer themselves."))
    meeting = await _accept(tx, call, Mode.CHAT, is_at_table=True)
    for person in (call.recruiter, call.place.person):
        await meetings.go_in(tx, person, meeting)
    return meeting


def stretch(tx: Transaction, call: Call) -> None:
    """The candidate needs more time to answer: the call rings on."""
    _must_ring(tx, call)
    longest = call.rang_at + RINGS_FOR + STRETCHED_AT_MOST
    if call.deadline >= longest:
        raise Conflict("call.longest", N_("It cannot ring longer. Not ready? You keep your place in this line."))
    call.deadline = min(call.deadline + STRETCHED_BY, longest)
    _tell_that_it_rings(tx, call)


def _tell_that_it_rings(tx: Transaction, call: Call) -> None:
    place = call.place
    event = CallRang(
        call_id=call.id,
        place_id=place.id,
        booth_id=place.booth_id,
        recruiter_id=call.recruiter_id,
        deadline=call.deadline,
    )
    tx.record(event, line_stream(place.booth_id), person_stream(place.person_id))


async def ringing_for_place(tx: Transaction, place_id: uuid.UUID) -> Call | None:
    query = select(Call.id).where(Call.place_id == place_id, Call.state == CallState.RINGING, Call.deadline > tx.now)
    found = (await tx.session.execute(query)).scalar_one_or_none()
    return await locked(tx, found) if found else None


async def _ringing_at(tx: Transaction, place_id: uuid.UUID) -> Call | None:
    """The one call of a place that is not settled, also in the moment after its time was over."""
    query = select(Call).where(Call.place_id == place_id, Call.state == CallState.RINGING)
    return (await tx.session.execute(query)).unique().scalar_one_or_none()


async def leave(tx: Transaction, place: Place) -> None:
    """Give a place up. A call that rings for it is over, and its recruiter free at once."""
    ringing = await _ringing_at(tx, place.id)
    call = await locked(tx, ringing.id) if ringing else None
    if call and call.state is CallState.RINGING:
        await engagement.release_call(tx, call.id)
        settle(tx, call, CallState.DECLINED)
    await places.leave(tx, place)


async def withdraw(tx: Transaction, call: Call) -> None:
    _must_ring(tx, call)
    await engagement.release_call(tx, call.id)
    settle(tx, call, CallState.WITHDRAWN)


async def expire(tx: Transaction, call: Call) -> None:
    """The call rang until its deadline. It counts only if the person could see it all the while."""
    if call.state is not CallState.RINGING or call.deadline > tx.now:
        return
    # The screen in the house has shown it to whoever is there.
    counted = call.place.is_on_site or await presence.was_reached(tx, call.place.person_id, call.rang_at)
    await engagement.release_call(tx, call.id)
    settle(tx, call, CallState.MISSED, counted=counted)
    if call.place.state is not PlaceState.WAITING:
        return
    if not counted:
        here = (await presence.reach(tx, {call.place.person_id}))[call.place.person_id].is_here
        if not here:
            places.pass_over(tx, call.place, places.PASSED_OVER_FOR)
        return
    call.place.missed += 1
    if call.place.missed >= MISSES_BEFORE_HOLD:
        places.move(tx, call.place, PlaceState.ON_HOLD, HoldReason.MISSED)
        await places.tell_second(tx, call.place.booth_id)
    else:
        places.pass_over(tx, call.place, places.PASSED_OVER_FOR)


def _must_ring(tx: Transaction, call: Call) -> None:
    if call.state is not CallState.RINGING or call.deadline <= tx.now:
        raise Conflict("call.settled", N_("This call no longer rings. Your place in line is kept."))


def settle(tx: Transaction, call: Call, state: CallState, *, counted: bool = False) -> None:
    """The one door through which a call stops ringing."""
    call.state, call.settled_at = state, tx.now
    event = CallSettled(
        call_id=call.id, place_id=call.place_id, booth_id=call.place.booth_id, state=state, counted=counted
    )
    tx.record(event, line_stream(call.place.booth_id), person_stream(call.place.person_id))


async def ringing_for(tx: Transaction, person_id: uuid.UUID) -> Call | None:
    """The call that rings for this candidate."""
    return (await tx.session.execute(rings_for(tx, person_id))).scalars().first()


def rings_for(tx: Transaction, person_id: uuid.UUID) -> Select[Call]:
    query = select(Call).join(Place, Place.id == Call.place_id)
    return query.where(Place.person_id == person_id, Call.state == CallState.RINGING, Call.deadline > tx.now)


async def ringing_at(tx: Transaction, booth_id: uuid.UUID) -> list[Call]:
    query = select(Call).join(Place, Place.id == Call.place_id)
    query = query.where(Place.booth_id == booth_id, Call.state == CallState.RINGING)
    return list((await tx.session.execute(query)).scalars())


async def due(tx: Transaction) -> list[uuid.UUID]:
    query = select(Call.id).where(Call.state == CallState.RINGING, Call.deadline <= tx.now)
    return list((await tx.session.execute(query)).scalars())
