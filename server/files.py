"""Uploaded contents in a folder of ours: under names that we made, and never in static/."""

import asyncio
import errno
import shutil
import uuid
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

import structlog

from rooms.core.errors import N_, Conflict
from rooms.core.model import new_id
from rooms.core.uploads import Checked, DocumentKind, Upload, check

log = structlog.get_logger()


class Storage(Protocol):
    """Where contents are kept, by a name that we make: a folder today, an object store later."""

    async def keep(self, name: str, content: bytes) -> None: ...

    async def forget(self, name: str) -> None: ...

    async def copy(self, name: str, to: str) -> None: ...


async def take_in(
    storage: Storage,
    kind: DocumentKind,
    upload: Upload,
    add: Callable[[Checked, uuid.UUID], Awaitable[list[uuid.UUID]]],
) -> Checked:
    """Check an upload and keep its content, then let `add` write the row; what it replaced is forgotten last.

    A failure on the way leaves what stood before. Checking and writing happen beside the loop and in no transaction.
    """
    checked = await asyncio.to_thread(check, kind, upload)
    name = new_id()
    await storage.keep(str(name), checked.content)
    try:
        stale = await add(checked, name)
    except BaseException:
        await storage.forget(str(name))
        raise
    await forget(storage, stale)
    return checked


async def copy_all(storage: Storage, pairs: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> None:
    """The contents of these documents under new names: all of them, or none."""
    try:
        for name, to in pairs:
            await storage.copy(str(name), str(to))
    except BaseException:
        await forget(storage, [to for _, to in pairs])
        raise


async def forget(storage: Storage, names: list[uuid.UUID]) -> None:
    for name in names:
        await storage.forget(str(name))


def no_room() -> Conflict:
    message = N_("There is no room for files just now. Everything else works; please try again later.")
    return Conflict("files.no_room", message, field="document")


def _refusal_of(error: OSError, folder: Path) -> Exception:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        log.error("no_room_for_files", folder=str(folder))
        return no_room()
    return error


class FolderStorage:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        return self.folder / name[:2] / name

    async def keep(self, name: str, content: bytes) -> None:
        await asyncio.to_thread(self._write, name, content)

    def _write(self, name: str, content: bytes) -> None:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.write_bytes(content)
        except OSError as error:
            # A full disk leaves no half of a file behind.
            path.unlink(missing_ok=True)
            raise _refusal_of(error, self.folder) from None

    async def copy(self, name: str, to: str) -> None:
        """A content that is gone stays gone."""
        await asyncio.to_thread(self._copy, name, to)

    def _copy(self, name: str, to: str) -> None:
        path = self.path(to)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(self.path(name), path)
        except FileNotFoundError:
            return
        except OSError as error:
            path.unlink(missing_ok=True)
            raise _refusal_of(error, self.folder) from None

    async def forget(self, name: str) -> None:
        await asyncio.to_thread(self.path(name).unlink, missing_ok=True)
