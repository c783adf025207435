"""the colleague to whom an answer was handed"""

import sqlalchemy as sa
from alembic import op

revision = "e2a9c7f4d158"
down_revision = "d8b2f5e0c947"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("follow_up") as follow_up:
        follow_up.add_column(sa.Column("answer_owed_by_id", sa.Uuid(), nullable=True))
        follow_up.create_foreign_key("fk_follow_up_owed_by", "person", ["answer_owed_by_id"], ["id"])
        follow_up.create_index("ix_follow_up_answer_owed_by_id", ["answer_owed_by_id"])


def downgrade() -> None:
    with op.batch_alter_table("follow_up") as follow_up:
        follow_up.drop_index("ix_follow_up_answer_owed_by_id")
        follow_up.drop_constraint("fk_follow_up_owed_by", type_="foreignkey")
        follow_up.drop_column("answer_owed_by_id")
