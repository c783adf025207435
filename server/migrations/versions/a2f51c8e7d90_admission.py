"""how many a fair holds, who waits in its entrance hall, and what belongs to a rehearsal"""

import sqlalchemy as sa
from alembic import op

# Whoever goes, and a rehearsal's people go by thousands, is looked for in every table that may name them.
NAMED = (
    ("booth", "employer_id"),
    ("employer_member", "person_id"),
    ("fair_organiser", "person_id"),
    ("follow_request", "counsellor_id"),
    ("link", "invited_by_id"),
    ("note", "author_id"),
    ("silence", "person_id"),
    ("appointment_type", "team_id"),
    ("booth_staff", "person_id"),
    ("suggestion", "by_id"),
    ("suggestion", "fair_id"),
    ("suggestion", "booth_id"),
    ("team_member", "person_id"),
    ("appointment", "appointment_type_id"),
    ("appointment", "guest_booth_id"),
    ("call", "place_id"),
    ("call", "recruiter_id"),
    ("appointment_change", "by_id"),
    ("evidence", "person_id"),
    ("proposal", "counsellor_id"),
    ("cobrowsing", "owner_id"),
    ("cobrowsing", "ended_by_id"),
    ("conversation", "fair_id"),
    ("conversation", "asker_id"),
    ("reading", "reader_id"),
    ("peer", "person_id"),
    ("report", "person_id"),
)

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


    op.create_index("ix_admission_person_id", "admission", ["person_id"])
    op.add_column("person", sa.Column("is_rehearsal", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("employer", sa.Column("is_rehearsal", sa.Boolean(), nullable=False, server_default=sa.false()))
    for named_in, column in NAMED:
        op.create_index(f"ix_{named_in}_{column}", named_in, [column])


def downgrade() -> None:
    for named_in, column in NAMED:
        op.drop_index(f"ix_{named_in}_{column}", named_in)
    for marked in ("person", "employer"):
        with op.batch_alter_table(marked) as changed:
            changed.drop_column("is_rehearsal")
    op.drop_table("admission")
    op.drop_table("entrance_hall")
    with op.batch_alter_table("fair") as table:
        table.drop_column("is_rehearsal")
        table.drop_column("admitted_a_minute")
        table.drop_column("capacity")
