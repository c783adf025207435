"""The whole story, in real browsers: look round, write, wait, be called, talk by video, and the next one follows."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Visitors, finish, until_frames
from tests.running_server import RunningServer
from tests.stack import stack

pytestmark = pytest.mark.browser


async def ask_in_the_chat(amina: Page, fair: str) -> None:
    await amina.goto(fair)
    await expect(amina.locator(".booth-card", has_text="Hôtel Atlantique")).to_contain_text("1 here now")
    await amina.get_by_role("link", name="Hôtel Atlantique").click()
    await amina.get_by_label("Your message").fill("Hello, is the kitchen open at night?")
    await amina.get_by_role("button", name="Send").click()


async def wait_in_line(amina: Page) -> None:
    await amina.get_by_role("link", name="Join the line").click()
    await amina.get_by_label("In your own words").fill("Two seasons of pastry.")
    await amina.get_by_role("button", name="Take a place").click()
    await expect(amina.locator(".place-row")).to_contain_text("You are next")


async def come_second(karim: Page, fair: str) -> None:
    await karim.goto(f"{fair}/booths/hotel-atlantique/join")
    await karim.get_by_role("button", name="Take a place").click()
    await expect(karim.locator(".arch-number")).to_have_text("2nd")


async def call_and_talk(luc: Page, amina: Page) -> None:
    await luc.get_by_role("button", name="Call next").click()
    await expect(amina.get_by_role("heading", name="Hôtel Atlantique calls you")).to_be_visible()
    await amina.get_by_role("button", name="Join now").click()
    await amina.wait_for_url("**/meetings/*")
    await luc.wait_for_url("**/meetings/*")
    await luc.get_by_role("button", name="Go in").click()
    await expect(amina.locator("[data-slot=other-state]")).to_have_text("Luc Moreau has gone in")
    await amina.get_by_role("button", name="Go in").click()
    await until_frames(amina)
    await until_frames(luc)


async def finish_and_answer(luc: Page) -> None:
    await finish(luc)
    await expect(luc.get_by_role("heading", name="After the talk with Amina Benali")).to_be_visible()
    await luc.get_by_role("radio", name="No, and say why").check()
    await luc.get_by_label("What Amina Benali reads").fill("We need somebody at once.")
    await luc.get_by_role("button", name="Send the answer").click()


async def test_a_fair_you_can_walk_into(visitors: Visitors) -> None:
    await walk_in(visitors)


async def test_the_same_with_three_processes_behind_a_proxy(browser: Browser, tmp_path: Path) -> None:
    async with stack(tmp_path, 3) as running:
        door = FrontDoor(running.processes[0].database_url, tmp_path, front=running.url)
        visitors = Visitors(browser, door, running.cast)
        try:
            await walk_in(visitors)
        finally:
            await visitors.leave()
        connected = [(each.folder / "house.log").read_text() for each in running.processes]
    assert visitors.faults == []
    assert not [line for log in connected for line in log.splitlines() if "_failed" in line]


@dataclass
class FrontDoor(RunningServer):
    """The address behind which several processes stand."""

    front: str = ""

    @property
    def url(self) -> str:
        return self.front


async def walk_in(visitors: Visitors) -> None:
    cast = visitors.cast
    fair = f"/fairs/{cast.fair.slug}"
    luc = await visitors.sign_in(cast.luc)
    await luc.goto(f"/desk/{cast.atlantique.id}")
    await expect(luc.locator("[data-part=line-status]")).to_contain_text("1 here now")
    amina, karim = await visitors.sign_in(cast.amina), await visitors.sign_in(cast.karim)
    await ask_in_the_chat(amina, fair)
    await expect(luc.get_by_text("is the kitchen open at night?")).to_be_visible()
    await wait_in_line(amina)
    await expect(luc.locator(".waiting-row")).to_contain_text("Two seasons of pastry.")
    await come_second(karim, fair)
    await call_and_talk(luc, amina)
    await finish_and_answer(luc)
    await luc.get_by_role("button", name="Call next").click()
    await expect(karim.get_by_role("heading", name="Hôtel Atlantique calls you")).to_be_visible()
    await amina.goto("/me/talks")
    await expect(amina.get_by_text("We need somebody at once.")).to_be_visible()
