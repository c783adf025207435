"""The live events, with who may send them and what the answer says."""

from tests.server.rights.row import ALL, KNOWN, LiveRow, follow, only, send

STAFF = only("luc")
TALKING = only("tomas", "sophie")
ORGANISERS = only("ines", "paul")

STREAMS: tuple[LiveRow, ...] = (
    follow("fair:{fair_id}", ALL),
    follow("hall:{fair_id}", ALL),
    follow("line:{booth}", STAFF),
    follow("person:{amina}", only("amina")).hidden("stream", from_strangers=True),
    follow("conversation:{public}", ALL),
    follow("conversation:{conversation}", only("karim", "luc")).hidden("conversation", from_strangers=True),
    follow("conversation:{meeting_conversation}", TALKING).hidden("conversation", from_strangers=True),
    follow("conversation:{appointment_conversation}", only("amina", "by_link", "claire", "sophie")).hidden(
        "conversation", from_strangers=True
    ),
    follow("conversation:{counsel_conversation}", only("amina", "claire")).hidden("conversation", from_strangers=True),
    follow("meeting:{meeting}", TALKING).hidden("meeting"),
    follow("moderation:{fair_id}", ORGANISERS),
    send("stream:leave", ALL, stream="fair:{fair_id}"),
)

CHAT: tuple[LiveRow, ...] = (
    send("chat:send", KNOWN, conversation_id="{public}", text="Hello", client_id="{uuid}"),
    send("chat:send", only("karim", "luc"), conversation_id="{conversation}", text="Hello", client_id="{uuid}").hidden(
        "conversation", from_strangers=True
    ),
    send(
        "chat:send", only("amina", "claire"), conversation_id="{counsel_conversation}", text="Hi", client_id="{uuid}"
    ).hidden("conversation", from_strangers=True),
    send("chat:report", KNOWN, message_id="{message}"),
    send("chat:remove", only("luc", "ines", "paul"), message_id="{message}"),
)

LINES: tuple[LiveRow, ...] = (
    send("booth:attend", STAFF, booth_id="{booth}"),
    send("booth:pause", STAFF, booth_id="{booth}"),
    send("booth:resume", STAFF, booth_id="{booth}"),
    send("line:join", KNOWN, booth_id="{booth}").but(luc="line.own"),
    send("line:leave", only("amina"), place_id="{place}").hidden("place").but(luc="refused"),
    send("line:return", only("amina"), place_id="{place_on_hold}").hidden("place").but(sophie="refused"),
    send("line:ready", only("amina"), place_id="{place}").hidden("place").but(luc="refused"),
    send("line:call", STAFF, booth_id="{booth}").after("luc", "/calls/{call}/withdraw"),
    send("line:withdraw", STAFF, call_id="{call}").hidden("call").but(karim="refused"),
    send("line:stretch", only("karim"), call_id="{call}").hidden("call").but(luc="refused"),
    send("line:answer", only("karim"), call_id="{call}", answer="later").hidden("call").but(luc="refused"),
)

MEETINGS: tuple[LiveRow, ...] = (
    send("meeting:enter", TALKING, meeting_id="{meeting}", tab="t").hidden("meeting"),
    send("meeting:report", TALKING, meeting_id="{meeting}", what="connected").hidden("meeting"),
    send("meeting:leave", ALL, meeting_id="{meeting}"),
    send("meeting:go_in", TALKING, meeting_id="{meeting}").hidden("meeting"),
    send("meeting:go_out", TALKING, meeting_id="{meeting}").hidden("meeting"),
    send("meeting:change_mode", TALKING, meeting_id="{meeting}", mode="audio").hidden("meeting"),
    # Tomás has no tab open that could be asked, and shows nothing yet.
    send("cobrowsing:ask", only("sophie"), meeting_id="{meeting}")
    .hidden("meeting")
    .but(tomas="refused", sophie="cobrowsing.away"),
    send("cobrowsing:decline", only("tomas"), meeting_id="{meeting}").hidden("meeting").but(sophie="refused"),
    send("cobrowsing:begin", only("tomas"), meeting_id="{meeting}").hidden("meeting").but(sophie="refused"),
    send("cobrowsing:allow", only("tomas"), meeting_id="{meeting}", may_fill=True)
    .hidden("meeting")
    .but(sophie="refused", tomas="cobrowsing.over"),
    send("cobrowsing:end", TALKING, meeting_id="{meeting}").hidden("meeting"),
    send("meeting:prolong", only("sophie"), meeting_id="{meeting}").hidden("meeting").but(tomas="refused"),
    send("meeting:end", only("sophie"), meeting_id="{meeting}").hidden("meeting").but(tomas="refused"),
)

LIVE = (*STREAMS, *CHAT, *LINES, *MEETINGS)
