"""What two do together in a meeting, in real browsers: a page looked at, a screen shared, the ladder down and up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from playwright.async_api import FrameLocator, Page, WebSocket, expect
from sqlalchemy import select

from rooms.appointments.evidence import Evidence
from rooms.meetings.cobrowsing import Cobrowsing
from tests.browser.conftest import Visitors, until, until_frames
from tests.browser.test_appointments import axe, book, open_office, until_the_room_opens
from tests.browser.test_everyone import tab_to

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
SCREEN_IS_SEEN = "document.querySelector('[data-slot=screen]').videoWidth > 0"
SECRET = "correct horse battery"


@dataclass
class Wire:
    """Everything that a page sent by its live connection."""

    sent: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda payload: self.sent.append(str(payload)))


@asynccontextmanager
async def talking(visitors: Visitors, wire: Wire | None = None) -> AsyncIterator[tuple[Page, Page]]:
    """Claire and Amina, both in the meeting of an appointment and seeing each other."""
    cast = visitors.cast
    await open_office(cast)
    claire, amina = await visitors.sign_in(cast.claire), await visitors.sign_in(cast.amina)
    if wire:
        wire.follow(amina)
    await amina.goto("/")
    await book(amina)
    await until_the_room_opens(visitors)
    path = amina.url
    for page in (amina, claire):
        await page.goto(path)
    await amina.get_by_role("button", name="To the waiting room").click()
    await claire.get_by_role("button", name="Open the door").click()
    for page in (claire, amina):
        await page.get_by_role("button", name="Go in").click()
    for page in (claire, amina):
        await until_frames(page)
    yield claire, amina


def shown(page: Page) -> FrameLocator:
    """The page that is shown: in its owner's pane, or as the other one sees it."""
    return page.locator("[data-slot=pages]").frame_locator("iframe")


async def test_a_page_is_looked_at_together_after_a_yes_and_private_text_never_leaves(visitors: Visitors) -> None:
    wire = Wire()
    async with talking(visitors, wire) as (claire, amina):
        await claire.get_by_role("button", name="Look together").click()
        question = amina.get_by_role("dialog", name="Show a page to Claire")
        await expect(question.get_by_role("button", name="No")).to_be_focused()
        await question.get_by_role("button", name="No").click()
        await expect(claire.locator("[data-pane=pages]")).to_be_hidden()
        await amina.get_by_role("button", name="Look together").click()
        await question.get_by_role("button", name="Yes, show a page").click()
        await expect(claire.get_by_text("Amina Benali shows a page.")).to_be_visible()
        await expect(shown(claire).get_by_role("heading", name="My appointments")).to_be_visible()
        await axe(amina)
        await shown(amina).get_by_role("link", name="my page").click()
        await expect(shown(claire).get_by_label("What may we call you?")).to_have_value("Amina Benali")
        await shown(amina).get_by_label("What work do you seek?").fill("Bakery, near Nantes")
        await expect(shown(claire).get_by_label("What work do you seek?")).to_have_value("Bakery, near Nantes")
        await shown(amina).locator("input[type=password]").fill(SECRET)
        await shown(amina).get_by_label("Captions").check()
        await shown(amina).get_by_label("What work do you seek?").fill("Bakery, near Rezé")
        await expect(shown(claire).get_by_label("What work do you seek?")).to_have_value("Bakery, near Rezé")
        assert any("near Rez" in frame for frame in wire.sent), "what is shown goes over this wire"
        assert not any(SECRET in frame for frame in wire.sent)
        assert not any("Captions" in frame for frame in wire.sent), "what they need to take part is nobody's business"
        await expect(shown(claire).get_by_label("Captions")).to_have_count(0)
        token = await amina.locator("input[name=form_token]").first.input_value()
        assert not any(token in frame for frame in wire.sent)
        async with visitors.cast.database.reading() as tx:
            consent = (await tx.session.execute(select(Cobrowsing))).scalar_one()
            assert (consent.owner_id, consent.ended_at, consent.fill_agreed_at) == (visitors.cast.amina.id, None, None)


