"""Edited by two (cases O4, K14): nobody erases unawares what another person, or another tab, has saved."""

import asyncio
import html
from dataclasses import dataclass

import aiohttp
import pytest

from rooms.appointments import room
from rooms.appointments.appointment import Appointment
from rooms.meetings import follow_up, meetings
from rooms.meetings.meeting import FollowUp, Meeting, MeetingState
from tests.server.forms import Form, form_to
from tests.server.test_pages import visitor, world_id
from tests.server.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@dataclass(frozen=True)
class Edited:
    """A form that two may have open, and two of its fields, each with two values that fit."""

    role: str
    page: str
    one: str
    other: str
    values: tuple[str, str] = ("first words", "other words")
    action: str = ""


ALL = (
    Edited("luc", "/booths/{booth}/set-up", "description", "location"),
    Edited("luc", "/vacancies/{vacancy}", "title", "text"),
    Edited("ines", "/organise/{fair}/describe", "name", "description"),
    Edited("paul", "/administer/agencies/{agency}", "agency", "address"),
    Edited("paul", "/administer/agencies/{agency}/types/{appointment_type}/change", "question", "bring"),
    Edited("claire", "/counsel/hours", "after_minutes", "notice_hours", ("20", "15"), "/counsel/hours/rules"),
    Edited("amina", "/me", "seeks", "location"),
)


class Tab:
    """A page that stays open while others save."""

    def __init__(self, session: aiohttp.ClientSession, world: World, edited: Edited) -> None:
        self.session, self.world = session, world
        self.page = edited.page.format(**world.ids)
        self.action = edited.action or self.page

    async def open(self) -> Form:
        async with self.session.get(self.world.server.make_url(self.page)) as answer:
            return form_to(self.page, await answer.text(), self.action)

    async def save(self, form: Form, **typed: str) -> tuple[int, str]:
        url = self.world.server.make_url(form.action.partition("#")[0])
        async with self.session.post(url, data=form.typed(**typed)) as answer:
            return answer.status, await answer.text()


async def test_what_two_tabs_change_in_different_fields_is_both_kept(world: World) -> None:
    for edited in ALL:
        async with visitor(world, edited.role) as who:
            tab = Tab(who.session, world, edited)
            first, second = await tab.open(), await tab.open()
            assert (await tab.save(first, **{edited.one: edited.values[0]}))[0] == 200, edited.page
            assert (await tab.save(second, **{edited.other: edited.values[1]}))[0] == 200, edited.page
            now = await tab.open()
            assert (now.value(edited.one), now.value(edited.other)) == edited.values, edited.page


async def test_the_second_is_shown_what_the_first_wrote_and_loses_nothing(world: World) -> None:
    for edited in ALL:
        await _overtaken(world, edited)


async def _overtaken(world: World, edited: Edited) -> None:
    mine, theirs = edited.values
    async with visitor(world, edited.role) as who:
        tab = Tab(who.session, world, edited)
        first, second = await tab.open(), await tab.open()
        assert (await tab.save(first, **{edited.one: theirs}))[0] == 200
        status, text = await tab.save(second, **{edited.one: mine, edited.other: mine})
        assert status == 409
        assert f"Saved elsewhere meanwhile: {theirs}" in html.unescape(text)
        again = form_to(tab.page, text, tab.action)
        assert (again.value(edited.one), again.value(edited.other)) == (mine, mine), "nothing typed is lost"
        assert (await tab.open()).value(edited.one) == theirs, "nothing is written before it was seen"
        assert (await tab.save(again))[0] == 200
        assert (await tab.open()).value(edited.one) == mine


async def test_of_two_at_the_same_moment_one_is_told(world: World) -> None:
    edited = ALL[0]
    async with visitor(world, edited.role) as who:
        tab = Tab(who.session, world, edited)
        forms = [await tab.open() for _ in range(2)]
        saves = [tab.save(form, **{edited.one: words}) for form, words in zip(forms, edited.values, strict=True)]
        assert sorted(status for status, _ in await asyncio.gather(*saves)) == [200, 409]


