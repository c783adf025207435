"""Vacancies: kept, applied for without a talk, answered once, brought as a list."""

import asyncio
import uuid

import pytest
from sqlalchemy import func, select

from rooms.access import cv_readers
from rooms.core import outbox
from rooms.core.errors import Conflict, Invalid
from rooms.core.uploads import Checked
from rooms.fairs import booths, job_applications, vacancy_lists
from rooms.fairs.job_applications import JobApplication, Verdict
from rooms.fairs.vacancy_lists import Brought
from rooms.organisations import kept_vacancies, vacancies
from rooms.organisations.vacancies import Vacancy, VacancyText
from rooms.people import documents
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.access.test_invitations import draft

COOK = VacancyText("Cook", "Nantes", "permanent", "Cook.", pay="2 100 €", takes_applications=True)


async def open_vacancy(cast: Cast, text: VacancyText = COOK) -> Vacancy:
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        return await vacancies.add(tx, booth.employer, text)


async def with_cv(cast: Cast, person: Person) -> None:
    async with cast.database.transaction() as tx:
        checked = Checked("cv.pdf", b"%PDF-", "application/pdf")
        await documents.add_cv(tx, await cast.fresh(tx, person), checked, uuid.uuid4())


async def apply(cast: Cast, vacancy: Vacancy, person: Person, words: str = "") -> JobApplication:
    async with cast.database.transaction() as tx:
        row, booth = await tx.session.get_one(Vacancy, vacancy.id), await cast.fresh_booth(tx, cast.atlantique)
        return await job_applications.apply(tx, booth, row, await cast.fresh(tx, person), words)


async def answer(cast: Cast, application: JobApplication, verdict: Verdict, words: str) -> None:
    async with cast.database.transaction() as tx:
        row = await job_applications.one(tx, cast.atlantique.id, application.id, lock=True)
        await job_applications.answer(tx, await cast.fresh(tx, cast.luc), row, verdict, words)


async def test_one_applies_with_a_cv_which_the_booth_may_read_from_then_on(cast: Cast) -> None:
    vacancy = await open_vacancy(cast)
    with pytest.raises(Invalid, match=r"cv\.missing"):
        await apply(cast, vacancy, cast.amina)
    await with_cv(cast, cast.amina)
    async with cast.database.reading() as tx:
        assert await cv_readers.booths_that_may_read(tx, cast.amina.id) == []
    await apply(cast, vacancy, cast.amina, "Ten years")
    await apply(cast, vacancy, cast.amina, "Twelve years")
    async with cast.database.reading() as tx:
        (row,) = await job_applications.of_booth(tx, cast.atlantique.id)
        assert row.words == "Twelve years"
        assert [each.id for each in await cv_readers.booths_that_may_read(tx, cast.amina.id)] == [cast.atlantique.id]
        assert await job_applications.count_open(tx, cast.atlantique.id) == 1


async def test_an_answer_is_given_once_with_a_reason_and_by_mail(cast: Cast) -> None:
    vacancy = await open_vacancy(cast)
    await with_cv(cast, cast.amina)
    row = await apply(cast, vacancy, cast.amina)
    with pytest.raises(Invalid, match=r"answer\.missing"):
        await answer(cast, row, Verdict.NO, " ")
    await answer(cast, row, Verdict.TALK, "Come to our booth.")
    with pytest.raises(Conflict, match=r"application\.answered"):
        await answer(cast, row, Verdict.NO, "No.")
    with pytest.raises(Conflict, match=r"application\.answered"):
        await apply(cast, vacancy, cast.amina, "Other words")
    async with cast.database.reading() as tx:
        mails = [mail.recipient for mail in await outbox.latest(tx) if mail.template == "job_answer"]
        assert mails == [cast.amina.email]
        assert await job_applications.count_open(tx, cast.atlantique.id) == 0


async def test_what_was_not_answered_can_be_taken_back(cast: Cast) -> None:
    vacancy = await open_vacancy(cast)
    await with_cv(cast, cast.amina)
    await apply(cast, vacancy, cast.amina)
    async with cast.database.transaction() as tx:
        mine = await job_applications.of_vacancy(tx, cast.atlantique.id, vacancy.id, cast.amina.id, lock=True)
        assert mine
        await job_applications.take_back(tx, mine)
    async with cast.database.reading() as tx:
        assert await job_applications.of_booth(tx, cast.atlantique.id) == []
        assert await cv_readers.booths_that_may_read(tx, cast.amina.id) == []


