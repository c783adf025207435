"""mails one does without"""

import sqlalchemy as sa
from alembic import op

revision = "f4a8c26d9b13"
down_revision = "e6b2d94a1c70"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_refusal",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("email", "template", name="pk_mail_refusal"),
    )


def downgrade() -> None:
    op.drop_table("mail_refusal")
