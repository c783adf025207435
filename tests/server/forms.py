"""The forms of a page as a browser reads and sends them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """`fields` is what is sent if nobody touches it."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    def typed(self, **values: str) -> list[tuple[str, str]]:
        """What is sent after these fields were typed into."""
        return [(name, value) for name, value in self.fields if name not in values] + list(values.items())

    def value(self, name: str) -> str:
        return next(value for known, value in self.fields if known == name)


class _Forms(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.forms = page, list[Form]()
        self.open: Form | None = None
        self.select = self.area = ""
        self.first_option: str | None = None
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value")
        if tag == "form":
            self.open = Form(found.get("action") or self.page)
            self.forms.append(self.open)
        elif self.open is None:
            return
        elif tag == "input" and name and found.get("type") != "file":
            if found.get("type") not in ("checkbox", "radio") or "checked" in found:
                self.open.fields.append((name, value or ""))
        elif tag == "textarea":
            self.area, self.text = name, ""
        elif tag == "select":
            self.select, self.first_option = name, None
            self.open.fields.append((name, ""))
        elif tag == "option" and self.select:
            is_first, self.first_option = self.first_option is None, self.first_option or value or ""
            if is_first or "selected" in found:
                self.open.fields[-1] = (self.select, value or "")

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea" and self.open is not None:
            self.open.fields.append((self.area, self.text.removeprefix("\n")))


def forms_of(page: str, text: str) -> list[Form]:
    """The forms of the page at the path `page`, in order."""
    found = _Forms(page)
    found.feed(text)
    return found.forms


def form_to(page: str, text: str, action: str) -> Form:
    return next(form for form in forms_of(page, text) if form.action.partition("#")[0] == action)
