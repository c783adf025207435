"""A letter is a good letter: it says who writes and for whom, in two forms, and can be stopped where it may be."""

import uuid
from datetime import datetime, timedelta
from email.message import EmailMessage

import aiohttp
import aiosmtplib
import pytest

from rooms.access import invitations, open_invitations
from rooms.appointments import booking
from rooms.core import outbox
from rooms.core.outbox import Channel, Mail
from rooms.fairs import schedule
from rooms.fairs.schedule import DayMode
from rooms.people import mail_refusals
from server.mail import Senders, send_due
from server.mail_writer import Writer
from server.rendering import environment
from server.settings import load
from tests.cast import Cast
from tests.rooms.access.test_taken_back import fresh_fair
from tests.rooms.appointments.office import WEDNESDAY_NINE, open_office
from tests.server.test_pages import world_id
from tests.server.world import SECRET, World

HOUSE = "https://parvis.example.org"
SETTINGS = load(
    secret=SECRET,
    public_url=HOUSE,
    mail_from="Service emploi <emploi@example.org>",
    help_contact="02 40 00 00 00",
)


class Post:
    """Notes what is sent, or refuses as a mail server does."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sent: list[EmailMessage] = []
        self.error = error

    async def send(self, message: EmailMessage) -> None:
        if self.error:
            raise self.error
        self.sent.append(message)


class Nothing:
    async def send(self, *_: object) -> None:
        raise AssertionError("nothing of this channel is due")


def written(mail: Mail) -> EmailMessage:
    return Writer(environment(), SETTINGS).write(mail)


def text(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body
    return str(body.get_content())


async def send(cast: Cast, post: Post) -> None:
    writer = Writer(environment(), SETTINGS)
    await send_due(cast.database, writer, Senders(post, Nothing(), Nothing(), 300), Channel.MAIL)


async def invite(cast: Cast, email: str = "zoe@example.org") -> Mail:
    async with cast.database.transaction() as tx:
        await invitations.invite_candidate(tx, cast.ines, await fresh_fair(tx, cast), "Zoé <b>Martin</b>", email)
    async with cast.database.reading() as tx:
        return next(mail for mail in await outbox.latest(tx) if mail.template == "invitation")


async def test_an_invitation_says_on_which_day_one_comes_to_which_place(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        fair.site, fair.languages = "Cité des congrès, Nantes", ["en"]
        opens = tx.now + timedelta(days=3)
        await schedule.add_day(tx, fair, opens, opens + timedelta(hours=8), DayMode.ON_SITE)
    plain = text(written(await invite(cast)), "plain")
    for said in ("on site or by video", "Cité des congrès, Nantes", "· On site"):
        assert said in plain, said
    assert "virtual" not in plain


async def test_both_forms_say_the_same_and_who_writes(cast: Cast) -> None:  # C8
    message = written(await invite(cast))
    plain, rich = text(message, "plain"), text(message, "html")
    for said in ("Zoé", cast.fair.name, "Inès Roche vous invite", "Service emploi", "02 40 00 00 00"):
        assert said in plain, said
        assert said in rich, said
    assert "<b>Martin" not in rich, "a name is no markup"
    way_in = f"{HOUSE}/links/"
    assert plain.count(way_in) == 1
    assert f'href="{way_in}' in rich
    assert message["Message-ID"].endswith("@parvis.example.org>")
    assert isinstance(message["Date"].datetime, datetime)


async def test_a_letter_about_ones_own_appointment_has_no_way_to_stop_it_and_names_the_old_time(cast: Cast) -> None:
    office = await open_office(cast)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        fresh = await office.fresh(tx, row)
        await booking.move(tx, fresh, await cast.fresh(tx, cast.amina), WEDNESDAY_NINE.replace(hour=9))
    async with cast.database.reading() as tx:
        letters = [mail for mail in await outbox.latest(tx) if mail.values.get("what") == "moved"]
    message = written(next(mail for mail in letters if mail.recipient == cast.amina.email))
    assert message["List-Unsubscribe"] is None
    assert "It was planned for Wednesday 25 November 2026, 09:00." in text(message, "plain")  # K13
    assert "Agence Nantes Centre" in text(message, "html")


async def test_whoever_does_without_a_kind_of_mail_gets_no_more_of_it(world: World) -> None:
    """By the button of a mail program (RFC 8058): no cookie, no page, once; and back again on one's own page."""
    path = "/unsubscribe/{mail}/{refusal}".format(**world.ids)
    async with world.database.reading() as tx:
        email = (await tx.session.get_one(Mail, world_id(world, "mail"))).recipient
    english = {"Accept-Language": "en"}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), headers=english) as session:
        body = {"List-Unsubscribe": "One-Click"}
        answer = await session.post(world.server.make_url(path), data=body, allow_redirects=False)
        assert (answer.status, "You get no more mails of this kind." in await answer.text()) == (200, True)
        for wrong in (path[:-1] + "x", path[:-1] + "é", path.replace(world.ids["mail"], str(uuid.uuid4()))):
            assert (await session.post(world.server.make_url(wrong), data=body)).status == 404
    async with world.database.transaction() as tx:
        assert await mail_refusals.is_refused(tx, email, "invitation")
        assert not await mail_refusals.is_refused(tx, email, "appointment")
        await mail_refusals.refuse(tx, email, "appointment")
        assert await mail_refusals.of_address(tx, email) == ["invitation"]


async def test_what_is_not_wanted_is_not_sent_and_whoever_invited_sees_it(cast: Cast) -> None:
    await invite(cast)
    async with cast.database.transaction() as tx:
        await mail_refusals.refuse(tx, "zoe@example.org", "invitation")
    post = Post()
    await send(cast, post)
    assert post.sent == []
    async with cast.database.reading() as tx:
        (invited,) = await open_invitations.of_fair(tx, await fresh_fair(tx, cast))
    assert (invited.is_refused, invited.is_lost) == (True, False), "the address is right"


REFUSED = aiosmtplib.SMTPRecipientsRefused([aiosmtplib.SMTPRecipientRefused(550, "no such user", "zoe@example.org")])
LATER = aiosmtplib.SMTPRecipientsRefused([aiosmtplib.SMTPRecipientRefused(450, "try later", "zoe@example.org")])


@pytest.mark.parametrize(("error", "is_lost"), [(REFUSED, True), (LATER, False), (OSError("away"), False)])
async def test_an_address_that_the_other_side_does_not_know_is_told_at_once(
    cast: Cast, error: Exception, is_lost: bool
) -> None:
    await invite(cast)
    await send(cast, Post(error))
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        (invited,) = await open_invitations.of_fair(tx, fair)
        assert invited.is_lost is is_lost
        if is_lost:
            await open_invitations.send_again(tx, cast.ines, fair, invited.link.id)
            assert [each.is_lost for each in await open_invitations.of_fair(tx, fair)] == [False], "it is tried anew"
