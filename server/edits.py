"""What two people, or two tabs, may change carries a version (RFC 9110, 13.1.1): nobody erases unawares what another
has saved.

A form's version says, field by field, what the form showed. What only the other one has changed stays as they saved
it; what both have changed differently is shown to the second, with everything they typed, and nothing is written before
they have seen it.
"""

import hashlib
from collections.abc import Mapping

from rooms.core.errors import N_, Conflict, Problem
from rooms.core.text import plain
from server import language, words
from server.page_request import PageRequest

VERSION = "version"
Shown = Mapping[str, str | tuple[str, ...]]
"""What the fields of a form show, by their names; a tuple where several can be ticked."""


class Overtaken(Conflict):
    """Somebody has saved something else meanwhile."""

    def __init__(self, stands: Shown) -> None:
        message = N_("This was changed elsewhere meanwhile. Look at what stands there now, and save again.")
        super().__init__("edits.overtaken", message, field=next(iter(stands)))
        self.stands = stands

    def about(self, name: str) -> str:
        if name not in self.stands:
            return ""
        values = self.stands[name]
        texts = [_text(value) for value in ([values] if isinstance(values, str) else values)]
        return language.gettext("Saved elsewhere meanwhile: %(text)s", text=", ".join(filter(None, texts)) or "–")


def _text(value: str) -> str:
    return words.label(value) if value in words.LABELS else value


def version(shown: Shown) -> str:
    """What a form brings back, so that it is known what it had shown."""
    return " ".join(f"{name}:{_digest(value)}" for name, value in shown.items())


def merge(request: PageRequest, stands: Shown) -> None:
    """Take over what others have saved in fields that this form left as they were shown. `stands` is what the form
    would show now, read under a lock. Raises Overtaken; a form without a version replaces what stands."""
    before = dict(part.split(":", 1) for part in request.typed(VERSION).split() if ":" in part)
    overtaken: dict[str, str | tuple[str, ...]] = {}
    for name, theirs in stands.items():
        typed: str | tuple[str, ...] = request.typed(name) if isinstance(theirs, str) else tuple(request.ticked(name))
        mine, now, shown = _digest(typed), _digest(theirs), before.get(name)
        if shown is None or now in (shown, mine):
            continue
        if mine == shown:
            request.form[name] = [theirs] if isinstance(theirs, str) else list(theirs)
        else:
            overtaken[name] = theirs
    if overtaken:
        raise Overtaken(overtaken)


def demand_same(request: PageRequest, stands: Shown, otherwise: Problem) -> None:
    """For an act that replaces what the form showed beside it: raises `otherwise` if something else stands by now."""
    shown = request.typed(VERSION)
    if shown and shown != version(stands):
        raise otherwise


def _digest(value: str | tuple[str, ...]) -> str:
    text = plain(value) if isinstance(value, str) else "\n".join(sorted(value))
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
