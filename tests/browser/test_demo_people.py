"""The simulated people, met by real visitors: they are called, call, talk by video, answer and write the answer."""

import asyncio
import html
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from rooms.appointments import booking, reservation, satisfaction
from rooms.appointments.availability import Span
from rooms.appointments.reservation import Reservation
from rooms.meetings.modes import Mode
from server.demo import picture, sayings
from tests.browser.conftest import (
    Visitors,
    finish,
    until_frames,
)
from tests.browser.simulated import Simulated
from tests.rooms.appointments.office import PARIS, open_office

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
PATIENCE = 20_000
"""Milliseconds: two cores carry a house, two browsers' contexts and the simulated people."""
COUNT_SOUND = """
const Plain = window.RTCPeerConnection;
window.peers = [];
window.RTCPeerConnection = class extends Plain {
  constructor(...args) { super(...args); window.peers.push(this); }
};
"""
ENERGY = """async () => {
  let energy = 0;
  for (const stat of (await window.peers.at(-1).getStats()).values())
    if (stat.type === "inbound-rtp" && stat.kind === "audio") energy += stat.totalAudioEnergy;
  return energy;
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def simulated(visitors: Visitors, tmp_path: Path) -> AsyncIterator[Simulated]:
    simulated = Simulated(visitors, tmp_path / "people.log")
    yield simulated
    if simulated.process and simulated.process.returncode is None:
        assert await simulated.stop() < 5
    assert simulated.log.read_text() == ""


async def _sound(page: Page) -> None:
    """Wait until what is heard has energy, and more of it."""
    before = None
    async with asyncio.timeout(60):
        while True:
            energy = await page.evaluate(ENERGY)
            if before is not None and energy > before > 0:
                return
            before = energy
            await asyncio.sleep(0.5)


async def _waiting_at_perrin(visitors: Visitors) -> Page:
    """Amina, in line at Maison Perrin by the form."""
    amina = await visitors.sign_in(visitors.cast.amina)
    await amina.add_init_script(COUNT_SOUND)
    await amina.goto(f"/fairs/{visitors.cast.fair.slug}/booths/maison-perrin")
    await expect(amina.locator("[data-slot=staffed-text]")).to_contain_text("1 here now", timeout=PATIENCE)
    await amina.get_by_role("link", name="Join the line").click()
    await amina.get_by_label("In your own words").fill("Two seasons of pastry.")
    await amina.get_by_role("button", name="Take a place").click()
    return amina


async def _go_in_when_called(page: Page) -> None:
    await page.get_by_role("button", name="Join now").click(timeout=30_000)
    await page.wait_for_url("**/meetings/*")
    await page.get_by_role("button", name="Go in").click()


async def test_a_simulated_recruiter_calls_talks_and_answers(visitors: Visitors, simulated: Simulated) -> None:
    await simulated.start(recruiters=(visitors.cast.sophie,))
    amina = await _waiting_at_perrin(visitors)
    await _go_in_when_called(amina)
    await until_frames(amina, 20)
    await until_frames(amina, 20)
    await _sound(amina)
    assert await amina.evaluate("document.querySelector('video.remote').videoWidth") == picture.WIDTH
    await expect(amina.get_by_text("Bonjour Amina")).to_be_visible(timeout=PATIENCE)
    await amina.get_by_label("Your message").fill("What are the hours?")
    await amina.get_by_role("button", name="Send").click()
    await expect(amina.get_by_text("Schedules are known a month ahead")).to_be_visible(timeout=PATIENCE)
    await amina.get_by_role("button", name="Leave").click()
    await amina.get_by_role("dialog").get_by_role("button", name="Leave").click()
    await expect(amina.get_by_text("You have left.")).to_be_visible(timeout=PATIENCE)
    await _until_answered(amina)


async def _until_answered(page: Page, seconds: float = 20) -> None:
    """Asks beside the page, which may be led elsewhere by a call that rings."""
    written = [text for _, words in sayings.ANSWERS for text in words.values()]
    async with asyncio.timeout(seconds):
        while True:
            text = await (await page.context.request.get("/me/talks")).text()
            if any(words in html.unescape(text) for words in written):
                return
            await asyncio.sleep(0.5)


async def test_a_reload_and_a_new_path_are_survived(visitors: Visitors, simulated: Simulated) -> None:
    await simulated.start(recruiters=(visitors.cast.sophie,))
    amina = await _waiting_at_perrin(visitors)
    await _go_in_when_called(amina)
    await until_frames(amina)
    await amina.reload()
    await until_frames(amina, 20)
    await amina.evaluate("window.peers.at(-1).restartIce()")
    await amina.wait_for_function("() => window.peers.length > 1")
    await until_frames(amina, 20)
    await _sound(amina)


async def test_the_house_may_start_again_during_a_talk(visitors: Visitors, simulated: Simulated) -> None:
    await simulated.start(recruiters=(visitors.cast.sophie,))
    amina = await _waiting_at_perrin(visitors)
    await _go_in_when_called(amina)
    await until_frames(amina)
    await expect(amina.get_by_text("Bonjour Amina")).to_be_visible(timeout=PATIENCE)
    await amina.evaluate("window.isTheSamePage = true")
    await visitors.running.kill()
    await visitors.running.start()
    await expect(amina.get_by_text(sayings.RECRUITER_SAYS[2]["fr"])).to_be_visible(timeout=2 * PATIENCE)
    await until_frames(amina, 20)
    assert await amina.evaluate("window.isTheSamePage && window.peers.length") == 1


async def test_a_simulated_candidate_comes_when_called(visitors: Visitors, simulated: Simulated) -> None:
    cast = visitors.cast
    luc = await visitors.sign_in(cast.luc)
    await luc.add_init_script(COUNT_SOUND)
    await luc.goto(f"/desk/{cast.atlantique.id}")
    await simulated.start(candidates=(cast.karim,))
    await expect(luc.locator(".waiting-row")).to_contain_text("J'aime le matin.", timeout=PATIENCE)
    await luc.get_by_role("button", name="Call next").click()
    await luc.wait_for_url("**/meetings/*")
    await luc.get_by_role("button", name="Go in").click()
    await until_frames(luc, 20)
    await _sound(luc)
    await finish(luc)
    await expect(luc.get_by_role("heading", name="After the talk with Karim Diallo")).to_be_visible(timeout=PATIENCE)
    await luc.goto(f"/desk/{cast.atlantique.id}")
    await expect(luc.locator(".waiting-row")).to_contain_text("Karim Diallo", timeout=40_000)


async def test_simulated_people_talk_among_themselves(visitors: Visitors, simulated: Simulated) -> None:
    """The first candidate once asks for five minutes; the second talks without media and is answered."""
    cast = visitors.cast
    await simulated.start(recruiters=(cast.sophie,), candidates=(cast.amina, cast.karim))
    karim = await visitors.sign_in(cast.karim)
    await karim.goto("about:blank")
    await _until_answered(karim, 60)
    chat = await (await karim.context.request.get(f"/fairs/{cast.fair.slug}/chat")).text()
    assert html.unescape(chat).count("data-message=") >= 2


async def test_what_a_visitor_writes_is_answered(visitors: Visitors, simulated: Simulated) -> None:
    fair = visitors.cast.fair.slug
    await simulated.start(recruiters=(visitors.cast.sophie,))
    amina = await visitors.sign_in(visitors.cast.amina)
    await amina.goto(f"/fairs/{fair}/booths/maison-perrin")
    await amina.get_by_label("Your message").fill("Bonjour, faut-il un diplôme pour ce poste ?")
    await amina.get_by_role("button", name="Send").click()
    await expect(amina.get_by_text("Bonjour Amina ! L'envie compte plus que le diplôme")).to_be_visible(
        timeout=PATIENCE
    )
    await amina.get_by_role("link", name="Ask a private question").click()
    await amina.get_by_label("Your message").fill("Hello, when could I start?")
    await amina.get_by_role("button", name="Send").click()
    await expect(amina.get_by_text("Hello Amina! The job is free at once")).to_be_visible(timeout=PATIENCE)
    await asyncio.sleep(3)
    assert await amina.locator(".message").count() == 2


async def test_they_go_at_once_when_told_to(visitors: Visitors, simulated: Simulated) -> None:
    await simulated.start(recruiters=(visitors.cast.sophie,), candidates=(visitors.cast.karim,))
    amina = await _waiting_at_perrin(visitors)
    await _go_in_when_called(amina)
    await until_frames(amina)
    assert await simulated.stop() < 5
    assert simulated.process
    assert simulated.process.returncode == 0


async def test_a_simulated_jobseeker_comes_to_an_appointment_and_says_how_it_was(
    visitors: Visitors,
    simulated: Simulated,
) -> None:
    cast = visitors.cast
    office = await open_office(cast)
    async with cast.database.transaction() as tx:
        appointment_type, karim = await office.fresh_type(tx), await cast.fresh(tx, cast.karim)
        begins = tx.now.replace(minute=tx.now.minute // 5 * 5, second=0, microsecond=0) + timedelta(minutes=5)
        span, nothing = Span(begins, begins + timedelta(minutes=30)), timedelta(0)
        wanted = Reservation(appointment_type, cast.claire.id, Mode.VIDEO, span, nothing, nothing, PARIS)
        row = await reservation.reserve(tx, karim, wanted)
        assert row is not None
        await booking.book(tx, row, karim, "Près de chez moi.")
    claire = await visitors.sign_in(cast.claire)
    await claire.goto(f"/appointments/{row.id}")
    await simulated.start(seekers=(cast.karim,))
    await expect(claire.get_by_text("Somebody waits for you in the waiting room.").first).to_be_attached(
        timeout=PATIENCE
    )
    await claire.get_by_role("button", name="Open the door").click()
    await claire.get_by_role("button", name="Go in").click()
    await until_frames(claire)
    await claire.get_by_role("tab", name="Chat").click()
    await expect(claire.locator(".messages")).to_contain_text(sayings.HELLO_FROM_JOBSEEKER, timeout=PATIENCE)
    await finish(claire, "appointment")
    await expect(claire.get_by_text("Came", exact=True).first).to_be_visible()
    async with asyncio.timeout(60):
        while True:
            async with cast.database.reading() as tx:
                if await satisfaction.of_appointment(tx, row.id):
                    return
            await asyncio.sleep(0.2)
