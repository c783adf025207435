"""How often one connection may send each event: a bucket that refills with time."""

import time
from dataclasses import dataclass, field

BURST_SECONDS = 15
FLOOD_AFTER = 100


@dataclass(slots=True)
class Bucket:
    level: float
    at: float


@dataclass(slots=True)
class Allowance:
    """Per-event buckets of one connection, and how many refusals it has earned."""

    buckets: dict[str, Bucket] = field(default_factory=dict)
    refusals: int = 0

    def take(self, event: str, per_minute: int) -> bool:
        now = time.monotonic()
        most = max(3.0, per_minute * BURST_SECONDS / 60)
        bucket = self.buckets.get(event)
        if bucket is None:
            bucket = self.buckets[event] = Bucket(most, now)
        bucket.level = min(most, bucket.level + (now - bucket.at) * per_minute / 60)
        bucket.at = now
        if bucket.level < 1:
            self.refusals += 1
            return False
        bucket.level -= 1
        return True

    @property
    def is_flood(self) -> bool:
        return self.refusals > FLOOD_AFTER
