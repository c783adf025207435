"""Invitations wait for their fair, are not spent for nothing, can be sent again, and reach across no organisers."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from rooms.access import acceptance, invitations, open_invitations
from rooms.access.invitations import EmployerInvited
from rooms.core.errors import Conflict, Invalid, Problem
from rooms.core.outbox import Mail
from rooms.core.transaction import Transaction
from rooms.fairs import announcements, booth_staff, fairs, opening, schedule
from rooms.fairs.fairs import Fair, FairDescription, FairState
from rooms.people import people, signin
from rooms.people.people import Person
from rooms.people.signin import LinkSpent
from tests.cast import Cast
from tests.rooms.access.test_taken_back import fresh_fair, letter_token


async def letters_to(cast: Cast, email: str) -> list[Mail]:
    async with cast.database.reading() as tx:
        return list((await tx.session.execute(select(Mail).where(Mail.recipient == email))).scalars())


async def draft(tx: Transaction, cast: Cast, by: Person | None = None, name: str = "Spring") -> Fair:
    fair = await fairs.create(tx, by or cast.ines, FairDescription(name, "", ("fr",), (), "Europe/Paris"))
    opens = tx.now + timedelta(days=40)
    await schedule.add_day(tx, fair, opens, opens + timedelta(hours=8))
    return fair


async def test_an_invitation_to_a_draft_goes_out_when_it_is_published(cast: Cast) -> None:  # O5
    async with cast.database.transaction() as tx:
        fair = await draft(tx, cast)
        await invitations.invite_candidate(tx, cast.ines, fair, "Zoé Martin", "z@example.org")
    assert await letters_to(cast, "z@example.org") == []
    async with cast.database.transaction() as tx:
        await opening.publish(tx, await tx.session.get_one(Fair, fair.id))
    (letter,) = await letters_to(cast, "z@example.org")
    told = letter.values
    assert (told["fair"], told["by"], told["name"]) == ("Spring", "Inès Roche", "Zoé Martin")
    assert len(told["days"]) == 1
    async with cast.database.transaction() as tx:
        (invited,) = await open_invitations.of_fair(tx, await tx.session.get_one(Fair, fair.id))
        assert invited.link.expires_at > tx.now + timedelta(days=40), "it lasts as long as its fair"
        _, path = await acceptance.accept(tx, await letter_token(tx, "z@example.org"), "fr")
    assert path == fair.path


async def test_an_invitation_that_waits_is_known_however_long_it_waits(cast: Cast) -> None:  # O5
    async with cast.database.transaction() as tx:
        fair = await draft(tx, cast)
        await invitations.invite_candidate(tx, cast.ines, fair, "", "z@example.org")
    await cast.pass_by(days=38)
    async with cast.database.transaction() as tx:
        again = await tx.session.get_one(Fair, fair.id)
        with pytest.raises(Conflict) as refused:
            await invitations.invite_candidate(tx, cast.ines, again, "", "z@example.org")
    assert refused.value.code == "invitation.known"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_fair_that_is_published_while_somebody_invites_leaves_no_invitation_waiting(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await draft(tx, cast)
    async with cast.database.transaction() as tx:
        as_it_was = await tx.session.get_one(Fair, fair.id)
        async with cast.database.transaction() as meanwhile:
            await opening.publish(meanwhile, await meanwhile.session.get_one(Fair, fair.id))
        await invitations.invite_candidate(tx, cast.ines, as_it_was, "", "z@example.org")
    assert len(await letters_to(cast, "z@example.org")) == 1


async def test_a_fair_that_cannot_be_seen_spends_no_invitation(cast: Cast) -> None:  # O5
    async with cast.database.transaction() as tx:
        await invitations.invite_candidate(tx, cast.ines, await fresh_fair(tx, cast), "", "z@example.org")
        token = await letter_token(tx, "z@example.org")
        (await fresh_fair(tx, cast)).state = FairState.DRAFT
    with pytest.raises(Conflict) as refused:
        async with cast.database.transaction() as tx:
            await acceptance.accept(tx, token, "fr")
    assert refused.value.code == "fair.not_shown"
    async with cast.database.transaction() as tx:
        (await fresh_fair(tx, cast)).state = FairState.OPEN
        assert (await acceptance.accept(tx, token, "fr"))[1] == cast.fair.path


async def test_an_archived_fair_is_kept_as_it_is(cast: Cast) -> None:  # O5
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        fair.state = FairState.ARCHIVED
        later = tx.now + timedelta(days=3)
        for act in (
            lambda: invitations.invite_candidate(tx, cast.ines, fair, "", "z@example.org"),
            lambda: invitations.invite_employer(tx, cast.ines, fair, EmployerInvited("New", "retail", "z@example.org")),
            lambda: invitations.invite_to_run(tx, cast.ines, fair, "z@example.org"),
            lambda: schedule.add_day(tx, fair, later, later + timedelta(hours=1)),
            lambda: announcements.announce(tx, fair, "Hello"),
        ):
            with pytest.raises(Problem) as refused:
                await act()
            assert refused.value.code == "fair.archived"


async def test_an_expired_invitation_stays_in_the_list_and_can_be_sent_again(cast: Cast) -> None:  # O5, K15
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        await invitations.invite_colleague(tx, cast.luc, booth, "new@example.org", is_owner=False)
        old = await letter_token(tx, "new@example.org")
        with pytest.raises(Conflict) as refused:
            await invitations.invite_colleague(tx, cast.luc, booth, "NEW@example.org", is_owner=False)
        assert refused.value.code == "invitation.known"
    cast.clock.pass_by(days=60)
    async with cast.database.transaction() as tx:
        (invited,) = await open_invitations.of_employer(tx, booth.employer_id)
        assert (invited.is_expired, invited.to) == (True, "Hôtel Atlantique")
        with pytest.raises(LinkSpent):
            await signin.look_at_link(tx, old)
        await open_invitations.send_again_for_employer(tx, cast.luc, booth, invited.link.id)
    async with cast.database.transaction() as tx:
        token = await letter_token(tx, "new@example.org")
        person, _ = await acceptance.accept(tx, token, "en")
        assert person.email == "new@example.org"
        with pytest.raises(LinkSpent):
            await signin.look_at_link(tx, token)


async def test_an_invited_colleague_stands_at_the_booth_and_the_owner_is_told(cast: Cast) -> None:  # O7
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        await invitations.invite_colleague(tx, cast.luc, booth, "new@example.org", is_owner=False)
        person, _ = await acceptance.accept(tx, await letter_token(tx, "new@example.org"), "en")
        assert person.id in {each.id for each in await booth_staff.staff_of(tx, booth.id)}
    assert [mail.template for mail in await letters_to(cast, cast.luc.email or "")] == ["joined"]


async def test_an_employer_is_known_by_its_name_only_to_its_own_organisers(cast: Cast) -> None:  # S10, O10
    async with cast.database.transaction() as tx:
        other = await people.welcome(tx, "Olga", "olga@example.org", "en")
        mine, theirs = await draft(tx, cast), await draft(tx, cast, other)
        same = (
            await invitations.invite_employer(
                tx, cast.ines, mine, EmployerInvited(" HÔTEL  atlantique", "retail", cast.luc.email or "")
            )
        ).employer
        assert same.id == cast.atlantique.employer_id
        another = (
            await invitations.invite_employer(
                tx, other, theirs, EmployerInvited("Hôtel Atlantique", "retail", "eve@example.org")
            )
        ).employer
        assert another.id != cast.atlantique.employer_id
        eve, _ = await acceptance.accept(tx, await letter_token(tx, "eve@example.org"), "en")
        assert {booth.fair_id for booth in await booth_staff.staffed_by(tx, eve.id)} == {theirs.id}


async def test_a_name_that_is_too_long_is_said_to_whoever_invites(cast: Cast) -> None:  # N2
    async with cast.database.transaction() as tx:
        with pytest.raises(Invalid) as refused:
            await invitations.invite_candidate(tx, cast.ines, await fresh_fair(tx, cast), "x" * 95, "z@example.org")
        assert refused.value.field == "candidate_name"


async def test_invitations_to_an_agency_say_where_to(cast: Cast) -> None:  # K15
    async with cast.database.transaction() as tx:
        await invitations.invite_counsellor(tx, cast.paul, "Nantes", "Loire", "c@example.org")
        (invited,) = await open_invitations.of_installation(tx)
    assert invited.to == "Nantes, Loire"


async def test_whoever_organises_no_longer_runs_no_fair(cast: Cast) -> None:  # S11
    async with cast.database.transaction() as tx:
        await fairs.end_organiser(tx, cast.ines.id)
    async with cast.database.reading() as tx:
        assert await fairs.run_by(tx, await cast.fresh(tx, cast.ines)) == []


async def test_of_two_who_share_an_address_nobody_becomes_the_other_unasked(cast: Cast) -> None:  # N5
    async with cast.database.transaction() as tx:
        first = await people.welcome(tx, "Ana Lopes", "home@example.org", "en")

    async def ask(name: str) -> tuple[uuid.UUID, str]:
        async with cast.database.transaction() as tx:
            row = await signin.send_code(tx, name, "home@example.org", "en")
        async with cast.database.reading() as tx:
            return row.id, str((await letters_to(cast, "home@example.org"))[-1].values["code"])

    request_id, code = await ask("Bruno")
    with pytest.raises(signin.SomebodyElse):
        async with cast.database.transaction() as tx:
            await signin.enter_code(tx, request_id, code)
    async with cast.database.transaction() as tx:
        assert (await signin.enter_code(tx, request_id, code, is_known=True)).id == first.id
    for name in ("ana", "Lopes Ana", "Ana L."):
        request_id, code = await ask(name)
        async with cast.database.transaction() as tx:
            assert (await signin.enter_code(tx, request_id, code)).id == first.id


async def test_in_another_zone_the_days_keep_their_hours(cast: Cast) -> None:  # O9
    async with cast.database.transaction() as tx:
        fair = await draft(tx, cast)
        (day,) = await schedule.days_of(tx, fair)
        before = day.opens_at.astimezone(fair.zone).replace(tzinfo=None)
        await schedule.describe(tx, fair, FairDescription("Spring", "", ("fr",), (), "America/Martinique"))
        assert day.opens_at.astimezone(fair.zone).replace(tzinfo=None) == before


async def test_a_fair_may_be_called_new_and_have_a_name_without_latin_letters(cast: Cast) -> None:  # O10
    async with cast.database.transaction() as tx:
        assert (await draft(tx, cast, name="New")).slug == "new-2"
        assert (await draft(tx, cast, name="معرض")).slug == "fair"
