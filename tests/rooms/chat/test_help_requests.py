"""Help at a fair: asked once, taken in turn, written about by its people alone, and done with by either side."""

import asyncio
import uuid

import pytest

from rooms import access
from rooms.access import Act, Actor
from rooms.chat import conversations, help_requests, messages
from rooms.chat.help_requests import Circumstances, HelpRequest, HelpState
from rooms.core.errors import Conflict, Invalid, NotFound
from rooms.fairs import fairs, sanctions
from rooms.fairs.fairs import Fair
from rooms.fairs.sanctions import Lasting, SanctionKind
from rooms.people.people import Person
from rooms.views import inbox
from rooms.views.inbox import EntryKind
from tests.cast import Cast

STUCK = Circumstances("/fairs/hotels-loire", "Firefox, Linux", "4g, 50 ms")


async def ask(cast: Cast, person: Person, words: str = "I hear nothing.") -> HelpRequest:
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        return await help_requests.ask(tx, fair, await cast.fresh(tx, person), words, STUCK)


async def act(cast: Cast, row: HelpRequest, what: str) -> None:
    async with cast.database.transaction() as tx:
        mine = await tx.session.get_one(HelpRequest, row.id)
        if what == "claim":
            await help_requests.claim(tx, mine, await cast.fresh(tx, cast.ines))
        else:
            await getattr(help_requests, what)(tx, mine)


async def write(cast: Cast, person: Person, asker: Person) -> None:
    async with cast.database.transaction() as tx:
        thread = await conversations.of_help(tx, cast.fair.id, asker.id)
        where, relations = await access.conversation(tx, Actor(person), thread.id, Act.CHAT_WRITE)
        is_staff = access.speaks_as_staff(where, relations)
        await messages.send(tx, await cast.fresh(tx, person), where, "Try again.", uuid.uuid4(), is_staff=is_staff)


async def queue(cast: Cast) -> list[tuple[str, HelpState, bool]]:
    async with cast.database.reading() as tx:
        return [
            (each.request.person.name, each.request.state, each.waits)
            for each in await help_requests.of_fair(tx, cast.fair.id)
        ]


async def test_each_in_turn_and_whoever_asks_again_adds_to_what_they_asked(cast: Cast) -> None:
    first, second = await ask(cast, cast.amina), await ask(cast, cast.karim)
    assert (await ask(cast, cast.amina, "And see nothing.")).id == first.id
    async with cast.database.reading() as tx:
        assert [await help_requests.before(tx, row) for row in (first, second)] == [0, 1]
    await act(cast, first, "claim")
    assert await queue(cast) == [
        (cast.karim.name, HelpState.OPEN, True),
        (cast.amina.name, HelpState.CLAIMED, True),
    ]
    await write(cast, cast.ines, cast.amina)
    assert (cast.amina.name, HelpState.CLAIMED, False) in await queue(cast)
    await act(cast, first, "give_back")
    assert [name for name, _, _ in await queue(cast)] == [cast.amina.name, cast.karim.name]


async def test_what_is_done_stays_so_and_the_next_time_is_a_new_request(cast: Cast) -> None:
    first = await ask(cast, cast.amina)
    await act(cast, first, "finish")
    for what in ("claim", "give_back", "finish"):
        with pytest.raises(Conflict):
            await act(cast, first, what)
    second = await ask(cast, cast.amina, "Once more.")
    assert second.id != first.id
    assert [state for _, state, _ in await queue(cast)] == [HelpState.OPEN, HelpState.DONE]


async def test_two_tabs_ask_once(cast: Cast) -> None:
    rows = await asyncio.gather(*(ask(cast, cast.amina) for _ in range(3)))
    assert len({row.id for row in rows}) == 1


async def test_nobody_else_reads_or_writes_it(cast: Cast) -> None:
    await ask(cast, cast.amina)
    for stranger in (cast.karim, cast.luc, cast.claire):
        with pytest.raises(NotFound):
            await write(cast, stranger, cast.amina)
    for helper in (cast.ines, cast.paul, cast.amina):
        await write(cast, helper, cast.amina)


async def test_whoever_is_excluded_may_still_ask_for_help(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair, amina = await tx.session.get_one(Fair, cast.fair.id), await cast.fresh(tx, cast.amina)
        out = SanctionKind.EXCLUSION, Lasting.A_DAY
        await sanctions.impose(tx, fair, amina, *out, "Shouting.", await cast.fresh(tx, cast.ines))
    await ask(cast, cast.amina)
    assert await queue(cast) == [(cast.amina.name, HelpState.OPEN, True)]


async def test_nothing_said_is_no_request_and_endless_circumstances_are_cut(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        await ask(cast, cast.amina, "  ")
    assert refused.value.field == "text"
    assert await queue(cast) == []
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        long = Circumstances("/x" * 5000, "\n".join("ab"), "")
        row = await help_requests.ask(tx, fair, await cast.fresh(tx, cast.amina), "Help!", long)
        assert len(row.page) == help_requests.LONGEST_CIRCUMSTANCE


@pytest.mark.parametrize(
    "page",
    ["javascript:alert(1)", "//evil.example", "/\\evil.example", "/\x01/evil.example", "https://evil.example", ""],
)
async def test_whoever_helps_is_led_to_no_other_house(cast: Cast, page: str) -> None:
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        about = Circumstances(page, "", "")
        row = await help_requests.ask(tx, fair, await cast.fresh(tx, cast.amina), "Help!", about)
        assert row.page == ""


async def test_what_is_written_after_it_was_solved_is_read_and_begins_it_again(cast: Cast) -> None:
    row = await ask(cast, cast.amina)
    await act(cast, row, "finish")
    await write(cast, cast.ines, cast.amina)
    assert await queue(cast) == [(cast.amina.name, HelpState.DONE, False)]
    async with cast.database.reading() as tx:
        (entry,) = [each for each in await inbox.of_person(tx, cast.amina) if each.kind is EntryKind.HELP]
    assert (entry.words, entry.is_mine, entry.path) == ("Try again.", False, f"{cast.fair.path}/help")
    await asyncio.gather(*(write(cast, cast.amina, cast.amina) for _ in range(3)))
    assert await queue(cast) == [
        (cast.amina.name, HelpState.OPEN, True),
        (cast.amina.name, HelpState.DONE, True),
    ]


async def test_whom_a_removed_organiser_had_taken_waits_for_somebody_else(cast: Cast) -> None:
    row = await ask(cast, cast.amina)
    await act(cast, row, "claim")
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        await fairs.add_organiser(tx, fair, await cast.fresh(tx, cast.paul))
        await fairs.remove_organiser(tx, fair, cast.ines.id)
    assert await queue(cast) == [(cast.amina.name, HelpState.OPEN, True)]
    async with cast.database.reading() as tx:
        assert await help_requests.count_waiting(tx, cast.fair.id) == 1


async def test_who_waits_is_seen_however_many_were_helped(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(help_requests, "MOST_DONE_SHOWN", 1)
    first = await ask(cast, cast.amina)
    for person in (cast.karim, cast.luc):
        await act(cast, await ask(cast, person), "finish")
    assert [each[:2] for each in await queue(cast)] == [
        (cast.amina.name, HelpState.OPEN),
        (cast.luc.name, HelpState.DONE),
    ]
    assert first.state is HelpState.OPEN
