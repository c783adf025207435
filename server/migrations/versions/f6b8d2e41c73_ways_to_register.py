"""ways to register, files as answers, tiers of booths"""

import sqlalchemy as sa
from alembic import op

revision = "f6b8d2e41c73"
down_revision = "e5a9c3d17b60"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fair", sa.Column("registration", sa.String(32), nullable=False, server_default="open"))
    op.add_column("fair", sa.Column("registration_code", sa.String(), nullable=False, server_default=""))
    op.add_column("attendee", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("attendee", sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "registration_question",
        sa.Column("is_shown_to_recruiters", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "booth_tier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fair_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("most_staff", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fair_id", "name"),
    )
    with op.batch_alter_table("booth") as booth:
        booth.add_column(sa.Column("tier_id", sa.Uuid(), nullable=True))
        booth.create_foreign_key("fk_booth_tier", "booth_tier", ["tier_id"], ["id"], ondelete="SET NULL")
        booth.create_index("ix_booth_tier_id", ["tier_id"])
    with op.batch_alter_table("document") as document:
        document.add_column(sa.Column("registration_question_id", sa.Uuid(), nullable=True))
        document.create_foreign_key(
            "fk_document_registration_question", "registration_question", ["registration_question_id"], ["id"]
        )
        document.create_index("ix_document_registration_question_id", ["registration_question_id"])


def downgrade() -> None:
    with op.batch_alter_table("booth") as booth:
        booth.drop_index("ix_booth_tier_id")
        booth.drop_constraint("fk_booth_tier", type_="foreignkey")
        booth.drop_column("tier_id")
    op.drop_table("booth_tier")
    with op.batch_alter_table("document") as document:
        document.drop_index("ix_document_registration_question_id")
        document.drop_constraint("fk_document_registration_question", type_="foreignkey")
        document.drop_column("registration_question_id")
    op.drop_column("registration_question", "is_shown_to_recruiters")
    op.drop_column("attendee", "declined_at")
    op.drop_column("attendee", "asked_at")
    op.drop_column("fair", "registration_code")
    op.drop_column("fair", "registration")
