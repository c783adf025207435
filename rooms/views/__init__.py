"""Read models that gather several areas: what a page shows, worked out in one place and a fixed number of queries.

Nothing here changes anything. The lobby of a fair and its search: lobby.py, job_words.py. A counsellor's
day: counsel_day.py.
"""
