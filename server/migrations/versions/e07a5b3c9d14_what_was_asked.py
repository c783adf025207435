"""what was asked, and one standing wish for a reason"""

import sqlalchemy as sa
from alembic import op

revision = "e07a5b3c9d14"
down_revision = "5c0d7a91e3b2"
branch_labels = None
depends_on = None

WISH = "uq_wish_stands"


def upgrade() -> None:
    op.add_column("appointment", sa.Column("question", sa.String(), nullable=False, server_default=""))
    op.execute(
        "UPDATE appointment SET question = (SELECT question FROM reason WHERE reason.id = appointment.reason_id)"
        " WHERE said <> ''"
    )
    # Of several that stand, the one that waits longest keeps its turn.
    op.execute(
        "UPDATE wish SET ended_at = made_at WHERE ended_at IS NULL AND EXISTS (SELECT 1 FROM wish AS earlier"
        " WHERE earlier.candidate_id = wish.candidate_id AND earlier.reason_id = wish.reason_id"
        " AND earlier.ended_at IS NULL AND (earlier.made_at < wish.made_at"
        " OR (earlier.made_at = wish.made_at AND earlier.id < wish.id)))"
    )
    stands = sa.text("ended_at IS NULL")
    op.create_index(
        WISH, "wish", ["candidate_id", "reason_id"], unique=True, postgresql_where=stands, sqlite_where=stands
    )


def downgrade() -> None:
    op.drop_index(WISH, table_name="wish")
    with op.batch_alter_table("appointment") as batch:
        batch.drop_column("question")
