"""letters to many at a fair"""

import sqlalchemy as sa
from alembic import op

revision = "f62ba3e84a5d"
down_revision = "e51a92d73f4c"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "group_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fair_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("to_group", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"]),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("fair_id", "by_id"):
        op.create_index(f"ix_group_letter_{column}", "group_letter", [column])


def downgrade() -> None:
    op.drop_table("group_letter")
