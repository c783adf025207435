"""The states of booths, told again to whoever was away while new ones are told to everybody."""

import uuid
from typing import Any

from signaling.status_broadcaster import StatusBroadcaster
from tests.cast import Cast


async def test_who_comes_back_is_told_while_another_booth_is_told_for_the_first_time(cast: Cast) -> None:
    told: list[tuple[str, uuid.UUID]] = []

    async def emit(payload: Any, *, to: str) -> None:
        if to != "somebody":
            return
        told.append((to, payload.booth_id))
        await broadcaster.tell({cast.perrin.id})

    broadcaster = StatusBroadcaster(cast.database, emit)
    await broadcaster.tell({cast.atlantique.id})
    await broadcaster.tell_again("somebody", cast.fair.id)
    assert told == [("somebody", cast.atlantique.id)]
    await broadcaster.tell_again("somebody", cast.fair.id)
    assert {booth_id for _, booth_id in told} == {cast.atlantique.id, cast.perrin.id}
