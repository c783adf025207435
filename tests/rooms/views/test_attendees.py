"""A fair's list of candidates: how far each has come, found by any beginning, at the same cost for thousands."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from rooms.access import acceptance, invitations, open_invitations
from rooms.core import outbox
from rooms.core.outbox import Channel, Mail
from rooms.fairs import attendees
from rooms.fairs.attendees import Listed
from rooms.people import mail_refusals, people, signin
from rooms.people.signin import Link
from rooms.views import fair_staff
from rooms.views.attendees import PAGE, AttendeeState, Order, Search, all_invitations, of_fair
from tests.cast import Cast
from tests.rooms.access.test_taken_back import fresh_fair, letter_token
from tests.rooms.test_queries import count

S = AttendeeState


async def invite(cast: Cast, *named: tuple[str, str]) -> None:
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        await invitations.invite_candidates(tx, cast.ines, fair, [Listed(name, email) for name, email in named])


async def states(cast: Cast) -> dict[str, AttendeeState]:
    async with cast.database.reading() as tx:
        return {row.email or row.name: row.state for row in (await of_fair(tx, cast.fair.id, Search())).rows}


async def leave(cast: Cast) -> None:
    """Every letter that is due leaves."""
    async with cast.database.transaction() as tx:
        while mail := await outbox.claim(tx, Channel.MAIL, 300):
            await outbox.sent(tx, mail.id)


async def test_how_far_somebody_has_come(cast: Cast) -> None:
    await invite(cast, *((letter.upper(), f"{letter}@example.org") for letter in "abcdef"))
    assert set((await states(cast)).values()) == {S.INVITED}
    await leave(cast)
    assert set((await states(cast)).values()) == {S.DELIVERED}
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        by_email = {each.link.email: each.link for each in await open_invitations.of_fair(tx, fair)}
        await tx.session.execute(update(Mail).where(Mail.recipient == "b@example.org").values(bounced_at=tx.now))
        await signin.opened(tx, by_email["c@example.org"].id)
        await open_invitations.withdraw(tx, fair, by_email["d@example.org"].id)
    for letter in "ef":
        await open_invitation(cast, f"{letter}@example.org")
    async with cast.database.transaction() as tx:
        guest = await people.by_email(tx, "f@example.org")
        assert guest
        await attendees.came(tx, cast.fair, {guest.id: guest, cast.karim.id: cast.karim})
        came_at = tx.now
    assert await states(cast) == {
        "a@example.org": S.DELIVERED,
        "b@example.org": S.BOUNCED,
        "c@example.org": S.OPENED,
        "d@example.org": S.WITHDRAWN,
        "e@example.org": S.REGISTERED,
        "f@example.org": S.CAME,
        cast.karim.email: S.CAME,
    }
    await cast.pass_by(hours=1)
    async with cast.database.transaction() as tx:
        await attendees.came(tx, cast.fair, {cast.karim.id: cast.karim})
        listed = await of_fair(tx, cast.fair.id, Search(states=("came",)))
    assert [row.since for row in listed.rows] == [came_at, came_at], "whoever comes again came before"


async def open_invitation(cast: Cast, email: str) -> None:
    # The outbox forgets the words of what has left: the letter is sent anew.
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        (invited,) = [each for each in await open_invitations.of_fair(tx, fair) if each.link.email == email]
        await open_invitations.send_again(tx, cast.ines, fair, invited.link.id)
    async with cast.database.transaction() as tx:
        await acceptance.accept(tx, await letter_token(tx, email), "fr")


async def test_a_letter_that_is_sent_again_is_what_counts(cast: Cast) -> None:
    await invite(cast, ("A", "a@example.org"))
    await leave(cast)
    async with cast.database.transaction() as tx:
        await tx.session.execute(update(Mail).values(bounced_at=tx.now))
    assert await states(cast) == {"a@example.org": S.BOUNCED}
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        (invited,) = await open_invitations.of_fair(tx, fair)
        await open_invitations.send_again(tx, cast.ines, fair, invited.link.id)
    assert await states(cast) == {"a@example.org": S.INVITED}


async def test_whoever_does_without_invitations_is_said_to(cast: Cast) -> None:
    await invite(cast, ("A", "a@example.org"), ("B", "b@example.org"))
    async with cast.database.transaction() as tx:
        await mail_refusals.refuse(tx, "a@example.org", "invitation")
    async with cast.database.reading() as tx:
        rows = (await of_fair(tx, cast.fair.id, Search())).rows
    assert [row.is_refused for row in rows] == [True, False]


async def test_people_are_found_by_beginnings_with_or_without_accents_and_by_address(cast: Cast) -> None:
    await invite(
        cast, ("Hélène d'Orves", "h@example.org"), ("Ömer Şahin", "omer.sahin@example.org"), ("=1+1%_", "x@example.net")
    )

    async def found(words: str) -> list[str]:
        async with cast.database.reading() as tx:
            return [row.name for row in (await of_fair(tx, cast.fair.id, Search(words))).rows]

    assert await found("hele orv") == await found("ORVES") == await found("h@example.org") == ["Hélène d'Orves"]
    assert await found("omer.sah") == ["Ömer Şahin"]
    assert await found("lene") == [], "the middle of a name is none"
    assert await found("%") == await found("_") == await found("")
    assert len(await found("")) == 3
    assert await found("1") == ["=1+1%_"]


async def test_pages_orders_and_counts(cast: Cast) -> None:
    await invite(cast, *((f"Person {number:03}", f"p{number}@example.org") for number in range(PAGE + 20)))
    async with cast.database.reading() as tx:
        first = await of_fair(tx, cast.fair.id, Search())
        second = await of_fair(tx, cast.fair.id, Search(page=2))
        beyond = await of_fair(tx, cast.fair.id, Search(page=99))
        latest = await of_fair(tx, cast.fair.id, Search(order=Order.LATEST))
        some = await of_fair(tx, cast.fair.id, Search("person 06", ("invited", "no such state")))
        none = await of_fair(tx, cast.fair.id, Search(states=("came",)))
        chosen = await all_invitations(tx, cast.fair.id, Search("person 06"))
    assert (first.rows[0].name, len(first.rows), second.rows[0].name, len(second.rows)) == (
        "Person 000", PAGE, f"Person {PAGE:03}", 20,
    )  # fmt: skip
    assert (first.pages, first.found, first.all, beyond.page) == (2, PAGE + 20, PAGE + 20, 2)
    assert latest.rows[0].name == f"Person {PAGE + 19:03}"
    assert (some.found, none.found, none.all, len(chosen)) == (10, 0, PAGE + 20, 10)


@pytest.mark.parametrize("words", ["", "person"])
async def test_thousands_cost_the_queries_of_three(cast: Cast, words: str) -> None:
    async def read(tx: object, cast: Cast) -> None:
        await of_fair(tx, cast.fair.id, Search(words))  # type: ignore[arg-type]

    await invite(cast, ("Person", "p@example.org"))
    one = await count(cast, read)
    await invite(cast, *((f"Person {number}", f"p{number}@example.org") for number in range(1000)))
    assert await count(cast, read) == one <= 4


async def test_employers_and_recruiters_cost_the_same_queries_however_many(cast: Cast) -> None:
    async def read(tx: object, cast: Cast) -> None:
        await fair_staff.employers_of(tx, cast.fair)  # type: ignore[arg-type]

    async def invite_employers(numbers: range) -> None:
        async with cast.database.transaction() as tx:
            fair = await fresh_fair(tx, cast)
            for number in numbers:
                invited = invitations.EmployerInvited(f"Employer {number}", "office", f"e{number}@example.org")
                await invitations.invite_employer(tx, cast.ines, fair, invited)

    await invite_employers(range(1))
    one = await count(cast, read)
    await invite_employers(range(1, 30))
    assert await count(cast, read) == one
    async with cast.database.reading() as tx:
        rows = await fair_staff.employers_of(tx, cast.fair)
        shown = fair_staff.page_of(rows, "employer 2", ("nobody",), 1)
    assert (shown.found, shown.counts) == (11, {"set_up": 2, "nobody": 30})


async def test_an_old_invitation_stands_on_the_list_with_what_is_known(cast: Cast) -> None:
    """As the migration puts it there: without a letter in the outbox."""
    await invite(cast, ("A", "a@example.org"))
    async with cast.database.transaction() as tx:
        await tx.session.execute(update(Link).values(mail_id=None, sent_at=tx.now - timedelta(days=1)))
    assert await states(cast) == {"a@example.org": S.DELIVERED}
