"""The state of the two peers of a pair, as both are told it."""

from uuid import UUID

from signaling.contract import Payload, server_event
from signaling.relay import Relay


class PeerView(Payload):
    person_id: UUID
    tab: str
    microphone: bool
    camera: bool
    screen: bool
    is_polite: bool


@server_event("meeting:peers", latest_of="channel_id")
class PeersState(Payload):
    """State: who of a pair is connected, and what each microphone and camera does. `channel_id` is that of the pair:
    for two that is the meeting, for the pairs of a third what entering acknowledged."""

    channel_id: UUID
    generation: int
    peers: list[PeerView]


def peers_state(relay: Relay, channel_id: UUID) -> PeersState:
    present = relay.room(channel_id)
    return PeersState(
        channel_id=channel_id,
        generation=present.generation,
        peers=[
            PeerView(
                person_id=peer.person_id,
                tab=peer.tab,
                microphone=peer.microphone,
                camera=peer.camera,
                screen=peer.screen,
                is_polite=peer.is_polite,
            )
            for peer in present.peers.values()
        ],
    )
