"""What the pages do beyond who may: the way round is kept, a CV comes with a place, a file says what it is."""

import asyncio
import io
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest
from PIL import Image
from sqlalchemy import select

from rooms.appointments import appointment_types
from rooms.appointments.appointment import Appointment, AppointmentState
from rooms.appointments.appointment_types import AppointmentTypeText
from rooms.core.uploads import DocumentKind
from rooms.fairs import booth_documents, booths, schedule
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair, FairState
from rooms.lines import places
from rooms.meetings import meetings
from rooms.meetings.meeting import Meeting
from rooms.meetings.modes import Mode
from rooms.organisations import agencies
from rooms.organisations.agencies import Agency
from rooms.people import documents
from rooms.people.documents import Document
from rooms.people.people import Person
from server import devices, language
from server.security import form_token, masked
from signaling.cookies import SESSION_COOKIE
from tests.server.furnishing import PDF
from tests.server.world import SECRET, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Visitor:
    """Keeps cookies from page to page, as a browser does."""

    def __init__(self, world: World, role: str, session: aiohttp.ClientSession) -> None:
        self.world, self.role, self.session = world, role, session

    async def get(self, path: str) -> str:
        answer = await self.session.get(self.world.server.make_url(path.format(**self.world.ids)))
        assert answer.status == 200, path
        return await answer.text()

    async def send(self, path: str, *, file: tuple[str, bytes] | None = None, **form: str) -> tuple[int, str, str]:
        """(status, path it came to, text) of a form, with `file` as its document."""
        data = aiohttp.FormData({"form_token": masked(form_token(SECRET, self.world.tokens[self.role])), **form})
        if file:
            data.add_field("document", file[1], filename=file[0], content_type="application/octet-stream")
        answer = await self.session.post(self.world.server.make_url(path.format(**self.world.ids)), data=data)
        return answer.status, answer.url.path, await answer.text()


@asynccontextmanager
async def visitor(world: World, role: str) -> AsyncIterator[Visitor]:
    jar = aiohttp.CookieJar(unsafe=True)
    jar.update_cookies({SESSION_COOKIE: world.tokens[role]}, world.server.make_url("/"))
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield Visitor(world, role, session)


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 32), "orange").save(out, "PNG")
    return out.getvalue()


async def test_pages_of_no_fair_keep_the_way_round_the_fair_visited_last(world: World) -> None:
    chat = 'href="/fairs/{fair}/chat"'.format(**world.ids)
    async with visitor(world, "amina") as amina:
        assert chat not in await amina.get("/me")
        await amina.get("/fairs/{fair}")
        for path in ("/me", "/me/talks", "/camera"):
            assert chat in await amina.get(path), path
        async with world.database.transaction() as tx:
            (await tx.session.get_one(Fair, world_id(world, "fair_id"))).state = FairState.DRAFT
        assert chat not in await amina.get("/me")


def world_id(world: World, name: str) -> uuid.UUID:
    return uuid.UUID(world.ids[name])


async def test_a_cv_comes_with_the_place_and_is_not_kept_when_the_place_is_refused(world: World) -> None:
    join = "/fairs/{fair}/booths/maison-perrin/join"
    async with visitor(world, "karim") as karim:
        status, _, text = await karim.send(join, file=("empty.pdf", b""), words="I bake.")
        assert (status, "Please choose a file." in text, "I bake." in text) == (422, True, True)
        status, _, text = await karim.send(join, file=("cv.exe", b"MZ"), words="I bake.")
        assert (status, "Please give a PDF" in text, "I bake." in text) == (422, True, True)
        status, path, _ = await karim.send(join, file=("cv.pdf", PDF), words="I bake.")
        assert (status, path) == (200, join.removesuffix("/join").format(**world.ids))
    async with visitor(world, "luc") as luc:
        status, _, text = await luc.send("/fairs/{fair}/booths/{employer}/join", file=("cv.pdf", PDF), words="Me.")
        assert (status, "You stand at this booth yourself." in text) == (409, True)
    async with world.database.reading() as tx:
        karim_ = world_id(world, "person")
        names = (await tx.session.execute(select(Document.name).where(Document.kind == DocumentKind.CV))).scalars()
        assert sorted(names) == ["cv.pdf", "cv.pdf"], "Amina's and Karim's"
        assert (await documents.cvs_of(tx, {karim_}))[karim_].name == "cv.pdf"
        assert "I bake." in [place.words for place in await places.of_person(tx, karim_)]


