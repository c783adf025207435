"""What was typed is not lost by leaving a page, and what was sent does not come back."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Visitors

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

WORDS = "We bake by the sea."


async def set_up(visitors: Visitors) -> Page:
    page = await visitors.sign_in(visitors.cast.luc, media=False)
    await page.goto(f"/booths/{visitors.cast.atlantique.id}/set-up")
    field = page.get_by_label("Who are you, and whom do you seek?")
    await field.fill("")
    await field.press_sequentially(WORDS)
    return page


async def test_another_form_of_the_page_takes_nothing_from_the_first(visitors: Visitors) -> None:  # O4
    page = await set_up(visitors)
    await page.get_by_label("Job", exact=True).fill("Baker")
    await page.get_by_role("button", name="Add", exact=True).first.click()
    await expect(page.get_by_text("The vacancy is shown at your booth.")).to_be_visible()
    await expect(page.get_by_label("Who are you, and whom do you seek?")).to_have_value(WORDS)
    await expect(page.get_by_label("Job", exact=True)).to_have_value("")
    await page.get_by_role("button", name="Save the booth").click()
    await expect(page.get_by_text("Saved. The preview shows")).to_be_visible()
    await expect(page.get_by_label("Who are you, and whom do you seek?")).to_have_value(WORDS)


async def test_a_link_a_reload_and_another_language_take_nothing(visitors: Visitors) -> None:  # C16
    page = await set_up(visitors)
    await page.get_by_role("link", name="Preview").click()
    await page.wait_for_url("**/fairs/**")
    await page.goto(f"/booths/{visitors.cast.atlantique.id}/set-up")
    field = page.locator("[name=description]")
    await expect(field).to_have_value(WORDS)
    await page.reload()
    await expect(field).to_have_value(WORDS)
    await page.get_by_role("button", name="FR, français").click()
    await expect(page.get_by_role("button", name="Enregistrer le stand")).to_be_visible()
    await expect(field).to_have_value(WORDS)


async def test_what_another_has_saved_meanwhile_is_not_covered_by_what_was_left_here(visitors: Visitors) -> None:
    page = await set_up(visitors)
    await page.goto("/desk")
    other = await page.context.new_page()
    await other.goto(f"/booths/{visitors.cast.atlantique.id}/set-up")
    await other.locator("[name=description]").fill("Theirs.")
    await other.get_by_role("button", name="Save the booth").click()
    await expect(other.get_by_text("Saved. The preview shows")).to_be_visible()
    await page.goto(f"/booths/{visitors.cast.atlantique.id}/set-up")
    await expect(page.locator("[name=description]")).to_have_value("Theirs.")


async def test_what_one_person_left_in_a_tab_the_next_does_not_find(visitors: Visitors) -> None:
    page = await set_up(visitors)
    await page.goto("/me")
    await page.get_by_role("button", name="Sign out").last.click()
    await page.wait_for_url(lambda url: not url.endswith("/me"))
    left = await page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('parvis-typed'))")
    assert left == []
