"""what an event holds of others are their ids, and is called so"""

from functools import reduce

import sqlalchemy as sa
from alembic import op

revision = "6a2f81c4d9e0"
down_revision = "4b7e0d91c6a3"
branch_labels = None
depends_on = None

NAMES = {
    name: f"{name}_id"
    for name in (
        "announcement", "appointment", "booth", "by", "call", "conversation", "counsellor", "document", "fair", "giver",
        "meeting", "message", "owner", "person", "place", "recruiter",
    )
} | {"before": "former_id"}  # fmt: skip


def upgrade() -> None:
    _rename(NAMES)


def downgrade() -> None:
    _rename({after: before for before, after in NAMES.items()})


def _rename(names: dict[str, str]) -> None:
    table = sa.table("event", sa.column("data", sa.JSON))
    text: sa.ColumnElement[str] = sa.cast(table.c.data, sa.Text)
    # A quotation mark inside a text is written \": no text is taken for a name.
    changed = reduce(lambda found, name: sa.func.replace(found, f'"{name}":', f'"{names[name]}":'), names, text)
    if op.get_bind().dialect.name == "postgresql":
        changed = sa.cast(changed, sa.JSON)
    op.execute(table.update().values(data=sa.type_coerce(changed, sa.JSON)))
