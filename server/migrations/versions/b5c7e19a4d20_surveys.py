"""three questions after a fair"""

import sqlalchemy as sa
from alembic import op

revision = "b5c7e19a4d20"
down_revision = "a84c13d6e9f2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey",
        sa.Column("fair_id", sa.Uuid(), sa.ForeignKey("fair.id"), primary_key=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("candidates_asked", sa.Integer(), nullable=False),
        sa.Column("employers_asked", sa.Integer(), nullable=False),
    )
    op.create_table(
        "survey_question",
        sa.Column("fair_id", sa.Uuid(), sa.ForeignKey("fair.id"), primary_key=True),
        sa.Column("audience", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("words", sa.String(), nullable=False),
    )
    op.create_table(
        "survey_answer",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("fair_id", sa.Uuid(), sa.ForeignKey("fair.id"), nullable=False),
        sa.Column("audience", sa.String(32), nullable=False),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("usefulness", sa.Integer(), nullable=True),
        sa.Column("said_yes", sa.Boolean(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.UniqueConstraint("fair_id", "audience", "person_id"),
        sa.CheckConstraint("usefulness BETWEEN 1 AND 5", name="ck_survey_usefulness"),
    )
    op.create_index("ix_survey_answer_fair_id", "survey_answer", ["fair_id"])
    op.create_index("ix_survey_answer_person_id", "survey_answer", ["person_id"])


def downgrade() -> None:
    op.drop_table("survey_answer")
    op.drop_table("survey_question")
    op.drop_table("survey")
