"""The relay: only the two of a meeting, only the present generation, only what has the right shape."""

import json
import uuid
from typing import Any

import pytest

from signaling.rates import FLOOD_AFTER, Allowance
from signaling.relay import LARGEST_BODY, Peer, Relay, Room

MEETING, AMINA, LUC, PROCESS = uuid.uuid4(), uuid.uuid4(), uuid.uuid4(), uuid.uuid4()


def signal(generation: int, **other: Any) -> dict[str, Any]:
    return {
        "channel_id": str(MEETING),
        "generation": generation,
        "kind": "description",
        "body": {"sdp": "v=0"},
        **other,
    }


HERE = {"a", "l", "c"}


def peers(**sids: uuid.UUID) -> dict[uuid.UUID, Peer]:
    return {person: Peer(person, sid, PROCESS, f"tab-{sid}") for sid, person in sids.items()}


@pytest.fixture
def relay() -> Relay:
    relay = Relay()
    relay.put(MEETING, Room(MEETING, 2, None, peers(a=AMINA, l=LUC)), HERE)
    return relay


def forward(relay: Relay, sid: str, sent: dict[str, Any]) -> tuple[str, str]:
    """(refusal, receiving connection)"""
    size = len(json.dumps(sent["body"]))
    refusal, peer = relay.route(sid, sent["channel_id"], sent["generation"], sent["kind"], size)
    return refusal, peer.sid if peer else ""


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


def test_a_signal_of_an_older_generation_is_dropped(relay: Relay) -> None:
    relay.put(MEETING, Room(MEETING, 3, None, peers(a2=AMINA, l=LUC)), {"a2", "l"})
    assert forward(relay, "l", signal(2)) == ("", "")
    assert forward(relay, "l", signal(3)) == ("", "a2")
    assert forward(relay, "a", signal(3))[0] == "not_in_meeting"


def test_the_other_one_may_be_in_another_process(relay: Relay) -> None:
    elsewhere = Peer(LUC, "l", uuid.uuid4(), "tab-l")
    relay.put(MEETING, Room(MEETING, 2, None, {AMINA: peers(a=AMINA)[AMINA], LUC: elsewhere}), {"a"})
    sent = signal(2)
    assert relay.route("a", sent["channel_id"], 2, "description", 9) == ("", elsewhere)
    assert relay.here(MEETING) == ["a"]
    assert forward(relay, "l", sent)[0] == "not_in_meeting", "whoever is there does not speak here"


def test_a_room_in_which_nobody_of_this_process_is_left_is_forgotten(relay: Relay) -> None:
    relay.put(MEETING, Room(MEETING, 2, None, peers(x=AMINA)), HERE)
    assert not relay.knows(MEETING)
    assert relay.meetings_of("a") == set()


def test_a_closed_meeting_reaches_nobody(relay: Relay) -> None:
    relay.close(MEETING)
    assert forward(relay, "a", signal(1))[0] == "not_in_meeting"
    assert relay.here(MEETING) == []
    assert not relay.leave("a")


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
    """Whoever comes third hears nothing of what the two others send each other."""
    claire, pair = uuid.uuid4(), uuid.uuid4()
    relay.put(pair, Room(MEETING, 2, None, peers(a=AMINA, c=claire)), HERE)
    sent = signal(2, channel_id=str(pair))
    assert forward(relay, "c", sent) == ("", "a")
    assert forward(relay, "c", signal(2))[0] == "not_in_meeting", "the room of the two others"
    assert forward(relay, "l", sent)[0] == "not_in_meeting"
    assert forward(relay, "a", signal(2)) == ("", "l")
    assert relay.meetings_of("a") == {MEETING}
    relay.close(MEETING)
    assert [relay.here(each) for each in (pair, MEETING)] == [[], []]
