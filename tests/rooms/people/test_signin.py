"""Coming in: codes and links that are single-use, short-lived and useless to a mail scanner."""

import contextlib
import time
import uuid

import pytest
from sqlalchemy import select

from rooms.access import acceptance, invitations
from rooms.access.invitations import EmployerInvited
from rooms.core import outbox
from rooms.core.database import Database
from rooms.core.errors import Conflict, Invalid, NotFound
from rooms.fairs import booths
from rooms.fairs.fairs import Fair
from rooms.organisations.employers import EmployerMember
from rooms.people import people, sessions, signin
from rooms.people.people import Person
from rooms.people.signin import Purpose
from tests.cast import Cast
from tests.clock import HandClock


async def code_of(database: Database) -> str:
    async with database.reading() as tx:
        return str((await outbox.latest(tx))[0].values["code"])


async def ask(database: Database, email: str = "Amina@Example.org") -> uuid.UUID:
    async with database.transaction() as tx:
        return (await signin.send_code(tx, "Amina", email, "fr")).id


async def enter(database: Database, request_id: uuid.UUID, code: str) -> Person:
    async with database.transaction() as tx:
        await signin.count_try(tx, request_id)
    async with database.transaction() as tx:
        return await signin.enter_code(tx, request_id, code)


async def test_a_code_confirms_the_address_and_works_once(database: Database) -> None:
    request = await ask(database)
    code = await code_of(database)
    person = await enter(database, request, code)
    assert (person.name, person.email) == ("Amina", "amina@example.org")
    with pytest.raises(Invalid, match=r"code\.expired"):
        await enter(database, request, code)


async def test_a_code_is_useless_after_fifteen_minutes(database: Database, clock: HandClock) -> None:
    request = await ask(database)
    clock.pass_by(minutes=15)
    with pytest.raises(Invalid, match=r"code\.expired"):
        await enter(database, request, await code_of(database))


async def test_five_wrong_tries_make_even_the_right_code_useless(database: Database) -> None:
    request = await ask(database)
    code = await code_of(database)
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        with pytest.raises(Invalid, match=r"code\.wrong"):
            await enter(database, request, wrong)
    with pytest.raises(Invalid, match=r"code\.expired"):
        await enter(database, request, code)


async def test_an_address_gets_six_codes_an_hour_at_most(database: Database, clock: HandClock) -> None:
    for _ in range(6):
        await ask(database)
    with pytest.raises(Conflict, match=r"code\.too_many"):
        await ask(database)
    clock.pass_by(minutes=61)
    await ask(database)


