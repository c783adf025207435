"""The doors of a fair that is held on site: who comes in and goes out, seen by the camera of a phone or by name."""

import asyncio
import uuid
from contextvars import copy_context
from datetime import datetime

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter, ValidationError

from rooms.core.errors import N_, Conflict, Invalid
from rooms.core.events import fair_stream
from rooms.fairs import booths, passages, schedule
from rooms.fairs.passages import Direction, Expected, OnSite, Passing
from server import language, security, signs, tickets
from server.page_request import PageRequest
from server.pages.fair_lists import fair_run
from server.pages.stream_heads import read_heads
from server.routes import get, post

FOUND = 30


class Seen(BaseModel):
    """One passage, as the script of a door tells it."""

    nonce: uuid.UUID
    attendee: uuid.UUID
    direction: Direction
    door: str = Field(max_length=40)
    at: AwareDatetime

    def passing(self) -> Passing:
        return Passing(self.nonce, self.attendee, self.direction, self.door, self.at)


SEEN = TypeAdapter(list[Seen])


@get("/organise/{fair}/door")
async def door(request: PageRequest) -> web.StreamResponse:
    settings = request.services.settings
    words = request.query.get("q", "")
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        response = request.render(
            "door.html",
            fair=fair,
            q=words,
            found=await passages.expected(tx, fair, words, FOUND) if words else (),
            count=await passages.count(tx, fair),
            kiosk=tickets.kiosk_path_of(settings, fair),
            house=settings.public_url.rstrip("/"),
            is_on_site=any(day.is_on_site for day in await schedule.days_of(tx, fair)),
            nonce=uuid.uuid4,
            heads=await read_heads(tx, request, fair_stream(fair.id)),
        )
    response.headers["Content-Security-Policy"] = security.content_policy(settings, runs_wasm=True)
    return response


@get("/organise/{fair}/door/people")
async def people(request: PageRequest) -> web.StreamResponse:
    """Whom the doors expect, so that a phone knows them while it is cut off from the network."""
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        found = await passages.expected(tx, fair)
        told = _counted(await passages.count(tx, fair))
    return web.json_response({**told, "people": [_known(request, each) for each in found]})


def _known(request: PageRequest, each: Expected) -> list[str | bool]:
    code = tickets.code_of(request.services.settings, each.attendee_id)
    told = f"{each.name} · {each.known_by}" if each.known_by else each.name
    return [each.attendee_id.hex, code, told, each.is_in]


def _counted(count: OnSite) -> dict[str, int]:
    return {"here": count.here, "today": count.today}


@post("/organise/{fair}/door", again=door)
async def pass_one(request: PageRequest) -> web.StreamResponse:
    """For browsers without scripts: somebody who was looked for comes in or goes out."""
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        await passages.note(tx, fair, request.actor.known, [_typed(request, tx.now)])
    return request.go(f"/organise/{fair.slug}/door", language.gettext("Noted."))


def _typed(request: PageRequest, now: datetime) -> Passing:
    try:
        direction = Direction(request.typed("direction"))
    except ValueError:
        raise Invalid("direction", N_("Please choose one of the answers."), field="direction") from None
    return Passing(request.uuid("nonce"), request.uuid("attendee"), direction, request.typed("door"), now)


@post("/organise/{fair}/door/passages")
async def pass_many(request: PageRequest) -> web.StreamResponse:
    """What the script of a door has seen, by now or while it was cut off. All that is answered for is kept."""
    try:
        seen = SEEN.validate_json(request.typed("passages"))
    except ValidationError:
        raise Invalid("passages", N_("This cannot be read."), field="passages") from None
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        await passages.note(tx, fair, request.actor.known, [each.passing() for each in seen])
        told = _counted(await passages.count(tx, fair))
    return web.json_response(told)


@post("/organise/{fair}/door/new", again=door)
async def let_in(request: PageRequest) -> web.StreamResponse:
    """Somebody who stands on no list."""
    async with request.transaction() as tx:
        fair, nonce = await fair_run(tx, request), request.uuid("nonce")
        row = await passages.let_in(tx, fair, request.actor.known, request.typed("name"), request.typed("door"), nonce)
        said = language.gettext("%(name)s is in.", name=row.name)
    return request.go(f"/organise/{fair.slug}/door", said)


@get("/organise/{fair}/signs", leads_back=True)
async def printed_signs(request: PageRequest) -> web.StreamResponse:
    """To print: one page for the table of each booth."""
    house = request.services.settings.public_url.rstrip("/")
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        rows = [
            (booth, f"{house}{booth.path}/join?here=1")
            for booth in await booths.of_fair(tx, fair.id, only_set_up=False)
        ]
    if not rows:
        raise Conflict("signs.none", N_("No employer is invited yet: there is nothing to print."))
    headers = {"Content-Disposition": f'attachment; filename="{fair.slug}-signs.pdf"', "Cache-Control": "no-store"}
    content = await asyncio.to_thread(copy_context().run, signs.of, fair, rows)
    return web.Response(body=content, content_type="application/pdf", headers=headers)
