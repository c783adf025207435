"""The meeting mends itself: reload, lost connection, a second tab, no camera; and a stranger finds nothing."""

import asyncio
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from rooms.lines.call import Answer
from rooms.people.people import Person
from tests.browser.conftest import Visitors, finish, until, until_frames
from tests.cast import Cast

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


@dataclass
class Talk:
    path: str
    amina: Page
    luc: Page


async def opened(cast: Cast) -> str:
    """The path of a meeting whose waiting room is open."""
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique, "Two seasons of pastry.")
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting is not None
    return f"/meetings/{meeting.id}"


async def enter(visitors: Visitors, person: Person, path: str, **options: object) -> Page:
    page = await visitors.sign_in(person, **options)  # type: ignore[arg-type]
    await page.goto(path)
    return page


async def go_in(page: Page) -> None:
    await page.get_by_role("button", name="Go in").click()


@pytest_asyncio.fixture(loop_scope="session")
async def talk(visitors: Visitors) -> Talk:
    """Amina and Luc talk by video."""
    path = await opened(visitors.cast)
    luc, amina = await enter(visitors, visitors.cast.luc, path), await enter(visitors, visitors.cast.amina, path)
    await go_in(luc)
    await go_in(amina)
    await until_frames(amina)
    await until_frames(luc)
    return Talk(path, amina, luc)


async def picture(page: Page) -> str:
    return await page.evaluate(
        """() => {
          const video = document.querySelector("video.remote"), canvas = document.createElement("canvas");
          canvas.width = 64; canvas.height = 48;
          canvas.getContext("2d").drawImage(video, 0, 0, 64, 48);
          return canvas.toDataURL();
        }"""
    )


async def test_the_picture_changes_and_the_sound_has_energy(talk: Talk) -> None:
    first = await picture(talk.amina)
    await until_frames(talk.amina)
    assert await picture(talk.amina) != first
    energy = await talk.amina.evaluate(
        """async () => {
          const stream = document.querySelector("video.remote").srcObject, context = new AudioContext();
          const analyser = context.createAnalyser(), samples = new Float32Array(analyser.fftSize);
          context.createMediaStreamSource(stream).connect(analyser);
          for (let turn = 0, most = 0; turn < 100; turn += 1) {
            await new Promise((resolve) => setTimeout(resolve, 50));
            analyser.getFloatTimeDomainData(samples);
            most = Math.max(most, ...samples.map(Math.abs));
            if (most > 0.01) return most;
          }
          return 0;
        }"""
    )
    assert energy > 0.01


@pytest.mark.parametrize("who", ["amina", "luc"])
async def test_a_reload_ends_in_the_same_meeting_without_a_click_and_microphone_as_it_was(talk: Talk, who: str) -> None:
    page, other = (talk.amina, talk.luc) if who == "amina" else (talk.luc, talk.amina)
    await page.get_by_role("button", name="Microphone on").click()
    await expect(other.locator("[data-slot=other-microphone]")).to_have_text("microphone off")
    await page.reload()
    await until_frames(page)
    await until_frames(other)
    await expect(page.get_by_role("button", name="Microphone off")).to_have_attribute("aria-pressed", "false")
    await expect(other.locator("[data-slot=other-microphone]")).to_have_text("microphone off")


async def test_camera_off_lets_the_camera_go_and_the_other_one_reads_it(talk: Talk) -> None:
    await talk.amina.get_by_role("button", name="Camera on").click()
    await expect(talk.luc.locator("[data-slot=other-camera]")).to_have_text("camera off")
    await expect(talk.luc.locator("[data-slot=note]")).to_be_visible()
    await talk.amina.get_by_role("button", name="Camera off").click()
    await expect(talk.luc.locator("[data-slot=note]")).to_be_hidden()
    await until_frames(talk.luc)


async def test_only_the_tab_that_answered_goes_to_the_meeting_and_the_other_shows_the_way(visitors: Visitors) -> None:
    cast = visitors.cast
    luc, amina = await visitors.sign_in(cast.luc), await visitors.sign_in(cast.amina)
    await amina.goto(f"/fairs/{cast.fair.slug}/booths/hotel-atlantique/join")
    await amina.get_by_role("button", name="Take a place").click()
    other = await amina.context.new_page()
    await other.goto(f"/fairs/{cast.fair.slug}")
    await luc.goto(f"/desk/{cast.atlantique.id}")
    await luc.get_by_role("button", name="Call next").click()
    await expect(other.locator("dialog.ringing")).to_be_visible()
    await amina.get_by_role("button", name="Join now").click()
    await amina.wait_for_url("**/meetings/*")
    await luc.wait_for_url("**/meetings/*")
    await expect(other.locator("dialog.ringing")).to_be_hidden()
    await expect(other.locator("[data-part=meeting-door]").get_by_role("link", name="Back to the talk")).to_be_visible()