async def test_a_file_of_a_booth_says_itself_what_it_is(world: World) -> None:
    async with visitor(world, "luc") as luc:
        for file in (("sign.png", picture()), ("film.webm", b"\x1a\x45\xdf\xa3 webm"), ("hours.pdf", PDF)):
            status, _, text = await luc.send("/booths/{booth}/documents", file=file, kind="")
            assert status == 200, text
        status, _, text = await luc.send("/booths/{booth}/documents", file=("sign.png", picture()), kind="booth")
        assert (status, 'id="e-document"' in text) == (422, True)
        assert "/documents/" in await luc.get("/fairs/{fair}")
    async with world.database.reading() as tx:
        kinds = await booth_documents.by_kind(tx, world_id(world, "booth"))
    assert [len(kinds[kind]) for kind in (DocumentKind.LOGO, DocumentKind.VIDEO, DocumentKind.BOOTH)] == [1, 1, 2]


async def test_a_single_booth_is_gone_to_at_once_and_what_was_said_comes_along(world: World) -> None:
    async with visitor(world, "luc") as luc:
        _, path, text = await luc.send("/vacancies/{vacancy}", title="Cook", contract="permanent")
    assert (path, "Saved." in text) == ("/desk/{booth}".format(**world.ids), True)


async def test_what_was_done_is_said_in_its_own_section(world: World) -> None:
    async with visitor(world, "ines") as ines:
        _, _, text = await ines.send("/organise/{fair}/announcements", text="Welcome")
    assert text.index('id="announcements"') < text.index("Everybody at the fair can read it.")


async def test_a_new_fair_may_have_its_first_day_at_once(world: World) -> None:
    form = {"name": "Autumn", "languages": "fr", "time_zone": "Europe/Paris", "opens": "09:00", "closes": "17:00"}
    async with visitor(world, "ines") as ines:
        status, _, text = await ines.send("/organise/new", **form, date="2027-02-30")
        assert (status, 'id="e-date"' in text) == (422, True)
        _, path, text = await ines.send("/organise/new", **form, date="2027-03-15")
        assert (path, "Invite its employers." in text) == ("/organise/autumn", True)
        _, path, text = await ines.send("/organise/new", **form, date="")
        assert "Add its opening hours." in text


async def test_the_board_names_booths_that_nobody_staffs_while_the_fair_is_open(world: World) -> None:
    async with world.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, world_id(world, "fair_id"))
        assert (fair.is_open_now, await schedule.opens_at_once(tx, fair)) == (True, True)
        for booth in await booths.of_fair(tx, fair.id):
            (await tx.session.get_one(Booth, booth.id)).paused_at = tx.now
    async with visitor(world, "ines") as ines:
        before = await ines.get("/organise/{fair}")
        async with world.database.transaction() as tx:
            for booth in await booths.of_fair(tx, fair.id):
                (await tx.session.get_one(Booth, booth.id)).paused_at = None
        during = await ines.get("/organise/{fair}")
        async with world.database.transaction() as tx:
            await meetings.end(tx, await tx.session.get_one(Meeting, world_id(world, "meeting")))
        after = await ines.get("/organise/{fair}")
    asked = re.compile(r"Nobody is at \d")
    assert (asked.search(before) is None, asked.search(after) is None) == (True, False)
    assert asked.search(during) is None, "whoever talks for a booth is there"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Version/17.1 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:120.0) Gecko/120.0 Firefox/120.0", "Firefox on Android"),
        ("curl/8.5", "Another device"),
        ("", "Another device"),
    ],
)
def test_a_device_has_a_name_that_people_know(user_agent: str, name: str, database_url: str) -> None:
    language.current.set("en")
    assert devices.name_of(user_agent) == name


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("claire", "/counsel?day=9999-12-31"),
        ("claire", "/counsel?day=0001-01-01"),
        ("amina", "/appointments/new/{appointment_type}?week=²"),
        ("amina", "/appointments/new/{appointment_type}?week=" + "9" * 5000),
        ("amina", "/appointments/{appointment}/times?week=999"),
    ],
)
async def test_an_odd_day_or_week_in_the_address_is_no_error(world: World, role: str, path: str) -> None:
    async with visitor(world, role) as someone:
        assert "<h1>" in await someone.get(path)


