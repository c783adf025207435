"""Who may do what, as one table; and the lookups through which alone a thing is reached.

What a person may not even see is not found for them. What they may see but not do is refused.
"""

import uuid
from dataclasses import dataclass
from enum import StrEnum, auto

from sqlalchemy import exists, select

from rooms.access import cv_readers
from rooms.appointments import appointment_types, choices, reservation, room
from rooms.appointments.appointment import Appointment, AppointmentState, Lapsed
from rooms.appointments.appointment_types import AppointmentType
from rooms.caseload import agreed_steps, caseload
from rooms.caseload.agreed_steps import AgreedStep
from rooms.chat import moderation
from rooms.chat.conversations import Conversation, ConversationKind
from rooms.chat.messages import Message
from rooms.core.errors import N_, NotFound, Problem, Refused
from rooms.core.transaction import Transaction
from rooms.fairs import booths
from rooms.fairs.booths import Booth, BoothStaff
from rooms.fairs.fairs import AHEAD, SHOWN, Fair, FairOrganiser, FairState
from rooms.lines import calls
from rooms.lines.calls import Call
from rooms.lines.places import ACTIVE, Place
from rooms.meetings.meeting import Meeting
from rooms.organisations import agencies, referents
from rooms.organisations.agencies import Agency, Team, TeamMember
from rooms.organisations.employers import Employer, EmployerMember
from rooms.organisations.vacancies import Vacancy
from rooms.people.documents import Document
from rooms.people.people import Person


class Relation(StrEnum):
    """What a person is to a thing."""

    ANYONE = auto()
    SIGNED_IN = auto()
    ADMINISTRATOR = auto()
    ANY_ORGANISER = auto()
    ORGANISER = auto()
    OWNER = auto()
    MEMBER = auto()
    STAFF = auto()
    SELF = auto()
    RECRUITER = auto()
    COUNSELLOR = auto()
    IN_TEAM = auto()
    GUEST = auto()


class Act(StrEnum):
    FAIR_SEE = auto()
    FAIR_CREATE = auto()
    FAIR_RUN = auto()
    PEOPLE_INVITE = auto()
    EMPLOYER_SEE = auto()
    EMPLOYER_WRITE = auto()
    EMPLOYER_OWN = auto()
    BOOTH_SEE = auto()
    BOOTH_SET_UP = auto()
    BOOTH_STAFF = auto()
    LINE_JOIN = auto()
    INTERVIEW_BOOK = auto()
    PLACE_KEEP = auto()
    PLACE_CALL = auto()
    CALL_ANSWER = auto()
    CALL_WITHDRAW = auto()
    CHAT_READ = auto()
    CHAT_WRITE = auto()
    CHAT_MODERATE = auto()
    DOCUMENT_READ = auto()
    MEETING_ENTER = auto()
    MEETING_LEAD = auto()
    MEETING_END = auto()
    MEETING_REPORT = auto()
    MEETING_RATE = auto()
    MEETING_SHOW = auto()
    COUNSEL = auto()
    HOURS_KEEP = auto()
    PERSON_FOLLOW = auto()
    AGREED_STEP_KEEP = auto()
    APPOINTMENT_SEE = auto()
    APPOINTMENT_KEEP = auto()
    APPOINTMENT_EXCUSE = auto()
    APPOINTMENT_RECORD = auto()
    APPOINTMENT_CONTEST = auto()
    APPOINTMENT_RATE = auto()


R, A, S = Relation, Act, FairState
OPEN = frozenset({S.OPEN})
ANY = frozenset(S)


@dataclass(frozen=True)
class Right:
    act: Act
    who: frozenset[Relation]
    when: frozenset[FairState] = ANY


def _right(act: Act, when: frozenset[FairState], *who: Relation) -> Right:
    return Right(act, frozenset(who), when)


