"""vacancies in full, kept and applied for"""

import sqlalchemy as sa
from alembic import op

revision = "c39e70b51d2a"
down_revision = "b28d6fa40c19"
branch_labels = None
depends_on = None

TEXTS = ("pay", "hours", "starts", "experience", "how_to_apply")


def upgrade() -> None:
    for name in TEXTS:
        op.add_column("vacancy", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column("vacancy", sa.Column("takes_applications", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "kept_vacancy",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("vacancy_id", sa.Uuid(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["vacancy_id"], ["vacancy.id"]),
        sa.PrimaryKeyConstraint("person_id", "vacancy_id"),
    )
    op.create_index("ix_kept_vacancy_vacancy_id", "kept_vacancy", ["vacancy_id"])
    op.create_table(
        "job_application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("vacancy_id", sa.Uuid(), nullable=False),
        sa.Column("booth_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["vacancy_id"], ["vacancy.id"]),
        sa.ForeignKeyConstraint(["booth_id"], ["booth.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("booth_id", "vacancy_id", "person_id"),
    )
    for column in ("vacancy_id", "person_id", "answered_by_id"):
        op.create_index(f"ix_job_application_{column}", "job_application", [column])


def downgrade() -> None:
    op.drop_table("job_application")
    op.drop_table("kept_vacancy")
    for name in (*TEXTS, "takes_applications"):
        op.drop_column("vacancy", name)
