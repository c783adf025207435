"""A fair's employers and their booths as whoever runs it sees them: invited, reminded, put in tiers, made one, taken
out."""

import uuid
from collections.abc import Sequence

from aiohttp import web

from rooms import access
from rooms.access import invitations, merging, open_invitations
from rooms.access.invitations import EmployerInvited
from rooms.appointments import booth_departure
from rooms.core.errors import N_, Invalid, NotFound
from rooms.core.events import fair_stream
from rooms.core.transaction import Transaction
from rooms.fairs import booths, tiers
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.fairs.list_columns import ListKind
from rooms.lines import line_status
from rooms.views import booth_checklist, fair_staff
from rooms.views.fair_staff import EmployerState
from server import language
from server.page_request import PageRequest
from server.pages.fair_lists import act_on, as_query, back, chosen_ids, fair_run, found_of, search_of
from server.pages.stream_heads import read_heads
from server.routes import get, post


@get("/organise/{fair}/employers")
async def employers(request: PageRequest) -> web.StreamResponse:
    search = search_of(request)
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        heads = await read_heads(tx, request, fair_stream(fair.id))
        rows = await fair_staff.employers_of(tx, fair)
        listed = fair_staff.page_of(rows, search.words, search.states, search.page)
        return request.render(
            "fair_employers.html",
            listed,
            fair=fair,
            search=search,
            asked=as_query(search),
            states=list(EmployerState),
            kind=ListKind.EMPLOYERS,
            statuses=await line_status.of_booths(tx, [row.booth for row in rows]),
            tiers=await tiers.of_fair(tx, fair.id),
            checklists=await booth_checklist.of_booths(tx, [row.booth for row in listed.rows]),
            look_alike=fair_staff.look_alike(rows),
            ticked=request.ticked("chosen"),
            heads=heads,
        )


@post("/organise/{fair}/employers", again=employers)
async def invite_employer(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        name, sector, email = (request.typed(field) for field in ("employer", "sector", "email"))
        await invitations.invite_employer(tx, request.actor.known, fair, EmployerInvited(name, sector, email))
    return back(request, "employers", language.gettext("The invitation is on its way."))


@post("/organise/{fair}/employers/chosen", again=employers)
async def act_on_employers(request: PageRequest) -> web.StreamResponse:
    """Remind those of the chosen employers who are invited, withdraw their invitations, or give the booths a tier."""
    chosen = chosen_ids(request)
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        if request.typed("all"):
            chosen = [row.booth.id for row in found_of(request, await fair_staff.employers_of(tx, fair))]
        if request.typed("act") == "merge":
            said = await _merge(tx, request, fair, chosen)
        elif request.typed("act") == "tier":
            tier_id = request.uuid("tier") if request.typed("tier") else None
            count = await booths.put_in_tier(tx, fair, chosen, tier_id)
            said = language.ngettext("%(num)s booth is changed.", "%(num)s booths are changed.", count)
            said = said % {"num": count}
        else:
            invited = await open_invitations.to_booths(tx, fair, chosen)
            said = await act_on(tx, request, fair, invited)
    return back(request, "employers", said)


@post("/organise/{fair}/tiers", again=employers)
async def add_tier(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        most = request.number("most_staff", 0) if request.typed("most_staff") else None
        await tiers.add(tx, fair, request.typed("tier"), most)
    return back(request, "employers", language.gettext("Saved."))


@post("/organise/{fair}/tiers/{tier}/remove", again=employers)
async def remove_tier(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        await tiers.remove(tx, fair, request.id("tier"))
    return back(request, "employers", language.gettext("Removed."))


@post("/organise/{fair}/booths/{booth}/give-up", again=employers)
async def give_booth_up(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        booth = await _booth(tx, request, fair)
        name = booth.employer.name
        is_withdrawn = await open_invitations.take_back_booth(tx, booth)
    said = language.gettext("%(name)s has left the fair.", name=name)
    if not is_withdrawn:
        said += " " + language.gettext("It is in another fair too: its invitations stand in the list there.")
    return back(request, "employers", said)


async def _booth(tx: Transaction, request: PageRequest, fair: Fair) -> Booth:
    booth = await access.booth_by_id(tx, request.actor, request.id("booth"))
    if booth.fair_id != fair.id:
        raise NotFound("booth")
    return booth


@post("/organise/{fair}/booths/{booth}/leave", again=employers)
async def take_booth_out(request: PageRequest) -> web.StreamResponse:
    """A booth that is set up leaves the fair; those concerned are told."""
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        booth = await _booth(tx, request, fair)
        name = booth.employer.name
        words = language.gettext("%(name)s takes no part in the fair any more.", name=name)
        told = await booth_departure.leave(tx, booth, request.actor.known, words)
    said = language.gettext("%(name)s has left the fair.", name=name)
    if told.waiting or told.interviews:
        count = told.waiting + told.interviews
        told_of = language.ngettext("%(num)s person is told.", "%(num)s people are told.", count)
        said += " " + told_of % {"num": count}
    return back(request, "employers", said)


async def _merge(tx: Transaction, request: PageRequest, fair: Fair, chosen: Sequence[uuid.UUID]) -> str:
    """Two employers of the fair are one: the one that is set up stays, or the one that was there first."""
    rows = [booth for booth in await tx.rows(Booth, chosen) if booth.fair_id == fair.id]
    if len(rows) != 2:
        raise Invalid("merge.two", N_("Please choose exactly two employers that are one."), field="chosen")
    kept, gone = sorted(rows, key=lambda booth: (booth.set_up_at is None, booth.id))
    name = kept.employer.name
    await merging.merge(tx, request.actor, kept.employer, gone.employer)
    return language.gettext("They are one now: %(name)s.", name=name)
