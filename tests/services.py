"""Real servers for the tests: a private PostgreSQL and coturn on private ports, from Debian's packages."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent


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


TURN_SECRET = "a TURN secret for tests"


@contextmanager
def coturn() -> Iterator[int]:
    """A TURN server on this machine alone; gives its port. Peers on loopback are allowed, as nowhere else."""
    program = shutil.which("turnserver")
    if program is None:
        raise RuntimeError("coturn is missing: apt-get install coturn")
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="parvis-coturn-"))
    options = {
        "listening-ip": "127.0.0.1", "relay-ip": "127.0.0.1", "listening-port": port, "realm": "parvis.test",
        "static-auth-secret": TURN_SECRET, "pidfile": folder / "pid", "userdb": folder / "db",
    }  # fmt: skip
    flags = ["use-auth-secret", "allow-loopback-peers", "no-tls", "no-dtls", "no-cli"]
    lines = [f"{name}={value}" for name, value in options.items()] + flags
    (folder / "turnserver.conf").write_text("\n".join(lines) + "\n")
    command = [program, "-c", folder / "turnserver.conf", "--log-file", "stdout"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    try:
        _until_it_listens(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _until_it_listens(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("coturn does not listen")
