"""After any sequence of events, an open page equals a freshly loaded one, part by part: as the server writes it at each
step, and as it is loaded anew at the end."""

import asyncio
import difflib
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select, update

from rooms.appointments import booking, reservation
from rooms.appointments.appointment import Appointment
from rooms.appointments.availability import Span
from rooms.appointments.reservation import Reservation
from rooms.chat import conversations
from rooms.chat.messages import Message
from rooms.lines import places
from rooms.lines.call import Call, CallState
from rooms.meetings.modes import Mode
from rooms.people.people import Person
from tests.browser.conftest import Visitors
from tests.cast import Cast
from tests.rooms.appointments.office import Office, open_office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.parametrize("shape", [("en", 1280), ("fr", 360)], ids=["en-wide", "fr-phone"]),
]
DRAWN = (Path(__file__).parent / "drawn.js").read_text()
SETTLES_WITHIN = 12.0
"""Seconds: what everybody at a fair hears is fetched within five of them, so that not all fetch at once."""


@dataclass
class Watched:
    """An open page, and those of its parts that must stay true."""

    name: str
    page: Page
    parts: list[str]

    async def difference(self) -> list[str]:
        open_ = await self.page.evaluate("(parts) => globalThis.drawn(parts)", self.parts)
        fresh = await self.page.evaluate("(parts) => globalThis.drawnFresh(parts)", self.parts)
        assert fresh, f"{self.name}: nothing of {self.parts} is there"
        return list(difflib.unified_diff(open_.splitlines(), fresh.splitlines(), "open", "fresh", lineterm="", n=1))

    async def loaded_anew(self) -> list[str]:
        """What differs once the page has been loaded again and its scripts have run."""
        before = await self.page.evaluate("(parts) => globalThis.drawn(parts)", self.parts)
        await self.page.reload()
        await is_connected(self.page)
        after = await self.page.evaluate("(parts) => globalThis.drawn(parts)", self.parts)
        return list(difflib.unified_diff(before.splitlines(), after.splitlines(), "open", "loaded", lineterm="", n=1))


@dataclass
class Watch:
    """People with pages open, in one language and on one size of screen."""

    visitors: Visitors
    language: str
    width: int
    pages: list[Watched] = field(default_factory=list)
    doors: dict[str, Page] = field(default_factory=dict)

    @property
    def cast(self) -> Cast:
        return self.visitors.cast

    async def come(self, person: Person) -> None:
        size = {"width": self.width, "height": 800}
        page = await self.visitors.sign_in(person, viewport=size)
        async with self.cast.database.transaction() as tx:
            (await self.cast.fresh(tx, person)).language = self.language
        await page.reload()
        await page.context.add_init_script(DRAWN)
        self.doors[person.name] = page

    async def open(self, person: Person, path: str, *parts: str) -> Page:
        if person.name not in self.doors:
            await self.come(person)
        page = await self.doors[person.name].context.new_page()
        await page.goto(path)
        await is_connected(page)
        self.pages.append(Watched(f"{person.name} at {path}", page, list(parts)))
        return page

    async def act(self, person: Person, path: str, **form: str) -> None:
        """What a form of this person's does, sent from beside their open pages."""
        page = self.doors[person.name]
        token = await page.evaluate("document.querySelector('input[name=form_token]').value")
        answer = await page.request.post(path, form={"form_token": token, **form}, max_redirects=0)
        assert answer.status == 303, f"{path}: {answer.status} {(await answer.text())[:500]}"

    async def settled(self, step: str) -> None:
        """Every open page becomes what the server writes now."""
        for watched in self.pages:
            async with asyncio.timeout(SETTLES_WITHIN + 5):
                until = asyncio.get_running_loop().time() + SETTLES_WITHIN
                while difference := await watched.difference():
                    if asyncio.get_running_loop().time() > until:
                        pytest.fail(f"after “{step}”, {watched.name}:\n" + "\n".join(difference))
                    await asyncio.sleep(0.1)

    async def load_anew(self) -> None:
        for watched in self.pages:
            difference = await watched.loaded_anew()
            assert difference == [], f"loaded anew, {watched.name}:\n" + "\n".join(difference)


async def is_connected(page: Page) -> None:
    await expect(page.locator("[data-connection]")).to_have_class("pill ok")


@pytest.fixture
def watch(visitors: Visitors, shape: tuple[str, int]) -> Watch:
    language, width = shape
    return Watch(visitors, language, width)


