"""the field's words"""

import sqlalchemy as sa
from alembic import op

revision = "4b7e0d91c6a3"
down_revision = "1d6c9f04b2e8"
branch_labels = None
depends_on = None

TABLES = (("fact", "event"), ("reason", "appointment_type"), ("following", "caseload_entry"), ("step", "agreed_step"), ("looking", "cobrowsing"))
COLUMNS = (("appointment", "held_until", "reserved_until"), ("appointment", "reason_id", "appointment_type_id"), ("wish", "reason_id", "appointment_type_id"))
INDEXES = (
    # table (as it is called afterwards), before, afterwards, columns before, columns afterwards
    ("appointment", "ix_appointment_held", "ix_appointment_reserved", ["state", "held_until"], ["state", "reserved_until"]),
    ("wish", "ix_wish_reason_id", "ix_wish_appointment_type_id", ["reason_id"], ["appointment_type_id"]),
    ("appointment_type", "ix_reason_agency_id", "ix_appointment_type_agency_id", ["agency_id"], ["agency_id"]),
    ("appointment_type", "ix_reason_booth_id", "ix_appointment_type_booth_id", ["booth_id"], ["booth_id"]),
    ("caseload_entry", "ix_following_counsellor_id", "ix_caseload_entry_counsellor_id", ["counsellor_id"], ["counsellor_id"]),
    ("caseload_entry", "ix_following_agency_id", "ix_caseload_entry_agency_id", ["agency_id"], ["agency_id"]),
    ("agreed_step", "ix_step_person_id", "ix_agreed_step_person_id", ["person_id"], ["person_id"]),
    ("cobrowsing", "ix_looking_meeting_id", "ix_cobrowsing_meeting_id", ["meeting_id"], ["meeting_id"]),
)
WISH, COBROWSING = "uq_wish_stands", ("ux_looking_one_of_meeting", "ux_cobrowsing_one_of_meeting")
GOES_ON = sa.text("ended_at IS NULL")
OWNERS = (
    ("appointment_type", "ck_reason_one_host", "ck_appointment_type_one_venue", "(agency_id IS NULL) <> (booth_id IS NULL)"),
    ("caseload_entry", "ck_following_one_owner", "ck_caseload_entry_one_owner", "(counsellor_id IS NULL) <> (agency_id IS NULL)"),
)
VALUES = (("appointment", "state", "held", "reserved"), ("event", "kind", "looking.began", "cobrowsing.began"), ("event", "kind", "looking.allowed", "cobrowsing.allowed"), ("event", "kind", "looking.ended", "cobrowsing.ended"), ("event", "kind", "meeting.stepped", "meeting.mode_changed"), ("event", "kind", "following.changed", "caseload.counsellor_changed"))


def upgrade() -> None:
    for table, before, *_ in INDEXES:
        op.drop_index(before, table_name=_before(table))
    op.drop_index(WISH, table_name="wish")
    op.drop_index(COBROWSING[0], table_name="looking")
    for before, after in TABLES:
        op.rename_table(before, after)
    for table, before, after in COLUMNS:
        with op.batch_alter_table(table) as batch:
            batch.alter_column(before, new_column_name=after)
    for table, before, after, condition in OWNERS:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(before, type_="check")
            batch.create_check_constraint(after, condition)
            if table == "appointment_type":
                batch.drop_constraint("uq_reason_booth", type_="unique")
                batch.create_unique_constraint("uq_appointment_type_booth", ["booth_id", "name"])
    for table, _, after, _, columns in INDEXES:
        op.create_index(after, table, columns)
    op.create_index(WISH, "wish", ["candidate_id", "appointment_type_id"], unique=True, postgresql_where=GOES_ON, sqlite_where=GOES_ON)
    op.create_index(COBROWSING[1], "cobrowsing", ["meeting_id"], unique=True, postgresql_where=GOES_ON, sqlite_where=GOES_ON)
    for table, column, before, after in VALUES:
        op.execute(f"UPDATE {table} SET {column} = '{after}' WHERE {column} = '{before}'")
    _replace("event", "data", sa.column("kind") == "appointment.changed", '"held"', '"reserved"')
    _replace("mail", "values", sa.column("sent_at").is_(None), '"reason":', '"appointment_type":')


def downgrade() -> None:
    _replace("mail", "values", sa.column("sent_at").is_(None), '"appointment_type":', '"reason":')
    _replace("event", "data", sa.column("kind") == "appointment.changed", '"reserved"', '"held"')
    for table, column, before, after in VALUES:
        op.execute(f"UPDATE {table} SET {column} = '{before}' WHERE {column} = '{after}'")
    op.drop_index(COBROWSING[1], table_name="cobrowsing")
    op.drop_index(WISH, table_name="wish")
    for table, _, after, *_ in INDEXES:
        op.drop_index(after, table_name=table)
    for table, before, after, condition in OWNERS:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(after, type_="check")
            batch.create_check_constraint(before, condition)
            if table == "appointment_type":
                batch.drop_constraint("uq_appointment_type_booth", type_="unique")
                batch.create_unique_constraint("uq_reason_booth", ["booth_id", "name"])
    for table, before, after in COLUMNS:
        with op.batch_alter_table(table) as batch:
            batch.alter_column(after, new_column_name=before)
    for before, after in TABLES:
        op.rename_table(after, before)
    for table, before, _, columns, _ in INDEXES:
        op.create_index(before, _before(table), columns)
    op.create_index(WISH, "wish", ["candidate_id", "reason_id"], unique=True, postgresql_where=GOES_ON, sqlite_where=GOES_ON)
    op.create_index(COBROWSING[0], "looking", ["meeting_id"], unique=True, postgresql_where=GOES_ON, sqlite_where=GOES_ON)


def _before(table: str) -> str:
    return {after: before for before, after in TABLES}.get(table, table)


def _replace(name: str, column: str, which: sa.ColumnElement[bool], before: str, after: str) -> None:
    """Within a column of JSON."""
    table = sa.table(name, sa.column(column, sa.JSON), sa.column("kind"), sa.column("sent_at"))
    changed: sa.ColumnElement[str] = sa.func.replace(sa.cast(table.c[column], sa.Text), before, after)
    if op.get_bind().dialect.name == "postgresql":
        changed = sa.cast(changed, sa.JSON)
    op.execute(table.update().where(which).values({column: sa.type_coerce(changed, sa.JSON)}))
