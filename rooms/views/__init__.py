"""Read models that gather several areas: what a page shows, worked out in one place and a fixed number of queries.

Nothing here changes anything. The lobby of a fair and its search: lobby.py, job_words.py; what may suit somebody:
suggested_booths.py. What those who run a fair see: attendees.py, fair_staff.py, booth_checklist.py, letters.py; what it
came to: fair_report.py, counted from report_rows.py. A counsellor's day: counsel_day.py.
"""
