"""a fair that is closed until its next day"""

import sqlalchemy as sa
from alembic import op

revision = "e4b81c06d9a3"
down_revision = "d2f7a91b4c60"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("fair") as fair:
        fair.add_column(sa.Column("held_closed_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("fair") as fair:
        fair.drop_column("held_closed_until")
