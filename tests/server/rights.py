"""The rights as a table: every route and every live event, with who may. Whoever is not named is refused."""

from dataclasses import dataclass, field
from typing import Any

ALL = frozenset({"anyone", "by_link", "amina", "karim", "tomas", "luc", "sophie", "ines", "claire", "paul"})
KNOWN = ALL - {"anyone", "by_link"}
BOOKABLE = frozenset({"claire", "luc", "sophie"})
"""Counsellors, and the staff of booths."""


def only(*roles: str) -> frozenset[str]:
    return frozenset(roles)


@dataclass(frozen=True)
class Row:
    """One route: who may, and what is sent with it. In the world, Amina waits in the line of Luc's booth and has an
    appointment with Claire to which Sophie comes too, and has come to it by the mailed link on another device
    ("by_link"); Karim is being called there and has asked a question; Tomás talks with Sophie; Inès runs the fair, Paul
    administers."""

    method: str
    path: str
    allowed: frozenset[str]
    form: dict[str, str] = field(default_factory=dict)
    once: bool = False
    """Once it is done it is no longer theirs to do: each is tried in a world of their own."""


def read(path: str, allowed: frozenset[str]) -> Row:
    return Row("GET", path, allowed)


def act(path: str, allowed: frozenset[str], **form: str) -> Row:
    return Row("POST", path, allowed, form)


def once(path: str, allowed: frozenset[str]) -> Row:
    return Row("POST", path, allowed, once=True)


