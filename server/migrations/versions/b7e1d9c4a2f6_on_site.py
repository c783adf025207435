"""days on site, the address of a fair, who passes its doors, and places of people who are there"""

import sqlalchemy as sa
from alembic import op

revision = "b7e1d9c4a2f6"
down_revision = "f3d0b8a6e271"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("fair") as fair:
        fair.add_column(sa.Column("site", sa.String(), nullable=False, server_default=""))
        fair.add_column(sa.Column("kiosk_key", sa.Uuid(), nullable=True))
    with op.batch_alter_table("fair_day") as day:
        day.add_column(sa.Column("mode", sa.String(32), nullable=False, server_default="remote"))
    with op.batch_alter_table("place") as place:
        place.add_column(sa.Column("is_on_site", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("meeting") as meeting:
        meeting.add_column(sa.Column("is_at_table", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "passage",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("fair_id", sa.Uuid(), sa.ForeignKey("fair.id"), nullable=False),
        sa.Column("attendee_id", sa.Uuid(), sa.ForeignKey("attendee.id", ondelete="CASCADE"), nullable=False),
        sa.Column("direction", sa.String(32), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
    )
    op.create_index("ix_passage_order", "passage", ["fair_id", "attendee_id", "passed_at"])
    for column in ("attendee_id", "noted_by_id"):
        op.create_index(f"ix_passage_{column}", "passage", [column])


def downgrade() -> None:
    op.drop_table("passage")
    with op.batch_alter_table("meeting") as meeting:
        meeting.drop_column("is_at_table")
    with op.batch_alter_table("place") as place:
        place.drop_column("is_on_site")
    with op.batch_alter_table("fair_day") as day:
        day.drop_column("mode")
    with op.batch_alter_table("fair") as fair:
        fair.drop_column("kiosk_key")
        fair.drop_column("site")
