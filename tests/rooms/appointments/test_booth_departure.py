"""A booth leaves its fair: everybody concerned is told, and no talk is cut."""

import pytest

from rooms.appointments import booth_departure
from rooms.core import outbox
from rooms.core.errors import Conflict
from rooms.fairs import booth_staff, booths
from rooms.fairs.booths import Booth, BoothText
from rooms.lines import joining
from rooms.lines.call import Answer
from rooms.lines.places import Place, PlaceState
from rooms.meetings import meetings
from rooms.meetings.meeting import Meeting
from tests.cast import Cast
from tests.rooms.access.test_taken_back import fresh_fair


async def leave(cast: Cast) -> booth_departure.Told:
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        return await booth_departure.leave(tx, booth, await cast.fresh(tx, cast.ines))


async def told(cast: Cast) -> list[tuple[str, bool]]:
    async with cast.database.reading() as tx:
        mails = [mail for mail in await outbox.latest(tx) if mail.template == "booth_left"]
    return sorted((mail.recipient, mail.values["waited"]) for mail in mails)


async def test_whoever_waits_and_the_owners_are_told(cast: Cast) -> None:
    place = await cast.join(cast.amina, cast.atlantique)
    await cast.join(cast.karim, cast.atlantique)
    await cast.connect(cast.amina)
    await cast.connect(cast.luc, cast.atlantique)
    call = await cast.call_next(cast.luc, cast.atlantique)
    assert (await leave(cast)).waiting == 2
    expected = [(cast.amina.email, True), (cast.karim.email, True), (cast.luc.email, False)]
    assert await told(cast) == sorted((email or "", waited) for email, waited in expected)
    async with cast.database.reading() as tx:
        assert (await tx.session.get_one(Place, place.id)).state is PlaceState.ENDED
        assert cast.atlantique.id not in {booth.id for booth in await booths.of_fair(tx, cast.fair.id)}
        listed = await booths.of_fair(tx, cast.fair.id, only_set_up=False)
        assert cast.atlantique.id not in {booth.id for booth in listed}
        staff = await booth_staff.staff_of(tx, cast.atlantique.id)
        assert cast.luc.id in {person.id for person in staff}, "whoever promised an answer still gives it"
    with pytest.raises(Conflict, match=r"call\."):
        await cast.answer(call, Answer.JOIN)
    with pytest.raises(Conflict, match=r"booth\.left"):
        await leave(cast)


async def test_no_talk_is_cut(cast: Cast) -> None:
    await cast.join(cast.amina, cast.atlantique)
    await cast.connect(cast.amina)
    await cast.connect(cast.luc, cast.atlantique)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting
    with pytest.raises(Conflict, match=r"booth\.talks"):
        await leave(cast)
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Meeting, meeting.id)
        await meetings.end(tx, row)
    assert (await leave(cast)).waiting == 1, "who was called stands in line again"


async def test_a_booth_that_left_is_set_up_again_only_when_it_is_asked_back(cast: Cast) -> None:
    text = BoothText("We are back.", 15, "hospitality", "Nantes", "blue")
    await leave(cast)
    async with cast.database.transaction() as tx:
        with pytest.raises(Conflict, match=r"booth\.left"):
            await booths.set_up(tx, await cast.fresh_booth(tx, cast.atlantique), text)
    async with cast.database.transaction() as tx:
        fair, booth = await fresh_fair(tx, cast), await cast.fresh_booth(tx, cast.atlantique)
        back: Booth = await booths.reserve(tx, fair, booth.employer)
        assert (back.id, back.left_at) == (booth.id, None)
        await booths.set_up(tx, back, text)
    async with cast.database.reading() as tx:
        assert cast.atlantique.id in {booth.id for booth in await booths.of_fair(tx, cast.fair.id)}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_whoever_joins_while_the_booth_leaves_gets_no_place_there(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        booth, amina = await cast.fresh_booth(tx, cast.atlantique), await cast.fresh(tx, cast.amina)
        await leave(cast)
        with pytest.raises(Conflict, match=r"booth\.left"):
            await joining.join(tx, amina, booth)
