"""Templates: one environment, the words and times of the person's language, and addresses of static files."""

import hashlib
import json
import re
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from functools import cache, lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from rooms.core.clock import Clock
from rooms.core.model import new_id
from rooms.lines.waits import Wait
from rooms.organisations.employers import COLOURS, SECTORS
from rooms.organisations.vacancies import Contract
from server import devices, edits, language, navigation, words
from server.page_request import PageRequest
from server.settings import Settings

SHOWN: ContextVar[PageRequest] = ContextVar("whose page is written")
HERE = Path(__file__).parent
TEMPLATES = HERE / "templates" if (HERE / "templates").is_dir() else HERE.parent / "templates"
STATIC = HERE / "static" if (HERE / "static").is_dir() else HERE.parent / "static"


HOME_ZONE = ZoneInfo("Europe/Paris")
"""Times on pages that belong to no fair."""


class _Shown:
    """Whose page is written, for the macros: they are made once, not for each page, and so know nothing of it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(SHOWN.get(), name)


@cache
def static_version() -> str:
    """Changes whenever a static file does, so that browsers may keep them for good."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(STATIC)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    found.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined]
    found.globals.update(
        ordinal=language.ordinal,
        clock=language.clock,
        decimal=language.decimal,
        day=language.day,
        moment=language.moment,
        day_name=language.day_name,
        weekday=language.weekday,
        zone_name=language.zone_name,
        zone_of=ZoneInfo,
        times_of=times_of,
        wait_text=wait_text,
        label=words.label,
        device_name=devices.name_of,
        problem_text=language.problem_text,
        version_of=edits.version_shown,
        new_uuid=new_id,
        request=_Shown(),
        SECTORS=SECTORS,
        COLOURS=COLOURS,
        CONTRACTS=[contract.value for contract in Contract],
    )
    found.filters.update(_filters())
    return found


def _filters() -> dict[str, Callable[..., object]]:
    return {
        "paragraphs": paragraphs,
        "linked": linked,
        "safe_json": safe_json,
        "phone": language.phone_text,
        "thousands": language.thousands,
        "label": words.label,
        "time_of_day": time_of_day,
    }


def times_of(begins: tuple[datetime, ...], zone: ZoneInfo) -> Markup:
    """Times to choose from, by the day they have in `zone`."""
    return _times_of(begins, zone, language.current.get())


@lru_cache(maxsize=256)
def _times_of(begins: tuple[datetime, ...], zone: ZoneInfo, _language: str) -> Markup:
    """Written once for all who are shown the same times."""
    days = [(day, list(times)) for day, times in groupby(begins, lambda moment: moment.astimezone(zone).date())]
    return Markup(environment().get_template("times_days.html").render(days=days, zone=zone))  # noqa: S704


def renderer(static: str, clock: Clock, settings: Settings) -> Callable[..., str]:
    """A function that renders a template for a request. `static` is the base address of the static files."""
    templates = environment()
    is_demo = settings.mode == "demo"
    templates.globals["at_or_on"] = partial(_at_or_on, clock)
    templates.globals.update(operator=settings.operator, help_contact=settings.help_contact)
    templates.globals["icon"] = cache(partial(_icon, static))
    templates.globals["page_script"] = cache(partial(_script, static))
    catalogues = {code: json.dumps(_words_of(code), ensure_ascii=False) for code in ("fr", "en")}

    def render(template: str, request: PageRequest, **values: Any) -> str:
        language.current.set(request.language)
        SHOWN.set(request)
        fair = values.setdefault("fair", None)
        values.setdefault("zone", fair.zone if fair else HOME_ZONE)
        return templates.get_template(template).render(
            request=request,
            me=request.actor.person,
            static=static,
            is_demo=is_demo,
            navigation=request.navigation,
            navigation_items=navigation.items(request, fair, is_demo=is_demo),
            works_here=navigation.works_here(request),
            is_signed_in=navigation.is_signed_in(request),
            sign_in_path=navigation.sign_in_path(request),
            now=clock.now,
            browser_words=safe_json(catalogues[request.language]),
            **values,
        )

    return render


def _at_or_on(clock: Clock, moment: datetime, zone: ZoneInfo) -> str:
    """The hour of a moment that is today in the zone; otherwise its day too."""
    is_today = moment.astimezone(zone).date() == clock.now().astimezone(zone).date()
    return language.clock(moment, zone) if is_today else language.moment(moment, zone)


def _icon(static: str, name: str) -> Markup:
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}/vendor/icons.svg#{}"/></svg>').format(
        static, name
    )


@cache
def shared_scripts() -> dict[str, list[str]]:
    """What the script of each page imports at once, as server.assets wrote it down: fetched without waiting for it."""
    found: dict[str, list[str]] = json.loads((STATIC / "built" / "imports.json").read_text())
    return found


def _script(static: str, page: str) -> Markup:
    ahead = (f'<link rel="modulepreload" href="{static}/built/{name}">' for name in shared_scripts()[page])
    return Markup("".join([*ahead, f'<script type="module" src="{static}/built/{page}.js"></script>']))  # noqa: S704


def _words_of(code: str) -> dict[str, str]:
    language.current.set(code)
    return words.for_browser()


def wait_text(wait: Wait | None) -> str:
    if wait is None:
        return language.gettext("wait not known yet")
    if wait.least == 0:
        return language.gettext("under %(most)s min", most=wait.most)
    return language.gettext("%(least)s to %(most)s min", least=wait.least, most=wait.most)


def time_of_day(minutes: int) -> str:
    """Minutes since midnight, as a clock shows them."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def safe_json(text: str) -> Markup:
    """JSON for a data block of a page: no character in it can end the block."""
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704


LINK = re.compile(r"""\b(?:https?://|www\.)[^\s<>"]+""")
AFTER_A_LINK = ".,;:!?'’”»…"
"""What ends a sentence is no part of the address before it."""


def linked(text: str) -> Markup:
    """Plain text whose addresses can be followed, in a window of their own. As static/js/live/links.js does it."""
    out, at = [], 0
    for found in LINK.finditer(text):
        address = found.group().rstrip(AFTER_A_LINK)
        if address.endswith(")") and "(" not in address:
            address = address[:-1].rstrip(AFTER_A_LINK)
        path = address if address.startswith("http") else f"https://{address}"
        out += [
            Markup.escape(text[at : found.start()]),
            Markup('<a href="{}" target="_blank" rel="noopener noreferrer nofollow ugc">{}</a>').format(path, address),
        ]
        at = found.start() + len(address)
    return Markup("").join([*out, Markup.escape(text[at:])])


def paragraphs(text: str) -> Markup:
    """Plain text as paragraphs, each in the direction of its own script; nothing in it is markup but its addresses."""
    blocks = [block.strip() for block in text.split("\n\n") if block.strip()]
    lines = [Markup("<br>").join(map(linked, block.split("\n"))) for block in blocks]
    return Markup("").join(Markup('<p dir="auto">{}</p>').format(block) for block in lines)
