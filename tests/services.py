"""Real servers for the tests: a private PostgreSQL on a private port, from Debian's packages."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _postgres_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise RuntimeError("PostgreSQL is missing: apt-get install postgresql")
    return found[-1].parent


@contextmanager
def postgres() -> Iterator[str]:
    """A fresh server; gives its address without a database name. It refuses to run as root, so root lends it a user."""
    programs, port = _postgres_programs(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="parvis-postgres-", dir="/tmp"))
    user = {}
    if os.getuid() == 0:
        entry = pwd.getpwnam("postgres")
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    data = folder / "data"
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
    run = lambda *command: subprocess.run(command, check=True, capture_output=True, cwd=folder, **user)  # noqa: E731
    try:
        run(programs / "initdb", "-D", data, "-A", "trust", "-U", "parvis", "--no-sync", "-E", "UTF8")
        subprocess.run(
            [programs / "pg_ctl", "-D", data, "-o", options, "-w", "-l", folder / "log", "start"],
            check=True, stdout=subprocess.DEVNULL, cwd=folder, **user,
        )  # fmt: skip
        yield f"postgresql+asyncpg://parvis@127.0.0.1:{port}"
    finally:
        stop = [programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"]
        subprocess.run(stop, check=False, capture_output=True, cwd=folder, **user)
        shutil.rmtree(folder, ignore_errors=True)
