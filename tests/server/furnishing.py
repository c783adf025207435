"""One of everything, for the rights table to be tried on: each step adds things and keeps their ids by name."""

import io
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta

from PIL import Image
from sqlalchemy import select

from rooms.access import importing, invitations, open_invitations, planned_letters
from rooms.access.group_letters import Group, Occasion
from rooms.appointments import appointment_types, hours, links, own_calendar, waiting_list
from rooms.appointments.appointment import Appointment
from rooms.appointments.appointment_types import AppointmentTypeText
from rooms.caseload import agreed_steps, caseload, follow_requests, saved_filters, suggestions
from rooms.chat import conversations, help_answers, help_requests, messages, questions
from rooms.chat.help_requests import Circumstances
from rooms.core import outbox
from rooms.core.database import Database
from rooms.core.model import new_id
from rooms.core.transaction import Transaction
from rooms.core.uploads import DocumentKind, Upload, check
from rooms.fairs import (
    announcements,
    attendees,
    booth_applications,
    booth_documents,
    list_imports,
    programme,
    registration_questions,
    sanctions,
    tiers,
)
from rooms.fairs.booth_applications import ApplicationText
from rooms.fairs.fairs import Fair
from rooms.fairs.job_applications import JobApplication
from rooms.fairs.list_columns import ListKind
from rooms.fairs.list_imports import Read
from rooms.fairs.programme import ItemText
from rooms.fairs.registration_questions import Asked, QuestionKind
from rooms.fairs.rota import Shift
from rooms.fairs.sanctions import Lasting, SanctionKind
from rooms.fairs.schedule import FairDay
from rooms.lines import places, referrals
from rooms.lines.call import Answer
from rooms.lines.places import HoldReason, Place, PlaceState
from rooms.meetings import answer_templates, meetings
from rooms.meetings.meeting import Meeting, NextStep
from rooms.meetings.modes import Mode
from rooms.organisations import agencies, employers, transfer_consents, vacancies
from rooms.organisations.vacancies import VacancyText
from rooms.people import documents, people, sessions, signin
from rooms.people.people import Person
from server.files import Storage
from tests import cast as cast_
from tests.cast import Cast
from tests.clock import HandClock
from tests.rooms.appointments.office import PARIS, WEDNESDAY_NINE, Office, open_office

PDF = b"%PDF-1.7\n%%EOF\n"
PASSWORD = "a sentence that is long"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 16)).save(out, "PNG")
    return out.getvalue()


