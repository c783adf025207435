"""Whom an agency serves: the beginnings of postcodes, and where a person lives."""

import sqlalchemy as sa
from alembic import op

revision = 'c4d1a7be9f02'
down_revision = 'b9f6354e226d'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('agency', sa.Column('area', sa.String(), nullable=False, server_default=''))
    op.add_column('person', sa.Column('postcode', sa.String(), nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_column('postcode')
    with op.batch_alter_table('agency', schema=None) as batch_op:
        batch_op.drop_column('area')
