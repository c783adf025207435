"""Appointments: agencies with a place of their own, reasons, hours, bookings, wishes, portfolios."""

import uuid

import sqlalchemy as sa
from alembic import op

import rooms.core.model

revision = '79f472f2332c'
down_revision = 'fc32a7e958e4'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('agency',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('time_zone', sa.String(), nullable=False),
    sa.Column('country', sa.String(), nullable=False),
    sa.Column('region', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name')
    )
    op.create_table('booking_rules',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('before_minutes', sa.Integer(), nullable=False),
    sa.Column('after_minutes', sa.Integer(), nullable=False),
    sa.Column('notice_hours', sa.Integer(), nullable=False),
    sa.Column('horizon_days', sa.Integer(), nullable=False),
    sa.Column('most_a_day', sa.Integer(), nullable=False),
    sa.Column('busy_address', sa.String(), nullable=False),
    sa.Column('busy_read_at', rooms.core.model.UtcDateTime(timezone=True), nullable=True),
    sa.Column('busy_trouble', sa.String(), nullable=False),
    sa.Column('feed_hash', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('person_id'),
    sa.UniqueConstraint('feed_hash')
    )
    op.create_table('busy_time',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('begins_at', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ends_at', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('busy_time', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_busy_time_person_id'), ['person_id'], unique=False)

    op.create_table('following',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('counsellor_id', sa.Uuid(), nullable=False),
    sa.Column('since', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['counsellor_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('person_id')
    )
    with op.batch_alter_table('following', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_following_counsellor_id'), ['counsellor_id'], unique=False)

    op.create_table('reason',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('agency_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('modes', sa.JSON(), nullable=False),
    sa.Column('question', sa.String(), nullable=False),
    sa.Column('bring', sa.String(), nullable=False),
    sa.Column('is_follow_up', sa.Boolean(), nullable=False),
    sa.Column('is_withdrawn', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('agency_id', 'name')
    )
    with op.batch_alter_table('reason', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reason_agency_id'), ['agency_id'], unique=False)

    op.create_table('unlike_day',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('begins', sa.Integer(), nullable=True),
    sa.Column('ends', sa.Integer(), nullable=True),
    sa.Column('modes', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('unlike_day', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unlike_day_person_id'), ['person_id'], unique=False)

    op.create_table('weekly_hours',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('begins', sa.Integer(), nullable=False),
    sa.Column('ends', sa.Integer(), nullable=False),
    sa.Column('modes', sa.JSON(), nullable=False),
    sa.Column('is_kept', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('weekly_hours', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_weekly_hours_person_id'), ['person_id'], unique=False)

    op.create_table('appointment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('reason_id', sa.Uuid(), nullable=False),
    sa.Column('counsellor_id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('mode', sa.Enum('video', 'audio', 'chat', 'phone', name='mode', native_enum=False, length=32), nullable=False),
    sa.Column('state', sa.Enum('held', 'booked', 'lapsed', 'cancelled', 'over', name='appointmentstate', native_enum=False, length=32), nullable=False),
    sa.Column('begins_at', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ends_at', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.Column('occupied_from', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.Column('occupied_until', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.Column('held_until', rooms.core.model.UtcDateTime(timezone=True), nullable=True),
    sa.Column('wish_id', sa.Uuid(), nullable=True),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('time_zone', sa.String(), nullable=False),
    sa.Column('said', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=False),
    sa.Column('made_at', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', rooms.core.model.UtcDateTime(timezone=True), nullable=True),
    sa.Column('cancelled_at', rooms.core.model.UtcDateTime(timezone=True), nullable=True),
    sa.Column('cancel_words', sa.String(), nullable=False),
    sa.Column('attendance', sa.Enum('came', 'late', 'excused', 'moved', 'absent', 'technical', name='attendance', native_enum=False, length=32), nullable=True),
    sa.Column('contested_at', rooms.core.model.UtcDateTime(timezone=True), nullable=True),
    sa.Column('contested_words', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['candidate_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['counsellor_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['reason_id'], ['reason.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.create_index('ix_appointment_candidate', ['candidate_id', 'ends_at'], unique=False)
        batch_op.create_index('ix_appointment_counsellor', ['counsellor_id', 'occupied_until'], unique=False)
        batch_op.create_index('ix_appointment_held', ['state', 'held_until'], unique=False)

    op.create_table('wish',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('reason_id', sa.Uuid(), nullable=False),
    sa.Column('mode', sa.Enum('video', 'audio', 'chat', 'phone', name='mode', native_enum=False, length=32), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('time_zone', sa.String(), nullable=False),
    sa.Column('made_at', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', rooms.core.model.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['candidate_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['reason_id'], ['reason.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('wish', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_wish_candidate_id'), ['candidate_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_wish_reason_id'), ['reason_id'], unique=False)

    op.create_table('appointment_change',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('appointment_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('booked', 'confirmed', 'moved', 'cancelled', 'recorded', 'contested', name='changekind', native_enum=False, length=32), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('at', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.Column('begins_at', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], ),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('appointment_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_appointment_change_appointment_id'), ['appointment_id'], unique=False)

    op.create_table('appointment_link',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('appointment_id', sa.Uuid(), nullable=False),
    sa.Column('made_at', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', rooms.core.model.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('token_hash')
    )
    with op.batch_alter_table('appointment_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_appointment_link_appointment_id'), ['appointment_id'], unique=False)

    op.create_table('occupied_piece',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('piece', sa.BigInteger(), nullable=False),
    sa.Column('appointment_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('person_id', 'piece')
    )
    with op.batch_alter_table('occupied_piece', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_occupied_piece_appointment_id'), ['appointment_id'], unique=False)

    op.create_table('proposal',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('wish_id', sa.Uuid(), nullable=False),
    sa.Column('counsellor_id', sa.Uuid(), nullable=False),
    sa.Column('begins_at', rooms.core.model.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['counsellor_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['wish_id'], ['wish.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('wish_id', 'counsellor_id', 'begins_at')
    )
    with op.batch_alter_table('mail', schema=None) as batch_op:
        batch_op.add_column(sa.Column('useless_at', rooms.core.model.UtcDateTime(timezone=True), nullable=True))

    _remake_teams()



def _remake_teams() -> None:
    """An agency was only a name beside the team's. Both small tables are made anew with what stood in them."""
    connection = op.get_bind()
    teams = list(connection.execute(sa.text('SELECT id, agency, name FROM team')))
    members = list(connection.execute(sa.text('SELECT team_id, person_id FROM team_member')))
    op.drop_table('team_member')
    op.drop_table('team')
    team = op.create_table(
        'team',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('agency_id', sa.Uuid(), nullable=False),
        sa.Column('name', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(['agency_id'], ['agency.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('agency_id', 'name'),
    )
    op.create_index('ix_team_agency_id', 'team', ['agency_id'])
    member = op.create_table(
        'team_member',
        sa.Column('team_id', sa.Uuid(), nullable=False),
        sa.Column('person_id', sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(['team_id'], ['team.id']),
        sa.ForeignKeyConstraint(['person_id'], ['person.id']),
        sa.PrimaryKeyConstraint('team_id', 'person_id'),
    )
    agencies = {name: uuid.uuid4() for name in sorted({row.agency for row in teams})}
    agency = sa.table('agency', sa.column('id', sa.Uuid()), *(sa.column(name) for name in (
        'name', 'time_zone', 'country', 'region', 'address', 'phone')))
    for name, agency_id in agencies.items():
        op.execute(agency.insert().values(
            id=agency_id, name=name, time_zone='Europe/Paris', country='FR', region='', address='', phone=''))
    for row in teams:
        op.execute(team.insert().values(id=_id(row.id), agency_id=agencies[row.agency], name=row.name))
    for row in members:
        op.execute(member.insert().values(team_id=_id(row.team_id), person_id=_id(row.person_id)))


def _id(value: object) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))


def downgrade() -> None:
    raise NotImplementedError('agencies cannot be made names again without losing what they know')
