"""a day of a fair that is ended by hand"""

import sqlalchemy as sa
from alembic import op

revision = "e4b81c06d9a3"
down_revision = "d2f7a91b4c60"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("fair_day") as day:
        day.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("fair_day") as day:
        day.drop_column("ended_at")
