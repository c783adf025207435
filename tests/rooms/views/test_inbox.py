"""What was written to a candidate and promised stands in one place, and nobody else's with it."""

import uuid
from collections.abc import Sequence

from rooms.chat import messages, questions
from rooms.fairs import sanctions
from rooms.fairs.fairs import Fair
from rooms.fairs.sanctions import Lasting, SanctionKind
from rooms.lines import referrals
from rooms.meetings import follow_up
from rooms.meetings.meeting import Meeting, NextStep
from rooms.people.people import Person
from rooms.views import inbox
from rooms.views.inbox import Entry, EntryKind
from tests.cast import Cast
from tests.rooms.views.test_fair_report import talk, welcome


async def entries(cast: Cast, person: Person) -> Sequence[Entry]:
    async with cast.database.reading() as tx:
        return await inbox.of_person(tx, await cast.fresh(tx, person))


async def ask(cast: Cast, by: Person, words: str, *, is_staff: bool = False) -> None:
    async with cast.database.transaction() as tx:
        where = await questions.question_to(tx, await cast.fresh_booth(tx, cast.perrin), cast.amina)
        await messages.send(tx, await cast.fresh(tx, by), where, words, uuid.uuid4(), is_staff=is_staff)


async def test_the_last_word_of_a_question_stands_for_it(cast: Cast) -> None:
    await ask(cast, cast.amina, "Are there night shifts?")
    (entry,) = await entries(cast, cast.amina)
    assert (entry.kind, entry.who, entry.is_mine) == (EntryKind.QUESTION, "Maison Perrin", True)
    await ask(cast, cast.sophie, "No, never.", is_staff=True)
    (entry,) = await entries(cast, cast.amina)
    assert (entry.words, entry.is_mine) == ("No, never.", False)
    assert await entries(cast, cast.karim) == []


async def test_a_talk_is_promised_then_answered_and_a_proposal_waits(cast: Cast) -> None:
    await cast.connect(cast.luc, cast.atlantique)
    person = await welcome(cast, 1)
    held = await talk(cast, person, wait=1, length=5)
    (entry,) = await entries(cast, person)
    assert (entry.kind, entry.words, entry.promised_by is not None) == (EntryKind.TALK, "", True)
    await cast.pass_by(minutes=1)
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Meeting, held.id)
        await follow_up.answer(tx, row, NextStep.GO_ON, "Come on Monday.")
        luc, perrin = await cast.fresh(tx, cast.luc), await cast.fresh_booth(tx, cast.perrin)
        await referrals.offer(tx, row, luc, perrin, None, "They bake too.")
    kinds = {entry.kind: entry for entry in await entries(cast, person)}
    assert (kinds[EntryKind.TALK].words, kinds[EntryKind.TALK].promised_by) == ("Come on Monday.", None)
    assert (kinds[EntryKind.REFERRAL].words, kinds[EntryKind.REFERRAL].asks) == ("They bake too.", True)


async def test_the_latest_stands_first_and_a_decision_waits_for_an_answer(cast: Cast) -> None:
    await ask(cast, cast.amina, "Hello?")
    await cast.pass_by(minutes=1)
    async with cast.database.transaction() as tx:
        fair, amina = await tx.session.get_one(Fair, cast.fair.id), await cast.fresh(tx, cast.amina)
        mute = SanctionKind.MUTE, Lasting.HALF_AN_HOUR
        await sanctions.impose(tx, fair, amina, *mute, "Shouting.", await cast.fresh(tx, cast.ines))
    assert [entry.kind for entry in await entries(cast, cast.amina)] == [EntryKind.DECISION, EntryKind.QUESTION]
    assert (await entries(cast, cast.amina))[0].asks
    await cast.pass_by(minutes=30)
    assert not (await entries(cast, cast.amina))[0].asks
