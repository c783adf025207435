"""A booth: its line, its desk, its talks, and how its employer sets it up."""

from rooms.core.uploads import Upload
from server.tables import XLSX
from tests.server.furnishing import PDF
from tests.server.rights.row import ALL, KNOWN, PAGE, Row, act, content, only, read, status, to

STAFF = only("luc")
SETTERS = only("luc", "ines", "paul")
"""Its own people, and whoever runs the fair, on their behalf."""
SET_UP = "/booths/{booth}/set-up"

TALKS = to("/desk/{booth}/talks")
VACANCY = "/fairs/{fair}/booths/{employer}/vacancies/{vacancy}"

VACANCIES: tuple[Row, ...] = (
    read(VACANCY, ALL),
    act(VACANCY + "/keep", KNOWN, to(VACANCY)),
    act(VACANCY + "/let-go", KNOWN, to(VACANCY)),
    # The vacancy of the world is for those who come and talk.
    act(VACANCY + "/apply", KNOWN, status(409)),
    act(VACANCY + "/take-back", KNOWN, status(404)),
    read("/me/vacancies", KNOWN),
    act("/me/vacancies/{vacancy}/let-go", KNOWN, to("/me/vacancies")),
    act("/desk/{booth}/break", STAFF, to("/desk/{booth}"), minutes="10"),
    act("/desk/{booth}/break/end", STAFF, to("/desk/{booth}")),
    read("/desk/{booth}/notes", STAFF, content(XLSX)),
    # The world's talks go on, or are of another booth.
    read("/desk/{booth}/talks/{talk}", STAFF, status(404)),
    act("/desk/{booth}/talks/{talk}", STAFF, status(404), next_step="keep"),
    act("/desk/{booth}/talks/{talk}/record", STAFF, status(404), team_notes="Kind."),
    act("/desk/{booth}/talks/{talk}/scorecard", STAFF, status(404)),
    read("/desk/{booth}/scorecards", STAFF),
    read("/desk/{booth}/people", STAFF),
    # Nobody of the world may be found.
    act("/desk/{booth}/people", STAFF, to("/desk/{booth}/people"), person="{person}", words="Come"),
    act("/booths/{booth}/criteria", SETTERS, to(SET_UP + "#criteria"), criteria="Craft"),
    act("/desk/{booth}/talks/{talk}/hand-to", STAFF, status(404), colleague="{luc}"),
    act("/desk/{booth}/talks", STAFF, status(422), next_step="keep", talk="{meeting}"),
    act("/desk/{booth}/answer-templates", STAFF, PAGE, next_step="keep", template_name="Kept", answer="Thanks."),
    act("/desk/{booth}/answer-templates/{answer_template}/remove", STAFF, TALKS).once(),
    read("/desk/{booth}/applications", STAFF),
    read("/desk/{booth}/transfer/{file_format}", STAFF, content("application/json")),
    act("/me/transfers/{employer_id}", KNOWN, to("/me")),
    act("/me/transfers/{employer_id}/withdraw", only("amina"), to("/me")).hidden(),
    read("/desk/{booth}/report", STAFF),
    read("/desk/{booth}/report/{kind}", STAFF, content("application/pdf")),
    act(
        "/desk/{booth}/applications/{job_application}",
        STAFF,
        to("/desk/{booth}/applications"),
        verdict="talk",
    ).once(),
    act("/booths/{booth}/vacancies/list", SETTERS, to(SET_UP + "#vacancies"), vacancy_lines="Job;Place\nCook;Lyon"),
)

LINE: tuple[Row, ...] = (
    read("/fairs/{fair}/booths/{employer}", ALL),
    read("/fairs/{fair}/booths/{employer}/question", KNOWN),
    read("/fairs/{fair}/booths/{employer}/join", KNOWN),
    # Nobody waits at the booth where they stand.
    act("/fairs/{fair}/booths/{employer}/join", KNOWN, to("/fairs/{fair}/booths/{employer}"), words="Hello").but(
        luc=409
    ),
    act("/places/{place}/leave", only("amina"), to("/")).hidden().but(luc=403),
    act("/places/{place}/return", only("amina"), to("/")).of(place="place_on_hold").hidden().but(sophie=403),
    act("/places/{place}/ready", only("amina"), to("/")).hidden().but(luc=403),
    act("/places/{place}/where", only("amina"), to("/"), where="video").hidden().but(luc=403),
    # Karim waits at home.
    act("/calls/{call}/arrived", STAFF, status(409)).hidden().but(karim=403),
    act("/calls/{call}/stretch", only("karim"), to("/")).hidden().but(luc=403),
    act("/calls/{call}/answer", only("karim"), to("/fairs/{fair}/booths/{employer}"), answer="later")
    .hidden()
    .but(luc=403),
    act("/calls/{call}/withdraw", STAFF, to("/desk/{booth}")).hidden().but(karim=403),
    act(
        "/conversations/{conversation}/messages",
        only("karim", "luc"),
        to("/#chat"),
        text="Hello",
        client_id="{uuid}",
    )
    .hidden()
    .but(anyone=404, by_link=404),
)

DESK: tuple[Row, ...] = (
    read("/desk", KNOWN).but(luc=to("/desk/{booth}"), sophie=to("/desk/*")),
    read("/desk/{booth}", STAFF),
    act("/desk/{booth}/call", STAFF, to("/desk/{booth}")).after("luc", "/calls/{call}/withdraw"),
    act("/desk/{booth}/pause", STAFF, to("/desk/{booth}")),
    act("/desk/{booth}/resume", STAFF, to("/desk/{booth}")),
    read("/desk/{booth}/questions/{conversation}", STAFF),
    read("/desk/{booth}/talks", STAFF),
)