ROUTES: tuple[Row, ...] = (
    read("/", ALL),
    read("/camera", ALL),
    read("/healthz", ALL),
    read("/demo/mailbox", ALL),
    act("/language", ALL, language="fr"),
    read("/sign-in", ALL),
    act("/sign-in", ALL, name="Zoé", email="zoe2@example.org"),
    read("/sign-in/{code}", ALL),
    act("/sign-in/{code}", ALL, code="000000"),
    act("/sign-in-by-link", ALL, email="zoe@example.org"),
    act("/sign-in-by-password", ALL, email="zoe@example.org", password="x"),
    read("/links/{token}", ALL),
    act("/links/{token}", ALL),
    act("/sign-out", ALL),
    read("/fairs/{fair}", ALL),
    read("/fairs/{fair}/chat", ALL),
    read("/fairs/{fair}/lines", KNOWN),
    read("/fairs/{fair}/booths/{employer}", ALL),
    read("/fairs/{fair}/booths/{employer}/question", KNOWN),
    read("/fairs/{fair}/booths/{employer}/join", KNOWN),
    act("/fairs/{fair}/booths/{employer}/join", KNOWN, words="Hello"),
    read("/booths/{booth}/interviews", only("luc")),
    act("/booths/{booth}/interviews", only("luc"), appointment_type="Second interview", minutes="20", modes="video"),
    read("/booths/{booth}/interviews/{interview}/change", only("luc")),
    act(
        "/booths/{booth}/interviews/{interview}/change",
        only("luc"),
        appointment_type="Talk",
        minutes="20",
        modes="video",
    ),
    act("/booths/{booth}/interviews/{interview}/withdraw", only("luc")),
    act("/booths/{booth}/interviews/times", only("luc"), day="2026-11-24", day_begins="09:00", day_ends="12:00"),
    act("/booths/{booth}/interviews/times/{interview_day}/remove", only("luc")),
    act("/places/{place}/leave", only("amina")),
    act("/places/{place}/return", only("amina")),
    act("/calls/{call}/answer", only("karim"), answer="later"),
    act("/calls/{call}/withdraw", only("luc")),
    act("/conversations/{conversation}/messages", only("karim", "luc"), text="Hello", client_id="{uuid}"),
    act("/messages/{message}/report", KNOWN),
    act("/messages/{message}/remove", only("luc", "ines", "paul")),
    act("/messages/{message}/settle", only("luc", "ines", "paul")),
    act("/fairs/{fair}/people/{person}/silence", only("ines", "paul"), how="mute"),
    read("/me", KNOWN),
    act("/me", KNOWN, name="Somebody"),
    act("/me/password", KNOWN, password="a sentence that is long"),
    act("/me/sessions/{session}/end", only("amina")),
    act("/me/cv", KNOWN),
    act("/me/cv/withdraw", KNOWN),
    read("/documents/{document}", only("amina", "luc")),
    act("/booths/{booth}/documents", only("luc"), kind="booth"),
    act("/documents/{paper}/withdraw", only("luc")),
    act("/appointments/{appointment}/documents", only("amina", "by_link", "claire", "sophie")),
    read("/me/talks", KNOWN),
    act("/meetings/{meeting}/rating", only("tomas"), rating="5"),
    read("/desk", KNOWN),
    read("/desk/{booth}", only("luc")),
    act("/desk/{booth}/call", only("luc")),
    act("/desk/{booth}/pause", only("luc")),
    act("/desk/{booth}/resume", only("luc")),
    read("/desk/{booth}/questions/{conversation}", only("luc")),
    read("/desk/{booth}/talks", only("luc")),
    read("/booths/{booth}/set-up", only("luc")),
    act("/booths/{booth}/set-up", only("luc"), description="Come.", talk_minutes="15", sector="retail", colour="blue"),
    act("/booths/{booth}/staff", only("luc")),
    act("/booths/{booth}/colleagues", only("luc"), email="new@example.org"),
    act("/booths/{booth}/colleagues/{colleague}/remove", only("luc")),
    act("/booths/{booth}/invitations/{booth_invitation}/withdraw", only("luc")),
    act("/booths/{booth}/vacancies", only("luc"), title="Cook", contract="permanent"),
    read("/vacancies/{vacancy}", only("luc")),
    act("/vacancies/{vacancy}", only("luc"), title="Cook", contract="permanent"),
    act("/vacancies/{vacancy}/withdraw", only("luc")),
    read("/organise", only("ines", "paul")),
    read("/organise/new", only("ines", "paul")),
    act("/organise/new", only("ines", "paul"), name="Another fair"),
    read("/organise/{fair}", only("ines", "paul")),
    read("/organise/{fair}/describe", only("ines", "paul")),
    act("/organise/{fair}/describe", only("ines", "paul"), name="Hotels"),
    act("/organise/{fair}/days", only("ines", "paul"), date="2027-01-01", opens="09:00", closes="18:00"),
    act("/organise/{fair}/days/{day}/remove", only("ines", "paul")),
    act("/organise/{fair}/employers", only("ines", "paul"), employer="New", sector="retail", email="n@example.org"),
    act("/organise/{fair}/candidates", only("ines", "paul"), candidate_email="n@example.org"),
    act("/organise/{fair}/organisers", only("ines", "paul"), organiser_email="n@example.org"),
    act("/organise/{fair}/organisers/{person}/remove", only("ines", "paul")),
    act("/organise/{fair}/banner", only("ines", "paul")),
    act("/organise/{fair}/banner/remove", only("ines", "paul")),
    act("/organise/{fair}/invitations/{invitation}/withdraw", only("ines", "paul")),
    act("/organise/{fair}/announcements", only("ines", "paul"), text="Hello"),
    act("/organise/{fair}/move", only("ines", "paul"), move="close"),
    read("/administer", only("paul")),
    act("/administer/organisers", only("paul"), email="n@example.org"),
    act("/administer/counsellors", only("paul"), agency="A", team="B", counsellor_email="n@example.org"),
    act("/administer/organisers/{person}/remove", only("paul")),
    act("/administer/teams/{team}/counsellors/{person}/remove", only("paul")),
    act("/administer/invitations/{organiser_invitation}/withdraw", only("paul")),
    read("/administer/agencies/{agency}", only("paul")),
    act("/administer/agencies/{agency}", only("paul"), agency="La Réunion", time_zone="Indian/Reunion"),
    act("/administer/agencies/{agency}/types", only("paul"), appointment_type="Training", minutes="30", modes="video"),
    read("/administer/agencies/{agency}/types/{appointment_type}/change", only("paul")),
    act(
        "/administer/agencies/{agency}/types/{appointment_type}/change",
        only("paul"),
        appointment_type="Plan",
        minutes="30",
        modes="chat",
    ),
    act("/administer/agencies/{agency}/types/{appointment_type}/withdraw", only("paul")),
    read("/appointments", KNOWN),
    read("/appointments/new", KNOWN),
    act("/appointments/where", KNOWN, postcode="44000"),
    read("/appointments/new/{appointment_type}", KNOWN),
    act("/appointments/new/{appointment_type}/hold", KNOWN, begins="{free_time}", mode="video"),
    act("/appointments/new/{appointment_type}/wish", KNOWN, first_day="2026-12-01", last_day="2026-12-09"),
    act("/wishes/{wish}/give-up", only("amina")),
    read("/appointments/{appointment}", only("amina", "by_link", "claire", "sophie")),
    read("/appointments/{appointment}/confirm", only("amina", "by_link", "claire")),
    act("/appointments/{appointment}/book", only("amina", "by_link", "claire")),
    act("/appointments/{appointment}/decline", only("amina", "by_link", "claire")),
    read("/appointments/{appointment}/times", only("amina", "by_link", "claire")),
    act("/appointments/{appointment}/move", only("amina", "by_link", "claire"), begins="{free_time}", mode="video"),
    act("/appointments/{appointment}/cancel", only("amina", "by_link", "claire")),
    once("/appointments/{appointment}/guest/excuse", only("amina", "by_link", "claire", "sophie")),
    once("/appointments/{appointment}/links/withdraw", only("amina", "by_link", "claire")),
    act("/appointments/{appointment}/coming", only("amina", "by_link", "claire"), begins="{begins}"),
    act("/appointments/{appointment}/contest", only("amina", "by_link"), contested="I was there."),
    act(
        "/appointments/{appointment}/satisfaction", only("amina", "by_link"), helped="verdict_yes", heard="verdict_yes"
    ),
    act("/appointments/{appointment}/room", only("amina", "by_link", "claire", "sophie")),
    read("/appointments/{appointment}/receipt.pdf", only("amina", "by_link", "claire")),
    act("/appointments/{appointment}/record", only("claire"), attendance="came"),
    read("/appointments/{appointment}/calendar.ics", only("amina", "by_link", "claire", "sophie")),
    act("/appointments/{appointment}/letter", only("amina", "by_link", "claire")),
    read("/a/{link}", ALL),
    act("/a/{link}/room", ALL),
    act("/a/{link}/coming", ALL, begins="{begins}"),
    act("/a/{link}/cancel", ALL),
    read("/a/{link}/times", ALL),
    act("/a/{link}/move", ALL, begins="{free_time}", mode="video"),
    read("/counsel", only("claire")),
    act("/counsel/hand-over", only("claire"), day="2026-11-25", colleague="{uuid}"),
    read("/counsel/satisfaction", only("claire")),
    read("/counsel/hours", BOOKABLE),
    act("/counsel/hours/weekly", BOOKABLE, weekday="1", begins="09:00", ends="12:00", modes="video"),
    act("/counsel/hours/weekly/{hours}/remove", only("claire")),
    act("/counsel/hours/days", BOOKABLE, day="2026-12-24"),
    act("/counsel/hours/days/{unlike_day}/remove", only("claire")),
    act("/counsel/hours/rules", BOOKABLE),
    act("/counsel/hours/calendar", BOOKABLE, busy_address="https://calendar.example.org/a.ics"),
    act("/counsel/hours/feed", BOOKABLE),
    act("/counsel/hours/feed/close", BOOKABLE),
    read("/feeds/{feed}.ics", ALL),
    read("/counsel/people", only("claire")),
    act("/counsel/people", only("claire"), name="Zoé"),
    read("/counsel/people/{followed}", only("claire")),
    act("/counsel/people/{followed}/stop", only("claire")),
    act("/counsel/people/{asked}/take-back", only("claire")),
    once("/counsel/people/{unfollowed}/take-up", only("claire")),
    act("/counsel/people/{followed}/email", only("claire"), email="new@example.org"),
    act("/counsel/people/{followed}/notes", only("claire"), note="Kind.", note_kind="private"),
    act("/counsel/people/{followed}/steps", only("claire"), step="Finish the CV"),
    act("/counsel/people/{followed}/hand-over", only("claire"), colleague="{uuid}"),
    act("/counsel/people/{followed}/reinforced", only("claire"), is_reinforced="1"),
    act("/counsel/people/{followed}/suggest", only("claire"), suggested="{fair}"),
    act("/me/counsellors/{counsellor}/answer", only("tomas"), answer="no"),
    act("/suggestions/{suggestion}/share", only("amina"), is_shared="1"),
    act("/counsel/people/filters", only("claire"), filter_name="Now", only="only_due"),
    act("/counsel/people/filters/{filter}/forget", only("claire")),
    act("/counsel/people/hand-over", only("claire"), colleague="{uuid}"),
    act("/me/steps", KNOWN, step="Finish the CV"),
    act("/steps/{step}/sign", only("amina", "claire")),
    act("/steps/{step}/done", only("amina", "claire")),
    act(
        "/counsel/people/{followed}/book",
        only("claire"),
        appointment_type="{appointment_type}",
        begins="{free_time}",
        mode="video",
    ),
    read("/service-worker.js", ALL),
    read("/push/key", ALL),
    act("/push/subscribe", KNOWN, endpoint="https://push.example.org/{uuid}", p256dh="a" * 87, auth="a" * 22),
    act("/push/unsubscribe", KNOWN, endpoint="https://push.example.org/{uuid}"),
    read("/meetings/{meeting}", only("tomas", "sophie")),
    act("/meetings/{meeting}/mode", only("tomas", "sophie"), mode="audio"),
    act("/meetings/{meeting}/end", only("tomas", "sophie")),
    act("/meetings/{meeting}/leave", only("tomas", "sophie")),
    act("/meetings/{meeting}/notes", only("sophie"), notes="Kind."),
    act("/meetings/{meeting}/answer", only("sophie"), next_step="keep"),
)


