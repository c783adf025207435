"""announcements in several languages, changed and ended"""

import sqlalchemy as sa
from alembic import op

revision = "c5a8e2f7d310"
down_revision = "b7e1d9c4a2f6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("announcement") as announcement:
        announcement.add_column(sa.Column("translations", sa.JSON(), nullable=False, server_default="{}"))
        announcement.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM announcement WHERE ended_at IS NOT NULL")
    with op.batch_alter_table("announcement") as announcement:
        announcement.drop_column("ended_at")
        announcement.drop_column("translations")
