"""candidates who may be found, and the letters of booths to them"""

import sqlalchemy as sa
from alembic import op

revision = "a9d3e5b7c148"
down_revision = "f1c6a2d98b47"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attendee") as attendee:
        attendee.add_column(sa.Column("findable_since", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "approach",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("booth_id", sa.Uuid(), sa.ForeignKey("booth.id"), nullable=False),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("booth_id", "person_id"),
    )
    for column in ("person_id", "made_by_id"):
        op.create_index(f"ix_approach_{column}", "approach", [column])


def downgrade() -> None:
    op.drop_table("approach")
    with op.batch_alter_table("attendee") as attendee:
        attendee.drop_column("findable_since")