async def test_a_colleague_who_staffs_the_booth_is_not_taken_away_by_an_old_page(world: World) -> None:
    async with visitor(world, "luc") as luc:
        edited = Edited("luc", "/booths/{booth}/set-up", "", "", action=f"/booths/{world.ids['booth']}/staff")
        tab = Tab(luc.session, world, edited)
        first, second = await tab.open(), await tab.open()
        colleague = ("staff", world.ids["colleague"])
        assert colleague not in first.fields
        assert (await tab.save(Form(first.action, [*first.fields, colleague])))[0] == 200
        assert (await tab.save(second))[0] == 200
        assert colleague in (await tab.open()).fields


async def test_of_two_tabs_that_move_an_appointment_the_second_sees_the_new_time(world: World) -> None:
    page = "/appointments/{appointment}/times".format(**world.ids)
    to = "/appointments/{appointment}/move".format(**world.ids)
    async with visitor(world, "amina") as amina:
        url = world.server.make_url(page)
        text = await (await amina.session.get(url)).text()
        form = form_to(page, text, to)
        answer = await amina.session.post(world.server.make_url(to), data=form.typed(begins=world.ids["free_time"]))
        assert answer.status == 200
        answer = await amina.session.post(world.server.make_url(to), data=form.typed(begins=world.ids["free_time"]))
        assert (answer.status, "It has moved meanwhile." in await answer.text()) == (409, True)
    async with world.database.reading() as tx:
        row = await tx.session.get_one(Appointment, world_id(world, "appointment"))
        assert (row.begins_at.isoformat(), row.sequence) == (world.ids["free_time"], 1)


async def test_a_page_that_had_grown_old_does_not_pass_for_having_seen_what_stands(world: World) -> None:
    edited = ALL[0]
    async with visitor(world, edited.role) as who:
        tab = Tab(who.session, world, edited)
        first, second = await tab.open(), await tab.open()
        await tab.save(first, **{edited.other: "Theirs"})
        status, text = await tab.save(second, form_token="grown old", **{edited.one: "mine"})
        assert (status, "This page had grown old." in text) == (409, True)
        assert (await tab.save(form_to(tab.page, text, tab.action)))[0] == 200
        now = await tab.open()
        assert (now.value(edited.one), now.value(edited.other)) == ("mine", "Theirs")


async def test_an_overtaken_list_names_people(world: World) -> None:
    async with visitor(world, "luc") as luc:
        edited = Edited("luc", "/booths/{booth}/set-up", "", "", action=f"/booths/{world.ids['booth']}/staff")
        tab = Tab(luc.session, world, edited)
        first, second = await tab.open(), await tab.open()
        colleague = ("staff", world.ids["colleague"])
        await tab.save(Form(first.action, [*first.fields, colleague]))
        none = [(name, value) for name, value in second.fields if name != "staff"]
        status, text = await tab.save(Form(second.action, none))
        assert status == 409
        assert "Saved elsewhere meanwhile: Luc Moreau, Simon Petit" in text


async def test_notes_are_compared_with_what_stands_once_the_other_has_written(world: World) -> None:
    """Two tabs save notes at once: on PostgreSQL the second reads them under a lock of their own row."""
    path = "/meetings/{meeting}".format(**world.ids)
    async with visitor(world, "sophie") as sophie:
        url = world.server.make_url(path)
        forms = [form_to(path, await (await sophie.session.get(url)).text(), f"{path}/notes") for _ in range(2)]
        send, there = sophie.session.post, world.server.make_url(f"{path}/notes")
        headers = {"Accept": "application/json"}
        for attempt in range(5):
            answers = await asyncio.gather(
                *(send(there, data=form.typed(notes=f"{attempt} {n}"), headers=headers) for n, form in enumerate(forms))
            )
            assert sorted(each.status for each in answers) == [200, 409]
            kept = {(await each.json())["version"] for each in answers}
            assert len(kept) == 1, "both hear what stands"
            for form in forms:
                form.fields = form.typed(version=kept.copy().pop())


