"""The live room of an accepted call or of an appointment, and what follows it.

States of a meeting: waiting, live, ended, missed (`MOVES` in meetings.py). Promises: no timer cuts anybody off;
nothing is shown of somebody's page without their yes; an appointment has one meeting at a time.

It knows neither lines nor appointments: they react to MeetingOpened and MeetingEnded. The room and who is in it:
meetings.py; notes, next step, answer and rating: follow_up.py; looking at a page together: cobrowsing.py; the ways to
meet: modes.py.
"""
