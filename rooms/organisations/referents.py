"""Who follows whom: the counsellor of each followed person."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.model import Base
from rooms.core.transaction import Transaction

SILENT_AFTER = timedelta(weeks=6)
REINFORCED_SILENT_AFTER = timedelta(weeks=2)


class CaseloadEntry(Base):
    """A counsellor follows a person; whom nobody follows just now is their agency's, and is not lost. Purpose:
    counselling; ends when the person leaves."""

    __tablename__ = "caseload_entry"
    __table_args__ = (
        CheckConstraint("(counsellor_id IS NULL) <> (agency_id IS NULL)", name="ck_caseload_entry_one_owner"),
    )
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    counsellor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    agency_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agency.id"), index=True)
    """The agency whose counsellors can take them up, while none of them follows them."""
    since: Mapped[datetime]
    reinforced_at: Mapped[datetime | None]
    """Since when there is more contact at shorter intervals, and answers in time (rooms/caseload/response_times.py)."""

    @property
    def is_reinforced(self) -> bool:
        return self.reinforced_at is not None

    def is_silent(self, last_at: datetime | None, next_at: datetime | None, now: datetime) -> bool:
        """Nothing was heard for too long, and nothing lies ahead."""
        allowed = REINFORCED_SILENT_AFTER if self.is_reinforced else SILENT_AFTER
        return next_at is None and max(filter(None, (self.since, last_at))) < now - allowed


async def referents_of(tx: Transaction, people: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Who follows each of `people`; whom nobody follows is left out."""
    query = select(CaseloadEntry.person_id, CaseloadEntry.counsellor_id).where(
        tx.among(CaseloadEntry.person_id, people), CaseloadEntry.counsellor_id.is_not(None)
    )
    return {row.person_id: row.counsellor_id for row in await tx.session.execute(query)}


async def referent_of(tx: Transaction, person_id: uuid.UUID) -> uuid.UUID | None:
    row = await tx.session.get(CaseloadEntry, person_id)
    return row.counsellor_id if row else None


async def entry_of(tx: Transaction, person_id: uuid.UUID) -> CaseloadEntry | None:
    return await tx.session.get(CaseloadEntry, person_id)
