"""Appointments of three: an employer's recruiter comes too."""

import sqlalchemy as sa
from alembic import op

import rooms.core.model

revision = 'f866e1b1efa8'
down_revision = 'c4d1a7be9f02'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('guest_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('guest_booth_id', sa.Uuid(), nullable=True))
        batch_op.create_index('ix_appointment_guest', ['guest_id', 'ends_at'], unique=False)
        batch_op.create_foreign_key('fk_appointment_guest', 'person', ['guest_id'], ['id'])
        batch_op.create_foreign_key('fk_appointment_guest_booth', 'booth', ['guest_booth_id'], ['id'])
        batch_op.create_check_constraint(
            'ck_appointment_guest_of_booth', '(guest_id IS NULL) = (guest_booth_id IS NULL)'
        )

    with op.batch_alter_table('meeting', schema=None) as batch_op:
        batch_op.add_column(sa.Column('guest_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('guest_in_at', rooms.core.model.UtcDateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key('fk_meeting_guest', 'person', ['guest_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('meeting', schema=None) as batch_op:
        batch_op.drop_constraint('fk_meeting_guest', type_='foreignkey')
        batch_op.drop_column('guest_in_at')
        batch_op.drop_column('guest_id')

    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.drop_constraint('ck_appointment_guest_of_booth', type_='check')
        batch_op.drop_constraint('fk_appointment_guest_booth', type_='foreignkey')
        batch_op.drop_constraint('fk_appointment_guest', type_='foreignkey')
        batch_op.drop_index('ix_appointment_guest')
        batch_op.drop_column('guest_booth_id')
        batch_op.drop_column('guest_id')
