"""Words by which the staff of a booth find a talk again. Candidates never see them, and may ask for them (GDPR 15)."""

import uuid
from collections.abc import Collection

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import N_, Invalid
from rooms.core.model import Base
from rooms.core.text import clean_text, one_line
from rooms.core.transaction import Transaction

MOST = 8
LONGEST = 30


class TalkTag(Base):
    __tablename__ = "talk_tag"
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)


def parse(typed: str) -> list[str]:
    """The tags of a line such as "night shift, Lyon"; each once, whatever its capitals."""
    words = [clean_text(one_line(each), "tags", LONGEST) for each in typed.split(",")]
    tags = list({word.casefold(): word for word in words if word}.values())
    if len(tags) > MOST:
        raise Invalid("tags.too_many", N_("At most %(most)s tags."), field="tags", most=MOST)
    return tags


async def write(tx: Transaction, meeting_id: uuid.UUID, tags: Collection[str]) -> None:
    await tx.session.execute(delete(TalkTag).where(TalkTag.meeting_id == meeting_id))
    for word in tags:
        await tx.insert_once(TalkTag, {"meeting_id": meeting_id, "word": word})


async def go_on(tx: Transaction, held: Collection[uuid.UUID], meeting_id: uuid.UUID) -> None:
    """They stand at the talk that goes on from these, too."""
    words = {word for each in (await of_talks(tx, held)).values() for word in each}
    await write(tx, meeting_id, sorted(words))


async def of_talks(tx: Transaction, meetings: Collection[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """By talk and in the order of letters, with one query for any number of talks."""
    found: dict[uuid.UUID, list[str]] = {meeting: [] for meeting in meetings}
    query = select(TalkTag).where(TalkTag.meeting_id.in_(meetings)).order_by(TalkTag.word)
    for row in (await tx.session.execute(query)).scalars():
        found[row.meeting_id].append(row.word)
    return found
