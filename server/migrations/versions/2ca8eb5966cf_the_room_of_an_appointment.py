"""The room of an appointment: meetings and threads that belong to no fair, and the evidence of a connection."""

import sqlalchemy as sa
from alembic import op

import rooms.core.model

revision = '2ca8eb5966cf'
down_revision = '79f472f2332c'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('evidence',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('appointment_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('what', sa.Enum('entered', 'devices_well', 'devices_failed', 'connected', 'disconnected', 'failed', 'weak', 'went_to_phone', name='what', native_enum=False, length=32), nullable=False),
    sa.Column('detail', sa.String(), nullable=False),
    sa.Column('at', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_evidence_appointment_id'), ['appointment_id'], unique=False)

    with op.batch_alter_table('conversation', schema=None) as batch_op:
        batch_op.alter_column('fair_id',
               existing_type=sa.Uuid(),
               nullable=True)

    with op.batch_alter_table('meeting', schema=None) as batch_op:
        batch_op.add_column(sa.Column('appointment_id', sa.Uuid(), nullable=True))
        batch_op.alter_column('call_id',
               existing_type=sa.Uuid(),
               nullable=True)
        batch_op.alter_column('place_id',
               existing_type=sa.Uuid(),
               nullable=True)
        batch_op.alter_column('booth_id',
               existing_type=sa.Uuid(),
               nullable=True)
        batch_op.create_index('ix_meeting_appointment_id', ['appointment_id'])
        batch_op.create_foreign_key('fk_meeting_appointment_id', 'appointment', ['appointment_id'], ['id'])
    op.create_index('ux_meeting_one_of_appointment', 'meeting', ['appointment_id'], unique=True,
                    sqlite_where=_goes_on(), postgresql_where=_goes_on())


def _goes_on() -> sa.TextClause:
    return sa.text("state IN ('waiting', 'live')")


def downgrade() -> None:
    raise NotImplementedError('a meeting of an appointment has no place in a line to go back to')
