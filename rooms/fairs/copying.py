"""A new fair made after one that is known: its settings, its days shifted, and what else is wanted of it. Nothing is
sent, and no employer is held to take part: its booth waits to be set up."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from rooms.core.errors import N_, Invalid
from rooms.core.model import new_id
from rooms.core.transaction import Transaction
from rooms.fairs import booth_documents, booth_staff, booths, fairs, registration_questions, schedule, surveys, tiers
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair, FairDescription, demand_not_archived
from rooms.fairs.registration_questions import RegistrationQuestion
from rooms.people.people import Person


@dataclass(frozen=True)
class Wanted:
    """What the new fair takes over."""

    name: str
    first_day: date | None
    """On which it begins; None for no days yet."""
    booths: bool = True
    """Its employers with what their booths say, and its tiers."""
    recruiters: bool = True
    """Who stands at those booths."""
    questions: bool = True
    organisers: bool = True


@dataclass(frozen=True)
class Copy:
    fair: Fair
    documents: list[tuple[uuid.UUID, uuid.UUID]] = field(default_factory=list)
    """Whose content is to be copied, and to what."""


async def copy(tx: Transaction, original: Fair, by: Person, wanted: Wanted) -> Copy:
    fair = await fairs.create(tx, by, _description(original, wanted.name))
    made = Copy(fair)
    fair.capacity, fair.admitted_a_minute = original.capacity, original.admitted_a_minute
    fair.takes_applications = original.takes_applications
    fair.registration, fair.registration_code = original.registration, original.registration_code
    if wanted.first_day:
        await _shift_days(tx, original, fair, wanted.first_day)
    if wanted.organisers:
        for person in await fairs.organisers_of(tx, original):
            await fairs.add_organiser(tx, fair, person)
    if wanted.questions:
        await _copy_questions(tx, original, fair)
        await surveys.word(tx, fair, await surveys.own_words(tx, original.id))
    if wanted.booths:
        await _copy_booths(tx, original, made, with_recruiters=wanted.recruiters)
    return made


def _description(original: Fair, name: str) -> FairDescription:
    return FairDescription(
        name,
        original.description,
        tuple(original.languages),
        tuple(original.sectors),
        original.time_zone,
        original.most_lines,
        original.answer_days,
        original.grace_minutes,
        original.site,
    )


async def _shift_days(tx: Transaction, original: Fair, fair: Fair, first_day: date) -> None:
    """So many days later each, at the same hours in the fair's own zone."""
    days = await schedule.days_of(tx, original)
    if not days:
        return
    shift = first_day - days[0].opens_at.astimezone(original.zone).date()

    def shifted(moment: datetime) -> datetime:
        there = moment.astimezone(original.zone)
        return (there.replace(tzinfo=None) + timedelta(days=shift.days)).replace(tzinfo=fair.zone).astimezone(UTC)

    for day in days:
        opens_at, closes_at = shifted(day.opens_at), shifted(day.closes_at)
        if closes_at <= tx.now:
            message = N_("Its days would be over already. Please choose a later first day.")
            raise Invalid("first_day.past", message, field="first_day")
        await schedule.add_day(tx, fair, opens_at, closes_at, day.mode)


async def _copy_questions(tx: Transaction, original: Fair, fair: Fair) -> None:
    for question in await registration_questions.of_fair(tx, original.id):
        tx.session.add(
            RegistrationQuestion(
                id=new_id(),
                fair_id=fair.id,
                kind=question.kind,
                words=question.words,
                options=list(question.options),
                is_required=question.is_required,
                is_shown_to_recruiters=question.is_shown_to_recruiters,
            )
        )
        await tx.session.flush()


async def _copy_booths(tx: Transaction, original: Fair, made: Copy, *, with_recruiters: bool) -> None:
    tier_ids: dict[uuid.UUID | None, uuid.UUID | None] = {None: None}
    for tier in await tiers.of_fair(tx, original.id):
        tier_ids[tier.id] = (await tiers.add(tx, made.fair, tier.name, tier.most_staff)).id
    for before in await booths.of_fair(tx, original.id, only_set_up=False):
        booth = await booths.reserve(tx, made.fair, before.employer)
        booth.tier_id = tier_ids[before.tier_id]
        if with_recruiters:
            await booth_staff.staff_as(tx, booth, before)
        made.documents.extend(await take_over(tx, booth, before))


async def take_over(tx: Transaction, booth: Booth, before: Booth) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """What the employer's booth said and showed at another fair; it is to be looked through and saved. Gives the
    documents whose content is to be copied, and to what."""
    demand_not_archived(booth.fair)
    booth.description, booth.talk_minutes, booth.video_link = before.description, before.talk_minutes, before.video_link
    await tx.session.flush()
    return await booth_documents.copy(tx, before, booth)
