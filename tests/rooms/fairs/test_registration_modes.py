"""Who may take part in a fair: everybody, whoever knows its code, or whoever its organisers approve."""

import uuid

import pytest

from rooms import access
from rooms.access import Act, Actor, acceptance, importing, invitations
from rooms.chat import conversations
from rooms.core import outbox
from rooms.core.errors import Conflict, Invalid, NotFound
from rooms.core.uploads import Checked
from rooms.fairs import (
    answer_files,
    attendees,
    list_columns,
    list_imports,
    registration,
    registration_answers,
    registration_approval,
)
from rooms.fairs import registration_questions as asking
from rooms.fairs.fairs import Fair, RegistrationMode
from rooms.fairs.list_columns import ListKind
from rooms.fairs.list_imports import LineState, Read
from rooms.fairs.registration_questions import Asked, QuestionKind, RegistrationQuestion
from rooms.lines import joining
from rooms.people.people import Person
from rooms.views import suggested_booths
from rooms.views.attendees import AttendeeState, Search, of_fair
from tests.cast import Cast
from tests.rooms.access.test_taken_back import fresh_fair, letter_token


async def choose(cast: Cast, mode: RegistrationMode, code: str = "") -> None:
    async with cast.database.transaction() as tx:
        registration.choose_mode(await fresh_fair(tx, cast), mode, code)


async def register(cast: Cast, person: Person, code: str = "") -> None:
    async with cast.database.transaction() as tx:
        await registration.register(tx, await fresh_fair(tx, cast), await cast.fresh(tx, person), code)


async def states(cast: Cast, **search: str) -> dict[str, AttendeeState]:
    async with cast.database.reading() as tx:
        return {row.name: row.state for row in (await of_fair(tx, cast.fair.id, Search(**search))).rows}


async def join(cast: Cast, person: Person) -> None:
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        await joining.join(tx, await cast.fresh(tx, person), booth)


async def ask(cast: Cast, kind: QuestionKind, words: str, options: str = "", **how: bool) -> RegistrationQuestion:
    async with cast.database.transaction() as tx:
        return await asking.ask(tx, await fresh_fair(tx, cast), Asked(kind, words, options, **how))


async def answer(cast: Cast, person: Person, question: RegistrationQuestion, *given: str) -> None:
    async with cast.database.transaction() as tx:
        fair, fresh = await fresh_fair(tx, cast), await cast.fresh(tx, person)
        await registration.answer(tx, fair, fresh, {question.field: list(given)})


async def test_a_code_is_known_however_it_is_written(cast: Cast) -> None:
    with pytest.raises(Invalid, match=r"code\.short"):
        await choose(cast, RegistrationMode.CODE, " - -a- ")
    await choose(cast, RegistrationMode.CODE, "Été 2027")
    for wrong in ("", "ete", "Été 2028"):
        with pytest.raises(Invalid, match=r"registration\.code"):
            await register(cast, cast.amina, wrong)
    with pytest.raises(Conflict, match=r"registration\.first"):
        await join(cast, cast.amina)
    await register(cast, cast.amina, "été2027 ")
    await join(cast, cast.amina)
    assert await states(cast) == {cast.amina.name: AttendeeState.REGISTERED}
    await register(cast, cast.amina)


async def test_whoever_is_invited_needs_neither_code_nor_approval(cast: Cast) -> None:
    for mode, email in ((RegistrationMode.CODE, "a@example.org"), (RegistrationMode.APPROVAL, "b@example.org")):
        await choose(cast, mode, "2027")
        async with cast.database.transaction() as tx:
            await invitations.invite_candidate(tx, cast.ines, await fresh_fair(tx, cast), "", email)
        async with cast.database.transaction() as tx:
            person, _ = await acceptance.accept(tx, await letter_token(tx, email), "fr")
        await join(cast, person)
    assert set((await states(cast)).values()) == {AttendeeState.REGISTERED}


async def test_the_organisers_let_in_whom_they_approve_and_tell_both(cast: Cast) -> None:
    await choose(cast, RegistrationMode.APPROVAL)
    await register(cast, cast.amina)
    await register(cast, cast.karim)
    with pytest.raises(Conflict, match=r"registration\.first"):
        await join(cast, cast.amina)
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        assert await registration_approval.count_asked(tx, fair.id) == 2
        await attendees.came(tx, fair, {cast.karim.id: cast.karim})
        listed = {row.name: row.id for row in (await of_fair(tx, fair.id, Search())).rows}
        assert await registration_approval.approve(tx, fair, [listed[cast.amina.name], uuid.uuid4()]) == 1
        for declined in (1, 0):
            assert await registration_approval.decline(tx, fair, list(listed.values())) == declined
    assert await states(cast) == {cast.amina.name: AttendeeState.REGISTERED, cast.karim.name: AttendeeState.DECLINED}
    await join(cast, cast.amina)
    with pytest.raises(Conflict, match=r"registration\.declined"):
        await register(cast, cast.karim)
    async with cast.database.transaction() as tx:
        written = [(mail.template, mail.recipient) for mail in await outbox.latest(tx)]
        assert sorted(written) == [("declined", cast.karim.email), ("registered", cast.amina.email)], (
            "though it is open"
        )
        fair = await fresh_fair(tx, cast)
        everybody = list(listed.values())
        assert await registration_approval.approve(tx, fair, everybody, one_by_one=False) == 0
        assert await registration_approval.approve(tx, fair, everybody) == 1, "one may think again, by name"
    await join(cast, cast.karim)


