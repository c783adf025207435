"""The front door: pages and forms over HTTP, with a session cookie that was got by a link, as any visitor's."""

import asyncio
from typing import Self

import aiohttp
from yarl import URL

from server.demo.page import Page

KNOCK_AGAIN = 2.0
SESSION = "parvis_session"


class ShutOut(Exception):
    """The link does not let this person in."""


class Door:
    """Asks again until the house answers, so that it outlives a restart. What is posted here may be posted twice."""

    def __init__(self, url: str, link: str) -> None:
        self.url = url
        self._link = link
        # A cookie jar keeps no cookie of a bare IP address unless it is told to, and the demo lives at one.
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            headers={"Accept-Language": "fr", "User-Agent": "Parvis simulated person"},
            timeout=aiohttp.ClientTimeout(total=15),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def come_in(self) -> None:
        page = await self._ask("GET", self._link)
        await self._ask("POST", self._link, {"form_token": page.form_token})
        if not self.session:
            raise ShutOut(self._link.rpartition("/")[0])

    @property
    def session(self) -> str:
        cookie = self._session.cookie_jar.filter_cookies(URL(self.url)).get(SESSION)
        return cookie.value if cookie else ""

    async def get(self, path: str) -> Page:
        page = await self._ask("GET", path)
        if page.path.startswith("/sign-in"):
            await self.come_in()
            page = await self._ask("GET", path)
        return page

    async def post(self, path: str, page: Page, **fields: str) -> bool:
        """Send a form with the token of `page`; whether it was taken."""
        return bool(await self.submit(path, page, **fields))

    async def submit(self, path: str, page: Page, **fields: str) -> str:
        """Send a form with the token of `page`; where it leads to, nowhere if it was not taken."""
        return (await self._ask("POST", path, {"form_token": page.form_token, **fields})).leads_to

    async def _ask(self, method: str, path: str, form: dict[str, str] | None = None) -> Page:
        headers = {"Origin": self.url} if form is not None else {}
        while True:
            try:
                async with self._session.request(
                    method, self.url + path, data=form, headers=headers, allow_redirects=method == "GET"
                ) as answer:
                    return Page(await answer.text(), answer.url.path, answer.headers.get("Location", ""))
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(KNOCK_AGAIN)
