"""Settings from the environment (PARVIS_…) or one TOML file, checked at start; an error names the setting."""

import hashlib
import os
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rooms.core.clock import Clock, SetClock, SystemClock

SHORTEST_SECRET = 32


def _is_mailbox(address: str) -> bool:
    try:
        where = urlsplit(address)
        is_here = where.scheme == "imap" and where.hostname in ("127.0.0.1", "::1", "localhost")
        return bool(where.hostname) and where.port != 0 and address.isascii() and (where.scheme == "imaps" or is_here)
    except ValueError:
        return False


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PARVIS_", extra="forbid", toml_file=os.environ.get("PARVIS_CONFIG"))

    mode: Literal["production", "demo"] = "production"
    secret: SecretStr = SecretStr("")
    database: str = "sqlite+aiosqlite:///data/parvis.sqlite3"
    redis: SecretStr = SecretStr("")
    """redis://host:port/number of the Redis (or Valkey) through which several processes speak with each other."""
    files: Path = Path("data/files")
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=1, le=65535)
    public_url: str = ""
    process_name: str = "parvis"
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    mail_from: str = "Parvis <parvis@localhost>"
    operator: str = ""
    """Who runs this installation: on every page and in every letter."""
    help_contact: str = ""
    """Whom to ask: an address or a telephone number."""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    invitations_a_minute: int = Field(300, ge=1)
    """How many leave in a minute: a mail server takes more for an attack. Other letters do not wait for them."""
    bounce_address: str = ""
    """To which letters come back that cannot be delivered (RFC 5321, the reverse path)."""
    bounces: SecretStr = SecretStr("")
    """The mailbox of that address: imaps://name:password@host/folder."""
    sms_url: str = ""
    sms_token: SecretStr = SecretStr("")
    sms_sender: str = "Parvis"
    sms_file: Path | None = None
    stun_urls: Annotated[tuple[str, ...], NoDecode] = ()
    turn_urls: Annotated[tuple[str, ...], NoDecode] = ()
    turn_secret: SecretStr = SecretStr("")
    metrics_token: SecretStr = SecretStr("")
    """Which Prometheus brings to read /metrics."""
    clock_file: Path | None = None
    """A clock that is set and moved, for trying the product at another hour; no installation may have one."""

    @field_validator("trusted_proxies", "stun_urls", "turn_urls", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _safe_outside_the_demo(self) -> "Settings":
        if not self.public_url:
            self.public_url = f"http://{self.host}:{self.port}"
        if urlsplit(self.public_url).path.strip("/"):
            raise ValueError("public_url: PARVIS_PUBLIC_URL must be a host alone, without a path behind it")
        if self.mode == "production" and len(self.secret.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"secret: set PARVIS_SECRET to at least {SHORTEST_SECRET} random characters")
        if self.mode == "production" and self.clock_file:
            raise ValueError("clock_file: PARVIS_CLOCK_FILE sets the clock for tests, and is refused in production")
        if self.metrics_token.get_secret_value() and len(self.metrics_token.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"metrics_token: PARVIS_METRICS_TOKEN must have at least {SHORTEST_SECRET} characters")
        if self.turn_urls and not self.turn_secret.get_secret_value():
            raise ValueError("turn_secret: PARVIS_TURN_URLS needs PARVIS_TURN_SECRET")
        return self

    @field_validator("bounces")
    @classmethod
    def _opens_a_mailbox(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value() or _is_mailbox(value.get_secret_value()):
            return value
        raise ValueError(
            "PARVIS_BOUNCES is imaps://name:password@host/folder (imap:// on this machine alone); "
            "write / # ? @ and letters with accents in the password by their numbers, such as %2F"
        ) from None

    @property
    def installation(self) -> str:
        """A name for what belongs to this installation where others have theirs too; it tells nothing."""
        return "parvis:" + hashlib.sha256(b"installation " + self.secret.get_secret_value().encode()).hexdigest()[:16]

    @property
    def clock(self) -> Clock:
        return SetClock(self.clock_file) if self.clock_file else SystemClock()

    @property
    def is_secure(self) -> bool:
        return self.public_url.startswith("https://")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file; there is no other source."""
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))


class SettingsError(Exception):
    """One line for each setting that is wrong."""


def load(**given: object) -> Settings:
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [_line(part["loc"], part["msg"]) for part in error.errors()]
        raise SettingsError("\n".join(lines)) from None


def _line(location: tuple[int | str, ...], message: str) -> str:
    name = ".".join(map(str, location))
    return f"PARVIS_{name.upper()}: {message}" if name else message.removeprefix("Value error, ")