async def test_what_a_page_sent_before_it_left_is_not_held_against_it(world: World) -> None:
    path = "/meetings/{meeting}".format(**world.ids)
    async with visitor(world, "sophie") as sophie:
        page = await (await sophie.session.get(world.server.make_url(path))).text()
        form, there = form_to(path, page, f"{path}/notes"), world.server.make_url(f"{path}/notes")
        headers = {"Accept": "application/json"}
        assert (await sophie.session.post(there, data=form.typed(notes="first"), headers=headers)).status == 200
        unchanged = await sophie.session.post(there, data=form.typed(), headers=headers)
        assert (unchanged.status, (await unchanged.json())["notes"]) == (409, "first"), "it is told what stands"
        last = form.typed(notes="first and last", sent="first")
        assert (await sophie.session.post(there, data=last, headers=headers)).status == 200
        assert (
            await sophie.session.post(there, data=form.typed(notes="x", sent="else"), headers=headers)
        ).status == 409


async def test_notes_from_the_page_of_an_earlier_room_are_saved_where_they_went_on(world: World) -> None:
    """K15: the room was left and opened again in another tab; the first tab still saves."""
    async with world.database.transaction() as tx:
        row = await tx.session.get_one(Appointment, world_id(world, "appointment"))
        world.database.clock.pass_by(seconds=(row.begins_at - tx.now).total_seconds() - 600)  # type: ignore[attr-defined]
    async with world.database.transaction() as tx:
        row = await tx.session.get_one(Appointment, row.id)
        first = await room.enter(tx, row, row.led_by)
        await follow_up.note(tx, first, "Bread.")
    async with visitor(world, "claire") as claire:
        there = world.server.make_url(f"{first.path}/notes")
        page = await (await claire.session.get(world.server.make_url(first.path))).text()
        async with world.database.transaction() as tx:
            held = await room.locked_meeting(tx, first.id)
            assert held
            await meetings.end(tx, held)
        async with world.database.transaction() as tx:
            row = await tx.session.get_one(Appointment, row.id)
            second = await room.enter(tx, row, row.led_by)
        form = form_to(first.path, page, f"{first.path}/notes")
        data = form.typed(notes="Bread, and butter.")
        answer = await claire.session.post(there, data=data, headers={"Accept": "application/json"})
        kept = await answer.json()
        assert (answer.status, kept["notes"]) == (200, "Bread, and butter.")
        headers = {"Accept": "application/json", "X-Part": "sentence"}
        answer = await claire.session.post(
            there, data=form.typed(notes="x" * 5000, version=kept["version"]), headers=headers
        )
        assert (answer.status, "too long by 1000 characters" in await answer.text()) == (422, True), (
            "a script hears the sentence alone"
        )
    async with world.database.reading() as tx:
        written = [(await tx.session.get_one(FollowUp, each.id)).notes for each in (first, second)]
    assert written == ["", "Bread, and butter."]


async def test_saving_notes_keeps_the_answer_that_is_not_sent_yet(world: World) -> None:
    path = "/meetings/{meeting}".format(**world.ids)
    async with world.database.transaction() as tx:
        row = await tx.session.get_one(Meeting, world_id(world, "meeting"))
        row.state, row.live_at, row.ended_at = MeetingState.ENDED, tx.now, tx.now
        row.follow_up.answer_promised_by = tx.now
    async with visitor(world, "sophie") as sophie:
        form = form_to(path, await sophie.get(path), f"{path}/answer")
        data = form.typed(notes="Kind.", next_step="no", answer="Not this time, because")
        answer = await sophie.session.post(world.server.make_url(f"{path}/notes"), data=data)
        text = await answer.text()
        assert (answer.status, "Notes saved." in text) == (200, True)
        again = form_to(path, text, f"{path}/answer")
        assert [again.value(name) for name in ("notes", "next_step", "answer")] == [
            "Kind.",
            "no",
            "Not this time, because",
        ]
        sent = await sophie.session.post(world.server.make_url(f"{path}/answer"), data=again.fields)
        assert sent.status == 200
    async with world.database.reading() as tx:
        written = await tx.session.get_one(FollowUp, world_id(world, "meeting"))
    assert (written.notes, written.answer) == ("Kind.", "Not this time, because")
