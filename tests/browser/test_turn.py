"""A talk through a TURN server: it connects, and when signalling and media are cut both, it mends without a click."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from rooms.lines.call import Answer
from tests.browser.conftest import Visitors, received, until_frames
from tests.proxy import Proxy
from tests.running_server import RunningServer
from tests.services import TURN_SECRET, coturn

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
ONLY_RELAYED = """
  const Plain = RTCPeerConnection;
  RTCPeerConnection = class extends Plain {
    constructor(options) { super({ ...options, iceTransportPolicy: "relay" }); globalThis.peer = this; }
  };
"""
WAY = """async () => {
  const stats = await globalThis.peer.getStats();
  const transport = [...stats.values()].find((each) => each.type === "transport");
  return stats.get(stats.get(transport.selectedCandidatePairId).localCandidateId).candidateType;
}"""
OUTAGE = 10.0


class Wires:
    """Amina's way to the house, and everybody's way to the TURN server."""

    def __init__(self, running: Proxy, turn: Proxy) -> None:
        self.running, self.turn = running, turn

    def cut(self) -> None:
        self.running.cut()
        self.turn.cut()

    def mend(self) -> None:
        self.running.mend()
        self.turn.mend()


@pytest_asyncio.fixture(loop_scope="session")
async def far(browser: Browser, database_url: str, tmp_path: Path) -> AsyncIterator[tuple[Visitors, Wires]]:
    """A house whose visitors reach each other through TURN over TCP alone."""
    async with AsyncExitStack() as stack:
        turn = Proxy(stack.enter_context(coturn()))
        await turn.start()
        urls = f"turn:127.0.0.1:{turn.port}?transport=tcp"
        options = {"PARVIS_TURN_URLS": urls, "PARVIS_TURN_SECRET": TURN_SECRET}
        running = RunningServer(database_url, tmp_path, extra=options, begins=None)
        cast = await running.prepare()
        await running.start()
        stack.push_async_callback(running.stop)
        wire = Proxy(running.port)
        await wire.start()
        visitors = Visitors(browser, running, cast)
        yield visitors, Wires(wire, turn)
        await visitors.leave()
        await cast.database.close()
        for each in (wire, turn):
            await each.stop()


async def talking(visitors: Visitors, wires: Wires) -> tuple[Page, Page]:
    """Amina, through her wire, and Luc, in a talk."""
    cast = visitors.cast
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting is not None
    luc, amina = await visitors.sign_in(cast.luc), await visitors.sign_in(cast.amina)
    for page in (luc, amina):
        await page.add_init_script(ONLY_RELAYED)
    await luc.goto(f"/meetings/{meeting.id}")
    origin = f"http://127.0.0.1:{wires.running.port}"
    await amina.context.grant_permissions(["camera", "microphone"], origin=origin)
    await amina.goto(f"{origin}/meetings/{meeting.id}")
    for page in (luc, amina):
        await page.get_by_role("button", name="Go in").click()
    return amina, luc


async def test_ten_seconds_without_any_network_end_in_the_same_talk_without_a_click(
    far: tuple[Visitors, Wires],
) -> None:
    visitors, wires = far
    amina, luc = await talking(visitors, wires)
    for page in (amina, luc):
        await until_frames(page)
    assert [await page.evaluate(WAY) for page in (amina, luc)] == ["relay", "relay"]

    wires.cut()
    await expect(amina.locator("[data-connection]")).to_contain_text("No connection")
    await expect(luc.locator("[data-slot=quality]")).to_contain_text("Connection lost", timeout=OUTAGE * 1000)
    stopped = (await received(luc))["frames"]
    await asyncio.sleep(OUTAGE)
    assert (await received(luc))["frames"] - stopped < 30
    wires.mend()

    await expect(amina.locator("[data-connection]")).to_contain_text("Live")
    for page in (amina, luc):
        await until_frames(page, 20)
    await expect(luc.locator("[data-slot=quality]")).to_contain_text("Good connection")
