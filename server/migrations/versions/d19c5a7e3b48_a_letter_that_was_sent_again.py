"""a letter that was sent again"""

import sqlalchemy as sa
from alembic import op

revision = "d19c5a7e3b48"
down_revision = "b4e81d6f2c07"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("link", sa.Column("replaced_hash", sa.String(), nullable=True))
    op.create_index("ix_link_replaced_hash", "link", ["replaced_hash"])


def downgrade() -> None:
    op.drop_index("ix_link_replaced_hash", "link")
    op.drop_column("link", "replaced_hash")
