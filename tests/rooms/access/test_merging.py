"""Two employers that are one."""

import pytest

from rooms.access import Actor, invitations, merging, open_invitations
from rooms.access.invitations import EmployerInvited
from rooms.core import outbox
from rooms.core.errors import Conflict
from rooms.core.transaction import Transaction
from rooms.fairs import booth_staff, booths
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair, FairOrganiser
from rooms.organisations import employers, transfer_consents, vacancies
from rooms.organisations.employers import Employer
from rooms.organisations.vacancies import VacancyText
from rooms.people.people import Person
from rooms.views import fair_staff
from tests.cast import Cast
from tests.rooms.access.test_invitations import draft
from tests.rooms.access.test_taken_back import fresh_fair


async def invite(tx: Transaction, cast: Cast, fair: Fair, name: str, email: str, siret: str = "") -> Employer:
    invited = EmployerInvited(name, "hospitality", email, siret=siret)
    return (await invitations.invite_employer(tx, cast.ines, fair, invited, known=[])).employer


async def merge(cast: Cast, kept: Employer, gone: Employer, by: Person | None = None) -> None:
    async with cast.database.transaction() as tx:
        first, second = await tx.session.get_one(Employer, kept.id), await tx.session.get_one(Employer, gone.id)
        await merging.merge(tx, Actor(await cast.fresh(tx, by or cast.ines)), first, second)


async def pairs(cast: Cast) -> list[tuple[str, str]]:
    async with cast.database.reading() as tx:
        rows = await fair_staff.employers_of(tx, await fresh_fair(tx, cast))
        return [(first.employer.name, second.employer.name) for first, second in fair_staff.look_alike(rows)]


async def test_spellings_of_one_name_and_establishments_of_one_enterprise_look_alike(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        await invite(tx, cast, fair, "HOTEL ATLANTIQUE SAS", "a@example.org")
        await invite(tx, cast, fair, "Dupont", "b@example.org", "73282932000074")
        await invite(tx, cast, fair, "Durand", "c@example.org", "73282932000082")
        await invite(tx, cast, fair, "Martin", "d@example.org", "")
    assert sorted(await pairs(cast)) == [("Dupont", "Durand"), (cast.atlantique.employer.name, "HOTEL ATLANTIQUE SAS")]


async def test_what_belonged_to_the_second_belongs_to_the_first(cast: Cast) -> None:
    kept = cast.atlantique.employer
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        gone = await invite(tx, cast, fair, "HOTEL ATLANTIQUE", "a@example.org", "73282932000074")
        await employers.add_member(tx, gone.id, await cast.fresh(tx, cast.claire), is_owner=True)
        await vacancies.add(tx, gone, VacancyText("Juggler", "", "permanent", ""))
        elsewhere = await booths.reserve(tx, await draft(tx, cast), gone)
    with pytest.raises(Conflict, match=r"merge\.owners"):
        await merge(cast, kept, gone)
    await merge(cast, kept, gone, cast.paul)
    async with cast.database.reading() as tx:
        told = {mail.recipient for mail in await outbox.latest(tx) if mail.template == "merged"}
        assert told == {cast.luc.email, cast.claire.email}
        assert await tx.session.get(Employer, gone.id) is None
        assert (await tx.session.get_one(Employer, kept.id)).siret == "73282932000074"
        assert (await tx.session.get_one(Booth, elsewhere.id)).employer_id == kept.id
        assert "Juggler" in {row.title for row in (await vacancies.of_employers(tx, [kept.id]))[kept.id]}
        assert cast.claire.id in {person.id for person, _ in await employers.members_of(tx, kept.id)}
        assert cast.claire.id in {person.id for person in await booth_staff.staff_of(tx, cast.atlantique.id)}
        assert await open_invitations.of_employer(tx, kept.id) == [], "it has people who invite others themselves"
    assert await pairs(cast) == []


async def test_two_booths_that_are_set_up_and_fairs_of_others_stand_in_the_way(cast: Cast) -> None:
    with pytest.raises(Conflict, match=r"merge\.two_booths"):
        await merge(cast, cast.atlantique.employer, cast.perrin.employer, cast.paul)
    with pytest.raises(Conflict, match=r"merge\.same"):
        await merge(cast, cast.perrin.employer, cast.perrin.employer)
    async with cast.database.transaction() as tx:
        stranger = await draft(tx, cast)
        gone = await employers.found(tx, "Elsewhere", "hospitality")
        await booths.reserve(tx, stranger, gone)
        await tx.session.delete(await tx.session.get_one(FairOrganiser, (stranger.id, cast.ines.id)))
    with pytest.raises(Conflict, match=r"merge\.elsewhere"):
        await merge(cast, cast.atlantique.employer, gone)


async def test_the_booth_that_is_set_up_stays_whichever_employer_is_kept(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        empty = await invite(tx, cast, await fresh_fair(tx, cast), "Atlantique Hôtel", "a@example.org")
    await merge(cast, empty, cast.atlantique.employer)
    async with cast.database.reading() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        assert (booth.employer_id, booth.set_up_at is not None) == (empty.id, True)
        assert [row.link.email for row in await open_invitations.of_employer(tx, empty.id)] == ["a@example.org"]


async def agreed(tx: Transaction, person: Person, employer: Employer) -> bool:
    return await transfer_consents.is_given(tx, person.id, employer.id)


async def test_of_two_statements_about_the_file_the_later_one_holds(cast: Cast) -> None:
    """Amina allows it to the one that stays and withdraws it from the other later; Karim the other way round; Luc has
    spoken with the one that goes alone."""
    kept = cast.atlantique.employer
    async with cast.database.transaction() as tx:
        gone = await invite(tx, cast, await fresh_fair(tx, cast), "HOTEL ATLANTIQUE", "a@example.org")
        for person, employer in ((cast.amina, kept), (cast.amina, gone), (cast.karim, kept), (cast.luc, gone)):
            await transfer_consents.give(tx, person, employer.id, "I allow it.")
        await transfer_consents.withdraw(tx, cast.karim.id, kept.id)
    cast.clock.pass_by(hours=1)
    async with cast.database.transaction() as tx:
        await transfer_consents.withdraw(tx, cast.amina.id, gone.id)
        await transfer_consents.give(tx, cast.karim, gone.id, "I allow it again.")
    await merge(cast, kept, gone)
    async with cast.database.reading() as tx:
        told = [await agreed(tx, person, kept) for person in (cast.amina, cast.karim, cast.luc)]
        assert told == [False, True, True]
        assert await tx.session.get(Employer, gone.id) is None


async def test_an_employer_that_still_holds_a_booth_of_the_past_keeps_what_was_agreed_with_it(cast: Cast) -> None:
    kept = cast.atlantique.employer
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        gone = await invite(tx, cast, fair, "HOTEL ATLANTIQUE", "a@example.org")
        await transfer_consents.give(tx, cast.amina, gone.id, "I allow it.")
        for booth in await booths.of_fair(tx, fair.id, only_set_up=False):
            if booth.employer_id == gone.id:
                booth.left_at = tx.now
    await merge(cast, kept, gone)
    async with cast.database.reading() as tx:
        assert [await agreed(tx, cast.amina, employer) for employer in (kept, gone)] == [True, True]
