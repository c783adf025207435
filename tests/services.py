"""Real servers for the tests: a private PostgreSQL, Redis and coturn on private ports, from Debian's packages."""

import grp
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
from typing import Any

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


class PostgresServer:
    """A fresh server on this machine alone, which can be stopped and started again. It refuses to run as root, so root
    lends it a user."""

    def __init__(self, folder: Path) -> None:
        self._programs, self._folder, self.port = _postgres_programs(), folder, free_port()
        self._data = folder / "data"
        self._user: dict[str, Any] = {}
        if os.getuid() == 0:
            entry = pwd.getpwnam("postgres")
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            self._user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        options = ["-A", "trust", "-U", "parvis", "--no-sync", "-E", "UTF8"]
        self._run([self._programs / "initdb", "-D", self._data, *options], check=True, capture_output=True)

    @property
    def address(self) -> str:
        """Without a database's name."""
        return f"postgresql+asyncpg://parvis@127.0.0.1:{self.port}"

    def start(self) -> None:
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        command = ["-D", self._data, "-o", options, "-w", "-l", self._folder / "log", "start"]
        self._run([self._programs / "pg_ctl", *command], check=True, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        """At once, as when it falls over."""
        command = [self._programs / "pg_ctl", "-D", self._data, "-m", "immediate", "stop"]
        self._run(command, check=False, capture_output=True)

    def _run(self, command: list[Any], **options: Any) -> None:
        subprocess.run(command, cwd=self._folder, **self._user, **options)  # noqa: PLW1510


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    folder = Path(tempfile.mkdtemp(prefix="parvis-postgres-", dir="/tmp"))
    try:
        server = PostgresServer(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres() -> Iterator[str]:
    """A fresh server; gives its address without a database name."""
    with postgres_server() as server:
        yield server.address


class RedisServer:
    """A Redis on this machine alone, which can be stopped and started again on the same port; it keeps nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise RuntimeError("Redis is missing: apt-get install redis-server")
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, cwd=self._folder)
        until_it_listens(self.port)

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(10)
            self._process = None


@contextmanager
def redis() -> Iterator[RedisServer]:
    with tempfile.TemporaryDirectory(prefix="parvis-redis-") as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


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
        until_it_listens(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def dovecot() -> Iterator[tuple[int, Path]]:
    """An IMAP server on this machine alone, with one mailbox for every name whose password is "secret"; gives its port
    and the folder (a Maildir) into which letters are delivered."""
    program = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise RuntimeError("Dovecot is missing: apt-get install dovecot-imapd")
    port, folder = free_port(), Path(tempfile.mkdtemp(prefix="parvis-dovecot-", dir="/tmp"))
    inbox = folder / "mail"
    for name in ("new", "cur", "tmp"):
        (inbox / name).mkdir(parents=True)
    owner = pwd.getpwnam("mail") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    for path in (folder, inbox, *inbox.iterdir()):
        os.chown(path, owner.pw_uid, owner.pw_gid)
    user = [] if os.getuid() == 0 else [
        f"default_internal_user = {owner.pw_name}", f"default_login_user = {owner.pw_name}",
        f"default_internal_group = {grp.getgrgid(owner.pw_gid).gr_name}",
        "service anvil {", "  chroot =", "}", "service imap-login {", "  chroot =", "}",
    ]  # fmt: skip
    lines = [
        "protocols = imap", "listen = 127.0.0.1", "ssl = no", "disable_plaintext_auth = no",
        f"base_dir = {folder}/run", f"log_path = {folder}/log", f"mail_location = maildir:{inbox}",
        f"first_valid_uid = {owner.pw_uid}", f"first_valid_gid = {owner.pw_gid}",
        "passdb {", "  driver = static", "  args = password=secret", "}",
        "userdb {", "  driver = static", f"  args = uid={owner.pw_uid} gid={owner.pw_gid} home={folder}", "}",
        "service imap-login {", "  inet_listener imap {", f"    port = {port}", "  }",
        "  inet_listener imaps {", "    port = 0", "  }", "}", *user,
    ]  # fmt: skip
    (folder / "dovecot.conf").write_text("\n".join(lines) + "\n")
    process = subprocess.Popen([program, "-F", "-c", folder / "dovecot.conf"], stderr=subprocess.DEVNULL)
    try:
        until_it_listens(port)
        yield port, inbox
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def until_it_listens(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")
