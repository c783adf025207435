"""Camera and microphone: what stands in the way is named, and what goes away meanwhile is noticed (V1 to V3)."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Visitors, until

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

ANSWERS = """
globalThis.streams = [];
globalThis.refuses = {video: "", audio: ""};
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  for (const kind of ["video", "audio"]) {
    if (wanted[kind] && globalThis.refuses[kind]) throw new DOMException("", globalThis.refuses[kind]);
  }
  const stream = await ask(wanted);
  globalThis.streams.push(stream);
  return stream;
};
"""
"""A browser that gives what it has, but for what it refuses."""


async def trying(visitors: Visitors, *, opens: bool = True) -> Page:
    page = await visitors.sign_in(visitors.cast.amina)
    await page.add_init_script(ANSWERS)
    await page.goto("/camera")
    if opens:
        await page.get_by_role("button", name="Turn camera and microphone on").click()
        await until(page, "globalThis.streams.length === 1 && !!document.querySelector('[data-slot=mirror]').srcObject")
    return page


SAID = (
    ("NotAllowedError", "", "The browser forbids the camera on this page; the microphone works."),
    ("", "NotAllowedError", "The browser forbids the microphone on this page."),
    ("NotAllowedError", "NotAllowedError", "The browser has no permission for the camera or the microphone."),
    ("NotFoundError", "", "No camera was found."),
    ("", "NotFoundError", "No microphone was found."),
    ("NotFoundError", "NotFoundError", "Neither a camera nor a microphone was found."),
    ("NotReadableError", "", "The camera is in use by another program."),
    ("", "NotReadableError", "The microphone is in use by another program."),
)


async def test_what_stands_in_the_way_is_named(visitors: Visitors) -> None:  # V1
    page = await trying(visitors, opens=False)
    for video, audio, said in SAID:
        await page.evaluate("(refuses) => { globalThis.refuses = refuses; }", {"video": video, "audio": audio})
        await page.get_by_role("button", name="Turn camera and microphone on").click()
        await expect(page.locator("[data-slot=trouble]")).to_contain_text(said)


async def test_a_headset_that_is_unplugged_is_replaced_and_said(visitors: Visitors) -> None:  # V2
    page = await trying(visitors)
    await page.evaluate("globalThis.streams[0].getAudioTracks()[0].dispatchEvent(new Event('ended'))")
    await expect(page.locator("[data-slot=trouble]")).to_contain_text("Your microphone is gone. Now in use:")
    assert await page.evaluate("globalThis.streams.length") == 2
    assert await page.evaluate("globalThis.streams[1].getAudioTracks()[0].readyState") == "live"


async def test_a_microphone_that_comes_back_silent_is_opened_anew(visitors: Visitors) -> None:  # V3
    page = await trying(visitors)
    await page.evaluate(
        "Object.defineProperty(globalThis.streams[0].getAudioTracks()[0], 'muted', {value: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    await until(page, "globalThis.streams.length === 2")
    tracks = "globalThis.streams[1].getAudioTracks()"
    opened = await page.evaluate(f"{tracks}.map((track) => [track.readyState, track.muted])")
    assert opened == [["live", False]]
    await until(
        page,
        "document.querySelector('[data-slot=mirror]').srcObject.getVideoTracks()[0] === streams[1].getVideoTracks()[0]",
    )
