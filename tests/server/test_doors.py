"""Tickets, doors and signs of a fair that is held on site, over HTTP."""

import io
import json
import uuid
from datetime import timedelta

import aiohttp
import pytest
from pypdf import PdfReader

from rooms.core.outbox import Channel, Mail
from rooms.fairs import passages, schedule
from rooms.fairs.fairs import Fair
from rooms.fairs.passages import OnSite
from rooms.fairs.schedule import DayMode
from server import tickets
from tests.server.test_mail import SETTINGS, text, written
from tests.server.test_pages import visitor, world_id
from tests.server.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def on_site(world: World) -> None:
    async with world.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, world_id(world, "fair_id"))
        fair.site = "Cité des congrès, Nantes"
        for day in await schedule.days_of(tx, fair):
            day.mode = DayMode.BOTH


async def counted(world: World) -> OnSite:
    async with world.database.reading() as tx:
        return await passages.count(tx, await tx.session.get_one(Fair, world_id(world, "fair_id")))


async def test_a_ticket_opens_one_page_for_whoever_holds_it_and_another_code_none(world: World) -> None:
    async with visitor(world, "amina") as visiting:
        assert "This ticket has ended" in await visiting.get("/tickets/{ticket}")
        await on_site(world)
        page = await visiting.get("/tickets/{ticket}")
    assert "<svg" in page
    assert "Cité des congrès, Nantes" in page
    ticket = world.ids["ticket"]
    other = ticket[:-1] + ("a" if ticket[-1] != "a" else "b")
    for wrong in (other, ticket[:32], "x" * 48, uuid.uuid4().hex + ticket[32:]):
        assert (await world.ask("", "GET", f"/tickets/{wrong}")).status == 404, wrong


async def test_whoever_registers_finds_their_ticket_on_the_page_of_the_fair(world: World) -> None:
    await on_site(world)
    async with visitor(world, "amina") as visiting:
        status, _, page = await visiting.send("/fairs/{fair}/take-part")
        assert status == 200
        assert "/fairs/{fair}/ticket".format(**world.ids) in page
        assert "<svg" in await visiting.get("/fairs/{fair}/ticket")


async def test_what_a_door_tells_is_kept_once_and_what_cannot_be_read_is_refused(world: World) -> None:
    await on_site(world)
    passage = {
        "nonce": str(uuid.uuid4()), "attendee": world.ids["attendee"], "direction": "in", "door": "North",
        "at": "2026-11-24T09:00:00Z",
    }  # fmt: skip
    path = "/organise/{fair}/door/passages"
    async with visitor(world, "ines") as visiting:
        for _ in range(2):
            status, _, told = await visiting.send(path, passages=json.dumps([passage]))
            assert (status, json.loads(told)) == (200, {"here": 1, "today": 1})
        wrong = [
            "", "{}", "[1]", json.dumps([passage | {"direction": "up"}]), json.dumps([passage | {"door": "x" * 41}]),
            json.dumps([passage | {"at": "2026-11-24T09:00:00"}]), json.dumps([passage] * 501),
        ]  # fmt: skip
        for each in wrong:
            assert (await visiting.send(path, passages=each))[0] == 422, each
            assert await counted(world) == OnSite(here=1, today=1), each
        people = json.loads(await visiting.get("/organise/{fair}/door/people"))
        me = [row for row in people["people"] if row[0] == uuid.UUID(world.ids["attendee"]).hex]
        assert me[0][1] == world.ids["ticket"][32:]
        assert me[0][3] is True


async def test_without_scripts_somebody_is_found_by_name_and_let_in_and_out(world: World) -> None:
    await on_site(world)
    async with visitor(world, "ines") as visiting:
        name = json.loads(await visiting.get("/organise/{fair}/door/people"))["people"][0][2]
        assert "Comes in" in await visiting.get(f"/organise/{{fair}}/door?q={name.split()[0]}")
        form = {"attendee": world.ids["attendee"], "nonce": str(uuid.uuid4())}
        status, _, page = await visiting.send("/organise/{fair}/door", direction="in", **form)
        assert status == 200
        assert "1 in the house" in page
        _, _, page = await visiting.send("/organise/{fair}/door/new", name="Noé Petit", nonce=str(uuid.uuid4()))
        assert "2 in the house" in page


async def test_compiled_code_runs_at_the_door_alone(world: World) -> None:
    async with aiohttp.ClientSession() as session:
        for path, runs in (("/organise/{fair}/door", True), ("/organise/{fair}", False)):
            url = world.server.make_url(path.format(**world.ids))
            cookies = {"Cookie": f"parvis_session={world.tokens['ines']}"}
            async with session.get(url, headers=cookies) as answer:
                assert answer.status == 200
                assert ("wasm-unsafe-eval" in answer.headers["Content-Security-Policy"]) is runs


async def test_each_booth_has_a_sign_with_its_name(world: World) -> None:
    async with aiohttp.ClientSession() as session:
        url = world.server.make_url("/organise/{fair}/signs".format(**world.ids))
        async with session.get(url, headers={"Cookie": f"parvis_session={world.tokens['ines']}"}) as answer:
            pages = PdfReader(io.BytesIO(await answer.read())).pages
    said = [page.extract_text() for page in pages]
    assert len(said) == 2
    assert any("Hôtel Atlantique" in each and "join?here=1" in each for each in said)
    assert all(len(page.images) == 1 for page in pages)


async def test_the_letter_of_whoever_registers_shows_the_code_itself(world: World) -> None:
    async with world.database.reading() as tx:
        days = [tx.now + timedelta(days=3), tx.now + timedelta(days=3, hours=8)]
    values = {
        "name": "Zoé", "fair": "Hotels", "zone": "Europe/Paris", "days": [[each.isoformat() for each in days]],
        "modes": ["on_site"], "site": "Cité des congrès", "ticket": world.ids["attendee"], "path": "/",
    }  # fmt: skip
    mail = Mail(
        id=uuid.uuid4(), channel=Channel.MAIL, recipient="z@example.org", template="registered", language="en",
        values=values, due_at=days[0],
    )  # fmt: skip
    letter = written(mail)
    address = tickets.path_of(SETTINGS, uuid.UUID(world.ids["attendee"]))
    assert address in text(letter, "plain")
    assert "Cité des congrès" in text(letter, "plain")
    assert "On site" in text(letter, "plain")
    assert f'src="cid:{"ticket@parvis"}"' in text(letter, "html")
    (picture,) = [part for part in letter.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<ticket@parvis>"
    assert picture.get_content() == tickets.as_png(f"https://parvis.example.org{address}")
