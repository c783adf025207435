"""The fair as everybody sees it, as its organisers run it, and the installation as an administrator does."""

from rooms.core.uploads import Upload
from server.tables import XLSX
from tests.server.furnishing import picture
from tests.server.rights.row import ALL, KNOWN, Row, act, content, only, read, status, to

ORGANISERS = only("ines", "paul")
ADMINISTRATOR = only("paul")
CAME = ("amina", "karim", "tomas")
A_LIST, SENT_LIST = {"import": "a_list"}, {"import": "sent_list"}

SEEN: tuple[Row, ...] = (
    read("/fairs/{fair}", ALL),
    read("/fairs/{fair}/chat", ALL),
    read("/fairs/{fair}/lines", KNOWN),
    read("/fairs/{fair}/apply", ALL),
    act(
        "/fairs/{fair}/apply",
        ALL,
        to("/fairs/{fair}"),
        employer="Théâtre",
        sector="office",
        contact="Eva",
        email="eva@theatre.example",
    ).once(),
    read("/applications/{application_token}", ALL),
    act(
        "/applications/{application_token}",
        ALL,
        to("/applications/{application_token}"),
        employer="Cirque",
        sector="office",
        contact="Zoé",
    ),
    read("/fairs/{fair}/take-part", KNOWN),
    act("/fairs/{fair}/take-part", KNOWN, to("/fairs/{fair}/take-part")),
    # Nobody is registered in the world.
    act("/fairs/{fair}/take-part/cancel", KNOWN, status(409)),
    # Whoever takes part: tests/rooms/fairs/test_approaches.py.
    act("/fairs/{fair}/findable", KNOWN, status(409), may="1"),
    read("/fairs/{fair}/calendar.ics", ALL, content("text/calendar")),
    # Whoever works there has not come as a candidate.
    read("/fairs/{fair}/certificate", only(*CAME), content("application/pdf")).hidden(),
    # Nobody is asked while a fair goes on.
    read("/fairs/{fair}/survey", only(*CAME, "luc", "sophie")).hidden(),
    act("/fairs/{fair}/survey", only("luc", "sophie"), status(409), audience="employer", usefulness="4").hidden(),
    read("/organise/{fair}/survey", ORGANISERS),
    act("/organise/{fair}/survey", ORGANISERS, to("/organise/{fair}/survey"), candidate_1="How was it?"),
    read("/fairs/{fair}/programme", ALL),
    read("/fairs/{fair}/programme/{item}/calendar.ics", ALL, content("text/calendar")),
    act("/messages/{message}/report", KNOWN, to("/")),
    act("/messages/{message}/remove", only("luc", "ines", "paul"), to("/")),
    act("/messages/{message}/settle", only("luc", "ines", "paul"), to("/")),
    read("/organise/{fair}/people/{person}", ORGANISERS),
    act(
        "/organise/{fair}/people/{person}/sanctions",
        ORGANISERS,
        to("/organise/{fair}/people/{person}"),
        kind="warning",
        reason="Shouting.",
    ),
    read("/fairs/{fair}/help", KNOWN),
    act("/fairs/{fair}/help", KNOWN, to("/fairs/{fair}/help"), text="I hear nothing."),
    act("/fairs/{fair}/help/done", only("karim"), to("/fairs/{fair}")).hidden(),
    read("/fairs/{fair}/screen", ALL),
    # Nobody is registered in the world.
    read("/fairs/{fair}/ticket", KNOWN, status(404)),
    read("/tickets/{ticket}", ALL),
    read("/organise/{fair}/door", ORGANISERS),
    read("/organise/{fair}/door/people", ORGANISERS, content("application/json")),
    act(
        "/organise/{fair}/door",
        ORGANISERS,
        to("/organise/{fair}/door"),
        attendee="{attendee}",
        nonce="{nonce}",
        direction="in",
    ),
    act("/organise/{fair}/door/passages", ORGANISERS, content("application/json"), passages="[]"),
    act("/organise/{fair}/door/new", ORGANISERS, to("/organise/{fair}/door"), name="Noé", nonce="{nonce}"),
    # The fair of the world is held online: its kiosk is closed.
    read("/kiosk/{kiosk}", ALL, status(409)),
    read("/kiosk/{kiosk}/{booth}", ALL, status(409)),
    act("/kiosk/{kiosk}/{booth}", ALL, status(409), name="Noé", nonce="{nonce}"),
    read("/kiosk/{kiosk}/places/{place}", ALL, status(409)),
    act("/organise/{fair}/kiosk", ORGANISERS, to("/organise/{fair}/door#kiosk")),
    act("/organise/{fair}/kiosk/withdraw", ORGANISERS, to("/organise/{fair}/door#kiosk")),
    read("/organise/{fair}/signs", ORGANISERS, content("application/pdf")),
    read("/organise/{fair}/help", ORGANISERS),
    read("/organise/{fair}/help/{help_request}", ORGANISERS),
    act("/organise/{fair}/help/{help_request}/claim", ORGANISERS, to("/organise/{fair}/help/{help_request}")),
    act("/organise/{fair}/help/{help_request}/give-back", ORGANISERS, to("/organise/{fair}/help")),
    act("/organise/{fair}/help/{help_request}/done", ORGANISERS, to("/organise/{fair}/help")).once(),
    read("/organise/{fair}/moderation", ORGANISERS),
    act("/organise/{fair}/sanctions/{sanction}/lift", ORGANISERS, to("/")),
    act("/organise/{fair}/sanctions/{sanction}/read", ORGANISERS, to("/")),
    read("/fairs/{fair}/sanctions", only("karim")).hidden(),
    act(
        "/fairs/{fair}/sanctions/{sanction}", only("karim"), to("/fairs/{fair}/sanctions"), reply="I did not."
    ).hidden(),
)

