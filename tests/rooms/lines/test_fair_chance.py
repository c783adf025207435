"""Fair chance: recruiters are told neither name nor place nor papers of whoever waits, until a call is accepted."""

import uuid

import pytest

from rooms.access.cv_readers import booths_that_may_read
from rooms.core.errors import Invalid
from rooms.fairs.booths import Booth
from rooms.lines import joining
from rooms.lines.call import Answer
from rooms.lines.places import Place
from rooms.meetings import follow_up, meetings
from rooms.meetings.meeting import NextStep
from rooms.organisations import vacancies
from rooms.organisations.employers import Employer
from rooms.organisations.vacancies import Contract, Vacancy, VacancyText
from rooms.people.people import Person
from rooms.views import fair_chance
from rooms.views.fair_chance import Chances
from signaling.desk import place_view
from tests.cast import Cast


async def vacancy(cast: Cast, *, is_fair_chance: bool = True) -> Vacancy:
    async with cast.database.transaction() as tx:
        employer = await tx.session.get_one(Employer, cast.atlantique.employer_id)
        text = VacancyText("Cook", "Nantes", Contract.PERMANENT, "", is_fair_chance=is_fair_chance)
        return await vacancies.add(tx, employer, text)


async def stand(cast: Cast, person: Person, booth: Booth, job: Vacancy | None) -> Place:
    await cast.connect(person)
    async with cast.database.transaction() as tx:
        fresh = await cast.fresh_booth(tx, booth)
        return await joining.join(tx, await cast.fresh(tx, person), fresh, "", job.id if job else None)


async def test_a_vacancy_with_applications_by_cv_shows_names(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        employer = await tx.session.get_one(Employer, cast.atlantique.employer_id)
        text = VacancyText("Cook", "", Contract.PERMANENT, "", takes_applications=True, is_fair_chance=True)
        with pytest.raises(Invalid, match=r"fair_chance\.applications"):
            await vacancies.add(tx, employer, text)


async def test_the_desk_knows_no_name_until_the_call_is_accepted(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        (await cast.fresh(tx, cast.amina)).location = "Saint-Nazaire"
    place = await stand(cast, cast.amina, cast.atlantique, await vacancy(cast))
    await cast.connect(cast.luc, cast.atlantique)

    async def told() -> tuple[str, str, uuid.UUID | None, bool]:
        async with cast.database.reading() as tx:
            row = await tx.session.get_one(Place, place.id)
            view = place_view(row, uuid.uuid4())
            readers = {booth.id for booth in await booths_that_may_read(tx, cast.amina.id)}
            return view.name, view.location, view.cv_id and place.id, cast.atlantique.id in readers

    assert await told() == ("", "", None, False)
    call = await cast.call_next(cast.luc, cast.atlantique)
    assert await told() == ("", "", None, False)
    await cast.answer(call, Answer.JOIN)
    assert await told() == (cast.amina.name, "Saint-Nazaire", place.id, True)


async def test_whoever_comes_for_another_job_is_named(cast: Cast) -> None:
    hidden, open_one = await vacancy(cast), await vacancy(cast, is_fair_chance=False)
    assert (await stand(cast, cast.amina, cast.atlantique, open_one)).is_hidden is False
    assert (await stand(cast, cast.amina, cast.atlantique, hidden)).is_hidden is True
    assert (await stand(cast, cast.amina, cast.atlantique, None)).is_hidden is True, "the job stays the same"
    assert (await stand(cast, cast.karim, cast.atlantique, None)).is_hidden is False


async def test_the_report_tells_what_it_did_and_nothing_of_few(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_chance, "FEWEST", 1)
    hidden, shown = await vacancy(cast), await vacancy(cast, is_fair_chance=False)

    async def found() -> list[Chances]:
        async with cast.database.reading() as tx:
            return await fair_chance.of_fair(tx, cast.fair.id)

    await stand(cast, cast.karim, cast.atlantique, shown)
    assert await found() == [], "no name is hidden at this fair"
    await cast.connect(cast.luc, cast.atlantique)
    await stand(cast, cast.amina, cast.atlantique, hidden)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting
    async with cast.database.transaction() as tx:
        row = await meetings.locked(tx, meeting.id)
        assert row
        for each in row.people:
            await meetings.go_in(tx, each, row)
        await meetings.end(tx, row)
        await follow_up.answer(tx, row, NextStep.GO_ON, "Come")
    by_name = {each.hides_name: (each.places, each.called, each.asked_on) for each in await found()}
    first_is_hidden = meeting.candidate_id == cast.amina.id
    assert by_name == {
        True: (1, 100.0, 100.0) if first_is_hidden else (1, 0.0, None),
        False: (1, 0.0, None) if first_is_hidden else (1, 100.0, 100.0),
    }
    monkeypatch.setattr(fair_chance, "FEWEST", 5)
    assert {(each.called, each.asked_on) for each in await found()} == {(None, None)}
