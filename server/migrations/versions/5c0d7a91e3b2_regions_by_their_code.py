"""regions by their code"""

import sqlalchemy as sa
from alembic import op

revision = "5c0d7a91e3b2"
down_revision = "b81f4e2d6a07"
branch_labels = None
depends_on = None

CODES = {"GP": "971", "MQ": "972", "GF": "973", "GY": "973", "RE": "974", "YT": "976", "GUA": "971", "LRE": "974", "MAY": "976"}
KNOWN = ("57", "6AE", "971", "972", "973", "974", "976", "BL", "MF", "NC", "PF", "PM", "TF", "WF")


def upgrade() -> None:
    agency = sa.table("agency", sa.column("region", sa.String), sa.column("country", sa.String))
    for letters, code in CODES.items():
        op.execute(agency.update().where(agency.c.country == "FR", agency.c.region == letters).values(region=code))
    # What is no region had no holidays of its own before either.
    op.execute(agency.update().where(agency.c.region.not_in(KNOWN)).values(region=""))


def downgrade() -> None:
    """The codes were understood before, too."""
