"""lists that organisers bring, the list of a fair's candidates, and what becomes of an invitation's letter"""

import unicodedata
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "b7d20f4c61aa"
down_revision = "a2f51c8e7d90"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("employer", sa.Column("siret", sa.String(), nullable=False, server_default=""))
    op.add_column("link", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
    op.add_column("link", sa.Column("mail_id", sa.Uuid(), nullable=True))
    op.add_column("link", sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "list_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fair_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("heads", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False, server_default=""),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"]),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_list_import_fair_id", "list_import", ["fair_id"])
    op.create_index("ix_list_import_by_id", "list_import", ["by_id"])
    op.create_table(
        "import_line",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("fault", sa.JSON(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["list_import.id"]),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"]),
        sa.PrimaryKeyConstraint("import_id", "number"),
    )
    op.create_index("ix_import_line_state", "import_line", ["import_id", "state", "number"])
    op.create_index("ix_import_line_link_id", "import_line", ["link_id"])
    op.create_table(
        "attendee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fair_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sort_name", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False, server_default=""),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"]),
        sa.ForeignKeyConstraint(["import_id"], ["list_import.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fair_id", "email"),
        sa.UniqueConstraint("fair_id", "person_id"),
    )
    op.create_index("ix_attendee_order", "attendee", ["fair_id", "sort_name", "id"])
    for column in ("person_id", "link_id", "import_id"):
        op.create_index(f"ix_attendee_{column}", "attendee", [column])
    _list_who_is_invited()
    _know_letters()


def _know_letters() -> None:
    """The last invitation that was written to an address is the letter of those that it has not used."""
    mail = sa.table("mail", *(sa.column(name, sa.String()) for name in ("recipient", "template")), sa.column("id", sa.Uuid()))
    link = sa.table(
        "link",
        *(sa.column(name, sa.Uuid()) for name in ("id", "mail_id")),
        *(sa.column(name, sa.String()) for name in ("purpose", "email")),
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("used_at", "sent_at")),
    )
    connection = op.get_bind()
    written = sa.select(mail.c.recipient, mail.c.id).where(mail.c.template == "invitation").order_by(mail.c.id)
    last = dict(connection.execute(written).all())
    waits = link.c.used_at.is_(None), link.c.sent_at.is_not(None), link.c.purpose.not_in(("sign_in", "place"))
    known = [
        {"which": row.id, "letter": last[row.email]}
        for row in connection.execute(sa.select(link.c.id, link.c.email).where(*waits))
        if row.email in last
    ]
    if known:
        told = sa.update(link).where(link.c.id == sa.bindparam("which")).values(mail_id=sa.bindparam("letter"))
        connection.execute(told, known)


def _list_who_is_invited() -> None:
    """Whoever has an invitation to a fair stands on its list; of several to one address, with the one that was used, or
    the latest."""
    link = sa.table(
        "link",
        *(sa.column(name, sa.Uuid()) for name in ("id", "subject_id")),
        *(sa.column(name, sa.String()) for name in ("purpose", "email", "name")),
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("made_at", "used_at")),
    )
    fair = sa.table("fair", sa.column("id", sa.Uuid()))
    person = sa.table("person", sa.column("id", sa.Uuid()), sa.column("email", sa.String()))
    query = (
        sa.select(link, person.c.id.label("person_id"))
        .join(fair, fair.c.id == link.c.subject_id)
        .outerjoin(person, person.c.email == link.c.email)
        .where(link.c.purpose == "fair")
        .order_by(link.c.id)
    )
    latest: dict[tuple[Any, str], dict[str, Any]] = {}
    for row in op.get_bind().execute(query):
        plain = "".join(c for c in unicodedata.normalize("NFKD", row.name.casefold()) if not unicodedata.combining(c))
        words = "".join(c if c.isalnum() else " " for c in f"{plain} {row.email}").split()
        before = latest.get((row.subject_id, row.email))
        if before and before["registered_at"] and not row.used_at:
            continue
        latest[row.subject_id, row.email] = {
            "id": row.id,
            "fair_id": row.subject_id,
            "email": row.email,
            "name": row.name,
            "sort_name": plain,
            "words": "".join(f" {word}" for word in sorted(set(words))),
            "phone": "",
            "person_id": row.person_id if row.used_at else None,
            "link_id": row.id,
            "listed_at": _aware(row.made_at),
            "registered_at": _aware(row.used_at),
        }
    if latest:
        columns: list[sa.ColumnClause[Any]] = [
            *(sa.column(name, sa.Uuid()) for name in ("id", "fair_id", "person_id", "link_id")),
            *(sa.column(name, sa.String()) for name in ("email", "name", "sort_name", "words", "phone")),
            *(sa.column(name, sa.DateTime(timezone=True)) for name in ("listed_at", "registered_at")),
        ]
        op.bulk_insert(sa.table("attendee", *columns), list(latest.values()))


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def downgrade() -> None:
    op.drop_table("attendee")
    op.drop_table("import_line")
    op.drop_table("list_import")
    with op.batch_alter_table("link") as link:
        for column in ("opened_at", "mail_id", "not_before"):
            link.drop_column(column)
    with op.batch_alter_table("employer") as employer:
        employer.drop_column("siret")
