"""The time zones that are places, for forms."""

from functools import cache
from zoneinfo import available_timezones

REGIONS = ("Europe", "Africa", "America", "Asia", "Atlantic", "Australia", "Indian", "Pacific")


@cache
def by_region() -> dict[str, list[str]]:
    """The time zones that are places, by region: Europe first, since that is where we stand."""
    found: dict[str, list[str]] = {region: [] for region in REGIONS}
    for zone in sorted(available_timezones()):
        region = zone.partition("/")[0]
        if region in found and "/" in zone:
            found[region].append(zone)
    return found
