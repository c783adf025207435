"""A page as a simulated person reads it: its attributes, its form token, its streams. Never its sentences."""

import json
from html.parser import HTMLParser
from typing import Any

Attributes = dict[str, str]


class Page(HTMLParser):
    def __init__(self, text: str, path: str, leads_to: str) -> None:
        super().__init__()
        self.path = path
        self.leads_to = leads_to
        """Where a form that was taken sends the browser."""
        self.tags: list[tuple[str, Attributes]] = []
        """Every opening tag in the page's order, so that a link can be found inside its card."""
        self.heading = ""
        self.live: dict[str, Any] = {}
        """What the meeting's scripts start from: meeting, me, other, otherName, leads, mode, iAmIn, otherIsIn."""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        self._inside = "data-live" if "data-live" in found else tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "data-live":
            self.live = json.loads(data)
        elif self._inside == "h1" and not self.heading:
            self.heading = data.strip()

    def all(self, name: str) -> list[str]:
        """Every value of an attribute, in order."""
        return [attributes[name] for _, attributes in self.tags if name in attributes]

    def first(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    def links(self, start: str) -> list[str]:
        return list(dict.fromkeys(path for path in self.all("href") if path.startswith(start)))

    @property
    def form_token(self) -> str:
        return next((found["value"] for _, found in self.tags if found.get("name") == "form_token"), "")

    @property
    def streams(self) -> list[str]:
        return [head["stream"] for head in json.loads(self.first("data-heads") or "[]")]

    def booths(self) -> dict[str, str]:
        """The path of each booth in a lobby, by its id."""
        found: Attributes = {}
        booth = ""
        for _, attributes in self.tags:
            booth = attributes.get("data-booth", booth)
            if booth and "/booths/" in attributes.get("href", ""):
                found.setdefault(booth, attributes["href"])
        return found
