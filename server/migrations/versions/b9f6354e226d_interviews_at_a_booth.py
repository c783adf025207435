"""Interviews that can be booked at a booth: a reason belongs to an agency or to a booth."""

import sqlalchemy as sa
from alembic import op

revision = 'b9f6354e226d'
down_revision = 'df8ef57efa3b'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('reason', schema=None) as batch_op:
        batch_op.add_column(sa.Column('booth_id', sa.Uuid(), nullable=True))
        batch_op.alter_column('agency_id', existing_type=sa.Uuid(), nullable=True)
        batch_op.create_foreign_key('fk_reason_booth_id', 'booth', ['booth_id'], ['id'])
        batch_op.create_unique_constraint('uq_reason_booth', ['booth_id', 'name'])
        batch_op.create_check_constraint('ck_reason_one_host', '(agency_id IS NULL) <> (booth_id IS NULL)')
        batch_op.create_index('ix_reason_booth_id', ['booth_id'])


def downgrade() -> None:
    op.execute(sa.text('DELETE FROM reason WHERE booth_id IS NOT NULL'))
    with op.batch_alter_table('reason', schema=None) as batch_op:
        batch_op.drop_index('ix_reason_booth_id')
        batch_op.drop_constraint('ck_reason_one_host', type_='check')
        batch_op.drop_constraint('uq_reason_booth', type_='unique')
        batch_op.drop_constraint('fk_reason_booth_id', type_='foreignkey')
        batch_op.alter_column('agency_id', existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_column('booth_id')
