"""A candidate is sent on with their yes alone, and loses no place by it."""

import uuid

import pytest

from rooms.core import outbox
from rooms.core.errors import Conflict, Invalid, NotFound
from rooms.fairs import booth_staff, booths
from rooms.lines import calls, joining, places, referrals
from rooms.lines.call import Answer, Call
from rooms.lines.places import Place, PlaceState
from rooms.meetings import meetings, reopening
from rooms.meetings.meeting import Meeting, MeetingState
from rooms.organisations import employers, vacancies
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.meetings.test_way_back import go


async def offer(cast: Cast, talk: Meeting, booth: object, to: Person | None, by: Person | None = None) -> uuid.UUID:
    async with cast.database.transaction() as tx:
        row = await meetings.locked(tx, talk.id)
        assert row
        where = await cast.fresh_booth(tx, booth)  # type: ignore[arg-type]
        whom = to.id if to else None
        return (await referrals.offer(tx, row, await cast.fresh(tx, by or cast.luc), where, whom, "She bakes.")).id


async def answer(cast: Cast, talk: Meeting, referral_id: uuid.UUID, *, accepts: bool = True) -> None:
    async with cast.database.transaction() as tx:
        row = await meetings.locked(tx, talk.id)
        assert row
        await referrals.answer(tx, await referrals.by_id(tx, row.id, referral_id), row, accepts=accepts)


async def end(cast: Cast, talk: Meeting) -> None:
    async with cast.database.transaction() as tx:
        row = await meetings.locked(tx, talk.id)
        assert row
        await meetings.end(tx, row)


async def reopen(cast: Cast, talk: Meeting) -> None:
    async with cast.database.transaction() as tx:
        row = await meetings.locked(tx, talk.id)
        assert row
        await reopening.reopen(tx, row)


async def held(cast: Cast, person: Person) -> dict[uuid.UUID, Place]:
    async with cast.database.reading() as tx:
        return {place.booth_id: place for place in await places.of_person(tx, person.id)}


async def rung(cast: Cast, recruiter: Person) -> uuid.UUID:
    """Whom the recruiter's next call rings; it is withdrawn again."""
    call: Call = await cast.call_next(recruiter, cast.atlantique)
    async with cast.database.transaction() as tx:
        row = await calls.locked(tx, call.id)
        assert row
        await calls.withdraw(tx, row)
        return row.place.person_id


async def test_whoever_is_sent_to_a_colleague_stands_first_and_is_that_colleagues(cast: Cast, talk: Meeting) -> None:
    await answer(cast, talk, await offer(cast, talk, cast.atlantique, cast.claire))
    assert (await held(cast, cast.amina))[cast.atlantique.id].state is PlaceState.TALKING
    await end(cast, talk)
    place = (await held(cast, cast.amina))[cast.atlantique.id]
    assert (place.state, place.kept_for_id) == (PlaceState.WAITING, cast.claire.id)
    # Luc goes on with whoever is next; Claire gets the one who was sent to her.
    assert await rung(cast, cast.luc) == cast.karim.id
    assert await rung(cast, cast.claire) == cast.amina.id
    # And where Claire has gone, nobody waits for her in vain.
    await cast.disconnect(cast.claire)
    await cast.pass_by(minutes=3)
    await cast.connect(cast.amina)
    assert await rung(cast, cast.luc) == cast.amina.id


async def test_after_the_talk_too_and_in_the_same_order(cast: Cast, talk: Meeting) -> None:
    await end(cast, talk)
    assert await held(cast, cast.amina) == {}
    await answer(cast, talk, await offer(cast, talk, cast.atlantique, cast.claire))
    async with cast.database.reading() as tx:
        line = await places.in_line(tx, cast.atlantique.id)
        assert [place.person_id for place in line] == [cast.amina.id, cast.karim.id]
        assert [each.recipient for each in await outbox.latest(tx) if each.template == "referral"] == [cast.amina.email]


async def test_at_another_booth_one_stands_last_and_says_no_if_one_likes(cast: Cast, talk: Meeting) -> None:
    await cast.join(cast.karim, cast.perrin)
    await answer(cast, talk, await offer(cast, talk, cast.perrin, None), accepts=False)
    assert cast.perrin.id not in await held(cast, cast.amina)
    second = await offer(cast, talk, cast.perrin, None)
    await answer(cast, talk, second)
    async with cast.database.reading() as tx:
        line = await places.in_line(tx, cast.perrin.id)
        assert [place.person_id for place in line] == [cast.karim.id, cast.amina.id]
        sent = (await referrals.to_places(tx, [line[1].id]))[line[1].id]
        assert (sent.id, sent.made_by_id, sent.words) == (second, cast.luc.id, "She bakes.")
    with pytest.raises(Conflict, match=r"referral\.answered"):
        await answer(cast, talk, second)


async def test_what_is_proposed_anew_replaces_what_was_and_can_be_taken_back(cast: Cast, talk: Meeting) -> None:
    first = await offer(cast, talk, cast.perrin, None)
    second = await offer(cast, talk, cast.atlantique, cast.claire)
    with pytest.raises(Conflict, match=r"referral\.answered"):
        await answer(cast, talk, first)
    async with cast.database.transaction() as tx:
        await referrals.withdraw(tx, await tx.session.get_one(Meeting, talk.id))
    with pytest.raises(Conflict, match=r"referral\.answered"):
        await answer(cast, talk, second)
    async with cast.database.reading() as tx:
        assert await referrals.latest_of(tx, [talk.id]) == {}


