"""what employers look at in candidates, and the marks of recruiters"""

import sqlalchemy as sa
from alembic import op

revision = "d2f7a91b4c60"
down_revision = "c5a8e2f7d310"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "criterion",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("employer_id", sa.Uuid(), sa.ForeignKey("employer.id"), nullable=False),
        sa.Column("vacancy_id", sa.Uuid(), sa.ForeignKey("vacancy.id"), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
    )
    for column in ("employer_id", "vacancy_id"):
        op.create_index(f"ix_criterion_{column}", "criterion", [column])
    op.create_table(
        "mark",
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meeting.id"), primary_key=True),
        sa.Column("criterion_id", sa.Uuid(), sa.ForeignKey("criterion.id"), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("step BETWEEN 1 AND 5", name="ck_mark_step"),
    )
    for column in ("criterion_id", "person_id"):
        op.create_index(f"ix_mark_{column}", "mark", [column])


def downgrade() -> None:
    op.drop_table("mark")
    op.drop_table("criterion")
