"""Coming in, and what belongs to oneself."""

from rooms.core.uploads import Upload
from tests.server.furnishing import PASSWORD, PDF
from tests.server.rights.row import ALL, KNOWN, PAGE, STRANGERS, Row, act, content, only, read, to

PUSH = "https://push.example.org/{uuid}"
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
"""The public key of RFC 8291, section 5."""
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"

ROUTES: tuple[Row, ...] = (
    read("/", ALL),
    read("/camera", ALL),
    read("/healthz", ALL, content("application/json")),
    read("/readyz", ALL, content("application/json")),
    # Whoever brings the operator's token: tests/server/test_metrics.py.
    read("/metrics", only()).hidden().but(anyone=404, by_link=404),
    read("/demo/mailbox", ALL),
    read("/demo/list.csv", KNOWN, content("text/csv")),
    act("/language", ALL, to("/"), language="fr"),
    # Whoever is signed in goes on to where they wanted.
    read("/sign-in", STRANGERS).but(**dict.fromkeys(KNOWN, to("/"))),
    act("/sign-in", ALL, to("/sign-in/*?next=%2F"), name="Zoé", email="zoe2@example.org").once(),
    read("/sign-in/{code}", ALL),
    act("/sign-in/{code}", ALL, to("/"), code="{digits}").once(),
    act("/sign-in-by-link", ALL, to("/sign-in"), email="zoe@example.org").once(),
    act("/sign-in-by-password", ALL, to("/"), email="karim.diallo@example.org", password=PASSWORD),
    read("/links/{token}", ALL),
    act("/links/{token}", ALL, to("/")).once(),
    act("/sign-out", ALL, to("/")),
    read("/me", KNOWN),
    act("/me", KNOWN, to("/me"), name="Somebody"),
    act("/me/password", KNOWN, to("/me#password"), password="a sentence that is long"),
    act("/me/mails", KNOWN, to("/me#mails"), template="invitation"),
    read("/unsubscribe/{mail}/{refusal}", ALL),
    act("/unsubscribe/{mail}/{refusal}", ALL, PAGE),
    act("/me/sessions/{session}/end", only("amina"), to("/me#devices")).hidden(),
    act("/me/cv", KNOWN, to("/me#cv"), document=Upload("cv.pdf", PDF)),
    act("/me/cv/withdraw", KNOWN, to("/me")),
    # Amina waits in the lines of both.
    read("/documents/{document}", only("amina", "luc", "sophie"), content("application/pdf"))
    .hidden()
    .but(anyone=404, by_link=404),
    read("/service-worker.js", ALL, content("text/javascript")),
    read("/push/key", ALL, content("application/json")),
    act("/push/subscribe", KNOWN, content("application/json"), endpoint=PUSH, p256dh=P256DH, auth=AUTH),
    act("/push/unsubscribe", KNOWN, content("application/json"), endpoint=PUSH),
)
