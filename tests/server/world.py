"""A house in this process with one of everything, and the cast signed in: what the rights table is tried on."""

import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import socketio
from aiohttp.test_utils import TestServer

from rooms.access import invitations
from rooms.appointments import appointment_types, hours, links, own_calendar, waiting_list
from rooms.appointments.appointment_types import AppointmentTypeText
from rooms.caseload import agreed_steps, caseload, follow_requests, saved_filters, suggestions
from rooms.chat import conversations, messages, questions
from rooms.core import streams
from rooms.core.database import Database
from rooms.core.model import new_id
from rooms.core.uploads import DocumentKind, Upload, check
from rooms.fairs import booth_documents
from rooms.fairs.fairs import Fair
from rooms.fairs.schedule import FairDay
from rooms.lines.call import Answer
from rooms.meetings import meetings
from rooms.meetings.meeting import Meeting
from rooms.meetings.modes import Mode
from rooms.organisations import agencies, employers, vacancies
from rooms.organisations.vacancies import Vacancy
from rooms.people import documents, people, signin
from rooms.people.people import Person
from server import app as app_
from server.page_request import SERVICES
from server.security import form_token, masked
from server.settings import load
from signaling.hub import SESSION_COOKIE
from tests import cast as cast_
from tests.clock import HandClock
from tests.rooms.appointments.office import PARIS, WEDNESDAY_NINE, open_office

PDF = b"%PDF-1.7\n%%EOF\n"
SECRET = "a secret for tests only, long enough"
ROLES = ("anyone", "by_link", "amina", "karim", "tomas", "luc", "sophie", "ines", "claire", "paul")


