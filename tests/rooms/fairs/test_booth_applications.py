"""Employers ask for a booth: once each, changed until it is decided, told of every step."""

from dataclasses import replace

import pytest

from rooms.access import acceptance, booth_approval, invitations, open_invitations
from rooms.core import outbox
from rooms.core.errors import Conflict, Invalid, NotFound
from rooms.fairs import booth_applications, booth_staff
from rooms.fairs.booth_applications import ApplicationState, ApplicationText, BoothApplication
from tests.cast import Cast
from tests.rooms.access.test_taken_back import fresh_fair, letter_token

CIRQUE = ApplicationText(
    "Cirque  du Lac", "office", "", "Nantes", "Zoé", "zoe@cirque.example", "0612345678", 3, "A stage"
)
S = ApplicationState


async def let_apply(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        (await fresh_fair(tx, cast)).takes_applications = True


async def apply(cast: Cast, text: ApplicationText = CIRQUE) -> BoothApplication:
    """By the form, and by the link in the mail."""
    async with cast.database.transaction() as tx:
        row = await booth_applications.apply(tx, await fresh_fair(tx, cast), text, "en")
        await booth_applications.change(tx, row, text)
        return row


async def decide(cast: Cast, row: BoothApplication, state: ApplicationState, words: str = "") -> None:
    async with cast.database.transaction() as tx:
        found = await booth_applications.one(tx, await fresh_fair(tx, cast), row.id, lock=True)
        await booth_approval.decide(tx, cast.ines, found, state, words)


async def letters(cast: Cast) -> list[tuple[str, str, str]]:
    """(state, words, token) of each letter to whoever applied, in order."""
    async with cast.database.reading() as tx:
        found = [mail for mail in await outbox.latest(tx) if mail.template == "application"]
    return [
        (mail.values["state"], mail.values["words"], mail.values["path"].rpartition("/")[2]) for mail in reversed(found)
    ]


async def test_a_fair_takes_applications_when_it_says_so(cast: Cast) -> None:
    with pytest.raises(NotFound):
        await apply(cast)
    await let_apply(cast)
    row = await apply(cast)
    assert (row.employer, row.phone, row.state) == ("Cirque du Lac", "+33612345678", S.ASKED)
    ((state, _, token),) = await letters(cast)
    assert state == "unconfirmed"
    async with cast.database.reading() as tx:
        assert (await booth_applications.by_token(tx, token)).id == row.id
        assert await booth_applications.count_asked(tx, cast.fair.id) == 1
        with pytest.raises(NotFound):
            await booth_applications.by_token(tx, "another")


async def test_one_address_applies_once_and_changes_nothing_of_anothers(cast: Cast) -> None:
    await let_apply(cast)
    await apply(cast)
    with pytest.raises(Conflict, match=r"application\.known") as refused:
        await apply(cast, replace(CIRQUE, employer="Thief", email="ZOE@cirque.example"))
    assert refused.value.field == "email"
    assert len(await letters(cast)) == 1
    async with cast.database.reading() as tx:
        assert [each.employer for each in await booth_applications.of_fair(tx, cast.fair.id)] == ["Cirque du Lac"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("employer", ""), ("sector", "circus"), ("siret", "123"), ("phone", "12"), ("contact", " "), ("email", "zoe@"),
     ("vacancies", -1), ("vacancies", 10_001), ("wishes", "x" * 2001), ("location", "x" * 81)],
)  # fmt: skip
async def test_what_does_not_fit_is_said_beside_its_field(cast: Cast, field: str, value: object) -> None:
    await let_apply(cast)
    with pytest.raises(Invalid) as refused:
        await apply(cast, replace(CIRQUE, **{field: value}))
    assert refused.value.field == field