async def test_a_link_that_opens_nothing_leads_on(world: World) -> None:
    async with visitor(world, "amina") as amina:
        answer = await amina.session.get(world.server.make_url("/a/nothing"))
        text = await answer.text()
    assert answer.status == 404
    assert "This link opens nothing any more." in text
    assert 'href="/appointments"' in text


async def test_another_time_keeps_the_way_to_meet(world: World) -> None:
    async with world.database.transaction() as tx:
        row = await tx.session.get_one(Appointment, world_id(world, "appointment"))
        row.guest_id = row.guest_booth_id = None  # Three do not share a telephone.
        row.mode, row.phone = Mode.PHONE, "+33240000000"
    async with visitor(world, "amina") as amina:
        assert 'name="mode" value="phone"' in await amina.get("/appointments/{appointment}/times")
        status, _, text = await amina.send("/appointments/{appointment}/move", begins=world.ids["free_time"])
    assert (status, "It has moved." in text) == (200, True)
    async with world.database.reading() as tx:
        assert (await tx.session.get_one(Appointment, world_id(world, "appointment"))).mode is Mode.PHONE


async def test_what_was_ticked_stays_and_the_field_in_error_is_named(world: World) -> None:
    async with visitor(world, "claire") as claire:
        _, _, text = await claire.send("/counsel/hours/weekly", weekday="1", begins="12:00", ends="09:00", kept="1")
        assert 'name="kept" value="1" checked' in text
        assert 'id="e-ends"' in text
        form = {"day": "2026-12-24", "day_begins": "12:00", "day_ends": "09:00", "day_modes": "video"}
        _, _, text = await claire.send("/counsel/hours/days", **form)
        assert 'id="e-day_ends"' in text
    async with visitor(world, "paul") as paul:
        _, _, text = await paul.send(
            "/administer/counsellors", agency="Nantes", team="Loire", counsellor_email="nobody"
        )
        assert 'id="e-counsellor_email"' in text


async def test_who_lives_elsewhere_spoils_no_look_for_who_looks_with_them(world: World) -> None:
    async with world.database.transaction() as tx:
        for role, postcode in (("karim", "44000"), ("sophie", "75001")):
            (person,) = (await tx.session.execute(select(Person).where(Person.name.startswith(role.title())))).scalars()
            person.postcode = postcode
        (await tx.session.get_one(Agency, world_id(world, "agency"))).area = "44"
    path = world.server.make_url("/appointments/new/{appointment_type}".format(**world.ids))
    async with visitor(world, "karim") as karim, visitor(world, "sophie") as sophie:
        answers = await asyncio.gather(*(each.session.get(path) for each in (sophie, karim, sophie, karim)))
        assert [answer.status for answer in answers] == [404, 200, 404, 200]


async def test_a_recruiter_is_a_visitor_at_another_booth(world: World) -> None:
    async with visitor(world, "luc") as luc:
        assert "You stand at this booth yourself." in await luc.get("/fairs/{fair}/booths/{employer}")
        assert "You stand at this booth yourself." not in await luc.get("/fairs/{fair}/booths/maison-perrin")


async def test_a_day_that_is_over_is_named_and_nothing_is_set(world: World) -> None:
    async with visitor(world, "ines") as ines:
        status, _, text = await ines.send("/organise/{fair}/days", date="2026-11-20", opens="09:00", closes="18:00")
        assert (status, 'id="e-date"' in text) == (422, True)
    async with visitor(world, "amina") as amina:
        status, _, text = await amina.send("/me/steps", step="Finish the CV", due_on="2020-01-01")
        assert (status, 'id="e-due_on"' in text) == (422, True)


async def test_closing_a_day_names_who_is_booked_on_it(world: World) -> None:
    async with visitor(world, "claire") as claire:
        _, _, text = await claire.send("/counsel/hours/days", day="2026-11-25")
        assert "09:00 Amina Benali" in text
        _, _, text = await claire.send("/counsel/hours/days", day="2026-11-26")
        assert "Amina Benali" not in text


