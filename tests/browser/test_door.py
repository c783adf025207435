"""The door of a fair on a phone: a ticket before the camera, a name, no network, and a second door."""

import base64

import pytest
from playwright.async_api import BrowserContext, expect

from rooms.core.database import Database
from rooms.fairs import attendees, passages
from rooms.fairs.attendees import Attendee, Listed
from rooms.fairs.fairs import Fair
from rooms.fairs.passages import OnSite
from rooms.fairs.schedule import DayMode, days_of
from server import tickets
from server.settings import load
from tests.browser.conftest import Visitors, finish, until
from tests.browser.test_everyone import faults, fits

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

SETTINGS = load(secret="a secret for tests only, long enough")
CAMERA = """
const canvas = document.createElement("canvas");
canvas.width = canvas.height = 480;
const draw = canvas.getContext("2d");
globalThis.before = (picture) => {
  const image = new Image();
  image.onload = () => {
    draw.fillStyle = "#fff";
    draw.fillRect(0, 0, 480, 480);
    draw.drawImage(image, 40, 40, 400, 400);
  };
  image.src = picture;
};
setInterval(() => draw.fillRect(0, 479, 1, 1), 50);
navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(20);
"""


async def expects(database: Database, fair_id: object, *names: str) -> list[Attendee]:
    async with database.transaction() as tx:
        fair = await tx.session.get_one(Fair, fair_id)
        for day in await days_of(tx, fair):
            day.mode = DayMode.ON_SITE
        listed = [Listed(name, f"{number}@example.org") for number, name in enumerate(names)]
        await attendees.add(tx, fair.id, listed)
        found = await attendees.by_email(tx, fair.id, [each.email or "" for each in listed])
        return [found[each.email or ""] for each in listed]


def code_of(who: Attendee, house: str) -> str:
    picture = tickets.as_png(house + tickets.path_of(SETTINGS, who.id))
    return "data:image/png;base64," + base64.b64encode(picture).decode()


async def counted(visitors: Visitors) -> OnSite:
    async with visitors.cast.database.reading() as tx:
        return await passages.count(tx, await tx.session.get_one(Fair, visitors.cast.fair.id))


async def cut_off(context: BrowserContext, *, is_off: bool) -> None:
    await context.set_offline(is_off)


async def test_a_ticket_a_name_and_an_hour_without_a_network(visitors: Visitors) -> None:
    cast, house = visitors.cast, visitors.running.url
    zoe, _ = await expects(cast.database, cast.fair.id, "Zoé Martin", "Ali Ben")
    door = await visitors.sign_in(cast.ines, viewport={"width": 360, "height": 760})
    await door.add_init_script(CAMERA)
    await door.goto(f"/organise/{cast.fair.slug}/door")
    await fits(door)
    assert await faults(door) == []
    await door.get_by_role("button", name="Read with the camera").click()
    await door.evaluate("picture => before(picture)", code_of(zoe, house))
    await expect(door.get_by_text("Zoé Martin comes in.")).to_be_visible()
    await expect(door.get_by_text("1 in the house")).to_be_visible()
    await door.get_by_role("button", name="Stop the camera").click()
    await fits(door)

    # The page and what it needs are kept by the time that it is asked for without a network.
    await until(door, "caches.open('parvis-kept').then((each) => each.keys()).then((found) => found.length > 5)")
    await cut_off(door.context, is_off=True)
    await door.reload()
    await door.get_by_label("Name", exact=True).first.fill("ali")
    await door.get_by_role("button", name="Comes in: Ali Ben").click()
    await expect(door.get_by_text("Ali Ben comes in.")).to_be_visible()
    await expect(door.get_by_text("1 not sent yet")).to_be_visible()
    assert await counted(visitors) == OnSite(here=1, today=1)
    await cut_off(door.context, is_off=False)
    await expect(door.get_by_text("2 in the house")).to_be_visible()
    await expect(door.get_by_text("1 not sent yet")).to_be_hidden()
    assert await counted(visitors) == OnSite(here=2, today=2)


