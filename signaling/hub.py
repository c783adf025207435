"""The live house: connections, who they belong to, the order of their events, and what goes out to whom.

Delivery is at most once on this wire; what must arrive is a numbered event that a client asks for again.
"""

import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from aiohttp import web
from pydantic import ValidationError

from rooms.access import Actor
from rooms.core.batching import Batching
from rooms.core.database import Database
from rooms.core.errors import N_, Away, Invalid, Problem
from rooms.core.events import PublishedEvent
from rooms.core.transaction import Transaction
from rooms.meetings.cobrowsing import CobrowsingBegan, CobrowsingEnded
from rooms.meetings.meeting import MeetingEnded
from rooms.people import languages, sessions
from signaling.areas import load_areas
from signaling.arriving import Arriving
from signaling.backplane import AnyMessage, Backplane, Committed, Gap, RoomChanged, SessionEnded, Told
from signaling.catching_up import CatchingUp
from signaling.closing import Closing
from signaling.contract import CONTRACT, LARGEST_EVENT, Payload
from signaling.crowd import Crowd
from signaling.entrances import losers
from signaling.expiry import Expiry
from signaling.halls import Halls
from signaling.ice import IceServers
from signaling.joining import Joining
from signaling.load import Load
from signaling.meeting_rooms import MeetingRooms
from signaling.rates import Allowance
from signaling.relay import Relay
from signaling.signal_forwarding import SIGNAL, SignalForwarding
from signaling.status_broadcaster import StatusBroadcaster
from signaling.telling import Telling, encoded
from signaling.visitor import Door, NetworkOf, Visitor
from signaling.wire.server import WireServer

log = structlog.get_logger()

Translate = Callable[[Problem, str], str]
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


class Hub:
    def __init__(
        self,
        database: Database,
        ice: IceServers,
        public_url: str,
        translate: Translate,
        network_of: NetworkOf,
        *,
        redis: str = "",
        installation: str = "parvis",
    ) -> None:
        self.database = database
        self.process_id = uuid.UUID(int=0)
        self.crowd, self.load = Crowd(), Load()
        self.ice = ice
        self.relay = Relay()
        self.clients: dict[str, Client] = {}
        # Goes round the handling of each event of this name.
        self.measured: Callable[[str], AbstractContextManager[None]] = lambda _: nullcontext()
        self._translate = translate
        batching = Batching()
        self._arriving = Arriving(database, batching)
        self.catching_up = CatchingUp(database, batching)
        self.joining = Joining(database, batching)
        ghosts_go = partial(self._arriving.let_ghosts_go, self.clients)
        self.expiry = Expiry(database, self._open_sessions, self.close_session, ghosts_go)
        self.server = self._wire(Door(public_url, network_of))
        self.telling = Telling(database, self.server, self._withdraw_rights)
        self.status = StatusBroadcaster(database, self.telling, self.load)
        self.halls = Halls(database, self.telling)
        self.telling.stir = self.status.follow
        self.telling.look_at_everything = self._look_at_everything
        self.meeting_rooms = MeetingRooms(
            database, batching, self.relay, self.clients, self.telling.tell_here, self._tell_room_changed
        )
        self._closing = Closing(self.server, self.relay, self.meeting_rooms, self.clients, self._reading)
        self._signals = SignalForwarding(self.relay, self.server, self.clients, self.telling.tell_one)
        self.telling.backplane = Backplane(redis, installation, self._hear) if redis else None
        load_areas()
        database.listeners.append(self.telling.publish)

    def _wire(self, door: Door) -> WireServer:
        return WireServer(
            is_ours=door.is_ours,
            visitor_of=door.visitor_of,
            connect=self._connect,
            disconnect=self._disconnect,
            event=self._receive,
            fast=self._forward,
            largest=LARGEST_EVENT,
        )

    def _reading(self, client: Client) -> AbstractAsyncContextManager[tuple[Transaction, Actor]]:
        return Context(self, client).reading()

    def attach(self, app: web.Application) -> None:
        self.server.attach(app, SOCKET_PATH)

    def start(self, process_id: uuid.UUID) -> None:
        self.process_id = self._arriving.process_id = self.meeting_rooms.process_id = process_id
        self.telling.start(process_id)
        self.load.start()
        self.status.start()
        self.expiry.start()

    async def stop(self) -> None:
        await self.expiry.stop()
        await self.status.stop()
        await self.load.stop()
        await self.server.stop()
        await self.telling.stop()

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
        try:
            await self.meeting_rooms.leave(sid)
        finally:
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
            with self.measured(event):
                ack = await declared.handler(Context(self, client), payload)
            return ack.model_dump_json()
        except ValidationError as error:
            where = ".".join(map(str, error.errors(include_url=False, include_input=False)[0]["loc"]))
            return self._refusal(client, Invalid("payload", N_("This is not the expected shape."), field=where))
        except Away:
            # Not acknowledged, so that it is sent again under the same id.
            return None
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

    def emit_to(self, process_id: uuid.UUID, sid: str, payload: Payload) -> None:
        """Tell one connection, of this process or of another."""
        self.telling.tell_one(process_id, sid, encoded(payload))

    def _tell_room_changed(self, channel_id: uuid.UUID) -> None:
        if self.telling.backplane:
            self.telling.backplane.tell_all(RoomChanged(channel_id=channel_id))

    async def _hear(self, message: AnyMessage) -> None:
        """From another process."""
        match message:
            case SessionEnded(session_id=session_id):
                self._end_session(session_id)
            case RoomChanged(channel_id=channel_id):
                await self.meeting_rooms.look_at(channel_id)
            case Gap():
                await self._look_at_everything()
            case Committed() | Told():
                await self.telling.hear(message)

    async def _look_at_everything(self) -> None:
        """Other processes could not be heard, or will not be: what they have written is looked for, and the rights of
        whoever follows what is not open to everybody are asked about anew."""
        await self.telling.look()
        await self.meeting_rooms.look_at_all()
        await self.expiry.look()
        await self.status.refresh_watched()
        await self._closing.ask_all_again()

    async def _withdraw_rights(self, published: list[PublishedEvent]) -> None:
        """A right that has ended acts on live connections at once."""
        for each in published:
            if isinstance(each.event, CobrowsingBegan | CobrowsingEnded):
                self.relay.cobrowse(each.event.meeting_id, getattr(each.event, "owner_id", None))
                await self.meeting_rooms.look_at(each.event.meeting_id)
            if isinstance(each.event, MeetingEnded):
                channels = self.relay.close(each.event.meeting_id)
                # A look that began before it ended is not the last one.
                for channel in channels:
                    await self.meeting_rooms.refresh(channel)
        await self._closing.ask_again(losers(published))

    def _open_sessions(self) -> set[uuid.UUID]:
        return {client.session_id for client in self.clients.values() if client.session_id}

    async def close_session(self, session_id: uuid.UUID) -> None:
        """The session was withdrawn: its connections end now, wherever they are."""
        self._end_session(session_id)
        if self.telling.backplane:
            self.telling.backplane.tell_all(SessionEnded(session_id=session_id))

    def _end_session(self, session_id: uuid.UUID) -> None:
        for client in [client for client in self.clients.values() if client.session_id == session_id]:
            self.server.disconnect(client.sid)
