"""Imports every model, so that the metadata is whole."""

from rooms import (
    access,
    agencies,
    booths,
    chat,
    employers,
    engagement,
    fairs,
    invitations,
    lease,
    meetings,
    opening,
    outbox,
    people,
    presence,
    signin,
    streams,
)
from rooms.lines import calls, places, standing

__all__ = [
    "access",
    "agencies",
    "booths",
    "calls",
    "chat",
    "employers",
    "engagement",
    "fairs",
    "invitations",
    "lease",
    "meetings",
    "opening",
    "outbox",
    "people",
    "places",
    "presence",
    "signin",
    "standing",
    "streams",
]
