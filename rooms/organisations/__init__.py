"""Organisations that outlive a fair: employers with their vacancies, agencies with their teams.

Promises: an employer always has an owner; whom a counsellor follows belongs to one counsellor, or to the agency while
nobody follows them.

Employers and their members: employers.py; what they want to fill: vacancies.py. Agencies, teams and colleagues:
agencies.py; the counsellor of each followed person: referents.py; days on which agencies are closed:
public_holidays.py.
"""