LOBBY = ("[data-fresh=lobby-head]", "[data-fresh=booths]", "[data-fresh=mine]", "[data-part=announcements]")
BOOTH = (".booth-hero", "[data-fresh=here]", "[data-fresh=place]")
DESK = ("[data-fresh=head]", "[data-fresh=line]", "[data-fresh=questions]", "[data-fresh=due]")
BOARD = ("[data-fresh=head]", "[data-fresh=hand]", "[data-fresh=booths]")


async def ringing(cast: Cast) -> uuid.UUID | None:
    async with cast.database.reading() as tx:
        return (await tx.session.execute(select(Call.id).where(Call.state == CallState.RINGING))).scalar_one_or_none()


async def nobody_answers(cast: Cast) -> None:
    """The call has rung until its deadline."""
    async with cast.database.transaction() as tx:
        await tx.session.execute(update(Call).where(Call.state == CallState.RINGING).values(deadline=tx.now))
    while await ringing(cast):
        await asyncio.sleep(0.05)


async def place_of(cast: Cast, person: Person) -> str:
    async with cast.database.reading() as tx:
        found = await places.of_person(tx, person.id)
        return next(str(each.id) for each in found if each.booth_id == cast.atlantique.id)


async def misses_three_calls(watch: Watch, person: Person) -> None:
    """Her pages are open and she does not answer: after the third call her place is on hold."""
    cast = watch.cast
    for time in ("once", "twice", "three times"):
        await watch.act(cast.luc, f"/desk/{cast.atlantique.id}/call", place=await place_of(cast, person))
        await watch.settled(f"it rings {time}")
        await nobody_answers(cast)
        await watch.settled(f"a call was missed {time}")
    await expect(watch.pages[1].page.locator(".place-row.is-held")).to_be_visible()


async def test_a_line_from_its_first_place_to_the_closing_of_the_fair(watch: Watch) -> None:
    cast = watch.cast
    fair, desk = f"/fairs/{cast.fair.slug}", f"/desk/{cast.atlantique.id}"
    atlantique, perrin = f"{fair}/booths/hotel-atlantique", f"{fair}/booths/maison-perrin"
    await watch.open(cast.amina, fair, *LOBBY)
    await watch.open(cast.amina, f"{fair}/lines", "[data-fresh=mine]")
    booth = await watch.open(cast.karim, atlantique, *BOOTH)
    await watch.open(cast.ines, f"/organise/{cast.fair.slug}", *BOARD)
    await watch.settled("all have come")
    await watch.open(cast.luc, desk, *DESK)
    await watch.settled("a recruiter is at the desk")
    await watch.act(cast.karim, f"{atlantique}/join", words="I bake.")
    await watch.act(cast.amina, f"{atlantique}/join", words="")
    await watch.settled("two have taken a place")

    await watch.act(cast.luc, f"{desk}/call")
    await expect(booth.locator("dialog.ringing")).to_be_visible()
    await watch.settled("it rings for the first")
    await watch.act(cast.karim, f"/calls/{await ringing(cast)}/answer", answer="later")
    await expect(booth.locator("dialog.ringing")).to_be_hidden()
    await watch.settled("he asks for five minutes")

    await misses_three_calls(watch, cast.amina)
    await watch.act(cast.amina, f"/places/{await place_of(cast, cast.amina)}/return")
    await watch.settled("she is back from being on hold")
    await watch.open(cast.sophie, f"/desk/{cast.perrin.id}", *DESK)
    await watch.act(cast.karim, f"{perrin}/join", words="")
    await watch.act(cast.luc, f"{desk}/call", place=await place_of(cast, cast.karim))
    await watch.act(cast.karim, f"/calls/{await ringing(cast)}/answer", answer="join")
    await watch.settled("he is in a talk, and waits elsewhere too")
    await watch.act(cast.luc, f"{desk}/pause")
    await watch.settled("the booth is on a break")
    await watch.act(cast.luc, f"{desk}/resume")
    await watch.act(cast.amina, f"/places/{await place_of(cast, cast.amina)}/leave")
    await watch.settled("the break is over, and she has left")
    await watch.act(cast.ines, f"/organise/{cast.fair.slug}/move", move="close")
    await watch.settled("the fair is closed")
    await watch.act(cast.ines, f"/organise/{cast.fair.slug}/move", move="open")
    await watch.settled("the fair is open again")
    await watch.load_anew()