RIGHTS: tuple[Right, ...] = (
    # act               when the fair is   who
    _right(A.FAIR_SEE,       SHOWN, R.ANYONE),
    _right(A.FAIR_SEE,       ANY,   R.ORGANISER, R.ADMINISTRATOR, R.MEMBER),
    _right(A.FAIR_CREATE,    ANY,   R.ANY_ORGANISER, R.ADMINISTRATOR),
    _right(A.FAIR_RUN,       ANY,   R.ORGANISER, R.ADMINISTRATOR),
    _right(A.PEOPLE_INVITE,  ANY,   R.ADMINISTRATOR),
    _right(A.EMPLOYER_SEE,   ANY,   R.MEMBER, R.OWNER),
    _right(A.EMPLOYER_WRITE, ANY,   R.MEMBER, R.OWNER),
    _right(A.EMPLOYER_OWN,   ANY,   R.OWNER),
    _right(A.BOOTH_SEE,      SHOWN, R.ANYONE),
    _right(A.BOOTH_SEE,      ANY,   R.MEMBER, R.OWNER, R.STAFF, R.ORGANISER, R.ADMINISTRATOR),
    _right(A.BOOTH_SET_UP,   ANY,   R.MEMBER, R.OWNER),
    _right(A.BOOTH_STAFF,    ANY,   R.STAFF),
    _right(A.LINE_JOIN,      OPEN,  R.SIGNED_IN),
    _right(A.INTERVIEW_BOOK, AHEAD, R.SIGNED_IN),
    _right(A.PLACE_KEEP,     ANY,   R.SELF),
    _right(A.PLACE_CALL,     ANY,   R.STAFF),
    _right(A.CALL_ANSWER,    ANY,   R.SELF),
    _right(A.CALL_WITHDRAW,  ANY,   R.STAFF),
    _right(A.CHAT_READ,      SHOWN, R.ANYONE),
    _right(A.CHAT_READ,      ANY,   R.STAFF, R.ORGANISER, R.SELF, R.RECRUITER, R.COUNSELLOR),
    _right(A.CHAT_WRITE,     OPEN,  R.SIGNED_IN, R.ORGANISER),
    _right(A.CHAT_WRITE,     SHOWN, R.STAFF),
    _right(A.CHAT_WRITE,     ANY,   R.SELF, R.RECRUITER, R.COUNSELLOR),
    _right(A.CHAT_MODERATE,  ANY,   R.STAFF, R.ORGANISER, R.ADMINISTRATOR),
    _right(A.DOCUMENT_READ,  ANY,   R.SELF, R.STAFF),
    _right(A.MEETING_ENTER,  ANY,   R.SELF, R.RECRUITER, R.GUEST),
    _right(A.MEETING_LEAD,   ANY,   R.RECRUITER),
    _right(A.MEETING_END,    ANY,   R.SELF, R.RECRUITER),
    _right(A.MEETING_REPORT, ANY,   R.SELF, R.RECRUITER),
    _right(A.MEETING_RATE,   ANY,   R.SELF),
    _right(A.MEETING_SHOW,   ANY,   R.SELF),
    _right(A.COUNSEL,        ANY,   R.IN_TEAM),
    _right(A.HOURS_KEEP,     ANY,   R.IN_TEAM, R.STAFF),
    _right(A.PERSON_FOLLOW,  ANY,   R.COUNSELLOR),
    _right(A.AGREED_STEP_KEEP,      ANY,   R.SELF, R.COUNSELLOR),
    _right(A.APPOINTMENT_SEE,     ANY, R.SELF, R.COUNSELLOR, R.GUEST),
    _right(A.APPOINTMENT_KEEP,    ANY, R.SELF, R.COUNSELLOR),
    _right(A.APPOINTMENT_EXCUSE,  ANY, R.SELF, R.COUNSELLOR, R.GUEST),
    _right(A.APPOINTMENT_RECORD,  ANY, R.COUNSELLOR),
    _right(A.APPOINTMENT_CONTEST, ANY, R.SELF),
    _right(A.APPOINTMENT_RATE,    ANY, R.SELF),
)  # fmt: skip


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


class SignInFirst(Problem):
    """A passer-by asked for what only a known person may do; the page's door sends them to the sign-in."""

    status = 401

    def __init__(self) -> None:
        super().__init__("sign_in", N_("Please say who you are first."))


def allows(act: Act, relations: set[Relation], state: FairState | None = None) -> bool:
    return any(
        right.act is act and right.who & relations and (state is None or state in right.when) for right in RIGHTS
    )


def demand(act: Act, relations: set[Relation], state: FairState | None = None) -> None:
    if allows(act, relations, state):
        return
    if R.SIGNED_IN not in relations and allows(act, relations | {R.SIGNED_IN, R.SELF, R.STAFF, R.MEMBER}, state):
        raise SignInFirst()
    raise Refused()


