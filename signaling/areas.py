"""Where the handlers and projections stand."""

from importlib import import_module

AREAS = (
    "fairs",
    "desk",
    "appointments",
    "personal_stream",
    "chat",
    "snapshots",
    "streams",
    "lines",
    "booths",
    "meetings",
    "referrals",
    "sanctions",
    "help",
    "cobrowsing",
)


def load_areas() -> None:
    """Every handler and projection is known from here on."""
    for area in AREAS:
        import_module(f"signaling.{area}")
