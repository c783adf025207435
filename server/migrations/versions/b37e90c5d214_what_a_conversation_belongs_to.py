"""A conversation and an engagement name what they belong to by keys that the database checks."""

import sqlalchemy as sa
from alembic import op

revision = "b37e90c5d214"
down_revision = "8c15d3f7a0b2"
branch_labels = None
depends_on = None

OWNERS = {
    "fair_id": ("fair", "booth", "question", "meeting"),
    "booth_id": ("booth", "question"),
    "asker_id": ("question",),
    "meeting_id": ("meeting",),
    "appointment_id": ("appointment",),
    "person_id": ("counsel",),
}
NEW = {"booth_id": "booth", "meeting_id": "meeting", "appointment_id": "appointment", "person_id": "person"}
UNIQUE = {
    "uq_conversation_question": ["booth_id", "asker_id"],
    "uq_conversation_meeting": ["meeting_id"],
    "uq_conversation_appointment": ["appointment_id"],
    "uq_conversation_person": ["person_id"],
}
ONE_ASKER = sa.text("asker_id IS NULL")
ENGAGED_IN = {"call_id": "call", "meeting_id": "meeting"}
ONE = "(call_id IS NULL) <> (meeting_id IS NULL)"


def upgrade() -> None:
    _own_conversations()
    _own_engagements()


def _own_conversations() -> None:
    op.drop_index("ux_conversation_subject", table_name="conversation")
    with op.batch_alter_table("conversation") as batch:
        for column in NEW:
            batch.add_column(sa.Column(column, sa.Uuid()))
    op.execute(
        "UPDATE conversation SET kind = 'appointment', fair_id = NULL "
        "WHERE kind = 'meeting' AND subject IN (SELECT id FROM appointment)"
    )
    op.execute("UPDATE conversation SET fair_id = subject WHERE kind = 'fair'")
    op.execute(
        "UPDATE conversation SET booth_id = subject, fair_id = (SELECT fair_id FROM booth WHERE booth.id = subject) "
        "WHERE kind IN ('booth', 'question')"
    )
    op.execute(
        "UPDATE conversation SET meeting_id = subject, fair_id = (SELECT booth.fair_id FROM booth JOIN meeting "
        "ON meeting.booth_id = booth.id WHERE meeting.id = subject) WHERE kind = 'meeting'"
    )
    op.execute("UPDATE conversation SET appointment_id = subject WHERE kind = 'appointment'")
    op.execute("UPDATE conversation SET person_id = subject, fair_id = NULL WHERE kind = 'counsel'")
    with op.batch_alter_table("conversation") as batch:
        batch.drop_column("subject")
        for column, table in NEW.items():
            batch.create_foreign_key(f"fk_conversation_{table}", table, [column], ["id"])
        for name, columns in UNIQUE.items():
            batch.create_unique_constraint(name, columns)
        for column, kinds in OWNERS.items():
            among = ", ".join(f"'{kind}'" for kind in kinds)
            batch.create_check_constraint(f"ck_conversation_{column}", f"(kind IN ({among})) = ({column} IS NOT NULL)")
    for kind in ("fair", "booth"):
        which = sa.text(f"kind = '{kind}'")
        op.create_index(
            f"ux_conversation_of_{kind}", "conversation", [f"{kind}_id"], unique=True,
            postgresql_where=which, sqlite_where=which,
        )  # fmt: skip


def _own_engagements() -> None:
    op.drop_index("ix_engagement_occasion", table_name="engagement")
    with op.batch_alter_table("engagement") as batch:
        for column in ENGAGED_IN:
            batch.add_column(sa.Column(column, sa.Uuid()))
    for column, table in ENGAGED_IN.items():
        op.execute(f"UPDATE engagement SET {column} = occasion WHERE occasion IN (SELECT id FROM {table})")
    # What is in neither table is nothing to be engaged in: it would keep a person from every call.
    op.execute("DELETE FROM engagement WHERE call_id IS NULL AND meeting_id IS NULL")
    with op.batch_alter_table("engagement") as batch:
        batch.drop_column("occasion")
        batch.create_check_constraint("ck_engagement_one", ONE)
        for column, table in ENGAGED_IN.items():
            batch.create_foreign_key(f"fk_engagement_{table}", table, [column], ["id"])
    for column in ENGAGED_IN:
        op.create_index(f"ix_engagement_{column}", "engagement", [column])


def downgrade() -> None:
    for column in ENGAGED_IN:
        op.drop_index(f"ix_engagement_{column}", table_name="engagement")
    with op.batch_alter_table("engagement") as batch:
        batch.add_column(sa.Column("occasion", sa.Uuid()))
        batch.drop_constraint("ck_engagement_one", type_="check")
    op.execute("UPDATE engagement SET occasion = COALESCE(call_id, meeting_id)")
    with op.batch_alter_table("engagement") as batch:
        batch.alter_column("occasion", nullable=False)
        for column in ENGAGED_IN:
            batch.drop_column(column)
    op.create_index("ix_engagement_occasion", "engagement", ["occasion"])

    for kind in ("fair", "booth"):
        op.drop_index(f"ux_conversation_of_{kind}", table_name="conversation")
    with op.batch_alter_table("conversation") as batch:
        batch.add_column(sa.Column("subject", sa.Uuid()))
        for column in OWNERS:
            batch.drop_constraint(f"ck_conversation_{column}", type_="check")
        for name in UNIQUE:
            batch.drop_constraint(name, type_="unique")
    op.execute("UPDATE conversation SET subject = COALESCE(booth_id, meeting_id, appointment_id, person_id, fair_id)")
    op.execute("UPDATE conversation SET kind = 'meeting' WHERE kind = 'appointment'")
    with op.batch_alter_table("conversation") as batch:
        batch.alter_column("subject", nullable=False)
        batch.create_unique_constraint("uq_conversation_subject", ["kind", "subject", "asker_id"])
        for column in NEW:
            batch.drop_column(column)
    op.create_index(
        "ux_conversation_subject", "conversation", ["kind", "subject"], unique=True,
        postgresql_where=ONE_ASKER, sqlite_where=ONE_ASKER,
    )  # fmt: skip
