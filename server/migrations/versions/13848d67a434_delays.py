"""When an appointment is expected to begin."""

import sqlalchemy as sa
from alembic import op

import rooms.core.model

revision = '13848d67a434'
down_revision = '4e04321cc6ee'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('expected_at', rooms.core.model.UtcDateTime(timezone=True), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.drop_column('expected_at')

