"""Documents: one's CV, a booth's documents, logo and video, and reading them."""

import uuid
from urllib.parse import quote

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.appointments import papers
from rooms.core.errors import N_, Invalid, NotFound
from rooms.core.uploads import Checked, DocumentKind, Upload, kind_of
from rooms.fairs import booth_documents
from rooms.people import documents
from rooms.people.documents import Document
from server import language
from server.files import FolderStorage, forget, take_in
from server.pages.appointments import appointment
from server.pages.employer import set_up_form
from server.pages.me import me
from server.pages.organise import board
from server.visit import FORM_WITH_FILE, Visit, get, post

CV_FORM = 6 * 2**20
SHOWN_IN_PAGES = (DocumentKind.LOGO, DocumentKind.VIDEO, DocumentKind.BANNER)
BANNER_FORM = 9 * 2**20
PAPER_FORM = 11 * 2**20
OF_A_BOOTH = (DocumentKind.BOOTH, DocumentKind.LOGO, DocumentKind.VIDEO)


@get("/documents/{document}")
async def document(visit: Visit) -> web.StreamResponse:
    """The content. A person's document is told to that person as read; a video is served with ranges."""
    async with visit.transaction() as tx:
        row = await access.document(tx, visit.actor, visit.id("document"))
        if row.person_id and not row.appointment_id and not visit.actor.is_person(row.person_id):
            await documents.record_reading(tx, row, visit.actor.known)
    storage = visit.house.storage
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


def upload_of(visit: Visit) -> Upload:
    return visit.files.get("document") or Upload("", b"")


@post("/me/cv", again=me, largest=CV_FORM)
async def keep_cv(visit: Visit) -> web.StreamResponse:
    person = visit.actor.known

    async def add(checked: Checked, name: uuid.UUID) -> list[uuid.UUID]:
        async with visit.transaction() as tx:
            return await documents.add_cv(tx, person, checked, name)

    await take_in(visit.house.storage, DocumentKind.CV, upload_of(visit), add)
    return visit.go("/me#cv", language.gettext("Your CV is kept. Booths whose line you join may read it."))


@post("/me/cv/withdraw")
async def withdraw_cv(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        stale = await documents.withdraw_cv(tx, visit.actor.known)
    await forget(visit.house.storage, stale)
    return visit.go("/me", language.gettext("Your CV is gone. Nobody can read it from now on."))


@post("/booths/{booth}/documents", again=set_up_form, largest=FORM_WITH_FILE)
async def keep_for_booth(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        booth = await access.booth_by_id(tx, visit.actor, visit.id("booth"), Act.BOOTH_SET_UP)
    said = visit.typed("kind")
    if said not in ("", *OF_A_BOOTH):
        raise Invalid("kind", N_("Please choose one of the answers."), field="kind")
    kind = DocumentKind(said) if said else kind_of(upload_of(visit))

    async def add(checked: Checked, name: uuid.UUID) -> list[uuid.UUID]:
        async with visit.transaction() as tx:
            return await booth_documents.add(tx, booth, kind, checked, name)

    await take_in(visit.house.storage, kind, upload_of(visit), add)
    return visit.go(f"/booths/{visit.id('booth')}/set-up#documents", _kept(kind))


def _kept(kind: DocumentKind) -> str:
    if kind is DocumentKind.LOGO:
        return language.gettext("The logo stands on your booth.")
    if kind is DocumentKind.VIDEO:
        return language.gettext("The video stands on your booth.")
    return language.gettext("The document is there to read at your booth.")


@post("/appointments/{appointment}/documents", again=appointment, largest=PAPER_FORM)
async def pass_on(visit: Visit) -> web.StreamResponse:
    """A document for the other one of an appointment, from its page or from within the meeting."""
    async with visit.reading() as tx:
        row = await access.appointment(tx, visit.actor, visit.id("appointment"))

    async def add(checked: Checked, name: uuid.UUID) -> list[uuid.UUID]:
        async with visit.transaction() as tx:
            held = await access.appointment(tx, visit.actor, row.id, lock=True)
            return await papers.pass_on(tx, held, visit.actor.known, checked, name)

    await take_in(visit.house.storage, DocumentKind.PAPER, upload_of(visit), add)
    return visit.go(f"/appointments/{row.id}#papers", language.gettext("It is passed, and can be read now."))


@post("/organise/{fair}/banner", again=board, largest=BANNER_FORM)
async def hang_banner(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        fair = await access.fair(tx, visit.actor, visit.path("fair"), Act.FAIR_RUN)

    async def add(checked: Checked, name: uuid.UUID) -> list[uuid.UUID]:
        async with visit.transaction() as tx:
            return await booth_documents.hang_banner(tx, fair.id, checked, name)

    await take_in(visit.house.storage, DocumentKind.BANNER, upload_of(visit), add)
    return visit.go(f"/organise/{fair.slug}#banner", language.gettext("Saved."))


@post("/organise/{fair}/banner/remove")
async def take_banner_down(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        fair = await access.fair(tx, visit.actor, visit.path("fair"), Act.FAIR_RUN)
        stale = await booth_documents.take_banner_down(tx, fair.id)
    await forget(visit.house.storage, stale)
    return visit.go(f"/organise/{fair.slug}#banner", language.gettext("Removed."))


@post("/documents/{paper}/withdraw")
async def withdraw(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await access.own_document(tx, visit.actor, visit.id("paper"))
        stale = await documents.withdraw(tx, row)
    await forget(visit.house.storage, stale)
    if row.appointment_id:
        return visit.go(f"/appointments/{row.appointment_id}#papers", language.gettext("Removed."))
    return visit.go(f"/booths/{row.booth_id}/set-up#documents", language.gettext("Removed."))
