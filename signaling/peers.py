"""The state of the two peers of a pair, as both are told it."""

from uuid import UUID

from signaling.contract import Payload, told
from signaling.relay import Relay


class PeerTold(Payload):
    person: UUID
    tab: str
    microphone: bool
    camera: bool
    screen: bool
    is_polite: bool


@told("meeting:peers")
class PeersTold(Payload):
    """State: who of a pair is connected, and what each microphone and camera does. `meeting` is the pair's channel:
    for two that is the meeting, for the pairs of a third what entering acknowledged."""

    meeting: UUID
    generation: int
    peers: list[PeerTold]


def peers_told(relay: Relay, channel: UUID) -> PeersTold:
    present = relay.room(channel)
    return PeersTold(
        meeting=channel,
        generation=present.generation,
        peers=[
            PeerTold(
                person=peer.person,
                tab=peer.tab,
                microphone=peer.microphone,
                camera=peer.camera,
                screen=peer.screen,
                is_polite=peer.is_polite,
            )
            for peer in present.peers.values()
        ],
    )
