"""The employer's own pages: the booth, its vacancies, its people."""

import uuid

from aiohttp import web

from rooms import access
from rooms.access import Act, invitations
from rooms.appointments import recruiter_departure
from rooms.core.events import fair_stream
from rooms.core.transaction import Transaction
from rooms.fairs import booth_documents, booths
from rooms.fairs.booths import Booth, BoothText
from rooms.organisations import employers, vacancies
from rooms.organisations.vacancies import VacancyText
from server import language
from server.pages.following import heads
from server.visit import Visit, get, post


async def _booth(tx: Transaction, visit: Visit, act: Act = Act.BOOTH_SET_UP) -> Booth:
    return await access.booth_by_id(tx, visit.actor, visit.id("booth"), act)


@get("/booths/{booth}/set-up")
async def set_up_form(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        booth = await _booth(tx, visit)
        following = await heads(tx, visit, fair_stream(booth.fair_id))
        members = await employers.members_of(tx, booth.employer_id)
        staff = {person.id for person in await booths.staff_of(tx, booth.id)}
        files = await booth_documents.of_booth(tx, booth.id)
        jobs = (await vacancies.of_employers(tx, [booth.employer_id]))[booth.employer_id]
        relations = await access.to_booth(tx, visit.actor, booth)
        invited = await invitations.open_for_employer(tx, booth.employer_id)
    return visit.page(
        "set_up.html",
        invitations=invited,
        fair=booth.fair,
        booth=booth,
        members=members,
        staff=staff,
        vacancies=jobs,
        documents=files,
        is_owner=access.Relation.OWNER in relations,
        following=following,
    )


@post("/booths/{booth}/set-up", again=set_up_form)
async def set_up(visit: Visit) -> web.StreamResponse:
    text = BoothText(
        visit.typed("description"),
        visit.number("talk_minutes", 15),
        visit.typed("sector"),
        visit.typed("location"),
        visit.typed("colour"),
        visit.typed("video_link"),
    )
    async with visit.transaction() as tx:
        await booths.set_up(tx, await _booth(tx, visit), text)
    saved = language.gettext("Saved. The preview shows what candidates see.")
    return visit.go(f"/booths/{visit.id('booth')}/set-up#booth", saved)


@post("/booths/{booth}/staff", again=set_up_form)
async def choose_staff(visit: Visit) -> web.StreamResponse:
    chosen = {uuid.UUID(person) for person in visit.ticked("staff") if _is_uuid(person)}
    async with visit.transaction() as tx:
        booth = await _booth(tx, visit)
        access.demand(Act.EMPLOYER_OWN, await access.to_booth(tx, visit.actor, booth))
        await recruiter_departure.choose_staff(tx, booth, chosen, visit.actor.known)
    return visit.go(f"/booths/{booth.id}/set-up#staff", language.gettext("Saved."))


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


@post("/booths/{booth}/colleagues", again=set_up_form)
async def invite_colleague(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        booth = await _booth(tx, visit)
        access.demand(Act.EMPLOYER_OWN, await access.to_booth(tx, visit.actor, booth))
        is_owner = bool(visit.typed("is_owner"))
        await invitations.invite_colleague(tx, booth.employer, visit.typed("email"), visit.language, is_owner=is_owner)
    return visit.go(f"/booths/{booth.id}/set-up#colleagues", language.gettext("The invitation is on its way."))


@post("/booths/{booth}/colleagues/{colleague}/remove", again=set_up_form)
async def remove_colleague(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        booth = await _booth(tx, visit, Act.BOOTH_SET_UP)
        access.demand(Act.EMPLOYER_OWN, await access.to_booth(tx, visit.actor, booth))
        await recruiter_departure.dismiss(tx, booth.employer_id, visit.id("colleague"), visit.actor.known)
    return visit.go(f"/booths/{booth.id}/set-up#people", language.gettext("This person belongs to you no longer."))


@post("/booths/{booth}/invitations/{booth_invitation}/withdraw")
async def withdraw_invitation(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        booth = await _booth(tx, visit)
        access.demand(Act.EMPLOYER_OWN, await access.to_booth(tx, visit.actor, booth))
        await invitations.withdraw_for_employer(tx, booth.employer_id, visit.id("booth_invitation"))
    return visit.go(f"/booths/{booth.id}/set-up#people", language.gettext("This invitation opens nothing any more."))


@post("/booths/{booth}/vacancies", again=set_up_form)
async def add_vacancy(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        booth = await _booth(tx, visit)
        await vacancies.add(tx, booth.employer, _text(visit))
    return visit.go(f"/booths/{booth.id}/set-up#vacancies", language.gettext("The vacancy is shown at your booth."))


@get("/vacancies/{vacancy}")
async def vacancy_form(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        vacancy, employer = await access.vacancy(tx, visit.actor, visit.id("vacancy"))
        following = await heads(tx, visit)
    return visit.page("vacancy.html", vacancy=vacancy, employer=employer, following=following)


@post("/vacancies/{vacancy}", again=vacancy_form)
async def change_vacancy(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        vacancy, _ = await access.vacancy(tx, visit.actor, visit.id("vacancy"))
        vacancies.write(vacancy, _text(visit))
    return visit.go("/desk", language.gettext("Saved."))


@post("/vacancies/{vacancy}/withdraw")
async def withdraw_vacancy(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        vacancy, _ = await access.vacancy(tx, visit.actor, visit.id("vacancy"))
        await vacancies.withdraw(tx, vacancy)
    return visit.go(visit.came_from("/desk"), language.gettext("The vacancy is shown no longer."))


def _text(visit: Visit) -> VacancyText:
    return VacancyText(
        visit.typed("title"), visit.typed("vacancy_location"), visit.typed("contract"), visit.typed("text")
    )
