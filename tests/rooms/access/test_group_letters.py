"""A letter to many: to whom it goes, once, and what became of it."""

import asyncio
from datetime import timedelta

import pytest

from rooms.access import group_letters, invitations, open_invitations, planned_letters
from rooms.access.group_letters import Group, GroupLetter, Occasion
from rooms.access.invitations import EmployerInvited
from rooms.core import outbox
from rooms.core.errors import Conflict, Invalid
from rooms.core.outbox import Channel
from rooms.fairs import attendees, registration, schedule
from rooms.fairs.fairs import RegistrationMode
from rooms.people import mail_refusals
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.access.test_invitations import draft
from tests.rooms.access.test_taken_back import fresh_fair
from tests.rooms.meetings.test_answers import give
from tests.rooms.views.test_fair_report import talk


async def furnish(cast: Cast) -> None:
    """Amina has come, Karim asks to, Zoé is invited, Bob no longer."""
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        await attendees.came(tx, fair, {cast.amina.id: await cast.fresh(tx, cast.amina)})
        registration.choose_mode(fair, RegistrationMode.APPROVAL, "")
        await registration.register(tx, fair, await cast.fresh(tx, cast.karim))
        for email in ("zoe@example.org", "bob@example.org"):
            await invitations.invite_candidate(tx, cast.ines, fair, "", email)
        await invitations.invite_employer(
            tx, cast.ines, fair, EmployerInvited("Cirque", "hospitality", "rh@cirque.example")
        )
        bob = next(row for row in await open_invitations.of_fair(tx, fair) if row.link.email == "bob@example.org")
        await open_invitations.withdraw_these(tx, fair, [bob.link.id])


async def send(cast: Cast, group: Group, subject: str = "News", by: Person | None = None) -> GroupLetter:
    async with cast.database.transaction() as tx:
        fair, organiser = await fresh_fair(tx, cast), await cast.fresh(tx, by or cast.ines)
        return await group_letters.send(tx, fair, organiser, group, subject, "Hello")


async def written(cast: Cast) -> list[str]:
    async with cast.database.reading() as tx:
        return sorted(mail.recipient for mail in await outbox.latest(tx) if mail.template == "group")


@pytest.mark.parametrize(
    ("group", "names"),
    [
        (Group.CAME, ["amina"]),
        (Group.ASKING, ["karim"]),
        (Group.UNANSWERED, ["zoe@example.org"]),
        (Group.RECRUITERS, ["luc", "sophie"]),
        (Group.NOT_SET_UP, ["rh@cirque.example"]),
    ],
)
async def test_each_group_is_whom_its_name_says(cast: Cast, group: Group, names: list[str]) -> None:
    await furnish(cast)
    expected = sorted(name if "@" in name else getattr(cast, name).email for name in names)
    async with cast.database.reading() as tx:
        assert (await group_letters.counts(tx, cast.fair.id))[group] == len(expected)
    letter = await send(cast, group)
    assert (letter.recipients, await written(cast)) == (len(expected), expected)


async def test_those_who_wait_in_line_and_those_who_wait_for_an_answer_are_groups(cast: Cast) -> None:
    await cast.connect(cast.amina)
    await cast.connect(cast.luc, cast.atlantique)
    meeting = await talk(cast, cast.amina, wait=1, length=5)
    await cast.join(cast.karim, cast.perrin)
    await cast.join(cast.karim, cast.atlantique)

    async def counted() -> tuple[int, int]:
        async with cast.database.reading() as tx:
            found = await group_letters.counts(tx, cast.fair.id)
            return found[Group.IN_LINE], found[Group.OWED_ANSWER]

    assert await counted() == (1, 1)
    await send(cast, Group.IN_LINE)
    assert await written(cast) == [cast.karim.email]
    await give(cast, meeting, cast.luc)
    assert await counted() == (1, 0)