async def test_only_to_who_staffs_the_booth_and_to_booths_of_the_fair(cast: Cast, talk: Meeting) -> None:
    for stranger in (cast.sophie, cast.luc, None):
        with pytest.raises(Invalid, match=r"referral\.colleague"):
            await offer(cast, talk, cast.atlantique, stranger)
    async with cast.database.transaction() as tx:
        employer = await employers.found(tx, "Atelier", "hospitality", "Nantes")
        unready = await booths.reserve(tx, cast.fair, employer)
    with pytest.raises(NotFound):
        await offer(cast, talk, unready, None)


async def test_a_colleague_who_leaves_the_booth_keeps_nobody(cast: Cast, talk: Meeting) -> None:
    await answer(cast, talk, await offer(cast, talk, cast.atlantique, cast.claire))
    await end(cast, talk)
    async with cast.database.transaction() as tx:
        await booth_staff.choose_staff(tx, await cast.fresh_booth(tx, cast.atlantique), {cast.luc.id})
    assert await rung(cast, cast.luc) == cast.amina.id


async def test_a_talk_ended_by_mistake_is_taken_up_again_for_both(cast: Cast, talk: Meeting) -> None:
    await end(cast, talk)
    await cast.pass_by(minutes=4)
    await reopen(cast, talk)
    async with cast.database.reading() as tx:
        row = await tx.session.get_one(Meeting, talk.id)
        assert (row.state, set(row.gone_in), set(row.gone_out)) == (MeetingState.LIVE, {cast.luc.id}, {cast.amina.id})
        assert row.follow_up.answer_promised_by is None
    assert (await held(cast, cast.amina))[cast.atlantique.id].state is PlaceState.TALKING
    await go(cast, cast.amina, talk)
    await end(cast, talk)
    assert await held(cast, cast.amina) == {}
    async with cast.database.reading() as tx:
        assert (await tx.session.get_one(Meeting, talk.id)).follow_up.answer_promised_by


async def test_not_after_five_minutes_and_not_from_another_talk(cast: Cast, talk: Meeting) -> None:
    await end(cast, talk)
    await cast.connect(cast.karim)
    await cast.call_next(cast.luc, cast.atlantique)
    with pytest.raises(Conflict, match=r"recruiter\.in_meeting"):
        await reopen(cast, talk)
    await cast.pass_by(minutes=5)
    with pytest.raises(Conflict, match=r"meeting\.closed"):
        await reopen(cast, talk)


async def test_not_where_the_candidate_waits_in_that_line_again(cast: Cast, talk: Meeting) -> None:
    await end(cast, talk)
    await cast.join(cast.amina, cast.atlantique)
    with pytest.raises(Conflict, match=r"place\.again"):
        await reopen(cast, talk)
    assert (await held(cast, cast.amina))[cast.atlantique.id].state is PlaceState.WAITING


async def test_one_says_for_which_job_one_comes(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        job = (await vacancies.of_employers(tx, [booth.employer_id]))[booth.employer_id][0]
        other = (await vacancies.of_employers(tx, [cast.perrin.employer_id]))[cast.perrin.employer_id][0]
        amina = await cast.fresh(tx, cast.amina)
        assert (await joining.join(tx, amina, booth, "Hello", job.id)).vacancy_id == job.id
        with pytest.raises(Invalid, match=r"vacancy\.withdrawn"):
            await joining.join(tx, await cast.fresh(tx, cast.karim), booth, "", other.id)
        await vacancies.withdraw(tx, job)
        with pytest.raises(Invalid, match=r"vacancy\.withdrawn"):
            await joining.join(tx, await cast.fresh(tx, cast.karim), booth, "", job.id)


async def test_taking_a_talk_up_again_loses_nobody_the_place_they_were_promised(cast: Cast, talk: Meeting) -> None:
    await answer(cast, talk, await offer(cast, talk, cast.atlantique, cast.claire))
    await end(cast, talk)
    await reopen(cast, talk)
    await go(cast, cast.amina, talk)
    await end(cast, talk)
    place = (await held(cast, cast.amina))[cast.atlantique.id]
    assert (place.state, place.kept_for_id) == (PlaceState.WAITING, cast.claire.id)


async def test_not_while_a_colleague_calls_them_talks_with_them_or_has_talked(cast: Cast, talk: Meeting) -> None:
    await answer(cast, talk, await offer(cast, talk, cast.atlantique, cast.claire))
    await end(cast, talk)
    call = await cast.call_next(cast.claire, cast.atlantique)
    assert call.place.person_id == cast.amina.id
    with pytest.raises(Conflict, match=r"place\.gone_on"):
        await reopen(cast, talk)
    second = await cast.answer(call, Answer.JOIN)
    assert second
    with pytest.raises(Conflict, match=r"place\.gone_on"):
        await reopen(cast, talk)
    for person in (cast.claire, cast.amina):
        await go(cast, person, second)
    await end(cast, second)
    assert await held(cast, cast.amina) == {}
    # Whoever has had both talks is owed no third one.
    await reopen(cast, talk)
    await end(cast, talk)
    assert await held(cast, cast.amina) == {}


async def test_not_where_they_have_left_the_line(cast: Cast, talk: Meeting) -> None:
    await answer(cast, talk, await offer(cast, talk, cast.atlantique, cast.claire))
    await end(cast, talk)
    place = (await held(cast, cast.amina))[cast.atlantique.id]
    async with cast.database.transaction() as tx:
        await calls.leave(tx, await tx.session.get_one(Place, place.id))
    with pytest.raises(Conflict, match=r"place\.gone_on"):
        await reopen(cast, talk)
    async with cast.database.reading() as tx:
        assert (await tx.session.get_one(Meeting, talk.id)).state is MeetingState.ENDED
