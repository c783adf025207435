"""An employer takes those alone who allow it, and as long as they do."""

import asyncio

import pytest

from rooms.access import Actor, merging
from rooms.core.errors import NotFound
from rooms.meetings import answer_templates, follow_up, talk_tags
from rooms.meetings.meeting import Meeting, NextStep
from rooms.organisations import employers, transfer_consents
from rooms.people.people import Person
from rooms.views import transfer
from rooms.views.transfer import Transfer
from tests.cast import Cast
from tests.rooms.views.test_fair_report import talk, welcome


async def allow(cast: Cast, person: Person, words: str = "I allow it.") -> None:
    async with cast.database.transaction() as tx:
        await transfer_consents.give(tx, person, cast.atlantique.employer_id, words)


async def end(cast: Cast, person: Person) -> None:
    async with cast.database.transaction() as tx:
        await transfer_consents.withdraw(tx, person.id, cast.atlantique.employer_id)


async def taken(cast: Cast) -> Transfer:
    async with cast.database.reading() as tx:
        return await transfer.of_booth(tx, await cast.fresh_booth(tx, cast.atlantique))


async def test_whoever_allows_it_is_taken_with_what_was_said_and_whoever_does_not_is_counted(cast: Cast) -> None:
    await cast.connect(cast.luc, cast.atlantique)
    first, second = await welcome(cast, 1), await welcome(cast, 2)
    meeting = await talk(cast, first, wait=1, length=5)
    await talk(cast, second, wait=1, length=5)
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Meeting, meeting.id)
        await follow_up.answer(tx, row, NextStep.KEEP, "In May.")
        follow_up.note_for_team(row, "Bakes.")
        await talk_tags.write(tx, row.id, ["pastry"])
    await allow(cast, first)
    found = await taken(cast)
    (person,) = found.candidates
    (held,) = person.talks
    assert (person.name, person.email, person.allowed_words) == ("Person 1", "person1@example.org", "I allow it.")
    assert (held.recruiter, held.next_step, held.answer) == ("Luc Moreau", "keep", "In May.")
    assert (held.team_notes, list(held.tags)) == ("Bakes.", ["pastry"])
    assert found.left_out == 1


async def test_what_was_ended_goes_no_further_and_can_be_allowed_anew(cast: Cast) -> None:
    await cast.connect(cast.luc, cast.atlantique)
    person = await welcome(cast, 1)
    await talk(cast, person, wait=1, length=5)
    await allow(cast, person)
    await end(cast, person)
    assert (await taken(cast)).left_out == 1
    await allow(cast, person, "Once more.")
    assert [each.allowed_words for each in (await taken(cast)).candidates] == ["Once more."]


async def test_a_next_step_that_is_not_sent_is_not_taken(cast: Cast) -> None:
    await cast.connect(cast.luc, cast.atlantique)
    person = await welcome(cast, 1)
    meeting = await talk(cast, person, wait=1, length=5)
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Meeting, meeting.id)
        await follow_up.note(tx, row, "Private.", NextStep.NO)
    await allow(cast, person)
    (held,) = (await taken(cast)).candidates[0].talks
    assert (held.next_step, held.answer, held.team_notes) == ("", "", "")


async def test_allowing_twice_at_once_is_once_and_ending_what_was_not_allowed_is_nothing(cast: Cast) -> None:
    with pytest.raises(NotFound):
        await end(cast, cast.amina)
    await asyncio.gather(allow(cast, cast.amina), allow(cast, cast.amina))
    async with cast.database.reading() as tx:
        assert len(await transfer_consents.of_person(tx, cast.amina.id)) == 1


async def test_employers_that_are_one_keep_answers_and_what_was_allowed(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        gone = await employers.found(tx, "Hotel Atlantique", "hospitality")
        await answer_templates.keep(tx, gone.id, "In May", NextStep.KEEP, "We write in May.")
        await transfer_consents.give(tx, cast.amina, gone.id, "To the other.")
        await transfer_consents.give(tx, cast.karim, gone.id, "To the other.")
        await transfer_consents.give(tx, cast.karim, cast.atlantique.employer_id, "To the first.")
    async with cast.database.transaction() as tx:
        kept = await tx.session.get_one(employers.Employer, cast.atlantique.employer_id)
        other = await tx.session.get_one(employers.Employer, gone.id)
        await merging.merge(tx, Actor(await cast.fresh(tx, cast.paul)), kept, other)
    async with cast.database.reading() as tx:
        assert [each.name for each in await answer_templates.of_employer(tx, cast.atlantique.employer_id)] == ["In May"]
        people = {cast.amina.id, cast.karim.id}
        allowed = await transfer_consents.of_people(tx, cast.atlantique.employer_id, people)
        assert {row.words for row in allowed.values()} == {"To the other.", "To the first."}
        assert allowed[cast.karim.id].words == "To the first."
