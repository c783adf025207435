"""Taking somebody into a portfolio, and out of it again."""

import pytest
from sqlalchemy import select

from rooms import chat, portfolios, referents
from rooms.errors import NotFound
from rooms.outbox import Mail
from rooms.portfolios import FollowedElsewhere, Namesake
from tests.cast import Cast


async def take(cast: Cast, name: str, email: str | None = None, *, is_another: bool = False) -> bool:
    async with cast.database.transaction() as tx:
        claire = await cast.fresh(tx, cast.claire)
        _, is_in = await portfolios.take(tx, claire, name, email, "fr", is_another=is_another)
        return is_in


async def followed(cast: Cast) -> list[str]:
    async with cast.database.reading() as tx:
        return [person.name for person in await portfolios.followed_by(tx, cast.claire.id)]


async def test_whoever_is_followed_no_longer_keeps_what_was_written_for_whoever_comes_next(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        await portfolios.follow(tx, cast.claire.id, cast.amina.id)
        talk = await chat.with_counsellor(tx, cast.amina.id)
    async with cast.database.transaction() as tx:
        await portfolios.stop_following(tx, cast.claire.id, cast.amina.id)
    async with cast.database.transaction() as tx:
        assert await referents.referent_of(tx, cast.amina.id) is None
        with pytest.raises(FollowedElsewhere):
            await portfolios.stop_following(tx, cast.claire.id, cast.amina.id)
    async with cast.database.transaction() as tx:
        await portfolios.follow(tx, cast.paul.id, cast.amina.id)
        assert (await chat.with_counsellor(tx, cast.amina.id)).id == talk.id


async def test_whoever_said_yes_once_is_written_to_when_they_are_asked_again(cast: Cast) -> None:
    for _ in range(2):
        assert not await take(cast, "Karim", cast.karim.email)
        async with cast.database.transaction() as tx:
            await portfolios.answer_request(tx, cast.karim.id, cast.claire.id, may=True)
        async with cast.database.transaction() as tx:
            await portfolios.stop_following(tx, cast.claire.id, cast.karim.id)
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
        ((asked, _),) = await portfolios.requests_of(tx, cast.claire.id)
        assert asked.id == cast.karim.id
        await portfolios.take_request_back(tx, cast.claire.id, cast.karim.id)
    async with cast.database.transaction() as tx:
        assert await portfolios.requests_to(tx, cast.karim.id) == []
        with pytest.raises(NotFound):
            await portfolios.take_request_back(tx, cast.claire.id, cast.karim.id)
    assert not await take(cast, "Karim", cast.karim.email)
    async with cast.database.reading() as tx:
        assert len((await tx.session.execute(select(Mail).where(Mail.template == "following"))).all()) == 1
