"""The states of booths, remembered for whoever was away."""

from rooms.core.events import fair_stream
from signaling.load import Load
from signaling.status_broadcaster import StatusBroadcaster
from signaling.telling import Telling
from signaling.wire.packets import Outgoing
from tests.cast import Cast


class Nobody:
    """A server without connections; `told` is what was said to its rooms."""

    def __init__(self) -> None:
        self.told: list[tuple[str, bytes]] = []

    def tell(self, to: str, out: Outgoing) -> None:
        self.told.append((to, out.packet))


async def nothing(_: object) -> None:
    pass


async def test_the_latest_state_of_each_booth_is_kept_for_whoever_comes_back(cast: Cast) -> None:
    server = Nobody()
    telling = Telling(cast.database, server, nothing)  # type: ignore[arg-type]
    broadcaster = StatusBroadcaster(cast.database, telling, Load())
    room = fair_stream(cast.fair.id)
    for _ in range(2):
        await broadcaster.tell({cast.atlantique.id, cast.perrin.id})
    kept = telling.latest(room)
    assert {out.key for out in kept} == {f"booth:status:{booth.id}" for booth in (cast.atlantique, cast.perrin)}
    assert sum(to == room for to, _ in server.told) == 4
