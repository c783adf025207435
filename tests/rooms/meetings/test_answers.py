"""The answer after a talk belongs to the booth: colleagues see what is due and may give it, once."""

from datetime import timedelta

import pytest

from rooms.core import outbox
from rooms.core.errors import Conflict, Invalid, NotFound
from rooms.fairs import booth_staff, desk_presence
from rooms.fairs.booths import BoothStaff
from rooms.fairs.fairs import Fair
from rooms.lines import line_status
from rooms.meetings import answer_templates, follow_up, meetings, talk_tags
from rooms.meetings.meeting import Meeting, NextStep
from rooms.organisations import employers
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.views.test_fair_report import talk


async def colleague(cast: Cast) -> Person:
    """Claire stands at the booth too."""
    async with cast.database.transaction() as tx:
        claire = await cast.fresh(tx, cast.claire)
        await employers.add_member(tx, cast.atlantique.employer_id, claire, is_owner=False)
        await booth_staff.staff_by_member(tx, cast.atlantique.employer_id, claire.id)
    return claire


async def held(cast: Cast) -> Meeting:
    await cast.connect(cast.amina)
    await cast.connect(cast.luc, cast.atlantique)
    return await talk(cast, cast.amina, wait=1, length=5)


async def give(cast: Cast, meeting: Meeting, by: Person, step: NextStep = NextStep.GO_ON) -> None:
    async with cast.database.transaction() as tx:
        row = await meetings.locked(tx, meeting.id)
        assert row
        await follow_up.answer(tx, row, step, "Welcome", await cast.fresh(tx, by))


async def test_a_colleague_answers_once_and_whoever_led_may_correct_it(cast: Cast) -> None:
    claire, meeting = await colleague(cast), await held(cast)
    async with cast.database.reading() as tx:
        assert [row.id for row in await follow_up.unanswered(tx, cast.atlantique.id)] == [meeting.id]
        assert (await follow_up.held_at(tx, cast.atlantique.id, meeting.id)).id == meeting.id
        with pytest.raises(NotFound):
            await follow_up.held_at(tx, cast.perrin.id, meeting.id)
    await give(cast, meeting, claire)
    with pytest.raises(Conflict, match=r"answer\.given"):
        await give(cast, meeting, claire, NextStep.NO)
    await give(cast, meeting, cast.luc, NextStep.KEEP)
    async with cast.database.reading() as tx:
        assert await follow_up.unanswered(tx, cast.atlantique.id) == []
        written = (await tx.session.get_one(Meeting, meeting.id)).follow_up
        assert (written.next_step, written.answered_by_id) == (NextStep.KEEP, cast.luc.id)


async def reminded(cast: Cast) -> list[str]:
    async with cast.database.transaction() as tx:
        await follow_up.remind(tx)
    async with cast.database.reading() as tx:
        return [mail.recipient for mail in await outbox.latest(tx) if mail.template == "answer_due"]


async def test_whoever_owes_an_answer_is_reminded_once_two_days_before(cast: Cast) -> None:
    await held(cast)
    assert await reminded(cast) == []
    await cast.connect(cast.karim)
    await talk(cast, cast.karim, wait=1, length=5)
    await cast.pass_by(days=4)
    assert await reminded(cast) == [cast.luc.email], "one letter for two answers"
    assert await reminded(cast) == [cast.luc.email]


async def hand(cast: Cast, meeting: Meeting, to: Person) -> None:
    async with cast.database.transaction() as tx:
        row = await meetings.locked(tx, meeting.id)
        assert row
        booth, luc = await cast.fresh_booth(tx, cast.atlantique), await cast.fresh(tx, cast.luc)
        await follow_up.hand_answer_to(tx, row, booth, to.id, luc)


async def test_an_answer_that_was_handed_to_a_colleague_is_theirs_to_be_reminded_of(cast: Cast) -> None:
    claire, meeting = await colleague(cast), await held(cast)
    with pytest.raises(Invalid) as refused:
        await hand(cast, meeting, cast.sophie)
    assert refused.value.field == "colleague"
    await hand(cast, meeting, claire)
    async with cast.database.reading() as tx:
        handed = [mail.recipient for mail in await outbox.latest(tx) if mail.template == "answer_handed"]
    assert handed == [claire.email]
    await cast.pass_by(days=4)
    assert await reminded(cast) == [claire.email]
    await give(cast, meeting, cast.luc)
    with pytest.raises(Conflict, match=r"answer\.given"):
        await hand(cast, meeting, cast.luc)


