"""A session that a mailed link began is for one appointment alone."""

import sqlalchemy as sa
from alembic import op

revision = 'b81f4e2d6a07'
down_revision = 'a3d5c0b7e914'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('appointment_id', sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f('ix_session_appointment_id'), ['appointment_id'], unique=False)
        batch_op.create_foreign_key(
            batch_op.f('fk_session_appointment_id_appointment'), 'appointment', ['appointment_id'], ['id']
        )


def downgrade() -> None:
    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_session_appointment_id_appointment'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_session_appointment_id'))
        batch_op.drop_column('appointment_id')
