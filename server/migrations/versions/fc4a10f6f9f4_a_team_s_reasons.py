"""A reason that one team alone sees people for."""

import sqlalchemy as sa
from alembic import op

revision = 'fc4a10f6f9f4'
down_revision = '13848d67a434'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('reason', schema=None) as batch_op:
        batch_op.add_column(sa.Column('team_id', sa.Uuid(), nullable=True))
        batch_op.create_foreign_key("fk_reason_team_id", 'team', ['team_id'], ['id'])



def downgrade() -> None:
    with op.batch_alter_table('reason', schema=None) as batch_op:
        batch_op.drop_constraint("fk_reason_team_id", type_='foreignkey')
        batch_op.drop_column('team_id')

