"""booths that leave a fair, and who set one up last"""

import sqlalchemy as sa
from alembic import op

revision = "b28d6fa40c19"
down_revision = "a17c5e93b0d8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("booth") as booth:
        booth.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        booth.add_column(sa.Column("changed_by_id", sa.Uuid(), nullable=True))
        booth.add_column(sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
        booth.create_foreign_key("fk_booth_changed_by", "person", ["changed_by_id"], ["id"])
        booth.create_index("ix_booth_changed_by_id", ["changed_by_id"])


def downgrade() -> None:
    with op.batch_alter_table("booth") as booth:
        booth.drop_index("ix_booth_changed_by_id")
        booth.drop_constraint("fk_booth_changed_by", type_="foreignkey")
        booth.drop_column("left_at")
        booth.drop_column("changed_by_id")
        booth.drop_column("changed_at")
