"""What two people, or two tabs, may change carries a version (RFC 9110, 13.1.1): nobody erases unawares what another
has saved.

A form's version says, field by field, what the form showed. What only the other one has changed stays as they saved
it; what both have changed differently is shown to the second, with everything they typed, and nothing is written before
they have seen it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from rooms.core.errors import N_, Conflict, Problem
from rooms.core.text import plain
from server import labels, language, words
from server.page_request import PageRequest

VERSION = "version"
Shown = Mapping[str, str | tuple[str, ...]]
"""What the fields of a form show, by their names; a tuple where several can be ticked."""


@dataclass(frozen=True)
class SavedBy:
    """Who saved what stands, and at what time, as it is shown."""

    name: str
    time: str


class Overtaken(Conflict):
    """Somebody has saved something else meanwhile."""

    def __init__(self, stands: Shown, names: Mapping[str, str], by: "SavedBy | None" = None) -> None:
        message = N_("This was changed elsewhere meanwhile. Look at what stands there now, and save again.")
        values = {"name": by.name, "time": by.time} if by else {}
        if by:
            message = N_("%(name)s changed this at %(time)s. Look at what stands there now, and save again.")
        super().__init__("edits.overtaken", message, field=next(iter(stands)), **values)
        self.stands, self.names = stands, names

    def about(self, name: str) -> str:
        if name not in self.stands:
            return ""
        values = self.stands[name]
        texts = sorted(self._text(value) for value in values) if isinstance(values, tuple) else [self._text(values)]
        return language.gettext("Saved elsewhere meanwhile: %(text)s", text=", ".join(filter(None, texts)) or "–")

    def _text(self, value: str) -> str:
        if value in self.names:
            return self.names[value]
        return words.label(value) if value in labels.LABELS else value


def version(shown: Shown) -> str:
    """What a form brings back, so that it is known what it had shown."""
    return _joined(_digests(shown))


def version_shown(request: PageRequest, shown: Shown) -> str:
    """The version of a form on a page. One that comes back keeps what it came with until it has been compared: it
    shows what was typed, not what stands."""
    came_with = _came_with(request)
    return _joined({name: came_with.get(name, digest) for name, digest in _digests(shown).items()})


def compared(request: PageRequest, stands: Shown) -> None:
    """A form that is shown again from here on has been compared with what stands."""
    request.form[VERSION] = [_joined(_came_with(request) | _digests(stands))]


def merge(
    request: PageRequest, stands: Shown, names: Mapping[str, str] | None = None, by: SavedBy | None = None
) -> None:
    """Take over what others have saved in fields that this form left as they were shown. `stands` is what the form
    would show now, read under a lock; `names` says what its ids stand for. Raises Overtaken; a form without a version
    replaces what stands."""
    before = _came_with(request)
    if before:
        compared(request, stands)
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
        raise Overtaken(overtaken, names or {}, by)


def demand_same(request: PageRequest, stands: Shown, otherwise: Problem) -> None:
    """For an act that replaces what the form showed beside it: raises `otherwise` if something else stands by now."""
    shown = request.typed(VERSION)
    if not shown or shown == version(stands):
        return
    compared(request, stands)
    raise otherwise


def _came_with(request: PageRequest) -> dict[str, str]:
    return dict(part.split(":", 1) for part in request.typed(VERSION).split() if ":" in part)


def _digests(shown: Shown) -> dict[str, str]:
    return {name: _digest(value) for name, value in shown.items()}


def _joined(digests: Mapping[str, str]) -> str:
    return " ".join(f"{name}:{digest}" for name, digest in digests.items())


def _digest(value: str | tuple[str, ...]) -> str:
    text = plain(value) if isinstance(value, str) else "\n".join(sorted(value))
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
