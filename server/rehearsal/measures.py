"""How long things took, as counts in steps of 5 %: they add up over processes and seconds without keeping each."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

STEP = math.log(1.05)
SHORTEST = 1e-4
"""Seconds; whatever is shorter counts as this long."""


@dataclass
class Latencies:
    steps: Counter[int] = field(default_factory=Counter)

    def add(self, seconds: float) -> None:
        self.steps[math.ceil(math.log(max(seconds, SHORTEST) / SHORTEST) / STEP)] += 1

    def merge(self, steps: Mapping[str, int]) -> None:
        for step, count in steps.items():
            self.steps[int(step)] += count

    def percentile(self, share: float) -> float:
        """Seconds within which this share lies; 0 where there is none."""
        wanted, seen = share * self.steps.total(), 0
        for step, count in sorted(self.steps.items()):
            seen += count
            if seen >= wanted:
                return SHORTEST * math.exp(step * STEP)
        return 0.0


@dataclass
class Measures:
    """What happened, how often, and how long it took, by name."""

    counts: Counter[str] = field(default_factory=Counter)
    latencies: dict[str, Latencies] = field(default_factory=dict)

    def took(self, name: str, seconds: float) -> None:
        self.latencies.setdefault(name, Latencies()).add(seconds)

    def merge(self, told: Mapping[str, Mapping[str, int]], counts: Mapping[str, int]) -> None:
        for name, steps in told.items():
            self.latencies.setdefault(name, Latencies()).merge(steps)
        self.counts.update(counts)

    def dump(self) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
        """(latencies, counts), as JSON carries them."""
        steps = {name: {str(step): n for step, n in each.steps.items()} for name, each in self.latencies.items()}
        return steps, dict(self.counts)
