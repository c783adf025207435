"""who cancelled, and whether a fair's day was told to those who registered"""

import sqlalchemy as sa
from alembic import op

revision = "c81e5a3f90d2"
down_revision = "b7d20f4c61aa"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attendee", sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("fair_day", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("fair_day", sa.Column("opening_told_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("fair_day") as day:
        day.drop_column("opening_told_at")
        day.drop_column("reminded_at")
    with op.batch_alter_table("attendee") as attendee:
        attendee.drop_column("cancelled_at")
