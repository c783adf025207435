"""Imports every model, so that the metadata is whole, and every reaction, so that none is missed."""

import pkgutil
from importlib import import_module

import rooms

for module in pkgutil.walk_packages(rooms.__path__, "rooms."):
    import_module(module.name)
