"""Whoever leads an appointment is not always a counsellor; and a link's subject is an id."""

import sqlalchemy as sa
from alembic import op

revision = "d2a6e4f81b93"
down_revision = "b37e90c5d214"
branch_labels = None
depends_on = None

THIRD = "ck_appointment_guest_is_third"


def upgrade() -> None:
    _rename("counsellor_id", "led_by_id", "ix_appointment_counsellor", "ix_appointment_led_by")
    with op.batch_alter_table("link") as batch:
        batch.alter_column("subject", new_column_name="subject_id")


def downgrade() -> None:
    with op.batch_alter_table("link") as batch:
        batch.alter_column("subject_id", new_column_name="subject")
    _rename("led_by_id", "counsellor_id", "ix_appointment_led_by", "ix_appointment_counsellor")


def _rename(before: str, after: str, index_before: str, index_after: str) -> None:
    op.drop_index(index_before, table_name="appointment")
    with op.batch_alter_table("appointment") as batch:
        batch.drop_constraint(THIRD, type_="check")
        batch.alter_column(before, existing_type=sa.Uuid(), existing_nullable=False, new_column_name=after)
    with op.batch_alter_table("appointment") as batch:
        batch.create_check_constraint(THIRD, f"guest_id <> {after} AND guest_id <> candidate_id")
    op.create_index(index_after, "appointment", [after, "occupied_until"])
