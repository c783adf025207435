"""Whoever gives a command, and what they are to things at large."""

import uuid
from dataclasses import dataclass

from rooms.access.rights import Act, Relation, SignInFirst, demand
from rooms.access.rights import Relation as R
from rooms.people.people import Person


@dataclass(frozen=True)
class Pass:
    """What a mailed link gives: its person is known in one appointment, and nowhere else."""

    person: Person
    appointment_id: uuid.UUID


@dataclass
class Actor:
    """Whoever gives a command; a passer-by has no person."""

    person: Person | None = None
    session_id: uuid.UUID | None = None
    link: Pass | None = None

    @classmethod
    def of(cls, person: Person, session_id: uuid.UUID, appointment_id: uuid.UUID | None) -> "Actor":
        """The person of a session; with a pass, a passer-by until they reach its appointment."""
        return cls(None, session_id, Pass(person, appointment_id)) if appointment_id else cls(person, session_id)

    @property
    def known(self) -> Person:
        if self.person is None:
            raise SignInFirst()
        return self.person

    @property
    def behind(self) -> Person:
        """Who this is, wherever they are known. Says nothing of what they may."""
        return self.link.person if self.link else self.known

    def forget(self) -> None:
        """Whatever comes next has to reach the appointment anew."""
        if self.link:
            self.person = None

    def reach(self, appointment_id: uuid.UUID | None) -> None:
        """The lookups say which appointment a thing belongs to: whoever has a pass for it is known from here on."""
        if self.link and self.link.appointment_id == appointment_id:
            self.person = self.link.person

    def relations(self) -> set[Relation]:
        if self.person is None:
            return {R.ANYONE}
        found = {R.ANYONE, R.SIGNED_IN}
        if self.person.is_administrator:
            found.add(R.ADMINISTRATOR)
        if self.person.is_organiser or self.person.is_administrator:
            found.add(R.ANY_ORGANISER)
        return found

    def is_person(self, person_id: uuid.UUID | None) -> bool:
        return self.person is not None and self.person.id == person_id


def may(actor: Actor, act: Act) -> None:
    """Demand a right that concerns no single thing."""
    demand(act, actor.relations())
