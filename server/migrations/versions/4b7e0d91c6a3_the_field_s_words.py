"""the field's words"""

from alembic import op

revision = "4b7e0d91c6a3"
down_revision = "1d6c9f04b2e8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.rename_table("fact", "event")
    op.drop_index("ix_appointment_held", "appointment")
    with op.batch_alter_table("appointment") as batch:
        batch.alter_column("held_until", new_column_name="reserved_until")
    op.create_index("ix_appointment_reserved", "appointment", ["state", "reserved_until"])
    op.execute("UPDATE appointment SET state = 'reserved' WHERE state = 'held'")


def downgrade() -> None:
    op.execute("UPDATE appointment SET state = 'held' WHERE state = 'reserved'")
    op.drop_index("ix_appointment_reserved", "appointment")
    with op.batch_alter_table("appointment") as batch:
        batch.alter_column("reserved_until", new_column_name="held_until")
    op.create_index("ix_appointment_held", "appointment", ["state", "held_until"])
    op.rename_table("event", "fact")
