"""The live house: connections, who they belong to, the order of their events, and what goes out to whom.

Delivery is at most once on this wire; what must arrive is a numbered event that a client asks for again.
"""

import json
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

from rooms import access
from rooms.access import Actor
from rooms.core.batching import Batching
from rooms.core.database import Database
from rooms.core.errors import N_, Invalid, Problem
from rooms.core.events import PublishedEvent
from rooms.core.transaction import Transaction
from rooms.meetings.cobrowsing import CobrowsingBegan, CobrowsingEnded
from rooms.meetings.meeting import MeetingEnded
from rooms.people import languages, sessions
from signaling.areas import load_areas
from signaling.arriving import Arriving
from signaling.catching_up import CatchingUp
from signaling.contract import CONTRACT, LARGEST_EVENT, Payload, key_of, name_of
from signaling.cookies import LANGUAGE_COOKIE, session_cookie
from signaling.crowd import Crowd
from signaling.entrances import enter, losers
from signaling.expiry import Expiry
from signaling.ice import IceServers
from signaling.peers import peers_state
from signaling.projections import project
from signaling.rates import Allowance
from signaling.relay import Relay
from signaling.signal_forwarding import SIGNAL, SignalForwarding
from signaling.status_broadcaster import StatusBroadcaster
from signaling.visitor import Visitor
from signaling.wire import packets
from signaling.wire.server import WireServer

log = structlog.get_logger()

Translate = Callable[[Problem, str], str]
NetworkOf = Callable[[str], str]
UNKNOWN_PER_MINUTE = 10
SOCKET_PATH = "live"


@dataclass(slots=True)
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
        batching = Batching()
        self._arriving = Arriving(database, batching)
        self.catching_up = CatchingUp(database, batching)
        self.expiry = Expiry(database, self._open_sessions, self.close_session)
        self.server = WireServer(
            is_ours=self._is_ours,
            visitor_of=self._visitor_of,
            connect=self._connect,
            disconnect=self._disconnect,
            event=self._receive,
            fast=self._forward,
            largest=LARGEST_EVENT,
        )
        self._signals = SignalForwarding(self.relay, self.server, self.clients)
        load_areas()
        database.listeners.append(self._publish)

    def attach(self, app: web.Application) -> None:
        self.server.attach(app, SOCKET_PATH)

    def start(self, process_id: uuid.UUID) -> None:
        self._arriving.process_id = process_id
        self.status.start()
        self.expiry.start()

    async def stop(self) -> None:
        await self.expiry.stop()
        await self.status.stop()
        await self.server.stop()

    def _is_ours(self, request: web.Request) -> bool:
        """Whether a page of ours opens the connection (Origin, RFC 6454); a program that is no browser names none."""
        origin = request.headers.get("Origin")
        return origin is None or urlsplit(origin).netloc in (self._public.netloc, request.host)

    def _visitor_of(self, request: web.Request) -> Visitor:
        return Visitor(
            token=request.cookies.get(self._cookie, ""),
            network=self._network_of(request.remote or "?"),
            accepts=request.headers.get("Accept-Language", ""),
            chose=request.cookies.get(LANGUAGE_COOKIE),
        )

    async def _connect(self, sid: str, visitor: Visitor) -> str | None:
        found = await self._arriving.known(visitor.token)
        who = str(found.person_id) if found else visitor.network
        allowance = self.crowd.let_in(who, is_known=found is not None)
        if allowance is None:
            return "too many connections"
        session, appointment = (found.session_id, found.appointment_id) if found else (None, None)
        person = found.person_id if found and appointment is None else None
        spoken = languages.choose(visitor.accepts, visitor.chose, found.language if found else None)
        self.clients[sid] = Client(sid, person, session, appointment, spoken, who, allowance)
        if person:
            self.status.refresh(await self._arriving.appear(sid, person))
        return None

    async def _disconnect(self, sid: str) -> None:
        client = self.clients.pop(sid, None)
        if client:
            self.crowd.let_go(client.who)
        await self.leave_meeting(sid)
        if client and client.person_id:
            self.status.refresh(await self._arriving.go(sid, client.person_id))

    async def _receive(self, sid: str, event: str, arguments: list[Any]) -> str | None:
        """Every event but the relay: check its shape and rate, call its one handler, acknowledge."""
        if event == SIGNAL:
            self._signals.taken_apart(sid, arguments)
            return None
        client = self.clients.get(sid)
        declared = CONTRACT.client_events.get(event)
        if client is None:
            self.server.cut(sid)
            return None
        try:
            per_minute = declared.per_minute if declared else UNKNOWN_PER_MINUTE
            if not client.allowance.take(event if declared else "?", per_minute):
                if client.allowance.is_flood:
                    self.server.cut(sid)
                raise Invalid("too_often", N_("That was very often in a short time. Please wait a moment."))
            if declared is None:
                raise Invalid("event.unknown", N_("This is not known here."))
            payload = declared.payload.model_validate(arguments[0] if arguments else {})
            ack = await declared.handler(Context(self, client), payload)
            return ack.model_dump_json()
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

    def _refusal(self, client: Client, problem: Problem) -> str:
        error = {"code": problem.code, "message": self._translate(problem, client.language)}
        return json.dumps({"ok": False, "error": error | ({"field": problem.field} if problem.field else {})})

    def _forward(self, sid: str, packet: bytes) -> bool:
        return self._signals.as_it_came(sid, packet)

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
        """Tell a connection, or whoever follows a stream."""
        self.server.tell(to, packets.event(name_of(payload), payload.model_dump_json(), key_of(payload)))

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
                self.server.cut(sid)
            elif client.person_id == person_id:
                await self._leave_what_is_closed(Context(self, client))

    async def _leave_what_is_closed(self, context: Context) -> None:
        sid = context.client.sid
        for stream in self.server.followed(sid):
            if not await _still_may(context, partial(enter, stream=stream)):
                self.server.leave_room(sid, stream)
        for meeting in self.relay.meetings_of(sid):
            if not await _still_may(context, partial(access.meeting, meeting_id=meeting)):
                await self.leave_meeting(sid)

    def _open_sessions(self) -> set[uuid.UUID]:
        return {client.session_id for client in self.clients.values() if client.session_id}

    async def close_session(self, session_id: uuid.UUID) -> None:
        """The session was withdrawn: its connections end now."""
        for client in [client for client in self.clients.values() if client.session_id == session_id]:
            self.server.disconnect(client.sid)
