"""The rights as a table: every route and every live event, with who may and what comes of it."""

from tests.server.rights import appointments, booths, counsel, fairs, people
from tests.server.rights.live import LIVE
from tests.server.rights.row import ALL, Row

__all__ = ["ALL", "LIVE", "ROUTES"]

ROUTES: tuple[Row, ...] = (*people.ROUTES, *fairs.ROUTES, *booths.ROUTES, *appointments.ROUTES, *counsel.ROUTES)
