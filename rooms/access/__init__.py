"""Who may do what, as one table; and the lookups through which alone a thing is reached.

What a person may not even see is not found for them. What they may see but not do is refused.

rights.py is the table; actor.py whoever gives a command. The lookups stand by area (fairs.py, lines.py, meetings.py,
caseload.py, chat.py, documents.py …) and are all called from here: ``await access.booth_by_id(tx, actor, booth_id,
Act.BOOTH_STAFF)``. navigation.py says which inner doors the masthead shows.

How somebody is invited to a role: invitations.py (its letters: invitation_letters.py; until it is used:
open_invitations.py; a whole list of people: importing.py; an employer who applied: booth_approval.py); what that
gives: acceptance.py. Two employers that are one: merging.py. A letter to many at a fair: group_letters.py, and at a
moment of the fair: planned_letters.py. batch_booking.py checks the rights of many bookings at once, cv_readers.py
whose papers a booth reads.
"""

from rooms.access.actor import Actor, Pass, may
from rooms.access.admission import passing
from rooms.access.appointment_types import appointment_type, may_take
from rooms.access.caseload import agreed_step, counsels, followed, keeps_hours
from rooms.access.chat import conversation, message, speaks_as_staff, to_conversation
from rooms.access.cover import covered, covered_appointment, to_cover
from rooms.access.documents import document, own_document
from rooms.access.fairs import booth, booth_by_id, can_run, fair, fair_by_id, to_booth
from rooms.access.lines import call, open_line, place
from rooms.access.meetings import appointment, meeting
from rooms.access.navigation import Navigation, navigations_of
from rooms.access.organisations import agency, employer, vacancy
from rooms.access.rights import Act, Relation, Right, SignInFirst, allows, demand

__all__ = [
    "Act",
    "Actor",
    "Navigation",
    "Pass",
    "Relation",
    "Right",
    "SignInFirst",
    "agency",
    "agreed_step",
    "allows",
    "appointment",
    "appointment_type",
    "booth",
    "booth_by_id",
    "call",
    "can_run",
    "conversation",
    "counsels",
    "covered",
    "covered_appointment",
    "demand",
    "document",
    "employer",
    "fair",
    "fair_by_id",
    "followed",
    "keeps_hours",
    "may",
    "may_take",
    "meeting",
    "message",
    "navigations_of",
    "open_line",
    "own_document",
    "passing",
    "place",
    "speaks_as_staff",
    "to_booth",
    "to_conversation",
    "to_cover",
    "vacancy",
]
