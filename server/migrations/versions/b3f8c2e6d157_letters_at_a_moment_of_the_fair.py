"""letters to many that leave at a moment of the fair"""

import sqlalchemy as sa
from alembic import op

revision = "b3f8c2e6d157"
down_revision = "a9d3e5b7c148"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("group_letter") as letter:
        letter.add_column(sa.Column("occasion", sa.String(32), nullable=False, server_default="now"))
        letter.add_column(sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE group_letter SET left_at = made_at")


def downgrade() -> None:
    with op.batch_alter_table("group_letter") as letter:
        letter.drop_column("left_at")
        letter.drop_column("occasion")
