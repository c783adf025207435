"""The line by plain forms: joining, leaving, coming back, answering a call."""

import uuid

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.core.errors import N_, Invalid
from rooms.core.events import fair_stream
from rooms.core.transaction import Transaction
from rooms.core.uploads import Checked, DocumentKind
from rooms.fairs import schedule
from rooms.fairs.booths import Booth
from rooms.fairs.schedule import DayMode
from rooms.lines import calls, joining, on_site, places
from rooms.lines.call import Answer
from rooms.organisations import transfer_consents, vacancies
from rooms.people import documents
from server import language
from server.files import take_in
from server.page_request import PageRequest
from server.pages import entrance_hall, transfer
from server.pages.booth import of_path
from server.pages.documents import CV_FORM, is_known, upload_of, with_warning
from server.pages.stream_heads import read_heads
from server.routes import get, post

HERE, AT_HOME = "here", "video"


@get("/fairs/{fair}/booths/{employer}/join")
async def join_form(request: PageRequest) -> web.StreamResponse:
    """A few words for the booth, if one likes, then the place."""
    request.actor.known  # noqa: B018
    if await entrance_hall.arrive_at(request):
        return request.go(f"/fairs/{request.path('fair')}")
    async with request.reading() as tx:
        booth = await of_path(tx, request, Act.LINE_JOIN)
        held = await places.of_person(tx, request.actor.known.id, fair_id=booth.fair_id)
        has_place = booth.id in {place.booth_id for place in held}
        if len(held) >= booth.fair.most_lines and not has_place:
            # Before anybody has filled in the form.
            said = language.problem_text(places.too_many(booth.fair))
            return request.go(f"{booth.fair.path}/lines", said, "warn")
        heads = await read_heads(tx, request, fair_stream(booth.fair_id))
        cv = (await documents.cvs_of(tx, {request.actor.known.id})).get(request.actor.known.id)
        jobs = (await vacancies.of_employers(tx, [booth.employer_id]))[booth.employer_id]
        return request.render(
            "line.html",
            fair=booth.fair,
            booth=booth,
            cv=cv,
            jobs=jobs,
            allows=await transfer_consents.is_given(tx, request.actor.known.id, booth.employer_id),
            agreed_words=transfer.agreed_words(booth.employer),
            # Whoever has a place says on the page of their lines where they are.
            day_on_site=None if has_place else await schedule.on_site_now(tx, booth.fair),
            heads=heads,
        )


@post("/fairs/{fair}/booths/{employer}/join", again=join_form, largest=CV_FORM, first=is_known)
async def join(request: PageRequest) -> web.StreamResponse:
    """Take a place; a CV given along is kept only if the place is."""

    async def take_place(checked: Checked | None, document_id: uuid.UUID | None) -> list[uuid.UUID]:
        async with request.transaction() as tx:
            booth = await of_path(tx, request, Act.LINE_JOIN)
            vacancy_id = request.uuid("vacancy") if request.typed("vacancy") else None
            words, where = request.typed("words"), await _where(tx, request, booth)
            await joining.join(tx, request.actor.known, booth, words, vacancy_id, is_on_site=where)
            await transfer.allow_if_ticked(tx, request, request.actor.known, booth.employer)
            if checked is None or document_id is None:
                return []
            await tx.session.flush()
            return await documents.add_cv(tx, request.actor.known, checked, document_id)

    checked = None
    if upload_of(request).name:
        checked = await take_in(request.services.storage, DocumentKind.CV, upload_of(request), take_place)
    else:
        await take_place(None, None)
    kept = language.gettext("You are in line. Your place is kept, even if you lose the connection.")
    return request.go(f"/fairs/{request.path('fair')}/booths/{request.path('employer')}", *with_warning(kept, checked))


async def _where(tx: Transaction, request: PageRequest, booth: Booth) -> bool | None:
    """Whether they are on site, as they say; on a day that is held there alone everybody is."""
    day = await schedule.on_site_now(tx, booth.fair)
    if day and day.mode is DayMode.ON_SITE:
        return True
    return {HERE: True, AT_HOME: False}.get(request.typed("where")) if day else None


@post("/places/{place}/where", leads_back=True)
async def move(request: PageRequest) -> web.StreamResponse:
    """From here on they wait at the place of the fair, or at home."""
    is_on_site = request.typed("where") == HERE
    async with request.transaction() as tx:
        place = await access.place(tx, request.actor, request.id("place"), Act.PLACE_KEEP)
        await on_site.move_to(tx, place, is_on_site=is_on_site)
    here = language.gettext("You are called to the table. You keep your order.")
    at_home = language.gettext("You are called by video. You keep your order.")
    return request.go(request.came_from(), here if is_on_site else at_home)


@post("/calls/{call}/arrived", leads_back=True)
async def arrived(request: PageRequest) -> web.StreamResponse:
    """The recruiter says that whom they called stands at the table."""
    async with request.transaction() as tx:
        meeting = await calls.arrived(tx, await access.call(tx, request.actor, request.id("call"), Act.CALL_WITHDRAW))
    return request.go(meeting.path)


@post("/places/{place}/leave", leads_back=True)
async def leave(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        place = await access.place(tx, request.actor, request.id("place"), Act.PLACE_KEEP)
        await calls.leave(tx, place)
        employer = place.booth.employer.name
    return request.go(
        request.came_from(), language.gettext("You have left the line at %(employer)s.", employer=employer)
    )


@post("/places/{place}/return", leads_back=True)
async def come_back(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await places.come_back(tx, await access.place(tx, request.actor, request.id("place"), Act.PLACE_KEEP))
    return request.go(request.came_from(), language.gettext("You are back in line, in the order you had."))


@post("/places/{place}/ready")
async def ready(request: PageRequest) -> web.StreamResponse:
    """After a call that was missed or put off."""
    async with request.transaction() as tx:
        places.ready_now(tx, await access.place(tx, request.actor, request.id("place"), Act.PLACE_KEEP))
    return request.go(request.came_from(), language.gettext("You can be called at once."))


@post("/calls/{call}/stretch", leads_back=True)
async def stretch(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        calls.stretch(tx, await access.call(tx, request.actor, request.id("call"), Act.CALL_ANSWER))
    return request.go(request.came_from(), language.gettext("It rings for a minute more."))


@post("/calls/{call}/answer", leads_back=True)
async def answer(request: PageRequest) -> web.StreamResponse:
    how = request.typed("answer")
    if how not in list(Answer):
        raise Invalid("answer.unknown", N_("Please choose one of the answers."), field="answer")
    async with request.transaction() as tx:
        ringing = await access.call(tx, request.actor, request.id("call"), Act.CALL_ANSWER)
        meeting = await calls.answer(tx, ringing, Answer(how))
        booth = ringing.place.booth
    if how == Answer.LEAVE:
        said = language.gettext("You have left the line at %(employer)s.", employer=booth.employer.name)
        return request.go(f"{booth.fair.path}/lines", said)
    if how == Answer.LATER:
        kept = language.gettext("You keep your place. You can be called again in five minutes.")
        return request.go(booth.path, kept)
    return request.go(meeting.path if meeting else booth.path)