async def test_nobody_is_reminded_on_the_day_of_the_talks(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        (await tx.session.get_one(Fair, cast.fair.id)).answer_days = 1
    await held(cast)
    await cast.pass_by(hours=2)
    assert await reminded(cast) == []
    await cast.pass_by(hours=11)
    assert await reminded(cast) == [cast.luc.email]


async def test_if_they_have_left_those_who_are_there_are_reminded(cast: Cast) -> None:
    claire = await colleague(cast)
    await held(cast)
    async with cast.database.transaction() as tx:
        await tx.session.delete(await tx.session.get_one(BoothStaff, (cast.atlantique.id, cast.luc.id)))
    await cast.pass_by(days=4)
    assert await reminded(cast) == [claire.email]


async def test_a_break_is_a_persons_and_ends_by_the_clock_or_by_calling(cast: Cast) -> None:
    claire = await colleague(cast)
    await cast.connect(cast.luc, cast.atlantique)
    await cast.connect(claire, cast.atlantique)

    async def here() -> set[str]:
        async with cast.database.reading() as tx:
            booth = await cast.fresh_booth(tx, cast.atlantique)
            return {person.name for person in (await line_status.of_booths(tx, [booth]))[booth.id].staff}

    async def take(minutes: int) -> None:
        async with cast.database.transaction() as tx:
            await desk_presence.take_break(tx, cast.atlantique.id, cast.luc.id, minutes)

    for wrong in (0, 241):
        with pytest.raises(Invalid, match=r"minutes\.range"):
            await take(wrong)
    await take(10)
    assert await here() == {claire.name}
    async with cast.database.reading() as tx:
        (until,) = [until for _, until in (await desk_presence.on_break(tx, cast.atlantique.id)).values()]
        assert until == cast.clock.now() + timedelta(minutes=10)
    await cast.pass_by(minutes=10)
    assert await here() == {claire.name, cast.luc.name}
    await take(30)
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    await cast.call_next(cast.luc, cast.atlantique)
    assert await here() == {claire.name, cast.luc.name}


async def test_one_answer_for_several_names_each_and_replaces_none(cast: Cast) -> None:
    claire, first = await colleague(cast), await held(cast)
    await cast.connect(cast.karim)
    second = await talk(cast, cast.karim, wait=1, length=5)
    await give(cast, first, cast.luc, NextStep.KEEP)
    async with cast.database.transaction() as tx:
        chosen = [first.id, second.id]
        by = await cast.fresh(tx, claire)
        words = "Thank you {name}, the posts are filled."
        given, before = await follow_up.answer_many(tx, cast.atlantique.id, chosen, NextStep.NO, words, by)
        assert (given, [each.id for each in before]) == (1, [first.id])
        assert await follow_up.answer_many(tx, cast.perrin.id, chosen, NextStep.NO, words, by) == (0, [])
    async with cast.database.reading() as tx:
        one, other = [(await tx.session.get_one(Meeting, each)).follow_up for each in chosen]
        assert (one.next_step, other.next_step) == (NextStep.KEEP, NextStep.NO)
        assert other.answer == "Thank you Karim Diallo, the posts are filled."


async def test_an_answer_that_is_half_written_is_kept_and_told_to_nobody(cast: Cast) -> None:
    meeting = await held(cast)
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Meeting, meeting.id)
        await follow_up.note(tx, row, "Kind.", NextStep.GO_ON, "We would like")
        await follow_up.note(tx, row, "Kind and quick.")
        await tx.session.flush()
        assert (row.follow_up.answer, row.follow_up.answered_at) == ("We would like", None)
        await follow_up.answer(tx, row, NextStep.KEEP, "In May.")
        await follow_up.note(tx, row, "Kind.", NextStep.GO_ON, "Another draft")
        assert (row.follow_up.answer, row.follow_up.next_step) == ("In May.", NextStep.KEEP)


async def test_everybody_ticked_is_answered_however_many_the_desk_shows(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_up, "MOST_SHOWN", 1)
    first = await held(cast)
    await cast.connect(cast.karim)
    second = await talk(cast, cast.karim, wait=1, length=5)
    async with cast.database.transaction() as tx:
        assert len(await follow_up.unanswered(tx, cast.atlantique.id)) == 1
        luc, chosen = await cast.fresh(tx, cast.luc), [first.id, second.id]
        assert await follow_up.answer_many(tx, cast.atlantique.id, chosen, NextStep.KEEP, "In May.", luc) == (2, [])


async def test_answers_are_kept_ready_for_the_employer_alone(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        mine = cast.atlantique.employer_id
        row = await answer_templates.keep(tx, mine, "Full", NextStep.NO, "Thank you {name}.")
        assert [each.name for each in await answer_templates.of_employer(tx, mine)] == ["Full"]
        assert await answer_templates.of_employer(tx, cast.perrin.employer_id) == []
        with pytest.raises(NotFound):
            await answer_templates.remove(tx, cast.perrin.employer_id, row.id)
        for number in range(answer_templates.MOST - 1):
            await answer_templates.keep(tx, mine, f"Answer {number}", NextStep.KEEP, "Thank you.")
        with pytest.raises(Conflict, match=r"answer_template\.too_many"):
            await answer_templates.keep(tx, mine, "One more", NextStep.KEEP, "Thank you.")


async def test_talks_are_found_by_their_tags(cast: Cast) -> None:
    meeting = await held(cast)
    async with cast.database.transaction() as tx:
        await talk_tags.write(tx, meeting.id, talk_tags.parse("night shift, Lyon, night SHIFT,, "))
        assert (await talk_tags.of_talks(tx, [meeting.id]))[meeting.id] == ["Lyon", "night SHIFT"]
        assert [row.id for row in await follow_up.of_booth(tx, cast.atlantique.id, "Lyon")] == [meeting.id]
        assert await follow_up.of_booth(tx, cast.atlantique.id, "Paris") == []
    with pytest.raises(Invalid, match=r"tags\.too_many"):
        talk_tags.parse(",".join("abcdefghi"))
