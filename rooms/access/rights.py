"""Who may do what, as one table."""

from dataclasses import dataclass
from enum import StrEnum, auto

from rooms.core.errors import N_, Problem, Refused
from rooms.fairs.fairs import AHEAD, SHOWN, FairState, not_open


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
    COLLEAGUE = auto()
    GUEST = auto()
    HELPER = auto()


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
    VACANCY_APPLY = auto()
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
    REFERRAL_ANSWER = auto()
    COUNSEL = auto()
    COVER = auto()
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
    _right(A.EMPLOYER_WRITE, ANY,   R.MEMBER, R.OWNER, R.ORGANISER, R.ADMINISTRATOR),
    _right(A.EMPLOYER_OWN,   ANY,   R.OWNER),
    _right(A.BOOTH_SEE,      SHOWN, R.ANYONE),
    _right(A.BOOTH_SEE,      ANY,   R.MEMBER, R.OWNER, R.STAFF, R.ORGANISER, R.ADMINISTRATOR),
    _right(A.BOOTH_SET_UP,   ANY,   R.MEMBER, R.OWNER, R.ORGANISER, R.ADMINISTRATOR),
    _right(A.BOOTH_STAFF,    ANY,   R.STAFF),
    _right(A.LINE_JOIN,      OPEN,  R.SIGNED_IN),
    _right(A.INTERVIEW_BOOK, AHEAD, R.SIGNED_IN),
    _right(A.VACANCY_APPLY,  AHEAD, R.SIGNED_IN),
    _right(A.PLACE_KEEP,     ANY,   R.SELF),
    _right(A.PLACE_CALL,     ANY,   R.STAFF),
    _right(A.CALL_ANSWER,    ANY,   R.SELF),
    _right(A.CALL_WITHDRAW,  ANY,   R.RECRUITER),
    _right(A.CHAT_READ,      SHOWN, R.ANYONE),
    _right(A.CHAT_READ,      ANY,   R.STAFF, R.ORGANISER, R.SELF, R.RECRUITER, R.COUNSELLOR, R.HELPER),
    _right(A.CHAT_WRITE,     OPEN,  R.SIGNED_IN, R.ORGANISER),
    _right(A.CHAT_WRITE,     SHOWN, R.STAFF),
    _right(A.CHAT_WRITE,     ANY,   R.SELF, R.RECRUITER, R.COUNSELLOR, R.HELPER),
    _right(A.CHAT_MODERATE,  ANY,   R.STAFF, R.ORGANISER, R.ADMINISTRATOR),
    _right(A.DOCUMENT_READ,  ANY,   R.SELF, R.STAFF),
    _right(A.MEETING_ENTER,  ANY,   R.SELF, R.RECRUITER, R.GUEST),
    _right(A.MEETING_LEAD,   ANY,   R.RECRUITER),
    _right(A.MEETING_END,    ANY,   R.RECRUITER),
    _right(A.MEETING_REPORT, ANY,   R.SELF, R.RECRUITER),
    _right(A.MEETING_RATE,   ANY,   R.SELF),
    _right(A.MEETING_SHOW,   ANY,   R.SELF),
    _right(A.REFERRAL_ANSWER, ANY,  R.SELF),
    _right(A.COUNSEL,        ANY,   R.IN_TEAM),
    _right(A.COVER,          ANY,   R.COLLEAGUE, R.ADMINISTRATOR),
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
    if R.SIGNED_IN not in relations and allows(act, set(R), state):
        raise SignInFirst()
    if state is not None and allows(act, relations):
        raise not_open()
    raise Refused()