async def test_whoever_has_no_address_is_called_and_not_written_to(world: World) -> None:
    async with world.database.transaction() as tx:
        (await tx.session.get_one(Person, world_id(world, "amina"))).email = None
        mine = (await agencies.teams_of(tx, world_id(world, "counsellor")))[0].agency
        appointment_type = await appointment_types.add(
            tx, mine, AppointmentTypeText("First visit", 30, ("video", "phone"))
        )
    world.ids["first_visit"] = str(appointment_type.id)
    async with visitor(world, "claire") as claire:
        text = await claire.get("/counsel/people/{followed}?appointment_type={first_visit}")
        assert 'name="mode" value="phone"' in text
        assert "reads nothing here" in text
        text = await claire.get("/counsel/people/{followed}?appointment_type={first_visit}&mode=video")
        assert "Print the letter once it is booked" in text


async def test_the_address_of_a_form_leads_to_its_page_and_a_refused_form_knows_it(world: World) -> None:
    async with visitor(world, "amina") as amina:
        path = world.server.make_url("/appointments/new/{appointment_type}/wish".format(**world.ids))
        async with amina.session.get(path, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (
                303,
                "/appointments/new/{appointment_type}".format(**world.ids),
            )
        async with amina.session.get(world.server.make_url("/language"), allow_redirects=False) as answer:
            assert answer.status == 404
        wrong = {"first_day": "2026-12-18", "last_day": "2026-12-14"}
        _, _, text = await amina.send("/appointments/new/{appointment_type}/wish", **wrong)
        assert 'data-form-page="/appointments/new/{appointment_type}"'.format(**world.ids) in text


async def test_a_time_that_is_not_held_any_more_is_never_shown_as_booked(world: World) -> None:
    async with world.database.transaction() as tx:
        held = await tx.session.get_one(Appointment, world_id(world, "appointment"))
        held.state, held.reserved_until = AppointmentState.RESERVED, tx.now - timedelta(minutes=1)
        appointment_type = held.appointment_type_id
    async with visitor(world, "amina") as amina:
        # Its form stands: it can still be booked while nobody else has taken it.
        assert "It was kept for you until" in await amina.get("/appointments/{appointment}/confirm")
        for path in ("/appointments/{appointment}", "/appointments/{appointment}/calendar.ics"):
            async with amina.session.get(world.server.make_url(path.format(**world.ids))) as answer:
                assert answer.url.path == f"/appointments/new/{appointment_type}"
                assert "This time is not kept for you any more." in await answer.text()


async def test_a_form_that_is_shown_again_stands_on_the_page_that_it_came_from(world: World) -> None:
    async with visitor(world, "claire") as claire:
        claire.session.headers["Referer"] = str(world.server.make_url("/counsel/people?q=amina"))
        status, _, text = await claire.send("/counsel/people", name="Amina Benali")
        assert status == 409
        assert "This is somebody else of the same name" in text
        assert 'data-form-page="/counsel/people?q=amina"' in text
        assert 'type="search" value="amina"' in text


async def test_a_part_that_is_a_sentence_leaves_none_for_the_next_page(world: World) -> None:
    async with visitor(world, "claire") as claire:
        claire.session.headers["X-Part"] = "sentence"
        status, _, _ = await claire.send("/counsel/people/{followed}/reinforced", is_reinforced="1")
        assert status == 204
        del claire.session.headers["X-Part"]
        assert '<div class="flash ok"' not in await claire.get("/counsel/people/{followed}")


async def test_a_protected_pdf_is_kept_with_a_warning(world: World) -> None:  # U5
    protected = PDF.replace(b"%%EOF", b"trailer <</Size 3 /Encrypt 5 0 R>>\n%%EOF")
    async with visitor(world, "karim") as karim:
        status, _, text = await karim.send("/me/cv", file=("cv.pdf", protected))
        assert (status, "It is protected" in text) == (200, True)
        status, _, text = await karim.send("/me/cv", file=("cv.pdf", PDF))
        assert (status, "It is protected" in text) == (200, False)
