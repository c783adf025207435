"""requests for help at a fair, and the thread of each person who asks"""

import sqlalchemy as sa
from alembic import op

revision = "f3d0b8a6e271"
down_revision = "e2a9c7f4d158"
branch_labels = None
depends_on = None
_UNFINISHED = sa.text("state IN ('open', 'claimed')")
BEFORE = {"fair_id": ("fair", "booth", "question", "meeting"), "asker_id": ("question",)}
AFTER = {column: (*kinds, "help") for column, kinds in BEFORE.items()}


def _name(owners: dict[str, tuple[str, ...]]) -> None:
    with op.batch_alter_table("conversation") as conversation:
        for column in owners:
            conversation.drop_constraint(f"ck_conversation_{column}", type_="check")
    with op.batch_alter_table("conversation") as conversation:
        for column, kinds in owners.items():
            among = ", ".join(f"'{kind}'" for kind in kinds)
            conversation.create_check_constraint(
                f"ck_conversation_{column}", f"(kind IN ({among})) = ({column} IS NOT NULL)"
            )


def upgrade() -> None:
    op.create_table(
        "help_request",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("fair_id", sa.Uuid(), sa.ForeignKey("fair.id"), nullable=False),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
    )
    for column in ("fair_id", "person_id", "claimed_by_id"):
        op.create_index(f"ix_help_request_{column}", "help_request", [column])
    op.create_index(
        "ux_help_one_unfinished", "help_request", ["fair_id", "person_id"], unique=True,
        postgresql_where=_UNFINISHED, sqlite_where=_UNFINISHED,
    )  # fmt: skip
    _name(AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM report WHERE message_id IN (SELECT message.id FROM message JOIN conversation ON"
               " conversation.id = message.conversation_id WHERE conversation.kind = 'help')")  # fmt: skip
    op.execute("DELETE FROM message WHERE conversation_id IN (SELECT id FROM conversation WHERE kind = 'help')")
    op.execute("DELETE FROM conversation WHERE kind = 'help'")
    _name(BEFORE)
    op.drop_table("help_request")
