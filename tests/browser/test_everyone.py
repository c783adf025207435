"""Everyone gets in: by keyboard alone, without JavaScript, with a screen reader, and axe finds nothing on any page."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from rooms.fairs import opening
from rooms.fairs.fairs import Fair
from tests.browser.conftest import Visitors, finish, until

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
AXE = Path(__file__).parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"


async def faults(page: Page) -> list[str]:
    """What axe-core finds by the rules of WCAG 2.2 A and AA."""
    await page.evaluate(AXE.read_text())
    # A button that becomes usable meanwhile has the colours of both for a moment: nothing moves while axe looks.
    found = await page.evaluate(
        """async () => {
          const still = new CSSStyleSheet(), before = document.adoptedStyleSheets;
          still.replaceSync("*, ::before, ::after { transition: none !important; }");
          document.adoptedStyleSheets = [...before, still];
          const { violations } = await axe.run({
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
          document.adoptedStyleSheets = before;
          const shown = (fault) => fault.nodes.map((node) => node.html.slice(0, 120)).join(" | ");
          return violations.map((fault) => `${fault.id}: ${shown(fault)}`);
        }"""
    )
    return [f"{page.url} {fault}" for fault in found]


async def fits(page: Page) -> None:
    """axe finds nothing, and nothing is wider than the screen."""
    assert await faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


async def test_axe_finds_nothing_on_any_page(visitors: Visitors) -> None:
    cast = visitors.cast
    await cast.join(cast.karim, cast.atlantique, "Hello.")
    fair, booth = f"/fairs/{cast.fair.slug}", f"/fairs/{cast.fair.slug}/booths/hotel-atlantique"
    desk, run = f"/desk/{cast.atlantique.id}", f"/organise/{cast.fair.slug}"
    pages = {
        None: ["/", fair, f"{fair}?q=nothing-like-this", booth, "/sign-in", "/camera", "/nowhere", f"{fair}/chat"],
        cast.karim: [fair, f"{fair}/lines", f"{booth}/join", f"{booth}/question", "/me", "/me/talks", booth],
        cast.luc: [
            "/desk",
            desk,
            f"{desk}/talks",
            f"{desk}/report",
            *(f"/booths/{cast.atlantique.id}/{page}" for page in ("set-up", "rota")),
        ],
        cast.ines: [
            "/organise",
            "/organise/new",
            run,
            f"{run}/employers",
            f"{run}/recruiters",
            f"{run}/candidates",
            f"{run}/registration",
            f"{run}/imports",
            f"{run}/copy",
            f"{run}/programme",
            f"{run}/letters",
            f"{run}/rota",
            "/demo/mailbox",
        ],
        cast.paul: ["/administer"],
    }
    found = []
    for person, paths in pages.items():
        page = await visitors.sign_in(person) if person else await visitors.passer_by()
        for path in paths:
            await page.goto(path)
            found += await faults(page)
    assert found == [], "\n".join(found)


async def test_axe_finds_nothing_while_it_rings_in_errors_in_a_meeting_and_when_closed(visitors: Visitors) -> None:
    cast = visitors.cast
    amina, luc = await visitors.sign_in(cast.amina, color_scheme="dark"), await visitors.sign_in(cast.luc)
    await amina.goto("/organise/new")
    found = await faults(amina)
    await amina.goto(f"/fairs/{cast.fair.slug}/booths/hotel-atlantique/join")
    await amina.get_by_role("button", name="Take a place").click()
    await luc.goto(f"/desk/{cast.atlantique.id}")
    await luc.get_by_role("button", name="Call next").click()
    await expect(luc.locator(".ringing-now").get_by_text("Calling Amina Benali")).to_be_visible()
    await expect(amina.locator("dialog.ringing")).to_be_visible()
    found += await faults(amina) + await faults(luc)
    await amina.get_by_role("button", name="Join now").click()
    await luc.wait_for_url("**/meetings/*")
    await amina.wait_for_url("**/meetings/*")
    found += await faults(amina) + await faults(luc)
    for page in (amina, luc):
        await page.get_by_role("button", name="Go in").click()
    await expect(luc.locator("[data-slot=note]")).to_be_hidden()
    found += await faults(amina) + await faults(luc)
    await finish(luc)
    await expect(luc.get_by_role("heading", name="After the talk")).to_be_visible()
    await expect(amina.get_by_role("heading", name="The talk has ended")).to_be_visible()
    found += await faults(amina) + await faults(luc)
    await luc.goto(f"/booths/{cast.atlantique.id}/set-up")
    await luc.get_by_label("How long is a talk planned").evaluate("field => field.form.noValidate = true")
    await luc.get_by_label("How long is a talk planned").fill("500")
    await luc.get_by_role("button", name="Save the booth").click()
    await expect(luc.get_by_text("between 5 and 120 minutes").first).to_be_visible()
    found += await faults(luc)

    async with cast.database.transaction() as tx:
        await opening.close_by_hand(tx, await tx.session.get_one(Fair, cast.fair.id))
    for path in ("", "/booths/hotel-atlantique", "/chat"):
        await amina.goto(f"/fairs/{cast.fair.slug}{path}")
        found += await faults(amina)
    assert found == [], "\n".join(found)


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until the element of this name has the focus."""
    await page.wait_for_load_state()
    for _ in range(80):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(
            """() => { const e = document.activeElement;
                       if (e === document.body) return "";
                       const label = e.labels?.[0]?.innerText ?? "";
                       return [e.getAttribute("aria-label"), label, e.innerText].filter(Boolean).join(" ").trim(); }"""
        )
        if name in focused:
            return
    raise AssertionError(f"no way to {name} by keyboard")


async def press(page: Page, name: str, key: str = "Enter") -> None:
    await tab_to(page, name)
    await page.keyboard.press(key)


async def type_into(page: Page, name: str, text: str) -> None:
    await tab_to(page, name)
    await page.keyboard.type(text)


async def find_the_booth(page: Page) -> None:
    await page.goto("/")
    await press(page, "Hotels, Loire")
    await page.wait_for_url("**/fairs/*")
    await press(page, "Hôtel Atlantique")
    await page.wait_for_url("**/booths/*")
    await press(page, "Join the line")
    await page.wait_for_url("**/sign-in?next=*")


async def come_in(page: Page) -> None:
    await type_into(page, "What may we call you?", "Zoé")
    await type_into(page, "Your e-mail address", "zoe@example.org")
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "/sign-in/" in url)
    mailbox = await page.context.new_page()
    await mailbox.goto("/demo/mailbox")
    subject = await mailbox.locator(".mail h2").first.inner_text()
    await mailbox.close()
    await type_into(page, "Code", subject.split()[-1])
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "/sign-in" not in url)
    await page.wait_for_load_state()


