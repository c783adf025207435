"""Lists do not grow queries: one thing or three, the same number."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import event

from rooms.chat import conversations, messages
from rooms.core.model import new_id
from rooms.core.transaction import Transaction
from rooms.core.uploads import Checked, DocumentKind
from rooms.fairs import booth_documents, booths
from rooms.fairs.fairs import Fair
from rooms.lines import joining, line_status
from rooms.organisations import employers
from rooms.people import people
from rooms.views import fair_now
from rooms.views.lobby import cards_of
from signaling import snapshots
from tests.cast import Cast

Read = Callable[[Transaction, Cast], Awaitable[object]]


async def count(cast: Cast, read: Read) -> int:
    statements: list[str] = []
    engine = cast.database.reader.sync_engine

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        async with cast.database.reading() as tx:
            await read(tx, cast)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len([statement for statement in statements if statement.startswith("SELECT")])


async def more(cast: Cast, number: int) -> None:
    """One more booth with its staff, one more in line, one more message."""
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        owner = await people.welcome(tx, f"Owner {number}", f"o{number}@example.org", "en")
        employer = await employers.found(tx, f"Employer {number}", "hospitality")
        await employers.add_member(tx, employer.id, owner, is_owner=True)
        booth = await booths.reserve(tx, fair, employer)
        await booths.set_up(tx, booth, booths.BoothText("Come.", 15, "hospitality", "Nantes", "blue"))
        logo = Checked("logo.png", b"x", "image/png")
        await booth_documents.add(tx, booth, DocumentKind.LOGO, logo, new_id())
        someone = await people.welcome(tx, f"Candidate {number}", f"c{number}@example.org", "en")
        atlantique = await cast.fresh_booth(tx, cast.atlantique)
        await joining.join(tx, someone, atlantique)
        conversation = await conversations.of_booth(tx, atlantique.id)
        await messages.send(
            tx, someone, conversation, "Hello", cast.process_id if number == 0 else someone.id, is_staff=False
        )
    await cast.connect(owner, booth)
    await cast.connect(someone)


async def the_lobby(tx: Transaction, cast: Cast) -> object:
    return await cards_of(tx, await tx.session.get_one(Fair, cast.fair.id))


async def the_line(tx: Transaction, cast: Cast) -> object:
    return await line_status.of_line(tx, await cast.fresh_booth(tx, cast.atlantique))


async def the_desk(tx: Transaction, cast: Cast) -> object:
    return await snapshots.line_snapshot(tx, cast.atlantique.id)


async def the_fair(tx: Transaction, cast: Cast) -> object:
    return await snapshots.fair_snapshot(tx, cast.fair.id)


async def the_chat(tx: Transaction, cast: Cast) -> object:
    conversation = await conversations.of_booth(tx, cast.atlantique.id)
    return await snapshots.conversation_snapshot(tx, conversation.id)


async def the_fair_now(tx: Transaction, cast: Cast) -> object:
    fair = await tx.session.get_one(Fair, cast.fair.id)
    return await fair_now.of_fair(tx, fair, await booths.of_fair(tx, fair.id))


@pytest.mark.parametrize(
    "read", [the_lobby, the_line, the_desk, the_fair, the_fair_now, the_chat], ids=lambda read: read.__name__
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_one_or_three_the_same_number_of_queries(cast: Cast, read: Read) -> None:
    await more(cast, 0)
    one = await count(cast, read)
    await more(cast, 1)
    await more(cast, 2)
    assert await count(cast, read) == one
    assert one > 0
