"""The relay: only the two of a meeting, only the present generation, only what has the right shape."""

import json
import uuid
from typing import Any

import pytest

from signaling.rates import FLOOD_AFTER, Allowance
from signaling.relay import LARGEST_BODY, Peer, Relay

MEETING, AMINA, LUC = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()


def signal(generation: int, **other: Any) -> dict[str, Any]:
    return {
        "channel_id": str(MEETING),
        "generation": generation,
        "kind": "description",
        "body": {"sdp": "v=0"},
        **other,
    }


@pytest.fixture
def relay() -> Relay:
    relay = Relay()
    relay.enter(MEETING, Peer(AMINA, "a", "tab-a"), 0)
    relay.enter(MEETING, Peer(LUC, "l", "tab-l"), 0)
    return relay


def forward(relay: Relay, sid: str, sent: dict[str, Any]) -> tuple[str, str]:
    """(refusal, receiving connection)"""
    return relay.route(sid, sent["channel_id"], sent["generation"], sent["kind"], len(json.dumps(sent["body"])))


def generation(relay: Relay) -> int:
    return relay.room(MEETING).generation


def test_a_signal_goes_to_the_other_peer_as_it_came(relay: Relay) -> None:
    sent = signal(generation(relay))
    assert forward(relay, "a", sent) == ("", "l")
    assert forward(relay, "l", sent) == ("", "a")


def test_a_stranger_cannot_signal(relay: Relay) -> None:
    assert forward(relay, "x", signal(generation(relay)))[0] == "not_in_meeting"


def test_another_meeting_is_not_reached_from_this_one(relay: Relay) -> None:
    assert forward(relay, "a", signal(generation(relay), channel_id=str(uuid.uuid4())))[0] == "not_in_meeting"


def test_a_signal_of_another_kind_is_refused(relay: Relay) -> None:
    assert forward(relay, "a", signal(generation(relay), kind="offer"))[0] == "header"


def test_a_body_that_is_too_large_is_refused(relay: Relay) -> None:
    assert forward(relay, "a", signal(generation(relay), body="x" * (LARGEST_BODY + 1)))[0] == "too_large"


def test_a_reload_raises_the_generation_and_signals_of_the_old_one_are_dropped(relay: Relay) -> None:
    before = generation(relay)
    after = relay.enter(MEETING, Peer(AMINA, "a2", "tab-a"), 0)
    assert after == before + 1
    assert forward(relay, "l", signal(before)) == ("", "")
    assert forward(relay, "l", signal(after))[1] == "a2"
    assert forward(relay, "a", signal(after))[0] == "not_in_meeting"


def test_a_connection_that_comes_back_with_its_transport_keeps_the_generation(relay: Relay) -> None:
    before = generation(relay)
    relay.leave("a")
    assert relay.enter(MEETING, Peer(AMINA, "a2", "tab-a"), before) == before


def test_after_a_restart_the_generation_the_peers_hold_goes_on() -> None:
    fresh = Relay()
    assert fresh.enter(MEETING, Peer(AMINA, "a", "t"), 7) == 7
    assert fresh.enter(MEETING, Peer(LUC, "l", "t"), 7) == 7
    assert fresh.enter(MEETING, Peer(LUC, "l2", "t"), 0) == 8


def test_what_microphone_and_camera_do_survives_a_reconnection(relay: Relay) -> None:
    peer = relay.peer(MEETING, "a")
    assert peer is not None
    peer.microphone = True
    relay.enter(MEETING, Peer(AMINA, "a2", "tab-a"), generation(relay))
    again = relay.peer(MEETING, "a2")
    assert again is not None
    assert again.microphone


def test_another_tab_is_known_and_the_same_one_is_not_another(relay: Relay) -> None:
    assert relay.elsewhere(MEETING, AMINA, "tab-b") is not None
    assert relay.elsewhere(MEETING, AMINA, "tab-a") is None


def test_a_closed_meeting_reaches_nobody(relay: Relay) -> None:
    relay.close(MEETING)
    assert forward(relay, "a", signal(1))[0] == "not_in_meeting"
    assert relay.connections(MEETING) == []


def test_too_often_is_refused_and_beyond_reason_it_is_a_flood() -> None:
    allowance = Allowance()
    taken = [allowance.take("chat:send", 60) for _ in range(FLOOD_AFTER + 30)]
    assert taken[:15] == [True] * 15
    assert not any(taken[20:])
    assert allowance.is_flood
    assert allowance.take("line:join", 60)


def test_a_page_is_shown_by_its_owner_while_it_is_agreed_and_answered_by_the_other_one(relay: Relay) -> None:
    page = signal(generation(relay), kind="cobrowse", body={"text": "page"})
    back = signal(generation(relay), kind="cobrowse_back", body={"point": {"x": 1, "y": 2}})
    assert forward(relay, "a", page) == ("", ""), "nobody has agreed to anything"
    relay.cobrowse(MEETING, AMINA)
    assert forward(relay, "a", page) == ("", "l")
    assert forward(relay, "l", back) == ("", "a")
    assert forward(relay, "l", page) == ("", ""), "the other one's page was never agreed to"
    assert forward(relay, "a", back) == ("", "")
    relay.cobrowse(MEETING, None)
    assert forward(relay, "a", page) == ("", "")
    assert forward(relay, "l", back) == ("", "")


def test_the_pairs_of_three_have_rooms_of_their_own_and_end_together(relay: Relay) -> None:
    """Whoever comes third breaks no talk under way, and hears nothing of what the two others send each other."""
    claire, pair, before = uuid.uuid4(), uuid.uuid4(), generation(relay)
    relay.enter(pair, Peer(AMINA, "a", "tab-a"), 0, MEETING)
    third = relay.enter(pair, Peer(claire, "c", "tab-c"), 0, MEETING)
    assert generation(relay) == before, "the two others go on"
    sent = signal(third, channel_id=str(pair))
    assert forward(relay, "c", sent) == ("", "a")
    assert forward(relay, "c", signal(before))[0] == "not_in_meeting", "the room of the two others"
    assert forward(relay, "l", signal(third, channel_id=str(pair)))[0] == "not_in_meeting"
    assert forward(relay, "a", signal(before))[1] == "l"
    assert relay.leave("c") == {pair}
    assert relay.leave("a") == {MEETING, pair}
    relay.close(MEETING)
    assert [relay.connections(each) for each in (pair, MEETING)] == [[], []]
