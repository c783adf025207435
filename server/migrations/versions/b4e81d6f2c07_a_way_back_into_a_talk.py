"""a way back into a talk"""

import sqlalchemy as sa
from alembic import op

from rooms.core.model import UtcDateTime

revision = "b4e81d6f2c07"
down_revision = "a7d3f0c81e56"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participant", sa.Column("went_out_at", UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute("UPDATE participant SET went_in_at = NULL WHERE went_out_at IS NOT NULL AND part = 'guest'")
    op.drop_column("participant", "went_out_at")
