"""A rehearsal as the terminal shows it while it goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.table import Table

from server.rehearsal.directing import Rehearsal


@contextmanager
def shown(people: int) -> Iterator[Callable[[Rehearsal], None]]:
    """Gives what is to be called whenever something was told."""
    console = Console()
    with Live(_table(None, people), console=console, refresh_per_second=2, transient=not console.is_terminal) as live:
        yield lambda found: live.update(_table(found, people))


def _table(found: Rehearsal | None, people: int) -> Table:
    table = Table(title=_title(found, people), title_justify="left")
    for name in ("what", "times", "p50, ms", "p90, ms", "p99, ms", "p99 now, ms"):
        table.add_column(name, justify="left" if name == "what" else "right")
    if found is None or not found.windows:
        return table
    now = found.windows[-1].measures.latencies
    for name, latencies in sorted(found.total.latencies.items()):
        shares = [f"{latencies.percentile(share) * 1000:,.0f}" for share in (0.5, 0.9, 0.99)]
        last = f"{now[name].percentile(0.99) * 1000:,.0f}" if name in now else ""
        table.add_row(name, f"{latencies.steps.total():,}", *shares, last)
    return table


def _title(found: Rehearsal | None, people: int) -> str:
    if found is None or not found.windows:
        return f"{people:,} simulated people get ready"
    window = found.windows[-1]
    return (
        f"{window.at:,.0f} of {found.plan.minutes * 60:,.0f} s · {window.here:,} of {people:,} there, "
        f"{window.in_hall:,} in the hall · errors {found.errors:,}"
    )
