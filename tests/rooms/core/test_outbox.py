"""Mail leaves the house once, even with two workers, and is not forgotten when sending fails."""

import asyncio

from sqlalchemy import select

from rooms.core import lease, outbox
from rooms.core.database import Database
from rooms.core.outbox import Channel, Letter, Mail
from tests.clock import HandClock


async def write(database: Database, count: int = 1, once: str | None = None) -> None:
    async with database.transaction() as tx:
        for _ in range(count):
            await outbox.post(tx, Letter("amina@example.org", "code", "fr", {"code": "1"}, once))


async def claim(database: Database) -> list[Mail]:
    """Everything that is due, claimed one by one."""
    found = []
    while True:
        async with database.transaction() as tx:
            mail = await outbox.claim(tx, Channel.MAIL, 300)
        if mail is None:
            return found
        found.append(mail)


async def test_two_workers_never_claim_the_same_mail(database: Database) -> None:
    await write(database, 8)
    both = await asyncio.gather(claim(database), claim(database))
    ids = [mail.id for mails in both for mail in mails]
    assert len(ids) == len(set(ids)) == 8


async def test_a_worker_that_died_gives_its_mails_to_the_next_after_a_minute(
    database: Database, clock: HandClock
) -> None:
    await write(database)
    assert len(await claim(database)) == 1
    assert await claim(database) == []
    clock.pass_by(seconds=61)
    assert len(await claim(database)) == 1


async def test_what_failed_is_tried_later_and_what_was_sent_is_not(database: Database, clock: HandClock) -> None:
    await write(database)
    (mail,) = await claim(database)
    async with database.transaction() as tx:
        await outbox.failed(tx, mail, "no route")
    assert await claim(database) == []
    clock.pass_by(seconds=61)
    (mail,) = await claim(database)
    async with database.transaction() as tx:
        await outbox.sent(tx, mail.id)
        await tx.session.flush()
        kept = await tx.session.get_one(Mail, mail.id, populate_existing=True)
        assert kept.values == {}, "a code that was sent is not kept in clear"  # S8
    clock.pass_by(hours=1)
    assert await claim(database) == []


async def test_what_is_given_up_or_useless_keeps_no_secret(database: Database, clock: HandClock) -> None:  # S8
    await write(database)
    for _ in range(outbox.GIVE_UP_AFTER):
        (mail,) = await claim(database)
        async with database.transaction() as tx:
            await outbox.failed(tx, mail, "no route")
        clock.pass_by(hours=5)
    assert await claim(database) == []
    async with database.transaction() as tx:
        kept = await tx.session.get_one(Mail, mail.id)
        assert (kept.values, kept.failure) == ({}, "no route")
        late = Letter("amina@example.org", "code", "fr", {"code": "2"}, "late", useless_at=tx.now)
        await outbox.post(tx, late)
        await outbox.forget_useless(tx)
        assert [row.id for row in (await tx.session.execute(select(Mail))).scalars()] == [mail.id]


async def test_one_occasion_is_one_mail_and_nobody_without_an_address_gets_one(database: Database) -> None:
    await write(database, 3, once="second:1")
    async with database.transaction() as tx:
        await outbox.post(tx, Letter(None, "code", "fr", {}))
    assert len(await claim(database)) == 1


async def test_a_lease_has_one_holder_and_passes_on_when_it_runs_out(database: Database, clock: HandClock) -> None:
    from datetime import timedelta

    async def take(holder: str) -> bool:
        async with database.transaction() as tx:
            return await lease.take(tx, "worker", holder, timedelta(seconds=15))

    assert sorted(await asyncio.gather(take("one"), take("two"))) == [False, True]
    clock.pass_by(seconds=16)
    assert await take("three")
    assert not await take("one")
