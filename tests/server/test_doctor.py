"""`parvis doctor` really tries: a TURN server with the right secret and a wrong one, a proxy believed or not."""

import asyncio
import datetime
import ipaddress
import os
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server import doctor
from server.settings import load
from tests.running_server import RunningServer
from tests.services import TURN_SECRET, coturn

SECRET = "kP3vX8mQ1rT6wZ0yB5nD2gH7jL4sF9cA"


@pytest.mark.parametrize("transport", ["", "?transport=tcp"])
async def test_turn_is_well_only_when_it_relays_for_us(transport: str) -> None:
    with coturn() as port:
        url = f"turn:127.0.0.1:{port}{transport}"
        right = await doctor.turn(load(secret=SECRET, turn_urls=url, turn_secret=TURN_SECRET))
        wrong = await doctor.turn(load(secret=SECRET, turn_urls=url, turn_secret="another one"))
    assert (right.is_well, wrong.is_well) == (True, False)
    assert "PARVIS_TURN_SECRET" in wrong.mend


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "tls.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@asynccontextmanager
async def tls_in_front(port: int, pem: Path) -> AsyncIterator[int]:
    """A proxy that takes TLS and says so in X-Forwarded-Proto; gives its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        line, _, rest = request.partition(b"\r\n")
        there, back = await asyncio.open_connection("127.0.0.1", port)
        headers = b"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n"
        back.write(line + b"\r\n" + headers + rest)
        writer.write(await there.read())
        writer.close()
        back.close()

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(("trusted", "mark"), [("127.0.0.1", "✓"), ("10.1.2.3", "✗")])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_proxy_is_well_only_when_it_is_believed(
    database_url: str, tmp_path: Path, trusted: str, mark: str
) -> None:
    pem = certificate(tmp_path)
    running = RunningServer(database_url, tmp_path, extra={"PARVIS_TRUSTED_PROXIES": trusted})
    await running.start()
    try:
        async with tls_in_front(running.port, pem) as port:
            settings = {
                "PARVIS_PUBLIC_URL": f"https://127.0.0.1:{port}",
                "PARVIS_SECRET": SECRET,
                "PARVIS_TRUSTED_PROXIES": trusted,
                "PARVIS_DATABASE": database_url,
                "PARVIS_FILES": str(tmp_path / "files"),
                "SSL_CERT_FILE": str(pem),
            }
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "server", "doctor",
                env={**os.environ, **settings}, stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            said, _ = await process.communicate()
    finally:
        await running.stop()
    (line,) = [line for line in said.decode().splitlines() if " proxies " in line]
    assert line.startswith(mark), said.decode()


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_mailbox_hears_the_password_only_after_it_has_shown_who_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    heard = bytearray()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK [CAPABILITY IMAP4rev1] here\r\n")
        while line := await reader.readline():
            heard.extend(line)
            command = line.split()[0]
            if b"CAPABILITY" in line:
                writer.write(b"* CAPABILITY IMAP4rev1\r\n" + command + b" OK done\r\n")
            else:
                writer.write(command + b" NO not today\r\n")
        writer.close()

    pem = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    if is_known:
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    async with await asyncio.start_server(refuse, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        found = await doctor.bounces(load(mode="demo", bounces=f"imaps://bounces:secret@127.0.0.1:{port}/"))
    assert (found.is_well, "certificate" in found.says) == (False, not is_known)
    assert (b"secret" in heard) == is_known
