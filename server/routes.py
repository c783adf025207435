"""Which handler serves which address: every page registers itself here when its module is loaded."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from server.page_request import PageRequest

Handler = Callable[[PageRequest], Awaitable[web.StreamResponse]]
Check = Callable[[PageRequest], Awaitable[object]]


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    handler: Handler
    again: Handler | None
    """The handler that shows the form again when what was typed does not fit."""

    def form_page(self, values: Mapping[str, str]) -> str:
        """The path of the page whose form leads here, if the values in this path are enough to name it."""
        for page in ROUTES:
            if page.method == "GET" and page.handler is self.again:
                with suppress(KeyError):
                    return page.path.format_map(values)
        return ""

    largest: int
    """Bytes of a form that are read; more is refused."""
    needs_token: bool = True
    """Whether the form must bring back the token of its page; what its own address allows needs none."""
    first: "Check | None" = None
    """Asks whether the actor may, before a large form is taken in."""
    is_shared: bool = False
    """Whether all passers-by are shown the same: server/shared_page.py."""
    leads_back: bool = False
    """Whether what cannot be done now is said on the page one came from: nothing is typed here that would be lost."""


ROUTES: list[Route] = []


FORM = 256 * 1024
FORM_WITH_FILE = 101 * 2**20


def get(path: str, *, is_shared: bool = False, leads_back: bool = False) -> Callable[[Handler], Handler]:
    return _register("GET", path, None, FORM, is_shared=is_shared, leads_back=leads_back)


def post(
    path: str,
    again: Handler | None = None,
    *,
    largest: int = FORM,
    first: Check | None = None,
    needs_token: bool = True,
    leads_back: bool = False,
) -> Callable[[Handler], Handler]:
    return _register("POST", path, again, largest, first, needs_token=needs_token, leads_back=leads_back)


def _register(
    method: str,
    path: str,
    again: Handler | None,
    largest: int,
    first: Check | None = None,
    *,
    needs_token: bool = True,
    is_shared: bool = False,
    leads_back: bool = False,
) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        ROUTES.append(Route(method, path, handler, again, largest, needs_token, first, is_shared, leads_back))
        return handler

    return register
