"""What a fair asks those who register: answered with the words as they stood, required where it must be."""

import asyncio
import uuid

import pytest

from rooms.core.errors import Conflict, Invalid, NotFound
from rooms.fairs import attendees, registration, registration_answers
from rooms.fairs import registration_questions as asking
from rooms.fairs.fairs import Fair
from rooms.fairs.registration_questions import MOST_QUESTIONS, YES, Asked, QuestionKind, RegistrationQuestion
from tests.cast import Cast
from tests.rooms.access.test_taken_back import fresh_fair


async def ask(
    cast: Cast, kind: QuestionKind, words: str, options: str = "", *, is_required: bool = False
) -> RegistrationQuestion:
    async with cast.database.transaction() as tx:
        return await asking.ask(tx, await fresh_fair(tx, cast), Asked(kind, words, options, is_required=is_required))


async def answer(cast: Cast, **given: list[str]) -> None:
    async with cast.database.transaction() as tx:
        amina = await cast.fresh(tx, cast.amina)
        named = {f"answer-{uuid.UUID(name.removeprefix('q'))}": said for name, said in given.items()}
        await registration.answer(tx, await fresh_fair(tx, cast), amina, named)


def key(question: RegistrationQuestion) -> str:
    return f"q{question.id.hex}"


async def answered(cast: Cast) -> list[tuple[str, list[str]]]:
    async with cast.database.reading() as tx:
        mine = await registration.attendee_of(tx, cast.fair, cast.amina)
        assert mine
        return [(each.question.words, list(each.answers)) for each in await asking.answered_by(tx, mine.id)]


async def test_each_kind_of_question_is_answered_and_answered_anew(cast: Cast) -> None:
    text = await ask(cast, QuestionKind.TEXT, "What do you look for?")
    choice = await ask(cast, QuestionKind.CHOICE, "Where?", "Nantes\n Angers \nNantes\n\n")
    several = await ask(cast, QuestionKind.SEVERAL, "When?", "Morning\nEvening")
    consent = await ask(cast, QuestionKind.CONSENT, "I agree to be found.")
    assert choice.options == ["Nantes", "Angers"]
    await answer(
        cast,
        **{
            key(text): ["A job "],
            key(choice): ["Angers", "Nantes"],
            key(several): ["Evening", "Morning"],
            key(consent): [YES],
        },
    )
    assert await answered(cast) == [
        ("What do you look for?", ["A job"]),
        ("Where?", ["Angers"]),
        ("When?", ["Evening", "Morning"]),
        ("I agree to be found.", [YES]),
    ]
    await answer(cast, **{key(choice): ["Nantes"]})
    assert await answered(cast) == [("Where?", ["Nantes"])], "a consent that is not given again is taken back"


async def test_a_consent_keeps_the_moment_at_which_it_was_given(cast: Cast) -> None:
    consent = await ask(cast, QuestionKind.CONSENT, "I agree.")
    await answer(cast, **{key(consent): [YES]})
    given_at = cast.clock.now()
    await cast.pass_by(hours=1)
    await answer(cast, **{key(consent): [YES]})
    async with cast.database.reading() as tx:
        mine = await registration.attendee_of(tx, cast.fair, cast.amina)
        assert mine
        assert [each.given_at for each in await asking.answered_by(tx, mine.id)] == [given_at]


async def test_what_must_be_answered_is_and_what_was_not_offered_is_refused(cast: Cast) -> None:
    choice = await ask(cast, QuestionKind.CHOICE, "Where?", "Nantes\nAngers", is_required=True)
    consent = await ask(cast, QuestionKind.CONSENT, "I agree.", is_required=True)
    for given, field in (
        ({}, choice.field),
        ({key(choice): ["Paris"], key(consent): [YES]}, choice.field),
        ({key(choice): ["Nantes"]}, consent.field),
        ({key(choice): ["Nantes"], key(consent): ["no"]}, consent.field),
    ):
        with pytest.raises(Invalid) as refused:
            await answer(cast, **given)
        assert refused.value.field == field
    async with cast.database.reading() as tx:
        assert await attendees.count(tx, cast.fair.id) == 0, "nobody is half registered"


async def test_a_question_that_is_withdrawn_keeps_its_answers(cast: Cast) -> None:
    text, unanswered = await ask(cast, QuestionKind.TEXT, "What?"), await ask(cast, QuestionKind.TEXT, "Why?")
    await answer(cast, **{key(text): ["Work"]})
    async with cast.database.transaction() as tx:
        for question in (text, unanswered):
            await asking.withdraw(tx, await fresh_fair(tx, cast), question.id)
    async with cast.database.reading() as tx:
        assert await asking.of_fair(tx, cast.fair.id) == []
        assert await tx.session.get(RegistrationQuestion, unanswered.id) is None
        assert await registration_answers.how_often(tx, cast.fair.id) == {text.id: 1}
    await answer(cast)
    assert await answered(cast) == [("What?", ["Work"])]


async def test_a_question_is_withdrawn_by_its_own_fair_alone_and_there_are_not_too_many(cast: Cast) -> None:
    question = await ask(cast, QuestionKind.TEXT, "What?")
    async with cast.database.transaction() as tx:
        with pytest.raises(NotFound):
            await asking.withdraw(tx, Fair(id=uuid.uuid4()), question.id)
    with pytest.raises(Invalid) as refused:
        await ask(cast, QuestionKind.CHOICE, "Where?", "Nantes")
    assert refused.value.field == "options"
    for number in range(MOST_QUESTIONS - 1):
        await ask(cast, QuestionKind.TEXT, f"Question {number}")
    with pytest.raises(Conflict, match=r"question\.too_many"):
        await ask(cast, QuestionKind.TEXT, "One more")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_tabs_that_answer_at_once_leave_one_answer(cast: Cast) -> None:
    question = await ask(cast, QuestionKind.TEXT, "What?")
    await asyncio.gather(*(answer(cast, **{key(question): [f"Answer {number}"]}) for number in range(6)))
    ((_, said),) = await answered(cast)
    assert said[0].startswith("Answer ")
