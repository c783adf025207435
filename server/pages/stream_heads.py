"""What a page carries so that its scripts follow from exactly what was rendered."""

import json
from collections.abc import Mapping

from rooms import access
from rooms.core import streams
from rooms.core.errors import NotFound
from rooms.core.events import person_stream
from rooms.core.streams import Head
from rooms.core.transaction import Transaction
from rooms.fairs.fairs import Fair
from rooms.views.standing import standing_of
from server.page_request import PageRequest
from server.request_names import FAIR
from signaling.personal_stream import my_call_view


async def read_heads(
    tx: Transaction, request: PageRequest, *names: str, known: Mapping[str, Head] | None = None
) -> str:
    """The heads of these streams and of the person's own, as JSON. Read before the page's content; `known` are those
    that were read before a content that was written earlier."""
    # Whoever came by a link to one appointment follows that alone.
    person = None if request.actor.link else request.actor.person
    wanted = [*names, person_stream(person.id)] if person else list(names)
    heads = await streams.heads(tx, wanted) | dict(known or {})
    wanted += known or ()
    found = [{"stream": name, "epoch": heads[name].epoch, "after": heads[name].last} for name in wanted]
    if person:
        standing = await standing_of(tx, person.id)
        request.ringing = my_call_view(standing.call) if standing.call else None
        request.standing = standing
    return json.dumps(found)


async def fair_around(tx: Transaction, request: PageRequest) -> Fair | None:
    """The fair whose page was shown last, for pages that belong to none; only while it may be seen."""
    slug = request.http.cookies.get(FAIR)
    if not slug:
        return None
    try:
        return await access.fair(tx, request.actor, slug)
    except NotFound:
        return None
