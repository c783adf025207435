"""What a command may refuse, as data: a stable code, a sentence for the person, and the field it concerns.

The sentences are message ids; the doors translate them into the person's language.
"""

from typing import Any


def N_(message: str) -> str:
    """Mark a sentence for translation without translating it here."""
    return message


class Problem(Exception):
    """Something that the person can understand and mend."""

    status = 400
    leads_to: str | None = None
    """The path of the page where one goes on from here, if there is one."""

    def __init__(self, code: str, message: str, *, field: str | None = None, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.values = values

    def about(self, name: str) -> str:
        """What is to be said beside the field of this name, if it is not the sentence itself."""
        return ""


class NotFound(Problem):
    """The thing does not exist for this person."""

    status = 404

    def __init__(self, thing: str) -> None:
        super().__init__(f"{thing}.not_found", N_("This is not here, or no longer."))


class Refused(Problem):
    """The thing exists for this person, the act is not theirs."""

    status = 403

    def __init__(self, code: str = "refused", message: str = N_("You may not do this.")) -> None:
        super().__init__(code, message)


class Invalid(Problem):
    """What was typed does not fit; `field` names where."""

    status = 422


class Conflict(Problem):
    """It would be allowed, but things stand differently now."""

    status = 409


class Away(Problem):
    """The database cannot be reached: nothing was changed, and asking again is right."""

    status = 503

    def __init__(self) -> None:
        super().__init__("away", N_("Parvis is out of reach for a moment. Nothing that was confirmed is lost."))