MEETING: tuple[Row, ...] = (
    read("/meetings/{meeting}", only("tomas", "sophie")).hidden(),
    act("/meetings/{meeting}/mode", only("tomas", "sophie"), to("/meetings/{meeting}"), mode="audio").hidden(),
    act("/meetings/{meeting}/end", only("sophie"), to("/meetings/{meeting}")).hidden().but(tomas=403),
    act("/meetings/{meeting}/go-in", only("tomas", "sophie"), to("/meetings/{meeting}#chat")).hidden(),
    act("/meetings/{meeting}/leave", only("tomas", "sophie"), to("/meetings/{meeting}"))
    .hidden()
    .but(tomas=to("/me/talks#talk-{meeting}")),
    # The one who leads has not ended it yet.
    act("/meetings/{meeting}/reopen", only("sophie"), status(409)).hidden().but(tomas=403),
    act("/meetings/{meeting}/referral", only("sophie"), PAGE, to="booth:{booth}").hidden().but(tomas=403),
    act("/meetings/{meeting}/referral/withdraw", only("sophie"), to("/meetings/{meeting}")).hidden().but(tomas=403),
    act("/meetings/{meeting}/referrals/{referral}", only("tomas"), to("/meetings/{meeting}"), answer="yes")
    .hidden()
    .but(sophie=403),
    act("/meetings/{meeting}/notes", only("sophie"), PAGE, notes="Kind.").hidden().but(tomas=403),
    act("/meetings/{meeting}/answer", only("sophie"), to("/desk/*"), next_step="keep")
    .after("sophie", "/meetings/{meeting}/end")
    .hidden()
    .but(tomas=403),
    read("/me/talks", KNOWN),
    read("/me/inbox", KNOWN),
    act("/meetings/{meeting}/rating", only("tomas"), to("/me/talks#talk-{meeting}"), rating="5")
    .hidden()
    .but(sophie=403),
)

SETTING_UP: tuple[Row, ...] = (
    read("/booths/{booth}/rota", SETTERS),
    act(
        "/booths/{booth}/rota", SETTERS, status(422), person="{amina}", date="2026-11-24", opens="09:00", closes="10:00"
    ),
    act("/booths/{booth}/rota/{shift}/remove", SETTERS, to("/booths/{booth}/rota")).once(),
    read("/booths/{booth}/set-up", SETTERS),
    act("/booths/{booth}/take-over", SETTERS, status(409), before="{booth}"),
    act(
        "/booths/{booth}/set-up",
        SETTERS,
        to(SET_UP + "#booth"),
        description="Come.",
        talk_minutes="15",
        sector="retail",
        colour="blue",
    ),
    act("/booths/{booth}/staff", STAFF, to(SET_UP + "#staff"), staff="{luc}"),
    act("/booths/{booth}/colleagues", STAFF, to(SET_UP + "#colleagues"), email="new@example.org"),
    act("/booths/{booth}/colleagues/{colleague}/remove", STAFF, to(SET_UP + "#people")),
    act("/booths/{booth}/invitations/{booth_invitation}/again", STAFF, to(SET_UP + "#people")),
    act("/booths/{booth}/invitations/{booth_invitation}/withdraw", STAFF, to(SET_UP + "#people")),
    act("/booths/{booth}/vacancies", SETTERS, to(SET_UP + "#vacancies"), title="Cook", contract="permanent"),
    act("/booths/{booth}/documents", SETTERS, to(SET_UP + "#documents"), document=Upload("hours.pdf", PDF)),
    act("/documents/{paper}/withdraw", SETTERS, to(SET_UP + "#documents")).once(),
    read("/vacancies/{vacancy}", SETTERS).hidden(),
    act("/vacancies/{vacancy}", SETTERS, to("/desk"), title="Cook", contract="permanent").hidden(),
    act("/vacancies/{vacancy}/withdraw", SETTERS, to("/desk")).hidden().once(),
)

KINDS, TIMES = "/booths/{booth}/interviews#kinds", "/booths/{booth}/interviews#times"

INTERVIEWS: tuple[Row, ...] = (
    read("/booths/{booth}/interviews", STAFF),
    act(
        "/booths/{booth}/interviews",
        STAFF,
        to(KINDS),
        appointment_type="Second interview",
        minutes="20",
        modes="video",
    ).once(),
    read("/booths/{booth}/interviews/{interview}/change", STAFF),
    act(
        "/booths/{booth}/interviews/{interview}/change",
        STAFF,
        to(KINDS),
        appointment_type="Talk",
        minutes="20",
        modes="video",
    ),
    act("/booths/{booth}/interviews/{interview}/withdraw", STAFF, to(KINDS)),
    act(
        "/booths/{booth}/interviews/times",
        STAFF,
        to(TIMES),
        day="2026-11-24",
        day_begins="14:00",
        day_ends="16:00",
        day_modes="video",
    ),
    act("/booths/{booth}/interviews/times/{interview_day}/remove", STAFF, to(TIMES)),
)

ROUTES = (*VACANCIES, *LINE, *DESK, *MEETING, *SETTING_UP, *INTERVIEWS)
