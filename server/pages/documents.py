"""Documents: one's CV, a booth's documents, logo and video, and reading them."""

import uuid
from urllib.parse import quote

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.appointments import papers
from rooms.appointments.appointment import Appointment
from rooms.core.errors import N_, Invalid, NotFound
from rooms.core.uploads import Checked, DocumentKind, Upload, kind_of
from rooms.fairs import booth_documents
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.people import documents
from rooms.people.documents import Document
from server import language
from server.files import FolderStorage, forget, take_in
from server.page_request import PageRequest
from server.pages.appointment import appointment
from server.pages.me import me
from server.pages.organise import board
from server.pages.set_up import set_up_form
from server.routes import FORM_WITH_FILE, get, post

DOCUMENTS_A_MINUTE = 60
"""Of other people's, by one reader: nobody reads faster, and whoever copies is slowed down."""
CV_FORM = 6 * 2**20
SHOWN_IN_PAGES = (DocumentKind.LOGO, DocumentKind.VIDEO, DocumentKind.BANNER)
BANNER_FORM = 9 * 2**20
PAPER_FORM = 11 * 2**20
OF_A_BOOTH = (DocumentKind.BOOTH, DocumentKind.LOGO, DocumentKind.VIDEO)


@get("/documents/{document}")
async def document(request: PageRequest) -> web.StreamResponse:
    """The content. A person's document is told to that person as read; a video is served with ranges."""
    async with request.transaction() as tx:
        row = await access.document(tx, request.actor, request.id("document"))
        if row.person_id and not request.actor.is_person(row.person_id):
            reader = request.actor.known
            await request.services.rates.count("document", str(reader.id), DOCUMENTS_A_MINUTE)
            if not row.appointment_id:
                await documents.record_reading(tx, row, reader)
    storage = request.services.storage
    if not isinstance(storage, FolderStorage) or not storage.path(str(row.id)).exists():
        raise NotFound("document")
    return web.FileResponse(storage.path(str(row.id)), headers=_headers(row))


def _headers(row: Document) -> dict[str, str]:
    how = "inline" if row.kind in SHOWN_IN_PAGES else "attachment"
    return {
        "Content-Type": row.media_type,
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(row.name)}",
        "Cache-Control": "private, max-age=3600" if row.person_id is None else "no-store",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


def upload_of(request: PageRequest) -> Upload:
    return request.files.get("document") or Upload("", b"")


async def is_known(request: PageRequest) -> object:
    return request.actor.known


async def _booth(request: PageRequest) -> Booth:
    async with request.reading() as tx:
        return await access.booth_by_id(tx, request.actor, request.id("booth"), Act.BOOTH_SET_UP)


async def _appointment(request: PageRequest) -> Appointment:
    async with request.reading() as tx:
        return await access.appointment(tx, request.actor, request.id("appointment"))


async def _fair(request: PageRequest) -> Fair:
    async with request.reading() as tx:
        return await access.fair(tx, request.actor, request.path("fair"), Act.FAIR_RUN)


def with_warning(said: str, checked: Checked | None) -> tuple[str, str]:
    """What is said of a file that was kept, and whether it is a warning."""
    if checked is None or not checked.is_protected:
        return said, "ok"
    warning = language.gettext("It is protected: whoever opens it may be asked for a password. Better give it without.")
    return f"{said} {warning}", "warn"


@post("/me/cv", again=me, largest=CV_FORM, first=is_known)
async def keep_cv(request: PageRequest) -> web.StreamResponse:
    person = request.actor.known

    async def add(checked: Checked, document_id: uuid.UUID) -> list[uuid.UUID]:
        async with request.transaction() as tx:
            return await documents.add_cv(tx, person, checked, document_id)

    checked = await take_in(request.services.storage, DocumentKind.CV, upload_of(request), add)
    said = language.gettext("Your CV is kept. Booths whose line you join may read it.")
    return request.go("/me#cv", *with_warning(said, checked))


@post("/me/cv/withdraw")
async def withdraw_cv(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        stale = await documents.withdraw_cv(tx, request.actor.known)
    await forget(request.services.storage, stale)
    return request.go("/me", language.gettext("Your CV is gone. Nobody can read it from now on."))


@post("/booths/{booth}/documents", again=set_up_form, largest=FORM_WITH_FILE, first=_booth)
async def keep_for_booth(request: PageRequest) -> web.StreamResponse:
    booth = await _booth(request)
    said = request.typed("kind")
    if said not in ("", *OF_A_BOOTH):
        raise Invalid("kind", N_("Please choose one of the answers."), field="kind")
    kind = DocumentKind(said) if said else kind_of(upload_of(request))

    async def add(checked: Checked, document_id: uuid.UUID) -> list[uuid.UUID]:
        async with request.transaction() as tx:
            return await booth_documents.add(tx, booth, kind, checked, document_id)

    checked = await take_in(request.services.storage, kind, upload_of(request), add)
    return request.go(f"/booths/{request.id('booth')}/set-up#documents", *with_warning(_kept(kind), checked))


def _kept(kind: DocumentKind) -> str:
    if kind is DocumentKind.LOGO:
        return language.gettext("The logo stands on your booth.")
    if kind is DocumentKind.VIDEO:
        return language.gettext("The video stands on your booth.")
    return language.gettext("The document is there to read at your booth.")


@post("/appointments/{appointment}/documents", again=appointment, largest=PAPER_FORM, first=_appointment)
async def pass_on(request: PageRequest) -> web.StreamResponse:
    """A document for the other one of an appointment, from its page or from within the meeting."""
    row = await _appointment(request)

    async def add(checked: Checked, document_id: uuid.UUID) -> list[uuid.UUID]:
        async with request.transaction() as tx:
            held = await access.appointment(tx, request.actor, row.id, lock=True)
            return await papers.pass_on(tx, held, request.actor.known, checked, document_id)

    checked = await take_in(request.services.storage, DocumentKind.PAPER, upload_of(request), add)
    said = language.gettext("It is passed, and can be read now.")
    return request.go(f"{row.path}#papers", *with_warning(said, checked))


@post("/organise/{fair}/banner", again=board, largest=BANNER_FORM, first=_fair)
async def hang_banner(request: PageRequest) -> web.StreamResponse:
    fair = await _fair(request)

    async def add(checked: Checked, document_id: uuid.UUID) -> list[uuid.UUID]:
        async with request.transaction() as tx:
            return await booth_documents.hang_banner(tx, fair.id, checked, document_id)

    await take_in(request.services.storage, DocumentKind.BANNER, upload_of(request), add)
    return request.go(f"/organise/{fair.slug}#banner", language.gettext("Saved."))


@post("/organise/{fair}/banner/remove")
async def take_banner_down(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"), Act.FAIR_RUN)
        stale = await booth_documents.take_banner_down(tx, fair.id)
    await forget(request.services.storage, stale)
    return request.go(f"/organise/{fair.slug}#banner", language.gettext("Removed."))


@post("/documents/{paper}/withdraw")
async def withdraw(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.own_document(tx, request.actor, request.id("paper"))
        stale = await documents.withdraw(tx, row)
    await forget(request.services.storage, stale)
    if row.appointment_id:
        return request.go(f"/appointments/{row.appointment_id}#papers", language.gettext("Removed."))
    return request.go(f"/booths/{row.booth_id}/set-up#documents", language.gettext("Removed."))
