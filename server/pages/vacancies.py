"""The vacancies of a booth's employer as its people write them: one by one, or as a list."""

from aiohttp import web

from rooms import access
from rooms.core.errors import Invalid
from rooms.core.transaction import Transaction
from rooms.core.uploads import Upload
from rooms.fairs import vacancy_lists
from rooms.meetings import scorecards
from rooms.organisations import vacancies
from rooms.organisations.vacancies import SHORT_TEXTS, Vacancy, VacancyText
from server import edits, language, spreadsheet
from server.edits import Shown
from server.page_request import PageRequest
from server.pages.imports import FORM_WITH_LIST
from server.pages.scorecard_form import typed_from
from server.pages.set_up import booth_set_up, is_uuid, may_set_up, set_up_form
from server.pages.stream_heads import read_heads
from server.routes import get, post

MOST_FAULTS_SAID = 5


@post("/booths/{booth}/vacancies", again=set_up_form)
async def add_vacancy(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        booth = await booth_set_up(tx, request)
        await vacancies.add(tx, booth.employer, _text(request))
    return request.go(f"/booths/{booth.id}/set-up#vacancies", language.gettext("The vacancy is shown at your booth."))


@get("/vacancies/{vacancy}")
async def vacancy_form(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        vacancy, employer = await access.vacancy(tx, request.actor, request.id("vacancy"))
        heads = await read_heads(tx, request)
        criteria = await _criteria(tx, vacancy)
    return request.render(
        "vacancy_form.html",
        vacancy=vacancy,
        employer=employer,
        criteria=criteria,
        shown=_shown_of(vacancy, criteria),
        heads=heads,
    )


async def _criteria(tx: Transaction, vacancy: Vacancy) -> str:
    return typed_from((await scorecards.of_employer(tx, vacancy.employer_id)).get(vacancy.id, []))


@post("/vacancies/{vacancy}", again=vacancy_form)
async def change_vacancy(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        vacancy, _ = await access.vacancy(tx, request.actor, request.id("vacancy"))
        await tx.lock(vacancy)
        edits.merge(request, _shown_of(vacancy, await _criteria(tx, vacancy)))
        vacancies.write(vacancy, _text(request))
        criteria = scorecards.parse(request.typed("criteria"))
        await scorecards.choose(tx, vacancy.employer_id, vacancy.id, criteria)
    booth = request.http.query.get("booth", "")
    back = f"/booths/{booth}/set-up#vacancies" if is_uuid(booth) else "/desk"
    return request.go(back, language.gettext("Saved."))


@post("/vacancies/{vacancy}/withdraw")
async def withdraw_vacancy(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        vacancy, _ = await access.vacancy(tx, request.actor, request.id("vacancy"))
        await vacancies.withdraw(tx, vacancy)
    return request.go(request.came_from("/desk"), language.gettext("The vacancy is shown no longer."))


def _shown_of(vacancy: Vacancy, criteria: str) -> Shown:
    return {
        "criteria": criteria,
        "title": vacancy.title,
        "vacancy_location": vacancy.location,
        "contract": vacancy.contract.value,
        "text": vacancy.description,
        "how_to_apply": vacancy.how_to_apply,
        "takes_applications": "1" if vacancy.takes_applications else "",
        "is_fair_chance": "1" if vacancy.is_fair_chance else "",
    } | {name: getattr(vacancy, name) for name in SHORT_TEXTS}


def _text(request: PageRequest) -> VacancyText:
    return VacancyText(
        request.typed("title"),
        request.typed("vacancy_location"),
        request.typed("contract"),
        request.typed("text"),
        how_to_apply=request.typed("how_to_apply"),
        takes_applications=bool(request.typed("takes_applications")),
        is_fair_chance=bool(request.typed("is_fair_chance")),
        **{name: request.typed(name) for name in SHORT_TEXTS},
    )


@post("/booths/{booth}/vacancies/list", again=set_up_form, largest=FORM_WITH_LIST, first=may_set_up)
async def bring_vacancies(request: PageRequest) -> web.StreamResponse:
    """Vacancies from a spreadsheet: those with a fault are named, the others are added."""
    upload = request.files.get("vacancy_file")
    if upload is None or not upload.content:
        upload = Upload("", request.typed("vacancy_lines").encode())
    try:
        read = await spreadsheet.read(upload, request.services.list_readers)
    except Invalid as problem:
        field = "vacancy_file" if upload.name else "vacancy_lines"
        raise Invalid(problem.code, problem.message, field=field, **problem.values) from None
    async with request.transaction() as tx:
        booth = await booth_set_up(tx, request)
        brought = await vacancy_lists.bring(tx, booth.employer, read.heads, read.lines)
    said = language.ngettext("%(num)s vacancy is added.", "%(num)s vacancies are added.", brought.added)
    parts = [said % {"num": brought.added}]
    if brought.known:
        known = language.ngettext("%(num)s stood here already.", "%(num)s stood here already.", brought.known)
        parts.append(known % {"num": brought.known})
    for number, fault in brought.faults[:MOST_FAULTS_SAID]:
        why = language.gettext(fault.message, **fault.values)
        parts.append(language.gettext("Line %(line)s is left out: %(why)s", line=number, why=why))
    if len(brought.faults) > MOST_FAULTS_SAID:
        parts.append(language.gettext("%(num)s lines are left out in all.", num=len(brought.faults)))
    path = f"/booths/{request.id('booth')}/set-up#vacancies"
    if brought.faults and not upload.name:
        # What was pasted stays, to be mended: what stands already is not added twice.
        return await request.stay(set_up_form, path, " ".join(parts), "warn")
    return request.go(path, " ".join(parts), "warn" if brought.faults else "ok")
