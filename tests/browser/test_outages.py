"""A killed server and a cut wire: what was acknowledged is there, nothing is there twice, and the talk goes on."""

import pytest
from playwright.async_api import Page, expect

from rooms.lines.call import Answer, Call, CallState
from rooms.lines.places import Place
from tests.browser.conftest import Visitors, until_frames
from tests.proxy import Proxy

pytestmark = pytest.mark.browser
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def say(page: Page, text: str) -> None:
    await page.get_by_label("Your message").fill(text)
    await page.get_by_role("button", name="Send").click()


async def talking(visitors: Visitors) -> tuple[Page, Page]:
    """Amina and Luc, in a talk."""
    cast = visitors.cast
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting is not None
    pages = []
    for person in (cast.luc, cast.amina):
        page = await visitors.sign_in(person)
        await page.goto(f"/meetings/{meeting.id}")
        await page.get_by_role("button", name="Go in").click()
        pages.append(page)
    for page in pages:
        await until_frames(page)
    return pages[1], pages[0]


async def being_called(visitors: Visitors) -> tuple[Page, Place]:
    """Karim, who has written to Sophie's booth and is called from its line."""
    cast = visitors.cast
    karim, sophie = await visitors.sign_in(cast.karim), await visitors.sign_in(cast.sophie)
    await sophie.goto(f"/desk/{cast.perrin.id}")
    await karim.goto(f"/fairs/{cast.fair.slug}/booths/maison-perrin")
    await expect(karim.get_by_text("1 here now")).to_be_visible()
    await say(karim, "before")
    await expect(sophie.get_by_text("before")).to_be_visible()
    place = await cast.join(cast.karim, cast.perrin)
    await sophie.reload()
    await sophie.get_by_role("button", name="Call next").click()
    await expect(karim.get_by_role("heading", name="Maison Perrin calls you")).to_be_visible()
    return karim, place


async def postpone(karim: Page) -> None:
    await karim.get_by_role("button", name="In 5 minutes").click()
    await expect(karim.locator("dialog.ringing")).to_be_hidden()
    await expect(karim.get_by_text("You can be called again in five minutes.").first).to_be_visible()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_sigkill_in_the_middle_of_everything_loses_nothing_and_doubles_nothing(visitors: Visitors) -> None:
    cast, running = visitors.cast, visitors.running
    amina, luc = await talking(visitors)
    karim, place = await being_called(visitors)
    await luc.get_by_role("tab", name="Notes").click()
    await luc.get_by_label("Private notes").fill("Kind, and knows bread.")
    await expect(luc.get_by_text("Saved.")).to_be_visible()

    await running.kill()
    await say(amina, "during")
    await until_frames(amina, 40)
    await running.start()

    await luc.get_by_role("tab", name="Chat").click()
    await expect(luc.get_by_text("during")).to_have_count(1)
    await until_frames(amina)
    await until_frames(luc)
    await say(luc, "after")
    await expect(amina.get_by_text("after", exact=True)).to_have_count(1)
    await postpone(karim)
    await expect(karim.get_by_text("before", exact=True)).to_have_count(1)
    await luc.reload()
    await luc.get_by_role("tab", name="Notes").click()
    await expect(luc.get_by_label("Private notes")).to_have_value("Kind, and knows bread.")
    async with cast.database.reading() as tx:
        row = await tx.session.get_one(Place, place.id)
        assert (row.state.value, row.ticket, row.missed) == ("waiting", 1, 0)
        calls = (await tx.session.execute(Call.__table__.select().where(Call.place_id == place.id))).all()
        assert [call.state for call in calls] == [CallState.POSTPONED]


@on_sqlite
async def test_ten_seconds_without_connection_end_in_the_same_meeting_without_a_click(visitors: Visitors) -> None:
    wire = Proxy(visitors.running.port)
    await wire.start()
    amina, luc = await talking(visitors)
    through = await amina.context.new_page()
    await through.goto(amina.url.replace(str(visitors.running.port), str(wire.port)))
    await through.get_by_role("button", name="Go on here").click()
    await until_frames(through)
    await luc.get_by_role("tab", name="Chat").click()

    wire.cut()
    await expect(through.locator("[data-connection]")).to_contain_text("No connection")
    await say(luc, "one")
    await say(through, "two")
    await expect(through.locator(".message.waits")).to_contain_text("Not sent yet")
    await until_frames(through, 100)
    await expect(luc.locator("[data-slot=note]")).to_be_hidden()
    await until_frames(luc)
    wire.mend()
    await expect(through.locator("[data-connection]")).to_contain_text("Live")
    await expect(through.get_by_text("one", exact=True)).to_have_count(1)
    await expect(luc.get_by_text("two", exact=True)).to_have_count(1)
    await expect(through.locator(".message.waits")).to_have_count(0)
    await until_frames(through)
    await until_frames(luc)
    await wire.stop()


@on_sqlite
async def test_what_was_written_without_connection_is_sent_after_the_page_was_left_and_opened_again(
    visitors: Visitors,
) -> None:
    cast = visitors.cast
    wire = Proxy(visitors.running.port)
    await wire.start()
    karim, sophie = await visitors.sign_in(cast.karim), await visitors.sign_in(cast.sophie)
    await sophie.goto(f"/desk/{cast.perrin.id}")
    booth = f"http://127.0.0.1:{wire.port}/fairs/{cast.fair.slug}/booths/maison-perrin"
    await karim.goto(booth)
    wire.cut()
    await expect(karim.locator("[data-connection]")).to_contain_text("No connection")
    await say(karim, "first")
    await say(karim, "second")
    await expect(karim.locator(".message.waits")).to_have_count(2)
    await karim.goto("about:blank")
    wire.mend()
    await karim.goto(booth)
    written = sophie.locator(".message p", has_text="first").or_(sophie.locator(".message p", has_text="second"))
    await expect(written).to_have_text(["first", "second"])
    await karim.reload()
    await expect(karim.get_by_text("second", exact=True)).to_have_count(1)
    await expect(karim.locator(".message.pending")).to_have_count(0)
    await wire.stop()


@on_sqlite
async def test_a_lost_connection_keeps_the_place_and_the_page_catches_up(visitors: Visitors) -> None:
    cast = visitors.cast
    wire = Proxy(visitors.running.port)
    await wire.start()
    await cast.join(cast.karim, cast.atlantique)
    await cast.join(cast.amina, cast.atlantique)
    page = await visitors.sign_in(cast.amina)
    await page.goto(f"http://127.0.0.1:{wire.port}/fairs/{cast.fair.slug}/lines")
    await expect(page.locator(".arch-number")).to_have_text("2nd")
    wire.cut()
    karim = await visitors.sign_in(cast.karim)
    await karim.goto(f"/fairs/{cast.fair.slug}/lines")
    await karim.get_by_role("button", name="Leave this line").click()
    await karim.get_by_role("dialog").get_by_role("button", name="Leave this line").click()
    await expect(karim.get_by_text("You wait in no line")).to_be_visible()
    wire.mend()
    await expect(page.locator(".arch-number")).to_have_text("1st")
    await wire.stop()
