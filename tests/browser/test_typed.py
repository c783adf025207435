"""What was typed is not lost by leaving a page, and what was sent does not come back."""

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import delete

from rooms.fairs.booths import BoothStaff
from rooms.organisations.employers import EmployerMember
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


async def save_elsewhere(page: Page, visitors: Visitors) -> None:
    """In a second tab, while the first is somewhere else."""
    other = await page.context.new_page()
    await other.goto(f"/booths/{visitors.cast.atlantique.id}/set-up")
    await other.locator("[name=description]").fill("Theirs.")
    await other.get_by_role("button", name="Save the booth").click()
    await expect(other.get_by_text("Saved. The preview shows")).to_be_visible()


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
    await save_elsewhere(page, visitors)
    await page.goto(f"/booths/{visitors.cast.atlantique.id}/set-up")
    await expect(page.locator("[name=description]")).to_have_value("Theirs.")


async def test_what_was_typed_is_offered_where_another_has_saved_meanwhile(visitors: Visitors) -> None:
    page = await set_up(visitors)
    await page.goto("/desk")
    await save_elsewhere(page, visitors)
    await page.goto(f"/booths/{visitors.cast.atlantique.id}/set-up")
    await expect(page.get_by_text(f"You had typed here: {WORDS}")).to_be_visible()


async def test_what_was_refused_and_left_covers_nothing_that_was_saved_meanwhile(visitors: Visitors) -> None:
    """The form comes back with what it had been compared with: the save that follows shows the other's words first."""
    page = await set_up(visitors)
    await page.get_by_label("How long is a talk planned").evaluate("(field) => field.removeAttribute('max')")
    await page.get_by_label("How long is a talk planned").fill("500")
    await page.get_by_role("button", name="Save the booth").click()
    await expect(page.get_by_text("A talk lasts between 5 and 120 minutes.").first).to_be_visible()
    await page.goto("/desk")
    await save_elsewhere(page, visitors)
    await page.goto(f"/booths/{visitors.cast.atlantique.id}/set-up")
    await expect(page.locator("[name=description]")).to_have_value(WORDS)
    await page.get_by_label("How long is a talk planned").fill("20")
    await page.get_by_role("button", name="Save the booth").click()
    await expect(page.get_by_text("Saved elsewhere meanwhile: Theirs.")).to_be_visible()
    await expect(page.locator("[name=description]")).to_have_value(WORDS)


async def test_what_one_person_left_in_a_tab_the_next_does_not_find(visitors: Visitors) -> None:
    page = await set_up(visitors)
    await page.goto("/me")
    await page.get_by_role("button", name="Sign out").last.click()
    await page.wait_for_url(lambda url: not url.endswith("/me"))
    left = await page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('parvis-typed'))")
    assert left == []


async def test_whoever_signs_out_leaves_nothing_of_the_page_they_leave(visitors: Visitors) -> None:
    page = await visitors.sign_in(visitors.cast.amina, media=False)
    await page.goto("/me")
    await page.get_by_label("What work do you seek?").fill("private aim")
    await page.get_by_role("button", name="Sign out").last.click()
    await page.wait_for_url(lambda url: not url.endswith("/me"))
    kept = await page.evaluate("JSON.stringify(Object.entries(sessionStorage))")
    assert "private aim" not in kept


async def test_without_a_network_a_form_stays_on_its_page(visitors: Visitors) -> None:
    page = await set_up(visitors)
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Save the booth").click()
    await expect(page.get_by_role("alert").filter(has_text="There is no network now")).to_be_visible()
    await expect(page.locator("[name=description]")).to_have_value(WORDS)
    await page.context.set_offline(False)
    await expect(page.get_by_text("There is no network now")).to_have_count(0)
    await page.get_by_role("button", name="Save the booth").click()
    await expect(page.get_by_text("Saved. The preview shows")).to_be_visible()


async def test_who_may_not_see_a_page_any_more_still_reads_what_they_typed_there(visitors: Visitors) -> None:
    page = await set_up(visitors)
    async with visitors.cast.database.transaction() as tx:
        await tx.session.execute(delete(BoothStaff).where(BoothStaff.person_id == visitors.cast.luc.id))
        await tx.session.execute(delete(EmployerMember).where(EmployerMember.person_id == visitors.cast.luc.id))
    await page.reload()
    await expect(page.get_by_role("heading", name="You may not do this.")).to_be_visible()
    await expect(page.get_by_text(f"You had typed here: {WORDS}")).to_be_visible()
