"""What a crowd needs of machines, by formulas that stand on what was measured: docs/capacity.md says on what.

A core is one of the machine on which it was measured (docs/performance.md): multiply by how much slower or faster yours
are, or let `parvis rehearse` say.
"""

import argparse
from dataclasses import dataclass

KB_EACH = 12.0
"""Of a process's memory for one person with a page open: 5.6 kB measured at rest, and what is on its way."""
MB_PROCESS = 120.0
"""Of a process before anybody comes."""
LOBBY_PAGES_S, SHARED_PAGES_S = 140.0, 9_000.0
"""Pages a second of one core: written for somebody who is known, and written once for all."""
CONNECTS_S = 1_400.0
TOLD_S = 140_000.0
"""Messages a second that one core tells to those who listen, with PostgreSQL and Redis beside it."""
SIGNALS_S = 100_000.0
JOINS_S = 900.0
BYTES_TOLD = 420
"""Of one message of a chat on the wire."""
SIGNALS_OF_TALK = 60
PAGE_KB = 9.0
"""A lobby of sixty booths, compressed; scripts, styles and fonts are kept by browsers and nginx."""
TALK_MBIT = 1.6
"""Of one side's picture and sound in one direction; assumed. Both directions go over TURN where it is needed."""
OVER_TURN = 0.2
"""The share of talks that need a relay; assumed."""
POOL = 20
"""Connections to PostgreSQL of one process."""
LOAD = 0.6
"""How full a core may be so that it answers at once."""


@dataclass(frozen=True)
class Crowd:
    people: int
    booths: int
    talks: int
    """At once."""
    arrivals_a_minute: float
    """When the doors open."""
    chat_a_second: float = 10.0
    """Messages that everybody may read."""
    acts_a_minute: float = 1.0
    """Pages that one person opens."""
    reads_chat: float = 0.5
    """The share of those who have the chat open."""


@dataclass(frozen=True)
class Needs:
    cores_to_come_in: float
    cores_to_stay: float
    processes: int
    memory_gb: float
    database_connections: int
    wire_mbit: float
    turn_mbit: float
    remarks: tuple[str, ...]


def needs_of(crowd: Crowd) -> Needs:
    arrivals_s = crowd.arrivals_a_minute / 60
    # A page, a connection and what is asked for on it.
    coming = arrivals_s * (1.5 / LOBBY_PAGES_S + 2 / CONNECTS_S)
    listeners = crowd.people * crowd.reads_chat
    pages_s = crowd.people * crowd.acts_a_minute / 60
    told_s = crowd.chat_a_second * listeners
    states_s = crowd.booths * 0.5 * crowd.people / 10
    staying = pages_s / LOBBY_PAGES_S + (told_s + states_s) / TOLD_S
    staying += crowd.talks / 600 * SIGNALS_OF_TALK / SIGNALS_S + crowd.talks / 600 / JOINS_S
    processes = max(1, -int(-max(coming, staying) / LOAD // 1))
    wire = ((told_s + states_s) * BYTES_TOLD + pages_s * PAGE_KB * 1000 + arrivals_s * 60_000) * 8 / 1e6
    return Needs(
        cores_to_come_in=coming / LOAD,
        cores_to_stay=staying / LOAD,
        processes=processes,
        memory_gb=(processes * MB_PROCESS + crowd.people * KB_EACH / 1000) / 1000,
        database_connections=processes * POOL + 10,
        wire_mbit=wire,
        turn_mbit=crowd.talks * OVER_TURN * TALK_MBIT * 2 * 2,
        remarks=tuple(_remarks(crowd, processes)),
    )


def _remarks(crowd: Crowd, processes: int) -> list[str]:
    said = []
    if processes > 1:
        said.append(f"{processes} processes need PostgreSQL and Redis, and nginx before them (docs/operations.md).")
    if processes * POOL > 400:
        said.append("So many connections to PostgreSQL need a pooler such as PgBouncer, in session mode.")
    if crowd.people > 50_000:
        said.append("Nobody has run so many: this is an extrapolation. Rehearse, or make several fairs of it.")
    if crowd.chat_a_second * crowd.people * crowd.reads_chat > 500_000:
        said.append("One chat for so many is told more often than it can be read: give each hall of the fair its own.")
    return said


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=int, required=True, help="at once")
    parser.add_argument("--booths", type=int, default=60)
    parser.add_argument("--talks", type=int, default=0, help="at once; one for each booth if nothing is said")
    parser.add_argument("--minutes-to-come", type=float, default=10, help="within which they all come")
    parser.add_argument("--chat", type=float, default=10, help="messages a second that everybody may read")


def run(arguments: argparse.Namespace) -> int:
    crowd = Crowd(
        arguments.people,
        arguments.booths,
        arguments.talks or arguments.booths,
        arguments.people / max(arguments.minutes_to_come, 0.1),
        arguments.chat,
    )
    needs = needs_of(crowd)
    for name, value in (
        ("cores while they come", f"{needs.cores_to_come_in:,.1f}"),
        ("cores while they stay", f"{needs.cores_to_stay:,.1f}"),
        ("processes of Parvis", f"{needs.processes:,}"),
        ("memory of Parvis", f"{needs.memory_gb:,.1f} GB"),
        ("connections to PostgreSQL", f"{needs.database_connections:,}"),
        ("to browsers", f"{needs.wire_mbit:,.0f} Mbit/s"),
        ("through TURN", f"{needs.turn_mbit:,.0f} Mbit/s"),
    ):
        print(f"{name:28s}{value:>14s}")
    for sentence in needs.remarks:
        print(sentence)
    return 0
