"""Appointments: from what somebody's week looks like, to times, to a booking that nobody else can have.

States: reserved, booked, lapsed, cancelled, over (`MOVES` in states.py). Promise: five minutes of somebody's time
belong to one appointment, by a primary key (reservation.py, docs/adr/0011).

The record: appointment.py; whose there are: agenda.py. What one can come for: appointment_types.py, choices.py. When
people can be met: availability.py (pure values), hours.py, booking_rules.py, own_calendar.py, availability_rules.py,
diaries.py. What is looked for: search.py; finding a time: slot_search.py; keeping it: allocation.py, reservation.py.
What people do with it, with all that follows: booking.py, handover.py; the changes themselves: transitions.py. Mails
and reminders: notifications.py, links.py. The room and its evidence: room.py, evidence.py. Who waits: waiting_list.py.
Interviews at a fair: interviews.py.
"""
