"""The promise to answer within two working days: what waits, what was kept, and who reads the thread."""

import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rooms import access
from rooms.access import Act, Actor
from rooms.caseload import caseload, response_times
from rooms.caseload.caseload import Only
from rooms.caseload.response_times import Kept, Run
from rooms.chat import conversations, messages
from rooms.core.errors import NotFound
from rooms.organisations import agencies
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.appointments.office import Office, open_office

PARIS = ZoneInfo("Europe/Paris")
SOMEBODY = uuid.uuid4()


@pytest.fixture
async def office(cast: Cast) -> Office:
    office = await open_office(cast, counsellors=2)
    async with cast.database.transaction() as tx:
        for person in (cast.amina, cast.karim):
            await caseload.follow(tx, office.claire.id, person.id)
    return office


async def write(office: Office, author: Person, text: str = "Hello") -> None:
    async with office.cast.database.transaction() as tx:
        conversation = await conversations.with_counsellor(tx, office.cast.amina.id)
        where, relations = await access.conversation(tx, Actor(author), conversation.id, Act.CHAT_WRITE)
        is_staff = access.speaks_as_staff(where, relations)
        await messages.send(tx, author, where, text, uuid.uuid4(), is_staff=is_staff)


@pytest.mark.parametrize(
    ("asked", "holidays", "due"),
    [
        (datetime(2026, 11, 24, 9, tzinfo=UTC), (), date(2026, 11, 27)),
        (datetime(2026, 11, 26, 22, 59, tzinfo=UTC), (), date(2026, 12, 1)),
        (datetime(2026, 11, 26, 23, 1, tzinfo=UTC), (), date(2026, 12, 2)),
        (datetime(2026, 12, 24, 9, tzinfo=UTC), (date(2026, 12, 25),), date(2026, 12, 30)),
    ],
)
def test_the_second_working_day_ends_at_the_agencys_midnight(
    asked: datetime, holidays: tuple[date, ...], due: date
) -> None:
    assert response_times.due_at(asked, PARIS, holidays) == datetime(due.year, due.month, due.day, tzinfo=PARIS)


def test_what_is_still_within_its_time_counts_for_neither_side() -> None:
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    runs = [
        Run(SOMEBODY, monday, monday + timedelta(days=1)),
        Run(SOMEBODY, monday, monday + timedelta(days=4)),
        Run(SOMEBODY, monday, None),
        Run(SOMEBODY, monday + timedelta(days=3), None),
    ]
    assert response_times.kept(runs, monday + timedelta(days=4), PARIS, ()) == Kept(promised=3, in_time=1)


async def test_a_run_of_messages_waits_from_its_first_one_until_the_counsellor_answers(office: Office) -> None:
    cast = office.cast
    began = cast.clock.now()
    await write(office, cast.amina)
    await cast.pass_by(seconds=60)
    await write(office, cast.amina)
    async with cast.database.reading() as tx:
        assert await response_times.waiting(tx, [cast.amina.id, cast.karim.id]) == {cast.amina.id: began}
        assert [(person.name, since) for person, since in await caseload.asking(tx, office.claire.id)] == [
            ("Amina Benali", began)
        ]
        rows = await caseload.entries(tx, office.claire.id)
        assert [row.person.name for row in rows if row.is_among([Only.WAITING])] == ["Amina Benali"]
    await write(office, office.claire)
    await cast.pass_by(seconds=60)
    await write(office, cast.amina)
    async with cast.database.reading() as tx:
        assert await response_times.waiting(tx, [cast.amina.id]) == {cast.amina.id: cast.clock.now()}
        runs = await response_times.runs_of(tx, [cast.amina.id])
        assert [(run.asked_at, run.answered_at) for run in runs] == [
            (began, began + timedelta(seconds=60)), (cast.clock.now(), None),
        ]  # fmt: skip


async def test_the_thread_goes_with_the_person_and_belongs_to_the_two_alone(office: Office) -> None:
    cast = office.cast
    await write(office, cast.amina)
    for stranger in (cast.karim, office.nadia, cast.luc):
        with pytest.raises(NotFound):
            await write(office, stranger)
    async with cast.database.transaction() as tx:
        await caseload.hand_over(tx, office.claire.id, cast.amina.id, office.nadia.id)
    await write(office, office.nadia)
    with pytest.raises(NotFound):
        await write(office, office.claire)


async def test_reinforced_support_is_silent_sooner(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        await caseload.reinforce(tx, office.claire.id, cast.amina.id, is_reinforced=True)
    await cast.pass_by(seconds=3 * 7 * 24 * 3600)
    async with cast.database.reading() as tx:
        rows = await caseload.entries(tx, office.claire.id)
        assert [(row.person.name, row.is_silent, row.is_reinforced) for row in rows] == [
            ("Amina Benali", True, True), ("Karim Diallo", False, False),
        ]  # fmt: skip


async def test_a_colleagues_person_is_found_by_name_with_whom_to_ask_and_no_more(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        elsewhere = await agencies.team(tx, "Agence de Rezé", "Sud")
        await agencies.add_member(tx, elsewhere.id, cast.sophie)
        found = await caseload.elsewhere(tx, office.nadia.id, "ami ben")
        assert [(each.name, each.counsellor) for each in found] == [("Amina Benali", "Claire Dubois")]
        assert await caseload.elsewhere(tx, office.nadia.id, "a") == []
        assert await caseload.elsewhere(tx, office.nadia.id, "%%") == []
        assert await caseload.elsewhere(tx, office.claire.id, "ami") == [], "her own are on her own list"
        assert await caseload.elsewhere(tx, cast.sophie.id, "ami") == [], "another agency"
