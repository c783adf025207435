"""What a row of the rights table says: who may, what they get, and what everybody else gets.

Whoever is not named is refused, and how is one rule: a passer-by is sent to the sign-in (and whoever came by a mailed
link is a passer-by outside its appointment), whoever is signed in is told that they may not (403). `hidden()` says that
the thing is not even found for them (404), and `but()` what one of them gets instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rooms.core.uploads import Upload

STRANGERS = frozenset({"anyone", "by_link"})
KNOWN = frozenset({"amina", "karim", "tomas", "luc", "sophie", "ines", "claire", "paul"})
ALL = STRANGERS | KNOWN


def only(*roles: str) -> frozenset[str]:
    return frozenset(roles)


@dataclass(frozen=True)
class Outcome:
    status: int
    leads_to: str = ""
    """A path of the world; `*` stands for an id that is new."""
    media_type: str = ""


def to(path: str) -> Outcome:
    return Outcome(303, path)


def status(code: int) -> Outcome:
    """A page that says what is wrong."""
    return Outcome(code, media_type="text/html")


def content(media_type: str) -> Outcome:
    return Outcome(200, media_type=media_type)


PAGE = content("text/html")


@dataclass(frozen=True)
class Step:
    """What somebody did before."""

    role: str
    path: str
    form: Mapping[str, str]


@dataclass(frozen=True)
class Row:
    """One route. In the world, Amina waits in the line of Luc's booth, is on hold in Sophie's, and has an appointment
    with Claire to which Sophie comes too; she has come to it by the mailed link on another device ("by_link"). Karim is
    being called at Luc's booth and has asked a question; Tomás talks with Sophie; Inès runs the fair, Paul
    administers."""

    method: str
    path: str
    allowed: frozenset[str]
    served: Outcome
    form: Mapping[str, str | Upload] = field(default_factory=dict)
    refused: Outcome = Outcome(403, media_type="text/html")
    others: Mapping[str, Outcome] = field(default_factory=dict)
    things: Mapping[str, str] = field(default_factory=dict)
    before: tuple[Step, ...] = ()
    in_hours: int = 0
    each_in_turn: bool = True

    def hidden(self) -> "Row":
        """It is not found for whoever may not."""
        return replace(self, refused=status(404))

    def but(self, **others: Outcome | int) -> "Row":
        """What these get instead of what the others get."""
        found = {role: status(each) if isinstance(each, int) else each for role, each in others.items()}
        return replace(self, others={**self.others, **found})

    def of(self, **things: str) -> "Row":
        """Which of the world's things is meant, where the path says only what kind."""
        return replace(self, things=things)

    def after(self, role: str, path: str, **form: str) -> "Row":
        """Whoever may can only once this has been done."""
        return replace(self, before=(*self.before, Step(role, path, form)))

    def later(self, hours: int) -> "Row":
        """Whoever may can only then."""
        return replace(self, in_hours=hours)

    def once(self) -> "Row":
        """Once it is done it cannot be done again: each is tried in a world of their own."""
        return replace(self, each_in_turn=False)

    def expected(self, role: str) -> Outcome:
        if role in self.others:
            return self.others[role]
        if role in self.allowed:
            return self.served
        if role in STRANGERS:
            return to("/sign-in?next=*")
        return self.refused

    @property
    def address(self) -> str:
        """The path, with names of the world's ids in it."""
        found = self.path
        for kind, name in self.things.items():
            found = found.replace(f"{{{kind}}}", f"{{{name}}}")
        return found


def read(path: str, allowed: frozenset[str], served: Outcome = PAGE) -> Row:
    return Row("GET", path, allowed, served)


def act(path: str, allowed: frozenset[str], served: Outcome, **form: str | Upload) -> Row:
    return Row("POST", path, allowed, served, form)


OK = "ok"


@dataclass(frozen=True)
class LiveRow:
    """One live event, with the code of the refusal that its answer carries."""

    event: str
    allowed: frozenset[str]
    payload: Mapping[str, Any]
    refused: str = "refused"
    stranger: str = "sign_in"
    others: Mapping[str, str] = field(default_factory=dict)
    before: tuple[Step, ...] = ()

    def hidden(self, thing: str, *, from_strangers: bool = False) -> "LiveRow":
        """It is not found for whoever may not; a stranger is asked to sign in before, if it is not hidden from them."""
        code = f"{thing}.not_found"
        return replace(self, refused=code, stranger=code if from_strangers else self.stranger)

    def but(self, **others: str) -> "LiveRow":
        return replace(self, others={**self.others, **others})

    def after(self, role: str, path: str, **form: str) -> "LiveRow":
        return replace(self, before=(*self.before, Step(role, path, form)))

    def expected(self, role: str) -> str:
        if role in self.others:
            return self.others[role]
        if role in self.allowed:
            return OK
        return self.stranger if role in STRANGERS else self.refused


def follow(stream: str, allowed: frozenset[str]) -> LiveRow:
    return LiveRow("stream:follow", allowed, {"streams": [{"stream": stream}]})


def send(event: str, allowed: frozenset[str], **payload: Any) -> LiveRow:
    return LiveRow(event, allowed, payload)
