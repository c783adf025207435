"""What a stranger sends, or an insider too much of: refused before it is kept, and without a trace of our insides."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select

from rooms.chat.messages import Message
from rooms.core.errors import Conflict, Invalid
from rooms.core.uploads import DocumentKind
from rooms.fairs import booth_documents, booths
from rooms.fairs.booths import BoothText
from rooms.people import documents
from rooms.people.documents import Document
from rooms.people.people import Person
from server.files import FolderStorage
from server.pages.documents import DOCUMENTS_A_MINUTE
from server.pages.sign_in import KNOWN
from server.request_names import VISITOR
from server.security import headers, unmasked
from server.settings import load
from signaling.cookies import SESSION_COOKIE, session_cookie
from tests.cast import Cast
from tests.server.forms import form_to
from tests.server.furnishing import picture
from tests.server.test_pages import visitor, world_id
from tests.server.world import SECRET, World

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ONE_DATABASE
@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("sophie", "/booths/{booth}/documents", 403),
        ("amina", "/organise/{fair}/banner", 403),
        ("karim", "/appointments/{appointment}/documents", 404),
    ],
)
async def test_the_right_is_asked_before_a_large_file_is_taken_in(
    world: World, role: str, path: str, status: int
) -> None:  # S15
    """A body that never ends: whoever may not hears so at once."""

    async def never() -> AsyncIterator[bytes]:
        yield b"--x\r\n"
        await asyncio.Event().wait()

    url = world.server.make_url(path.format(**world.ids))
    own = {"Cookie": f"{SESSION_COOKIE}={world.tokens[role]}", "Content-Type": "multipart/form-data; boundary=x"}
    async with (
        asyncio.timeout(10),
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
        session.post(url, data=never(), headers=own) as answer,
    ):
        assert answer.status == status


@ONE_DATABASE
async def test_a_character_that_no_database_takes_is_no_failure_of_ours(world: World) -> None:  # S16
    async with visitor(world, "amina") as amina:
        status, _, _ = await amina.send("/me", name="Ami\x00na", seeks="\x00work")
        assert status == 200
        for path in ("/fairs/%00", "/fairs/{fair}?q=%00", "/links/a%00b"):
            url = str(world.server.make_url("/")).rstrip("/") + path.format(**world.ids)
            answer = await amina.session.get(aiohttp.client.URL(url, encoded=True))
            assert answer.status == 404, path


@ONE_DATABASE
async def test_a_form_that_is_too_large_says_how_much_is_too_much(world: World) -> None:
    async with visitor(world, "amina") as amina:
        status, _, text = await amina.send("/me", name="Amina", seeks="x" * 300_000)
    assert (status, "at most 256 kB" in text) == (422, True)


@ONE_DATABASE
async def test_a_new_password_needs_the_old_one_or_a_fresh_sign_in(world: World) -> None:  # S16
    words = "another sentence that is long"
    async with visitor(world, "karim") as karim:
        world.database.clock.pass_by(hours=1)  # type: ignore[attr-defined]
        status, _, text = await karim.send("/me/password", password=words, old_password="wrong")
        assert (status, 'id="e-old_password"' in text) == (422, True)
        status, _, text = await karim.send("/me/password", password=words, old_password="a sentence that is long")
        assert (status, "Your password is set." in text) == (200, True)


@ONE_DATABASE
async def test_nobody_settles_what_was_reported_of_their_own(world: World) -> None:  # S16
    async with visitor(world, "luc") as luc:
        data = {"text": "Ours", "client_id": "6f8d3ac1-62ad-4f0e-8f5c-2f6f4c1f8a11"}
        await luc.send("/conversations/{public}/messages", **data)
    async with world.database.reading() as tx:
        mine = (await tx.session.execute(select(Message).where(Message.text == "Ours"))).scalar_one()
    assert (await world.request("karim", "POST", f"/messages/{mine.id}/report"))[0] == 303
    for act in ("settle", "remove"):
        assert (await world.request("luc", "POST", f"/messages/{mine.id}/{act}"))[0] == 403
    assert (await world.request("ines", "POST", f"/messages/{mine.id}/settle"))[0] == 303


@pytest.mark.parametrize(
    "link",
    ["https://evil.example\\@www.youtube.com/", "https://www.youtube.com@evil.example/", "https://a.example/\u00a0x"],
)
async def test_a_video_leads_where_it_says(cast: Cast, link: str) -> None:  # S16
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        with pytest.raises(Invalid) as refused:
            await booths.set_up(tx, booth, BoothText("We bake.", 15, "retail", "", "slate", link))
    assert refused.value.field == "video_link"


async def test_a_full_disk_leaves_no_half_of_a_file(tmp_path: Path) -> None:  # S16
    storage = FolderStorage(tmp_path)
    path = storage.path("abcd")
    path.parent.mkdir()
    path.symlink_to("/dev/full")
    with pytest.raises(Conflict) as refused:
        await storage.keep("abcd", b"a CV")
    assert (refused.value.code, refused.value.field) == ("files.no_room", "document")
    assert list(path.parent.iterdir()) == []
    await storage.keep("abcd", b"a CV")
    assert path.read_bytes() == b"a CV"


@ONE_DATABASE
async def test_answers_name_no_version_and_no_host_that_was_asked_for(world: World) -> None:  # S18
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/static/nothing", "/live/?EIO=4&transport=polling"):
            answer = await session.get(world.server.make_url(path), headers={"Host": "evil.example"})
            assert "aiohttp" not in answer.headers["Server"]
            assert "evil" not in answer.headers.get("Content-Security-Policy", ""), path


def test_over_https_no_neighbour_plants_a_session() -> None:  # S18
    assert session_cookie("https://parvis.example") == "__Host-parvis_session"
    settings = load(secret=SECRET, public_url="https://parvis.example")
    assert "wss://parvis.example" in headers(settings)["Content-Security-Policy"]


@ONE_DATABASE
async def test_a_reader_in_bulk_is_slowed_down_and_pushes_nobody_off_the_list(world: World) -> None:  # S11
    async with visitor(world, "luc") as luc:
        url = world.server.make_url("/documents/{document}".format(**world.ids))
        answers = [(await luc.session.get(url)).status for _ in range(DOCUMENTS_A_MINUTE + 1)]
    assert answers == [200] * DOCUMENTS_A_MINUTE + [429]
    async with world.database.transaction() as tx:
        row = await tx.session.get_one(Document, world_id(world, "document"))
        await documents.record_reading(tx, row, await tx.session.get_one(Person, world_id(world, "counsellor")))
    async with world.database.reading() as tx:
        readers = await documents.readings_of(tx, world_id(world, "amina"))
    assert len(readers) == 2, "each reader once"


@ONE_DATABASE
async def test_whoever_looks_at_logos_and_videos_reads_nobodys_papers(world: World) -> None:  # S11
    async with visitor(world, "luc") as luc:
        await luc.send("/booths/{booth}/documents", file=("logo.png", picture()), kind="logo")
        async with world.database.reading() as tx:
            logo = (await booth_documents.by_kind(tx, world_id(world, "booth")))[DocumentKind.LOGO][0]
        url = world.server.make_url(f"/documents/{logo.id}")
        answers = {(await luc.session.get(url)).status for _ in range(DOCUMENTS_A_MINUTE + 1)}
        assert answers == {200}


@ONE_DATABASE
async def test_a_visitor_makes_no_browser_known(world: World) -> None:
    """A visitor names themselves as they like: no token that they are given for it says that somebody was here."""
    async with world.database.reading() as tx:
        email = (await tx.session.get_one(Person, world_id(world, "person"))).email
    sign_in = world.server.make_url("/sign-in")
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookies={VISITOR: f"known:{email}"}, cookie_jar=jar) as session:
        page = await (await session.get(sign_in)).text()
        form = form_to("/sign-in", page, "/sign-in-by-password")
        typed = form.typed(email=email or "", password="a sentence that is long")
        assert (await session.post(world.server.make_url(form.action), data=typed)).status == 200
        kept = jar.filter_cookies(sign_in)[KNOWN].value
    assert kept
    assert kept != unmasked(form.value("form_token"))
