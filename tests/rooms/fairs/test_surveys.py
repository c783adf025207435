"""Three questions after a fair: asked once, of those who were there, told without a name and never of few."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from rooms.core.errors import Conflict, Invalid, NotFound
from rooms.core.outbox import Mail
from rooms.fairs import attendees, opening, schedule, surveys
from rooms.fairs.surveys import Audience, SurveyAnswer
from rooms.people import mail_refusals, people
from rooms.people.people import Person
from rooms.views import inbox, survey_results
from rooms.views.inbox import EntryKind
from rooms.views.survey_results import SurveyResults
from tests.cast import Cast
from tests.rooms.access.test_taken_back import fresh_fair


async def come(cast: Cast, *who: Person) -> None:
    async with cast.database.transaction() as tx:
        for person in who:
            await attendees.came(tx, await fresh_fair(tx, cast), {person.id: await cast.fresh(tx, person)})


async def guests(cast: Cast, number: int) -> list[Person]:
    async with cast.database.transaction() as tx:
        found = [await people.welcome(tx, f"G {n}", f"g{n}@example.org", "fr") for n in range(number)]
    await come(cast, *found)
    return found


async def look(cast: Cast) -> None:
    """What the worker does."""
    async with cast.database.transaction() as tx:
        await schedule.turn_due(tx, cast.fair.id)
    async with cast.database.transaction() as tx:
        await surveys.begin_due(tx)


async def end(cast: Cast) -> None:
    await cast.pass_by(hours=9)
    await look(cast)


async def say(
    cast: Cast, person: Person, useful: int | None = 4, yes: bool | None = True, words: str = "",
    audience: Audience = Audience.CANDIDATE,
) -> SurveyAnswer:  # fmt: skip
    async with cast.database.transaction() as tx:
        return await surveys.answer(tx, await fresh_fair(tx, cast), audience, person, useful, yes, words)


async def letters(cast: Cast) -> list[str]:
    async with cast.database.reading() as tx:
        query = select(Mail.recipient).where(Mail.template == "survey").order_by(Mail.recipient)
        return list((await tx.session.execute(query)).scalars())


async def results(cast: Cast) -> Sequence[SurveyResults]:
    async with cast.database.reading() as tx:
        return await survey_results.of_fair(tx, cast.fair.id)


async def test_whoever_was_there_is_asked_once_when_the_last_day_is_over(cast: Cast) -> None:
    # Luc looks round at the fair too: he is both, and gets one letter.
    await come(cast, cast.amina, cast.luc)
    await cast.pass_by(hours=8)
    await look(cast)
    assert await letters(cast) == []
    await cast.pass_by(hours=1)
    await look(cast)
    await look(cast)
    assert await letters(cast) == ["amina.benali@example.org", "luc.moreau@example.org", "sophie.perrin@example.org"]
    candidates, employers = await results(cast)
    assert (candidates.asked, employers.asked) == (2, 2)


async def test_a_pause_or_a_further_day_is_not_the_end(cast: Cast) -> None:
    await come(cast, cast.amina)
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        await schedule.add_day(tx, fair, tx.now + timedelta(days=2), tx.now + timedelta(days=2, hours=3))
        await opening.close_by_hand(tx, fair)
    await end(cast)
    assert await letters(cast) == []


async def test_whoever_does_without_such_letters_gets_none_and_may_answer(cast: Cast) -> None:
    await come(cast, cast.amina)
    async with cast.database.transaction() as tx:
        await mail_refusals.refuse(tx, "amina.benali@example.org", "survey")
    await end(cast)
    assert "amina.benali@example.org" not in await letters(cast)
    assert (await say(cast, cast.amina)).usefulness == 4


async def test_answering_again_replaces_and_fourteen_days_later_it_is_closed(cast: Cast) -> None:
    await come(cast, cast.amina)
    with pytest.raises(Conflict):
        await say(cast, cast.amina)
    await end(cast)
    await say(cast, cast.amina, 2, None, "Too loud.")
    again = await say(cast, cast.amina, 5, False, "")
    assert (again.usefulness, again.said_yes, again.words) == (5, False, "")
    assert [each.answered for each in await results(cast)] == [1, 0]
    await cast.pass_by(days=14)
    with pytest.raises(Conflict):
        await say(cast, cast.amina)


async def test_two_tabs_leave_one_answer(cast: Cast) -> None:
    await come(cast, cast.amina)
    await end(cast)
    await asyncio.gather(say(cast, cast.amina, 1), say(cast, cast.amina, 2))
    assert (await results(cast))[0].answered == 1


@pytest.mark.parametrize(("useful", "words"), [(None, "  "), (0, ""), (6, "")])
async def test_what_is_no_answer_is_refused(cast: Cast, useful: int | None, words: str) -> None:
    await come(cast, cast.amina)
    await end(cast)
    with pytest.raises(Invalid) as refused:
        await say(cast, cast.amina, useful, None, words)
    assert refused.value.field == "usefulness"


async def test_nothing_is_told_of_four_and_of_five_everything_but_who(cast: Cast) -> None:
    people_there = await guests(cast, 5)
    await end(cast)
    for number, person in enumerate(people_there[:4]):
        await say(cast, person, number + 1, number > 0, f"Words {9 - number}")
    few = (await results(cast))[0]
    assert (few.answered, few.usefulness, few.mean, few.yes, few.words) == (4, None, None, None, ())
    await say(cast, people_there[4], 5, None, "Words 1")
    told = (await results(cast))[0]
    assert told.usefulness == {1: 1, 2: 1, 3: 1, 4: 1, 5: 1}
    assert (told.mean, told.yes) == (3.0, None)
    assert told.words == ["Words 1", "Words 6", "Words 7", "Words 8", "Words 9"]


async def test_a_fair_asks_in_its_own_words_until_people_are_asked(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        wanted = {(Audience.CANDIDATE, 1): " How was  it? ", (Audience.EMPLOYER, 3): "  "}
        await surveys.word(tx, await fresh_fair(tx, cast), wanted)
        assert await surveys.own_words(tx, cast.fair.id) == {(Audience.CANDIDATE, 1): "How was it?"}
    await end(cast)
    async with cast.database.transaction() as tx:
        with pytest.raises(Conflict):
            await surveys.word(tx, await fresh_fair(tx, cast), {})


async def test_who_is_asked_as_what(cast: Cast) -> None:
    await come(cast, cast.amina, cast.luc)
    async with cast.database.reading() as tx:
        whom = (cast.amina, cast.luc, cast.sophie, cast.ines)
        found = [await surveys.audiences_of(tx, cast.fair.id, person.id) for person in whom]
    assert found == [[Audience.CANDIDATE], [Audience.CANDIDATE, Audience.EMPLOYER], [Audience.EMPLOYER], []]


async def test_a_fair_held_again_is_asked_about_again(cast: Cast) -> None:
    await come(cast, cast.amina)
    await end(cast)
    await say(cast, cast.amina, useful=2)
    await cast.pass_by(hours=24 * 30)
    async with cast.database.transaction() as tx:
        opens = tx.now + timedelta(hours=1)
        await schedule.add_day(tx, await fresh_fair(tx, cast), opens, opens + timedelta(hours=4))
    await cast.pass_by(hours=2)
    await look(cast)
    await come(cast, cast.karim)
    await cast.pass_by(hours=4)
    await look(cast)
    await look(cast)
    assert (await letters(cast)).count(cast.amina.email or "") == 2
    assert (await letters(cast)).count(cast.karim.email or "") == 1
    assert await asks(cast, cast.amina), "it stands in the inbox again"
    await say(cast, cast.amina, useful=5)
    assert not await asks(cast, cast.amina)


async def asks(cast: Cast, person: Person) -> bool:
    async with cast.database.reading() as tx:
        return bool(await surveys.to_answer(tx, person.id))


async def test_whoever_was_not_there_is_not_asked(cast: Cast) -> None:
    await come(cast, cast.amina)
    await end(cast)
    with pytest.raises(NotFound):
        await say(cast, cast.karim)
    with pytest.raises(NotFound):
        await say(cast, cast.amina, audience=Audience.EMPLOYER)


async def test_the_questions_stand_among_what_is_written_until_they_are_answered(cast: Cast) -> None:
    async def asked(person: Person) -> list[str]:
        async with cast.database.reading() as tx:
            entries = await inbox.of_person(tx, await cast.fresh(tx, person))
        return [entry.path for entry in entries if entry.kind is EntryKind.SURVEY]

    await come(cast, cast.amina)
    await end(cast)
    assert (await asked(cast.amina), await asked(cast.karim)) == ([f"{cast.fair.path}/survey"], [])
    await say(cast, cast.amina)
    assert await asked(cast.amina) == []
