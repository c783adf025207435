"""vacancies of fair chance, and places whose recruiters are not told a name"""

import sqlalchemy as sa
from alembic import op

revision = "e9c5b7a2d041"
down_revision = "d7a1f4c93e58"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("vacancy") as vacancy:
        vacancy.add_column(sa.Column("is_fair_chance", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("place") as place:
        place.add_column(sa.Column("hides_name", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("place") as place:
        place.drop_column("hides_name")
    with op.batch_alter_table("vacancy") as vacancy:
        vacancy.drop_column("is_fair_chance")
