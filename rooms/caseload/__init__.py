"""The people whom a counsellor follows, and what they work on together.

Promises: whom a counsellor followed is never lost (organisations/referents.py); whoever is known already is asked
before being followed; whoever has reinforced support is answered within two working days, and it is measured.

Who follows whom, and one line for each: caseload.py; asking first: follow_requests.py; kept ways to look at it:
saved_filters.py. Notes: notes.py; agreed steps: agreed_steps.py. Answers in time: response_times.py,
thread_letters.py. Fairs suggested: suggestions.py. A counsellor leaves: counsellor_departure.py.
"""
