"""The live house: connections, who they belong to, the order of their events, and what goes out to whom.

Delivery is at most once on this wire; what must arrive is a numbered event that a client asks for again.
"""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from pydantic import ValidationError
from socketio.exceptions import ConnectionRefusedError

from rooms import access
from rooms.access import Actor
from rooms.core.database import Database
from rooms.core.errors import N_, Invalid, Problem
from rooms.core.events import PublishedEvent
from rooms.core.transaction import Transaction
from rooms.lines import places
from rooms.meetings.cobrowsing import CobrowsingBegan, CobrowsingEnded
from rooms.meetings.meeting import MeetingEnded
from rooms.people import languages, presence, sessions
from signaling.areas import load_areas
from signaling.contract import CONTRACT, LARGEST_EVENT, Payload, name_of
from signaling.cookies import LANGUAGE_COOKIE, session_cookie
from signaling.crowd import Crowd
from signaling.entrances import enter, losers
from signaling.expiry import Expiry
from signaling.ice import IceServers
from signaling.peers import peers_state
from signaling.projections import project
from signaling.rates import Allowance
from signaling.relay import Relay
from signaling.status_broadcaster import StatusBroadcaster
from signaling.wire import WireServer

log = structlog.get_logger()

Translate = Callable[[Problem, str], str]
NetworkOf = Callable[[str], str]
UNKNOWN_PER_MINUTE = 10
SIGNAL = "meeting:signal"
SIGNALS_PER_MINUTE = 1500
SOCKET_PATH = "live"
PING_EVERY, PING_WAIT = 20, 15


@dataclass
class Client:
    """One connection. A passer-by, who only looks round, has no person."""

    sid: str
    person_id: uuid.UUID | None
    session_id: uuid.UUID | None
    appointment_id: uuid.UUID | None
    """The one in which they are known, if a mailed link led them here: elsewhere they are a passer-by."""
    language: str
    """As the page that opened the connection is written."""
    who: str
    """The person, or the network of a passer-by: whose connections are counted together."""
    allowance: Allowance


@dataclass(frozen=True)
class Context:
    """What a handler works with: the hub and the connection that sent the event."""

    hub: "Hub"
    client: Client

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[tuple[Transaction, Actor]]:
        async with self.hub.database.transaction() as tx:
            yield tx, await self._actor(tx)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[tuple[Transaction, Actor]]:
        async with self.hub.database.reading() as tx:
            yield tx, await self._actor(tx)

    async def _actor(self, tx: Transaction) -> Actor:
        """The person as they are now; a session withdrawn meanwhile has none."""
        if self.client.session_id is None:
            return Actor()
        person = await sessions.person_of(tx, self.client.session_id)
        return Actor.of(person, self.client.session_id, self.client.appointment_id) if person else Actor()


async def _still_may(context: Context, look_up: Callable[[Transaction, Actor], Awaitable[Any]]) -> bool:
    async with context.reading() as (tx, actor):
        try:
            await look_up(tx, actor)
        except Problem:
            return False
    return True


