"""warnings, mutes and exclusions with reasons, in the place of silences; who removed a message. The table of silences
stays as long as an older version may write it"""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "d8b2f5e0c947"
down_revision = "c1f4a6d2b873"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sanction = op.create_table(
        "sanction",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("fair_id", sa.Uuid(), sa.ForeignKey("fair.id"), nullable=False),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("reply", sa.String(), nullable=False),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(kind = 'warning') = (until IS NULL)", name="ck_sanction_end"),
    )
    op.create_index("ix_sanction_person", "sanction", ["fair_id", "person_id"])
    for column in ("person_id", "by_id", "lifted_by_id"):
        op.create_index(f"ix_sanction_{column}", "sanction", [column])
    silence = sa.table(
        "silence",
        sa.column("fair_id", sa.Uuid()),
        sa.column("person_id", sa.Uuid()),
        sa.column("until", sa.DateTime(timezone=True)),
    )
    connection = op.get_bind()
    # By whom, when and why was not written down; what has ended already is not brought back.
    now = datetime.now(UTC)
    rows = [
        {"id": uuid.uuid4(), "fair_id": row.fair_id, "person_id": row.person_id, "kind": "mute", "reason": "",
         "made_at": now, "until": row.until, "reply": ""}
        for row in connection.execute(sa.select(silence).where(silence.c.until > now))
    ]  # fmt: skip
    if rows:
        connection.execute(sa.insert(sanction), rows)
    with op.batch_alter_table("message") as message:
        message.add_column(sa.Column("removed_by_id", sa.Uuid(), nullable=True))
        message.create_foreign_key("fk_message_removed_by", "person", ["removed_by_id"], ["id"])
        message.create_index("ix_message_removed_by_id", ["removed_by_id"])


def downgrade() -> None:
    with op.batch_alter_table("message") as message:
        message.drop_index("ix_message_removed_by_id")
        message.drop_constraint("fk_message_removed_by", type_="foreignkey")
        message.drop_column("removed_by_id")
    op.drop_table("sanction")
