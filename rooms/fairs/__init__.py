"""Fairs and the booths in them.

States of a fair: draft, published, open, closed, archived (`MOVES` in schedule.py); hours are a condition inside
open. Promises: somebody always runs a fair, and somebody always staffs a booth.

The fair and its organisers: fairs.py; its days and its way through the states: schedule.py; what is said to
everybody: announcements.py. Who may come in while it is full: admission.py; who is let in, and when: entrance_hall.py.
A booth, its staff and its breaks: booths.py; what sets one before another: tiers.py; who is at its desk now:
desk_presence.py; its documents, logo and video, and the fair's banner: booth_documents.py. The list of its candidates:
attendees.py; taking part: registration.py, with what the fair asks: registration_questions.py (files:
answer_files.py), and whom its organisers let in: registration_approval.py. Lists that its organisers bring:
list_imports.py; what their columns mean: list_columns.py; what their lines say: list_lines.py. Employers who ask for a
booth: booth_applications.py.
"""