async def test_whoever_may_only_look_writes_nothing_where_everybody_reads(cast: Cast) -> None:
    async def write() -> None:
        async with cast.database.transaction() as tx:
            actor = Actor(await cast.fresh(tx, cast.amina))
            booth = await conversations.of_booth(tx, cast.atlantique.id)
            await access.conversation(tx, actor, booth.id, Act.CHAT_WRITE)

    await write()
    await choose(cast, RegistrationMode.APPROVAL)
    with pytest.raises(Conflict, match=r"registration\.first"):
        await write()


async def test_answers_are_counted_and_people_found_by_them(cast: Cast) -> None:
    options = 'Nantes\nNantes "centre"\nAngers'
    question = await ask(cast, QuestionKind.SEVERAL, "Where?", options)
    await answer(cast, cast.amina, question, 'Nantes "centre"', "Angers")
    await answer(cast, cast.karim, question, "Angers")
    async with cast.database.reading() as tx:
        assert await registration_answers.tallies(tx, cast.fair.id) == {
            question.id: {'Nantes "centre"': 1, "Angers": 2}
        }
    found = [sorted(await states(cast, answer=f"{question.id}:{number}")) for number in range(3)]
    assert found == [[], [cast.amina.name], sorted([cast.amina.name, cast.karim.name])]
    everybody = sorted([cast.amina.name, cast.karim.name])
    for nonsense in ("x", f"{question.id}:9", f"{uuid.uuid4()}:0", f"{question.id}:-1"):
        assert sorted(await states(cast, answer=nonsense)) == everybody


