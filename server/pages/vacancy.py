"""A vacancy by itself: read by anybody, kept, shared, applied for; and what one keeps."""

import uuid
from collections.abc import Sequence

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.core.errors import NotFound
from rooms.core.events import fair_stream
from rooms.core.transaction import Transaction
from rooms.core.uploads import Checked, DocumentKind
from rooms.fairs import booths, job_applications
from rooms.fairs.booths import Booth
from rooms.organisations import kept_vacancies, transfer_consents
from rooms.organisations.employers import Employer
from rooms.organisations.vacancies import Vacancy
from rooms.people import documents
from server import language
from server.files import take_in
from server.page_request import PageRequest
from server.pages import transfer
from server.pages.booth import of_path
from server.pages.documents import CV_FORM, is_known, upload_of
from server.pages.stream_heads import fair_around, read_heads
from server.routes import get, post

ADDRESS = "/fairs/{fair}/booths/{employer}/vacancies/{vacancy}"


async def _found(tx: Transaction, request: PageRequest, act: Act = Act.BOOTH_SEE) -> tuple[Booth, Vacancy]:
    """Whoever has the link to a vacancy that was withdrawn is told so."""
    booth = await of_path(tx, request, act)
    vacancy = await tx.session.get(Vacancy, request.id("vacancy"))
    if vacancy is None or vacancy.employer_id != booth.employer_id:
        raise NotFound("vacancy")
    return booth, vacancy


def _path(booth: Booth, vacancy: Vacancy) -> str:
    return f"{booth.path}/vacancies/{vacancy.id}"


@get(ADDRESS)
async def vacancy(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        booth, row = await _found(tx, request)
        me = request.actor.person
        relations = await access.to_booth(tx, request.actor, booth)
        return request.render(
            "vacancy.html",
            fair=booth.fair,
            booth=booth,
            vacancy=row,
            path=_path(booth, row),
            is_member=access.Relation.MEMBER in relations,
            kept=me is not None and await kept_vacancies.is_kept(tx, me.id, row.id),
            application=await job_applications.of_vacancy(tx, booth.id, row.id, me.id) if me else None,
            cv=(await documents.cvs_of(tx, {me.id})).get(me.id) if me else None,
            allows=me is not None and await transfer_consents.is_given(tx, me.id, booth.employer_id),
            agreed_words=transfer.agreed_words(booth.employer),
            heads=await read_heads(tx, request, fair_stream(booth.fair_id)),
        )


@post(ADDRESS + "/keep", again=vacancy)
async def keep(request: PageRequest) -> web.StreamResponse:
    person = request.actor.known
    async with request.transaction() as tx:
        booth, row = await _found(tx, request)
        await kept_vacancies.keep(tx, person, row)
    return request.go(_path(booth, row), language.gettext("Kept. It stands on your page, under “My vacancies”."))


@post(ADDRESS + "/let-go", again=vacancy)
async def let_go(request: PageRequest) -> web.StreamResponse:
    person = request.actor.known
    async with request.transaction() as tx:
        booth, row = await _found(tx, request)
        await kept_vacancies.let_go(tx, person.id, row.id)
    return request.go(_path(booth, row), language.gettext("Done."))


@post(ADDRESS + "/apply", again=vacancy, largest=CV_FORM, first=is_known)
async def apply(request: PageRequest) -> web.StreamResponse:
    """With the CV that is given along, or the one that one shows already."""

    async def write(checked: Checked | None, document_id: uuid.UUID | None) -> list[uuid.UUID]:
        async with request.transaction() as tx:
            booth, row = await _found(tx, request, Act.VACANCY_APPLY)
            stale: list[uuid.UUID] = []
            if checked and document_id:
                stale = await documents.add_cv(tx, request.actor.known, checked, document_id)
                await tx.session.flush()
            await job_applications.apply(tx, booth, row, request.actor.known, request.typed("words"))
            await transfer.allow_if_ticked(tx, request, request.actor.known, booth.employer)
            return stale

    if upload_of(request).name:
        await take_in(request.services.storage, DocumentKind.CV, upload_of(request), write)
    else:
        await write(None, None)
    path = "/".join(request.http.path.split("/")[:-1])
    return request.go(
        f"{path}#application", language.gettext("Your application is sent. A mail tells you of the answer.")
    )


@post(ADDRESS + "/take-back", again=vacancy)
async def take_back(request: PageRequest) -> web.StreamResponse:
    person = request.actor.known
    async with request.transaction() as tx:
        booth, row = await _found(tx, request)
        mine = await job_applications.of_vacancy(tx, booth.id, row.id, person.id, lock=True)
        if mine is None:
            raise NotFound("application")
        await job_applications.take_back(tx, mine)
    return request.go(_path(booth, row), language.gettext("Taken back: they do not see it any more."))


@get("/me/vacancies")
async def my_vacancies(request: PageRequest) -> web.StreamResponse:
    person = request.actor.known
    async with request.reading() as tx:
        return request.render(
            "my_vacancies.html",
            fair=await fair_around(tx, request),
            kept=await _kept(tx, person.id),
            applications=await job_applications.of_person(tx, person.id),
            heads=await read_heads(tx, request),
        )


async def _kept(tx: Transaction, person_id: uuid.UUID) -> Sequence[tuple[Vacancy, Employer, str]]:
    """Each with its employer, and where it is shown now; empty where it is not."""
    rows = await kept_vacancies.of_person(tx, person_id)
    employer_ids = {row.employer_id for row in rows}
    known = {employer.id: employer for employer in await tx.rows(Employer, employer_ids)}
    shown = await booths.shown_of(tx, employer_ids)
    return [
        (row, known[row.employer_id], _path(shown[row.employer_id], row) if row.employer_id in shown else "")
        for row in rows
    ]


@post("/me/vacancies/{vacancy}/let-go")
async def let_go_from_list(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await kept_vacancies.let_go(tx, request.actor.known.id, request.id("vacancy"))
    return request.go("/me/vacancies", language.gettext("Done."))