RUN: tuple[Row, ...] = (
    read("/organise", ORGANISERS),
    read("/organise/new", ORGANISERS),
    act("/organise/new", ORGANISERS, to("/organise/another-fair"), name="Another fair", languages="fr").once(),
    read("/organise/{fair}", ORGANISERS),
    read("/organise/{fair}/describe", ORGANISERS),
    act("/organise/{fair}/describe", ORGANISERS, to("/organise/{fair}"), name="Hotels", languages="fr"),
    act(
        "/organise/{fair}/days",
        ORGANISERS,
        to("/organise/{fair}#days"),
        date="2027-01-01",
        opens="09:00",
        closes="18:00",
    ).once(),
    read("/organise/{fair}/days/{day}", ORGANISERS),
    act("/organise/{fair}/days/{day}", ORGANISERS, status(422)),
    act("/organise/{fair}/days/{day}/remove", ORGANISERS, to("/organise/{fair}#days")),
    act("/organise/{fair}/open", ORGANISERS, status(422)),
    read("/organise/{fair}/programme", ORGANISERS),
    act(
        "/organise/{fair}/programme",
        ORGANISERS,
        to("/organise/{fair}/programme"),
        title="Talk",
        date="2027-01-01",
        opens="09:00",
        closes="18:00",
    ),
    read("/organise/{fair}/programme/{item}", ORGANISERS),
    act(
        "/organise/{fair}/programme/{item}",
        ORGANISERS,
        to("/organise/{fair}/programme"),
        title="Talk",
        date="2027-01-01",
        opens="09:00",
        closes="18:00",
    ),
    act("/organise/{fair}/programme/{item}/remove", ORGANISERS, to("/organise/{fair}/programme")).once(),
    read("/organise/{fair}/rota", ORGANISERS),
    act(
        "/organise/{fair}/help-answers",
        ORGANISERS,
        to("/organise/{fair}/help#ready"),
        answer_name="Camera",
        answer_text="Allow it in your browser.",
    ),
    act("/organise/{fair}/help-answers/{help_answer}/remove", ORGANISERS, to("/organise/{fair}/help#ready")).once(),
    read("/organise/{fair}/letters", ORGANISERS),
    act("/organise/{fair}/letters/{letter}/call-off", ORGANISERS, to("/organise/{fair}/letters#planned")).once(),
    act(
        "/organise/{fair}/letters",
        ORGANISERS,
        to("/organise/{fair}/letters"),
        act="send",
        group="recruiters",
        subject="News",
        text="Hello",
    ).once(),
    read("/organise/{fair}/candidates/export", ORGANISERS, content(XLSX)),
    read("/organise/{fair}/report", ORGANISERS),
    read("/organise/{fair}/now", ORGANISERS),
    read("/organise/{fair}/report/{kind}", ORGANISERS, content("application/pdf")),
    read("/organise/{fair}/copy", ORGANISERS),
    act("/organise/{fair}/copy", ORGANISERS, to("/organise/copied"), name="Copied").once(),
    # An open fair is no draft.
    act("/organise/{fair}/delete", ORGANISERS, status(409)),
    act(
        "/organise/{fair}/employers",
        ORGANISERS,
        to("/organise/{fair}/employers"),
        employer="New",
        sector="retail",
        email="n@example.org",
    ).once(),
    act(
        "/organise/{fair}/candidates",
        ORGANISERS,
        to("/organise/{fair}/candidates"),
        candidate_email="n@example.org",
    ).once(),
    read("/organise/{fair}/employers", ORGANISERS),
    read("/organise/{fair}/recruiters", ORGANISERS),
    read("/organise/{fair}/candidates", ORGANISERS),
    act(
        "/organise/{fair}/candidates/chosen",
        ORGANISERS,
        to("/organise/{fair}/candidates"),
        chosen="{attendee}",
        act="remind",
    ),
    act(
        "/organise/{fair}/recruiters/chosen",
        ORGANISERS,
        to("/organise/{fair}/recruiters"),
        chosen="{booth_invitation}",
        act="withdraw",
    ),
    act(
        "/organise/{fair}/employers/chosen",
        ORGANISERS,
        to("/organise/{fair}/employers"),
        chosen="{booth}",
        act="tier",
        tier="{tier}",
    ),
    act("/organise/{fair}/booths/{booth}/leave", ORGANISERS, to("/organise/{fair}/employers")).once(),
    act("/organise/{fair}/tiers", ORGANISERS, to("/organise/{fair}/employers"), tier="Partner").once(),
    act("/organise/{fair}/tiers/{tier}/remove", ORGANISERS, to("/organise/{fair}/employers")).once(),
    read("/organise/{fair}/attendees/{attendee}", ORGANISERS),
    read("/organise/{fair}/registration", ORGANISERS),
    act(
        "/organise/{fair}/registration",
        ORGANISERS,
        to("/organise/{fair}/registration"),
        kind="choice",
        words="How did you hear of us?",
        options="A friend\nA poster",
    ),
    act(
        "/organise/{fair}/registration/mode",
        ORGANISERS,
        to("/organise/{fair}/registration"),
        mode="approval",
    ).once(),
    act("/organise/{fair}/registration/{question}/remove", ORGANISERS, to("/organise/{fair}/registration")).of(
        question="registration_question"
    ),
    read("/organise/{fair}/applications", ORGANISERS),
    act("/organise/{fair}/applications", ORGANISERS, to("/organise/{fair}/applications"), takes="1"),
    act(
        "/organise/{fair}/applications/{application}",
        ORGANISERS,
        to("/organise/{fair}/applications"),
        decision="approved",
    ).once(),
    act(
        "/organise/{fair}/applications/{application}/put-aside", ORGANISERS, to("/organise/{fair}/applications")
    ).once(),
    read("/organise/{fair}/imports", ORGANISERS),
    act(
        "/organise/{fair}/imports",
        ORGANISERS,
        to("/organise/{fair}/imports/*"),
        kind="candidates",
        document=Upload("list.csv", b"Email\nb@example.org\n"),
    ),
    read("/organise/{fair}/sheet", ORGANISERS, content("text/csv")),
    read("/organise/{fair}/imports/{import}", ORGANISERS).of(**A_LIST),
    act("/organise/{fair}/imports/{import}/columns", ORGANISERS, to("/organise/{fair}/imports/{import}"), email="0").of(
        **A_LIST
    ),
    act("/organise/{fair}/imports/{import}/send", ORGANISERS, to("/organise/{fair}/imports/{import}"), when="now")
    .of(**A_LIST)
    .once(),
    act("/organise/{fair}/imports/{import}/take-back", ORGANISERS, to("/organise/{fair}/imports/{import}"))
    .of(**SENT_LIST)
    .once(),
    act("/organise/{fair}/imports/{import}/throw-away", ORGANISERS, to("/organise/{fair}/imports")).of(**A_LIST).once(),
    act(
        "/organise/{fair}/organisers",
        ORGANISERS,
        to("/organise/{fair}#organisers"),
        organiser_email="n@example.org",
    ).once(),
    act("/organise/{fair}/organisers/{person}/remove", ORGANISERS, to("/organise/{fair}#organisers")),
    act(
        "/organise/{fair}/banner",
        ORGANISERS,
        to("/organise/{fair}#banner"),
        document=Upload("banner.png", picture()),
    ),
    act("/organise/{fair}/banner/remove", ORGANISERS, to("/organise/{fair}#banner")),
    # The booth of the world is set up, and stays.
    act("/organise/{fair}/booths/{booth}/give-up", ORGANISERS, status(409)),
    act("/organise/{fair}/invitations/{invitation}/withdraw", ORGANISERS, to("/organise/{fair}#invitations")),
    act("/organise/{fair}/invitations/{invitation}/again", ORGANISERS, to("/organise/{fair}#invitations")),
    read("/organise/{fair}/announcements/{announcement}", ORGANISERS),
    act(
        "/organise/{fair}/announcements/{announcement}",
        ORGANISERS,
        to("/organise/{fair}#announcements"),
        text="Hello all",
    ),
    act("/organise/{fair}/announcements/{announcement}/end", ORGANISERS, to("/organise/{fair}#announcements")),
    act("/organise/{fair}/announcements", ORGANISERS, to("/organise/{fair}#announcements"), text="Hello"),
    act("/organise/{fair}/move", ORGANISERS, to("/organise/{fair}"), move="close").once(),
)

