"""Names are found by the beginnings of their words."""

import sqlalchemy as sa
from alembic import op

from rooms.people.name_search import words_of

revision = 'df8ef57efa3b'
down_revision = 'fc4a10f6f9f4'
branch_labels = None
depends_on = None


def upgrade() -> None:
    words = op.create_table('name_word',
    sa.Column('word', sa.String().with_variant(sa.String(collation='C'), 'postgresql'), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('word', 'person_id')
    )
    person = sa.table('person', sa.column('id', sa.Uuid()), sa.column('name', sa.String()))
    known = op.get_bind().execute(sa.select(person.c.id, person.c.name)).all()
    op.bulk_insert(words, [{'word': word, 'person_id': whose} for whose, name in known for word in sorted(words_of(name))])
    op.create_index('ix_name_word_person_id', 'name_word', ['person_id'])


def downgrade() -> None:
    op.drop_table('name_word')
