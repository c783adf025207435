"""Appointments: booking one, keeping it, coming to it, and the mailed link that stands for it."""

from rooms.core.uploads import Upload
from tests.server.furnishing import PDF
from tests.server.rights.row import ALL, KNOWN, Row, act, content, only, read, to

CANDIDATE = only("amina", "by_link")
KEEPERS = CANDIDATE | {"claire"}
"""The two whom it is between."""
THREE = KEEPERS | {"sophie"}
IT = "/appointments/{appointment}"
AT_ITS_TIME = 23
"""Hours from when the world begins to when the appointment does."""

BOOKING: tuple[Row, ...] = (
    read("/appointments", KNOWN),
    read("/appointments/new", KNOWN),
    act("/appointments/where", KNOWN, to("/appointments/new"), postcode="44000"),
    read("/appointments/new/{appointment_type}", KNOWN),
    act(
        "/appointments/new/{appointment_type}/hold",
        KNOWN,
        to("/appointments/*/confirm"),
        begins="{free_time}",
        mode="video",
    ).once(),
    act(
        "/appointments/new/{appointment_type}/wish",
        KNOWN,
        to("/appointments/new/{appointment_type}?mode=video&week=1"),
        first_day="2026-12-01",
        last_day="2026-12-09",
    ),
    act("/wishes/{wish}/give-up", only("amina"), to("/appointments")).hidden(),
)

KEEPING: tuple[Row, ...] = (
    read(IT, THREE).hidden(),
    # It is booked already: they are led to it.
    read("/appointments/{appointment}/confirm", KEEPERS, to(IT)).hidden().but(sophie=403),
    act("/appointments/{appointment}/book", KEEPERS, to(IT)).hidden().but(sophie=403),
    act("/appointments/{appointment}/decline", KEEPERS, to("/appointments")).hidden().but(sophie=403),
    read("/appointments/{appointment}/times", KEEPERS).hidden().but(sophie=403),
    act("/appointments/{appointment}/move", KEEPERS, to(IT), begins="{free_time}", mode="video")
    .hidden()
    .but(sophie=403)
    .once(),
    act("/appointments/{appointment}/cancel", KEEPERS, to(IT)).hidden().but(sophie=403).once(),
    act("/appointments/{appointment}/guest/excuse", THREE, to(IT)).hidden().but(sophie=to("/appointments")).once(),
    act("/appointments/{appointment}/links/withdraw", KEEPERS, to(IT)).hidden().but(sophie=403).once(),
    act("/appointments/{appointment}/coming", KEEPERS, to(IT), begins="{begins}").hidden().but(sophie=403),
    act("/appointments/{appointment}/documents", THREE, to(IT + "#papers"), document=Upload("cv.pdf", PDF)).hidden(),
    read("/appointments/{appointment}/calendar.ics", THREE, content("text/calendar")).hidden(),
    act("/appointments/{appointment}/letter", KEEPERS, content("application/pdf")).hidden().but(sophie=403),
)

COMING: tuple[Row, ...] = (
    act("/appointments/{appointment}/room", THREE, to("/meetings/*")).later(AT_ITS_TIME).hidden(),
    act("/appointments/{appointment}/record", only("claire"), to("/counsel"), attendance="came")
    .later(AT_ITS_TIME)
    .hidden()
    .but(amina=403, by_link=403, sophie=403),
    act("/appointments/{appointment}/contest", CANDIDATE, to(IT), contested="I was there.")
    .later(AT_ITS_TIME)
    .after("claire", "/appointments/{appointment}/record", attendance="came")
    .hidden()
    .but(claire=403, sophie=403),
    act(
        "/appointments/{appointment}/satisfaction",
        CANDIDATE,
        to(IT + "#satisfaction"),
        helped="verdict_yes",
        heard="verdict_yes",
    )
    .later(AT_ITS_TIME)
    .after("claire", "/appointments/{appointment}/record", attendance="came")
    .hidden()
    .but(claire=403, sophie=403),
    read("/appointments/{appointment}/receipt.pdf", KEEPERS, content("application/pdf")).hidden().but(sophie=403),
)

BY_LINK: tuple[Row, ...] = (
    read("/a/{link}", ALL),
    act("/a/{link}/room", ALL, to("/meetings/*")).later(AT_ITS_TIME),
    act("/a/{link}/coming", ALL, to("/a/{link}"), begins="{begins}"),
    act("/a/{link}/cancel", ALL, to("/a/{link}")).once(),
    read("/a/{link}/times", ALL),
    act("/a/{link}/move", ALL, to("/a/{link}"), begins="{free_time}", mode="video").once(),
)

ROUTES = (*BOOKING, *KEEPING, *COMING, *BY_LINK)
