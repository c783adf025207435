"""A talk on a phone (C14): the face, the microphone and the way out are in sight, whichever way it is held and whatever
one writes meanwhile."""

import pytest
from playwright.async_api import Locator, Page, expect

from rooms.lines.call import Answer
from tests.browser.conftest import Visitors, until
from tests.browser.test_outages import talking

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

TOOLS = (".tool[data-act=microphone]", ".tool[data-act=camera]", ".tool.leave")


async def in_sight(page: Page, *parts: str) -> None:
    for part in parts:
        await expect(page.locator(part)).to_be_in_viewport(ratio=0.99)


async def pressed(tool: Locator) -> None:
    was = await tool.get_attribute("aria-pressed")
    await tool.click()
    await expect(tool).to_have_attribute("aria-pressed", "false" if was == "true" else "true")


async def test_whoever_writes_still_sees_the_face_and_can_mute(visitors: Visitors) -> None:
    amina, luc = await talking(visitors)
    for page in (amina, luc):
        await page.set_viewport_size({"width": 360, "height": 740})
    await amina.get_by_label("Your message").click()
    await in_sight(amina, ".stage", *TOOLS, "#chat-text")
    await pressed(amina.locator(TOOLS[0]))
    await in_sight(amina, ".stage", *TOOLS)
    before = await amina.locator(".stage").bounding_box()
    await amina.locator("video.remote").click()
    after = await amina.locator(".stage").bounding_box()
    assert before
    assert after
    assert after["height"] > before["height"] + 100, "large again once it is touched"

    await luc.get_by_role("tab", name="Notes").click()
    await expect(luc.get_by_role("tab", name="Notes")).to_have_attribute("aria-selected", "true")
    await luc.get_by_label("Private notes").click()
    await luc.get_by_label("Private notes").press_sequentially("Kind.")
    await in_sight(luc, ".stage", *TOOLS)
    await expect(luc.get_by_text("Saved.")).to_be_visible()


async def test_every_tool_is_reached_by_the_keyboard_and_with_escape(visitors: Visitors) -> None:
    amina, _ = await talking(visitors)
    await amina.set_viewport_size({"width": 800, "height": 700})
    devices = amina.locator(".tool[data-act=devices]")
    await amina.get_by_label("Your message").focus()
    await expect(devices).to_be_hidden()
    await amina.keyboard.press("Escape")
    await expect(devices).to_be_visible()
    await amina.get_by_label("Your message").focus()
    await amina.get_by_label("Your message").press("x")
    await amina.locator(TOOLS[0]).press("Shift")
    await expect(devices).to_be_visible()


async def test_whoever_writes_finds_the_other_tools_under_one_button(visitors: Visitors) -> None:
    amina, _ = await talking(visitors)
    await amina.set_viewport_size({"width": 360, "height": 740})
    await expect(amina.get_by_role("button", name="More")).to_be_hidden()
    await amina.get_by_label("Your message").click()
    await expect(amina.locator(".tool[data-act=devices]")).to_be_hidden()
    await amina.get_by_role("button", name="More").click()
    await expect(amina.locator(".tool[data-act=devices]")).to_be_visible()
    await expect(amina.get_by_role("button", name="More")).to_be_hidden()


async def test_in_writing_nothing_shows_between_the_face_and_the_tools(visitors: Visitors) -> None:
    amina, _ = await talking(visitors)
    await amina.set_viewport_size({"width": 360, "height": 740})
    await amina.get_by_role("button", name="Another way").click()
    await amina.locator("button[data-mode][value=chat]").click()
    await amina.get_by_label("Your message").click()
    await in_sight(amina, ".stage", *TOOLS, "#chat-text")
    await until(
        amina,
        """Math.abs(document.querySelector(".stage").getBoundingClientRect().bottom
             - document.querySelector(".tools").getBoundingClientRect().top) <= 1""",
    )


async def test_held_across_the_tools_stand_beside_the_face(visitors: Visitors) -> None:
    for page in await talking(visitors):
        await page.set_viewport_size({"width": 740, "height": 360})
        await in_sight(page, ".stage", *TOOLS, ".tool[data-act=devices]", ".tool[data-act=ways]")
        cut = "(tools) => tools.filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth).length"
        assert await page.locator(".tool").evaluate_all(cut) == 0, "no label is cut"


async def test_whoever_shows_their_face_after_all_talks_by_video(visitors: Visitors) -> None:
    cast = visitors.cast
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.WITHOUT_VIDEO)
    assert meeting is not None
    pages = [await visitors.sign_in(person) for person in (cast.amina, cast.luc)]
    for page in pages:
        await page.goto(f"/meetings/{meeting.id}")
        await page.get_by_role("button", name="Go in").click()
    amina, luc = pages
    video = amina.locator("button[data-mode][value=video]")
    await expect(video).to_have_attribute("aria-pressed", "false")
    await pressed(amina.locator(TOOLS[1]))
    await expect(video).to_have_attribute("aria-pressed", "true")
    await expect(luc.locator("[data-slot=stepped]")).to_contain_text("You talk by video. Your camera is off.")
    await expect(luc.locator(TOOLS[1])).to_have_attribute("aria-pressed", "false")
