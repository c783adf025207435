"""What an operator's Prometheus reads of one process: https://prometheus.io/docs/instrumenting/exposition_formats/."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import CollectorRegistry, Gauge, Histogram, Info, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from rooms.core.database import Database
from rooms.core.errors import Problem
from rooms.views import figures
from signaling.backplane import BackplaneState
from signaling.hub import Hub

SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)


class Metrics:
    def __init__(self, database: Database, hub: Hub, process_name: str) -> None:
        self._database, self._hub = database, hub
        self._registry = CollectorRegistry()
        Info("parvis_process", "Which process this is", registry=self._registry).info({"name": process_name})
        ProcessCollector(registry=self._registry)
        self._registry.register(_OfProcess(database, hub))
        self._events = Histogram(
            "parvis_event_seconds", "Live events that were handled", ["event", "outcome"], buckets=SECONDS,
            registry=self._registry,
        )  # fmt: skip
        self._pages = Histogram(
            "parvis_page_seconds", "Pages and forms that were answered", ["route", "status"], buckets=SECONDS,
            registry=self._registry,
        )  # fmt: skip
        self._people = self._gauge("parvis_people", "People with a live connection, in all processes")
        self._ringing = self._gauge("parvis_calls_ringing", "Calls that ring")
        self._mails = self._gauge("parvis_mails_due", "Letters that should have been sent")
        self._places = self._gauge("parvis_places", "Places in lines, by state", "state")
        self._meetings = self._gauge("parvis_meetings", "Meetings that go on, by state", "state")
        hub.measured = self._event

    def _gauge(self, name: str, says: str, *labels: str) -> Gauge:
        return Gauge(name, says, labels, registry=self._registry)

    @contextmanager
    def _event(self, name: str) -> Iterator[None]:
        began, outcome = perf_counter(), "failed"
        try:
            yield
            outcome = "done"
        except Problem:
            outcome = "refused"
            raise
        finally:
            self._events.labels(name, outcome).observe(perf_counter() - began)

    def page(self, route: str, status: int, seconds: float) -> None:
        self._pages.labels(route, str(status)).observe(seconds)

    async def text(self) -> bytes:
        """What a scrape is answered; the figures of the whole installation are read for it."""
        async with self._database.reading() as tx:
            found = await figures.of_installation(tx)
        self._people.set(found.people)
        self._ringing.set(found.ringing)
        self._mails.set(found.mails_due)
        for gauge, counts in ((self._places, found.places), (self._meetings, found.meetings)):
            gauge.clear()
            for state, count in counts.items():
                gauge.labels(state).set(count)
        return await asyncio.to_thread(generate_latest, self._registry)


class _OfProcess(Collector):
    """Read from the process as it is at that moment."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database, self._hub = database, hub

    def collect(self) -> Iterator[GaugeMetricFamily]:
        server = self._hub.server
        yield _one("parvis_connections", "Live connections of this process", len(self._hub.clients))
        yield _one("parvis_transports", "Open transports, connected or not yet", len(server.engine.sockets))
        yield _one("parvis_rooms", "Streams that somebody here follows", server.room_count)
        yield _one("parvis_unread_bytes", "What waits for those who read slowly", server.unread)
        yield _one("parvis_database_connections", "Connections to the database in use", self._database.in_use)
        yield _one("parvis_lag_seconds", "How late the loop came round last", self._hub.load.lag)
        yield _one("parvis_shedding", "What is left out: 1 pace, 2 lobby, 3 public chat", self._hub.load.shedding)
        backplane = self._hub.telling.backplane
        if backplane:
            states = GaugeMetricFamily("parvis_backplane", "1 for the state in which Redis is heard", labels=["state"])
            for state in BackplaneState:
                states.add_metric([state.value], float(backplane.state is state))
            yield states


def _one(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, says, value=value)
