"""The waiting line of a booth: places that are never lost, calls that ring, waits that are honest.

States of a place: waiting, on hold, talking, served, left, ended (`MOVES` in places.py); of a call: ringing,
accepted, postponed, declined, missed, withdrawn. Promises: one active place of a person at a booth, one call that
rings for a place, a place keeps its order whatever happens (docs/adr/0002).

Taking and keeping a place, and taking it back: places.py; what somebody had a short while ago: lately.py; out of
reach for too long: absence.py. Who is called, and
what an answer means: calls.py; those at the place of the fair: on_site.py; what ends for everybody at once:
withdrawal.py. Whom a recruiter sends on to a colleague or to another booth: referrals.py. How a line is doing now:
line_status.py; how long a wait is: waits.py.
"""
