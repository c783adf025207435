"""The employer's own pages: the booth, its vacancies, its people."""

import uuid

from aiohttp import web

from rooms import access
from rooms.access import Act, invitations, open_invitations
from rooms.appointments import recruiter_departure
from rooms.core.errors import N_, Conflict, NotFound
from rooms.core.events import fair_stream
from rooms.core.transaction import Transaction
from rooms.fairs import booth_documents, booth_staff, booths, copying
from rooms.fairs.booths import Booth, BoothText
from rooms.meetings import scorecards
from rooms.organisations import employers, vacancies
from rooms.people.people import Person
from rooms.views import booth_checklist
from server import edits, language
from server.edits import SavedBy, Shown
from server.files import copy_all
from server.page_request import PageRequest
from server.pages.scorecard_form import typed_from
from server.pages.stream_heads import read_heads
from server.routes import get, post


async def booth_set_up(tx: Transaction, request: PageRequest, act: Act = Act.BOOTH_SET_UP) -> Booth:
    return await access.booth_by_id(tx, request.actor, request.id("booth"), act)


async def may_set_up(request: PageRequest) -> object:
    async with request.reading() as tx:
        return await booth_set_up(tx, request)


@get("/booths/{booth}/set-up")
async def set_up_form(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        booth = await booth_set_up(tx, request)
        heads = await read_heads(tx, request, fair_stream(booth.fair_id))
        members = await employers.members_of(tx, booth.employer_id)
        staff = {person.id for person in await booth_staff.staff_of(tx, booth.id)}
        files = await booth_documents.of_booth(tx, booth.id)
        jobs = (await vacancies.of_employers(tx, [booth.employer_id]))[booth.employer_id]
        relations = await access.to_booth(tx, request.actor, booth)
        invited = await open_invitations.of_employer(tx, booth.employer_id)
        checklist = (await booth_checklist.of_booths(tx, [booth]))[booth.id]
        others = [] if booth.set_up_at else await _before(tx, request, booth)
        saved_by = await _saved_by(tx, booth)
        criteria = typed_from((await scorecards.of_employer(tx, booth.employer_id))[None])
    return request.render(
        "set_up.html",
        criteria=criteria,
        shown=_shown(booth),
        staff_shown=_ids(staff),
        invitations=invited,
        checklist=checklist,
        others=others,
        saved_by=saved_by,
        is_member=access.Relation.MEMBER in relations,
        fair=booth.fair,
        booth=booth,
        members=members,
        staff=staff,
        vacancies=jobs,
        documents=files,
        is_owner=access.Relation.OWNER in relations,
        heads=heads,
    )


async def _saved_by(tx: Transaction, booth: Booth) -> SavedBy | None:
    by = await tx.session.get(Person, booth.changed_by_id) if booth.changed_by_id else None
    if by is None or booth.changed_at is None:
        return None
    return SavedBy(by.name, language.clock(booth.changed_at, booth.fair.zone))


async def _before(tx: Transaction, request: PageRequest, booth: Booth) -> list[Booth]:
    """The employer's booths at other fairs, as far as whoever asks may see those."""
    found = []
    for other in await booths.others_of(tx, booth):
        relations = await access.to_booth(tx, request.actor, other)
        if access.allows(Act.BOOTH_SEE, relations, other.fair.state):
            found.append(other)
    return found


@post("/booths/{booth}/take-over", again=set_up_form)
async def take_over(request: PageRequest) -> web.StreamResponse:
    """What the employer wrote and showed at another fair, as a draft of this booth."""
    async with request.transaction() as tx:
        booth = await booth_set_up(tx, request)
        await tx.lock(booth)
        if booth.set_up_at:
            raise Conflict("booth.is_set_up", N_("This booth is set up already: change what stands there."))
        known = {each.id: each for each in await _before(tx, request, booth)}
        before = known.get(request.uuid("before"))
        if before is None:
            raise NotFound("booth")
        await copy_all(request.services.storage, await copying.take_over(tx, booth, before))
    taken = language.gettext("Taken over. Look through it and save it: candidates see it from then on.")
    return request.go(f"/booths/{request.id('booth')}/set-up#booth", taken)


def _shown(booth: Booth) -> Shown:
    return {
        "description": booth.description,
        "talk_minutes": str(booth.talk_minutes),
        "sector": booth.employer.sector,
        "location": booth.employer.location,
        "colour": booth.employer.colour,
        "video_link": booth.video_link,
    }


def _ids(people: set[uuid.UUID]) -> tuple[str, ...]:
    return tuple(sorted(map(str, people)))


@post("/booths/{booth}/set-up", again=set_up_form)
async def set_up(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        booth = await booth_set_up(tx, request)
        await tx.lock(booth, booth.employer)
        edits.merge(request, _shown(booth), by=await _saved_by(tx, booth))
        text = BoothText(
            description=request.typed("description"),
            talk_minutes=request.number("talk_minutes", 15),
            sector=request.typed("sector"),
            location=request.typed("location"),
            colour=request.typed("colour"),
            video_link=request.typed("video_link"),
        )
        await booths.set_up(tx, booth, text, request.actor.known)
    saved = language.gettext("Saved. The preview shows what candidates see.")
    return request.go(f"/booths/{request.id('booth')}/set-up#booth", saved)


@post("/booths/{booth}/staff", again=set_up_form)
async def choose_staff(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        booth = await booth_set_up(tx, request)
        access.demand(Act.EMPLOYER_OWN, await access.to_booth(tx, request.actor, booth))
        await tx.lock(booth)
        stands: Shown = {"staff": _ids({person.id for person in await booth_staff.staff_of(tx, booth.id)})}
        members = await employers.members_of(tx, booth.employer_id)
        edits.merge(request, stands, names={str(person.id): person.name for person, _ in members})
        chosen = {uuid.UUID(person) for person in request.ticked("staff") if is_uuid(person)}
        await recruiter_departure.choose_staff(tx, booth, chosen, request.actor.known)
    return request.go(f"/booths/{booth.id}/set-up#staff", language.gettext("Saved."))


def is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


@post("/booths/{booth}/colleagues", again=set_up_form)
async def invite_colleague(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        booth = await booth_set_up(tx, request)
        access.demand(Act.EMPLOYER_OWN, await access.to_booth(tx, request.actor, booth))
        is_owner = bool(request.typed("is_owner"))
        me = request.actor.known
        await invitations.invite_colleague(tx, me, booth, request.typed("email"), is_owner=is_owner)
    return request.go(f"/booths/{booth.id}/set-up#colleagues", language.gettext("The invitation is on its way."))


@post("/booths/{booth}/colleagues/{colleague}/remove", again=set_up_form)
async def remove_colleague(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        booth = await booth_set_up(tx, request, Act.BOOTH_SET_UP)
        access.demand(Act.EMPLOYER_OWN, await access.to_booth(tx, request.actor, booth))
        await recruiter_departure.dismiss(tx, booth.employer_id, request.id("colleague"), request.actor.known)
    return request.go(f"/booths/{booth.id}/set-up#people", language.gettext("This person belongs to you no longer."))


@post("/booths/{booth}/invitations/{booth_invitation}/withdraw")
async def withdraw_invitation(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        booth = await booth_set_up(tx, request)
        access.demand(Act.EMPLOYER_OWN, await access.to_booth(tx, request.actor, booth))
        await open_invitations.withdraw_for_employer(tx, booth.employer_id, request.id("booth_invitation"))
    return request.go(f"/booths/{booth.id}/set-up#people", language.gettext("This invitation opens nothing any more."))


@post("/booths/{booth}/invitations/{booth_invitation}/again", again=set_up_form)
async def send_invitation_again(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        booth = await booth_set_up(tx, request)
        access.demand(Act.EMPLOYER_OWN, await access.to_booth(tx, request.actor, booth))
        await open_invitations.send_again_for_employer(tx, request.actor.known, booth, request.id("booth_invitation"))
    return request.go(f"/booths/{booth.id}/set-up#people", language.gettext("The invitation is on its way."))
