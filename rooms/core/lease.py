"""One worker at a time: a lease that its holder renews and anyone may take once it has run out."""

from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.model import Base
from rooms.core.transaction import Transaction


class Lease(Base):
    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]


async def take(tx: Transaction, name: str, holder: str, life: timedelta) -> bool:
    """Take or renew the lease; False while somebody else holds it."""
    until = tx.now + life
    if await tx.insert_once(Lease, {"name": name, "holder": holder, "until": until}):
        return True
    statement = update(Lease).where(Lease.name == name, or_(Lease.holder == holder, Lease.until <= tx.now))
    taken = await tx.session.execute(statement.values(holder=holder, until=until).returning(Lease.name))
    return taken.first() is not None


async def give_back(tx: Transaction, name: str, holder: str) -> None:
    statement = update(Lease).where(Lease.name == name, Lease.holder == holder)
    await tx.session.execute(statement.values(until=tx.now))
