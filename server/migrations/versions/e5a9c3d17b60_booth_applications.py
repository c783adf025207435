"""employers who ask for a booth"""

import sqlalchemy as sa
from alembic import op

revision = "e5a9c3d17b60"
down_revision = "d4f7b09e2a55"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fair", sa.Column("takes_applications", sa.Boolean(), nullable=False, server_default=sa.false()))
    texts = ("employer", "sector", "siret", "location", "contact", "email", "phone", "wishes", "language", "words")
    op.create_table(
        "booth_application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fair_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("replaced_hash", sa.String(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        sa.Column("vacancies", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"]),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fair_id", "email"),
        sa.UniqueConstraint("token_hash"),
    )
    for column in ("decided_by_id", "replaced_hash"):
        op.create_index(f"ix_booth_application_{column}", "booth_application", [column])


def downgrade() -> None:
    op.drop_table("booth_application")
    with op.batch_alter_table("fair") as fair:
        fair.drop_column("takes_applications")
