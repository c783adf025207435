"""what a fair asks those who register, and what they answer"""

import sqlalchemy as sa
from alembic import op

revision = "d4f7b09e2a55"
down_revision = "c81e5a3f90d2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registration_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fair_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_registration_question_fair_id", "registration_question", ["fair_id"])
    op.create_table(
        "registration_answer",
        sa.Column("attendee_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attendee_id"], ["attendee.id"]),
        sa.ForeignKeyConstraint(["question_id"], ["registration_question.id"]),
        sa.PrimaryKeyConstraint("attendee_id", "question_id"),
    )
    op.create_index("ix_registration_answer_question_id", "registration_answer", ["question_id"])


def downgrade() -> None:
    op.drop_table("registration_answer")
    op.drop_table("registration_question")
