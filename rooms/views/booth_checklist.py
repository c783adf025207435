"""What a booth still lacks before candidates come, for its own people and for those who run the fair. Sixty booths cost
the same queries as one."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from rooms.core.transaction import Transaction
from rooms.fairs import booth_documents
from rooms.fairs.booths import Booth, BoothStaff
from rooms.organisations import vacancies


class Item(StrEnum):
    DESCRIPTION = "description"
    LOCATION = "location"
    LOGO = "logo"
    VACANCY = "vacancy"
    STAFF = "staff"


@dataclass(frozen=True)
class Checklist:
    done: frozenset[Item]

    @property
    def missing(self) -> list[Item]:
        return [item for item in Item if item not in self.done]

    @property
    def percent(self) -> int:
        return 100 * len(self.done) // len(Item)


async def of_booths(tx: Transaction, rows: Sequence[Booth]) -> dict[uuid.UUID, Checklist]:
    ids = {booth.id for booth in rows}
    logos = await booth_documents.logos_of(tx, ids)
    seeking = await vacancies.with_some(tx, [booth.employer_id for booth in rows])
    staffed = select(BoothStaff.booth_id).where(BoothStaff.booth_id.in_(ids)).distinct()
    staff = {row.booth_id for row in await tx.plain_rows(staffed)}
    return {
        booth.id: Checklist(
            frozenset(
                item
                for item, is_done in (
                    (Item.DESCRIPTION, booth.set_up_at is not None),
                    (Item.LOCATION, bool(booth.employer.location)),
                    (Item.LOGO, booth.id in logos),
                    (Item.VACANCY, booth.employer_id in seeking),
                    (Item.STAFF, booth.id in staff),
                )
                if is_done
            )
        )
        for booth in rows
    }