async def write(watch: Watch, person: Person, conversation: uuid.UUID, text: str) -> None:
    path = f"/conversations/{conversation}/messages"
    await watch.act(person, path, text=text, client_id=str(uuid.uuid4()))


async def last_message(cast: Cast) -> uuid.UUID:
    async with cast.database.reading() as tx:
        query = select(Message.id).order_by(Message.written_at.desc(), Message.id.desc()).limit(1)
        return (await tx.session.execute(query)).scalar_one()


async def test_what_is_written_removed_asked_and_reported(watch: Watch) -> None:
    cast = watch.cast
    booth, desk = f"/fairs/{cast.fair.slug}/booths/hotel-atlantique", f"/desk/{cast.atlantique.id}"
    await watch.open(cast.luc, desk, *DESK, ".messages")
    await watch.open(cast.amina, booth, ".messages")
    await watch.open(cast.ines, f"/organise/{cast.fair.slug}", *BOARD)
    asking = await watch.open(cast.karim, f"{booth}/question", ".messages")
    async with cast.database.transaction() as tx:
        public = (await conversations.of_booth(tx, cast.atlantique.id)).id
        private = (await conversations.of_question(tx, cast.atlantique.id, cast.karim.id)).id
    await write(watch, cast.amina, public, "Do you train beginners?")
    await write(watch, cast.luc, public, "We do.")
    await watch.settled("both have written")
    await write(watch, cast.amina, public, "What I should not have written.")
    await watch.act(cast.karim, f"/messages/{await last_message(cast)}/report")
    await watch.settled("a message was reported")
    await watch.act(cast.luc, f"/messages/{await last_message(cast)}/remove")
    await watch.settled("it was removed")
    await write(watch, cast.karim, private, "Is there a canteen?")
    await watch.settled("somebody asks in private")
    await watch.open(cast.luc, f"{desk}/questions/{private}", ".messages")
    await write(watch, cast.luc, private, "There is.")
    await expect(asking.get_by_text("There is.")).to_be_visible()
    await watch.settled("the question was answered")
    await watch.load_anew()


DAY = ("main > .row.between", "ol.day", "main > .empty", "main > section")
APPOINTMENT = ("main > .row.between", "main > section.card", "[data-fresh=papers]", "[data-fresh=delay]", ".messages")


async def booked(watch: Watch, person: Person, office: Office, in_minutes: int) -> Appointment:
    cast = watch.cast
    async with cast.database.transaction() as tx:
        appointment_type = await office.fresh_type(tx)
        begins = (tx.now + timedelta(minutes=in_minutes)).replace(second=0, microsecond=0)
        span, nothing = Span(begins, begins + appointment_type.length), timedelta()
        zone = appointment_type.venue.time_zone
        wanted = Reservation(appointment_type, cast.claire.id, Mode.VIDEO, span, nothing, nothing, zone)
        row = await reservation.reserve(tx, await cast.fresh(tx, person), wanted)
        assert row
        await booking.book(tx, row, await cast.fresh(tx, person), "I bake.")
        return row


async def test_a_counsellors_day_and_an_appointment_until_it_is_recorded(watch: Watch) -> None:
    cast = watch.cast
    office = await open_office(cast)
    first, second = await booked(watch, cast.amina, office, 10), await booked(watch, cast.karim, office, 60)
    day = await watch.open(cast.claire, f"/counsel?day={first.begins_at.astimezone(first.venue.zone).date()}", *DAY)
    await watch.open(cast.claire, f"/appointments/{first.id}", *APPOINTMENT)
    await watch.open(cast.amina, f"/appointments/{first.id}", *APPOINTMENT)
    await watch.open(cast.karim, f"/appointments/{second.id}", *APPOINTMENT)
    await watch.settled("they have come")
    await expect(day.locator(".day-row")).to_have_count(2)
    await watch.act(cast.amina, f"/appointments/{first.id}/coming", begins=first.begins_at.isoformat())
    await watch.settled("she has said that she comes")
    await watch.act(cast.amina, f"/appointments/{first.id}/room")
    await watch.settled("she waits in the room")
    await watch.act(cast.karim, f"/appointments/{second.id}/cancel", words="I found work.")
    await watch.settled("he has cancelled")
    await watch.act(cast.claire, f"/appointments/{first.id}/record", attendance="technical")
    await watch.settled("it is recorded")
    await watch.load_anew()
