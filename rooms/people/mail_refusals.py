"""Which mails somebody does not want: never those about what they have agreed on themselves."""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.model import Base
from rooms.core.transaction import Transaction

REFUSABLE = ("approach", "fair_reminder", "group", "invitation", "second", "suggestion", "survey", "written")
"""Templates of letters that one may do without (RFC 2369, List-Unsubscribe)."""


class MailRefusal(Base):
    """Purpose: not to write to who does not want it. Kept until it is taken back."""

    __tablename__ = "mail_refusal"
    email: Mapped[str] = mapped_column(primary_key=True)
    template: Mapped[str] = mapped_column(primary_key=True)


async def refuse(tx: Transaction, email: str, template: str) -> None:
    if template in REFUSABLE:
        await tx.insert_once(MailRefusal, {"email": email, "template": template})


async def take_back(tx: Transaction, email: str, template: str) -> None:
    given = MailRefusal.email == email, MailRefusal.template == template
    await tx.session.execute(delete(MailRefusal).where(*given))


async def is_refused(tx: Transaction, email: str, template: str) -> bool:
    return template in REFUSABLE and await tx.session.get(MailRefusal, (email, template)) is not None


async def refusing(tx: Transaction, template: str, emails: Collection[str]) -> set[str]:
    """Which of these addresses do without such letters."""
    query = select(MailRefusal.email).where(MailRefusal.template == template, tx.among(MailRefusal.email, emails))
    return set((await tx.session.execute(query)).scalars()) if emails else set()


async def of_address(tx: Transaction, email: str) -> list[str]:
    query = select(MailRefusal.template).where(MailRefusal.email == email).order_by(MailRefusal.template)
    return list((await tx.session.execute(query)).scalars())
