"""Letters that come back: reports of mail servers are read from a real mailbox and told to whoever invited."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from rooms.access import invitations, open_invitations
from rooms.core import outbox
from server import doctor
from server.bounces import Bounce, Bounces, bounce_of
from server.settings import SettingsError, load
from tests.cast import Cast
from tests.rooms.access.test_taken_back import fresh_fair
from tests.services import dovecot

LETTER = uuid.UUID("01a226c5-1025-738f-9bb1-bd87203d4c57")


def report(
    letter: uuid.UUID = LETTER, action: str = "failed", status: str = "5.1.1", returned: str = "rfc822"
) -> bytes:
    """As Postfix writes it, and others who return the headers alone."""
    kind = "message/rfc822" if returned == "rfc822" else "text/rfc822-headers"
    return f"""\
From: MAILER-DAEMON@mx.example.org
To: bounces@parvis.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

The mail system: unknown user.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; zoe@example.org
Action: {action}
Status: {status}

--B
Content-Type: {kind}

From: Parvis <parvis@parvis.example>
Message-ID: <{letter}@parvis.example>
Subject: You are invited

--B--
""".encode()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (report(), Bounce(LETTER, "5.1.1")),
        (report(returned="headers"), Bounce(LETTER, "5.1.1")),
        (report(action="Failed ", status=" 5.2.2"), Bounce(LETTER, "5.2.2")),
        (report(action="delayed", status="4.4.1"), None),
        (report(action="failed", status="4.4.7"), Bounce(LETTER, "4.4.7")),
        (report(status="5.1.1\0"), Bounce(LETTER, "5.1.1")),
        (report(status="5.1.1 (unknown user)"), Bounce(LETTER, "5.1.1")),
        (report(status="five"), None),
        (report(action="delivered", status="2.0.0"), None),
        (report().replace(str(LETTER).encode(), b"not-ours"), None),
        (b"Subject: I am on holiday\n\nUntil Monday.", None),
        (report()[:300], None),
        (
            b"Content-Type: multipart/mixed; boundary=x\n\n"
            + b"--x\nContent-Type: multipart/mixed; boundary=x\n\n" * 900,
            None,
        ),
        (b"\xff\xfe\x00", None),
        (b"", None),
    ],
)
def test_what_a_message_reports(content: bytes, found: Bounce | None) -> None:
    assert bounce_of(content) == found


@pytest.fixture(scope="module")
def mailbox() -> Iterator[tuple[int, Path]]:
    with dovecot() as found:
        yield found


def deliver(inbox: Path, content: bytes) -> None:
    path = inbox / "new" / uuid.uuid4().hex
    path.write_bytes(content)
    path.chmod(0o666)


async def test_whoever_invited_sees_that_a_letter_came_back(cast: Cast, mailbox: tuple[int, Path]) -> None:
    port, inbox = mailbox
    async with cast.database.transaction() as tx:
        await invitations.invite_candidate(tx, cast.ines, await fresh_fair(tx, cast), "Zoé", "zoe@example.org")
    async with cast.database.transaction() as tx:
        (letter,) = [mail for mail in await outbox.latest(tx) if mail.recipient == "zoe@example.org"]
        await outbox.sent(tx, letter.id)
    deliver(inbox, b"Subject: I am on holiday\n\nUntil Monday.")
    deliver(inbox, report(uuid.uuid4()))
    deliver(inbox, report(letter.id))
    settings = load(mode="demo", bounces=f"imap://bounces:secret@127.0.0.1:{port}/INBOX")
    assert await Bounces(cast.database, settings).read_new() == 1
    async with cast.database.reading() as tx:
        (invited,) = await open_invitations.of_fair(tx, await fresh_fair(tx, cast))
        assert invited.is_lost
        assert (await outbox.latest(tx))[0].failure == "came back: 5.1.1"
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        await open_invitations.send_again(tx, cast.ines, fair, invited.link.id)
        assert [each.is_lost for each in await open_invitations.of_fair(tx, fair)] == [False], (
            "the next letter is another"
        )
    assert await Bounces(cast.database, settings).read_new() == 0, "each is read once"
    assert (await doctor.bounces(settings)).is_well
    wrong = await doctor.bounces(load(mode="demo", bounces=f"imap://bounces:mistaken@127.0.0.1:{port}/INBOX"))
    assert (wrong.is_well, "mistaken" in wrong.says) == (False, False)
    nowhere = await doctor.bounces(load(mode="demo", bounces=f"imap://bounces:secret@127.0.0.1:{port}/No%20such"))
    assert (nowhere.is_well, "No such" in nowhere.says) == (False, True)


@pytest.mark.parametrize(
    "address",
    [
        "imap://mail.example.org/",
        "https://mail.example.org/",
        "imaps://",
        "INBOX",
        "imaps://a:pa/ss@host",
        "imaps://a:p\u00e9@host/",
    ],
)
def test_a_mailbox_that_is_none_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(SettingsError, match="PARVIS_BOUNCES"):
        load(mode="demo", bounces=address)
