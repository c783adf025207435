"""Who takes part in a meeting, and what follows it, as rows of their own."""

import sqlalchemy as sa
from alembic import op

import rooms.core.model

revision = "8c15d3f7a0b2"
down_revision = "6a2f81c4d9e0"
branch_labels = None
depends_on = None

Moment = rooms.core.model.UtcDateTime(timezone=True)
ORIGINS = {
    "ck_meeting_one_origin": "(call_id IS NULL) <> (appointment_id IS NULL)",
    "ck_meeting_call_at_booth": "(call_id IS NULL) = (booth_id IS NULL)",
}
WRITTEN = ("notes", "next_step", "answer", "answered_at", "answer_promised_by", "rating", "rating_words")
PARTS = {"candidate": "candidate_id", "leader": "recruiter_id", "guest": "guest_id"}
WENT_IN = {"candidate": "candidate_in_at", "leader": "recruiter_in_at", "guest": "guest_in_at"}
SPEAKS_FOR = {
    "candidate": "NULL",
    "leader": "COALESCE(meeting.booth_id, appointment_type.booth_id)",
    "guest": "appointment.guest_booth_id",
}


def upgrade() -> None:
    op.create_table(
        "participant",
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meeting.id"), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("part", sa.Enum("candidate", "leader", "guest", name="part", native_enum=False, length=32), nullable=False),
        sa.Column("booth_id", sa.Uuid(), sa.ForeignKey("booth.id")),
        sa.Column("went_in_at", Moment),
        sa.UniqueConstraint("meeting_id", "part", name="uq_participant_part"),
    )
    op.create_table(
        "follow_up",
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meeting.id"), primary_key=True),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("next_step", sa.Enum("go_on", "keep", "no", name="nextstep", native_enum=False, length=32)),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_at", Moment),
        sa.Column("answer_promised_by", Moment),
        sa.Column("rating", sa.Integer()),
        sa.Column("rating_words", sa.String(), nullable=False),
    )
    for part, column in PARTS.items():
        op.execute(
            "INSERT INTO participant (meeting_id, person_id, part, booth_id, went_in_at) "
            f"SELECT meeting.id, meeting.{column}, '{part}', {SPEAKS_FOR[part]}, meeting.{WENT_IN[part]} FROM meeting "
            "LEFT JOIN appointment ON appointment.id = meeting.appointment_id "
            "LEFT JOIN appointment_type ON appointment_type.id = appointment.appointment_type_id "
            f"WHERE meeting.{column} IS NOT NULL"
        )
    op.execute(f"INSERT INTO follow_up (meeting_id, {', '.join(WRITTEN)}) SELECT id, {', '.join(WRITTEN)} FROM meeting")
    for column in ("person_id", "booth_id"):
        op.create_index(f"ix_participant_{column}", "participant", [column])
    for column in ("candidate_id", "recruiter_id"):
        op.drop_index(f"ix_meeting_{column}", table_name="meeting")
    with op.batch_alter_table("meeting") as batch:
        for column in ("place_id", *PARTS.values(), *WENT_IN.values(), *WRITTEN):
            batch.drop_column(column)
        batch.create_foreign_key("fk_meeting_call", "call", ["call_id"], ["id"])
        for name, condition in ORIGINS.items():
            batch.create_check_constraint(name, condition)


def downgrade() -> None:
    with op.batch_alter_table("meeting") as batch:
        for name in ORIGINS:
            batch.drop_constraint(name, type_="check")
        batch.drop_constraint("fk_meeting_call", type_="foreignkey")
        for column in PARTS.values():
            batch.add_column(sa.Column(column, sa.Uuid()))
        batch.add_column(sa.Column("place_id", sa.Uuid()))
        for column in (*WENT_IN.values(), "answered_at", "answer_promised_by"):
            batch.add_column(sa.Column(column, Moment))
        for column in ("notes", "answer", "rating_words"):
            batch.add_column(sa.Column(column, sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("next_step", sa.Enum("go_on", "keep", "no", name="nextstep", native_enum=False, length=32)))
        batch.add_column(sa.Column("rating", sa.Integer()))
    op.execute("UPDATE meeting SET place_id = (SELECT place_id FROM call WHERE call.id = meeting.call_id)")
    for part, column in PARTS.items():
        theirs = f"FROM participant WHERE meeting_id = meeting.id AND part = '{part}'"
        op.execute(f"UPDATE meeting SET {column} = (SELECT person_id {theirs}), {WENT_IN[part]} = (SELECT went_in_at {theirs})")
    for column in WRITTEN:
        op.execute(f"UPDATE meeting SET {column} = (SELECT follow_up.{column} FROM follow_up WHERE meeting_id = meeting.id)")
    with op.batch_alter_table("meeting") as batch:
        for column in ("candidate_id", "recruiter_id"):
            batch.alter_column(column, nullable=False)
        for column in ("notes", "answer", "rating_words"):
            batch.alter_column(column, server_default=None)
        for column in PARTS.values():
            batch.create_foreign_key("fk_meeting_" + column.removesuffix("_id"), "person", [column], ["id"])
        batch.create_foreign_key("fk_meeting_place", "place", ["place_id"], ["id"])
    for column in ("candidate_id", "recruiter_id"):
        op.create_index(f"ix_meeting_{column}", "meeting", [column])
    op.drop_table("follow_up")
    op.drop_table("participant")