async def test_pointing_filling_in_once_allowed_and_stopping_at_once(visitors: Visitors) -> None:
    async with talking(visitors) as (claire, amina):
        await amina.get_by_role("button", name="Look together").click()
        await amina.get_by_role("button", name="Yes, show a page").click()
        await shown(amina).get_by_role("link", name="my page").click()
        seen = shown(claire).get_by_label("What may we call you?")
        await expect(seen).to_be_visible()
        await claire.locator(".replayer-wrapper").click(position={"x": 40, "y": 60})
        await expect(shown(amina).locator(".pointed-at")).to_have_count(1)
        await expect(shown(amina).locator(".pointed-at")).to_have_count(0)
        await tab_to(claire, "Page of Amina Benali")
        for key in ("ArrowRight", "ArrowUp", "Shift+ArrowUp", "Enter"):
            await claire.keyboard.press(key)
        await expect(shown(amina).locator(".pointed-at")).to_have_count(1)
        await axe(claire)
        await amina.get_by_label("Claire Dubois may fill in with me").check()
        await expect(claire.get_by_text("You may fill in with them, and they read what you type.")).to_be_visible()
        await seen.fill("Amina B.")
        await expect(shown(amina).get_by_label("What may we call you?")).to_have_value("Amina B.")
        await claire.context.set_offline(True)
        await expect(claire.get_by_text("The server is out of reach")).to_be_visible()
        await shown(amina).get_by_label("Where?").fill("Rezé")
        await claire.context.set_offline(False)
        await expect(shown(claire).get_by_label("Where?")).to_have_value("Rezé")
        await claire.reload()
        await expect(shown(claire).get_by_label("What may we call you?")).to_have_value("Amina B.")
        await amina.locator("[data-pane=pages]").get_by_role("button", name="Stop").click()
        await expect(amina.locator("[data-pane=pages]")).to_be_hidden()
        await expect(claire.locator("[data-pane=pages]")).to_be_hidden()
        assert await claire.locator("[data-slot=pages] iframe").count() == 0
        async with visitors.cast.database.reading() as tx:
            consent = (await tx.session.execute(select(Cobrowsing))).scalar_one()
            assert consent.fill_agreed_at is not None
            assert consent.ended_by_id == visitors.cast.amina.id


SLOW_WIRE = """
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) { setTimeout(() => send.call(this, data), 220); };
null;
"""
"""What goes out of a page is under way for a while, in its order."""


async def test_what_is_typed_key_by_key_comes_whole_whatever_the_speed_and_the_network(visitors: Visitors) -> None:
    """(K3) The echo of what one has typed takes no later key back, and the owner's own words come all the same."""
    async with talking(visitors) as (claire, amina):
        await amina.get_by_role("button", name="Look together").click()
        await amina.get_by_role("button", name="Yes, show a page").click()
        await shown(amina).get_by_role("link", name="my page").click()
        await amina.get_by_label("Claire Dubois may fill in with me").check()
        seen, own = (shown(page).get_by_label("What work do you seek?") for page in (claire, amina))
        for page in (claire, amina):
            await page.evaluate(SLOW_WIRE)
        words = "aide soignante en clinique"
        for pause in (40, 110, 200, 300):
            await seen.fill("")
            await seen.press_sequentially(words, delay=pause)
            await expect(own).to_have_value(words)
            await expect(seen).to_have_value(words)
        await own.fill("aide soignante")
        await expect(seen).to_have_value("aide soignante")
        await seen.press_sequentially(" de nuit", delay=60)
        await expect(own).to_have_value("aide soignante de nuit")


