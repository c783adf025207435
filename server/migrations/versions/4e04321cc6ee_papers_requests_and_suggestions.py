"""Documents passed in appointments, asking before following, and fairs that a counsellor suggests."""

import sqlalchemy as sa
from alembic import op

import rooms.core.model

revision = '4e04321cc6ee'
down_revision = '9deea5bfaebe'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('follow_request',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('counsellor_id', sa.Uuid(), nullable=False),
    sa.Column('asked_at', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['counsellor_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('person_id', 'counsellor_id')
    )
    op.create_table('suggestion',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('fair_id', sa.Uuid(), nullable=False),
    sa.Column('booth_id', sa.Uuid(), nullable=True),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('made_at', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.Column('shared_at', rooms.core.model.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['booth_id'], ['booth.id'], ),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['fair_id'], ['fair.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('suggestion', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_suggestion_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ux_suggestion_booth', ['person_id', 'booth_id'], unique=True)
        batch_op.create_index('ux_suggestion_fair', ['person_id', 'fair_id'], unique=True, postgresql_where=sa.text('booth_id IS NULL'), sqlite_where=sa.text('booth_id IS NULL'))

    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.add_column(sa.Column('appointment_id', sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f('ix_document_appointment_id'), ['appointment_id'], unique=False)
        batch_op.create_foreign_key('fk_document_appointment_id', 'appointment', ['appointment_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.drop_constraint('fk_document_appointment_id', type_='foreignkey')
        batch_op.drop_index('ix_document_appointment_id')
        batch_op.drop_column('appointment_id')
    op.drop_table('suggestion')
    op.drop_table('follow_request')
