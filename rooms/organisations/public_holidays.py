"""Public holidays of a country, and of those of its regions that have their own (ISO 3166-2)."""

from datetime import date
from functools import cache

from holidays import country_holidays


@cache
def holidays_of(country: str, region: str, year: int) -> frozenset[date]:
    """The holidays of a country, with those of a region if it is one of `regions_of`."""
    return frozenset(country_holidays(country, subdiv=region or None, years=year))


@cache
def regions_of(country: str) -> dict[str, str]:
    """The regions of a country that have a name and holidays of their own: code and name, in the order of names."""
    found = country_holidays(country)
    # Among the other ways to call a region, letters alone are codes too.
    names = {code: name for name, code in found.subdivisions_aliases.items() if not name.isupper()}
    return dict(sorted(names.items(), key=lambda pair: pair[1]))
