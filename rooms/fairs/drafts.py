"""A fair that nobody has seen yet can be thrown away."""

import uuid

from rooms.core import erasing
from rooms.core.errors import N_, Conflict
from rooms.core.transaction import Transaction
from rooms.fairs.fairs import Fair, FairState


async def throw_away(tx: Transaction, fair: Fair) -> list[uuid.UUID]:
    """The fair goes with its booths, lists and questions; gives the documents whose content may be forgotten."""
    await tx.lock(fair)
    if fair.state is not FairState.DRAFT:
        message = N_("Only a draft can be deleted. A fair that was published is archived once it is closed.")
        raise Conflict("fair.not_draft", message)
    doomed = await erasing.closure(tx, {"fair": {(fair.id,)}})
    connection = await tx.session.connection()
    for statement in erasing.statements(doomed):
        await connection.execute(statement)
    tx.session.expunge_all()
    return [key[0] for key in doomed.get("document", ())]
