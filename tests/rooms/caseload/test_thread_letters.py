"""The thread with one's counsellor: whoever does not answer is written to, once, and not with what was said."""

import uuid
from datetime import timedelta

from sqlalchemy import select

from rooms.caseload import caseload
from rooms.caseload.thread_letters import UNANSWERED_FOR
from rooms.chat import conversations, messages
from rooms.core.outbox import Mail
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.appointments.office import Office, open_office


async def say(office: Office, author: Person, words: str) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        conversation = await conversations.with_counsellor(tx, cast.amina.id)
        is_staff = author.id != cast.amina.id
        await messages.send(tx, await cast.fresh(tx, author), conversation, words, uuid.uuid4(), is_staff=is_staff)


async def mails(office: Office) -> list[tuple[str | None, str, timedelta]]:
    """(to whom, where to, due in) of what is to be sent."""
    async with office.cast.database.reading() as tx:
        rows = (await tx.session.execute(select(Mail).where(Mail.template == "written").order_by(Mail.id))).scalars()
        found = list(rows)
        assert not any("secret" in str(row.values) for row in found)
        return [(row.recipient, str(row.values["path"]), row.due_at - tx.now) for row in found]


async def test_one_mail_for_all_that_is_unanswered_and_none_for_who_answers(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    async with cast.database.transaction() as tx:
        await caseload.follow(tx, office.claire.id, cast.amina.id)
    await say(office, cast.amina, "A secret question")
    await say(office, cast.amina, "Another secret")
    to_claire = (office.claire.email, f"/counsel/people/{cast.amina.id}", UNANSWERED_FOR)
    assert await mails(office) == [to_claire]
    await say(office, office.claire, "A secret answer")
    to_amina = (cast.amina.email, "/appointments", UNANSWERED_FOR)
    assert await mails(office) == [to_amina], "Claire has answered within the ten minutes"
    await say(office, cast.amina, "Thank you")
    assert await mails(office) == [to_claire]


async def test_after_a_handover_the_new_counsellor_is_written_to(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    async with cast.database.transaction() as tx:
        await caseload.follow(tx, office.claire.id, cast.amina.id)
    await say(office, cast.amina, "A secret that Claire does not answer")
    async with cast.database.transaction() as tx:
        await caseload.hand_over(tx, office.claire.id, cast.amina.id, office.nadia.id)
    await say(office, cast.amina, "A secret question")
    assert [recipient for recipient, *_ in await mails(office)] == [office.nadia.email]
