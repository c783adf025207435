"""Notes are read by whom they are meant for, steps stand once both have signed, handing over changes the referent."""

from datetime import timedelta

import pytest

from rooms import access
from rooms.access import Actor, acceptance
from rooms.appointments import transitions
from rooms.appointments.appointment import Attendance
from rooms.caseload import agreed_steps, caseload, follow_requests, notes
from rooms.core.errors import Conflict, Invalid, NotFound
from rooms.organisations import agencies, referents
from rooms.people import people
from tests.cast import Cast
from tests.rooms.appointments.office import WEDNESDAY_NINE, Office, open_office


@pytest.fixture
async def office(cast: Cast) -> Office:
    office = await open_office(cast, counsellors=2)
    async with cast.database.transaction() as tx:
        await caseload.follow(tx, office.claire.id, cast.amina.id)
        elsewhere = await agencies.team(tx, "Agence de Rezé", "Sud")
        await agencies.add_member(tx, elsewhere.id, cast.sophie)
    return office


async def test_notes_of_three_sorts_are_read_by_three_circles(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        for kind in ("private", "team", "shared"):
            await notes.write_note(tx, office.claire, cast.amina.id, kind, kind)
        with pytest.raises(Invalid):
            await notes.write_note(tx, office.claire, cast.amina.id, "everybody", "no")

        async def read(reader: object) -> list[str]:
            return [note.text for note in await notes.notes_for_counsellor(tx, reader, cast.amina.id)]  # type: ignore[arg-type]

        assert await read(office.claire.id) == ["shared", "team", "private"]
        assert await read(office.nadia.id) == ["shared", "team"]
        assert await read(cast.sophie.id) == ["shared"]
        assert [note.text for note in await notes.notes_for_person(tx, cast.amina.id)] == ["shared"]


async def test_a_step_stands_once_both_have_signed_it(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        step = await agreed_steps.propose(tx, office.claire, cast.amina.id, "Finish the CV", None)
        with pytest.raises(Conflict):
            agreed_steps.finish(tx, step)
        agreed_steps.sign(tx, step, cast.amina.id)
        assert step.is_agreed
        agreed_steps.finish(tx, step)
        mine = await agreed_steps.propose(tx, cast.amina, cast.amina.id, "Ask for the bus", None)
        assert (mine.person_signed_at is not None, mine.counsellor_signed_at) == (True, None)
        rows = (await agreed_steps.of_people(tx, {cast.amina.id, cast.karim.id}))[cast.amina.id]
        assert [row.text for row in rows] == ["Ask for the bus", "Finish the CV"]


async def test_only_its_person_and_their_counsellor_reach_a_step(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        step = await agreed_steps.propose(tx, office.claire, cast.amina.id, "Finish the CV", None)
        for person in (cast.amina, office.claire):
            assert (await access.agreed_step(tx, Actor(person), step.id)).id == step.id
        for person in (office.nadia, cast.karim):
            with pytest.raises(NotFound):
                await access.agreed_step(tx, Actor(person), step.id)


async def test_handing_over_gives_the_person_to_a_colleague_and_to_nobody_else(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        with pytest.raises(Invalid):
            await caseload.hand_over(tx, office.claire.id, cast.amina.id, cast.sophie.id)
        with pytest.raises(Conflict):
            await caseload.hand_over(tx, office.nadia.id, cast.amina.id, office.claire.id)
        await caseload.hand_over(tx, office.claire.id, cast.amina.id, office.nadia.id)
        assert await referents.referent_of(tx, cast.amina.id) == office.nadia.id
        assert [row.person.name for row in await caseload.entries(tx, office.nadia.id)] == ["Amina Benali"]
        with pytest.raises(Conflict):
            await follow_requests.take(tx, office.claire, "Amina", cast.amina.email, "fr")


async def test_what_is_agreed_lies_ahead_and_today_counts_in_every_zone(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        last_today = (tx.now - timedelta(hours=12)).date()
        step = await agreed_steps.propose(tx, office.claire, cast.amina.id, "Finish the CV", last_today)
        assert step.due_on == last_today
        with pytest.raises(Invalid) as refused:
            await agreed_steps.propose(
                tx, office.claire, cast.amina.id, "Finish the CV", last_today - timedelta(days=1)
            )
        assert refused.value.field == "due_on"


async def test_whoever_signs_in_comes_to_where_they_work(office: Office) -> None:
    cast = office.cast
    async with cast.database.reading() as tx:
        homes = [await acceptance.home_of(tx, person) for person in (office.claire, cast.luc, cast.ines, cast.amina)]
    assert homes == ["/counsel", "/desk", "/organise", "/"]


async def test_what_a_team_wrote_goes_with_the_person_to_a_colleague_of_another_team(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        erdre = await agencies.team(tx, "Agence Nantes Centre", "Erdre")
        jean = await people.welcome(tx, "Jean", "jean@example.org", "fr")
        await agencies.add_member(tx, erdre.id, jean)
        claire = await cast.fresh(tx, cast.claire)
        await notes.write_note(tx, claire, cast.amina.id, "team", "Prefers mornings.")
        await notes.write_note(tx, claire, cast.amina.id, "private", "Between us.")
        assert await notes.notes_for_counsellor(tx, jean.id, cast.amina.id) == []
        await caseload.stop_following(tx, claire.id, cast.amina.id)
        await caseload.follow(tx, jean.id, cast.amina.id)
        found = await notes.notes_for_counsellor(tx, jean.id, cast.amina.id)
    assert [note.text for note in found] == ["Prefers mornings."]


async def test_whoever_cannot_sign_here_has_agreed_by_word_of_mouth(office: Office) -> None:
    async with office.cast.database.transaction() as tx:
        someone = await people.welcome(tx, "Fatou Ba", None, "fr")
        claire = await office.cast.fresh(tx, office.claire)
        step = await agreed_steps.propose(tx, claire, someone.id, "Send two letters", None)
        assert step.is_agreed
        agreed_steps.finish(tx, step)


async def test_who_did_not_come_was_not_met(office: Office) -> None:
    cast = office.cast
    rows = [
        await office.book(cast.amina, WEDNESDAY_NINE),
        await office.book(cast.karim, WEDNESDAY_NINE + timedelta(hours=1)),
    ]
    cast.clock.pass_by(days=2)
    async with cast.database.transaction() as tx:
        for row, how in zip(rows, (Attendance.CAME, Attendance.ABSENT), strict=True):
            await transitions.end(tx, await office.fresh(tx, row), how, office.claire)
        await caseload.follow(tx, office.claire.id, cast.karim.id)
        met = {each.person.id: each.last_at for each in await caseload.entries(tx, office.claire.id)}
    assert met[cast.amina.id] == WEDNESDAY_NINE
    assert met[cast.karim.id] is None