def may(actor: Actor, act: Act) -> None:
    """Demand a right that concerns no single thing."""
    demand(act, actor.relations())


async def _to_fair(tx: Transaction, actor: Actor, fair: Fair) -> set[Relation]:
    found = actor.relations()
    if actor.person is None:
        return found
    me = actor.person.id
    if await tx.session.get(FairOrganiser, (fair.id, me)):
        found.add(R.ORGANISER)
    invited = (
        select(EmployerMember.person_id)
        .join(Booth, Booth.employer_id == EmployerMember.employer_id)
        .where(Booth.fair_id == fair.id, EmployerMember.person_id == me)
    )
    counsellor = select(TeamMember.person_id).where(TeamMember.person_id == me)
    if (await tx.session.execute(invited.union(counsellor))).first():
        found.add(R.MEMBER)
    return found


async def fair(tx: Transaction, actor: Actor, slug: str, act: Act = A.FAIR_SEE) -> Fair:
    row = (await tx.session.execute(select(Fair).where(Fair.slug == slug))).scalar_one_or_none()
    return await _known_fair(tx, actor, row, act)


async def fair_by_id(tx: Transaction, actor: Actor, fair_id: uuid.UUID, act: Act = A.FAIR_SEE) -> Fair:
    return await _known_fair(tx, actor, await tx.session.get(Fair, fair_id), act)


async def _known_fair(tx: Transaction, actor: Actor, row: Fair | None, act: Act) -> Fair:
    if row is None:
        raise NotFound("fair")
    relations = await _to_fair(tx, actor, row)
    if not allows(A.FAIR_SEE, relations, row.state):
        raise NotFound("fair")
    demand(act, relations, row.state)
    return row


async def to_booth(tx: Transaction, actor: Actor, booth: Booth) -> set[Relation]:
    """Everything that the actor is to a booth, its employer and its fair."""
    found = await _to_fair(tx, actor, booth.fair) - {R.MEMBER}
    if actor.person is None:
        return found
    if await tx.session.get(BoothStaff, (booth.id, actor.person.id)):
        found.add(R.STAFF)
    return found | await _to_employer(tx, actor, booth.employer_id)


async def _to_employer(tx: Transaction, actor: Actor, employer_id: uuid.UUID) -> set[Relation]:
    found = actor.relations()
    if actor.person is None:
        return found
    member = await tx.session.get(EmployerMember, (employer_id, actor.person.id))
    if member:
        found |= {R.MEMBER, R.OWNER} if member.is_owner else {R.MEMBER}
    return found


async def booth(tx: Transaction, actor: Actor, fair: str, employer: str, act: Act = A.BOOTH_SEE) -> Booth:
    return await _known_booth(tx, actor, await booths.by_slugs(tx, fair, employer), act)


async def booth_by_id(tx: Transaction, actor: Actor, booth_id: uuid.UUID, act: Act = A.BOOTH_SEE) -> Booth:
    return await _known_booth(tx, actor, await tx.session.get(Booth, booth_id), act)


async def _known_booth(tx: Transaction, actor: Actor, row: Booth | None, act: Act) -> Booth:
    if row is None:
        raise NotFound("booth")
    relations = await to_booth(tx, actor, row)
    insiders = {R.MEMBER, R.OWNER, R.STAFF, R.ORGANISER, R.ADMINISTRATOR}
    if not allows(A.BOOTH_SEE, relations, row.fair.state) or not (row.set_up_at or relations & insiders):
        raise NotFound("booth")
    demand(act, relations, row.fair.state)
    return row


async def employer(tx: Transaction, actor: Actor, slug: str, act: Act = A.EMPLOYER_SEE) -> Employer:
    row = (await tx.session.execute(select(Employer).where(Employer.slug == slug))).scalar_one_or_none()
    relations = await _to_employer(tx, actor, row.id) if row else set()
    if row is None or not allows(A.EMPLOYER_SEE, relations):
        actor.known  # noqa: B018  a passer-by is asked to sign in before hearing that nothing is here
        raise NotFound("employer")
    demand(act, relations)
    return row


async def vacancy(tx: Transaction, actor: Actor, vacancy_id: uuid.UUID) -> tuple[Vacancy, Employer]:
    """A vacancy, for those who may write it."""
    actor.known  # noqa: B018
    row = await tx.session.get(Vacancy, vacancy_id)
    owner = await tx.session.get(Employer, row.employer_id) if row else None
    if row is None or owner is None:
        raise NotFound("vacancy")
    return row, await employer(tx, actor, owner.slug, A.EMPLOYER_WRITE)


