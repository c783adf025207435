"""A waiting line as a recruiter's client keeps it, and whom to call next."""

import random
import time
from dataclasses import dataclass, field

from server.demo.live import Payload

VISITOR_WAITS = (3, 6)
SIMULATED_WAITS = (15, 40)
CALL_AGAIN_AFTER = 45
"""Seconds before somebody whose call or talk came to nothing is called again."""


@dataclass
class LineSeen:
    pace: float
    places: dict[str, Payload] = field(default_factory=dict)
    """By place id, as `line:joined` or the snapshot told them."""
    is_closed: bool = False
    _ready_at: dict[str, float] = field(default_factory=dict)
    """Who can be called, in the order of the line, and from which moment (monotonic seconds) they are."""

    _let_be_until: dict[str, float] = field(default_factory=dict)

    def begin(self, places: list[Payload]) -> None:
        self.places = {place["place_id"]: place for place in places}

    def join(self, place: Payload) -> None:
        self.places[place["place_id"]] = place

    def update(self, status: Payload) -> None:
        """Take `desk:status` in: whoever can be called newly is left a moment first."""
        self.is_closed = status["is_paused"] or not status["is_open"]
        can_be = [place["place_id"] for place in status["places"] if place["can_be_called"]]
        self._ready_at = {place: self._ready_at.get(place) or self._in(self._waits(place)) for place in can_be}

    def _waits(self, place: str) -> tuple[float, float]:
        return SIMULATED_WAITS if self._is_simulated(place) else VISITOR_WAITS

    def _in(self, seconds: tuple[float, float]) -> float:
        return time.monotonic() + random.uniform(*seconds) * self.pace

    def _is_simulated(self, place: str) -> bool:
        return bool(self.places.get(place, {}).get("is_simulated"))

    def choice(self) -> str | None:
        """The place to call now. A simulated person is not called while a visitor is about to be."""
        if self.is_closed:
            return None
        visitors = [place for place in self._ready_at if not self._is_simulated(place)]
        return next((place for place in visitors or self._ready_at if self._is_due(place)), None)

    def _is_due(self, place: str) -> bool:
        return max(self._ready_at[place], self._let_be_until.get(place, 0)) <= time.monotonic()

    def let_be(self, place: str | None) -> None:
        if place:
            self._let_be_until[place] = self._in((CALL_AGAIN_AFTER, CALL_AGAIN_AFTER))

    def let_be_person(self, person: str) -> None:
        found = next((place for place, row in self.places.items() if row["person_id"] == person), None)
        self.let_be(found)

    def is_visitor(self, person: str) -> bool:
        return not any(row["is_simulated"] for row in self.places.values() if row["person_id"] == person)