async def test_a_second_tab_takes_over_after_asking(talk: Talk) -> None:
    second = await talk.amina.context.new_page()
    await second.goto("/")
    # A duplicated tab begins with a copy of the first one's storage.
    copied = await talk.amina.evaluate("({ ...sessionStorage })")
    await second.evaluate("(copied) => Object.assign(sessionStorage, copied)", copied)
    await second.goto(talk.path)
    await expect(second.get_by_text("open in another tab")).to_be_visible()
    await until_frames(talk.amina)
    await second.get_by_role("button", name="Go on here").click()
    await expect(talk.amina.get_by_text("open in another tab")).to_be_visible()
    await until_frames(second)
    await until_frames(talk.luc)


async def test_what_is_muted_stays_muted_where_the_talk_goes_on(talk: Talk) -> None:
    await talk.amina.get_by_role("button", name="Microphone on").click()
    await expect(talk.luc.get_by_text("microphone off")).to_be_visible()
    second = await talk.amina.context.new_page()
    await second.goto(talk.path)
    await second.get_by_role("button", name="Go on here").click()
    await until_frames(talk.luc)
    await expect(second.get_by_role("button", name="Microphone off")).to_be_visible()
    await expect(second.get_by_role("button", name="Camera on")).to_be_visible()
    await expect(talk.luc.get_by_text("microphone off")).to_be_visible()


SLOW_DEVICES = """
window.tracks = [];
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
const isShown = () => !document.querySelector("[data-slot=elsewhere]")?.hidden;
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await ask(wanted);
  while (!isShown()) await new Promise((resolve) => setTimeout(resolve, 20));
  window.tracks.push(...stream.getTracks());
  return stream;
};
"""


async def test_devices_that_open_late_are_not_sent_by_a_tab_in_which_both_are_off(talk: Talk) -> None:
    await talk.amina.get_by_role("button", name="Microphone on").click()
    await talk.amina.get_by_role("button", name="Camera on").click()
    await expect(talk.luc.get_by_text("microphone off")).to_be_visible()
    second = await talk.amina.context.new_page()
    await second.add_init_script(SLOW_DEVICES)
    await second.goto(talk.path)
    await expect(second.get_by_role("button", name="Go on here")).to_be_visible()
    await until(second, "window.tracks.length > 0")
    await second.get_by_role("button", name="Go on here").click()
    await expect(second.get_by_role("button", name="Microphone off")).to_be_visible()
    await expect(second.get_by_role("button", name="Camera off")).to_be_visible()
    await until(second, "window.tracks.every((track) => track.readyState === 'ended')")


async def test_the_chat_of_the_meeting_reaches_the_other_one(talk: Talk) -> None:
    await talk.amina.get_by_label("Your message").fill("Can you hear me?")
    await talk.amina.get_by_role("button", name="Send").click()
    await talk.luc.get_by_role("tab", name="Chat").click()
    await expect(talk.luc.locator(".messages")).to_contain_text("Can you hear me?")


async def test_notes_save_themselves_and_time_left_is_shown_to_both(talk: Talk) -> None:
    await talk.luc.get_by_role("tab", name="Notes").click()
    await talk.luc.get_by_label("Private notes").fill("Knows viennoiserie.")
    await expect(talk.luc.get_by_text("Saved.")).to_be_visible()
    await talk.luc.reload()
    await talk.luc.get_by_role("tab", name="Notes").click()
    await expect(talk.luc.get_by_label("Private notes")).to_have_value("Knows viennoiserie.")
    for page in (talk.amina, talk.luc):
        await expect(page.locator("[data-slot=time]")).to_contain_text("15 min left")


async def test_whoever_types_is_not_led_away_by_the_other_one(talk: Talk) -> None:
    """What is meant for the notes alone must not land in the chat: the other one goes on in writing just then."""
    await talk.luc.get_by_role("tab", name="Notes").click()
    notes = talk.luc.get_by_label("Private notes")
    await notes.press_sequentially("Private ")
    await talk.amina.get_by_role("button", name="Another way").click()
    await talk.amina.get_by_role("button", name="In writing").click()
    await expect(talk.luc.get_by_text("You go on in writing.")).to_be_visible()
    await talk.luc.keyboard.type("opinion")
    await expect(notes).to_have_value("Private opinion")
    await expect(talk.amina.get_by_label("Your message")).to_be_focused()


