"""the field's words"""

from alembic import op

revision = "4b7e0d91c6a3"
down_revision = "1d6c9f04b2e8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.rename_table("fact", "event")


def downgrade() -> None:
    op.rename_table("event", "fact")
