"""The people: who they are, what they want to be called, what they seek and what they need to take part."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import false, or_, select
from sqlalchemy.orm import Mapped, mapped_column
from zxcvbn import zxcvbn

from rooms.core.errors import N_, Conflict, Invalid
from rooms.core.model import Base, new_id
from rooms.core.text import as_seen, clean_text, one_line, plain
from rooms.core.transaction import Transaction
from rooms.people import name_search
from rooms.people.languages import LANGUAGES

SAFELY_UNGUESSABLE = 3
"""As zxcvbn counts: not among 10^8 tries (Wheeler, USENIX Security 2016)."""
PASSWORD_LENGTH = 12
JUDGED = 32
"""Characters: what is unguessable so far does not become guessable, and more take too long."""
MEANT = str.maketrans("@({[<!|$+%", "accccilstx")
LETTERS_IN_DISGUISE = {chr(code) for code in MEANT}
MOST_DISGUISES = 3
LONGEST_NAME = 80
_hasher = PasswordHasher()


class Need(StrEnum):
    """What a person needs to take part. Health data: shown to a recruiter once a call is accepted, never before."""

    CAPTIONS = "captions"
    CHAT_ONLY = "chat_only"
    SIGN_LANGUAGE = "sign_language"
    MORE_TIME = "more_time"


class Person(Base):
    """Owner of the data: the person. Kept until 2 years after the last contact (CNIL recruitment guide, 2023)."""

    __tablename__ = "person"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    seeks: Mapped[str] = mapped_column(default="")
    location: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="", server_default="")
    """Purpose: which agency serves them. Shown to nobody."""
    spoken_languages: Mapped[str] = mapped_column(default="")
    needs: Mapped[list[str]] = mapped_column(default=list)
    """Purpose: arrange the talk. Emptied shortly after the last fair the person took part in."""
    language: Mapped[str] = mapped_column(default="fr")
    is_administrator: Mapped[bool] = mapped_column(default=False)
    is_organiser: Mapped[bool] = mapped_column(default=False)
    is_simulated: Mapped[bool] = mapped_column(default=False)
    is_rehearsal: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Comes to a rehearsal and goes with it. No request sets it."""
    created_at: Mapped[datetime]
    page_seen_at: Mapped[datetime | None]

    @property
    def initials(self) -> str:
        words = re.findall(r"\w+", self.name)
        return "".join(word[0] for word in words[:2]).upper() or "?"


@dataclass(frozen=True)
class Profile:
    """The few fields a person may fill in. Nobody is asked for a photo, an age or a gender."""

    name: str
    seeks: str = ""
    location: str = ""
    spoken_languages: str = ""
    needs: tuple[Need, ...] = ()