ADMINISTERED: tuple[Row, ...] = (
    read("/administer", ADMINISTRATOR),
    act("/administer/organisers", ADMINISTRATOR, to("/administer"), email="n@example.org"),
    act(
        "/administer/counsellors",
        ADMINISTRATOR,
        to("/administer"),
        agency="A",
        team="B",
        counsellor_email="n@example.org",
    ),
    act("/administer/organisers/{person}/remove", ADMINISTRATOR, to("/administer")),
    act("/administer/teams/{team}/counsellors/{person}/remove", ADMINISTRATOR, to("/administer")),
    act("/administer/invitations/{organiser_invitation}/withdraw", ADMINISTRATOR, to("/administer")),
    act("/administer/invitations/{organiser_invitation}/again", ADMINISTRATOR, to("/administer")),
    read("/administer/agencies/{agency}", ADMINISTRATOR),
    act(
        "/administer/agencies/{agency}",
        ADMINISTRATOR,
        to("/administer/agencies/{agency}#place"),
        agency="La Réunion",
        time_zone="Indian/Reunion",
    ),
    act(
        "/administer/agencies/{agency}/types",
        ADMINISTRATOR,
        to("/administer/agencies/{agency}#types"),
        appointment_type="Training",
        minutes="30",
        modes="video",
    ),
    read("/administer/agencies/{agency}/types/{appointment_type}/change", ADMINISTRATOR),
    act(
        "/administer/agencies/{agency}/types/{appointment_type}/change",
        ADMINISTRATOR,
        to("/administer/agencies/{agency}#types"),
        appointment_type="Plan",
        minutes="30",
        modes="chat",
    ),
    act(
        "/administer/agencies/{agency}/types/{appointment_type}/withdraw",
        ADMINISTRATOR,
        to("/administer/agencies/{agency}#types"),
    ),
)

ROUTES = (*SEEN, *RUN, *ADMINISTERED)
