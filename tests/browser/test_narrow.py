"""At 320 px, with text twice as large and words without end, nothing slides sideways (WCAG 2.2, 1.4.10)."""

import pytest
from playwright.async_api import Page

from rooms.organisations import vacancies
from rooms.organisations.vacancies import VacancyText
from rooms.people.people import Person
from tests.browser.conftest import Visitors
from tests.browser.test_drawn_once import Watch, booked
from tests.rooms.appointments.office import open_office

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"
SLIDES = """() => {
  const wide = document.documentElement.clientWidth;
  const over = [...document.querySelectorAll("body *")].filter((each) => {
    if (each.closest(".table-scroll, .visually-hidden, dialog, [hidden], .skip-link")) return false;
    const box = each.getBoundingClientRect();
    return box.width > 0 && (box.right > wide + 1 || box.left < -1);
  });
  const name = (each) => `${each.tagName.toLowerCase()}.${each.className}: ${each.textContent.trim().slice(0, 40)}`;
  const scrolls = document.documentElement.scrollWidth;
  return scrolls > wide + 1 || over.length ? [String(scrolls), ...over.slice(0, 4).map(name)] : [];
}"""

LISTS = (
    *("/employers", "/recruiters", "/candidates", "/registration", "/applications", "/imports"),
    *("/rota", "/report", "/letters", "/now"),
)


async def long_words(visitors: Visitors) -> dict[str, list[str]]:
    """Names and texts of one long word everywhere; the pages of each person by their name in the cast."""
    cast = visitors.cast
    office = await open_office(cast)
    row = await booked(Watch(visitors, "en", 1280), cast.amina, office, 120)
    await cast.join(cast.karim, cast.atlantique, LONG)
    async with cast.database.transaction() as tx:
        for person in (cast.amina, cast.karim):
            known = await tx.session.get_one(Person, person.id)
            known.name = known.seeks = LONG
        booth = await cast.fresh_booth(tx, cast.atlantique)
        booth.description = f"{LONG} https://example.org/{LONG}"
        booth.employer.name = LONG
        await vacancies.add(tx, booth.employer, VacancyText(LONG, LONG, "permanent", LONG))
    fair, desk = f"/fairs/{cast.fair.slug}", f"/desk/{cast.atlantique.id}"
    return {
        "amina": [
            "/",
            fair,
            f"{fair}/booths/hotel-atlantique",
            f"{fair}/lines",
            f"{fair}/chat",
            "/me",
            row.path,
            "/appointments",
        ],
        "luc": [desk, f"/booths/{cast.atlantique.id}/set-up", f"{desk}/talks"],
        "ines": ["/organise", *(f"/organise/{cast.fair.slug}{page}" for page in ("", "/describe", *LISTS))],
        "claire": [
            f"/counsel?day={row.begins_at.astimezone(row.venue.zone).date()}",
            "/counsel/people",
            "/counsel/colleagues",
            "/counsel/hours",
        ],
        "paul": ["/administer", f"/counsel/colleagues/{office.claire.id}"],
    }


async def slides(page: Page, path: str, size: str) -> list[str]:
    await page.goto(path)
    await page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", size)
    found: list[str] = await page.evaluate(SLIDES)
    return found


@pytest.mark.parametrize(("width", "size"), [(320, "200%"), (360, "100%")], ids=["large text", "phone"])
async def test_nothing_slides_sideways(visitors: Visitors, width: int, size: str) -> None:  # C17, K15, O14
    pages = await long_words(visitors)
    wrong = {}
    for name, paths in pages.items():
        person = getattr(visitors.cast, name)
        page = await visitors.sign_in(person, media=False, viewport={"width": width, "height": 740})
        for path in paths:
            if found := await slides(page, path, size):
                wrong[path] = found
    assert wrong == {}
