"""A fair of last month for the demo: twenty-four employers, one day, its talks and its answers. What cannot be played
any more is written as it would stand; everybody in it is marked as simulated."""

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from rooms.core.model import Base, new_id
from rooms.core.text import sort_key
from rooms.core.transaction import Transaction
from rooms.fairs import booths, fairs, surveys
from rooms.fairs.attendees import Attendee, search_words
from rooms.fairs.booths import Booth, BoothText
from rooms.fairs.fairs import Fair, FairDescription, FairState
from rooms.fairs.schedule import FairDay
from rooms.fairs.surveys import Audience, Survey, SurveyAnswer
from rooms.lines.call import Call, CallState
from rooms.lines.places import Place, PlaceState
from rooms.meetings.meeting import FollowUp, Meeting, MeetingState, NextStep, Part, Participant
from rooms.organisations import employers
from rooms.organisations.employers import COLOURS, SECTORS
from rooms.people.people import Person

FAIR = "Emploi en Loire, automne"
AGO, LASTS = timedelta(days=30), timedelta(hours=7)
PEOPLE = 320
COME, TALK, LEAVE, MISS, ANSWER = 0.7, 0.72, 0.12, 0.08, 0.4
"""Of those who registered, those who came; of those in a line, those who talked, left, or missed their call; of those
asked afterwards, those who answered."""
EMPLOYERS = (
    "Chantiers Morel", "Clinique du Fleuve", "Transports Legrand", "Vignobles Aubert", "Mairie de Saumur",
    "Boulangeries Petit", "Atelier Bocage", "Logis Ligérien", "Pharmacie Centrale", "Ferme des Îles",
    "Entrepôts Ouest", "Résidence Les Tilleuls", "Garage Thomas", "Supermarché du Pont", "Imprimerie Durand",
    "Hôtel des Quais", "Charpentes Roux", "Laiterie Angevine", "Services Plus", "Campings du Val",
    "Électricité Martin", "Maraîchers Unis", "Accueil et Soins", "Menuiserie Blain",
)  # fmt: skip
FIRST = ("Léa", "Noé", "Aya", "Hugo", "Inès", "Adam", "Chloé", "Yanis", "Emma", "Lucas", "Maya", "Théo", "Sara", "Omar")
LAST = ("Martin", "Diallo", "Bernard", "Nguyen", "Petit", "Lopes", "Moreau", "Haddad", "Garcia", "Robert", "Kaya")
TOWNS = ("Nantes", "Angers", "Saumur", "Cholet", "Le Mans", "")
USEFUL = (5, 5, 4, 4, 4, 3, 2)
WISHES = ("", "", "", "Plus de postes à temps partiel.", "Des horaires le soir.", "Merci à tous, c’était simple.")
STEPS = (NextStep.GO_ON, NextStep.GO_ON, NextStep.KEEP, NextStep.NO)


@dataclass
class _Writing:
    """Rows of one kind after the other, each kind in one statement."""

    chance: random.Random
    begins: datetime
    rows: dict[type[Base], list[dict[str, Any]]]

    def add(self, kind: type[Base], **values: Any) -> None:
        self.rows.setdefault(kind, []).append(values)


async def make(tx: Transaction, organiser: Person) -> None:
    """Once; the fair is over and closed."""
    if (await tx.session.execute(select(Fair.id).where(Fair.name == FAIR))).first():
        return
    description = FairDescription(FAIR, "", ("fr",), tuple(SECTORS), "Europe/Paris")
    fair = await fairs.create(tx, organiser, description)
    begins = (tx.now - AGO).replace(hour=8, minute=0, second=0, microsecond=0)
    stands = [await _booth(tx, fair, number, name) for number, name in enumerate(EMPLOYERS)]
    fair.state = FairState.CLOSED
    writing = _Writing(random.Random(7), begins, {})
    writing.add(FairDay, id=new_id(), fair_id=fair.id, opens_at=begins, closes_at=begins + LASTS)
    came = _people(writing, fair)
    for booth, recruiter_id in stands:
        _line(writing, booth, recruiter_id, came)
    _asked_afterwards(writing, fair, came, [recruiter_id for _, recruiter_id in stands])
    await tx.session.flush()
    for kind in (Person, FairDay, Attendee, Place, Call, Meeting, FollowUp, Participant, Survey, SurveyAnswer):
        await tx.write(insert(kind), writing.rows[kind])


async def _booth(tx: Transaction, fair: Fair, number: int, name: str) -> tuple[Booth, uuid.UUID]:
    sector = SECTORS[number % len(SECTORS)]
    employer = await employers.found(tx, name, sector, TOWNS[number % 5], COLOURS[number % len(COLOURS)])
    recruiter = Person(id=new_id(), name=f"Équipe {name}", language="fr", created_at=tx.now, is_simulated=True)
    tx.session.add(recruiter)
    await tx.session.flush()
    await employers.add_member(tx, employer.id, recruiter, is_owner=True)
    booth = await booths.reserve(tx, fair, employer)
    await booths.set_up(tx, booth, BoothText(f"{name} recrute.", 15, sector, employer.location, employer.colour))
    return booth, recruiter.id