async def test_a_second_door_knows_who_is_in_and_lets_them_out(visitors: Visitors) -> None:
    cast, house = visitors.cast, visitors.running.url
    (zoe,) = await expects(cast.database, cast.fair.id, "Zoé Martin")
    north, south = await visitors.sign_in(cast.ines), await visitors.sign_in(cast.ines)
    for door in (north, south):
        await door.add_init_script(CAMERA)
    await north.goto(f"/organise/{cast.fair.slug}/door")
    await north.get_by_label("Name", exact=True).first.fill("zoe")
    await north.get_by_role("button", name="Comes in: Zoé Martin").click()
    await expect(north.get_by_text("1 in the house")).to_be_visible()
    await south.goto(f"/organise/{cast.fair.slug}/door")
    await south.get_by_role("button", name="Read with the camera").click()
    await south.evaluate("picture => before(picture)", code_of(zoe, house))
    await expect(south.get_by_text("Zoé Martin is in already.")).to_be_visible()
    await south.get_by_role("radio", name="Going out").check()
    await south.evaluate("picture => before(picture)", code_of(Attendee(id=cast.fair.id), house))
    await expect(south.get_by_text("This is no ticket of this fair")).to_be_visible()
    async with south.expect_response(lambda answer: answer.url.endswith("/door/passages")):
        await south.evaluate("picture => before(picture)", code_of(zoe, house))
    await expect(south.get_by_text("Zoé Martin goes out.")).to_be_visible()
    await expect(south.get_by_text("0 in the house")).to_be_visible()
    assert await counted(visitors) == OnSite(here=0, today=1)


async def test_one_line_at_the_table_and_on_the_screen(visitors: Visitors) -> None:
    cast = visitors.cast
    await expects(cast.database, cast.fair.id)
    lobby = f"/fairs/{cast.fair.slug}"
    luc = await visitors.sign_in(cast.luc)
    amina = await visitors.sign_in(cast.amina, viewport={"width": 360, "height": 760})
    screen = await visitors.passer_by()
    await screen.goto(f"{lobby}/screen")
    await expect(screen.get_by_text("Nobody is called just now.")).to_be_visible()
    await luc.goto(f"/desk/{cast.atlantique.id}")
    # As the sign on the table leads there.
    await amina.goto(f"{lobby}/booths/hotel-atlantique/join?here=1")
    await expect(amina.get_by_text("Today one meets on site")).to_be_visible()
    await fits(amina)
    await amina.get_by_role("button", name="Take a place").click()
    await expect(amina.get_by_text("Your number: 1.")).to_be_visible()
    await expect(luc.get_by_text("on site, number 1")).to_be_visible()
    await luc.get_by_role("button", name="Call next").click()
    await expect(screen.get_by_role("listitem").filter(has_text="Hôtel Atlantique")).to_contain_text("1")
    assert cast.amina.name not in await screen.content()
    assert await faults(screen) == []
    await amina.get_by_role("button", name="I am coming to the table").click()
    await expect(amina.get_by_role("main").get_by_text("Good: the table waits for you.")).to_be_visible()
    await luc.get_by_role("button", name="They are here: begin the talk").click()
    await expect(luc.get_by_role("heading", name="At the table: Amina Benali")).to_be_visible()
    assert await faults(luc) == []
    await fits(luc)
    await luc.get_by_role("tab", name="Notes").click()
    await luc.get_by_label("Private notes").fill("Bakes well.")
    await expect(luc.get_by_text("Saved")).to_be_visible()
    await expect(screen.get_by_text("Nobody is called just now.")).to_be_visible()
    await finish(luc)
    await expect(luc.get_by_label("Private notes")).to_have_value("Bakes well.")


async def test_a_kiosk_gives_a_number_to_whoever_has_no_account(visitors: Visitors) -> None:
    cast = visitors.cast
    await expects(cast.database, cast.fair.id)
    ines = await visitors.sign_in(cast.ines)
    await ines.goto(f"/organise/{cast.fair.slug}/door")
    await ines.get_by_role("button", name="Make its address").click()
    address = await ines.get_by_role("link", name="/kiosk/").get_attribute("href")
    assert address
    tablet = await visitors.passer_by(viewport={"width": 768, "height": 1024})
    await tablet.goto(address)
    assert await faults(tablet) == []
    await tablet.get_by_role("link", name="Hôtel Atlantique").click()
    await tablet.get_by_role("button", name="Take a place").click()
    await tablet.get_by_label("Your name").fill("Noé Petit")
    await tablet.get_by_role("button", name="Take a place").click()
    await expect(tablet.get_by_text("1", exact=True)).to_be_visible()
    assert await faults(tablet) == []
    luc = await visitors.sign_in(cast.luc)
    await luc.goto(f"/desk/{cast.atlantique.id}")
    await expect(luc.get_by_text("on site, number 1")).to_be_visible()
    # Who comes after finds nothing of whoever was there before.
    await tablet.get_by_role("link", name="Done").click()
    await tablet.get_by_role("link", name="Hôtel Atlantique").click()
    await expect(tablet.get_by_label("Your name")).to_have_value("")
    await ines.get_by_role("button", name="Withdraw").click()
    await tablet.goto(address)
    await expect(tablet.get_by_role("heading", name="Whom would you like to talk with?")).to_be_hidden()