async def wait_in_line(page: Page) -> None:
    await type_into(page, "In your own words", "I learn fast.")
    await press(page, "Take a place")
    await expect(page.locator(".place-row")).to_contain_text("You are next")


async def answer_the_call(page: Page) -> None:
    await expect(page.locator("dialog.ringing")).to_be_visible()
    assert await page.evaluate("document.activeElement.closest('dialog') !== null")
    await press(page, "Join now")
    await page.wait_for_url("**/meetings/*")
    await press(page, "Go in")
    await expect(page.locator("[data-slot=during]")).to_be_visible()


async def mute_and_leave(page: Page) -> None:
    await press(page, "Microphone on", "Space")
    await expect(page.get_by_role("button", name="Microphone off")).to_have_attribute("aria-pressed", "false")
    await press(page, "Leave")
    await expect(page.get_by_role("dialog", name="Leave the talk?")).to_be_visible()
    await press(page, "Leave")
    await expect(page.get_by_role("heading", name="The talk has ended")).to_be_visible()


async def test_the_whole_path_of_a_candidate_by_keyboard_alone(visitors: Visitors) -> None:
    luc = await visitors.sign_in(visitors.cast.luc)
    await luc.goto(f"/desk/{visitors.cast.atlantique.id}")
    context = await visitors.context(permissions=["camera", "microphone"])
    page = await context.new_page()
    await find_the_booth(page)
    await come_in(page)
    await wait_in_line(page)
    await luc.get_by_role("button", name="Call next").click()
    await answer_the_call(page)
    await mute_and_leave(page)


async def test_what_cannot_be_undone_is_asked_first_and_the_focus_comes_back(visitors: Visitors) -> None:
    page = await visitors.sign_in(visitors.cast.ines)
    await page.goto(f"/organise/{visitors.cast.fair.slug}")
    close = page.locator("main").get_by_role("button", name="Close", exact=True)
    dialog = page.get_by_role("dialog", name="Close the fair for everybody now?")
    for no in ("Escape", "Enter"):
        await close.click()
        await expect(dialog).to_be_visible()
        await expect(dialog.get_by_text("Places are kept until you open it again.")).to_be_visible()
        await expect(dialog.get_by_role("button", name="No, go back")).to_be_focused()
        assert await faults(page) == []
        await page.keyboard.press(no)
        await expect(dialog).to_be_hidden()
        await expect(close).to_be_focused()
    await close.click()
    await dialog.get_by_role("button", name="Close").click()
    await expect(page.get_by_role("button", name="Open the fair now")).to_be_visible()


async def test_who_signs_in_to_write_comes_back_to_the_field_and_a_code_can_be_sent_again(visitors: Visitors) -> None:
    page = await visitors.passer_by()
    await page.goto(f"/fairs/{visitors.cast.fair.slug}/chat")
    await page.get_by_role("link", name="Say who you are to write").click()
    await page.get_by_label("What may we call you?").fill("Zoé")
    await page.get_by_label("Your e-mail address").first.fill("zoe@example.org")
    await page.get_by_role("button", name="Send me a code").click()
    await page.get_by_role("button", name="Send it again").click()
    await expect(page.get_by_text("A new code is on its way.")).to_be_visible()
    assert await faults(page) == []
    mailbox = await page.context.new_page()
    await mailbox.goto("/demo/mailbox")
    subject = await mailbox.locator(".mail h2").first.inner_text()
    await page.get_by_label("Code", exact=True).fill(subject.split()[-1])
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_label("Your message")).to_be_focused()