@dataclass
class World:
    """`ids` fills the places in a route's path and in an event's payload."""

    server: TestServer
    database: Database
    tokens: dict[str, str]
    ids: dict[str, str]

    async def request(self, role: str, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """(status, where it leads to) of a request by this role, with a right form token."""
        token = self.tokens.get(role, "")
        cookies = {SESSION_COOKIE: token} if token else {"parvis_visitor": "visitor"}
        data = {"form_token": masked(form_token(SECRET, token or "visitor")), **(form or {})}
        async with aiohttp.ClientSession(cookies=cookies, cookie_jar=aiohttp.DummyCookieJar()) as session:
            url = self.server.make_url(path.format(**self.ids))
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
            answer = await session.request(
                method, url, data=data if method == "POST" else None, headers=headers, allow_redirects=False
            )
            return answer.status, answer.headers.get("Location", "")

    @asynccontextmanager
    async def live(self, role: str, **headers: str) -> AsyncIterator[socketio.AsyncClient]:
        client = socketio.AsyncClient(reconnection=False)
        token = self.tokens.get(role, "")
        cookies = [f"{SESSION_COOKIE}={token}"] if token else []
        if cookie := headers.pop("Cookie", ""):
            cookies.append(cookie)
        headers |= {"Cookie": "; ".join(cookies)} if cookies else {}
        await client.connect(
            str(self.server.make_url("/")),
            headers=headers,
            socketio_path="live",
            transports=["websocket"],
            wait_timeout=10,
        )
        try:
            yield client
        finally:
            await client.disconnect()

    async def events(self) -> int:
        """How many events there are: whoever changed something has added one."""
        async with self.database.reading() as tx:
            return await streams.count(tx)

    def fill(self, value: Any) -> Any:
        """The payload with the world's ids in it."""
        if isinstance(value, str):
            return value.format(**self.ids) if "{" in value else value
        if isinstance(value, list):
            return [self.fill(part) for part in value]
        if isinstance(value, dict):
            return {name: self.fill(part) for name, part in value.items()}
        return value


@asynccontextmanager
async def open_world(database_url: str, folder: Path, clock: HandClock) -> AsyncIterator[World]:
    async with _serving(database_url, folder, clock) as server:
        yield await _furnish(server, server.app[SERVICES].database, clock)


@asynccontextmanager
async def _serving(database_url: str, folder: Path, clock: HandClock) -> AsyncIterator[TestServer]:
    settings = load(mode="demo", secret=SECRET, database=database_url, files=folder / "files")
    server = TestServer(app_.build(settings, clock))
    await server.start_server()
    try:
        yield server
    finally:
        await server.close()


@dataclass(frozen=True)
class Furnished:
    """A furnished world put away in a folder, to be copied: furnishing takes longer than trying one row."""

    folder: Path
    tokens: dict[str, str]
    ids: dict[str, str]

    @asynccontextmanager
    async def copy(self, folder: Path) -> AsyncIterator[World]:
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        async with _serving(_sqlite(folder), folder, HandClock()) as server:
            yield World(server, server.app[SERVICES].database, self.tokens, self.ids)


def _sqlite(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'world.sqlite3'}"


async def furnish(folder: Path) -> Furnished:
    async with open_world(_sqlite(folder), folder, HandClock()) as world:
        found = world.tokens, world.ids
    return Furnished(folder, *found)


async def _furnish(server: TestServer, database: Database, clock: HandClock) -> World:
    cast = await cast_.gather(database, clock)
    async with database.transaction() as tx:
        tomas = await people.welcome(tx, "Tomás Silva", "tomas@example.org", "en")
        await agencies.add_member(
            tx, (await agencies.team(tx, "Nantes", "Loire")).id, await cast.fresh(tx, cast.claire)
        )
        booth = await cast.fresh_booth(tx, cast.atlantique)
        talk, question = await conversations.of_booth(tx, booth.id), await questions.question_to(tx, booth, cast.karim)
        message = await messages.send(tx, cast.karim, talk, "Hello", uuid.uuid4(), is_staff=False)
        code = await signin.send_code(tx, "Zoé", "zoe@example.org", "en")
        _, link = await signin.make_link(tx, signin.Purpose.SIGN_IN, "zoe@example.org", "Zoé")
        offered = await vacancies.of_employers(tx, [booth.employer_id])
        vacancy: Vacancy = offered[booth.employer_id][0]
        day = (await tx.session.execute(FairDay.__table__.select())).first()
    people_ = {role: getattr(cast, role) for role in ROLES if role not in ("anyone", "by_link", "tomas")} | {
        "tomas": tomas
    }
    for person in (tomas, cast.karim):
        await cast.connect(person)
    place = await cast.join(cast.amina, cast.atlantique)
    await cast.join(cast.karim, cast.atlantique)
    call = await cast.call_next(cast.luc, cast.atlantique)
    await cast.join(tomas, cast.perrin)
    meeting = await cast.answer(await cast.call_next(cast.sophie, cast.perrin), Answer.JOIN)
    assert meeting is not None
    tokens, own_session = {}, ""
    async with database.transaction() as tx:
        for role, person in people_.items():
            tokens[role] = await signin.open_session(tx, person, role)
        await tx.session.flush()
        own_session = str((await signin.sessions_of(tx, people_["amina"]))[0].id)
        await invitations.invite_organiser(tx, "new@example.org", "en")
        for person in (cast.sophie, tomas):
            row = await tx.session.get_one(Meeting, meeting.id)
            await meetings.go_in(tx, await tx.session.get_one(Person, person.id), row)
        meeting_talk = await conversations.of_meeting(tx, meeting.id)
    office = await open_office(cast)
    async with database.transaction() as tx:
        await hours.add_weekly(tx, cast.sophie.id, 2, 9 * 60, 12 * 60, ("video",))
    booked = await office.book_three(cast.amina, cast.sophie, cast.perrin, WEDNESDAY_NINE)
    async with database.transaction() as tx:
        link_path = links.make(tx, booked)
        amina = await cast.fresh(tx, cast.amina)
        until = booked.ends_at + timedelta(hours=2)
        tokens["by_link"] = await signin.open_session(tx, amina, "by_link", appointment_id=booked.id, until=until)
        feed = await own_calendar.open_feed(tx, cast.claire.id)
        await hours.add_day(tx, cast.claire.id, date(2026, 12, 31), None)
        await caseload.follow(tx, cast.claire.id, cast.amina.id)
        await saved_filters.keep(tx, cast.claire.id, "Due", "", ["only_due"])
        (kept_filter,) = await saved_filters.of_counsellor(tx, cast.claire.id)
        claire = await cast.fresh(tx, cast.claire)
        await follow_requests.take(tx, claire, "Tomás", "tomas@example.org", "en")
        unfollowed, _ = await follow_requests.take(tx, claire, "Yann Le Goff", None, "fr")
        await caseload.stop_following(tx, claire.id, unfollowed.id)
        suggestion = await suggestions.suggest(
            tx, await cast.fresh(tx, cast.claire), await cast.fresh(tx, cast.amina),
            await tx.session.get_one(Fair, cast.fair.id), None, "",
        )  # fmt: skip
        appointment_talk = await conversations.of_appointment(tx, booked.id)
        counsel_talk = await conversations.with_counsellor(tx, cast.amina.id)
        step = await agreed_steps.propose(tx, cast.claire, cast.amina.id, "Finish the CV", None)
        wish = await waiting_list.wish(
            tx, await cast.fresh(tx, cast.amina), await office.fresh_reason(tx), Mode.VIDEO,
            date(2026, 12, 1), date(2026, 12, 9), PARIS,
        )  # fmt: skip
        interview = await appointment_types.add(
            tx, await cast.fresh_booth(tx, cast.atlantique), AppointmentTypeText("Interview", 20, ("video",))
        )
        await hours.add_day(tx, cast.luc.id, date(2026, 12, 30), None)
        (interview_day,) = await hours.days_of(tx, cast.luc.id)
        (weekly, *_), (unlike, *_) = await hours.weekly_of(tx, cast.claire.id), await hours.days_of(tx, cast.claire.id)
    storage = server.app[SERVICES].storage
    async with database.transaction() as tx:
        cv, paper = new_id(), new_id()
        for name in (cv, paper):
            await storage.keep(str(name), PDF)
        await documents.add_cv(tx, cast.amina, check(DocumentKind.CV, Upload("cv.pdf", PDF)), cv)
        booth = await cast.fresh_booth(tx, cast.atlantique)
        await invitations.invite_candidate(
            tx, await tx.session.get_one(Fair, cast.fair.id), "Zoé", "z@example.org", "en"
        )
        (invitation,) = await invitations.open_for(tx, cast.fair)
        colleague = await people.welcome(tx, "Nadia Haddad", "nadia@example.org", "en")
        await employers.add_member(tx, booth.employer_id, colleague, is_owner=False)
        await invitations.invite_colleague(tx, booth.employer, "colleague@example.org", "en", is_owner=False)
        (booth_invitation,) = await invitations.open_for_employer(tx, booth.employer_id)
        (organiser_invitation,) = await invitations.open_for_installation(tx)
        (team, _), *_ = await agencies.members(tx)
        checked = check(DocumentKind.BOOTH, Upload("hours.pdf", PDF))
        await booth_documents.add(tx, booth, DocumentKind.BOOTH, checked, paper)
    appointments = {
        "appointment": booked.id, "begins": booked.begins_at.isoformat(),
        "link": link_path.rsplit("/", 1)[-1], "feed": feed, "wish": wish.id, "step": step.id,
        "filter": kept_filter.id, "counsellor": cast.claire.id, "suggestion": suggestion.id,
        "counsel_talk": counsel_talk.id, "appointment_talk": appointment_talk.id,
        "appointment_type": office.appointment_type.id, "agency": office.appointment_type.agency_id,
        "hours": weekly.id, "unlike_day": unlike.id,
        "interview": interview.id, "interview_day": interview_day.id,
        "followed": cast.amina.id, "asked": tomas.id, "unfollowed": unfollowed.id,
        "free_time": (WEDNESDAY_NINE + timedelta(minutes=80)).isoformat(),
    }  # fmt: skip
    ids = appointments | {
        "invitation": invitation.id, "booth_invitation": booth_invitation.id,
        "organiser_invitation": organiser_invitation.id, "team": team.id, "colleague": colleague.id,
        "document": cv, "paper": paper,
        "fair": cast.fair.slug, "fair_id": cast.fair.id, "employer": "hotel-atlantique", "booth": booth.id,
        "place": place.id, "call": call.id, "meeting": meeting.id, "conversation": question.id, "public": talk.id,
        "message": message.id, "person": cast.karim.id, "amina": cast.amina.id, "code": code.id, "token": link,
        "vacancy": vacancy.id, "day": day.id if day else "", "session": own_session, "uuid": uuid.uuid4(),
        "meeting_talk": meeting_talk.id,
    }  # fmt: skip
    return World(server, database, tokens, {name: str(value) for name, value in ids.items()})
