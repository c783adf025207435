"""What everybody at a fair is told, and what its organisers are told."""

from datetime import datetime
from uuid import UUID

from rooms.chat import moderation
from rooms.core.events import PublishedEvent
from rooms.core.transaction import Transaction
from rooms.fairs import announcements, booth_staff, booths, fairs, programme, schedule
from rooms.fairs.announcements import Announcement
from rooms.fairs.fairs import FairState
from signaling.contract import Payload, StreamEvent, server_event
from signaling.entrances import may_end_rights
from signaling.projections import as_it_is, head, projection


@server_event("fair:turned")
class TurnedEvent(StreamEvent):
    """The fair changed its state, or its doors opened or closed for the day."""

    fair_id: UUID
    state: FairState
    open_until: datetime | None


@server_event("fair:announced")
class AnnouncedEvent(StreamEvent):
    """The organisers say something to everybody."""

    announcement_id: UUID
    text: str
    translations: dict[str, str]
    """The same in other languages, by their code."""


@server_event("fair:announcement_changed")
class AnnouncementChangedEvent(StreamEvent):
    """What was said to everybody says something else now, or is not said any more."""

    announcement_id: UUID
    text: str
    translations: dict[str, str]
    is_ended: bool


@server_event("fair:programme_changed")
class ProgrammeChangedEvent(StreamEvent):
    """What takes place beside the booths is another thing from now on."""

    fair_id: UUID


@server_event("booth:set_up")
class SetUpEvent(StreamEvent):
    """A booth can be seen from now on."""

    booth_id: UUID


@server_event("booth:left")
class LeftEvent(StreamEvent):
    """A booth takes no part in the fair any more."""

    booth_id: UUID


@server_event("booth:paused")
class PausedEvent(StreamEvent):
    """The booth's people take a break; nobody is called meanwhile."""

    booth_id: UUID


@server_event("booth:resumed")
class ResumedEvent(StreamEvent):
    """The break is over."""

    booth_id: UUID


@server_event("booth:staff_changed")
class StaffChangedEvent(StreamEvent):
    """Somebody may staff the booth from now on, or no longer."""

    booth_id: UUID
    person_id: UUID
    is_staff: bool


class AnnouncementView(Payload):
    announcement_id: UUID
    text: str
    translations: dict[str, str]
    at: datetime


class BoothBrief(Payload):
    booth_id: UUID
    is_paused: bool


class FairSnapshot(Payload):
    """The fair as anybody sees it; how the lines booth comes as states."""

    state: FairState
    open_until: datetime | None
    announcements: list[AnnouncementView]
    booths: list[BoothBrief]


for _area in ("fair", "hall"):
    as_it_is(_area, schedule.FairTurned, TurnedEvent)
    as_it_is(_area, programme.ProgrammeChanged, ProgrammeChangedEvent)
as_it_is("fair", booths.BoothSetUp, SetUpEvent)
as_it_is("fair", booths.BoothLeft, LeftEvent)
for _area in ("fair", "line"):
    as_it_is(_area, booths.BoothPaused, PausedEvent)
    as_it_is(_area, booths.BoothResumed, ResumedEvent)
as_it_is("line", booth_staff.StaffChanged, StaffChangedEvent)


def _dismissed(published: PublishedEvent) -> tuple[UUID, ...]:
    event = published.event
    assert isinstance(event, booth_staff.StaffChanged)  # noqa: S101
    return () if event.is_staff else (event.person_id,)


may_end_rights(booth_staff.StaffChanged, _dismissed)


@projection("hall", announcements.FairAnnounced)
@projection("fair", announcements.FairAnnounced)
async def _announced(tx: Transaction, published: PublishedEvent) -> StreamEvent:
    event = published.event
    assert isinstance(event, announcements.FairAnnounced)  # noqa: S101
    row = await tx.session.get_one(Announcement, event.announcement_id)
    return AnnouncedEvent(**head(published), announcement_id=row.id, text=row.text, translations=row.translations)


@projection("hall", announcements.AnnouncementChanged)
@projection("fair", announcements.AnnouncementChanged)
async def _changed_announcement(tx: Transaction, published: PublishedEvent) -> StreamEvent:
    event = published.event
    assert isinstance(event, announcements.AnnouncementChanged)  # noqa: S101
    row = await tx.session.get_one(Announcement, event.announcement_id)
    said = {"announcement_id": row.id, "text": row.text, "translations": row.translations}
    return AnnouncementChangedEvent(**head(published), **said, is_ended=event.is_ended)


@server_event("chat:reported")
class ReportedEvent(StreamEvent):
    """Somebody has reported a message."""

    message_id: UUID


@server_event("chat:report_settled")
class ReportSettledEvent(StreamEvent):
    """A reported message has been removed, or left."""

    message_id: UUID


@server_event("fair:organiser_removed")
class OrganiserRemovedEvent(StreamEvent):
    """Somebody runs the fair no longer."""

    person_id: UUID


class ModerationSnapshot(Payload):
    """The reported messages that nobody has looked at yet."""

    reports: list[UUID]


@projection("moderation", moderation.ReportSettled)
async def _settled(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return ReportSettledEvent(**head(published), **published.event.model_dump(include={"message_id"}))


@projection("moderation", fairs.OrganiserRemoved)
async def _removed(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return OrganiserRemovedEvent(**head(published), **published.event.model_dump(include={"person_id"}))


def _removed_organiser(published: PublishedEvent) -> tuple[UUID, ...]:
    event = published.event
    assert isinstance(event, fairs.OrganiserRemoved)  # noqa: S101
    return (event.person_id,)


may_end_rights(fairs.OrganiserRemoved, _removed_organiser)


@projection("moderation", moderation.ChatReported)
async def _reported(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return ReportedEvent(**head(published), **published.event.model_dump(include={"message_id"}))
