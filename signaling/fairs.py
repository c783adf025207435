"""What everybody at a fair is told, and what its organisers are told."""

from datetime import datetime
from uuid import UUID

from rooms.chat import moderation
from rooms.core.events import Told
from rooms.core.transaction import Transaction
from rooms.fairs import announcements, booths, fairs, schedule
from rooms.fairs.announcements import Announcement
from rooms.fairs.fairs import FairState
from signaling.contract import Payload, ToldFact, told
from signaling.entrances import may_end_rights
from signaling.telling import as_it_is, head, tells


@told("fair:turned")
class TurnedTold(ToldFact):
    """The fair changed its state, or its doors opened or closed for the day."""

    fair: UUID
    state: FairState
    open_until: datetime | None


@told("fair:announced")
class AnnouncedTold(ToldFact):
    """The organisers say something to everybody."""

    announcement: UUID
    text: str


@told("booth:set_up")
class SetUpTold(ToldFact):
    """A booth can be seen from now on."""

    booth: UUID


@told("booth:paused")
class PausedTold(ToldFact):
    """The booth's people take a break; nobody is called meanwhile."""

    booth: UUID


@told("booth:resumed")
class ResumedTold(ToldFact):
    """The break is over."""

    booth: UUID


@told("booth:staff_changed")
class StaffChangedTold(ToldFact):
    """Somebody may staff the booth from now on, or no longer."""

    booth: UUID
    person: UUID
    is_staff: bool


class AnnouncementTold(Payload):
    announcement: UUID
    text: str
    at: datetime


class BoothBrief(Payload):
    booth: UUID
    is_paused: bool


class FairSnapshot(Payload):
    """The fair as anybody sees it; how the lines stand comes as states."""

    state: FairState
    open_until: datetime | None
    announcements: list[AnnouncementTold]
    booths: list[BoothBrief]


as_it_is("fair", schedule.FairTurned, TurnedTold)
as_it_is("fair", booths.BoothSetUp, SetUpTold)
for _area in ("fair", "line"):
    as_it_is(_area, booths.BoothPaused, PausedTold)
    as_it_is(_area, booths.BoothResumed, ResumedTold)
as_it_is("line", booths.StaffChanged, StaffChangedTold)


def _dismissed(told_fact: Told) -> tuple[UUID, ...]:
    fact = told_fact.fact
    assert isinstance(fact, booths.StaffChanged)  # noqa: S101
    return () if fact.is_staff else (fact.person,)


may_end_rights(booths.StaffChanged, _dismissed)


@tells("fair", announcements.FairAnnounced)
async def _announced(tx: Transaction, told_fact: Told) -> ToldFact:
    fact = told_fact.fact
    assert isinstance(fact, announcements.FairAnnounced)  # noqa: S101
    row = await tx.session.get_one(Announcement, fact.announcement)
    return AnnouncedTold(**head(told_fact), announcement=row.id, text=row.text)


@told("chat:reported")
class ReportedTold(ToldFact):
    """Somebody has reported a message."""

    message: UUID


@told("chat:report_settled")
class ReportSettledTold(ToldFact):
    """A reported message has been removed, or left."""

    message: UUID


@told("fair:organiser_removed")
class OrganiserRemovedTold(ToldFact):
    """Somebody runs the fair no longer."""

    person: UUID


class ModerationSnapshot(Payload):
    """The reported messages that nobody has looked at yet."""

    reports: list[UUID]


@tells("moderation", moderation.ReportSettled)
async def _settled(_: Transaction, told_fact: Told) -> ToldFact:
    return ReportSettledTold(**head(told_fact), **told_fact.fact.model_dump(include={"message"}))


@tells("moderation", fairs.OrganiserRemoved)
async def _removed(_: Transaction, told_fact: Told) -> ToldFact:
    return OrganiserRemovedTold(**head(told_fact), **told_fact.fact.model_dump(include={"person"}))


def _removed_organiser(told_fact: Told) -> tuple[UUID, ...]:
    fact = told_fact.fact
    assert isinstance(fact, fairs.OrganiserRemoved)  # noqa: S101
    return (fact.person,)


may_end_rights(fairs.OrganiserRemoved, _removed_organiser)


@tells("moderation", moderation.ChatReported)
async def _reported(_: Transaction, told_fact: Told) -> ToldFact:
    return ReportedTold(**head(told_fact), **told_fact.fact.model_dump(include={"message"}))
