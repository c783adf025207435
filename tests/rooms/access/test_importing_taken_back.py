"""A list is taken back as if it had not been sent, and whoever has answered loses nothing."""

from datetime import timedelta

import pytest

from rooms.access import acceptance, importing, invitations, open_invitations
from rooms.access.invitations import EmployerInvited
from rooms.core.errors import Conflict
from rooms.fairs import attendees, booth_staff, booths, list_imports
from rooms.fairs.list_columns import ListKind
from rooms.fairs.list_imports import ImportState, LineState
from rooms.organisations import employers
from rooms.views import fair_staff
from rooms.views.attendees import Search, of_fair
from tests.cast import Cast
from tests.rooms.access.test_importing import THREE, bring, row_of, send
from tests.rooms.access.test_invitations import letters_to
from tests.rooms.access.test_taken_back import fresh_fair, letter_token


async def test_a_list_can_be_taken_back_while_nobody_has_answered(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        then = tx.now + timedelta(days=2)
    row = await bring(cast, THREE)
    await send(cast, row, then)
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        await importing.take_back(tx, fair, await row_of(tx, row))
        assert await open_invitations.of_fair(tx, fair) == []
        assert await attendees.count(tx, fair.id) == 0
        assert (await row_of(tx, row)).state is ImportState.TAKEN_BACK
    assert await letters_to(cast, "a@example.org") == [], "what has not left does not leave"
    async with cast.database.transaction() as tx:
        with pytest.raises(Conflict, match=r"import\.moved_on"):
            await importing.take_back(tx, await fresh_fair(tx, cast), await row_of(tx, row))


async def test_a_list_to_which_somebody_has_answered_stays(cast: Cast) -> None:
    row = await bring(cast, THREE)
    await send(cast, row)
    async with cast.database.transaction() as tx:
        await acceptance.accept(tx, await letter_token(tx, "b@example.org"), "fr")
    async with cast.database.transaction() as tx:
        with pytest.raises(Conflict, match=r"import\.answered"):
            await importing.take_back(tx, await fresh_fair(tx, cast), await row_of(tx, row))
        assert len(await open_invitations.of_fair(tx, await fresh_fair(tx, cast))) == 2


async def test_employers_get_their_booths_and_lose_them_with_the_list(cast: Cast) -> None:
    cells = [
        ("Ateliers Müller", "rh@example.org", "732 829 320 00074"),
        ("Ateliers  müller", "second@example.org", ""),
        ("Müller SA", "third@example.org", "73282932000074"),
        ("Hôtel Atlantique", "thief@example.org", ""),
        ("Cirque", "rh@", ""),
    ]
    row = await bring(cast, cells, ListKind.EMPLOYERS)
    assert await send(cast, row) == {LineState.INVITED: 3, LineState.FAULTY: 2}
    async with cast.database.reading() as tx:
        fair = await fresh_fair(tx, cast)
        rows = {each.booth.employer.name: each for each in await fair_staff.employers_of(tx, fair)}
        assert sorted(rows) == ["Ateliers Müller", "Hôtel Atlantique", "Maison Perrin"]
        invited = {each.email for each in rows["Ateliers Müller"].invited}
        assert invited == {"rh@example.org", "second@example.org", "third@example.org"}
        stolen, _ = await list_imports.lines_of(tx, row.id, LineState.FAULTY)
        assert stolen.fault
        assert "people of its own" in stolen.fault["message"], "nobody is let in over their heads"
    async with cast.database.transaction() as tx:
        await importing.take_back(tx, await fresh_fair(tx, cast), await row_of(tx, row))
        left = [each.employer.name for each in await booths.of_fair(tx, cast.fair.id, only_set_up=False)]
    assert sorted(left) == ["Hôtel Atlantique", "Maison Perrin"]


async def test_whoever_has_answered_by_another_list_keeps_their_booth(cast: Cast) -> None:
    employers_list = await bring(cast, [("Cirque", "rh@cirque.example", "")], ListKind.EMPLOYERS)
    await send(cast, employers_list)
    recruiters = [("Cirque", "one@cirque.example"), ("Cirque", "two@cirque.example")]
    await send(cast, await bring(cast, recruiters, ListKind.RECRUITERS))
    async with cast.database.transaction() as tx:
        person, _ = await acceptance.accept(tx, await letter_token(tx, "one@cirque.example"), "fr")
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        await importing.take_back(tx, fair, await row_of(tx, employers_list))
        (booth,) = [each for each in await booths.of_fair(tx, fair.id, only_set_up=False) if not each.set_up_at]
        assert [each.id for each in await booth_staff.staff_of(tx, booth.id)] == [person.id]
        left = [each.link.email for each in await open_invitations.of_employer(tx, booth.employer_id)]
        assert left == ["two@cirque.example"]
    # Nobody owns it yet: whoever comes as its owner is let in, and whoever is there becomes one.
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        again = EmployerInvited("Cirque", "office", "one@cirque.example")
        await invitations.invite_employer(tx, cast.ines, fair, again)
        await invitations.invite_employer(
            tx, cast.ines, fair, EmployerInvited("Cirque", "office", "boss@cirque.example")
        )
    async with cast.database.transaction() as tx:
        token = await letter_token(tx, "one@cirque.example")
        await acceptance.accept(tx, token, "fr", signed_in_id=person.id)
        assert await employers.has_owner(tx, booth.employer_id)


async def test_whoever_was_invited_anew_stays_on_the_list_when_theirs_is_taken_back(cast: Cast) -> None:
    row = await bring(cast, THREE)
    await send(cast, row)
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        by_email = {each.link.email: each.link.id for each in await open_invitations.of_fair(tx, fair)}
        await open_invitations.withdraw(tx, fair, by_email["a@example.org"])
        await invitations.invite_candidate(tx, cast.ines, fair, "Ana", "a@example.org")
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        await importing.take_back(tx, fair, await row_of(tx, row))
        assert [each.link.email for each in await open_invitations.of_fair(tx, fair)] == ["a@example.org"]
        assert [each.email for each in (await of_fair(tx, fair.id, Search())).rows] == ["a@example.org"]
