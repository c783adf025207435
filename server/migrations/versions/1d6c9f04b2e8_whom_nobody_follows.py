"""whom nobody follows is the agency's"""

import sqlalchemy as sa
from alembic import op

revision = "1d6c9f04b2e8"
down_revision = "e07a5b3c9d14"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("following") as batch:
        batch.alter_column("counsellor_id", existing_type=sa.Uuid(), nullable=True)
        batch.add_column(sa.Column("agency_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_following_agency", "agency", ["agency_id"], ["id"])
        batch.create_check_constraint("ck_following_one_owner", "(counsellor_id IS NULL) <> (agency_id IS NULL)")
        batch.create_index("ix_following_agency_id", ["agency_id"])


def downgrade() -> None:
    op.execute("DELETE FROM following WHERE counsellor_id IS NULL")
    with op.batch_alter_table("following") as batch:
        batch.drop_constraint("ck_following_one_owner", type_="check")
        batch.drop_index("ix_following_agency_id")
        batch.drop_constraint("fk_following_agency", type_="foreignkey")
        batch.drop_column("agency_id")
        batch.alter_column("counsellor_id", existing_type=sa.Uuid(), nullable=False)
