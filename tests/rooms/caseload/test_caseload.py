"""Taking somebody into a caseload, and out of it again."""

import pytest
from sqlalchemy import select

from rooms.appointments import choices
from rooms.caseload import caseload, counsellor_departure, follow_requests, notes
from rooms.caseload.caseload import FollowedElsewhere, KnownHere, Namesake
from rooms.chat import conversations
from rooms.core.errors import NotFound
from rooms.core.outbox import Mail
from rooms.organisations import agencies, referents
from rooms.people import people
from rooms.people.people import Person
from tests.cast import Cast

AGENCY = "Agence Nantes Centre"


@pytest.fixture(autouse=True)
async def team(cast: Cast) -> agencies.Team:
    """Claire's."""
    async with cast.database.transaction() as tx:
        team = await agencies.team(tx, AGENCY, "Loire")
        await agencies.add_member(tx, team.id, cast.claire)
        return team


async def colleague_at(cast: Cast, agency: str, name: str) -> Person:
    async with cast.database.transaction() as tx:
        person = await people.welcome(tx, name, f"{name.lower()}@agency.example.org", "fr")
        await agencies.add_member(tx, (await agencies.team(tx, agency, "Mer")).id, person)
        return person


async def leave(cast: Cast, team: agencies.Team) -> None:
    async with cast.database.transaction() as tx:
        await counsellor_departure.leave_team(tx, team.id, cast.claire.id, await cast.fresh(tx, cast.paul))


async def unfollowed(cast: Cast, counsellor: Person, words: str = "") -> list[str]:
    async with cast.database.reading() as tx:
        return [person.name for person in (await caseload.unfollowed(tx, counsellor.id, words)).people]


async def take(cast: Cast, name: str, email: str | None = None, *, is_another: bool = False) -> bool:
    async with cast.database.transaction() as tx:
        claire = await cast.fresh(tx, cast.claire)
        _, is_in = await follow_requests.take(tx, claire, name, email, "fr", is_another=is_another)
        return is_in


async def followed(cast: Cast) -> list[str]:
    async with cast.database.reading() as tx:
        return [person.name for person in await caseload.followed_by(tx, cast.claire.id)]


