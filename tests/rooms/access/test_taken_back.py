"""Rights that were given can be taken back, somebody always remains, and an old link is no way into an account."""

import asyncio

import pytest
from sqlalchemy import select

from rooms import access
from rooms.access import Act, Actor, acceptance, invitations, open_invitations
from rooms.core.errors import Conflict, NotFound
from rooms.core.outbox import Mail
from rooms.core.transaction import Transaction
from rooms.fairs import booth_staff, fairs
from rooms.fairs.fairs import Fair
from rooms.organisations import agencies, employers
from rooms.people import people, sessions
from rooms.people.people import Person
from tests.cast import Cast


async def fresh_fair(tx: Transaction, cast: Cast) -> Fair:
    return await tx.session.get_one(Fair, cast.fair.id)


async def letter_token(tx: Transaction, email: str) -> str:
    """The token of the link in the latest letter to this address."""
    query = select(Mail).where(Mail.recipient == email).order_by(Mail.id.desc()).limit(1)
    mail = (await tx.session.execute(query)).scalar_one()
    return str(mail.values["path"]).rsplit("/", 1)[-1]


async def test_a_dismissed_recruiter_has_no_desk_and_an_owner_takes_the_empty_booth(cast: Cast) -> None:
    employer = cast.atlantique.employer_id
    async with cast.database.transaction() as tx:
        await employers.add_member(tx, employer, cast.karim, is_owner=False)
        booth = await cast.fresh_booth(tx, cast.atlantique)
        await booth_staff.choose_staff(tx, booth, {cast.karim.id})
    async with cast.database.transaction() as tx:
        await booth_staff.dismiss(tx, employer, cast.karim.id)
    async with cast.database.reading() as tx:
        assert [person.name for person in await booth_staff.staff_of(tx, cast.atlantique.id)] == ["Luc Moreau"]
        with pytest.raises(NotFound):
            await access.employer(tx, Actor(cast.karim), cast.atlantique.employer.slug)


async def test_the_last_owner_and_the_last_organiser_remain(cast: Cast) -> None:
    with pytest.raises(Conflict) as refused:
        async with cast.database.transaction() as tx:
            await booth_staff.dismiss(tx, cast.atlantique.employer_id, cast.luc.id)
    assert refused.value.code == "owner.last"
    with pytest.raises(Conflict) as refused:
        async with cast.database.transaction() as tx:
            await fairs.remove_organiser(tx, await fresh_fair(tx, cast), cast.ines.id)
    assert refused.value.code == "organiser.last"


async def test_an_invited_second_organiser_runs_this_fair_and_makes_no_other(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        await invitations.invite_to_run(tx, cast.ines, await fresh_fair(tx, cast), "marc@example.org")
    async with cast.database.transaction() as tx:
        person, path = await acceptance.accept(tx, await letter_token(tx, "marc@example.org"), "en")
    assert path == f"/organise/{cast.fair.slug}"
    async with cast.database.transaction() as tx:
        actor = Actor(await cast.fresh(tx, person))
        await access.fair(tx, actor, cast.fair.slug, Act.FAIR_RUN)
        assert not access.allows(Act.FAIR_CREATE, actor.relations())
        await fairs.remove_organiser(tx, await fresh_fair(tx, cast), cast.ines.id)
        assert [each.name for each in await fairs.organisers_of(tx, cast.fair)] == ["Marc"]


async def test_no_counsellor_sees_a_draft(cast: Cast) -> None:  # S16
    async with cast.database.transaction() as tx:
        team = await agencies.team(tx, "Nantes", "Loire")
        await agencies.add_member(tx, team.id, cast.claire)
        draft = await fairs.create(tx, cast.ines, fairs.FairDescription("Soon", "", ("fr",), (), "Europe/Paris"))
        with pytest.raises(NotFound):
            await access.fair(tx, Actor(cast.claire), draft.slug)


async def test_an_invitation_signs_nobody_in_who_has_rights_already(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        await invitations.invite_candidate(tx, cast.ines, await fresh_fair(tx, cast), "Luc", "luc.moreau@example.org")
        token = await letter_token(tx, "luc.moreau@example.org")
    with pytest.raises(Conflict) as refused:
        async with cast.database.transaction() as tx:
            await acceptance.accept(tx, token, "en")
    assert refused.value.code == "link.sign_in_before"
    async with cast.database.transaction() as tx:
        person, _ = await acceptance.accept(tx, token, "en", signed_in_id=cast.luc.id)
        assert person.id == cast.luc.id


async def test_a_withdrawn_invitation_of_a_colleague_opens_nothing(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        await invitations.invite_colleague(tx, cast.luc, booth, "new@example.org", is_owner=False)
        token = await letter_token(tx, "new@example.org")
        (link,) = [each.link for each in await open_invitations.of_employer(tx, booth.employer_id)]
        with pytest.raises(NotFound):
            await open_invitations.withdraw_for_employer(tx, cast.perrin.employer_id, link.id)
        await open_invitations.withdraw_for_employer(tx, booth.employer_id, link.id)
    with pytest.raises(NotFound):
        async with cast.database.transaction() as tx:
            await acceptance.accept(tx, token, "en")


async def test_a_new_password_signs_the_other_devices_out(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        person = await tx.session.get_one(Person, cast.luc.id)
        tokens = [await sessions.open_session(tx, person, device) for device in ("phone", "laptop")]
        await tx.session.flush()
        found = await sessions.whose(tx, tokens[1])
        assert found is not None
        person.password_hash = people.hash_password(person, "a sentence that is long")
        assert len(await sessions.withdraw_others(tx, person, found[0].id)) == 1
        assert await sessions.whose(tx, tokens[0]) is None
        assert await sessions.whose(tx, tokens[1]) is not None


async def test_two_organisers_and_two_owners_who_remove_each_other_at_once_do_not_both_succeed(cast: Cast) -> None:
    employer = cast.atlantique.employer_id
    async with cast.database.transaction() as tx:
        await fairs.add_organiser(tx, await fresh_fair(tx, cast), cast.paul)
        await employers.add_member(tx, employer, cast.karim, is_owner=True)

    async def remove_organiser(person: Person) -> None:
        async with cast.database.transaction() as tx:
            await fairs.remove_organiser(tx, await fresh_fair(tx, cast), person.id)

    async def dismiss(person: Person) -> None:
        async with cast.database.transaction() as tx:
            await booth_staff.dismiss(tx, employer, person.id)

    for remove, two in ((remove_organiser, (cast.ines, cast.paul)), (dismiss, (cast.luc, cast.karim))):
        found = await asyncio.gather(*(remove(person) for person in two), return_exceptions=True)
        assert [type(each) for each in found if each is not None] == [Conflict]
