"""Uploaded contents in a folder of ours: under names that we made, and never in static/."""

import asyncio
from pathlib import Path


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
        path.write_bytes(content)

    async def forget(self, name: str) -> None:
        await asyncio.to_thread(self.path(name).unlink, missing_ok=True)
