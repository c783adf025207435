"""answers that those who help keep ready"""

import sqlalchemy as sa
from alembic import op

revision = "c8e4d1a7f260"
down_revision = "b3f8c2e6d157"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "help_answer",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("fair_id", sa.Uuid(), sa.ForeignKey("fair.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
    )
    op.create_index("ix_help_answer_fair_id", "help_answer", ["fair_id"])


def downgrade() -> None:
    op.drop_table("help_answer")
