"""Looking at a page together, with its consents; the way of a talk as a ladder instead of with or without a picture."""

import sqlalchemy as sa
from alembic import op

import rooms.core.model

revision = '9deea5bfaebe'
down_revision = 'e542cfb84454'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('looking',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('meeting_id', sa.Uuid(), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=False),
    sa.Column('agreed_at', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.Column('may_fill', sa.Boolean(), nullable=False),
    sa.Column('fill_agreed_at', rooms.core.model.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_at', rooms.core.model.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['ended_by_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['meeting_id'], ['meeting.id'], ),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('looking', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_looking_meeting_id'), ['meeting_id'], unique=False)
        batch_op.create_index('ux_looking_one_of_meeting', ['meeting_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'), sqlite_where=sa.text('ended_at IS NULL'))

    with op.batch_alter_table('meeting', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mode', sa.Enum('video', 'audio', 'chat', 'phone', name='mode', native_enum=False, length=32), nullable=False, server_default='video'))
    op.execute(sa.text("UPDATE meeting SET mode = 'audio' WHERE with_video IS FALSE"))
    with op.batch_alter_table('meeting', schema=None) as batch_op:
        batch_op.drop_column('with_video')


def downgrade() -> None:
    with op.batch_alter_table('meeting', schema=None) as batch_op:
        batch_op.add_column(sa.Column('with_video', sa.Boolean(), nullable=False, server_default=sa.true()))
    op.execute(sa.text("UPDATE meeting SET with_video = FALSE WHERE mode <> 'video'"))
    with op.batch_alter_table('meeting', schema=None) as batch_op:
        batch_op.drop_column('mode')
    op.drop_table('looking')
