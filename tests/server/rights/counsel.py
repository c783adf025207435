"""What a counsellor does, and what people have to do with theirs."""

from tests.server.rights.row import ALL, KNOWN, Row, act, content, only, read, status, to

COUNSELLOR = only("claire")
BOOKABLE = only("claire", "luc", "sophie")
"""Counsellors, and the staff of booths."""
HOURS, PERSON = "/counsel/hours", "/counsel/people/{followed}"

DAY: tuple[Row, ...] = (
    read("/counsel", COUNSELLOR),
    act("/counsel/hand-over", COUNSELLOR, to("/counsel?day=2026-11-25"), day="2026-11-25", colleague="{nadia}"),
    read("/counsel/colleagues", COUNSELLOR),
    read("/counsel/colleagues/{counsellor}", only("claire", "paul")).of(counsellor="nadia").hidden(),
    act(
        "/counsel/colleagues/{counsellor}/share-out",
        only("paul"),
        to("/counsel/colleagues/{counsellor}"),
        day="2026-11-25",
    ).hidden(),
    # Of Claire's appointment, which only an administrator can act in beside her; as a colleague: test_cover.py.
    read("/counsel/colleagues/{counsellor}/appointments/{appointment}/times", only("paul")).hidden(),
    act(
        "/counsel/colleagues/{counsellor}/appointments/{appointment}/move",
        only("paul"),
        to("/counsel/colleagues/{counsellor}"),
        begins="{free_time}",
        mode="video",
    ).hidden(),
    act(
        "/counsel/colleagues/{counsellor}/appointments/{appointment}/cancel",
        only("paul"),
        to("/counsel/colleagues/{counsellor}"),
    ).hidden(),
    act("/counsel/colleagues/{counsellor}/appointments/{appointment}/take-over", only(), to("/"))
    .hidden()
    .but(paul=403),
    read("/counsel/satisfaction", COUNSELLOR),
    read("/counsel/hours", BOOKABLE),
    act(
        "/counsel/hours/weekly",
        BOOKABLE,
        to(HOURS + "#weekly"),
        weekday="1",
        begins="09:00",
        ends="12:00",
        modes="video",
    ),
    act("/counsel/hours/weekly/{hours}/remove", COUNSELLOR, to(HOURS + "#weekly")).but(luc=404, sophie=404),
    act("/counsel/hours/days", BOOKABLE, to(HOURS + "#days"), day="2026-12-24"),
    act("/counsel/hours/days/{unlike_day}/remove", COUNSELLOR, to(HOURS + "#days")).but(luc=404, sophie=404),
    act("/counsel/hours/rules", BOOKABLE, to(HOURS + "#rules")),
    act(
        "/counsel/hours/calendar",
        BOOKABLE,
        to(HOURS + "#calendars"),
        busy_address="https://calendar.example.org/a.ics",
    ),
    act("/counsel/hours/feed", BOOKABLE, to(HOURS + "#calendars")),
    act("/counsel/hours/feed/close", BOOKABLE, to(HOURS + "#calendars")),
    read("/feeds/{feed}.ics", ALL, content("text/calendar")),
)

CASELOAD: tuple[Row, ...] = (
    read("/counsel/people", COUNSELLOR),
    act("/counsel/people", COUNSELLOR, to("/counsel/people/*"), name="Zoé"),
    act("/counsel/people/{asked}/take-back", COUNSELLOR, to("/counsel/people#requests")),
    act("/counsel/people/{unfollowed}/take-up", COUNSELLOR, to("/counsel/people/{unfollowed}")),
    act("/counsel/people/hand-over", COUNSELLOR, to("/counsel/people"), colleague="{nadia}"),
    act(
        "/counsel/people/filters",
        COUNSELLOR,
        to("/counsel/people?q=&only=only_due"),
        filter_name="Now",
        only="only_due",
    ),
    act("/counsel/people/filters/{filter}/forget", COUNSELLOR, to("/counsel/people")),
)

FOLLOWED: tuple[Row, ...] = (
    read(PERSON, COUNSELLOR),
    act("/counsel/people/{followed}/stop", COUNSELLOR, to("/counsel/people")),
    act("/counsel/people/{followed}/email", COUNSELLOR, to(PERSON), email="new@example.org")
    .of(followed="unfollowed")
    .after("claire", "/counsel/people/{unfollowed}/take-up"),
    act("/counsel/people/{followed}/notes", COUNSELLOR, to(PERSON + "#notes"), note="Kind.", note_kind="private"),
    act("/counsel/people/{followed}/steps", COUNSELLOR, to(PERSON + "#steps"), step="Finish the CV"),
    act("/counsel/people/{followed}/hand-over", COUNSELLOR, to("/counsel/people"), colleague="{nadia}"),
    act("/counsel/people/{followed}/reinforced", COUNSELLOR, to(PERSON), is_reinforced="1"),
    # What she was suggested she has not shared.
    read(PERSON + "/suggestions/{suggestion}/certificate", COUNSELLOR, status(404)),
    act("/counsel/people/{followed}/suggest", COUNSELLOR, to(PERSON + "#suggestions"), suggested="{fair}"),
    act(
        "/counsel/people/{followed}/book",
        COUNSELLOR,
        to("/appointments/*"),
        appointment_type="{appointment_type}",
        begins="{free_time}",
        mode="video",
    ),
)

OWN: tuple[Row, ...] = (
    act("/me/counsellors/{counsellor}/answer", only("tomas"), to("/appointments"), answer="no").hidden(),
    act("/suggestions/{suggestion}/share", only("amina"), to("/appointments#suggestions"), is_shared="1").hidden(),
    act("/me/steps", KNOWN, to("/appointments#steps"), step="Finish the CV"),
    act("/steps/{step}/sign", only("amina", "claire"), to("/appointments")).hidden(),
    act("/steps/{step}/done", only("amina", "claire"), to("/appointments"))
    .after("amina", "/steps/{step}/sign")
    .hidden(),
)

ROUTES = (*DAY, *CASELOAD, *FOLLOWED, *OWN)
