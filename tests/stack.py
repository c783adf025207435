"""Everything a real installation stands on, on private ports of this machine: several processes behind nginx with TLS,
as deploy/nginx.conf says it, on PostgreSQL and Redis. `python -m tests.stack` runs it until it is stopped.
"""

import argparse
import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from rooms.people import people, signin
from tests.cast import Cast
from tests.running_server import RunningServer
from tests.services import (
    ROOT,
    TURN_SECRET,
    PostgresServer,
    RedisServer,
    coturn,
    free_port,
    postgres_server,
    redis,
    until_it_listens,
)

NGINX_CONF = ROOT / "deploy/nginx.conf"


class Nginx:
    """The proxy in front, which can be stopped and started again: everybody's connection goes with it."""

    def __init__(self, folder: Path, port: int, certificate: Path) -> None:
        found = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
        if found is None:
            raise RuntimeError("nginx is missing: apt-get install nginx-light")
        self._command = [found, "-p", str(folder), "-c", str(folder / "nginx.conf")]
        self._port, self.certificate = port, certificate
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL, start_new_session=True)
        until_it_listens(self._port)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGQUIT)
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """It and its workers, at once."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


@dataclass
class Stack:
    url: str
    certificate: Path
    processes: list[RunningServer]
    redis: RedisServer
    cast: Cast
    postgres: PostgresServer
    nginx: Nginx


@asynccontextmanager
async def stack(
    folder: Path, count: int, settings: Callable[[RedisServer], Awaitable[dict[str, str]]] | None = None
) -> AsyncIterator[Stack]:
    """`settings` gives, process by process, those that it has for itself."""
    async with AsyncExitStack() as parts:
        database = parts.enter_context(postgres_server())
        address = database.address
        connection = await asyncpg.connect(address.replace("+asyncpg", "") + "/postgres")
        await connection.execute("CREATE DATABASE parvis")
        await connection.close()
        cache, turn = parts.enter_context(redis()), parts.enter_context(coturn())
        port, ports = free_port(), [free_port() for _ in range(count)]
        url = f"https://127.0.0.1:{port}"
        shared = {
            "PARVIS_REDIS": cache.url, "PARVIS_PUBLIC_URL": url, "PARVIS_TRUSTED_PROXIES": "127.0.0.1",
            "PARVIS_FILES": str(folder / "files"), "PARVIS_TURN_SECRET": TURN_SECRET,
            "PARVIS_TURN_URLS": f"turn:127.0.0.1:{turn}?transport=udp,turn:127.0.0.1:{turn}?transport=tcp",
        }  # fmt: skip
        processes = [
            _process(f"{address}/parvis", folder, each, shared | (await settings(cache) if settings else {}))
            for each in ports
        ]
        cast = await processes[0].prepare()
        parts.push_async_callback(cast.database.close)
        for process in processes:
            parts.push_async_callback(process.stop)
        # At once, as systemd starts them: one brings the database to its shape, and the others wait for it.
        await asyncio.gather(*(process.start() for process in processes))
        front = parts.enter_context(nginx(folder, port, ports))
        yield Stack(url, front.certificate, processes, cache, cast, database, front)


def _process(database_url: str, folder: Path, port: int, shared: dict[str, str]) -> RunningServer:
    own = folder / f"parvis-{port}"
    own.mkdir()
    return RunningServer(
        database_url, own, port=port, begins=None, extra=shared | {"PARVIS_PROCESS_NAME": f"parvis-{port}"}
    )


@contextmanager
def nginx(folder: Path, port: int, ports: list[int]) -> Iterator[Nginx]:
    """nginx with the configuration that is shipped, at other ports."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    site = NGINX_CONF.read_text()
    servers = "".join(f"    server 127.0.0.1:{each} max_fails=1 fail_timeout=2s;\n" for each in ports)
    site = re.sub(r"(?:    server 127\.0\.0\.1:\d+ [^\n]*\n)+", servers, site)
    site = site.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl").replace("parvis.example.org", "127.0.0.1")
    site = site.replace("/etc/ssl/parvis/fullchain.pem", str(certificate))
    site = site.replace("/etc/ssl/parvis/privkey.pem", str(key))
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Whoever is root lends nginx nobody: its folder is root's alone.
    user = "user root;\n" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx.log;\nworker_processes 2;\n"
        f"events {{ worker_connections 19000; }}\nhttp {{\naccess_log off;\n{temporary}{site}}}\n"
    )
    server = Nginx(folder, port, certificate)
    server.start()
    try:
        yield server
    finally:
        server.stop()


async def run(count: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with tempfile.TemporaryDirectory(prefix="parvis-stack-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        async with stack(Path(folder), count) as running:
            async with running.cast.database.transaction() as tx:
                admin = await people.welcome(tx, "Administrator", "admin@example.org", "en")
                admin.is_administrator = admin.is_organiser = True
                _, token = await signin.make_link(tx, signin.Purpose.SIGN_IN, "admin@example.org", admin.name)
            print(f"{count} processes, PostgreSQL, Redis, coturn and nginx run. The certificate is its own.")
            print(f"A fair: {running.url}{running.cast.fair.path}")
            print(f"Its administrator: {running.url}/links/{token}")
            print("Ctrl+C ends all of it and forgets its data.", flush=True)
            await stop.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--processes", type=int, default=3)
    sys.exit(asyncio.run(run(parser.parse_args().processes)))
