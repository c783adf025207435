"""A booth's documents, logo and video, and a fair's banner."""

import uuid

from sqlalchemy import select

from rooms.core.errors import N_, Conflict
from rooms.core.model import new_id
from rooms.core.transaction import Transaction
from rooms.core.uploads import Checked, DocumentKind
from rooms.fairs.booths import Booth
from rooms.people.documents import Document, document, withdraw

MOST_OF_A_BOOTH = 8


async def add(
    tx: Transaction, booth: Booth, kind: DocumentKind, checked: Checked, document_id: uuid.UUID
) -> list[uuid.UUID]:
    """A document, logo or video of a booth; a new logo or video takes the place of the one before."""
    kept = (await by_kind(tx, booth.id))[kind]
    if kind is DocumentKind.BOOTH and len(kept) >= MOST_OF_A_BOOTH:
        raise Conflict("document.too_many", N_("Eight documents are the most. Remove one first."))
    replaced = [] if kind is DocumentKind.BOOTH else kept
    for before in replaced:
        before.withdrawn_at = tx.now
    tx.session.add(document(tx, kind, checked, document_id, booth_id=booth.id))
    return [row.id for row in replaced]


async def copy(tx: Transaction, before: Booth, booth: Booth) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """All that stands at another booth, beside what this one has; gives whose content is to be copied, and to what."""
    copied, own = [], {row.kind for row in await of_booth(tx, booth.id)}
    for row in await of_booth(tx, before.id):
        if row.kind in own:
            continue
        made = Document(
            id=new_id(), kind=row.kind, booth_id=booth.id, name=row.name, media_type=row.media_type, size=row.size,
            made_at=tx.now,
        )  # fmt: skip
        tx.session.add(made)
        copied.append((row.id, made.id))
    return copied


async def hang_banner(tx: Transaction, fair_id: uuid.UUID, checked: Checked, document_id: uuid.UUID) -> list[uuid.UUID]:
    """The fair's banner from now on; returns what may be forgotten."""
    stale = await take_banner_down(tx, fair_id)
    tx.session.add(document(tx, DocumentKind.BANNER, checked, document_id, fair_id=fair_id))
    return stale


async def take_banner_down(tx: Transaction, fair_id: uuid.UUID) -> list[uuid.UUID]:
    row = (await banners_of(tx, [fair_id])).get(fair_id)
    return await withdraw(tx, row) if row else []


async def banners_of(tx: Transaction, fairs: list[uuid.UUID]) -> dict[uuid.UUID, Document]:
    """The banner of each fair that has one: one query for any number of fairs."""
    hangs = Document.kind == DocumentKind.BANNER, Document.withdrawn_at.is_(None)
    query = select(Document).where(Document.fair_id.in_(fairs), *hangs)
    return {row.fair_id: row for row in (await tx.session.execute(query)).scalars() if row.fair_id}


async def of_booth(tx: Transaction, booth_id: uuid.UUID) -> list[Document]:
    query = select(Document).where(Document.booth_id == booth_id, Document.withdrawn_at.is_(None)).order_by(Document.id)
    return list((await tx.session.execute(query)).scalars())


async def by_kind(tx: Transaction, booth_id: uuid.UUID) -> dict[DocumentKind, list[Document]]:
    found: dict[DocumentKind, list[Document]] = {kind: [] for kind in DocumentKind}
    for row in await of_booth(tx, booth_id):
        found[row.kind].append(row)
    return found


async def logos_of(tx: Transaction, booths: set[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """The logo of each booth that has one: one query for any number of them."""
    query = select(Document.booth_id, Document.id).where(
        Document.booth_id.in_(booths), Document.kind == DocumentKind.LOGO, Document.withdrawn_at.is_(None)
    )
    return {booth: logo for booth, logo in (await tx.session.execute(query)).all() if booth is not None}
