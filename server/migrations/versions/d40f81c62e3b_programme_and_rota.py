"""the programme of a fair, and who stands at a booth when"""

import sqlalchemy as sa
from alembic import op

revision = "d40f81c62e3b"
down_revision = "c39e70b51d2a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "programme_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fair_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("title", "text", "location", "link")),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_programme_item_fair_id", "programme_item", ["fair_id"])
    op.create_table(
        "shift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booth_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booth_id"], ["booth.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("booth_id", "person_id"):
        op.create_index(f"ix_shift_{column}", "shift", [column])


def downgrade() -> None:
    op.drop_table("shift")
    op.drop_table("programme_item")
