"""The lists of an office do not grow queries: one person or three, the same number."""

import uuid
from datetime import timedelta

import pytest

from rooms.appointments import agenda, allocation, booking, choices, papers, satisfaction, transitions
from rooms.appointments.appointment import Attendance
from rooms.appointments.search import SlotSearch
from rooms.caseload import agreed_steps, caseload, saved_filters, suggestions
from rooms.caseload.response_times import runs_of
from rooms.chat import conversations, messages
from rooms.core.model import new_id
from rooms.core.transaction import Transaction
from rooms.core.uploads import Checked
from rooms.fairs.fairs import Fair
from rooms.lines import joining
from rooms.meetings import cobrowsing
from rooms.meetings.meeting import FollowUp, Meeting, MeetingState, Part, Participant
from rooms.meetings.modes import Mode
from rooms.people import people
from tests.cast import Cast
from tests.rooms.appointments.office import PARIS, WEDNESDAY_NINE, Office, open_office
from tests.rooms.test_queries import Read, count


@pytest.fixture
async def office(cast: Cast) -> Office:
    return await open_office(cast, counsellors=2)


async def more(office: Office, number: int) -> None:
    """One more person followed, with an appointment that is over, all that belongs to it, and a fair suggested."""
    cast = office.cast
    async with cast.database.transaction() as tx:
        person = await people.welcome(tx, f"Person {number}", f"p{number}@example.org", "en")
        claire, appointment_type = await cast.fresh(tx, office.claire), await office.fresh_type(tx)
        await caseload.follow(tx, claire.id, person.id)
        await caseload.reinforce(tx, claire.id, person.id, is_reinforced=True)
        await saved_filters.keep(tx, claire.id, f"Filter {number}", "", [])
        begins = WEDNESDAY_NINE + timedelta(minutes=40 * number)
        row = await allocation.reserve(
            tx, SlotSearch(appointment_type, Mode.VIDEO, counsellor_id=claire.id), person, begins, PARIS
        )
        await booking.book(tx, row, person, "I bake.")
        await papers.pass_on(tx, row, person, Checked("cv.pdf", b"x", "application/pdf"), new_id())
        conversation = await conversations.with_counsellor(tx, person.id)
        await messages.send(tx, person, conversation, "Hello", uuid.uuid4(), is_staff=False)
        await agreed_steps.propose(tx, claire, person.id, "Finish the CV", None)
        fair = await tx.session.get_one(Fair, cast.fair.id)
        suggested = await suggestions.suggest(tx, claire, person, fair, None, "")
        await suggestions.share(tx, person.id, suggested.id, is_shared=True)
        booth = await cast.fresh_booth(tx, cast.atlantique)
        await joining.join(tx, person, booth)
        meeting = Meeting(
            id=new_id(), appointment_id=row.id, state=MeetingState.ENDED, mode=Mode.VIDEO, planned_minutes=30,
            opened_at=tx.now, follow_up=FollowUp(), participants=[
                Participant(person_id=person.id, part=Part.CANDIDATE),
                Participant(person_id=claire.id, part=Part.LEADER),
            ],
        )  # fmt: skip
        tx.session.add(meeting)
        await tx.session.flush()
        await cobrowsing.begin(tx, person.id, meeting.id)
        row.begins_at -= timedelta(days=2)
        await transitions.end(tx, row, Attendance.CAME, claire)
        await satisfaction.say(tx, row, "verdict_yes", "verdict_yes", "")


async def the_caseload(tx: Transaction, cast: Cast) -> object:
    return await caseload.entries(tx, cast.claire.id)


async def who_asks(tx: Transaction, cast: Cast) -> object:
    return await caseload.asking(tx, cast.claire.id)


async def what_people_say(tx: Transaction, cast: Cast) -> object:
    team = await choices.types_for(tx, await cast.fresh(tx, cast.amina))
    return await satisfaction.results(tx, team[0][0].id)


async def how_fairs_went(tx: Transaction, cast: Cast) -> object:
    rows = await suggestions.of_person(tx, cast.amina.id)
    followed = await caseload.followed_by(tx, cast.claire.id)
    rows += await suggestions.of_person(tx, followed[0].id)
    return await suggestions.outcomes(tx, rows)


async def the_fairs_to_suggest(tx: Transaction, cast: Cast) -> object:
    return await suggestions.choices(tx)


async def the_promise(tx: Transaction, cast: Cast) -> object:
    followed = await caseload.followed_by(tx, cast.claire.id)
    return await runs_of(tx, [person.id for person in followed])


async def the_day(tx: Transaction, cast: Cast) -> object:
    return await agenda.of_person(tx, cast.claire.id, since=WEDNESDAY_NINE - timedelta(days=9))


READS = [
    the_caseload, who_asks, what_people_say, how_fairs_went, the_fairs_to_suggest, the_promise, the_day,
]  # fmt: skip


@pytest.mark.parametrize("read", READS, ids=lambda read: read.__name__)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_one_or_three_the_same_number_of_queries(office: Office, read: Read) -> None:
    await more(office, 0)
    one = await count(office.cast, read)
    await more(office, 1)
    await more(office, 2)
    assert await count(office.cast, read) == one
    assert one > 0
