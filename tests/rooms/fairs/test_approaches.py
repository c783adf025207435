"""Candidates are found by recruiters only if they agreed, and are written to once by each booth."""

import pytest
from sqlalchemy import update

from rooms.core import outbox
from rooms.core.errors import Conflict, Invalid
from rooms.fairs import approaches, attendees, sanctions
from rooms.fairs.fairs import Fair
from rooms.fairs.registration_questions import QuestionKind
from rooms.fairs.sanctions import Lasting, SanctionKind
from rooms.organisations import vacancies
from rooms.organisations.employers import Employer
from rooms.organisations.vacancies import Contract, VacancyText
from rooms.people import mail_refusals
from rooms.people.people import Person
from rooms.views import inbox, people_who_fit
from rooms.views.people_who_fit import Fitting
from tests.cast import Cast
from tests.rooms.access.test_taken_back import fresh_fair
from tests.rooms.fairs.test_registration_modes import answer, ask


async def take_part(cast: Cast, *people: Person, may: bool = True) -> None:
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        for each in people:
            person = await cast.fresh(tx, each)
            await attendees.register(tx, fair, person)
            if may:
                await approaches.let_find(tx, fair, person, may=True)


async def seek(cast: Cast, person: Person, job: str, location: str = "") -> None:
    async with cast.database.transaction() as tx:
        row = await cast.fresh(tx, person)
        row.seeks, row.location = job, location


async def offer(cast: Cast, title: str) -> None:
    async with cast.database.transaction() as tx:
        employer = await tx.session.get_one(Employer, cast.atlantique.employer_id)
        employer.location = "Nantes"
        await vacancies.add(tx, employer, VacancyText(title, "Nantes", Contract.PERMANENT, ""))


async def fitting(cast: Cast) -> list[Fitting]:
    async with cast.database.reading() as tx:
        return list(await people_who_fit.to(tx, await cast.fresh_booth(tx, cast.atlantique)))


async def write(cast: Cast, *people: Person, words: str = "Dear {name}, come and see us.") -> int:
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        return await approaches.write(tx, booth, await cast.fresh(tx, cast.luc), {each.id for each in people}, words)


async def test_nobody_is_found_who_has_not_agreed_or_takes_no_part(cast: Cast) -> None:
    await offer(cast, "Cuisinier de collectivité")
    await seek(cast, cast.amina, "cuisinière", "nantes")
    await seek(cast, cast.karim, "cuisinier")
    await take_part(cast, cast.amina)
    await take_part(cast, cast.karim, may=False)
    (found,) = await fitting(cast)
    assert (found.person.id, found.vacancy, found.is_near) == (cast.amina.id, "Cuisinier de collectivité", True)
    async with cast.database.transaction() as tx:
        fair, claire = await fresh_fair(tx, cast), await cast.fresh(tx, cast.claire)
        with pytest.raises(Conflict, match=r"registration\.first"):
            await approaches.let_find(tx, fair, claire, may=True)
        await approaches.let_find(tx, fair, await cast.fresh(tx, cast.amina), may=False)
    assert await fitting(cast) == []


async def test_whoever_looks_in_the_sector_stands_after_who_looks_for_the_job(cast: Cast) -> None:
    question = await ask(cast, QuestionKind.SECTORS, "In which sectors do you look for work?")
    await offer(cast, "Receptionist")
    await take_part(cast, cast.amina, cast.karim)
    await answer(cast, cast.amina, question, cast.atlantique.employer.sector)
    await seek(cast, cast.karim, "receptionist")
    assert [(each.person.id, each.vacancy, each.sector) for each in await fitting(cast)] == [
        (cast.karim.id, "Receptionist", ""),
        (cast.amina.id, "", cast.atlantique.employer.sector),
    ]
    # Whoever has stood in the line has found the booth already.
    await cast.join(cast.karim, cast.atlantique)
    assert [each.person.id for each in await fitting(cast)] == [cast.amina.id]


async def test_a_booth_writes_to_each_once_and_it_stands_in_their_inbox(cast: Cast) -> None:
    await take_part(cast, cast.amina)
    await take_part(cast, cast.karim, may=False)
    with pytest.raises(Invalid, match=r"words\.missing"):
        await write(cast, cast.amina, words="  ")
    assert await write(cast, cast.amina, cast.karim) == 1
    assert await write(cast, cast.amina) == 0
    async with cast.database.reading() as tx:
        (mail,) = [each for each in await outbox.latest(tx) if each.template == "approach"]
        assert (mail.recipient, mail.values["words"]) == (cast.amina.email, "Dear Amina Benali, come and see us.")
        entries = await inbox.of_person(tx, await cast.fresh(tx, cast.amina))
        assert [entry.words for entry in entries] == ["Dear Amina Benali, come and see us."]


async def test_nobody_is_written_to_who_is_excluded_or_by_too_many_a_day(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    await take_part(cast, cast.amina, cast.karim)
    monkeypatch.setattr(approaches, "MOST_TO_ONE", 1)
    async with cast.database.transaction() as tx:
        fair, karim = await fresh_fair(tx, cast), await cast.fresh(tx, cast.karim)
        await sanctions.impose(tx, fair, karim, SanctionKind.EXCLUSION, Lasting.A_DAY, "Shouting.", cast.ines)
        perrin, sophie = await cast.fresh_booth(tx, cast.perrin), await cast.fresh(tx, cast.sophie)
        assert await approaches.write(tx, perrin, sophie, {cast.amina.id}, "Come") == 1
    assert await write(cast, cast.amina, cast.karim) == 0
    await cast.pass_by(days=1, minutes=1)
    assert await write(cast, cast.amina) == 1


async def test_a_booth_that_nobody_can_visit_writes_to_nobody(cast: Cast) -> None:
    await take_part(cast, cast.amina)
    async with cast.database.transaction() as tx:
        await tx.session.execute(update(Fair).where(Fair.id == cast.fair.id).values(state="closed"))
    with pytest.raises(Conflict, match=r"booth\.not_shown"):
        await write(cast, cast.amina)
    async with cast.database.transaction() as tx:
        fair, amina = await fresh_fair(tx, cast), await cast.fresh(tx, cast.amina)
        assert await approaches.findable(tx, fair) == []
        await approaches.let_find(tx, fair, amina, may=False)


async def test_whoever_does_without_such_letters_is_not_found(cast: Cast) -> None:
    await take_part(cast, cast.amina)
    async with cast.database.transaction() as tx:
        await mail_refusals.refuse(tx, cast.amina.email or "", "approach")
        assert await approaches.findable(tx, await fresh_fair(tx, cast)) == []
