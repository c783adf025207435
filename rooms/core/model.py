"""What every table stands on: the base class, one type for moments, and identifiers that sort by time."""

import enum
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, Enum, String, TypeDecorator, Uuid
from sqlalchemy.orm import DeclarativeBase
from uuid_utils.compat import uuid7


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. SQLite's stock type drops the offset; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive moment cannot be stored")
        return value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """PostgreSQL's driver answers in UTC already: thousands of moments are not handled twice."""
        return None if dialect.name == "postgresql" else super().result_processor(dialect, coltype)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is UTC:
            return value
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _values(kind: type[enum.Enum]) -> list[str]:
    return [member.value for member in kind]


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        uuid.UUID: Uuid,
        str: String,
        list[str]: JSON,
        dict[str, Any]: JSON,
        enum.Enum: Enum(enum.Enum, native_enum=False, length=32, values_callable=_values),
    }


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562): sorts by the time it was made."""
    return uuid7()