async def test_whoever_is_asked_back_completes_it_and_is_decided_on(cast: Cast) -> None:
    await let_apply(cast)
    row = await apply(cast)
    with pytest.raises(Invalid):
        await decide(cast, row, S.ASKED_BACK)
    await decide(cast, row, S.ASKED_BACK, "Which jobs?")
    first, second = await letters(cast)
    assert second[:2] == ("asked_back", "Which jobs?")
    async with cast.database.transaction() as tx:
        assert (await booth_applications.by_token(tx, first[2])).id == row.id, "the mail before leads there too"
        found = await booth_applications.by_token(tx, second[2], lock=True)
        await booth_applications.change(tx, found, replace(CIRQUE, wishes="Acrobats", email="other@example.org"))
        assert (found.state, found.wishes, found.email) == (S.ASKED, "Acrobats", "zoe@cirque.example")
    await decide(cast, row, S.WAITING)
    await decide(cast, row, S.REFUSED, "Next year.")
    assert [state for state, _, _ in await letters(cast)] == ["unconfirmed", "asked_back", "waiting_list", "refused"]
    with pytest.raises(Conflict, match=r"application\.decided"):
        await decide(cast, row, S.APPROVED)
    async with cast.database.transaction() as tx:
        found = await booth_applications.by_token(tx, (await letters(cast))[-1][2], lock=True)
        await booth_applications.change(tx, found, CIRQUE)
    await decide(cast, row, S.APPROVED)
    async with cast.database.transaction() as tx:
        found = await booth_applications.by_token(tx, (await letters(cast))[-1][2], lock=True)
        with pytest.raises(Conflict, match=r"application\.decided"):
            await booth_applications.change(tx, found, CIRQUE)


async def test_whoever_is_approved_is_invited_to_a_booth_of_their_own(cast: Cast) -> None:
    await let_apply(cast)
    row = await apply(cast)
    await decide(cast, row, S.APPROVED, "Welcome!")
    async with cast.database.transaction() as tx:
        person, path = await acceptance.accept(tx, await letter_token(tx, "zoe@cirque.example"), "en")
    async with cast.database.reading() as tx:
        booth = next(each for each in await booth_staff.staffed_by(tx, person.id))
    assert (booth.employer.name, path) == ("Cirque du Lac", f"/booths/{booth.id}/set-up")
    assert [state for state, _, _ in await letters(cast)] == ["unconfirmed", "approved"]


async def test_an_approval_that_cannot_be_is_none(cast: Cast) -> None:
    """Somebody else is at home in an employer of this name."""
    await let_apply(cast)
    row = await apply(cast, replace(CIRQUE, employer="Hôtel Atlantique"))
    with pytest.raises(Conflict, match=r"application\.employer_known"):
        await decide(cast, row, S.APPROVED)
    async with cast.database.reading() as tx:
        found = await booth_applications.one(tx, cast.fair, row.id)
    assert found.state is S.ASKED
    assert [state for state, _, _ in await letters(cast)] == ["unconfirmed"]


async def test_what_a_stranger_types_reaches_no_address_but_through_who_reads_it(cast: Cast) -> None:
    await let_apply(cast)
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        await booth_applications.apply(tx, fair, replace(CIRQUE, contact="Claim your prize"), "en")
    async with cast.database.transaction() as tx:
        (mail,) = [each for each in await outbox.latest(tx) if each.template == "application"]
        assert "prize" not in str(mail.values)
        assert "Cirque" not in str(mail.values)
        assert await booth_applications.of_fair(tx, cast.fair.id) == [], "no organiser is troubled with it"
    await cast.pass_by(days=2, seconds=1)
    async with cast.database.transaction() as tx:
        await booth_applications.forget_unconfirmed(tx)
    assert (await apply(cast)).state is S.ASKED, "the address is free again"


async def test_a_siret_that_everybody_knows_lets_no_stranger_in(cast: Cast) -> None:
    await let_apply(cast)
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        acme = invitations.EmployerInvited("Acme SA", "office", "boss@acme.example", siret="73282932000074")
        await invitations.invite_employer(tx, cast.ines, fair, acme)
    eve = replace(CIRQUE, employer="Boulangerie", siret="73282932000074", email="eve@example.org")
    row = await apply(cast, eve)
    with pytest.raises(Conflict, match=r"application\.employer_known"):
        await decide(cast, row, S.APPROVED)
    boss = await apply(cast, replace(eve, employer="Acme", email="boss@acme.example"))
    await decide(cast, boss, S.APPROVED)
    async with cast.database.transaction() as tx:
        invited = [each.link.email for each in await open_invitations.of_fair(tx, await fresh_fair(tx, cast))]
        assert invited == ["boss@acme.example"], "the invitation that stands is what was asked for"
        found = await booth_applications.one(tx, await fresh_fair(tx, cast), row.id, lock=True)
        await booth_applications.put_aside(tx, found)
    assert [state for state, _, _ in await letters(cast)] == ["unconfirmed", "unconfirmed", "approved"]
