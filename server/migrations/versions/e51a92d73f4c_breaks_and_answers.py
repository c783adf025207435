"""breaks of one recruiter, until when a booth pauses, and answers that belong to the booth"""

import sqlalchemy as sa
from alembic import op

revision = "e51a92d73f4c"
down_revision = "d40f81c62e3b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("booth", sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("booth_staff", sa.Column("break_until", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("follow_up") as follow_up:
        follow_up.add_column(sa.Column("answered_by_id", sa.Uuid(), nullable=True))
        follow_up.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
        follow_up.create_foreign_key("fk_follow_up_answered_by", "person", ["answered_by_id"], ["id"])
        follow_up.create_index("ix_follow_up_answered_by_id", ["answered_by_id"])


def downgrade() -> None:
    with op.batch_alter_table("follow_up") as follow_up:
        follow_up.drop_index("ix_follow_up_answered_by_id")
        follow_up.drop_constraint("fk_follow_up_answered_by", type_="foreignkey")
        follow_up.drop_column("reminded_at")
        follow_up.drop_column("answered_by_id")
    op.drop_column("booth_staff", "break_until")
    op.drop_column("booth", "paused_until")
