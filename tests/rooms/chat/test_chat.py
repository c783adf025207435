"""Chat: a message is written once, a removed one has no text, and whoever is silenced may still wait and talk."""

import asyncio
import uuid

import pytest

from rooms.chat import conversations, messages, moderation, questions
from rooms.chat.conversations import Conversation
from rooms.chat.messages import Message
from rooms.core.errors import Conflict, Invalid
from rooms.fairs import sanctions
from rooms.fairs.sanctions import Lasting, SanctionKind
from rooms.people.people import Person
from signaling.chat import message_view
from tests.cast import Cast


async def booth_talk(cast: Cast) -> Conversation:
    async with cast.database.transaction() as tx:
        return await conversations.of_booth(tx, cast.atlantique.id)


async def say(
    cast: Cast, person: Person, where: Conversation, text: str, client_id: uuid.UUID | None = None
) -> Message:
    async with cast.database.transaction() as tx:
        return await messages.send(tx, person, where, text, client_id or uuid.uuid4(), is_staff=False)


async def test_sending_again_after_a_lost_acknowledgement_writes_nothing_twice(cast: Cast) -> None:
    where, client_id = await booth_talk(cast), uuid.uuid4()
    sent = await asyncio.gather(*(say(cast, cast.amina, where, "Hello", client_id) for _ in range(5)))
    async with cast.database.reading() as tx:
        rows = await messages.messages_of(tx, where.id)
    assert {message.id for message in sent} == {rows[0].id}
    assert len(rows) == 1


async def test_two_people_open_a_conversation_at_once_and_it_is_one(cast: Cast) -> None:
    found = await asyncio.gather(*(booth_talk(cast) for _ in range(4)))
    assert len({conversation.id for conversation in found}) == 1


async def test_whoever_is_silenced_may_not_write_in_public_but_in_a_question(cast: Cast) -> None:
    where = await booth_talk(cast)
    async with cast.database.transaction() as tx:
        half_an_hour = SanctionKind.MUTE, Lasting.HALF_AN_HOUR
        await sanctions.impose(tx, cast.fair, cast.amina, *half_an_hour, "Shouting.", cast.ines)
        question = await questions.question_to(tx, await cast.fresh_booth(tx, cast.atlantique), cast.amina)
    with pytest.raises(Conflict, match=r"chat\.silenced"):
        await say(cast, cast.amina, where, "Hello")
    await say(cast, cast.amina, question, "Why?")
    await cast.join(cast.amina, cast.atlantique)
    cast.clock.pass_by(minutes=31)
    await say(cast, cast.amina, where, "Hello again")


async def test_a_removed_message_is_told_without_its_text_and_leaves_the_reports(cast: Cast) -> None:
    where = await booth_talk(cast)
    message = await say(cast, cast.karim, where, "Something rude")
    async with cast.database.transaction() as tx:
        await moderation.report(tx, cast.amina, message, cast.fair.id)
    async with cast.database.transaction() as tx:
        assert [row.message.id for row in await moderation.open_reports(tx, cast.fair.id)] == [message.id]
        await moderation.remove(tx, cast.ines, await tx.session.get_one(Message, message.id), cast.fair.id)
    async with cast.database.reading() as tx:
        assert await moderation.open_reports(tx, cast.fair.id) == []
        view = message_view((await messages.messages_of(tx, where.id))[0])
    assert (view.text, view.is_removed) == ("", True)


@pytest.mark.parametrize(("text", "code"), [("   ", "text.missing"), ("x" * 1001, "text.too_long")])
async def test_an_empty_or_endless_message_is_refused_by_field(cast: Cast, text: str, code: str) -> None:
    with pytest.raises(Invalid, match=code) as caught:
        await say(cast, cast.amina, await booth_talk(cast), text)
    assert caught.value.field == "text"