async def place(tx: Transaction, actor: Actor, place_id: uuid.UUID, act: Act) -> Place:
    actor.known  # noqa: B018
    row = await tx.session.get(Place, place_id)
    if row is None:
        raise NotFound("place")
    relations = await to_booth(tx, actor, row.booth)
    if actor.is_person(row.person_id):
        relations.add(R.SELF)
    if not relations & {R.SELF, R.STAFF} or (act is A.PLACE_CALL and row.state not in ACTIVE):
        raise NotFound("place")
    demand(act, relations)
    return row


async def call(tx: Transaction, actor: Actor, call_id: uuid.UUID, act: Act) -> Call:
    """A call, locked until the transaction ends."""
    actor.known  # noqa: B018
    row = await calls.locked(tx, call_id)
    if row is None:
        raise NotFound("call")
    relations = await to_booth(tx, actor, row.place.booth)
    if actor.is_person(row.place.person_id):
        relations.add(R.SELF)
    if not relations & {R.SELF, R.STAFF}:
        raise NotFound("call")
    demand(act, relations)
    return row


async def meeting(
    tx: Transaction, actor: Actor, meeting_id: uuid.UUID, act: Act = A.MEETING_ENTER, *, lock: bool = False
) -> Meeting:
    """A meeting, found by its own people alone."""
    if actor.link:
        found = await tx.session.get(Meeting, meeting_id)
        actor.reach(found.appointment_id if found else None)
    me = actor.known.id
    row = await (room.locked_meeting(tx, meeting_id) if lock else tx.session.get(Meeting, meeting_id))
    if row is None or not row.has(me) or await _has_left(tx, row, me):
        raise NotFound("meeting")
    if not allows(act, {_side(row, me, R.RECRUITER)}):
        raise Refused()
    return row


def _side(row: Meeting | Appointment, person_id: uuid.UUID, leads: Relation) -> Relation:
    """What one of its people is to a talk."""
    return {row.candidate_id: R.SELF, row.guest_id: R.GUEST}.get(person_id, leads)


async def _has_left(tx: Transaction, row: Meeting | Appointment, person_id: uuid.UUID) -> bool:
    """Whoever has left the booth has left its talks and interviews, and the appointments to which they were asked from
    it; and whoever has left the agency, what they held there."""
    if person_id == row.candidate_id:
        return False
    if isinstance(row, Meeting):
        if appointment := await room.appointment_of(tx, row):
            return await _has_left(tx, appointment, person_id)
        return await tx.session.get(BoothStaff, (row.booth_id, person_id)) is None
    booth = row.guest_booth_id if person_id == row.guest_id else row.appointment_type.booth_id
    if booth is None:
        return row.appointment_type.agency_id not in {team.agency_id for team in await agencies.teams_of(tx, person_id)}
    return await tx.session.get(BoothStaff, (booth, person_id)) is None


async def appointment(
    tx: Transaction, actor: Actor, appointment_id: uuid.UUID, act: Act = A.APPOINTMENT_SEE, *, lock: bool = False
) -> Appointment:
    """An appointment, found by its own people alone."""
    actor.reach(appointment_id)
    me = actor.known.id
    row = await (reservation.locked(tx, appointment_id) if lock else tx.session.get(Appointment, appointment_id))
    if row is None or not row.has(me) or (row.state is AppointmentState.RESERVED and me != row.candidate_id):
        raise NotFound("appointment")
    if await _has_left(tx, row, me):
        raise NotFound("appointment")
    if not allows(act, {_side(row, me, R.COUNSELLOR)}):
        raise Refused()
    if row.is_lapsed(tx.now):
        raise Lapsed(row) if me == row.candidate_id else NotFound("appointment")
    return row


async def counsels(tx: Transaction, actor: Actor) -> list[Team]:
    """The teams the actor counsels in; refused to whoever is in none."""
    teams = await agencies.teams_of(tx, actor.known.id)
    demand(A.COUNSEL, actor.relations() | ({R.IN_TEAM} if teams else set()))
    return teams