async def test_whoever_is_followed_no_longer_keeps_what_was_written_for_whoever_comes_next(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        await caseload.follow(tx, cast.claire.id, cast.amina.id)
        conversation = await conversations.with_counsellor(tx, cast.amina.id)
    async with cast.database.transaction() as tx:
        await caseload.stop_following(tx, cast.claire.id, cast.amina.id)
    async with cast.database.transaction() as tx:
        assert await referents.referent_of(tx, cast.amina.id) is None
        with pytest.raises(FollowedElsewhere):
            await caseload.stop_following(tx, cast.claire.id, cast.amina.id)
    async with cast.database.transaction() as tx:
        await caseload.follow(tx, cast.paul.id, cast.amina.id)
        assert (await conversations.with_counsellor(tx, cast.amina.id)).id == conversation.id


async def test_whoever_said_yes_once_is_written_to_when_they_are_asked_again(cast: Cast, team: agencies.Team) -> None:
    """At another agency: at the same one, they are its people still."""
    for _ in range(2):
        assert not await take(cast, "Karim", cast.karim.email)
        async with cast.database.transaction() as tx:
            await follow_requests.answer(tx, cast.karim.id, cast.claire.id, may=True)
        async with cast.database.transaction() as tx:
            await caseload.stop_following(tx, cast.claire.id, cast.karim.id)
            await agencies.remove_member(tx, team.id, cast.claire.id)
            await agencies.add_member(tx, (await agencies.team(tx, "Agence Brest", "Mer")).id, cast.claire)
    async with cast.database.reading() as tx:
        assert len((await tx.session.execute(select(Mail).where(Mail.template == "following"))).all()) == 2


async def test_a_name_that_is_followed_already_is_taken_twice_only_on_purpose(cast: Cast) -> None:
    assert await take(cast, "Hélène d'Orves")
    with pytest.raises(Namesake):
        await take(cast, "d’Orves Helene")
    assert await take(cast, "Hélène"), "part of a name is another name"
    assert await take(cast, "Hélène d'Orves", is_another=True)
    assert await followed(cast) == ["Hélène", "Hélène d'Orves", "Hélène d'Orves"]


async def test_a_request_can_be_taken_back_and_is_written_about_once(cast: Cast) -> None:
    assert cast.karim.email
    assert not await take(cast, "Karim", cast.karim.email)
    async with cast.database.transaction() as tx:
        (mail,) = (await tx.session.execute(select(Mail).where(Mail.template == "following"))).scalars()
        mail.sent_at = tx.now
    async with cast.database.transaction() as tx:
        ((asked, _),) = await follow_requests.of_counsellor(tx, cast.claire.id)
        assert asked.id == cast.karim.id
        await follow_requests.take_back(tx, cast.claire.id, cast.karim.id)
    async with cast.database.transaction() as tx:
        assert await follow_requests.to_person(tx, cast.karim.id) == []
        with pytest.raises(NotFound):
            await follow_requests.take_back(tx, cast.claire.id, cast.karim.id)
    assert not await take(cast, "Karim", cast.karim.email)
    async with cast.database.reading() as tx:
        assert len((await tx.session.execute(select(Mail).where(Mail.template == "following"))).all()) == 1


async def test_a_counsellor_who_leaves_loses_nobody(cast: Cast, team: agencies.Team) -> None:
    """Somebody without an address could never be reached again otherwise: a second, empty person would be made."""
    nadia = await colleague_at(cast, AGENCY, "Nadia")
    await take(cast, "Yann Le Goff")
    await take(cast, "Hélène d'Orves")
    async with cast.database.transaction() as tx:
        yann = (await caseload.entries(tx, cast.claire.id, "yann"))[0].person
        await notes.write_note(tx, cast.claire, yann.id, "team", "Looks for work on boats.")
    await leave(cast, team)
    assert await followed(cast) == []
    assert await unfollowed(cast, nadia) == ["Hélène d'Orves", "Yann Le Goff"]
    assert await unfollowed(cast, nadia, "le go") == ["Yann Le Goff"]
    async with cast.database.transaction() as tx:
        assert (await caseload.take_up(tx, nadia.id, yann.id)).id == yann.id
    async with cast.database.reading() as tx:
        assert [row.person.id for row in await caseload.entries(tx, nadia.id)] == [yann.id]
        assert await referents.referent_of(tx, yann.id) == nadia.id
        assert (await conversations.with_counsellor(tx, yann.id)).person_id == yann.id
    assert await unfollowed(cast, nadia) == ["Hélène d'Orves"]


async def test_whoever_still_counsels_at_the_agency_keeps_their_people(cast: Cast, team: agencies.Team) -> None:
    async with cast.database.transaction() as tx:
        await agencies.add_member(tx, (await agencies.team(tx, AGENCY, "Mer")).id, cast.claire)
    await take(cast, "Yann Le Goff")
    await leave(cast, team)
    assert await followed(cast) == ["Yann Le Goff"]


async def test_whom_nobody_follows_is_the_agencys_and_no_others(cast: Cast, team: agencies.Team) -> None:
    elsewhere = await colleague_at(cast, "Agence Brest", "Malo")
    await take(cast, "Yann Le Goff")
    async with cast.database.transaction() as tx:
        (yann,) = await caseload.followed_by(tx, cast.claire.id)
        await caseload.stop_following(tx, cast.claire.id, yann.id)
    assert await unfollowed(cast, cast.claire) == ["Yann Le Goff"]
    assert await unfollowed(cast, elsewhere) == []
    async with cast.database.transaction() as tx:
        with pytest.raises(NotFound):
            await caseload.take_up(tx, elsewhere.id, yann.id)
    async with cast.database.reading() as tx:
        assert [each.name for each in await choices.agencies_for(tx, yann)] == ["Agence Brest", AGENCY]


async def test_whoever_is_known_at_the_agency_is_not_made_a_second_time_unasked(cast: Cast) -> None:
    nadia = await colleague_at(cast, AGENCY, "Nadia")
    await take(cast, "Yann Le Goff")
    async with cast.database.transaction() as tx:
        (yann,) = await caseload.followed_by(tx, cast.claire.id)
        await caseload.stop_following(tx, cast.claire.id, yann.id)
    async with cast.database.transaction() as tx:
        with pytest.raises(KnownHere) as refusal:
            await follow_requests.take(tx, nadia, "le goff yann", None, "fr")
        assert refusal.value.field == "name"
        _, is_in = await follow_requests.take(tx, nadia, "Yann Le Goff", None, "fr", is_another=True)
        assert is_in


async def test_one_who_was_taken_up_meanwhile_is_not_taken_from_whoever_has_them(cast: Cast) -> None:
    nadia = await colleague_at(cast, AGENCY, "Nadia")
    await take(cast, "Yann Le Goff")
    async with cast.database.transaction() as tx:
        (yann,) = await caseload.followed_by(tx, cast.claire.id)
        await caseload.stop_following(tx, cast.claire.id, yann.id)
        await caseload.take_up(tx, nadia.id, yann.id)
    async with cast.database.transaction() as tx:
        with pytest.raises(NotFound):
            await caseload.take_up(tx, cast.claire.id, yann.id)


async def test_a_name_that_a_colleague_follows_is_not_written_down_a_second_time_unasked(cast: Cast) -> None:  # K15
    nadia = await colleague_at(cast, AGENCY, "Nadia")
    elsewhere = await colleague_at(cast, "Agence Brest", "Rose")
    await take(cast, "Yann Le Goff")
    async with cast.database.transaction() as tx:
        with pytest.raises(follow_requests.FollowedByColleague) as refusal:
            await follow_requests.take(tx, nadia, "le goff yann", None, "fr")
        assert refusal.value.values == {"name": cast.claire.name}
        _, is_in = await follow_requests.take(tx, elsewhere, "Yann Le Goff", None, "fr")
        assert is_in, "another agency's people are nobody's business here"
        _, is_in = await follow_requests.take(tx, nadia, "Yann Le Goff", None, "fr", is_another=True)
        assert is_in
