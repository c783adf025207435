"""entries of a calendar that were not understood"""

import sqlalchemy as sa
from alembic import op

revision = "9b1e7c40d5f2"
down_revision = "d2a6e4f81b93"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("booking_rules", sa.Column("busy_unread", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("booking_rules", "busy_unread")
