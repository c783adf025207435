"""What somebody shows at the door of a fair: an address of their own, as a QR code. It says who they are to those who
run the fair, and opens the page of the ticket and nothing else."""

import base64
import hashlib
import hmac
import io
import uuid

import segno
from markupsafe import Markup

from rooms.core.errors import NotFound
from server.settings import Settings

LENGTH = 16
"""Letters of the code: 80 bits."""


def code_of(settings: Settings, attendee_id: uuid.UUID) -> str:
    secret = settings.secret.get_secret_value().encode()
    digest = hmac.new(secret, f"ticket:{attendee_id}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode()[:LENGTH].lower()


def path_of(settings: Settings, attendee_id: uuid.UUID) -> str:
    return f"/tickets/{attendee_id.hex}{code_of(settings, attendee_id)}"


def attendee_of(settings: Settings, ticket: str) -> uuid.UUID:
    """Whose ticket it is; raises NotFound for what this house has not written."""
    try:
        attendee_id = uuid.UUID(hex=ticket[:32])
    except ValueError:
        raise NotFound("ticket") from None
    if not hmac.compare_digest(ticket[32:].encode(), code_of(settings, attendee_id).encode()):
        raise NotFound("ticket")
    return attendee_id


def drawn(address: str) -> Markup:
    """The QR code as SVG (ISO/IEC 18004), with the quiet zone that readers need: dark on light in every theme."""
    return Markup(segno.make(address, error="m").svg_inline(scale=6, border=4, dark="#000", light="#fff"))  # noqa: S704


def as_png(address: str) -> bytes:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="png", scale=6, border=4)
    return out.getvalue()
