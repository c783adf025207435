"""French and English: catalogues, numbers and times. Which of the two is spoken: rooms/people/languages.py.

Catalogues are read from the .po files at start, so there is no compile step to forget.
"""

import re
from contextvars import ContextVar
from datetime import date, datetime, time
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, get_day_names, get_timezone_name
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from rooms.core.errors import Problem

HERE = Path(__file__).parent
LOCALES = HERE / "locale" if (HERE / "locale").is_dir() else HERE.parent / "locale"

current: ContextVar[str] = ContextVar("language", default="fr")


@cache
def catalogue(language: str) -> NullTranslations:
    path = LOCALES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        compiled = BytesIO()
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def gettext(message: str, **values: object) -> str:
    text = catalogue(current.get()).gettext(message)
    return text % values if values else text


def ngettext(one: str, many: str, count: int) -> str:
    return catalogue(current.get()).ungettext(one, many, count)


def problem_text(problem: Problem) -> str:
    return gettext(problem.message, **problem.values)


def problem_in(problem: Problem, language: str) -> str:
    current.set(language)
    return problem_text(problem)


def ordinal(number: int) -> str:
    """1st, 2nd, 4th; 1er, 2e, 4e."""
    if current.get() == "fr":
        return "1er" if number == 1 else f"{number}e"
    form = Locale("en").ordinal_form(number)
    return f"{number}{ {'one': 'st', 'two': 'nd', 'few': 'rd'}.get(form, 'th') }"


@lru_cache(maxsize=4096)
def _clock(moment: datetime, zone: ZoneInfo, language: str) -> str:
    return format_time(moment, "HH:mm", tzinfo=zone, locale=language)


@lru_cache(maxsize=4096)
def _day(value: date, language: str) -> str:
    """ "Wednesday 25 November 2026": the day before the month in both languages, as `moment` has it."""
    return _with_first(format_date(value, "EEEE d MMMM y", locale=language), value, language)


def _with_first(text: str, value: date, language: str) -> str:
    """The first of a month is an ordinal in French: 1er."""
    return re.sub(r"\b1(?= \w)", "1er", text, count=1) if language == "fr" and value.day == 1 else text


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """14:05, 14 h 05"""
    return _clock(moment, zone, current.get())


def day(moment: datetime, zone: ZoneInfo) -> str:
    return _day(moment.astimezone(zone).date(), current.get())


def day_name(value: date) -> str:
    return _day(value, current.get())


def weekday(number: int) -> str:
    """The name of a day of the week; 0 is Monday."""
    return str(get_day_names("wide", locale=current.get())[number])


@lru_cache(maxsize=4096)
def _zone_name(zone: ZoneInfo, day: date, language: str) -> str:
    return get_timezone_name(datetime.combine(day, time(12), zone), locale=language)


def zone_name(zone: ZoneInfo, at: datetime) -> str:
    """ "Central European Time", as the person's language calls it on that day."""
    return _zone_name(zone, at.astimezone(zone).date(), current.get())


def decimal(value: float) -> str:
    return str(format_decimal(value, "#,##0.0", locale=current.get()))


def moment(value: datetime, zone: ZoneInfo) -> str:
    text = format_datetime(value, "d MMM y, HH:mm", tzinfo=zone, locale=current.get())
    return _with_first(text, value.astimezone(zone).date(), current.get())


def phone_text(number: str) -> str:
    """A French number by pairs, as people read it aloud; any other as it is."""
    pairs = re.fullmatch(r"(0\d)(\d\d)(\d\d)(\d\d)(\d\d)", number)
    return "\u00a0".join(pairs.groups()) if pairs else number


def thousands(number: int) -> str:
    """A count as the language groups its digits."""
    return str(format_decimal(number, locale=current.get()))