def _people(writing: _Writing, fair: Fair) -> list[uuid.UUID]:
    """Everybody on the list; gives those who came."""
    chance, came = writing.chance, []
    for number in range(PEOPLE):
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
        person_id, email = new_id(), f"simulation{number}@exemple.fr"
        writing.add(
            Person, id=person_id, name=name, language="fr", created_at=writing.begins - AGO, is_simulated=True,
            location=chance.choice(TOWNS),
        )  # fmt: skip
        at = writing.begins + timedelta(minutes=chance.randrange(300)) if chance.random() < COME else None
        writing.add(
            Attendee, id=new_id(), fair_id=fair.id, email=email, name=name, sort_name=sort_key(name)[0],
            words=search_words(name, email), person_id=person_id, listed_at=writing.begins - AGO,
            registered_at=writing.begins - AGO, came_at=at,
        )  # fmt: skip
        came += [person_id] if at else []
    return came


def _asked_afterwards(writing: _Writing, fair: Fair, candidates: list[uuid.UUID], recruiters: list[uuid.UUID]) -> None:
    ended = writing.begins + LASTS
    writing.add(
        Survey, fair_id=fair.id, opened_at=ended, closes_at=ended + surveys.LASTS,
        candidates_asked=len(candidates), employers_asked=len(recruiters),
    )  # fmt: skip
    chance = writing.chance
    for audience, people in ((Audience.CANDIDATE, candidates), (Audience.EMPLOYER, recruiters)):
        for person_id in people:
            if chance.random() < ANSWER:
                writing.add(
                    SurveyAnswer, id=new_id(), fair_id=fair.id, audience=audience, person_id=person_id,
                    usefulness=chance.choice(USEFUL), said_yes=chance.random() < TALK, words=chance.choice(WISHES),
                )  # fmt: skip


def _line(writing: _Writing, booth: Booth, recruiter_id: uuid.UUID, came: list[uuid.UUID]) -> None:
    """One talk after the other; whoever waits longest is called first."""
    chance, free_at = writing.chance, writing.begins
    waiting = chance.sample(came, chance.randrange(5, 22))
    arrivals = sorted(chance.randrange(1, 380) for _ in waiting)
    for ticket, (person_id, minute) in enumerate(zip(waiting, arrivals, strict=True), start=1):
        joined = writing.begins + timedelta(minutes=minute)
        rang = max(free_at, joined) + timedelta(seconds=chance.randrange(10, 90))
        place_id, fate = new_id(), chance.random()
        talks, left = fate < TALK, fate > 1 - LEAVE
        state = PlaceState.SERVED if talks else PlaceState.LEFT if left else PlaceState.ENDED
        writing.add(
            Place, id=place_id, booth_id=booth.id, person_id=person_id, ticket=ticket, state=state, words="",
            joined_at=joined, missed=0, ended_at=rang,
        )  # fmt: skip
        if talks:
            free_at = _talk(writing, booth, recruiter_id, (place_id, person_id), rang)
        elif fate < TALK + MISS:
            _call(writing, place_id, recruiter_id, rang, CallState.MISSED)


def _call(
    writing: _Writing, place_id: uuid.UUID, recruiter_id: uuid.UUID, rang: datetime, state: CallState
) -> uuid.UUID:
    call_id, settled = new_id(), rang + timedelta(seconds=20)
    writing.add(
        Call, id=call_id, place_id=place_id, recruiter_id=recruiter_id, state=state, rang_at=rang, deadline=settled,
        settled_at=settled,
    )  # fmt: skip
    return call_id


def _talk(
    writing: _Writing, booth: Booth, recruiter_id: uuid.UUID, who: tuple[uuid.UUID, uuid.UUID], rang: datetime
) -> datetime:
    """Gives when it ended."""
    (place_id, person_id), chance = who, writing.chance
    call_id, meeting_id = _call(writing, place_id, recruiter_id, rang, CallState.ACCEPTED), new_id()
    live = rang + timedelta(seconds=40)
    ended = live + timedelta(minutes=chance.randrange(5, 19))
    writing.add(
        Meeting, id=meeting_id, call_id=call_id, booth_id=booth.id, state=MeetingState.ENDED, mode="video",
        planned_minutes=15, opened_at=rang, live_at=live, planned_end_at=live + timedelta(minutes=15), ended_at=ended,
    )  # fmt: skip
    answered = ended + timedelta(days=chance.randrange(1, 8)) if chance.random() < 0.9 else None
    writing.add(
        FollowUp, meeting_id=meeting_id, notes="", rating_words="", answer="Merci de votre visite." if answered else "",
        next_step=chance.choice(STEPS) if answered else None, answered_at=answered,
        answer_promised_by=ended + timedelta(days=5), rating=chance.choice((None, 3, 4, 4, 5, 5)),
        reminded_at=ended,
    )  # fmt: skip
    for part, participant, at in ((Part.CANDIDATE, person_id, None), (Part.LEADER, recruiter_id, booth.id)):
        writing.add(
            Participant, meeting_id=meeting_id, person_id=participant, part=part, booth_id=at, went_in_at=live,
        )  # fmt: skip
    return ended