async def keeps_hours(tx: Transaction, actor: Actor) -> Person:
    """Whoever can be booked, and therefore says when: counsellors, and the staff of booths."""
    me = actor.known
    relations = {R.IN_TEAM} if await agencies.teams_of(tx, me.id) else set()
    staffs = select(BoothStaff.booth_id).where(BoothStaff.person_id == me.id).limit(1)
    if (await tx.session.execute(staffs)).first():
        relations.add(R.STAFF)
    demand(A.HOURS_KEEP, actor.relations() | relations)
    return me


async def followed(tx: Transaction, actor: Actor, person_id: uuid.UUID) -> Person:
    """Somebody whom the actor follows or has an appointment with."""
    await counsels(tx, actor)
    row = await tx.session.get(Person, person_id)
    relations = {R.COUNSELLOR} if row and await caseload.knows(tx, actor.known.id, person_id) else set()
    if row is None or not allows(A.PERSON_FOLLOW, relations):
        raise NotFound("person")
    return row


async def agreed_step(tx: Transaction, actor: Actor, step_id: uuid.UUID) -> AgreedStep:
    """An agreed step, for its person and for a counsellor who follows them or meets them."""
    me = actor.known.id
    row = await agreed_steps.step(tx, step_id)
    relations = {R.SELF} if me == row.person_id else set()
    if await caseload.knows(tx, me, row.person_id):
        relations.add(R.COUNSELLOR)
    if not allows(A.AGREED_STEP_KEEP, relations):
        raise NotFound("step")
    return row


async def appointment_type(
    tx: Transaction, actor: Actor, appointment_type_id: uuid.UUID, *, for_another: bool = False
) -> AppointmentType:
    """An appointment type that stands and that the actor may take for themselves, or `for_another`, as a counsellor
    does.

    An agency's is for whom it serves and whom its counsellors follow, an interview for whoever sees the booth.
    """
    row = await appointment_types.active(tx, appointment_type_id)
    await may_take(tx, actor, row, for_another=for_another)
    return row


async def may_take(
    tx: Transaction, actor: Actor, appointment_type: AppointmentType, *, for_another: bool = False
) -> None:
    """NotFound unless the actor may take this appointment type."""
    if appointment_type.booth:
        relations = await to_booth(tx, actor, appointment_type.booth)
        if appointment_type.booth.set_up_at is None or not allows(
            A.INTERVIEW_BOOK, relations, appointment_type.booth.fair.state
        ):
            raise NotFound("appointment_type")
    if for_another or appointment_type.agency is None or appointment_type.agency.serves(actor.known.postcode):
        return
    if appointment_type.agency_id not in {each.id for each in await choices.agencies_for(tx, actor.known)}:
        raise NotFound("appointment_type")


async def agency(tx: Transaction, actor: Actor, agency_id: uuid.UUID) -> Agency:
    """An agency, for those who may say where it is and what people come for."""
    actor.known  # noqa: B018
    may(actor, A.PEOPLE_INVITE)
    row = await tx.session.get(Agency, agency_id)
    if row is None:
        raise NotFound("agency")
    return row


async def to_conversation(tx: Transaction, actor: Actor, row: Conversation) -> set[Relation]:
    """What the actor is to a conversation. A private one knows only its own people."""
    if row.meeting_id or row.appointment_id:
        return await _to_talk(tx, actor, row)
    if row.person_id:
        return await _to_followed(tx, actor, row.person_id)
    if row.kind is ConversationKind.FAIR and row.fair:
        return await _to_fair(tx, actor, row.fair)
    booth = await tx.session.get(Booth, row.booth_id)
    relations = await to_booth(tx, actor, booth) if booth else set()
    if row.kind is ConversationKind.BOOTH:
        return relations
    return ({R.SELF} if actor.is_person(row.asker_id) else set()) | (relations & {R.STAFF})


async def _to_talk(tx: Transaction, actor: Actor, row: Conversation) -> set[Relation]:
    """What is written in a talk or an appointment belongs to its people."""
    held: Meeting | Appointment | None = (
        await tx.session.get(Meeting, row.meeting_id)
        if row.meeting_id
        else await tx.session.get(Appointment, row.appointment_id)
    )
    actor.reach(row.appointment_id)
    if held is None or actor.person is None or not held.has(actor.person.id):
        return set()
    return set() if await _has_left(tx, held, actor.person.id) else {R.SELF}


