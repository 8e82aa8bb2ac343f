"""The number service through its whole door, for `labbro bench numbers`: HTTPS, authentication, audit, the disk.

A server of its own is started (`labbro serve`) with TLS and a fresh, durable PostgreSQL. A system that is known by its
key asks for a token; then many connections draw one series after the other, each waiting for its answer. Server,
database and callers share this machine, so the figure is a lower bound for a server alone.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

import httpx
import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey

from labbro.errors import Unavailable
from labbro.members import acts
from labbro.members.changes import HOUSE, Changes
from labbro.members.model import Limits
from labbro.numbers.credentials import ASSERTION_TYPE, Credentials
from labbro.platform.clock import SystemClock
from labbro.platform.database import Database
from labbro.platform.identities import SystemIdentities
from labbro.platform.settings import Settings

START_SECONDS: Final = 60
SERIES_NUMBERS: Final = 1000
_LIMITS: Final = Limits(largest_series=10_000_000, numbers_a_day=10**12, plan_a_fortnight=10**10)
_DAY: Final = dt.timedelta(days=1)


class Door(msgspec.Struct, frozen=True):
    """A running server: where, whom it knows, what to trust, and its database."""

    address: str
    token: str
    certificate: Path
    database: Database


@contextmanager
def opened(settings: Settings) -> Generator[Door]:
    """Starts a server in the settings' folder; its one system is registered and has asked for a token."""
    folder = settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = make_certificate(folder)
    port = _free_port()
    address = f"https://127.0.0.1:{port}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LABBRO_")}
    environment |= {
        "LABBRO_DATA": str(folder),
        "LABBRO_PORT": str(port),
        "LABBRO_TLS_CERT": str(certificate),
        "LABBRO_TLS_KEY": str(key),
        "LABBRO_LOG_LEVEL": "warning",
        "LABBRO_DATABASE_CONNECTIONS": "20",
    }
    command = [str(Path(sys.executable).with_name("labbro")), "serve"]
    with (
        (folder / "server.log").open("wb") as log,
        subprocess.Popen(command, env=environment, stderr=log) as server,  # noqa: S603 - our own arguments
    ):
        try:
            trusted = ssl.create_default_context(cafile=str(certificate))
            _wait(address, trusted, server)
            with Database.open(settings) as database:
                credentials = _register(database)
                yield Door(address, _token(address, trusted, credentials), certificate, database)
        finally:
            server.terminate()
            server.wait(START_SECONDS)


def drawn(door: Door, connections: int, seconds: float) -> tuple[float, float]:
    """Series a second, and the 99th percentile of one draw in milliseconds."""
    took: list[list[float]] = [[] for _ in range(connections)]
    started = threading.Barrier(connections + 1)
    end = [0.0]

    def work(number: int) -> None:
        with _Connection(door) as connection:
            started.wait()
            while (begun := time.perf_counter()) < end[0]:
                connection.draw()
                took[number].append(time.perf_counter() - begun)

    threads = [threading.Thread(target=work, args=[number], daemon=True) for number in range(connections)]
    for thread in threads:
        thread.start()
    end[0] = float("inf")
    started.wait()
    begun = time.perf_counter()
    end[0] = begun + seconds
    for thread in threads:
        thread.join()
    every = sorted(one for part in took for one in part)
    if not every:
        raise Unavailable("The bench drew nothing; see server.log in its folder.")
    return len(every) / (time.perf_counter() - begun), 1000 * every[int(len(every) * 0.99)]


class _Connection:
    """One connection that is kept: the least that a caller can do, so that the caller costs little."""

    def __init__(self, door: Door) -> None:
        parts = urlsplit(door.address)
        host, port = parts.hostname or "", parts.port or 443
        context = ssl.create_default_context(cafile=str(door.certificate))
        self._socket = context.wrap_socket(socket.create_connection((host, port)), server_hostname=host)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = (
            f"POST /numbers/series HTTP/1.1\r\nhost: {host}:{port}\r\nauthorization: Bearer {door.token}\r\n"
            "content-type: application/json\r\ncontent-length: "
        ).encode()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def draw(self) -> None:
        """One series. Raises Unavailable for anything but success."""
        body = f'{{"request_id":"{uuid.uuid4()}","count":{SERIES_NUMBERS}}}'.encode()
        self._socket.sendall(self._head + str(len(body)).encode() + b"\r\n\r\n" + body)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        head, _, rest = answer.partition(b"\r\n\r\n")
        length = next(
            int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
        )
        while len(rest) < length:
            rest += self._more()
        if not head.startswith(b"HTTP/1.1 200"):
            raise Unavailable(f"The bench was answered {head[9:12].decode()}: {rest[:200].decode(errors='replace')}")

    def _more(self) -> bytes:
        found = self._socket.recv(65536)
        if not found:
            raise Unavailable("The bench's server closed a connection.")
        return found


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that is signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = SystemClock().now()
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + 30 * _DAY)
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "tls.pem", folder / "tls.key"
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, none))
    return certificate, private


def _register(database: Database) -> Credentials:
    """A vendor, a laboratory with an account without narrow limits, a certified system and its key."""
    clock = SystemClock()
    identities = SystemIdentities(clock)
    changes = Changes(database, clock, identities)
    now = clock.now()

    def make(kind: type[acts.Act], **fields: object) -> uuid.UUID:
        return changes.do(HOUSE, kind(request_id=identities.new(), **fields)).id

    vendor = make(acts.AddVendor, name="Bench")
    product = make(acts.AddProduct, vendor_id=vendor, name="Bench LIS")
    system = make(acts.AddSystem, product_id=product, version="1")
    laboratory = make(acts.AddLaboratory, vendor_id=vendor, name="Bench", formats=("RPT01",))
    account = make(
        acts.OpenAccount,
        laboratory_id=laboratory,
        department="Bench",
        mailbox="bench@bench.example",
    )
    make(acts.SetLimits, account_id=account, limits=_LIMITS)
    make(
        acts.IssueCertificate,
        system_id=system,
        formats=("RPT01",),
        valid_from=now.date() - _DAY,
        valid_to=now.date() + 30 * _DAY,
    )
    installation = make(acts.Install, account_id=account, system_id=system, name="Bench")
    key = ECKey.generate_key("P-256")
    public = msgspec.convert(key.as_dict(private=False), acts.PublicKey)
    make(acts.AddKey, installation_id=installation, jwk=public, valid_from=now - _DAY, valid_to=now + _DAY)
    return Credentials(installation, key)


def _token(address: str, trusted: ssl.SSLContext, credentials: Credentials) -> str:
    told = credentials.assertion(address, SystemClock().now(), uuid.uuid4())
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": told,
    }
    answer = httpx.post(f"{address}/oauth/token", data=form, verify=trusted)
    if not answer.is_success:
        raise Unavailable(f"The bench's system got no token: {answer.text[:200]}")
    return str(answer.json()["access_token"])


def _wait(address: str, trusted: ssl.SSLContext, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            if httpx.get(f"{address}/readyz", verify=trusted).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise Unavailable("The bench's server did not start; see server.log in its folder.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