def clean_email(email: str, field: str = "email") -> str:
    """The address as it is kept and shown. Before the @ only what every mail server takes (RFC 5321): a letter to
    anything else (RFC 6531) would be lost on its way, and nobody told."""
    try:
        found = validate_email(plain(email), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        message = N_("This e-mail address looks incomplete. Example: amina@example.org")
        raise Invalid("email.invalid", message, field=field) from None
    if not found.local_part.isascii():
        message = N_("Not every mail server takes letters such as é before the @. Please give another address.")
        raise Invalid("email.letters", message, field=field)
    return found.normalized.lower()


def clean_name(name: str, field: str = "name") -> str:
    name = one_line(name)
    if not name:
        raise Invalid(f"{field}.missing", N_("Please say what we may call you."), field=field)
    return clean_text(name, field, LONGEST_NAME)


def may_be(person: Person, name: str) -> bool:
    """Whether somebody who gives this name may be the person: the first name, or all names, are the same. Two may share
    one e-mail address."""
    theirs, given = as_seen(person.name).split(), as_seen(name).split()
    return not given or theirs[:1] == given[:1] or set(theirs) == set(given)


async def by_email(tx: Transaction, email: str) -> Person | None:
    return (await tx.session.execute(select(Person).where(Person.email == email))).scalar_one_or_none()


async def welcome(tx: Transaction, name: str, email: str | None, language: str) -> Person:
    """The person with this confirmed address, made known if they are new."""
    person = await by_email(tx, email) if email else None
    if person is None:
        person = Person(id=new_id(), name=clean_name(name), email=email, language=language, created_at=tx.now)
        person.needs = []
        tx.session.add(person)
        await tx.session.flush()
        await name_search.keep(tx, person.id, person.name)
    return person


async def give_email(tx: Transaction, person: Person, email: str) -> None:
    """Whoever has no address gets one, and can come in with it from now on. Raises Invalid, Conflict."""
    email = clean_email(email)
    if person.email:
        raise Conflict("email.known", N_("There is an address already."))
    if await by_email(tx, email):
        raise Invalid("email.taken", N_("Somebody is known under this address already."), field="email")
    person.email = email


async def change_profile(tx: Transaction, person: Person, profile: Profile) -> None:
    person.name = clean_name(profile.name)
    await name_search.keep(tx, person.id, person.name)
    person.seeks = clean_text(profile.seeks, "seeks", 120)
    person.location = clean_text(profile.location, "location", 80)
    person.spoken_languages = clean_text(profile.spoken_languages, "spoken_languages", 120)
    person.needs = [need.value for need in profile.needs]


def clean_postcode(postcode: str, field: str = "postcode") -> str:
    """A postcode, or its beginning, of any country: letters and digits."""
    found = "".join(c for c in postcode.upper() if c not in " -")
    if not re.fullmatch(r"[A-Z0-9]{1,10}", found):
        raise Invalid(f"{field}.invalid", N_("This is no postcode. Example: 44000"), field=field)
    return found


async def live_at(tx: Transaction, person: Person, postcode: str) -> None:
    """Say where one lives, so that the agency of that place can be asked."""
    person.postcode = clean_postcode(postcode)


async def choose_language(tx: Transaction, person: Person, language: str) -> None:
    if language in LANGUAGES:
        person.language = language


def hash_password(person: Person, password: str) -> str:
    """What is kept of a new password. Slow on purpose: beside the loop, and in no transaction."""
    if len(password) < PASSWORD_LENGTH:
        message = N_("A password needs at least %(length)s characters. A short sentence is a good one.")
        raise Invalid("password.too_short", message, field="password", length=PASSWORD_LENGTH)
    if len(password) > 200:
        raise Invalid("password.too_long", N_("This password is too long."), field="password")
    if _is_guessable(person, password):
        message = N_("This password is easy to guess. Three or four words that have nothing to do with you are better.")
        raise Invalid("password.guessable", message, field="password")
    return _hasher.hash(password)


def _is_guessable(person: Person, password: str) -> bool:
    """Whether a machine that tries what people use gets there soon (NIST SP 800-63B-4, 3.1.1.2)."""
    known = [*person.name.split(), "".join(person.name.split()), *re.split(r"\W+", person.email or ""), "parvis"]
    judged = password[:JUDGED]
    if len(set(judged) & LETTERS_IN_DISGUISE) > MOST_DISGUISES:
        # Every reading of each of them would be tried, and all with all: it is judged as it is usually meant.
        judged = judged.translate(MEANT)
    score: int = zxcvbn(judged, user_inputs=known)["score"]
    return score < SAFELY_UNGUESSABLE


async def organisers(tx: Transaction) -> list[Person]:
    """Whoever may make fairs."""
    query = select(Person).where(or_(Person.is_organiser, Person.is_administrator)).order_by(Person.name)
    return list((await tx.session.execute(query)).scalars())


def password_fits(person: Person | None, password: str) -> bool:
    """Takes the same time whether or not the person exists, so that addresses cannot be tried out."""
    try:
        return _hasher.verify((person and person.password_hash) or _NOBODY, password[:200])
    except VerificationError:
        return False


_NOBODY = _hasher.hash(str(uuid.uuid4()))
