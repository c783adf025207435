"""How long a wait will be, from the talks that were measured; nothing is invented."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

FEWEST_TALKS = 3
STEP = 5


@dataclass(frozen=True)
class Wait:
    """A range in minutes, both ends a multiple of five. `least` 0 and `most` 5 read "under 5 min"."""

    least: int
    most: int


def expected(ahead: int, staff: int, talks: Sequence[float], *, all_busy: bool) -> Wait | None:
    """The wait of somebody with `ahead` people before them at a booth where `staff` people take calls.

    `talks` are the lengths of the latest talks in minutes, from the accepted call to the end. None means not known
    yet: too few talks, or nobody there to call.
    """
    if staff < 1 or len(talks) < FEWEST_TALKS:
        return None
    short, _, long = quantiles(talks, n=4, method="inclusive")
    rounds = ahead / staff
    least = rounds * short
    most = (rounds + (1 if all_busy else 0)) * long
    low = math.floor(least / STEP) * STEP
    return Wait(low, max(low + STEP, math.ceil(most / STEP) * STEP))