async def test_booths_are_suggested_by_what_somebody_says_and_with_the_reason(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        amina = await cast.fresh(tx, cast.amina)
        amina.seeks = ""
    sector = cast.atlantique.employer.sector
    question = await ask(cast, QuestionKind.SECTORS, "In which sectors do you look for work?")
    assert sector in question.options

    async def suggested() -> list[tuple[uuid.UUID, str]]:
        async with cast.database.reading() as tx:
            found = await suggested_booths.to(tx, await fresh_fair(tx, cast), await cast.fresh(tx, cast.amina))
            return [(each.booth.employer_id, each.sector) for each in found]

    assert await suggested() == []
    await answer(cast, cast.amina, question, sector)
    assert (cast.atlantique.employer_id, sector) in await suggested()


async def give(cast: Cast, fair: Fair, question: RegistrationQuestion, name: str) -> tuple[uuid.UUID, list[uuid.UUID]]:
    document_id = uuid.uuid4()
    async with cast.database.transaction() as tx:
        checked = Checked(name, b"%PDF-", "application/pdf")
        row, amina = await tx.session.get_one(Fair, fair.id), await cast.fresh(tx, cast.amina)
        return document_id, await answer_files.keep(tx, row, amina, question.id, checked, document_id)


async def may_read(cast: Cast, person: Person, document_id: uuid.UUID) -> bool:
    async with cast.database.reading() as tx:
        try:
            await access.document(tx, Actor(await cast.fresh(tx, person)), document_id)
        except NotFound:
            return False
        return True


async def test_a_file_is_an_answer_for_those_it_is_meant_for(cast: Cast) -> None:
    private = await ask(cast, QuestionKind.FILE, "Your work permit", is_required=True)
    shown = await ask(cast, QuestionKind.FILE, "Your portfolio", is_shown_to_recruiters=True)
    with pytest.raises(Invalid, match=r"answer\.missing"):
        await answer(cast, cast.amina, private)
    first, _ = await give(cast, cast.fair, private, "permit.pdf")
    permit, stale = await give(cast, cast.fair, private, "permit2.pdf")
    assert stale == [first]
    portfolio, _ = await give(cast, cast.fair, shown, "work.pdf")
    await answer(cast, cast.amina, private)
    for document_id in (permit, portfolio):
        who = [await may_read(cast, each, document_id) for each in (cast.amina, cast.ines, cast.karim, cast.luc)]
        assert who == [True, True, False, False]
    await join(cast, cast.amina)
    assert [await may_read(cast, cast.luc, each) for each in (permit, portfolio)] == [False, True]
    async with cast.database.reading() as tx:
        read = await registration_answers.shown_to_recruiters(tx, cast.fair.id, [cast.amina.id, cast.karim.id])
        assert {person: [each.answers[1] for each in found] for person, found in read.items()} == {
            cast.amina.id: ["work.pdf"]
        }
    async with cast.database.transaction() as tx:
        fair, amina = await fresh_fair(tx, cast), await cast.fresh(tx, cast.amina)
        await registration.cancel(tx, fair, amina)
        assert set(await answer_files.withdraw_all(tx, fair, amina)) == {permit, portfolio}
    assert not await may_read(cast, cast.ines, permit)


async def test_a_list_brings_answers_that_whoever_registers_may_change(cast: Cast) -> None:
    where = await ask(cast, QuestionKind.SEVERAL, "Where do you look?", "Nantes, centre\nAngers")
    async with cast.database.transaction() as tx:
        (await fresh_fair(tx, cast)).sectors = ["hospitality", "building"]
    sectors = await ask(cast, QuestionKind.SECTORS, "In which sectors?")
    await ask(cast, QuestionKind.CONSENT, "I agree to be found")
    heads = ("Courriel", "Where do you look", "In which sectors?", "I agree to be found")
    lines = [
        (2, ("lea@example.org", "nantes, CENTRE", "Restauration; BTP", "yes")),
        (3, ("bob@example.org", "Angers|Nantes, centre", "", "")),
        (4, ("zoe@example.org", "Paris", "", "")),
        (5, ("eva@example.org", "", "Santé", "")),
    ]
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        columns = list_columns.guess(ListKind.CANDIDATES, heads, [], await asking.of_fair(tx, fair.id))
        assert columns == {"email": 0, where.field: 1, sectors.field: 2}, "nobody agrees in another's place"
        row = await list_imports.keep(tx, cast.ines, fair, ListKind.CANDIDATES, Read("x", heads, lines), columns)
        assert [line.state for line in await list_imports.lines_of(tx, row.id)] == [
            LineState.GOOD, LineState.GOOD, LineState.FAULTY, LineState.FAULTY,
        ]  # fmt: skip
        await list_imports.begin(tx, fair, row, None)
    async with cast.database.transaction() as tx:
        await importing.go_on(tx)

    async def answers_of(email: str) -> dict[str, list[str]]:
        async with cast.database.reading() as tx:
            listed = await attendees.by_email(tx, cast.fair.id, [email])
            return {each.question.words: list(each.answers) for each in await asking.answered_by(tx, listed[email].id)}

    assert await answers_of("lea@example.org") == {
        "Where do you look?": ["Nantes, centre"],
        "In which sectors?": ["hospitality", "building"],
    }
    assert await answers_of("bob@example.org") == {"Where do you look?": ["Angers", "Nantes, centre"]}
    async with cast.database.transaction() as tx:
        person, _ = await acceptance.accept(tx, await letter_token(tx, "bob@example.org"), "fr")
    await answer(cast, person, where, "Angers")
    assert await answers_of("bob@example.org") == {"Where do you look?": ["Angers"]}


async def test_a_list_that_brought_answers_can_be_taken_back(cast: Cast) -> None:
    where = await ask(cast, QuestionKind.CHOICE, "Where?", "Nantes\nAngers")
    async with cast.database.transaction() as tx:
        fair, read = await fresh_fair(tx, cast), Read("x", (), [(1, ("lea@example.org", "Angers"))])
        columns = {"email": 0, where.field: 1}
        row = await list_imports.keep(tx, cast.ines, fair, ListKind.CANDIDATES, read, columns)
        await list_imports.begin(tx, fair, row, None)
    async with cast.database.transaction() as tx:
        await importing.go_on(tx)
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        assert await registration_answers.how_often(tx, fair.id) == {where.id: 1}
        await importing.take_back(tx, fair, await list_imports.one(tx, fair, row.id, lock=True))
    async with cast.database.reading() as tx:
        assert await registration_answers.how_often(tx, cast.fair.id) == {}
        assert await attendees.count(tx, cast.fair.id) == 0


async def test_whoever_was_there_before_a_code_was_asked_for_stays(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        await attendees.came(tx, await fresh_fair(tx, cast), {cast.amina.id: await cast.fresh(tx, cast.amina)})
    await choose(cast, RegistrationMode.CODE, "Nantes")
    await join(cast, cast.amina)
    with pytest.raises(Conflict, match=r"registration\.first"):
        await join(cast, cast.karim)


async def test_a_question_to_which_a_file_was_given_and_taken_back_is_withdrawn(cast: Cast) -> None:
    question = await ask(cast, QuestionKind.FILE, "Your work permit")
    await give(cast, cast.fair, question, "permit.pdf")
    await answer(cast, cast.amina, question)
    async with cast.database.transaction() as tx:
        fair, amina = await fresh_fair(tx, cast), await cast.fresh(tx, cast.amina)
        await registration.cancel(tx, fair, amina)
        await answer_files.withdraw_all(tx, fair, amina)
    async with cast.database.transaction() as tx:
        await asking.withdraw(tx, await fresh_fair(tx, cast), question.id)
        assert await asking.of_fair(tx, cast.fair.id) == []


async def test_nobody_gives_a_file_before_they_may_register(cast: Cast) -> None:
    await choose(cast, RegistrationMode.CODE, "Nantes")
    async with cast.database.reading() as tx:
        fair, amina = await fresh_fair(tx, cast), await cast.fresh(tx, cast.amina)
        with pytest.raises(Invalid, match=r"registration\.code"):
            await registration.demand_welcome(tx, fair, amina, "wrong")
        await registration.demand_welcome(tx, fair, amina, "nantes")
