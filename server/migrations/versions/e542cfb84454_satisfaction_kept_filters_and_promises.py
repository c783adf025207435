"""What people say of appointments, kept filters, reinforced support; threads from the booking and the following on."""

import sqlalchemy as sa
from alembic import op

import rooms.core.model

revision = 'e542cfb84454'
down_revision = '0ead2b32c6d3'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('kept_filter',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('counsellor_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('only', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['counsellor_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('counsellor_id', 'name')
    )
    op.create_table('satisfaction',
    sa.Column('appointment_id', sa.Uuid(), nullable=False),
    sa.Column('helped', sa.Enum('verdict_yes', 'verdict_rather', 'verdict_rather_not', 'verdict_no', name='verdict', native_enum=False, length=32), nullable=False),
    sa.Column('heard', sa.Enum('verdict_yes', 'verdict_rather', 'verdict_rather_not', 'verdict_no', name='verdict', native_enum=False, length=32), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('given_at', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], ),
    sa.PrimaryKeyConstraint('appointment_id')
    )
    with op.batch_alter_table('following', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reinforced_at', rooms.core.model.UtcDateTime(timezone=True), nullable=True))
    _join_threads()
    _begin_threads('counsel', 'SELECT person_id FROM following')
    _begin_threads('meeting', "SELECT id FROM appointment WHERE state = 'booked'")


def _join_threads() -> None:
    """What was written in each of an appointment's rooms belongs to the appointment's one thread."""
    connection = op.get_bind()
    rooms_of = sa.text(
        'SELECT conversation.id, meeting.appointment_id FROM conversation JOIN meeting ON meeting.id = conversation.subject'
        " WHERE conversation.kind = 'meeting' AND meeting.appointment_id IS NOT NULL ORDER BY conversation.id"
    ).columns(sa.column('id', sa.Uuid()), sa.column('appointment_id', sa.Uuid()))
    conversation = sa.table('conversation', *(sa.column(name, sa.Uuid()) for name in ('id', 'subject')), sa.column('kind', sa.String()))
    message = sa.table('message', sa.column('conversation_id', sa.Uuid()))
    standing = sa.select(conversation.c.subject, conversation.c.id).where(conversation.c.kind == 'meeting')
    threads = dict(connection.execute(standing).all())
    for thread, appointment in connection.execute(rooms_of).all():
        if appointment not in threads:
            threads[appointment] = thread
            connection.execute(conversation.update().where(conversation.c.id == thread).values(subject=appointment))
            continue
        moved = message.update().where(message.c.conversation_id == thread)
        connection.execute(moved.values(conversation_id=threads[appointment]))
        connection.execute(conversation.delete().where(conversation.c.id == thread))


def _begin_threads(kind: str, subjects: str) -> None:
    """A conversation of this kind for each of `subjects` that has none."""
    connection = op.get_bind()
    conversation = sa.table(
        'conversation', sa.column('id', sa.Uuid()), sa.column('kind', sa.String()), sa.column('subject', sa.Uuid())
    )
    known = set(connection.execute(sa.select(conversation.c.subject).where(conversation.c.kind == kind)).scalars())
    for subject in connection.execute(sa.text(subjects).columns(sa.column('id', sa.Uuid()))).scalars():
        if subject not in known:
            connection.execute(conversation.insert().values(id=rooms.core.model.new_id(), kind=kind, subject=subject))


def downgrade() -> None:
    with op.batch_alter_table('following', schema=None) as batch_op:
        batch_op.drop_column('reinforced_at')
    op.drop_table('satisfaction')
    op.drop_table('kept_filter')
