"""The navigation: the links that a page shows in its masthead, and as tabs at the thumb on a phone."""

from dataclasses import dataclass
from urllib.parse import quote

from rooms.core.errors import N_
from rooms.fairs.fairs import Fair
from server.page_request import PageRequest, own_path


@dataclass(frozen=True)
class Item:
    """`tab` is what the pages it leads to call themselves; `words` are translated where they are shown."""

    tab: str
    path: str
    words: str
    icon: str
    in_masthead: bool = True
    in_tabs: bool = True


def items(request: PageRequest, fair: Fair | None, *, is_demo: bool) -> list[Item]:
    return [*_to_fair(request, fair), *_to_work(request), *_to_mailbox(request, fair, is_demo), *_to_oneself(request)]


def works_here(request: PageRequest) -> bool:
    """Whether they are here for their work and not as a candidate."""
    return request.navigation.desk or request.navigation.organise


def is_signed_in(request: PageRequest) -> bool:
    """A link to one appointment makes somebody known in it, and opens nothing else."""
    return request.actor.person is not None and request.actor.link is None


def _to_fair(request: PageRequest, fair: Fair | None) -> list[Item]:
    if fair is None:
        return [Item("fairs", "/", N_("Fairs"), "arch", in_masthead=False)]
    here = fair.path
    found = [Item("booths", here, N_("Booths"), "arch")]
    if is_signed_in(request) and not works_here(request):
        found.append(Item("lines", f"{here}/lines", N_("My lines"), "users"))
    return [*found, Item("chat", f"{here}/chat", N_("Chat"), "message-circle")]


def _to_work(request: PageRequest) -> list[Item]:
    navigation, person = request.navigation, request.actor.person
    found = []
    if navigation.desk:
        found.append(Item("desk", "/desk", N_("My desk"), "briefcase"))
    if navigation.counsel:
        found.append(Item("counsel", "/counsel", N_("My day"), "clock"))
    elif is_signed_in(request) and (navigation.desk or not works_here(request)):
        found.append(Item("appointments", "/appointments", N_("Appointments"), "calendar"))
    if navigation.organise:
        found.append(Item("organise", "/organise", N_("Organise"), "calendar"))
    if is_signed_in(request) and person and person.is_administrator:
        found.append(Item("administer", "/administer", N_("Administer"), "settings"))
    return found


def _to_mailbox(request: PageRequest, fair: Fair | None, is_demo: bool) -> list[Item]:
    if not is_demo:
        return []
    # The tabs of somebody at a fair are full.
    has_room = fair is None or not is_signed_in(request)
    return [Item("mailbox", "/demo/mailbox", N_("Mailbox"), "mail", in_tabs=has_room)]


def _to_oneself(request: PageRequest) -> list[Item]:
    """In the masthead the initials, or the button to sign in, stand for it."""
    if is_signed_in(request):
        return [Item("me", "/me", N_("Me"), "user", in_masthead=False)]
    return [] if request.actor.link else [Item("me", sign_in_path(request), N_("Sign in"), "user", in_masthead=False)]


def sign_in_path(request: PageRequest) -> str:
    """Back to this page afterwards; on the pages of signing in themselves, to where one was going."""
    path, wanted = request.http.path, request.http.query.get("next", "")
    back = own_path(wanted) if path.startswith("/sign-in") else path
    return f"/sign-in?next={quote(back)}" if back != "/" else "/sign-in"
