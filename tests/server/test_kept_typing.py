"""What was typed is there again: beside what could not be saved, and beside what was."""

import pytest

from rooms.meetings import follow_up, meetings, scorecards
from rooms.meetings.meeting import Meeting, NextStep
from server.security import form_token, masked
from tests.server.forms import form_to
from tests.server.test_pages import visitor, world_id
from tests.server.world import SECRET, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def _ended(world: World) -> str:
    """Sophie's talk is over; gives the path of her desk."""
    async with world.database.transaction() as tx:
        row = await tx.session.get_one(Meeting, world_id(world, "meeting"))
        await meetings.end(tx, row)
        assert row.booth
        return row.booth.desk_path


async def test_a_talk_that_is_taken_up_again_keeps_the_answer_that_was_begun(world: World) -> None:
    await _ended(world)
    async with visitor(world, "sophie") as sophie:
        typed = {"notes": "Bakes well.", "next_step": "go_on", "answer": "We would like to"}
        await sophie.send("/meetings/{meeting}/reopen", **typed)
        async with world.database.transaction() as tx:
            await meetings.end(tx, await tx.session.get_one(Meeting, world_id(world, "meeting")))
        page = await sophie.get("/meetings/{meeting}")
    for words in typed.values():
        assert words in page


async def test_an_answer_that_a_colleague_was_faster_with_is_not_lost(world: World) -> None:
    desk = await _ended(world)
    async with world.database.transaction() as tx:
        row = await tx.session.get_one(Meeting, world_id(world, "meeting"))
        await follow_up.answer(tx, row, NextStep.NO, "The post is filled.", row.led_by)
    async with visitor(world, "sophie") as sophie:
        typed = {"talk": world.ids["meeting"], "next_step": "go_on", "answer": "Come and see us."}
        status, _, page = await sophie.send(f"{desk}/talks", **typed)
    assert status == 409
    assert "Nothing was sent: Tomás Silva had been answered already." in page
    assert "Come and see us." in page


async def test_whoever_keeps_an_answer_ready_keeps_whom_they_ticked(world: World) -> None:
    desk = await _ended(world)
    async with visitor(world, "sophie") as sophie:
        typed = {"talk": world.ids["meeting"], "next_step": "keep", "answer": "In May.", "template_name": "May"}
        _, _, page = await sophie.send(f"{desk}/answer-templates", **typed)
    assert "The answer is kept ready." in page
    ticked = page[page.index(f'value="{world.ids["meeting"]}"') :].partition(">")[0]
    assert "checked" in ticked


async def test_lines_that_are_refused_stay_to_be_mended(world: World) -> None:
    async with visitor(world, "luc") as luc:
        pasted = "Job\tContract\nCook\tCDD 3 mois\nWaiter\tVolunteer\n\tCDI"
        _, path, page = await luc.send("/booths/{booth}/vacancies/list", vacancy_lines=pasted)
    assert path.endswith("/vacancies/list")
    for said in (
        "1 vacancy is added.",
        "“Volunteer” is no contract that is known here",
        "The job is missing.",
        "Waiter",
    ):
        assert said in page


async def test_a_day_that_ends_after_midnight_can_be_written_down_and_changed(world: World) -> None:
    hours = {"date": "2030-01-07", "opens": "15:00", "closes": "03:00"}
    async with visitor(world, "ines") as ines:
        await ines.send("/organise/{fair}/days", **hours)
        board = await ines.get("/organise/{fair}")
        day = board.rpartition(f"/organise/{world.ids['fair']}/days/")[2].partition("/")[0].partition('"')[0]
        _, path, page = await ines.send(f"/organise/{{fair}}/days/{day}", **hours, day_mode="both")
        assert path == f"/organise/{world.ids['fair']}"
        assert "Saved." in page
        status, _, page = await ines.send(f"/organise/{{fair}}/days/{day}", **{**hours, "closes": "14:00"})
    assert status == 422
    assert "The closing must come after the opening." in page


async def test_whoever_is_asked_to_go_on_reads_it_wherever_they_are(world: World) -> None:
    async with visitor(world, "tomas") as tomas:
        page = await tomas.get("/fairs/{fair}")
        notice = page.partition('data-part="referral-notice"')[2].partition("</div>")[0]
        assert "Sophie Perrin proposes that you go on to somebody else." in notice
        assert not notice.startswith(" hidden")


async def test_an_older_page_takes_no_mark_and_no_begun_answer_away(world: World) -> None:
    await _ended(world)
    async with world.database.transaction() as tx:
        row = await tx.session.get_one(Meeting, world_id(world, "meeting"))
        assert row.booth
        await scorecards.choose(tx, row.booth.employer_id, None, ["Puff pastry"])
    page = "/meetings/" + world.ids["meeting"]
    async with visitor(world, "sophie") as sophie:
        older = form_to(page, await sophie.get(page), f"{page}/answer")
        newer = form_to(page, await sophie.get(page), f"{page}/answer")
        (mark,) = [name for name, _ in newer.fields if name.startswith("mark-")]
        await sophie.session.post(
            world.server.make_url(f"{page}/notes"), data=newer.typed(**{mark: "4", "answer": "We would like to"})
        )
        await sophie.session.post(world.server.make_url(f"{page}/notes"), data=older.typed(notes="Bakes."))
        now = form_to(page, await sophie.get(page), f"{page}/answer")
    assert (now.value(mark), now.value("answer"), now.value("notes")) == ("4", "We would like to", "Bakes.")


async def test_what_cannot_be_done_now_is_said_where_one_was_and_nowhere_else(world: World) -> None:
    async with visitor(world, "amina") as amina:
        path = world.server.make_url("/places/{place}/where".format(**world.ids))
        form = {"form_token": masked(form_token(SECRET, world.tokens["amina"])), "where": "here"}
        for referer, leads in ((world.server.make_url("/me"), "/me"), ("https://mail.example.com/inbox", "")):
            headers = {"Referer": str(referer)}
            async with amina.session.post(path, data=form, headers=headers, allow_redirects=False) as answer:
                assert answer.headers.get("Location", "") == leads
                assert answer.status == (303 if leads else 409)
