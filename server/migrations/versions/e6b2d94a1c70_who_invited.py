"""who invited, and when the letter was written"""

import sqlalchemy as sa
from alembic import op

revision = "e6b2d94a1c70"
down_revision = "c81f5a2e6b37"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("link") as batch:
        batch.add_column(sa.Column("invited_by_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_foreign_key("fk_link_invited_by_id_person", "person", ["invited_by_id"], ["id"])
    op.execute("UPDATE link SET sent_at = made_at")


def downgrade() -> None:
    with op.batch_alter_table("link") as batch:
        batch.drop_constraint("fk_link_invited_by_id_person", type_="foreignkey")
        batch.drop_column("sent_at")
        batch.drop_column("invited_by_id")
