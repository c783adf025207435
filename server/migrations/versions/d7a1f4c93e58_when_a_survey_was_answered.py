"""when somebody answered the questions after a fair"""

import sqlalchemy as sa
from alembic import op

revision = "d7a1f4c93e58"
down_revision = "c8e4d1a7f260"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("survey_answer") as answer:
        answer.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("survey_answer") as answer:
        answer.drop_column("answered_at")
