"""where a code was asked from"""

import sqlalchemy as sa
from alembic import op

revision = "c81f5a2e6b37"
down_revision = "9b1e7c40d5f2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("signin_code", sa.Column("asked_from", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("signin_code", "asked_from")