async def test_one_cannot_apply_where_the_employer_wants_to_talk_first_or_has_withdrawn(cast: Cast) -> None:
    await with_cv(cast, cast.amina)
    talks_first = await open_vacancy(cast, VacancyText("Waiter", "", "permanent", ""))
    with pytest.raises(Conflict, match=r"vacancy\.no_applications"):
        await apply(cast, talks_first, cast.amina)
    vacancy = await open_vacancy(cast)
    async with cast.database.transaction() as tx:
        await vacancies.withdraw(tx, await tx.session.get_one(Vacancy, vacancy.id))
    with pytest.raises(Conflict, match=r"vacancy\.withdrawn"):
        await apply(cast, vacancy, cast.amina)


async def test_two_tabs_apply_once(cast: Cast) -> None:
    vacancy = await open_vacancy(cast)
    await with_cv(cast, cast.amina)
    first, second = await asyncio.gather(*(apply(cast, vacancy, cast.amina) for _ in range(2)))
    assert first.id == second.id
    async with cast.database.reading() as tx:
        assert await tx.session.scalar(select(func.count(JobApplication.id))) == 1


async def test_a_vacancy_is_kept_once_and_let_go(cast: Cast) -> None:
    vacancy = await open_vacancy(cast)
    for _ in range(2):
        async with cast.database.transaction() as tx:
            await kept_vacancies.keep(tx, await cast.fresh(tx, cast.amina), vacancy)
    async with cast.database.transaction() as tx:
        assert [row.id for row in await kept_vacancies.of_person(tx, cast.amina.id)] == [vacancy.id]
        assert not await kept_vacancies.is_kept(tx, cast.karim.id, vacancy.id)
        await kept_vacancies.let_go(tx, cast.amina.id, vacancy.id)
    async with cast.database.reading() as tx:
        assert await kept_vacancies.of_person(tx, cast.amina.id) == []


async def bring(cast: Cast, heads: tuple[str, ...], *cells: tuple[str, ...]) -> Brought:
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.perrin)
        return await vacancy_lists.bring(tx, booth.employer, heads, list(enumerate(cells, 2)))


async def test_a_list_of_vacancies_adds_what_can_be_added_and_names_the_rest(cast: Cast) -> None:
    heads = ("Intitulé du poste", "Lieu", "Type de contrat", "Rémunération", "Date de début")
    lines = (
        ("Maçon", "Angers", "CDI", "13 €/h", "mars"),
        ("Grutier", "Angers", "Alternance", "", ""),
        ("Chef", "Angers", "à la tâche", "", ""),
        ("", "Angers", "CDD", "", ""),
        ("MAÇON", "angers", "cdi", "", ""),
        ("Coffreur", "Angers", "CDD 6 mois", "", ""),
    )
    brought = await bring(cast, heads, *lines)
    assert (brought.added, brought.known) == (3, 1)
    assert [(number, fault.field) for number, fault in brought.faults] == [(4, "contract"), (5, "title")]
    again = await bring(cast, heads, *lines)
    assert (again.added, again.known) == (0, 4)
    async with cast.database.reading() as tx:
        employer_id = cast.perrin.employer_id
        rows = {row.title: row for row in (await vacancies.of_employers(tx, [employer_id]))[employer_id]}
        assert (rows["Maçon"].pay, rows["Maçon"].starts, rows["Grutier"].contract) == (
            "13 €/h",
            "mars",
            "apprenticeship",
        )


async def test_a_list_without_heads_says_what_it_lacks(cast: Cast) -> None:
    with pytest.raises(Invalid, match=r"list\.no_heads"):
        await bring(cast, ("a", "b"), ("x", "y"))


async def test_one_applies_at_each_fair_for_the_same_vacancy(cast: Cast) -> None:
    vacancy = await open_vacancy(cast)
    await with_cv(cast, cast.amina)
    await answer(cast, await apply(cast, vacancy, cast.amina), Verdict.NO, "Not this year.")
    async with cast.database.transaction() as tx:
        fair = await draft(tx, cast)
        again = await booths.reserve(tx, fair, (await cast.fresh_booth(tx, cast.atlantique)).employer)
        row = await tx.session.get_one(Vacancy, vacancy.id)
        made = await job_applications.apply(tx, again, row, await cast.fresh(tx, cast.amina), "Once more")
        assert (made.booth_id, made.answered_at) == (again.id, None)
