"""what employers may take into their own recruiting software"""

import sqlalchemy as sa
from alembic import op

revision = "c1f4a6d2b873"
down_revision = "b5c7e19a4d20"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transfer_consent",
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("employer_id", sa.Uuid(), sa.ForeignKey("employer.id"), primary_key=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_transfer_consent_employer_id", "transfer_consent", ["employer_id"])


def downgrade() -> None:
    op.drop_table("transfer_consent")