async def test_a_screen_is_a_stream_of_its_own_beside_the_pictures_and_either_one_ends_it(visitors: Visitors) -> None:
    async with talking(visitors) as (claire, amina):
        await amina.get_by_role("button", name="Show screen").click()
        await expect(amina.get_by_text("Claire Dubois sees your screen.")).to_be_visible()
        await expect(claire.get_by_text("Amina Benali shows their screen.")).to_be_visible()
        screen = claire.locator("[data-slot=screen]")
        await expect(screen).to_be_visible()
        await until(claire, SCREEN_IS_SEEN)
        await until_frames(claire)
        await amina.context.set_offline(True)
        await expect(claire.locator("[data-pane=screen]")).to_be_hidden()
        await amina.context.set_offline(False)
        await expect(claire.locator("[data-pane=screen]")).to_be_visible()
        await until(claire, "document.querySelector('[data-slot=screen]').srcObject?.active")
        await until(claire, SCREEN_IS_SEEN)
        await claire.locator("[data-pane=screen]").get_by_role("button", name="Stop").click()
        for page in (claire, amina):
            await expect(page.locator("[data-pane=screen]")).to_be_hidden()
        await until_frames(claire)
        await amina.get_by_role("button", name="Show screen").click()
        await until(claire, SCREEN_IS_SEEN)
        await amina.get_by_role("button", name="Show screen").click()
        await expect(claire.locator("[data-pane=screen]")).to_be_hidden()


async def test_the_ladder_takes_both_down_and_is_written_down(visitors: Visitors) -> None:
    async with talking(visitors) as (claire, amina):
        await amina.get_by_role("button", name="Another way").click()
        await amina.get_by_role("button", name="Sound only").click()
        for page in (claire, amina):
            await expect(page.get_by_text("You go on with sound only.")).to_be_visible()
            await expect(page.get_by_role("button", name="Camera off")).to_be_visible()
        await expect(claire.get_by_role("button", name="Microphone on")).to_be_visible()
        await claire.get_by_role("button", name="Another way").click()
        await claire.get_by_role("button", name="In writing").click()
        await expect(amina.get_by_text("You go on in writing.")).to_be_visible()
        await expect(amina.locator("#chat-text")).to_be_focused()
        await amina.locator("#chat-text").fill("I can write.")
        await amina.keyboard.press("Enter")
        await expect(claire.locator(".messages")).to_contain_text("I can write.")
        await amina.get_by_role("button", name="By phone").click()
        await expect(amina.get_by_text("Please give the number to call.")).to_be_visible()
        await amina.get_by_label("Number to call").fill("06 12 34 56 78")
        await axe(amina)
        await amina.get_by_label("Number to call").press("Enter")
        await expect(claire.get_by_text("You go on by phone: call 0612345678")).to_be_visible()
        async with visitors.cast.database.reading() as tx:
            seen = {row.what.value for row in (await tx.session.execute(select(Evidence))).scalars()}
        assert {"went_to_audio", "went_to_chat", "went_to_phone"} <= seen


async def test_documents_are_passed_both_ways_without_leaving_the_talk(visitors: Visitors) -> None:
    pdf = b"%PDF-1.7\n%%EOF\n"
    async with talking(visitors) as (claire, amina):
        wrong = {"name": "cv.pdf", "mimeType": "application/pdf", "buffer": b"not a document"}
        await amina.get_by_label("Pass a document").set_input_files(files=[wrong])  # type: ignore[list-item]
        await amina.get_by_role("button", name="Pass it").click()
        await expect(amina.get_by_text("Please give a PDF, DOCX or ODT file, or a photo of the page.")).to_be_visible()
        await amina.get_by_label("Pass a document").set_input_files(files=[wrong | {"buffer": pdf}])  # type: ignore[list-item]
        await amina.get_by_role("button", name="Pass it").click()
        link = claire.get_by_role("link", name="cv.pdf")
        await expect(link).to_be_visible()
        await expect(amina.get_by_role("link", name="cv.pdf")).to_be_visible()
        path = await link.get_attribute("href")
        read = await claire.request.get(visitors.running.url + str(path))
        assert await read.body() == pdf
        stranger = await visitors.sign_in(visitors.cast.karim, media=False)
        assert (await stranger.request.get(visitors.running.url + str(path))).status == 404
        papers = claire.locator("[data-part=papers]")
        await expect(papers.get_by_role("button", name="Withdraw")).to_have_count(0)
        await amina.locator("[data-part=papers]").get_by_role("button", name="Withdraw").click()
        await expect(amina.get_by_text("It is withdrawn.")).to_be_visible()
        await expect(link).to_have_count(0)
        await expect(amina.get_by_role("link", name="cv.pdf")).to_have_count(0)
        assert (await claire.request.get(visitors.running.url + str(path))).status == 404
        await until_frames(claire)