async def test_looking_at_a_link_uses_nothing_up_and_the_click_does(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        _, token = await signin.make_link(tx, Purpose.SIGN_IN, "luc.moreau@example.org", "Luc Moreau")
    for _ in range(3):
        async with cast.database.reading() as tx:
            await signin.look_at_link(tx, token)
    async with cast.database.transaction() as tx:
        person, _ = await signin.use_link(tx, token, "fr")
    assert person.id == cast.luc.id
    async with cast.database.transaction() as tx:
        with pytest.raises(Conflict, match=r"link\.used"):
            await signin.use_link(tx, token, "fr")


async def test_a_link_that_was_withdrawn_or_never_was_is_not_found(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        link, token = await signin.make_link(tx, Purpose.SIGN_IN, "luc.moreau@example.org", "Luc Moreau")
        link.withdrawn_at = tx.now
    async with cast.database.reading() as tx:
        for each in (token, "never"):
            with pytest.raises(NotFound):
                await signin.look_at_link(tx, each)


async def test_an_invitation_makes_a_recruiter_who_staffs_the_booth(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        await invitations.invite_employer(
            tx, cast.ines, fair, EmployerInvited("Loire Camping", "hospitality", "nadia@example.org")
        )
    async with cast.database.reading() as tx:
        path = str((await outbox.latest(tx))[0].values["path"])
    async with cast.database.transaction() as tx:
        nadia, home = await acceptance.accept(tx, path.removeprefix("/links/"), "fr")
        await tx.session.flush()
        member = (
            await tx.session.execute(select(EmployerMember).where(EmployerMember.person_id == nadia.id))
        ).scalar_one()
        unready = await booths.first_unready(tx, member.employer_id)
    assert (home, member.is_owner) == (f"/booths/{unready}/set-up", True)
    async with cast.database.reading() as tx:
        assert await acceptance.home_of(tx, nadia) == "/desk"


async def test_a_session_ends_when_it_is_withdrawn_and_nobody_else_can_withdraw_it(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        token = await sessions.open_session(tx, cast.amina, "Firefox")
    async with cast.database.reading() as tx:
        found = await sessions.whose(tx, token)
    assert found is not None
    async with cast.database.transaction() as tx:
        with pytest.raises(NotFound):
            await sessions.withdraw(tx, cast.luc, found[0].id)
        await sessions.withdraw(tx, cast.amina, found[0].id)
    async with cast.database.reading() as tx:
        assert await sessions.whose(tx, token) is None
        assert await sessions.person_of(tx, found[0].id) is None


async def test_a_password_fits_only_its_person(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        luc = await tx.session.get_one(Person, cast.luc.id)
        with pytest.raises(Invalid, match=r"password\.too_short"):
            people.hash_password(luc, "short")
        for guessable in ("password1234", "motdepasse1234", "azertyuiop12", "LucMoreau2026", "parvisparvis"):
            with pytest.raises(Invalid) as refused:
                people.hash_password(luc, guessable)
            assert refused.value.code == "password.guessable", guessable
        for disguised in ("4@8({[<36911!|70$5+%2" * 4, "P@$$w0rd+!12", "\U0001f600\u202e\ud800\x00" * 8):
            began = time.process_time()
            with contextlib.suppress(Invalid):
                people.hash_password(luc, disguised.encode("utf-8", "replace").decode())
            assert time.process_time() - began < 2, "nobody holds a processor with it"
        with pytest.raises(Invalid, match=r"password\.guessable"):
            people.hash_password(luc, "P@$$w0rd+!12")
        assert people.hash_password(luc, "the kitchen opens at six " * 7)
        luc.password_hash = people.hash_password(luc, "the kitchen opens at six")
    assert people.password_fits(luc, "the kitchen opens at six")
    assert not people.password_fits(luc, "the kitchen opens at seven")
    assert not people.password_fits(cast.amina, "")
    assert not people.password_fits(None, "the kitchen opens at six")


@pytest.mark.parametrize(("email", "code"), [("amina", "email.invalid"), ("amina@", "email.invalid")])
async def test_a_broken_address_names_its_field(database: Database, email: str, code: str) -> None:
    with pytest.raises(Invalid, match=code) as caught:
        await ask(database, email)
    assert caught.value.field == "email"


async def test_nobody_is_locked_out_by_somebody_who_asks_in_their_name(database: Database) -> None:  # X1, S7
    async def from_network(network: str) -> str:
        async with database.transaction() as tx:
            await signin.send_code(tx, "Unlock http://evil.example", "amina@example.org", "fr", network)
        return await code_of(database)

    codes = [await from_network("203.0.113.7") for _ in range(6)]
    with pytest.raises(Conflict):
        await from_network("203.0.113.7")
    assert {len(code) for code in codes} == {6}
    assert len(await from_network("198.51.100.2")) == 8, "many tries need longer codes"
    async with database.reading() as tx:
        assert {mail.values["name"] for mail in await outbox.latest(tx)} == {""}


async def test_a_browser_in_which_one_was_known_is_not_kept_out_by_what_others_ask(cast: Cast) -> None:  # X1
    email = cast.amina.email or ""
    async with cast.database.transaction() as tx:
        for network in range(10):
            for _ in range(6):
                await signin.send_code(tx, "x", email, "en", f"net{network}")
        with pytest.raises(Conflict):
            await signin.send_code(tx, "Amina", email, "en", "home")
        row = await signin.send_code(tx, "Amina", email, "en", "home", is_known=True)
        assert row.email == email
