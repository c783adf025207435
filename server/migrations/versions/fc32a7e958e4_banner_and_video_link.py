"""A fair's banner, a booth's video elsewhere, and a conversation for every fair and booth from the start."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = 'fc32a7e958e4'
down_revision = '00e538048157'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('booth', sa.Column('video_link', sa.String(), server_default='', nullable=False))
    if op.get_bind().dialect.name == 'sqlite':
        op.execute('ALTER TABLE document ADD COLUMN fair_id CHAR(32) REFERENCES fair (id)')
    else:
        op.add_column('document', sa.Column('fair_id', sa.Uuid(), sa.ForeignKey('fair.id'), nullable=True))
    op.create_index('ix_document_fair_id', 'document', ['fair_id'])
    _begin_conversations()


def _begin_conversations() -> None:
    """Until now a page that showed a fair or booth for the first time made its conversation."""
    conversation = sa.table(
        'conversation',
        *(sa.column(name, sa.Uuid()) for name in ('id', 'subject', 'fair_id', 'asker_id')),
        sa.column('kind', sa.String()),
    )
    connection = op.get_bind()
    known = {(kind, subject) for kind, subject in connection.execute(
        sa.select(conversation.c.kind, conversation.c.subject).where(conversation.c.asker_id.is_(None))
    )}
    fair = sa.table('fair', sa.column('id', sa.Uuid()))
    booth = sa.table('booth', sa.column('id', sa.Uuid()), sa.column('fair_id', sa.Uuid()))
    wanted = [('fair', row.id, row.id) for row in connection.execute(sa.select(fair))]
    wanted += [('booth', row.id, row.fair_id) for row in connection.execute(sa.select(booth))]
    rows = [
        {'id': uuid.uuid4(), 'kind': kind, 'subject': subject, 'fair_id': fair_id}
        for kind, subject, fair_id in wanted if (kind, subject) not in known
    ]
    if rows:
        op.bulk_insert(conversation, rows)


def downgrade() -> None:
    op.drop_index('ix_document_fair_id', 'document')
    op.drop_column('document', 'fair_id')
    op.drop_column('booth', 'video_link')