@dataclass
class Furnishing:
    """`ids` fills the places in a route's path and in an event's payload."""

    cast: Cast
    storage: Storage
    tomas: Person
    office: Office
    ids: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def begin(cls, database: Database, storage: Storage, clock: HandClock) -> "Furnishing":
        cast = await cast_.gather(database, clock)
        async with database.transaction() as tx:
            tomas = await people.welcome(tx, "Tomás Silva", "tomas@example.org", "en")
        return cls(cast, storage, tomas, await open_office(cast, counsellors=2))

    async def furnish(self) -> None:
        await self._name_the_people()
        await self._write_at_the_booth()
        await self._wait_and_talk()
        await self._send_invitations()
        await self._bring_lists()
        await self._ways_to_sign_in()
        await self._sign_in()
        await self._agree_on_an_appointment()
        await self._say_when()
        await self._follow()
        await self._propose_interviews()
        await self._hand_in_documents()

    def keep(self, **ids: object) -> None:
        self.ids |= {name: str(value) for name, value in ids.items()}

    async def _person(self, tx: Transaction, person: Person) -> Person:
        return await self.cast.fresh(tx, person)

    async def _name_the_people(self) -> None:
        cast, office = self.cast, self.office
        self.keep(amina=cast.amina.id, luc=cast.luc.id, ines=cast.ines.id, person=cast.karim.id, nadia=office.nadia.id)
        self.keep(counsellor=cast.claire.id, followed=cast.amina.id, asked=self.tomas.id)
        self.keep(fair=cast.fair.slug, fair_id=cast.fair.id, booth=cast.atlantique.id, employer="hotel-atlantique")
        self.keep(appointment_type=office.appointment_type.id, agency=office.appointment_type.agency_id)
        self.keep(uuid=uuid.uuid4())
        async with cast.database.reading() as tx:
            (team, _), *_ = await agencies.members(tx)
            (day,) = (await tx.session.execute(select(FairDay))).scalars()
        self.keep(team=team.id, day=day.id, kind="pdf", talk=uuid.uuid4())

    async def _write_at_the_booth(self) -> None:
        cast = self.cast
        async with cast.database.transaction() as tx:
            booth = await cast.fresh_booth(tx, cast.atlantique)
            public = await conversations.of_booth(tx, booth.id)
            question = await questions.question_to(tx, booth, cast.karim)
            message = await messages.send(tx, cast.karim, public, "Hello", uuid.uuid4(), is_staff=False)
            wanted = await vacancies.of_employers(tx, [booth.employer_id])
            colleague = await people.welcome(tx, "Simon Petit", "simon@example.org", "en")
            await employers.add_member(tx, booth.employer_id, colleague, is_owner=False)
            waiter = await vacancies.add(tx, booth.employer, VacancyText("Waiter", "Nantes", "permanent", ""))
            await tx.session.flush()
            applied = JobApplication(id=new_id(), vacancy_id=waiter.id, booth_id=booth.id, person_id=cast.karim.id)
            applied.words, applied.made_at = "Hello", tx.now
            tx.session.add(applied)
            ines = await self._person(tx, cast.ines)
            warning = SanctionKind.WARNING, Lasting.HALF_AN_HOUR
            karim = await self._person(tx, cast.karim)
            warned = await sanctions.impose(tx, booth.fair, karim, *warning, "Shouting.", ines)
            stuck = Circumstances("/", "Firefox", "")
            asked = await help_requests.ask(tx, booth.fair, karim, "I hear nothing.", stuck)
            await transfer_consents.give(tx, cast.amina, booth.employer_id, "I allow it.")
            employer_id = booth.employer_id
        self.keep(employer_id=employer_id, file_format="json", sanction=warned.id, help_request=asked.id)
        self.keep(public=public.id, conversation=question.id, message=message.id, colleague=colleague.id)
        self.keep(vacancy=wanted[booth.employer_id][0].id, job_application=applied.id)

    async def _wait_and_talk(self) -> None:
        """Amina waits, Karim is being called, Tomás talks with Sophie."""
        cast = self.cast
        for person in (self.tomas, cast.karim):
            await cast.connect(person)
        place = await cast.join(cast.amina, cast.atlantique)
        await cast.join(cast.karim, cast.atlantique)
        call = await cast.call_next(cast.luc, cast.atlantique)
        await cast.join(self.tomas, cast.perrin)
        meeting = await cast.answer(await cast.call_next(cast.sophie, cast.perrin), Answer.JOIN)
        assert meeting is not None
        on_hold = await cast.join(cast.amina, cast.perrin)
        async with cast.database.transaction() as tx:
            row = await tx.session.get_one(Place, on_hold.id)
            places.move(tx, row, PlaceState.ON_HOLD, HoldReason.MISSED)
            for person in (cast.sophie, self.tomas):
                await meetings.go_in(tx, await self._person(tx, person), await tx.session.get_one(Meeting, meeting.id))
            written = await conversations.of_meeting(tx, meeting.id)
            row = await tx.session.get_one(Meeting, meeting.id)
            atlantique = await cast.fresh_booth(tx, cast.atlantique)
            sent = await referrals.offer(tx, row, await self._person(tx, cast.sophie), atlantique, None, "He cooks.")
            employer_id = cast.atlantique.employer_id
            ready = await answer_templates.keep(tx, employer_id, "Full", NextStep.NO, "Thank you {name}.")
        self.keep(place=place.id, place_on_hold=on_hold.id, call=call.id)
        self.keep(meeting=meeting.id, meeting_conversation=written.id, referral=sent.id, answer_template=ready.id)

    async def _send_invitations(self) -> None:
        cast = self.cast
        async with cast.database.transaction() as tx:
            await invitations.invite_organiser(tx, cast.paul, "new@example.org")
            fair = await tx.session.get_one(Fair, cast.fair.id)
            await invitations.invite_candidate(tx, cast.ines, fair, "Zoé", "z@example.org")
            (candidate,) = await open_invitations.of_fair(tx, fair)
            booth = await cast.fresh_booth(tx, cast.atlantique)
            await invitations.invite_colleague(tx, cast.luc, booth, "colleague@example.org", is_owner=False)
            (organiser,) = await open_invitations.of_installation(tx)
            self.keep(mail=next(mail.id for mail in await outbox.latest(tx) if mail.template == "invitation"))
            (colleague,) = await open_invitations.of_employer(tx, booth.employer_id)
            fair.takes_applications = True
            news = await planned_letters.plan(
                tx, fair, cast.ines, Group.RECRUITERS, "Thank you", "Until next year.", Occasion.AFTER
            )
            ready = await help_answers.keep(tx, fair, "Camera", "Allow it in your browser.")
            self.keep(letter=news.id, help_answer=ready.id)
            text = ApplicationText("Cirque", "office", "", "", "Zoé", "zoe@cirque.example", "", 3, "")
            applied = await booth_applications.apply(tx, fair, text, "en")
            await booth_applications.change(tx, applied, text)
            token = next(mail for mail in await outbox.latest(tx) if mail.template == "application").values["path"]
            asked = await registration_questions.ask(tx, fair, Asked(QuestionKind.TEXT, "What do you look for?"))
            attendee = (await attendees.by_email(tx, fair.id, ["z@example.org"]))["z@example.org"]
            await registration_questions.answer(tx, fair.id, attendee.id, {asked.field: ["Work"]})
            tier = await tiers.add(tx, fair, "Gold")
            said = await announcements.announce(tx, fair, "Soup at noon.", {"fr": "De la soupe à midi."})
            ends = tx.now + timedelta(hours=1)
            item = await programme.add(tx, fair, ItemText("Opening", tx.now, ends))
            shift = Shift(id=new_id(), booth_id=booth.id, person_id=cast.luc.id, begins_at=tx.now, ends_at=ends)
            tx.session.add(shift)
        self.keep(application=applied.id, application_token=str(token).rpartition("/")[2])
        self.keep(announcement=said.id)
        self.keep(attendee=attendee.id, registration_question=asked.id, tier=tier.id, item=item.id, shift=shift.id)
        self.keep(
            organiser_invitation=organiser.link.id, invitation=candidate.link.id, booth_invitation=colleague.link.id
        )

    async def _bring_lists(self) -> None:
        """One that is looked at, and one that is sent."""
        cast = self.cast
        for name in ("a_list", "sent_list"):
            async with cast.database.transaction() as tx:
                fair = await tx.session.get_one(Fair, cast.fair.id)
                read = Read("list.csv", ("Email",), [(2, (f"{name}@example.org",)), (3, ("nobody",))])
                row = await list_imports.keep(tx, cast.ines, fair, ListKind.CANDIDATES, read, {"email": 0})
                if name == "sent_list":
                    await list_imports.begin(tx, fair, row, None)
                    await tx.session.flush()
                    await importing.go_on(tx)
            self.keep(**{name: row.id})

    async def _ways_to_sign_in(self) -> None:
        """A code and a link for Zoé, a password for Karim."""
        async with self.cast.database.transaction() as tx:
            code = await signin.send_code(tx, "Zoé", "zoe@example.org", "en")
            digits = next(mail for mail in await outbox.latest(tx) if mail.template == "code").values["code"]
            _, token = await signin.make_link(tx, signin.Purpose.SIGN_IN, "zoe@example.org", "Zoé")
            karim = await self._person(tx, self.cast.karim)
            karim.password_hash = people.hash_password(karim, PASSWORD)
        self.keep(code=code.id, digits=digits, token=token)

    async def _sign_in(self) -> None:
        cast = self.cast
        known = [cast.amina, cast.karim, cast.luc, cast.sophie, cast.ines, cast.claire, cast.paul, self.tomas]
        roles = ("amina", "karim", "luc", "sophie", "ines", "claire", "paul", "tomas")
        async with cast.database.transaction() as tx:
            for role, person in zip(roles, known, strict=True):
                self.tokens[role] = await sessions.open_session(tx, person, role)
            await tx.session.flush()
            (session,) = await sessions.sessions_of(tx, cast.amina)
        self.keep(session=session.id)

    async def _agree_on_an_appointment(self) -> None:
        """Amina, Claire and Sophie on Wednesday at nine; by the mailed link Amina has come to it elsewhere."""
        cast = self.cast
        async with cast.database.transaction() as tx:
            await hours.add_weekly(tx, cast.sophie.id, 2, 9 * 60, 12 * 60, ("video",))
        booked = await self.office.book_three(cast.amina, cast.sophie, cast.perrin, WEDNESDAY_NINE)
        async with cast.database.transaction() as tx:
            path = links.make(tx, booked)
            await self._come_by_the_link(tx, booked)
            written = await conversations.of_appointment(tx, booked.id)
            wish = await waiting_list.wish(
                tx,
                await self._person(tx, cast.amina),
                await self.office.fresh_type(tx),
                Mode.VIDEO,
                date(2026, 12, 1),
                date(2026, 12, 9),
                PARIS,
            )
        assert written is not None
        self.keep(appointment=booked.id, begins=booked.begins_at.isoformat(), link=path.rsplit("/", 1)[-1])
        self.keep(appointment_conversation=written.id, wish=wish.id)
        self.keep(free_time=(WEDNESDAY_NINE + timedelta(minutes=80)).isoformat())

    async def _come_by_the_link(self, tx: Transaction, booked: Appointment) -> None:
        amina, until = await self._person(tx, self.cast.amina), booked.ends_at + timedelta(hours=2)
        self.tokens["by_link"] = await sessions.open_session(
            tx, amina, "by_link", appointment_id=booked.id, until=until
        )

    async def _say_when(self) -> None:
        claire = self.cast.claire.id
        async with self.cast.database.transaction() as tx:
            feed = await own_calendar.open_feed(tx, claire)
            await hours.add_day(tx, claire, date(2026, 12, 31), None)
            (weekly, *_), (unlike, *_) = await hours.weekly_of(tx, claire), await hours.days_of(tx, claire)
        self.keep(feed=feed, hours=weekly.id, unlike_day=unlike.id)

    async def _follow(self) -> None:
        """Claire follows Amina, has asked Tomás, and follows Yann no longer, who has no e-mail address."""
        cast = self.cast
        async with cast.database.transaction() as tx:
            claire, amina = await self._person(tx, cast.claire), await self._person(tx, cast.amina)
            await caseload.follow(tx, claire.id, amina.id)
            await follow_requests.take(tx, claire, "Tomás", "tomas@example.org", "en")
            yann, _ = await follow_requests.take(tx, claire, "Yann Le Goff", None, "fr")
            await caseload.stop_following(tx, claire.id, yann.id)
            await saved_filters.keep(tx, claire.id, "Due", "", ["only_due"])
            (kept,) = await saved_filters.of_counsellor(tx, claire.id)
            fair = await tx.session.get_one(Fair, cast.fair.id)
            suggestion = await suggestions.suggest(tx, claire, amina, fair, None, "")
            written = await conversations.with_counsellor(tx, amina.id)
            step = await agreed_steps.propose(tx, claire, amina.id, "Finish the CV", None)
        self.keep(unfollowed=yann.id, filter=kept.id, suggestion=suggestion.id, step=step.id)
        self.keep(counsel_conversation=written.id)

    async def _propose_interviews(self) -> None:
        cast = self.cast
        async with cast.database.transaction() as tx:
            booth = await cast.fresh_booth(tx, cast.atlantique)
            interview = await appointment_types.add(tx, booth, AppointmentTypeText("Interview", 20, ("video",)))
            await hours.add_day(tx, cast.luc.id, date(2026, 12, 30), None)
            (day,) = await hours.days_of(tx, cast.luc.id)
        self.keep(interview=interview.id, interview_day=day.id)

    async def _hand_in_documents(self) -> None:
        """Amina's CV, and a paper of Luc's booth."""
        cast, cv, paper = self.cast, new_id(), new_id()
        for name in (cv, paper):
            await self.storage.keep(str(name), PDF)
        async with cast.database.transaction() as tx:
            await documents.add_cv(tx, cast.amina, check(DocumentKind.CV, Upload("cv.pdf", PDF)), cv)
            checked = check(DocumentKind.BOOTH, Upload("hours.pdf", PDF))
            booth = await cast.fresh_booth(tx, cast.atlantique)
            await booth_documents.add(tx, booth, DocumentKind.BOOTH, checked, paper)
        self.keep(document=cv, paper=paper)
