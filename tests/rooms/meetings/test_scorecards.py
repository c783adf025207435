"""Scorecards: the same criteria for every candidate of a vacancy, and colleagues' marks only after one's own."""

import uuid

import pytest

from rooms.core.errors import Invalid
from rooms.core.transaction import Transaction
from rooms.lines import talks
from rooms.lines.places import Place
from rooms.meetings import meetings, scorecards
from rooms.meetings.meeting import Meeting
from rooms.organisations import vacancies
from rooms.organisations.employers import Employer
from rooms.organisations.vacancies import Contract, Vacancy, VacancyText
from rooms.people.people import Person
from rooms.views import scorecard
from tests.cast import Cast
from tests.rooms.meetings.test_answers import colleague, held


async def look_at(cast: Cast, *names: str, vacancy: Vacancy | None = None) -> None:
    async with cast.database.transaction() as tx:
        await scorecards.choose(tx, cast.atlantique.employer_id, vacancy.id if vacancy else None, names)


async def give(cast: Cast, meeting: Meeting, by: Person, **steps: int | None) -> None:
    async with cast.database.transaction() as tx:
        row = await meetings.locked(tx, meeting.id)
        assert row
        await tx.lock(row.follow_up)
        criteria = await scorecard.criteria_of(tx, row)
        chosen = {each.id: steps[each.name] for each in criteria if each.name in steps}
        await scorecards.mark(tx, row, await cast.fresh(tx, by), criteria, chosen)


async def seen(cast: Cast, meeting: Meeting, by: Person) -> dict[str, tuple[int | None, list[int], int]]:
    """By criterion: one's own mark, those of colleagues, and how many are hidden."""
    async with cast.database.reading() as tx:
        rows = await scorecard.of_talk(tx, await tx.session.get_one(Meeting, meeting.id), await cast.fresh(tx, by))
        return {row.criterion.name: (row.mine, [mark.step for mark in row.others], row.hidden) for row in rows}


def test_criteria_are_typed_one_a_line_each_once_and_five_at_most() -> None:
    assert scorecards.parse(" Craft \n\ncraft\nPunctual\r\n") == ["craft", "Punctual"]
    with pytest.raises(Invalid, match=r"criteria\.too_many"):
        scorecards.parse("\n".join("abcdef"))


async def test_a_colleagues_mark_is_seen_once_one_has_given_ones_own(cast: Cast) -> None:
    claire, meeting = await colleague(cast), await held(cast)
    assert await seen(cast, meeting, claire) == {}
    await look_at(cast, "Craft", "Punctual")
    await give(cast, meeting, cast.luc, Craft=4, Punctual=5)
    assert await seen(cast, meeting, claire) == {"Craft": (None, [], 1), "Punctual": (None, [], 1)}
    await give(cast, meeting, claire, Craft=2)
    assert await seen(cast, meeting, claire) == {"Craft": (2, [4], 0), "Punctual": (None, [], 1)}
    await give(cast, meeting, claire, Craft=None)
    assert await seen(cast, meeting, claire) == {"Craft": (None, [], 1), "Punctual": (None, [], 1)}
    with pytest.raises(Invalid, match=r"mark\.step"):
        await give(cast, meeting, claire, Craft=6)


async def test_a_criterion_that_is_given_up_stays_with_what_was_marked(cast: Cast) -> None:
    meeting = await held(cast)
    await look_at(cast, "Craft", "Punctual")
    await give(cast, meeting, cast.luc, Craft=4)
    await look_at(cast, "punctual", "Kind")
    assert await seen(cast, meeting, cast.luc) == {
        "punctual": (None, [], 0), "Kind": (None, [], 0), "Craft": (4, [], 0),
    }  # fmt: skip


async def want(cast: Cast, meeting: Meeting, vacancy: Vacancy) -> None:
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Meeting, meeting.id)
        place = await _place(tx, row)
        place.vacancy_id = vacancy.id


async def _place(tx: Transaction, meeting: Meeting) -> Place:
    place = await talks.place_of(tx, meeting)
    assert place
    return place


async def cook(cast: Cast) -> Vacancy:
    async with cast.database.transaction() as tx:
        employer = await tx.session.get_one(Employer, cast.atlantique.employer_id)
        return await vacancies.add(tx, employer, VacancyText("Cook", "Lyon", Contract.PERMANENT, ""))


async def test_candidates_of_a_vacancy_with_criteria_of_its_own_are_looked_at_by_those(cast: Cast) -> None:
    meeting, vacancy = await held(cast), await cook(cast)
    await look_at(cast, "Punctual")
    await look_at(cast, "Sauces", vacancy=vacancy)
    assert list(await seen(cast, meeting, cast.luc)) == ["Punctual"]
    await want(cast, meeting, vacancy)
    await give(cast, meeting, cast.luc, Sauces=3, Punctual=1)
    assert await seen(cast, meeting, cast.luc) == {"Sauces": (3, [], 0)}
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Vacancy, vacancy.id)
        await vacancies.withdraw(tx, row)
    async with cast.database.reading() as tx:
        (sheet,) = await scorecard.of_booth(tx, cast.atlantique, cast.luc)
        assert sheet.vacancy
        assert sheet.vacancy.title == "Cook"
        ((talk, marked),) = sheet.talks
        assert talk.id == meeting.id
        assert [each.mean for each in marked.values()] == [3.0]


async def test_employers_that_become_one_keep_the_marks_and_one_set_of_criteria(cast: Cast) -> None:
    meeting = await held(cast)
    await look_at(cast, "Craft")
    await give(cast, meeting, cast.luc, Craft=4)
    async with cast.database.transaction() as tx:
        await scorecards.choose(tx, cast.perrin.employer_id, None, ["Kind"])
        await scorecards.hand_on(tx, cast.atlantique.employer_id, cast.perrin.employer_id, keeps=True)
        assert [row.name for row in (await scorecards.of_employer(tx, cast.atlantique.employer_id))[None]] == ["Craft"]
        await scorecards.hand_on(tx, cast.atlantique.employer_id, cast.perrin.employer_id, keeps=False)
        standing = await scorecards.of_employer(tx, cast.perrin.employer_id)
        assert {of: [row.name for row in rows] for of, rows in standing.items()} == {None: ["Kind"]}
        assert [mark.step for mark in await scorecards.marks_of(tx, [meeting.id, uuid.uuid4()])] == [4]
