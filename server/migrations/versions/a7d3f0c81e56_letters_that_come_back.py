"""letters that come back"""

import sqlalchemy as sa
from alembic import op

from rooms.core.model import UtcDateTime

revision = "a7d3f0c81e56"
down_revision = "f4a8c26d9b13"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mail", sa.Column("bounced_at", UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("mail", "bounced_at")
