"""What each house that a test starts would read and work out for itself: done once, before the first is forked."""

from importlib import import_module

from sqlalchemy.orm import configure_mappers

from rooms import models  # noqa: F401
from server.app import PAGE_MODULES

for name in PAGE_MODULES:
    import_module(f"server.pages.{name}")
configure_mappers()
