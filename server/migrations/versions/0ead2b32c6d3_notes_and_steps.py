"""Notes of three sorts, and agreed steps."""

import sqlalchemy as sa
from alembic import op

import rooms.core.model

revision = '0ead2b32c6d3'
down_revision = '2ca8eb5966cf'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('note',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('private', 'team', 'shared', name='notekind', native_enum=False, length=32), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('made_at', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_note_person_id'), ['person_id'], unique=False)

    op.create_table('step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('made_at', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.Column('person_signed_at', rooms.core.model.UtcDateTime(timezone=True), nullable=True),
    sa.Column('counsellor_signed_at', rooms.core.model.UtcDateTime(timezone=True), nullable=True),
    sa.Column('done_at', rooms.core.model.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('step', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_step_person_id'), ['person_id'], unique=False)




def downgrade() -> None:
    with op.batch_alter_table('step', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_step_person_id'))

    op.drop_table('step')
    with op.batch_alter_table('note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_note_person_id'))

    op.drop_table('note')