async def test_the_same_letter_is_sent_once_a_day_whatever_is_pressed(cast: Cast) -> None:
    await furnish(cast)
    found = await asyncio.gather(*(send(cast, Group.CAME) for _ in range(2)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in found) == ["Conflict", "GroupLetter"]
    assert await written(cast) == [cast.amina.email]
    await send(cast, Group.CAME, "More news")
    await cast.pass_by(days=1, minutes=1)
    await send(cast, Group.CAME)
    assert len(await written(cast)) == 3


async def test_nobody_is_no_group_and_a_draft_is_not_written_of(cast: Cast) -> None:
    with pytest.raises(Invalid, match=r"letter\.nobody"):
        await send(cast, Group.CAME)
    with pytest.raises(Invalid, match=r"subject\.missing"):
        await send(cast, Group.RECRUITERS, " ")
    async with cast.database.transaction() as tx:
        fair = await draft(tx, cast)
        with pytest.raises(Conflict, match=r"letter\.draft"):
            await group_letters.send(tx, fair, cast.ines, Group.CAME, "News", "Hello")


async def test_whoever_sent_it_sees_how_many_have_left_and_how_many_were_lost(cast: Cast) -> None:
    await furnish(cast)
    letter = await send(cast, Group.RECRUITERS)
    async with cast.database.transaction() as tx:
        mail = await outbox.claim(tx, Channel.MAIL, 300)
        while mail and mail.template != "group":
            await outbox.sent(tx, mail.id, is_kept=True)
            mail = await outbox.claim(tx, Channel.MAIL, 300)
        assert mail
        await outbox.sent(tx, mail.id, is_kept=True)
    async with cast.database.reading() as tx:
        ((row, delivery),) = await group_letters.of_fair(tx, cast.fair.id)
    assert (row.id, delivery.sent, delivery.lost) == (letter.id, 1, 0)


async def test_whoever_does_without_such_letters_is_no_recipient(cast: Cast) -> None:
    await furnish(cast)
    async with cast.database.transaction() as tx:
        await mail_refusals.refuse(tx, cast.luc.email or "", "group")
    assert (await send(cast, Group.RECRUITERS)).recipients == 1
    assert await written(cast) == [cast.sophie.email]


async def plan(cast: Cast, occasion: Occasion, text: str = "Hello") -> GroupLetter:
    async with cast.database.transaction() as tx:
        fair, ines = await fresh_fair(tx, cast), await cast.fresh(tx, cast.ines)
        return await planned_letters.plan(tx, fair, ines, Group.RECRUITERS, "News", text, occasion)


async def leave(cast: Cast) -> int:
    """What the worker does; gives how many letters have left."""
    async with cast.database.reading() as tx:
        due = await planned_letters.due(tx)
    for letter_id in due:
        async with cast.database.transaction() as tx:
            await planned_letters.send(tx, letter_id)
    return len(due)


async def hold_later(cast: Cast, *, in_days: float) -> None:
    """The fair has one day, so many days from now."""
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        for day in await schedule.days_of(tx, fair):
            await tx.session.delete(day)
        await tx.session.flush()
        opens = tx.now + timedelta(days=in_days)
        await schedule.add_day(tx, fair, opens, opens + timedelta(hours=8))


async def test_a_planned_letter_leaves_at_its_moment_and_moves_with_the_days(cast: Cast) -> None:
    await hold_later(cast, in_days=3)
    with pytest.raises(Conflict, match=r"letter\.past"):
        await plan(cast, Occasion.WEEK_BEFORE)
    await plan(cast, Occasion.DAY_BEFORE)
    with pytest.raises(Conflict, match=r"letter\.planned"):
        await plan(cast, Occasion.DAY_BEFORE)
    await plan(cast, Occasion.AFTER, "Thank you")
    assert await leave(cast) == 0
    await hold_later(cast, in_days=5)
    await cast.pass_by(days=3)
    assert await leave(cast) == 0, "the fair was moved"
    await cast.pass_by(days=1, minutes=1)
    assert await leave(cast) == 1
    assert await leave(cast) == 0
    assert await written(cast) == sorted([cast.luc.email or "", cast.sophie.email or ""])
    await cast.pass_by(days=1, hours=9)
    assert await leave(cast) == 1


async def test_a_letter_that_is_called_off_does_not_leave_and_one_that_left_cannot_be(cast: Cast) -> None:
    await hold_later(cast, in_days=3)
    letters = [await plan(cast, Occasion.DAY_BEFORE, text) for text in ("Hello", "Good day")]
    async with cast.database.transaction() as tx:
        await planned_letters.call_off(tx, await fresh_fair(tx, cast), letters[0].id)
    await cast.pass_by(days=2, minutes=1)
    assert await leave(cast) == 1
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        with pytest.raises(Conflict, match=r"letter\.left"):
            await planned_letters.call_off(tx, fair, letters[1].id)


async def test_a_letter_before_the_fair_says_nothing_once_it_has_begun(cast: Cast) -> None:
    await hold_later(cast, in_days=3)
    await plan(cast, Occasion.DAY_BEFORE)
    await cast.pass_by(days=3, minutes=1)
    assert await leave(cast) == 0
