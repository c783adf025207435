"""who was called on site and is on their way"""

import sqlalchemy as sa
from alembic import op

revision = "f1c6a2d98b47"
down_revision = "e4b81c06d9a3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("call") as call:
        call.add_column(sa.Column("coming_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("call") as call:
        call.drop_column("coming_at")
