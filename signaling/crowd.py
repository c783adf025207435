"""How many connections one person, or one network of passers-by, has here; a person's share one allowance."""

from collections import Counter
from dataclasses import dataclass, field

from signaling.rates import Allowance

MOST_OF_A_PERSON = 30
"""Tabs and devices of one person."""
MOST_OF_A_NETWORK = 1000
"""Passers-by behind one address: a whole town may stand behind a mobile operator's."""


@dataclass
class Crowd:
    counts: Counter[str] = field(default_factory=Counter)
    allowances: dict[str, Allowance] = field(default_factory=dict)

    def let_in(self, who: str, *, is_known: bool) -> Allowance | None:
        """What the new connection may send, or None if there is no room for one more of them."""
        if self.counts[who] >= (MOST_OF_A_PERSON if is_known else MOST_OF_A_NETWORK):
            return None
        self.counts[who] += 1
        # Passers-by of one network are different people.
        return self.allowances.setdefault(who, Allowance()) if is_known else Allowance()

    def let_go(self, who: str) -> None:
        self.counts[who] -= 1
        if self.counts[who] <= 0:
            del self.counts[who]
            self.allowances.pop(who, None)