async def test_whoever_is_on_another_page_is_not_said_to_be_in(talk: Talk) -> None:
    await talk.amina.goto("/me/talks")
    note = talk.luc.locator("[data-slot=note-words]").first
    await expect(note).to_have_text("Amina Benali is not connected now", timeout=40_000)
    await expect(talk.luc.locator("[data-slot=quality-text]")).to_have_text("Connection lost. It mends by itself.")
    await talk.amina.go_back()
    await until_frames(talk.amina)
    await until_frames(talk.luc)
    await expect(talk.luc.locator("[data-slot=note]").first).to_be_hidden()


async def test_from_the_booth_ones_place_leads_back_into_the_talk(talk: Talk, visitors: Visitors) -> None:
    await talk.amina.set_viewport_size({"width": 360, "height": 740})
    await talk.amina.goto(visitors.cast.atlantique.path)
    way = talk.amina.locator(".place-row").get_by_role("link", name="Back to the talk")
    await expect(way).to_be_in_viewport()
    await way.click()
    await until_frames(talk.luc)


async def test_who_left_by_mistake_goes_back_in(talk: Talk) -> None:
    await expect(talk.amina.locator("[data-slot=time]")).to_be_visible()
    await talk.amina.get_by_role("button", name="Leave").click()
    await talk.amina.get_by_role("dialog", name="Leave the talk?").get_by_role("button", name="Leave").click()
    await expect(talk.amina.get_by_text("You have left.")).to_be_visible()
    await expect(talk.luc.locator("[data-slot=note-words]")).to_have_text(
        "Amina Benali has left, and can still come back"
    )
    await talk.amina.get_by_role("main").get_by_role("link", name="Back to the talk").last.click()
    await go_in(talk.amina)
    await until_frames(talk.amina)
    await until_frames(talk.luc)
    await finish(talk.luc)
    await expect(talk.amina.get_by_role("heading", name="The talk has ended.")).to_be_visible()


async def test_a_stranger_finds_nothing_and_cannot_signal(talk: Talk, visitors: Visitors) -> None:
    karim = await visitors.sign_in(visitors.cast.karim)
    answer = await karim.goto(talk.path)
    assert answer is not None
    assert answer.status == 404
    refused = await karim.evaluate(
        """async (meeting) => {
          const base = document.querySelector("script[type=module]").src.replace(/built\\/.*/, "");
          const { io } = await import(base + "vendor/socket.io.js");
          const socket = io({ path: "/live" });
          await new Promise((resolve) => socket.on("connect", resolve));
          const entered = await socket.emitWithAck("meeting:enter", { meeting_id: meeting, tab: "x" });
          const told = new Promise((resolve) => socket.on("meeting:refused", resolve));
          socket.emit("meeting:signal", { channel_id: meeting, generation: 1, kind: "description", body: {} });
          return [entered.error.code, (await told).reason];
        }""",
        talk.path.rsplit("/", 1)[-1],
    )
    assert refused == ["meeting.not_found", "not_in_meeting"]
    await until_frames(talk.amina)


async def test_without_permission_one_takes_part_by_chat_and_reads_what_to_allow(visitors: Visitors) -> None:
    path = await opened(visitors.cast)
    luc = await enter(visitors, visitors.cast.luc, path)
    amina = await enter(visitors, visitors.cast.amina, path, media=False)
    await expect(amina.get_by_text("no permission for the camera or the microphone")).to_be_visible()
    await go_in(amina)
    await go_in(luc)
    await until_frames(amina)
    await expect(luc.locator("[data-slot=other-microphone]")).to_have_text("microphone off")
    await amina.get_by_label("Your message").fill("I can only write.")
    await amina.get_by_role("button", name="Send").click()
    await luc.get_by_role("tab", name="Chat").click()
    await expect(luc.locator(".messages")).to_contain_text("I can only write.")


async def test_nothing_of_ones_media_is_sent_before_both_have_gone_in(visitors: Visitors) -> None:
    path = await opened(visitors.cast)
    luc, amina = await enter(visitors, visitors.cast.luc, path), await enter(visitors, visitors.cast.amina, path)
    await go_in(luc)
    await expect(amina.locator("[data-slot=other-state]")).to_have_text("Luc Moreau has gone in")
    await expect(amina.locator("[data-slot=quality]")).to_contain_text("Good connection")
    await asyncio.sleep(1)
    frames = await amina.evaluate("document.querySelector('video.remote').getVideoPlaybackQuality().totalVideoFrames")
    assert frames == 0
