"""Addresses that open one thing for whoever holds them, and codes to read them by: what somebody shows at the door of a
fair, which says who they are to those who run it, and the kiosk that stands in its house."""

import base64
import hashlib
import hmac
import io
import uuid

import segno
from markupsafe import Markup

from rooms.core.errors import NotFound
from rooms.fairs.fairs import Fair
from server.settings import Settings

LENGTH = 16
"""Letters of the code: 80 bits."""


def code_of(settings: Settings, attendee_id: uuid.UUID) -> str:
    return _code(settings, f"ticket:{attendee_id}")


def _code(settings: Settings, of_what: str) -> str:
    secret = settings.secret.get_secret_value().encode()
    digest = hmac.new(secret, of_what.encode(), hashlib.sha256).digest()
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


def kiosk_path_of(settings: Settings, fair: Fair) -> str:
    """The address of the fair's kiosk; empty where it has none."""
    return f"/kiosk/{fair.id.hex}{_code(settings, f'kiosk:{fair.id}:{fair.kiosk_key}')}" if fair.kiosk_key else ""


def drawn(address: str) -> Markup:
    """The QR code as SVG (ISO/IEC 18004), with the quiet zone that readers need: dark on light in every theme."""
    return Markup(segno.make(address, error="m").svg_inline(scale=6, border=4, dark="#000", light="#fff"))  # noqa: S704


def as_png(address: str) -> bytes:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="png", scale=6, border=4)
    return out.getvalue()
