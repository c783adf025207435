"""for which job one waits, candidates who are sent on, notes of the team, tags, and answers kept ready"""

import sqlalchemy as sa
from alembic import op

revision = "a84c13d6e9f2"
down_revision = "f62ba3e84a5d"
branch_labels = None
depends_on = None
_OFFERED = sa.text("state = 'offered'")


def upgrade() -> None:
    with op.batch_alter_table("place") as place:
        place.add_column(sa.Column("vacancy_id", sa.Uuid(), nullable=True))
        place.add_column(sa.Column("kept_for_id", sa.Uuid(), nullable=True))
        place.create_foreign_key("fk_place_vacancy", "vacancy", ["vacancy_id"], ["id"])
        place.create_foreign_key("fk_place_kept_for", "person", ["kept_for_id"], ["id"])
        place.create_index("ix_place_vacancy_id", ["vacancy_id"])
        place.create_index("ix_place_kept_for_id", ["kept_for_id"])
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meeting.id"), nullable=False),
        sa.Column("booth_id", sa.Uuid(), sa.ForeignKey("booth.id"), nullable=False),
        sa.Column("recruiter_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("made_by_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place_id", sa.Uuid(), sa.ForeignKey("place.id"), nullable=True),
    )
    for column in ("meeting_id", "booth_id", "recruiter_id", "made_by_id", "place_id"):
        op.create_index(f"ix_referral_{column}", "referral", [column])
    op.create_index(
        "ux_referral_one_offered",
        "referral",
        ["meeting_id"],
        unique=True,
        postgresql_where=_OFFERED,
        sqlite_where=_OFFERED,
    )
    op.add_column("follow_up", sa.Column("team_notes", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "talk_tag",
        sa.Column("meeting_id", sa.Uuid(), sa.ForeignKey("meeting.id"), primary_key=True),
        sa.Column("word", sa.String(), primary_key=True),
    )
    op.create_table(
        "answer_template",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("employer_id", sa.Uuid(), sa.ForeignKey("employer.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("next_step", sa.String(32), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
    )
    op.create_index("ix_answer_template_employer_id", "answer_template", ["employer_id"])


def downgrade() -> None:
    op.drop_table("answer_template")
    op.drop_table("talk_tag")
    op.drop_column("follow_up", "team_notes")
    op.drop_table("referral")
    with op.batch_alter_table("place") as place:
        place.drop_index("ix_place_kept_for_id")
        place.drop_index("ix_place_vacancy_id")
        place.drop_constraint("fk_place_kept_for", type_="foreignkey")
        place.drop_constraint("fk_place_vacancy", type_="foreignkey")
        place.drop_column("kept_for_id")
        place.drop_column("vacancy_id")
