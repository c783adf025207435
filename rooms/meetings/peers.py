"""Who is connected to a meeting, kept where every process sees it: the peers of a channel, and its generation.

A channel is of two. A meeting of three has three of them, one for each pair, each with its own generation. A rebuilt
transport raises the generation, and signals of an older one mean nothing. A killed process takes its peers with it, as
it takes its connections (rooms/people/presence.py).
"""

import uuid
from dataclasses import dataclass

from sqlalchemy import ForeignKey, Select, and_, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import N_, Conflict
from rooms.core.events import reacts_to
from rooms.core.model import Base
from rooms.core.transaction import Transaction
from rooms.meetings.meeting import MeetingEnded
from rooms.people.presence import Process

LONGEST_TAB = 64


class Channel(Base):
    """Kept as long as its meeting goes on."""

    __tablename__ = "channel"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting.id"), index=True)
    generation: Mapped[int]


class Peer(Base):
    """One browser connection inside a channel; one of each person."""

    __tablename__ = "peer"
    channel_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("channel.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True, primary_key=True)
    connection: Mapped[str] = mapped_column(index=True)
    process_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"), index=True)
    tab: Mapped[str]
    microphone: Mapped[bool]
    camera: Mapped[bool]
    screen: Mapped[bool]
    is_polite: Mapped[bool]


@dataclass(frozen=True)
class Entering:
    """`held` is the generation of the transport that the peer still holds, 0 for none."""

    channel_id: uuid.UUID
    meeting_id: uuid.UUID
    person_id: uuid.UUID
    connection: str
    process_id: uuid.UUID
    tab: str
    is_polite: bool
    held: int = 0


@dataclass(frozen=True)
class Before:
    """The peer that the same person had: in another tab, or in this one before the network came back."""

    connection: str
    process_id: uuid.UUID
    is_other_tab: bool
    microphone: bool
    camera: bool


async def enter(tx: Transaction, peer: Entering, *, take_over: bool) -> tuple[int, Before | None]:
    """Let a peer in; gives the channel's generation, and whom it replaces. Another tab must be taken over on purpose.

    A transport of the present generation goes on, and so does any if none is known yet; otherwise everybody builds
    anew.
    """
    channel = await _locked(tx, peer)
    before = await _of_person(tx, peer)
    if before and before.is_other_tab and not take_over:
        raise Conflict("meeting.elsewhere", N_("This talk is open in another tab or on another device."))
    if channel.generation == 0 and peer.held:
        channel.generation = peer.held
    elif peer.held != channel.generation or peer.held == 0:
        channel.generation = max(channel.generation, peer.held) + 1
    row = await tx.session.get(Peer, (peer.channel_id, peer.person_id))
    if row is None:
        row = Peer(channel_id=peer.channel_id, person_id=peer.person_id)
        tx.session.add(row)
    if before is None:
        row.microphone = row.camera = row.screen = False
    row.connection, row.process_id, row.tab = peer.connection, peer.process_id, peer.tab[:LONGEST_TAB]
    row.is_polite = peer.is_polite
    return channel.generation, before


async def _locked(tx: Transaction, peer: Entering) -> Channel:
    values = {"id": peer.channel_id, "meeting_id": peer.meeting_id, "generation": 0}
    await tx.insert_once(Channel, values)
    return await tx.session.get_one(Channel, peer.channel_id, with_for_update=True, populate_existing=True)


async def _of_person(tx: Transaction, peer: Entering) -> Before | None:
    mine = Peer.channel_id == peer.channel_id, Peer.person_id == peer.person_id
    row = (await tx.session.execute(_alive(tx, peer.process_id).where(*mine))).scalar_one_or_none()
    if row is None:
        return None
    is_other_tab = row.tab != peer.tab[:LONGEST_TAB]
    return Before(row.connection, row.process_id, is_other_tab, row.microphone, row.camera)


def _alive(tx: Transaction, asking_id: uuid.UUID) -> Select[Peer]:
    """Peers of processes that live; of the one that asks it is certain, even if its clock was set."""
    lives = and_(Process.ended_at.is_(None), Process.seen_until > tx.now)
    query = select(Peer).join(Process, Process.id == Peer.process_id)
    return query.where(or_(Peer.process_id == asking_id, lives))


async def leave(tx: Transaction, connection: str) -> set[uuid.UUID]:
    """Take a connection out; gives the channels it was in."""
    gone = delete(Peer).where(Peer.connection == connection).returning(Peer.channel_id)
    return set((await tx.session.execute(gone)).scalars())


async def show(
    tx: Transaction, channel_id: uuid.UUID, connection: str, *, microphone: bool, camera: bool, screen: bool
) -> bool:
    """What a peer's microphone and camera do now; False if it is not in the channel."""
    mine = Peer.channel_id == channel_id, Peer.connection == connection
    told = update(Peer).where(*mine).values(microphone=microphone, camera=camera, screen=screen)
    return (await tx.session.execute(told.returning(Peer.person_id))).first() is not None


async def channel(tx: Transaction, channel_id: uuid.UUID) -> Channel | None:
    return await tx.session.get(Channel, channel_id)


async def of_channel(tx: Transaction, channel_id: uuid.UUID, asking_id: uuid.UUID) -> list[Peer]:
    """Those of living processes, and of the process that asks."""
    rows = await tx.session.execute(_alive(tx, asking_id).where(Peer.channel_id == channel_id).order_by(Peer.person_id))
    return list(rows.scalars())


@reacts_to(MeetingEnded)
async def _close(tx: Transaction, event: MeetingEnded) -> None:
    """The meeting is over, with the channels of all its pairs."""
    channels = select(Channel.id).where(Channel.meeting_id == event.meeting_id)
    await tx.session.execute(delete(Peer).where(Peer.channel_id.in_(channels)))
    await tx.session.execute(delete(Channel).where(Channel.meeting_id == event.meeting_id))
