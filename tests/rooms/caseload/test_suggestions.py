"""A fair that a counsellor suggests, what they learn of it, and asking before following somebody."""

import pytest
from sqlalchemy import select

from rooms.caseload import caseload, follow_requests, suggestions
from rooms.caseload.suggestions import Outcome, Suggestion
from rooms.core.errors import Conflict, NotFound
from rooms.core.outbox import Mail
from rooms.fairs import attendees, opening
from rooms.fairs.fairs import Fair
from rooms.lines.call import Answer
from rooms.meetings import follow_up, meetings
from rooms.meetings.follow_up import NextStep
from rooms.meetings.meeting import Meeting
from rooms.organisations import referents
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.appointments.office import WEDNESDAY_NINE, Office, open_office


@pytest.fixture
async def office(cast: Cast) -> Office:
    return await open_office(cast, counsellors=2)


async def outcomes(cast: Cast, row: Suggestion) -> list[Outcome]:
    async with cast.database.reading() as tx:
        found = await suggestions.outcomes(tx, await suggestions.of_person(tx, row.person_id))
    return found.get(row.id, [])


async def test_how_a_fair_went_is_seen_once_shared_and_no_longer_than_that(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        amina = await cast.fresh(tx, cast.amina)
        row = await suggestions.suggest(tx, office.claire, amina, fair, None, "Bakers are there.")
        again = await suggestions.suggest(tx, office.claire, amina, fair, None, "Bakers, on Tuesday.")
        assert (again.id, again.words) == (row.id, "Bakers, on Tuesday.")
    async with cast.database.reading() as tx:
        mails = (await tx.session.execute(select(Mail).where(Mail.template == "suggestion"))).scalars().all()
        assert [mail.recipient for mail in mails] == [cast.amina.email]
    for person in (cast.amina, cast.luc):
        await cast.connect(person)
    await cast.join(cast.amina, cast.perrin)
    await cast.join(cast.amina, cast.atlantique)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting is not None
    for person in (cast.amina, cast.luc):
        async with cast.database.transaction() as tx:
            held = await tx.session.get_one(Meeting, meeting.id)
            await meetings.go_in(tx, await tx.session.get_one(Person, person.id), held)
    async with cast.database.transaction() as tx:
        await meetings.end(tx, await tx.session.get_one(Meeting, meeting.id))
    assert await outcomes(cast, row) == []
    async with cast.database.transaction() as tx:
        with pytest.raises(NotFound):
            await suggestions.share(tx, cast.karim.id, row.id, is_shared=True)
        await suggestions.share(tx, cast.amina.id, row.id, is_shared=True)
    seen = {each.employer: (each.came, each.next_step) for each in await outcomes(cast, row)}
    assert seen == {"Maison Perrin": (False, None), "Hôtel Atlantique": (True, None)}
    async with cast.database.transaction() as tx:
        held = await tx.session.get_one(Meeting, meeting.id)
        await follow_up.answer(tx, held, NextStep.GO_ON, "Come on Monday.")
    seen = {each.employer: (each.came, each.next_step) for each in await outcomes(cast, row)}
    assert seen["Hôtel Atlantique"] == (True, NextStep.GO_ON)
    async with cast.database.transaction() as tx:
        await suggestions.share(tx, cast.amina.id, row.id, is_shared=False)
    assert await outcomes(cast, row) == []


async def test_a_booth_of_another_fair_and_a_fair_that_is_over_are_not_suggested(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        booth = await cast.fresh_booth(tx, cast.atlantique)
        amina = await cast.fresh(tx, cast.amina)
        row = await suggestions.suggest(tx, office.claire, amina, fair, booth, "")
        assert row.path.endswith("/booths/hotel-atlantique")
        other = Fair(id=cast.claire.id, slug="other", state=fair.state)
        with pytest.raises(Conflict):
            await suggestions.suggest(tx, office.claire, amina, other, booth, "")
        choices = await suggestions.choices(tx)
        assert [(each.slug, len(booths)) for each, booths in choices] == [(fair.slug, 2)]


async def test_whoever_is_known_is_asked_first_and_whoever_was_met_is_not(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        claire = await cast.fresh(tx, office.claire)
        nadia = await cast.fresh(tx, office.nadia)
        person, is_in = await follow_requests.take(tx, claire, "Amina", cast.amina.email, "fr")
        assert (person.id, is_in) == (cast.amina.id, False)
        await follow_requests.take(tx, claire, "Amina", cast.amina.email, "fr")
        await follow_requests.take(tx, nadia, "Amina", cast.amina.email, "fr")
        assert await referents.referent_of(tx, cast.amina.id) is None
        assert {each.name for each in await follow_requests.to_person(tx, cast.amina.id)} == {claire.name, nadia.name}
        with pytest.raises(NotFound):
            await follow_requests.answer(tx, cast.karim.id, claire.id, may=True)
        await follow_requests.answer(tx, cast.amina.id, claire.id, may=False)
        assert await referents.referent_of(tx, cast.amina.id) is None
        await follow_requests.answer(tx, cast.amina.id, nadia.id, may=True)
        assert await referents.referent_of(tx, cast.amina.id) == nadia.id
        assert await follow_requests.to_person(tx, cast.amina.id) == []
        somebody, is_in = await follow_requests.take(tx, claire, "Fatou Ba", None, "fr")
        assert is_in
        assert await referents.referent_of(tx, somebody.id) == claire.id
    booked = await office.book(cast.karim, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        counsellor = await tx.session.get_one(Person, booked.led_by_id)
        _, is_in = await follow_requests.take(tx, counsellor, "Karim", cast.karim.email, "fr")
        assert is_in


async def test_a_fair_that_is_over_is_suggested_to_nobody(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        await opening.close_by_hand(tx, fair)
        assert await suggestions.choices(tx) == []
        with pytest.raises(Conflict):
            await suggestions.suggest(tx, office.claire, await cast.fresh(tx, cast.amina), fair, None, "")


async def test_the_counsellor_who_follows_may_certify_what_is_shared_and_nothing_else(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        amina = await cast.fresh(tx, cast.amina)
        await caseload.follow(tx, office.claire.id, amina.id)
        row = await suggestions.suggest(tx, office.claire, amina, fair, None, "")
        await suggestions.share(tx, amina.id, row.id, is_shared=True)

    async def certified(counsellor: Person) -> bool:
        async with cast.database.reading() as tx:
            try:
                found = await suggestions.shared(tx, counsellor.id, cast.amina.id, row.id)
            except NotFound:
                return False
            return row.id in await suggestions.attended(tx, [found])

    assert not await certified(office.claire)
    async with cast.database.transaction() as tx:
        await attendees.came(tx, fair, {amina.id: await cast.fresh(tx, cast.amina)})
    assert await certified(office.claire)
    assert not await certified(cast.luc)
    async with cast.database.transaction() as tx:
        await suggestions.share(tx, cast.amina.id, row.id, is_shared=False)
    assert not await certified(office.claire)
