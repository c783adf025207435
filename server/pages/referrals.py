"""Sending the candidate of a talk on to somebody else."""

import uuid

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.core.errors import N_, Conflict, Invalid
from rooms.lines import referrals
from server import language
from server.page_request import PageRequest
from server.pages.meeting import meeting
from server.routes import post

TO_BOOTH, TO_COLLEAGUE = "booth", "colleague"
"""What the choice "to" begins with; after a colon the id."""


@post("/meetings/{meeting}/referral", again=meeting)
async def offer(request: PageRequest) -> web.StreamResponse:
    """Propose to the candidate to go on to a colleague, or to another booth."""
    kind, _, chosen = request.typed("to").partition(":")
    try:
        to_id = uuid.UUID(chosen)
    except ValueError:
        raise Invalid("referral.to", N_("Please choose to whom."), field="to") from None
    async with request.transaction() as tx:
        row = await access.meeting(tx, request.actor, request.id("meeting"), Act.MEETING_LEAD, lock=True)
        booth = row.employers_booth
        if kind == TO_BOOTH or booth is None:
            booth = await access.booth_by_id(tx, request.actor, to_id)
        colleague = to_id if kind == TO_COLLEAGUE else None
        words = request.typed("referral_words")
        await referrals.offer(tx, row, request.actor.known, booth, colleague, words)
    said = language.gettext("%(name)s is asked. You see the answer here.", name=row.candidate.name)
    return await request.stay(meeting, row.path, said)


@post("/meetings/{meeting}/referral/withdraw", again=meeting)
async def withdraw(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.meeting(tx, request.actor, request.id("meeting"), Act.MEETING_LEAD, lock=True)
        await referrals.withdraw(tx, row)
    return request.go(row.path)


@post("/meetings/{meeting}/referrals/{referral}")
async def answer(request: PageRequest) -> web.StreamResponse:
    """The candidate says yes or no."""
    accepts = request.typed("answer") == "yes"
    try:
        async with request.transaction() as tx:
            row = await access.meeting(tx, request.actor, request.id("meeting"), Act.REFERRAL_ANSWER, lock=True)
            referral = await referrals.by_id(tx, row.id, request.id("referral"))
            place = await referrals.answer(tx, referral, row, accepts=accepts)
    except Conflict as problem:
        # Taken back meanwhile, or no place is left: the page they come from says so, and shows what stands.
        problem.leads_to = problem.leads_to or request.came_from(f"/meetings/{request.id('meeting')}")
        raise
    if not accepts:
        said = language.gettext("You stay where you are. Nothing else changes.")
    elif referral.recruiter and place is None:
        said = language.gettext("After this talk you wait on for %(name)s.", name=referral.recruiter.name)
    else:
        said = language.gettext("You are in line at %(employer)s.", employer=referral.booth.employer.name)
    return request.go(request.came_from(row.path), said)
