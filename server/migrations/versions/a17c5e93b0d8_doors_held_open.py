"""doors that are held open by hand until a moment"""

import sqlalchemy as sa
from alembic import op

revision = "a17c5e93b0d8"
down_revision = "f6b8d2e41c73"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fair", sa.Column("held_open_until", sa.DateTime(timezone=True), nullable=True))
    # What was opened by hand before its hour stays open as long as it was to be.
    op.execute(
        "UPDATE fair SET held_open_until = open_until WHERE open_until IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
        "fair_day WHERE fair_day.fair_id = fair.id AND fair_day.closes_at = fair.open_until "
        "AND fair_day.opens_at <= fair.doors_opened_at)"
    )


def downgrade() -> None:
    op.drop_column("fair", "held_open_until")
