"""Tiers of booths, as a fair sells or grants them: each has a name that is shown, and comes before the next in the
lobby; one may limit how many recruiters stand at a booth."""

import uuid

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text, one_line
from rooms.core.transaction import Transaction
from rooms.fairs.fairs import Fair, demand_not_archived

MOST_TIERS, MOST_STAFF, LONGEST_NAME = 6, 200, 40


class BoothTier(Base):
    """Goes with its fair."""

    __tablename__ = "booth_tier"
    __table_args__ = (UniqueConstraint("fair_id", "name"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"))
    name: Mapped[str]
    most_staff: Mapped[int | None]
    """Recruiters who may stand at a booth of it; None for any number."""


async def add(tx: Transaction, fair: Fair, name: str, most_staff: int | None = None) -> BoothTier:
    """One more tier, after those that the fair has."""
    demand_not_archived(fair)
    await tx.lock(fair, key_share=True)
    known = await of_fair(tx, fair.id)
    if len(known) >= MOST_TIERS:
        raise Conflict("tier.too_many", N_("At most %(most)s tiers."), field="tier", most=MOST_TIERS)
    if most_staff is not None and not 1 <= most_staff <= MOST_STAFF:
        message = N_("Between 1 and %(most)s recruiters.")
        raise Invalid("most_staff.range", message, field="most_staff", most=MOST_STAFF)
    name = clean_text(one_line(name), "tier", LONGEST_NAME, required=True)
    if name in {tier.name for tier in known}:
        raise Conflict("tier.known", N_("There is a tier of this name already."), field="tier")
    tier = BoothTier(id=new_id(), fair_id=fair.id, name=name, most_staff=most_staff)
    tx.session.add(tier)
    await tx.session.flush()
    return tier


async def remove(tx: Transaction, fair: Fair, tier_id: uuid.UUID) -> None:
    """Its booths are as all others from then on."""
    demand_not_archived(fair)
    await tx.session.delete(await one(tx, fair.id, tier_id))


async def one(tx: Transaction, fair_id: uuid.UUID, tier_id: uuid.UUID) -> BoothTier:
    tier = await tx.session.get(BoothTier, tier_id)
    if tier is None or tier.fair_id != fair_id:
        raise NotFound("tier")
    return tier


async def of_fair(tx: Transaction, fair_id: uuid.UUID) -> list[BoothTier]:
    """In their order."""
    query = select(BoothTier).where(BoothTier.fair_id == fair_id).order_by(BoothTier.id)
    return list((await tx.session.execute(query)).scalars())
