"""The guest of an appointment is neither its candidate nor its counsellor."""

from alembic import op

revision = 'a3d5c0b7e914'
down_revision = 'f866e1b1efa8'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.create_check_constraint(
            'ck_appointment_guest_is_third', 'guest_id <> counsellor_id AND guest_id <> candidate_id'
        )


def downgrade() -> None:
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.drop_constraint('ck_appointment_guest_is_third', type_='check')
