"""Fairs and the booths in them.

States of a fair: draft, published, open, closed, archived (`MOVES` in schedule.py); hours are a condition inside
open. Promises: somebody always runs a fair, and somebody always staffs a booth.

The fair and its organisers: fairs.py; its days and its way through the states: schedule.py, by hand: opening.py;
what is said to everybody: announcements.py; what takes place beside the booths: programme.py. A fair made after
another one: copying.py; a draft that is thrown away: drafts.py. Who may come in while it is full: admission.py; who
is let in, and when: entrance_hall.py.

A booth and its pauses: booths.py; who staffs it: booth_staff.py, and when: rota.py; who is at its desk now, and who
takes a break: desk_presence.py; what sets one before another: tiers.py; its documents, logo and video, and the
fair's banner: booth_documents.py. Applying for its vacancies: job_applications.py; vacancies brought as a list:
vacancy_lists.py. Employers who ask for a booth: booth_applications.py.

The list of a fair's candidates: attendees.py; taking part: registration.py, and whom its organisers let in:
registration_approval.py; what it asks: registration_questions.py (files: answer_files.py), and what many answered:
registration_answers.py; who may be found, and is written to first: approaches.py. Who passes its doors on days on
site: passages.py. Lists that its organisers bring: list_imports.py; what their columns mean: list_columns.py; what
their lines say: list_lines.py.
"""
