"""The talks held at a booth: what the team notes of them, and the answers that they lead to."""

import asyncio
from collections.abc import Sequence

from aiohttp import web

from rooms.core.errors import N_, Conflict, Invalid
from rooms.core.events import fair_stream
from rooms.fairs import booth_staff
from rooms.fairs.booths import Booth
from rooms.meetings import answer_templates, follow_up, scorecards, talk_tags
from rooms.meetings.meeting import Meeting
from rooms.meetings.scorecards import Mark
from rooms.people.people import Person
from rooms.views import scorecard
from server import edits, language, tables, words
from server.page_request import PageRequest
from server.pages import answer_form
from server.pages.desk import booth_of, owed_by_of
from server.pages.scorecard_form import marks_shown
from server.pages.stream_heads import read_heads
from server.routes import get, post

NOTE_HEADS = (
    N_("Candidate"),
    N_("When"),
    N_("Notes"),
    N_("Notes of the team"),
    N_("Next step"),
    N_("Answer"),
    N_("My marks"),
)


@get("/desk/{booth}/talks")
async def talks(request: PageRequest) -> web.StreamResponse:
    """The talks held at this booth, and the answers that are due."""
    async with request.reading() as tx:
        booth = await booth_of(tx, request)
        heads = await read_heads(tx, request, fair_stream(booth.fair_id))
        tag = request.query.get("tag", "")
        only = request.query.get("only", "")
        rows = await follow_up.of_booth(
            tx, booth.id, tag, is_due=only == "due", led_by_id=request.actor.known.id if only == "mine" else None
        )
        return request.render(
            "desk_talks.html",
            fair=booth.fair,
            booth=booth,
            talks=rows,
            tags=await talk_tags.of_talks(tx, [row.id for row in rows]),
            tag=tag,
            only=only,
            owed_by=await owed_by_of(tx, booth, [row for row in rows if not row.follow_up.answered_at]),
            **await answer_form.ready(tx, request, booth.employer_id),
            heads=heads,
        )


def _nobody_ticked() -> Invalid:
    return Invalid("talk.none", N_("Please tick who is to be answered."), field="talk")


@post("/desk/{booth}/talks", again=talks)
async def answer_many(request: PageRequest) -> web.StreamResponse:
    """The same answer to those who were ticked."""
    chosen = request.uuids("talk")
    if not chosen:
        raise _nobody_ticked()
    step = answer_form.next_step(request)
    async with request.transaction() as tx:
        booth = await booth_of(tx, request)
        words = request.typed("answer")
        given, before = await follow_up.answer_many(tx, booth.id, chosen, step, words, request.actor.known)
        names = ", ".join(row.candidate.name for row in before)
        if not given and not before:
            raise _nobody_ticked()
        if not given:
            message = N_("Nothing was sent: %(names)s had been answered already.")
            raise Conflict("answer.given", message, field="talk", names=names)
    told = language.ngettext("The answer went to %(num)s person.", "The answer went to %(num)s people.", given)
    said = told % {"num": given}
    if before:
        said += " " + language.gettext("Not to %(names)s, who had been answered already.", names=names)
    return request.go(f"/desk/{request.id('booth')}/talks", said, "warn" if before else "ok")


@post("/desk/{booth}/answer-templates", again=talks)
async def keep_template(request: PageRequest) -> web.StreamResponse:
    step = answer_form.next_step(request)
    async with request.transaction() as tx:
        booth = await booth_of(tx, request)
        employer_id = booth.employer_id
        await answer_templates.keep(tx, employer_id, request.typed("template_name"), step, request.typed("answer"))
    # Whoever is ticked, and what is written to them, stays.
    return await request.stay(talks, f"{booth.desk_path}/talks", language.gettext("The answer is kept ready."))


