"""Links that were mailed: sent again, and opened where somebody else is signed in."""

import pytest

from rooms.access import invitations, open_invitations
from rooms.access.invitations import EmployerInvited
from rooms.appointments import appointment_types
from rooms.appointments.appointment_types import AppointmentTypeText
from rooms.core import outbox
from rooms.fairs import booths, desk_presence
from rooms.fairs.fairs import Fair
from rooms.people import presence, sessions
from rooms.people.people import Person
from tests.server.forms import form_to
from tests.server.test_pages import visitor, world_id
from tests.server.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


async def invited(world: World) -> tuple[str, str]:
    """The paths of an invitation's first letter and of the second one."""
    paths = []
    async with world.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, world_id(world, "fair_id"))
        ines = await tx.session.get_one(Person, world_id(world, "ines"))
        await invitations.invite_candidate(tx, ines, fair, "Zoé", "zoe.marin@example.org")
        (mail,) = [each for each in await outbox.latest(tx) if each.recipient == "zoe.marin@example.org"]
        paths.append(str(mail.values["path"]))
        (row,) = [
            each for each in await open_invitations.of_fair(tx, fair) if each.link.email == "zoe.marin@example.org"
        ]
        await open_invitations.send_again(tx, ines, fair, row.link.id)
        paths.append(str((await outbox.latest(tx))[0].values["path"]))
    return paths[0], paths[1]


async def test_the_link_of_the_letter_before_says_that_there_is_a_newer_one(world: World) -> None:
    first, second = await invited(world)
    async with visitor(world, "karim") as karim:
        answer = await karim.session.get(world.server.make_url(first))
        assert "This invitation was sent again: please use the link in the newest mail." in await answer.text()
        assert "Welcome, Zoé" in await karim.get(second)
        form = form_to(second, await karim.get(second), second)
        answer = await karim.session.post(world.server.make_url(first), data=form.typed())
        assert "please use the link in the newest mail." in await answer.text(), "it opens nothing"


async def test_an_employer_invited_by_mistake_leaves_the_fair_with_its_invitation(world: World) -> None:  # O10
    async with world.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, world_id(world, "fair_id"))
        ines = await tx.session.get_one(Person, world_id(world, "ines"))
        wrong = (
            await invitations.invite_employer(
                tx, ines, fair, EmployerInvited("Clinique D", "health", "rh@gmial.example")
            )
        ).employer
        path = str((await outbox.latest(tx))[0].values["path"])
        booth = await booths.of_employer(tx, fair, wrong)
        assert booth
        # Somebody has looked at its desk.
        process = await presence.start_process(tx, "a process")
        await tx.session.flush()
        await presence.connect(tx, process, {"a connection": ines.id})
        await tx.session.flush()
        await desk_presence.attend(tx, "a connection", booth.id)
    async with visitor(world, "ines") as ines_there:
        board = "/organise/{fair}".format(**world.ids)
        employers = f"{board}/employers"
        form = form_to(employers, await ines_there.get(employers), f"{board}/booths/{booth.id}/give-up")
        answer = await ines_there.session.post(world.server.make_url(form.action), data=form.typed())
        text = await answer.text()
        assert (answer.status, "Clinique D has left the fair." in text) == (200, True)
        assert f"booth-{booth.id}" not in text
        assert (await ines_there.session.get(world.server.make_url(path))).status == 404
        assert (await ines_there.session.post(world.server.make_url(form.action), data=form.typed())).status == 404


async def test_a_booth_at_which_something_is_kept_stays(world: World) -> None:  # O10
    async with world.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, world_id(world, "fair_id"))
        ines = await tx.session.get_one(Person, world_id(world, "ines"))
        employer = (
            await invitations.invite_employer(
                tx, ines, fair, EmployerInvited("Clinique D", "health", "rh@clinique.example")
            )
        ).employer
        booth = await booths.of_employer(tx, fair, employer)
        assert booth
        await appointment_types.add(tx, booth, AppointmentTypeText("Interview", 20, ("video",), "", ""))
    async with visitor(world, "ines") as there:
        board = "/organise/{fair}".format(**world.ids)
        employers = f"{board}/employers"
        form = form_to(employers, await there.get(employers), f"{board}/booths/{booth.id}/give-up")
        answer = await there.session.post(world.server.make_url(form.action), data=form.typed())
        text = await answer.text()
    assert (answer.status, "Something was kept for this booth already" in text) == (409, True)
    assert f"booth-{booth.id}" in text


async def test_whoever_opens_a_link_for_another_address_is_asked_and_leaves_no_session_behind(world: World) -> None:
    _, path = await invited(world)
    async with visitor(world, "paul") as paul:
        page = await paul.get(path)
        assert "You are signed in here as Paul Garnier, and this link is for zoe.marin@example.org" in page
        answer = await paul.session.post(world.server.make_url(path), data=form_to(path, page, path).typed())
        assert answer.status == 200
        assert "Paul Garnier" not in await paul.get("/me")
    async with world.database.reading() as tx:
        assert await sessions.whose(tx, world.tokens["paul"]) is None, "he is signed out"
