"""The line by plain forms: joining, leaving, coming back, answering a call."""

import uuid

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.core.errors import N_, Invalid
from rooms.core.events import fair_stream
from rooms.core.uploads import Checked, DocumentKind
from rooms.lines import calls, places
from rooms.lines.calls import Answer
from rooms.people import documents
from server import language
from server.files import take_in
from server.pages.booth import of_path
from server.pages.documents import CV_FORM, upload_of
from server.pages.following import heads
from server.visit import Visit, get, post
from signaling.mine import booth_path


@get("/fairs/{fair}/booths/{employer}/join")
async def join_form(visit: Visit) -> web.StreamResponse:
    """A few words for the booth, if one likes, then the place."""
    visit.actor.known  # noqa: B018
    async with visit.reading() as tx:
        booth = await of_path(tx, visit, Act.LINE_JOIN)
        following = await heads(tx, visit, fair_stream(booth.fair_id))
        cv = (await documents.cvs_of(tx, {visit.actor.known.id})).get(visit.actor.known.id)
        return visit.page("join.html", fair=booth.fair, booth=booth, cv=cv, following=following)


@post("/fairs/{fair}/booths/{employer}/join", again=join_form, largest=CV_FORM)
async def join(visit: Visit) -> web.StreamResponse:
    """Take a place; a CV given along is kept only if the place is."""

    async def take_place(checked: Checked | None, name: uuid.UUID | None) -> list[uuid.UUID]:
        async with visit.transaction() as tx:
            booth = await of_path(tx, visit, Act.LINE_JOIN)
            await places.join(tx, visit.actor.known, booth, visit.typed("words"))
            if checked is None or name is None:
                return []
            await tx.session.flush()
            return await documents.add_cv(tx, visit.actor.known, checked, name)

    if upload_of(visit).content:
        await take_in(visit.house.storage, DocumentKind.CV, upload_of(visit), take_place)
    else:
        await take_place(None, None)
    kept = language.gettext("You are in line. Your place is kept, even if you lose the connection.")
    return visit.go(f"/fairs/{visit.path('fair')}/booths/{visit.path('employer')}", kept)


@post("/places/{place}/leave")
async def leave(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        place = await access.place(tx, visit.actor, visit.id("place"), Act.PLACE_KEEP)
        await calls.leave(tx, place)
        employer = place.booth.employer.name
    return visit.go(visit.came_from(), language.gettext("You have left the line at %(employer)s.", employer=employer))


@post("/places/{place}/return")
async def come_back(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await places.come_back(tx, await access.place(tx, visit.actor, visit.id("place"), Act.PLACE_KEEP))
    return visit.go(visit.came_from(), language.gettext("You are back in line, in the order you had."))


@post("/calls/{call}/answer")
async def answer(visit: Visit) -> web.StreamResponse:
    how = visit.typed("answer")
    if how not in list(Answer):
        raise Invalid("answer.unknown", N_("Please choose one of the answers."), field="answer")
    async with visit.transaction() as tx:
        ringing = await access.call(tx, visit.actor, visit.id("call"), Act.CALL_ANSWER)
        meeting = await calls.answer(tx, ringing, Answer(how))
        back = booth_path(ringing.place.booth)
    return visit.go(f"/meetings/{meeting.id}" if meeting else back)
