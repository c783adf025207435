"""Lists that organisers bring: nothing is sent unasked, and nobody is invited twice."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from rooms.access import acceptance, importing, invitations, open_invitations
from rooms.access.invitations import EmployerInvited
from rooms.core import outbox
from rooms.core.errors import Conflict, Invalid
from rooms.core.outbox import Channel, Letter, Mail
from rooms.core.transaction import Transaction
from rooms.fairs import attendees, list_imports, opening
from rooms.fairs.attendees import Attendee, Listed
from rooms.fairs.fairs import Fair, FairState
from rooms.fairs.list_columns import ListKind
from rooms.fairs.list_imports import MOST_UNSENT, ImportLine, ImportState, LineState, ListImport, Read
from rooms.people.signin import Link
from rooms.views import fair_staff
from rooms.views.attendees import AttendeeState, Search, of_fair
from tests.cast import Cast
from tests.rooms.access.test_invitations import draft, letters_to
from tests.rooms.access.test_taken_back import fresh_fair, letter_token

COLUMNS = {
    ListKind.CANDIDATES: {"email": 0, "name": 1},
    ListKind.RECRUITERS: {"employer": 0, "email": 1},
    ListKind.EMPLOYERS: {"employer": 0, "email": 1, "siret": 2},
}
THREE = (("a@example.org", "Ana"), ("b@example.org", "Bob"), ("c@example.org", "Cem"))


async def bring(
    cast: Cast, cells: Sequence[tuple[str, ...]], kind: ListKind = ListKind.CANDIDATES, fair: Fair | None = None
) -> ListImport:
    async with cast.database.transaction() as tx:
        at = await tx.session.get_one(Fair, (fair or cast.fair).id)
        read = Read("list.csv", (), list(enumerate(cells, 1)))
        row = await list_imports.keep(tx, cast.ines, at, kind, read, COLUMNS[kind])
        if kind is ListKind.EMPLOYERS:
            await list_imports.choose_columns(tx, row, COLUMNS[kind], "office")
        return row


async def row_of(tx: Transaction, row: ListImport) -> ListImport:
    return await list_imports.one(tx, await tx.session.get_one(Fair, row.fair_id), row.id, lock=True)


async def fair_of(tx: Transaction, row: ListImport) -> Fair:
    return await tx.session.get_one(Fair, row.fair_id)


async def send(cast: Cast, row: ListImport, send_at: datetime | None = None) -> dict[LineState, int]:
    """Send it, and do what the worker does; gives what became of its lines."""
    async with cast.database.transaction() as tx:
        await list_imports.begin(tx, await fair_of(tx, row), await row_of(tx, row), send_at)
    looked_at = 1
    while looked_at:
        async with cast.database.transaction() as tx:
            looked_at = await importing.go_on(tx)
    async with cast.database.reading() as tx:
        return (await list_imports.counts(tx, [row.id]))[row.id]


async def test_nothing_of_a_list_is_sent_before_somebody_says_so(cast: Cast) -> None:
    row = await bring(cast, THREE)
    async with cast.database.transaction() as tx:
        assert await importing.go_on(tx) == 0
        assert await attendees.count(tx, cast.fair.id) == 0
    assert await letters_to(cast, "a@example.org") == []
    assert await send(cast, row) == {LineState.INVITED: 3}
    assert len(await letters_to(cast, "a@example.org")) == 1
    async with cast.database.transaction() as tx:
        assert (await row_of(tx, row)).state is ImportState.DONE
        with pytest.raises(Conflict, match=r"import\.moved_on"):
            await list_imports.begin(tx, await fair_of(tx, row), await row_of(tx, row), None)


async def test_whoever_is_invited_or_registered_is_not_invited_again(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        await invitations.invite_candidate(tx, cast.ines, fair, "Ana", "a@example.org")
        await attendees.came(tx, fair, {cast.amina.id: cast.amina})
    row = await bring(cast, [*THREE, ("B@EXAMPLE.org", "Bob"), (cast.amina.email or "", "Amina"), ("nobody", "")])
    assert await send(cast, row) == {
        LineState.INVITED: 2, LineState.KNOWN: 2, LineState.DOUBLED: 1, LineState.FAULTY: 1,
    }  # fmt: skip
    assert [len(await letters_to(cast, email)) for email, _ in THREE] == [1, 1, 1]
    assert await letters_to(cast, cast.amina.email or "") == []


async def test_an_invitation_that_was_withdrawn_can_be_made_again_by_a_list(cast: Cast) -> None:
    await send(cast, await bring(cast, THREE[:1]))
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        (invited,) = await open_invitations.of_fair(tx, fair)
        await open_invitations.withdraw(tx, fair, invited.link.id)
    assert await send(cast, await bring(cast, THREE[:1])) == {LineState.INVITED: 1}
    async with cast.database.reading() as tx:
        listed = await of_fair(tx, cast.fair.id, Search())
    assert [row.state for row in listed.rows] == [AttendeeState.INVITED], "one row, with the new invitation"


async def test_letters_leave_on_the_day_that_was_chosen(cast: Cast) -> None:
    row = await bring(cast, THREE)
    async with cast.database.transaction() as tx:
        with pytest.raises(Invalid) as refused:
            await list_imports.begin(tx, await fair_of(tx, row), await row_of(tx, row), tx.now - timedelta(minutes=1))
        assert refused.value.field == "date"
        then = tx.now + timedelta(days=2)
    await send(cast, row, then)
    async with cast.database.transaction() as tx:
        assert await outbox.claim(tx, Channel.MAIL, 300) is None
    await cast.pass_by(days=2)
    async with cast.database.transaction() as tx:
        letter = await outbox.claim(tx, Channel.MAIL, 300)
        assert letter is not None
        assert letter.template == "invitation"


async def test_a_list_for_a_draft_waits_until_the_fair_is_published_and_for_its_day(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await draft(tx, cast)
        then = tx.now + timedelta(days=2)
    await send(cast, await bring(cast, THREE, fair=fair), then)
    await send(cast, await bring(cast, [("d@example.org", "Dora")], fair=fair))
    assert await letters_to(cast, "a@example.org") == []
    async with cast.database.transaction() as tx:
        await opening.publish(tx, await tx.session.get_one(Fair, fair.id))
        published_at = tx.now
    (first,), (second,) = await letters_to(cast, "a@example.org"), await letters_to(cast, "d@example.org")
    assert (first.due_at, second.due_at) == (then, published_at)


async def test_recruiters_are_invited_to_employers_at_which_nobody_is_yet(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        await invitations.invite_employer(tx, cast.ines, fair, EmployerInvited("Cirque", "office", "rh@cirque.example"))
    cells = [
        ("cirque", "one@cirque.example"),
        ("Cirque", "rh@cirque.example"),
        ("Hôtel Atlantique", "thief@example.org"),
        ("Nobody & Sons", "x@example.org"),
    ]
    row = await bring(cast, cells, ListKind.RECRUITERS)
    assert await send(cast, row) == {LineState.INVITED: 1, LineState.KNOWN: 1, LineState.FAULTY: 2}
    async with cast.database.reading() as tx:
        found = await fair_staff.recruiters_of(tx, await fresh_fair(tx, cast))
    assert {(each.email, each.is_owner) for each in found if each.link_id} == {
        ("one@cirque.example", False),
        ("rh@cirque.example", True),
    }


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_workers_and_an_organiser_at_once_invite_nobody_twice(cast: Cast) -> None:
    people = [(f"p{number}@example.org", f"Person {number}") for number in range(450)]
    rows = [await bring(cast, people), await bring(cast, people)]
    async with cast.database.transaction() as tx:
        for row in rows:
            await list_imports.begin(tx, await fair_of(tx, row), await row_of(tx, row), None)

    async def work() -> None:
        looked_at = 1
        while looked_at:
            async with cast.database.transaction() as tx:
                looked_at = await importing.go_on(tx)

    async def invite(number: int) -> None:
        async with cast.database.transaction() as tx:
            fair = await fresh_fair(tx, cast)
            await tx.lock(fair)
            await invitations.invite_candidates(tx, cast.ines, fair, [Listed("", f"p{number}@example.org")])

    await asyncio.gather(work(), work(), *(invite(number) for number in (0, 200, 449)))
    await work()
    async with cast.database.reading() as tx:
        assert await tx.session.scalar(select(func.count()).select_from(Link)) == 450
        assert await tx.session.scalar(select(func.count()).select_from(Attendee)) == 450
        assert await tx.session.scalar(select(func.count()).select_from(Mail)) == 450


async def test_no_letter_waits_for_thousands_of_invitations(cast: Cast) -> None:
    await send(cast, await bring(cast, THREE))
    await cast.pass_by(seconds=5)
    async with cast.database.transaction() as tx:
        await outbox.post(tx, Letter("late@example.org", "code", "fr", {"code": "1"}))
    sent = []
    for _ in range(4):
        async with cast.database.transaction() as tx:
            if mail := await outbox.claim(tx, Channel.MAIL, 2):
                sent.append(mail.template)
                await outbox.sent(tx, mail.id)
    assert sent == ["code", "invitation", "invitation"], "and only so many of them leave in a minute"
    await cast.pass_by(minutes=1, seconds=1)
    async with cast.database.transaction() as tx:
        assert await outbox.claim(tx, Channel.MAIL, 2) is not None


async def leave(cast: Cast, count: int) -> None:
    """So many letters leave."""
    for _ in range(count):
        async with cast.database.transaction() as tx:
            mail = await outbox.claim(tx, Channel.MAIL, 300)
            assert mail is not None
            await outbox.sent(tx, mail.id, is_kept=True)


async def test_a_reminder_is_a_new_letter_to_whoever_has_not_answered(cast: Cast) -> None:
    await send(cast, await bring(cast, THREE))
    await leave(cast, 3)
    async with cast.database.transaction() as tx:
        await acceptance.accept(tx, await letter_token(tx, "a@example.org"), "fr")
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        links = list((await tx.session.execute(select(Link.id))).scalars())
        assert await open_invitations.remind(tx, cast.ines, fair, links) == 2
    assert len(await letters_to(cast, "a@example.org")) == 1
    first, second = sorted(await letters_to(cast, "b@example.org"), key=lambda each: each.id)
    assert (first.values["is_reminder"], second.values["is_reminder"]) == (False, True)
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        assert await open_invitations.remind(tx, cast.ines, fair, links) == 0, "the reminder itself has not left yet"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_who_remind_and_one_who_withdraws_at_once_leave_one_letter_or_none(cast: Cast) -> None:
    await send(cast, await bring(cast, THREE))
    await leave(cast, 3)
    async with cast.database.reading() as tx:
        links = list((await tx.session.execute(select(Link.id).order_by(Link.email))).scalars())

    async def remind() -> None:
        async with cast.database.transaction() as tx:
            await open_invitations.remind(tx, cast.ines, await fresh_fair(tx, cast), links)

    async def withdraw() -> None:
        async with cast.database.transaction() as tx:
            await open_invitations.withdraw_these(tx, await fresh_fair(tx, cast), links[:1])

    await asyncio.gather(remind(), withdraw(), remind())
    assert len([mail for mail in await letters_to(cast, "a@example.org") if mail.sent_at is None]) == 0
    assert len([mail for mail in await letters_to(cast, "b@example.org") if mail.sent_at is None]) == 1


async def test_an_archived_fair_or_a_line_that_fails_stops_no_other_list(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        other = await draft(tx, cast, name="Other")
    first, second = await bring(cast, THREE, fair=other), await bring(cast, THREE)
    for row in (first, second):
        async with cast.database.transaction() as tx:
            await list_imports.begin(tx, await fair_of(tx, row), await row_of(tx, row), None)
    async with cast.database.transaction() as tx:
        (await tx.session.get_one(Fair, other.id)).state = FairState.ARCHIVED
    async with cast.database.transaction() as tx:
        assert await importing.go_on(tx) == 0
        assert (await row_of(tx, first)).state is ImportState.DONE
    async with cast.database.transaction() as tx:
        assert await importing.go_on(tx) == 3
    third, fourth = await bring(cast, [("x@example.org", "X")]), await bring(cast, [("y@example.org", "Y")])
    for row in (third, fourth):
        async with cast.database.transaction() as tx:
            await list_imports.begin(tx, await fair_of(tx, row), await row_of(tx, row), None)
    async with cast.database.transaction() as tx:
        await tx.session.execute(update(ImportLine).where(ImportLine.import_id == third.id).values(values={"odd": 1}))
    with pytest.raises(TypeError):
        async with cast.database.transaction() as tx:
            await importing.go_on(tx)
    await cast.pass_by(seconds=1)
    async with cast.database.transaction() as tx:
        await importing.postpone(tx)
    async with cast.database.transaction() as tx:
        assert await importing.go_on(tx) == 1
        assert (await row_of(tx, fourth)).state is ImportState.DONE, "the others come first"


async def test_a_moment_years_ahead_is_refused(cast: Cast) -> None:
    row = await bring(cast, THREE)
    async with cast.database.transaction() as tx:
        fair, brought, far = await fair_of(tx, row), await row_of(tx, row), datetime(9999, 12, 30, tzinfo=UTC)
        with pytest.raises(Invalid, match=r"send_at\.far"):
            await list_imports.begin(tx, fair, brought, far)


async def test_of_two_employers_of_one_name_a_list_says_which(cast: Cast) -> None:
    cells = [("Carrefour", "a@example.org", "73282932000074"), ("Carrefour", "b@example.org", "55210055400013")]
    assert await send(cast, await bring(cast, cells, ListKind.EMPLOYERS)) == {LineState.INVITED: 2}
    row = await bring(cast, [("carrefour", "one@example.org")], ListKind.RECRUITERS)
    assert await send(cast, row) == {LineState.FAULTY: 1}
    async with cast.database.reading() as tx:
        (line,) = await list_imports.lines_of(tx, row.id)
        assert line.fault
        assert "by its SIRET" in line.fault["message"]


async def test_lists_that_are_never_sent_are_few_and_are_forgotten(cast: Cast) -> None:
    rows = [await bring(cast, THREE) for _ in range(MOST_UNSENT)]
    with pytest.raises(Conflict, match=r"list\.too_many"):
        await bring(cast, THREE)
    await send(cast, rows[0])
    await cast.pass_by(days=7, seconds=1)
    async with cast.database.transaction() as tx:
        await list_imports.forget_unsent(tx)
        assert [each.id for each in await list_imports.of_fair(tx, cast.fair.id)] == [rows[0].id]


async def test_other_columns_are_read_anew_and_what_is_thrown_away_is_gone(cast: Cast) -> None:
    row = await bring(cast, [("Ana", "a@example.org"), ("Bob", "b@example.org")])
    async with cast.database.transaction() as tx:
        assert (await list_imports.counts(tx, [row.id]))[row.id] == {LineState.FAULTY: 2}
        with pytest.raises(Conflict, match=r"import\.nobody"):
            await list_imports.begin(tx, await fair_of(tx, row), await row_of(tx, row), None)
    async with cast.database.transaction() as tx:
        await list_imports.choose_columns(tx, await row_of(tx, row), {"name": 0, "email": 1}, "")
    async with cast.database.transaction() as tx:
        assert (await list_imports.counts(tx, [row.id]))[row.id] == {LineState.GOOD: 2}
        await list_imports.throw_away(tx, await row_of(tx, row))
    async with cast.database.reading() as tx:
        assert await list_imports.of_fair(tx, cast.fair.id) == []
