"""Finding somebody by the beginnings of their names, with or without accents.

Both databases have an index for the beginning of a word and neither has one for the middle of a name.
"""

import re
import unicodedata
import uuid

from sqlalchemy import ColumnElement, ForeignKey, String, and_, delete, select, true
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from rooms.core.model import Base
from rooms.core.transaction import Transaction

_LAST = "\U0010ffff"


class NameWord(Base):
    """One word of a person's name, as it is searched. Owner and retention are those of the person."""

    __tablename__ = "name_word"
    word: Mapped[str] = mapped_column(String().with_variant(String(collation="C"), "postgresql"), primary_key=True)
    """Compared byte by byte, so that the index serves its beginning."""
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


def words_of(text: str) -> set[str]:
    """The words of a text in small letters, without accents: "Hélène d'Orves" is helene, d, orves."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return set(re.findall(r"[^\W_]+", plain))


async def keep(tx: Transaction, person_id: uuid.UUID, name: str) -> None:
    """The person is found by this name from now on."""
    await tx.session.execute(delete(NameWord).where(NameWord.person_id == person_id))
    tx.session.add_all(NameWord(word=word, person_id=person_id) for word in sorted(words_of(name)))


def begin_with(person: InstrumentedAttribute[uuid.UUID], text: str) -> ColumnElement[bool]:
    """Whether somebody has, for each word of `text`, a name that begins with it."""
    each = [select(NameWord.person_id).where(NameWord.word >= w, NameWord.word < w + _LAST) for w in words_of(text)]
    return and_(true(), *(person.in_(people) for people in each))
