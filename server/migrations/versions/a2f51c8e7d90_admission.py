"""how many a fair holds, and who waits in its entrance hall"""

import sqlalchemy as sa
from alembic import op

revision = "a2f51c8e7d90"
down_revision = "e7a31c90d5b4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fair", sa.Column("capacity", sa.Integer(), nullable=True))
    op.add_column("fair", sa.Column("admitted_a_minute", sa.Integer(), nullable=False, server_default="600"))
    op.add_column("fair", sa.Column("is_rehearsal", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "entrance_hall",
        sa.Column("fair_id", sa.Uuid(), nullable=False),
        sa.Column("last_ticket", sa.Integer(), nullable=False),
        sa.Column("called_ticket", sa.Integer(), nullable=False),
        sa.Column("paid_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"]),
        sa.PrimaryKeyConstraint("fair_id"),
    )
    op.create_table(
        "admission",
        sa.Column("fair_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("away_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("fair_id", "person_id"),
    )
    op.create_index("ux_admission_ticket", "admission", ["fair_id", "ticket"], unique=True)
    waiting = sa.text("admitted_at IS NULL")
    op.create_index(
        "ix_admission_waiting",
        "admission",
        ["fair_id", "ticket"],
        postgresql_where=waiting,
        sqlite_where=waiting,
    )


def downgrade() -> None:
    op.drop_table("admission")
    op.drop_table("entrance_hall")
    with op.batch_alter_table("fair") as table:
        table.drop_column("is_rehearsal")
        table.drop_column("admitted_a_minute")
        table.drop_column("capacity")
