"""What a rehearsal has shown: as data, as JSON, and as one page with plots (uPlot) that needs no network."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pydantic import BaseModel

from server import language
from server.assets import VENDOR
from server.rehearsal.directing import Rehearsal, Window
from server.rendering import environment, safe_json

SHOWN = ("page", "connect", "chat", "chat read", "join", "call next")
"""Whose times are drawn."""
ALMOST_ALL = 0.98
"""Somebody is always in a tunnel."""
FULL = 0.7
"""Of a core: simulated people who are busier measure themselves."""


class LatencyRow(BaseModel):
    name: str
    count: int
    p50_ms: int
    p90_ms: int
    p99_ms: int


class Result(BaseModel):
    people: int
    minutes: float
    rush_s: float
    most_here: int
    capacity: int
    """How many people were there while everything went as it should; 0 where nothing can be said."""
    bears_all: bool
    admitted_a_minute: int
    lost: int
    doubled: int
    disordered: int
    errors: int
    remarks: list[str]
    latencies: list[LatencyRow]
    counts: dict[str, int]
    memory: dict[str, float]
    """Megabytes of each process of the server, at most."""


def result_of(found: Rehearsal) -> Result:
    verdict = found.verdict
    is_sound = found.most_here > 0 and verdict.is_good and found.lost == 0 and found.doubled == 0
    return Result(
        people=found.people,
        minutes=found.plan.minutes,
        rush_s=found.plan.rush_s,
        most_here=found.most_here,
        capacity=found.borne if is_sound else 0,
        bears_all=is_sound and found.borne >= ALMOST_ALL * found.people,
        admitted_a_minute=found.admitted_a_minute,
        lost=found.lost,
        doubled=found.doubled,
        disordered=len(verdict.disordered),
        errors=found.errors,
        remarks=_remarks(found),
        latencies=[_row(found, name) for name in sorted(found.total.latencies)],
        counts={name: count for name, count in found.total.counts.items() if count},
        memory={name: max(megabytes for _, megabytes in seen) for name, seen in found.memory.items()},
    )


def _row(found: Rehearsal, name: str) -> LatencyRow:
    latencies = found.total.latencies[name]
    p50, p90, p99 = (round(latencies.percentile(share) * 1000) for share in (0.5, 0.9, 0.99))
    return LatencyRow(name=name, count=latencies.steps.total(), p50_ms=p50, p90_ms=p90, p99_ms=p99)


def _remarks(found: Rehearsal) -> list[str]:
    said = [*found.verdict.lost[:5], *found.verdict.doubled[:5], *found.verdict.disordered[:5]]
    seconds = found.plan.minutes * 60
    busy = [number for number, spent in found.cpu_s.items() if spent > FULL * seconds]
    if busy:
        said.append(
            f"{len(busy)} of {found.plan.crews} groups of simulated people used over 70 % of a core: what they "
            "measured is partly their own slowness. Play them from more processes, or on another machine."
        )
    return said


def write(found: Rehearsal, fair: str, path: Path) -> None:
    """`path` without an ending: .json and .html are written."""
    result = result_of(found)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".json").write_text(result.model_dump_json(indent=2))
    language.current.set("en")
    page = (
        environment()
        .get_template("rehearsal.html")
        .render(
            fair=fair,
            result=result,
            when=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            data=safe_json(json.dumps(_plots(found))),
            plot_script=Markup((VENDOR / "uplot.js").read_text()),  # noqa: S704
            plot_style=Markup((VENDOR / "uplot.css").read_text()),  # noqa: S704
        )
    )
    path.with_suffix(".html").write_text(page)


def _plots(found: Rehearsal) -> dict[str, Any]:
    windows = found.windows
    names = [name for name in SHOWN if name in found.total.latencies]
    times = {name: [_p99_ms(window, name) for window in windows] for name in names}
    people = {"there": [window.here for window in windows], "in the hall": [window.in_hall for window in windows]}
    return {"at": [window.at for window in windows], "people": people, "times": times, "memory": _memory(found)}


def _p99_ms(window: Window, name: str) -> int | None:
    latencies = window.measures.latencies.get(name)
    return round(latencies.percentile(0.99) * 1000) if latencies else None


def _memory(found: Rehearsal) -> dict[str, Any] | None:
    if not found.memory:
        return None
    at = sorted({seconds for seen in found.memory.values() for seconds, _ in seen})
    lines = {name: [dict(seen).get(seconds) for seconds in at] for name, seen in found.memory.items()}
    return {"at": at, "lines": lines}