async def _to_followed(tx: Transaction, actor: Actor, person_id: uuid.UUID) -> set[Relation]:
    """The thread of a followed person belongs to them and to whoever follows them now."""
    referent = await referents.referent_of(tx, person_id)
    if referent is None or actor.person is None:
        return set()
    return ({R.SELF} if actor.is_person(person_id) else set()) | (
        {R.COUNSELLOR} if actor.is_person(referent) else set()
    )


async def conversation(
    tx: Transaction, actor: Actor, conversation_id: uuid.UUID, act: Act = A.CHAT_READ
) -> tuple[Conversation, set[Relation]]:
    """A conversation and what the actor is to it."""
    row = await tx.session.get(Conversation, conversation_id)
    relations = await to_conversation(tx, actor, row) if row else set()
    state = row.fair.state if row and row.fair else None
    if row is None or not allows(A.CHAT_READ, relations, state):
        raise NotFound("conversation")
    if not allows(act, relations, state):
        raise Refused() if actor.person else SignInFirst()
    return row, relations


async def message(tx: Transaction, actor: Actor, message_id: uuid.UUID, act: Act) -> tuple[Message, Conversation]:
    row = await tx.session.get(Message, message_id)
    if row is None:
        raise NotFound("message")
    if act is A.CHAT_MODERATE and await moderation.is_reported(tx, row.id):
        where = await tx.session.get_one(Conversation, row.conversation_id)
        if where.fair and allows(A.FAIR_RUN, await _to_fair(tx, actor, where.fair)):
            # Whoever runs the fair acts on what was reported, wherever it was written.
            return row, where
    where, _ = await conversation(tx, actor, row.conversation_id, act)
    return row, where


async def document(tx: Transaction, actor: Actor, document_id: uuid.UUID) -> Document:
    """A document that stands: a booth's or a fair's for whoever sees it, a person's for that person and for the staff
    of booths whose line the person joined."""
    row = await tx.session.get(Document, document_id)
    if row is None or row.withdrawn_at:
        raise NotFound("document")
    if row.booth_id:
        await booth_by_id(tx, actor, row.booth_id)
        return row
    if row.fair_id:
        await fair_by_id(tx, actor, row.fair_id)
        return row
    if row.appointment_id:
        await appointment(tx, actor, row.appointment_id)
        return row
    if actor.person is None or row.person_id is None:
        raise NotFound("document")
    relations = {R.SELF} if actor.is_person(row.person_id) else set()
    for booth in await cv_readers.booths_that_may_read(tx, row.person_id):
        relations |= await to_booth(tx, actor, booth) & {R.STAFF}
    if not allows(A.DOCUMENT_READ, relations):
        raise NotFound("document")
    return row


async def own_document(tx: Transaction, actor: Actor, document_id: uuid.UUID) -> Document:
    """A document that the actor may withdraw: what they passed in an appointment, or one of a booth they set up."""
    row = await tx.session.get(Document, document_id)
    if row:
        actor.reach(row.appointment_id)
    me = actor.known.id
    if row and row.appointment_id and row.person_id == me and row.withdrawn_at is None:
        return row
    if row is None or row.withdrawn_at or row.booth_id is None:
        raise NotFound("document")
    await booth_by_id(tx, actor, row.booth_id, A.BOOTH_SET_UP)
    return row


async def can_run(tx: Transaction, actor: Actor, fair: Fair) -> bool:
    return allows(A.FAIR_RUN, await _to_fair(tx, actor, fair), fair.state)


@dataclass(frozen=True)
class Navigation:
    """Which inner doors booth open to somebody: a desk, fairs to run, a day of appointments."""

    desk: bool = False
    organise: bool = False
    counsel: bool = False


async def navigation_of(tx: Transaction, person: Person) -> Navigation:
    """Every page shows them, so they are asked for in one query."""
    found = await tx.session.execute(
        select(
            exists().where(BoothStaff.person_id == person.id),
            exists().where(FairOrganiser.person_id == person.id),
            exists().where(TeamMember.person_id == person.id),
        )
    )
    desk, organise, counsel = found.one()
    return Navigation(desk, organise or person.is_organiser or person.is_administrator, counsel)


def speaks_as_staff(where: Conversation, relations: set[Relation]) -> bool:
    """Whether what this person writes here is marked as coming from the booth, the organisers or the counsellor."""
    staff = {ConversationKind.FAIR: R.ORGANISER, ConversationKind.COUNSEL: R.COUNSELLOR}.get(where.kind, R.STAFF)
    return staff in relations