async def test_what_a_screen_reader_hears_in_order(visitors: Visitors) -> None:
    cast = visitors.cast
    await cast.join(cast.karim, cast.atlantique)
    await cast.join(cast.claire, cast.atlantique)
    amina, karim, luc = [await visitors.sign_in(person) for person in (cast.amina, cast.karim, cast.luc)]
    await amina.add_init_script(
        """window.heard = []; addEventListener("DOMContentLoaded", () => {
             for (const region of document.querySelectorAll("[data-announce]"))
               new MutationObserver(() => window.heard.push([region.ariaLive, region.textContent]))
                 .observe(region, { childList: true });
           });"""
    )
    await amina.goto(f"/fairs/{cast.fair.slug}/booths/hotel-atlantique/join")
    await amina.get_by_role("button", name="Take a place").click()
    await until(amina, "window.heard.length === 1")
    for left, person in enumerate((cast.karim, cast.claire)):
        page = karim if person is cast.karim else await visitors.sign_in(person)
        await page.goto(f"/fairs/{cast.fair.slug}/lines")
        await page.get_by_role("button", name="Leave this line").click()
        await page.get_by_role("dialog").get_by_role("button", name="Leave this line").click()
        await until(amina, f"window.heard.length === {left + 2}")
    await luc.goto(f"/desk/{cast.atlantique.id}")
    await luc.get_by_role("button", name="Call next").click()
    await until(amina, "window.heard.length === 4")
    assert await amina.evaluate("window.heard") == [
        ["polite", "You are 3rd in line at Hôtel Atlantique."],
        ["polite", "You are 2nd in line at Hôtel Atlantique."],
        ["polite", "You are next. Stay near."],
        ["assertive", "It is your turn: Hôtel Atlantique calls you."],
    ]


async def test_the_line_the_call_and_the_talk_work_without_javascript(visitors: Visitors) -> None:
    cast = visitors.cast
    amina = await visitors.sign_in(cast.amina, java_script_enabled=False)
    luc = await visitors.sign_in(cast.luc, java_script_enabled=False)
    await luc.goto(f"/desk/{cast.atlantique.id}")
    await amina.goto(f"/fairs/{cast.fair.slug}/booths/hotel-atlantique")
    await expect(amina.get_by_text("1 here now")).to_be_visible()
    await amina.get_by_label("Your message").fill("Hello without scripts")
    await amina.get_by_role("button", name="Send").click()
    await expect(amina.get_by_text("Hello without scripts")).to_be_visible()
    await amina.get_by_role("link", name="Join the line").click()
    await amina.get_by_role("button", name="Take a place").click()
    await luc.reload()
    await luc.get_by_role("button", name="Call next").click()
    await expect(luc.locator(".ringing-now").get_by_text("Calling Amina Benali")).to_be_visible()
    await amina.reload()
    await amina.get_by_role("button", name="Join now").click()
    await amina.wait_for_url("**/meetings/*")
    await amina.get_by_role("button", name="Go in").click()
    await expect(amina.get_by_role("link", name="Show what is new")).to_be_visible()
    await luc.reload()
    await luc.get_by_role("link", name="To the talk", exact=True).click()
    # Whoever writes is in.
    await luc.get_by_label("Your message").fill("Good morning Amina")
    await luc.get_by_role("button", name="Send").click()
    await amina.get_by_role("link", name="Show what is new").click()
    await expect(amina.get_by_text("Good morning Amina")).to_be_visible()
    await luc.goto(amina.url.partition("#")[0])
    await luc.evaluate("document.querySelector('form[action$=\"/end\"]').submit()")
    await expect(luc.get_by_role("heading", name="After the talk with Amina Benali")).to_be_visible()
    await expect(luc.get_by_label("Private notes")).to_be_visible()


async def test_the_lobby_needs_less_than_100_kb_of_compressed_javascript(visitors: Visitors) -> None:
    import gzip

    page = await visitors.passer_by()
    sizes: list[int] = []

    async def weigh(response: object) -> None:
        if response.request.resource_type == "script":  # type: ignore[attr-defined]
            sizes.append(len(gzip.compress(await response.body())))  # type: ignore[attr-defined]

    page.on("response", weigh)
    await page.goto(f"/fairs/{visitors.cast.fair.slug}")
    await page.wait_for_load_state("networkidle")
    assert len(sizes) >= 2, "the page's own script and what it shares with others"
    assert sum(sizes) < 100_000


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
async def test_no_page_is_wider_than_the_screen(visitors: Visitors, width: int) -> None:
    cast = visitors.cast
    page = await visitors.sign_in(cast.luc, viewport={"width": width, "height": 700})
    booth = f"/fairs/{cast.fair.slug}/booths/hotel-atlantique"
    for path in (
        "/",
        booth,
        f"/fairs/{cast.fair.slug}",
        f"/desk/{cast.atlantique.id}",
        "/me",
        f"/booths/{cast.atlantique.id}/set-up",
    ):
        await page.goto(path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