@dataclass(frozen=True)
class LiveRow:
    event: str
    allowed: frozenset[str]
    payload: dict[str, Any]


def follow(stream: str, allowed: frozenset[str]) -> LiveRow:
    return LiveRow("stream:follow", allowed, {"streams": [{"stream": stream}]})


def send(event: str, allowed: frozenset[str], **payload: Any) -> LiveRow:
    return LiveRow(event, allowed, payload)


LIVE: tuple[LiveRow, ...] = (
    follow("fair:{fair_id}", ALL),
    follow("line:{booth}", only("luc")),
    follow("person:{amina}", only("amina")),
    follow("conversation:{public}", ALL),
    follow("conversation:{conversation}", only("karim", "luc")),
    follow("conversation:{meeting_talk}", only("tomas", "sophie")),
    follow("conversation:{appointment_talk}", only("amina", "by_link", "claire", "sophie")),
    follow("conversation:{counsel_talk}", only("amina", "claire")),
    send("chat:send", only("amina", "claire"), conversation_id="{counsel_talk}", text="Hello", client_id="{uuid}"),
    follow("meeting:{meeting}", only("tomas", "sophie")),
    follow("moderation:{fair_id}", only("ines", "paul")),
    send("stream:leave", ALL, stream="fair:{fair_id}"),
    send("chat:send", KNOWN, conversation_id="{public}", text="Hello", client_id="{uuid}"),
    send("chat:send", only("karim", "luc"), conversation_id="{conversation}", text="Hello", client_id="{uuid}"),
    send("chat:report", KNOWN, message_id="{message}"),
    send("chat:remove", only("luc", "ines", "paul"), message_id="{message}"),
    send("booth:attend", only("luc"), booth_id="{booth}"),
    send("booth:pause", only("luc"), booth_id="{booth}"),
    send("booth:resume", only("luc"), booth_id="{booth}"),
    send("line:join", KNOWN, booth_id="{booth}"),
    send("line:leave", only("amina"), place_id="{place}"),
    send("line:return", only("amina"), place_id="{place}"),
    send("line:call", only("luc"), booth_id="{booth}"),
    send("line:withdraw", only("luc"), call_id="{call}"),
    send("line:answer", only("karim"), call_id="{call}", answer="later"),
    send("meeting:enter", only("tomas", "sophie"), meeting_id="{meeting}", tab="t"),
    send("meeting:report", only("tomas", "sophie"), meeting_id="{meeting}", what="connected"),
    send("meeting:leave", ALL, meeting_id="{meeting}"),
    send("meeting:go_in", only("tomas", "sophie"), meeting_id="{meeting}"),
    send("meeting:go_out", only("tomas", "sophie"), meeting_id="{meeting}"),
    send("meeting:change_mode", only("tomas", "sophie"), meeting_id="{meeting}", mode="audio"),
    send("cobrowsing:ask", only("sophie"), meeting_id="{meeting}"),
    send("cobrowsing:decline", only("tomas"), meeting_id="{meeting}"),
    send("cobrowsing:begin", only("tomas"), meeting_id="{meeting}"),
    send("cobrowsing:allow", only("tomas"), meeting_id="{meeting}", may_fill=True),
    send("cobrowsing:end", only("tomas", "sophie"), meeting_id="{meeting}"),
    send("meeting:prolong", only("sophie"), meeting_id="{meeting}"),
    send("meeting:end", only("tomas", "sophie"), meeting_id="{meeting}"),
)