class Hub:
    def __init__(
        self, database: Database, ice: IceServers, public_url: str, translate: Translate, network_of: NetworkOf
    ) -> None:
        self.database = database
        self.crowd = Crowd()
        self._network_of = network_of
        self.ice = ice
        self.relay = Relay()
        self.clients: dict[str, Client] = {}
        self.status = StatusBroadcaster(database, self.emit)
        self._public = urlsplit(public_url)
        self._cookie = session_cookie(public_url)
        self._translate = translate
        self._process: uuid.UUID | None = None
        self.expiry = Expiry(database, self._open_sessions, self.close_session)
        self.server = WireServer(
            self._session_token,
            network_of,
            cors_allowed_origins=self._is_ours,
            max_http_buffer_size=LARGEST_EVENT,
            ping_interval=PING_EVERY,
            ping_timeout=PING_WAIT,
        )
        load_areas()
        self.server.on("connect", self._connect)
        self.server.on("disconnect", self._disconnect)
        self.server.on(SIGNAL, self._signal)
        self.server.on("*", self._receive)
        database.listeners.append(self._publish)

    def attach(self, app: web.Application) -> None:
        self.server.attach(app, socketio_path=SOCKET_PATH)

    def start(self, process_id: uuid.UUID) -> None:
        self._process = process_id
        self.status.start()
        self.expiry.start()

    async def stop(self) -> None:
        await self.expiry.stop()
        await self.status.stop()
        await self.server.shutdown()

    def _is_ours(self, origin: str, environ: dict[str, Any]) -> bool:
        asked = urlsplit(origin)
        return asked.netloc in (self._public.netloc, environ.get("HTTP_HOST"))

    def _session_token(self, request: web.Request) -> str:
        return request.cookies.get(self._cookie, "")

    async def _connect(self, sid: str, environ: dict[str, Any], _auth: Any = None) -> None:
        request: web.Request = environ["aiohttp.request"]
        token = self._session_token(request)
        found = None
        if token:
            async with self.database.reading() as tx:
                found = await sessions.whose(tx, token)
        session, appointment = (found[0].id, found[0].appointment_id) if found else (None, None)
        person = found[1].id if found and appointment is None else None
        own = found[1].language if found else None
        accept, chosen = request.headers.get("Accept-Language", ""), request.cookies.get(LANGUAGE_COOKIE)
        who = str(found[1].id) if found else self._network_of(request.remote or "?")
        allowance = self.crowd.let_in(who, is_known=found is not None)
        if allowance is None:
            raise ConnectionRefusedError("too many connections")
        spoken = languages.choose(accept, chosen, own)
        client = Client(sid, person, session, appointment, spoken, who, allowance)
        self.clients[sid] = client
        if client.person_id and self._process:
            async with self.database.transaction() as tx:
                await presence.connect(tx, sid, self._process, client.person_id)
                await places.person_appeared(tx, client.person_id)
                waiting = await places.of_person(tx, client.person_id)
            self.status.refresh(place.booth_id for place in waiting)

    async def _disconnect(self, sid: str, _reason: Any = None) -> None:
        client = self.clients.pop(sid, None)
        if client:
            self.crowd.let_go(client.who)
        await self.leave_meeting(sid)
        if client is None or client.person_id is None:
            return
        async with self.database.transaction() as tx:
            desk = await presence.disconnect(tx, sid)
            waiting = await places.of_person(tx, client.person_id)
        self.status.refresh([place.booth_id for place in waiting] + ([desk] if desk else []))

    async def _receive(self, event: str, sid: str, *arguments: Any) -> dict[str, Any] | None:
        """Every event but the relay: check its shape and rate, call its one handler, acknowledge."""
        client = self.clients.get(sid)
        declared = CONTRACT.client_events.get(event)
        if client is None:
            await self.server.cut(sid)
            return None
        try:
            per_minute = declared.per_minute if declared else UNKNOWN_PER_MINUTE
            if not client.allowance.take(event if declared else "?", per_minute):
                if client.allowance.is_flood:
                    await self.server.cut(sid)
                raise Invalid("too_often", N_("That was very often in a short time. Please wait a moment."))
            if declared is None:
                raise Invalid("event.unknown", N_("This is not known here."))
            payload = declared.payload.model_validate(arguments[0] if arguments else {})
            ack = await declared.handler(Context(self, client), payload)
            return ack.model_dump(mode="json")
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            return self._refusal(client, Invalid("payload", N_("This is not the expected shape."), field=where))
        except Problem as problem:
            return self._refusal(client, problem)
        except Exception:
            log.exception("event_failed", live_event=event)
            failure = Problem("failed", N_("Something went wrong on our side. Nothing was changed."))
            return self._refusal(client, failure)

    def _refusal(self, client: Client, problem: Problem) -> dict[str, Any]:
        error = {"code": problem.code, "message": self._translate(problem, client.language)}
        return {"ok": False, "error": error | ({"field": problem.field} if problem.field else {})}

    async def _signal(self, sid: str, *arguments: Any) -> None:
        """The hot path: membership is in memory, the body goes on as it came."""
        client = self.clients.get(sid)
        if client is None or not client.allowance.take(SIGNAL, SIGNALS_PER_MINUTE):
            await self.server.cut(sid)
            return
        refusal, to, signal = self.relay.forward(sid, arguments[0] if arguments else None)
        if refusal:
            await self.server.emit("meeting:refused", {"reason": refusal}, to=sid)
        elif to:
            await self.server.emit(SIGNAL, signal, to=to)

    async def leave_meeting(self, sid: str) -> None:
        """Take this connection out of the meeting it was in and tell the others."""
        for channel in self.relay.leave(sid):
            await self.tell_peers(channel)

    async def tell_peers(self, channel_id: uuid.UUID) -> None:
        """The state of both peers of a pair, to both."""
        payload = peers_state(self.relay, channel_id)
        for sid in self.relay.connections(channel_id):
            await self.emit(payload, to=sid)

    async def emit(self, payload: Payload, *, to: str) -> None:
        await self.server.emit(name_of(payload), payload.model_dump(mode="json"), to=to)

    async def _publish(self, published: list[PublishedEvent]) -> None:
        """After a commit: tell each event once to its stream's room, then let the states follow.

        What was committed stands, so a failure here is ours alone: clients notice the gap and ask.
        """
        try:
            async with self.database.reading() as tx:
                for each in published:
                    await self.emit(await project(tx, each), to=each.stream)
            await self.status.follow(published)
            await self._withdraw_rights(published)
        except Exception:
            log.exception("telling_failed")

    async def _withdraw_rights(self, published: list[PublishedEvent]) -> None:
        """A right that has ended acts on live connections at once."""
        for each in published:
            if isinstance(each.event, CobrowsingBegan | CobrowsingEnded):
                self.relay.cobrowse(each.event.meeting_id, getattr(each.event, "owner_id", None))
            if isinstance(each.event, MeetingEnded):
                self.relay.close(each.event.meeting_id)
        for person in losers(published):
            await self._ask_again(person)

    async def _ask_again(self, person_id: uuid.UUID) -> None:
        """Whatever this person's connections hear and whatever meeting they are in is asked about anew. A connection
        that is not known here hears nothing."""
        for sid in self.server.members(None):
            client = self.clients.get(sid)
            if client is None:
                await self.server.cut(sid)
            elif client.person_id == person_id:
                await self._leave_what_is_closed(Context(self, client))

    async def _leave_what_is_closed(self, context: Context) -> None:
        sid = context.client.sid
        for stream in self.server.followed(sid):
            if not await _still_may(context, partial(enter, stream=stream)):
                await self.server.leave_room(sid, stream)
        for meeting in self.relay.meetings_of(sid):
            if not await _still_may(context, partial(access.meeting, meeting_id=meeting)):
                await self.leave_meeting(sid)

    def _open_sessions(self) -> set[uuid.UUID]:
        return {client.session_id for client in self.clients.values() if client.session_id}

    async def close_session(self, session_id: uuid.UUID) -> None:
        """The session was withdrawn: its connections end now."""
        for client in [client for client in self.clients.values() if client.session_id == session_id]:
            await self.server.disconnect(client.sid)