@post("/desk/{booth}/answer-templates/{answer_template}/remove")
async def remove_template(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        booth = await booth_of(tx, request)
        await answer_templates.remove(tx, booth.employer_id, request.id("answer_template"))
    return request.go(f"/desk/{request.id('booth')}/talks", language.gettext("Removed."))


@get("/desk/{booth}/talks/{talk}")
async def talk(request: PageRequest) -> web.StreamResponse:
    """A talk that a colleague held: its answer belongs to the booth, its private notes to whoever wrote them."""
    async with request.reading() as tx:
        booth = await booth_of(tx, request)
        row = await follow_up.held_at(tx, booth.id, request.id("talk"))
        heads = await read_heads(tx, request, fair_stream(booth.fair_id))
        tags = (await talk_tags.of_talks(tx, [row.id]))[row.id]
        marked = await scorecard.of_talk(tx, row, request.actor.known)
        return request.render(
            "desk_talk.html",
            fair=booth.fair,
            booth=booth,
            talk=row,
            shown=_recorded(row, tags),
            staff=await booth_staff.staff_of(tx, booth.id),
            owed_by=follow_up.owed_by(row),
            tags=tags,
            scorecard=marked,
            marks_shown=marks_shown(marked),
            **await answer_form.ready(tx, request, booth.employer_id, row),
            heads=heads,
        )


@post("/desk/{booth}/talks/{talk}/hand-to", again=talk)
async def hand_to(request: PageRequest) -> web.StreamResponse:
    """A colleague is to answer."""
    async with request.transaction() as tx:
        booth = await booth_of(tx, request)
        row = await follow_up.held_at(tx, booth.id, request.id("talk"))
        await follow_up.hand_answer_to(tx, row, booth, request.uuid("colleague"), request.actor.known)
        (owing,) = (await owed_by_of(tx, booth, [row])).values()
    said = language.gettext("Saved.")
    if owing and owing.id != request.actor.known.id:
        said = language.gettext("%(name)s is told, and reminded before it is due.", name=owing.name)
    return request.go(f"/desk/{request.id('booth')}/talks/{row.id}", said)


def _recorded(row: Meeting, tags: list[str]) -> edits.Shown:
    return {"team_notes": row.follow_up.team_notes, "tags": ", ".join(tags)}


@post("/desk/{booth}/talks/{talk}/record", again=talk)
async def record(request: PageRequest) -> web.StreamResponse:
    """What the team is to know of a talk, and the words by which they find it again."""
    async with request.transaction() as tx:
        booth = await booth_of(tx, request)
        row = await follow_up.held_at(tx, booth.id, request.id("talk"))
        await tx.lock(row.follow_up)
        edits.merge(request, _recorded(row, (await talk_tags.of_talks(tx, [row.id]))[row.id]))
        follow_up.note_for_team(row, request.typed("team_notes"))
        await talk_tags.write(tx, row.id, talk_tags.parse(request.typed("tags")))
    return request.go(f"/desk/{request.id('booth')}/talks/{row.id}", language.gettext("Saved."))


@post("/desk/{booth}/talks/{talk}", again=talk)
async def answer_for_booth(request: PageRequest) -> web.StreamResponse:
    step = answer_form.next_step(request)
    async with request.transaction() as tx:
        booth = await booth_of(tx, request)
        row = await follow_up.held_at(tx, booth.id, request.id("talk"))
        await tx.lock(row.follow_up)
        await follow_up.answer(
            tx, row, step, answer_templates.filled(request.typed("answer"), row), request.actor.known
        )
    said = language.gettext("The answer is on its way to %(name)s.", name=row.candidate.name)
    return request.go(f"/desk/{request.id('booth')}/talks", said)


@get("/desk/{booth}/notes")
async def notes(request: PageRequest) -> web.StreamResponse:
    """One's own talks and notes, to take away."""
    async with request.reading() as tx:
        booth = await booth_of(tx, request)
        rows = await follow_up.notes_of(tx, booth.id, request.actor.known.id)
        marks = await scorecards.marks_of(tx, [row.id for row in rows])
        table = tables.Table(
            booth.employer.name,
            [language.gettext(head) for head in NOTE_HEADS],
            [_noted(row, booth, _mine(marks, row, request.actor.known)) for row in rows],
        )
    name = f"{booth.fair.slug}-{booth.employer.slug}"
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', "Cache-Control": "no-store"}
    content = await asyncio.to_thread(tables.as_xlsx, [table])
    return web.Response(body=content, content_type=tables.XLSX, headers=headers)


def _mine(marks: Sequence[Mark], row: Meeting, me: Person) -> str:
    mine = (mark for mark in marks if mark.meeting_id == row.id and mark.person_id == me.id)
    return ", ".join(f"{mark.criterion.name} {mark.step}" for mark in mine)


def _noted(row: Meeting, booth: Booth, marked: str) -> list[str]:
    written = row.follow_up
    step = words.label(written.next_step.value) if written.next_step and written.answered_at else ""
    return [
        row.candidate.name,
        language.moment(row.opened_at, booth.fair.zone),
        written.notes,
        written.team_notes,
        step,
        written.answer if step else "",
        marked,
    ]
