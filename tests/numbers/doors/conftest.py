"""The whole server over HTTPS on a PostgreSQL that waits for the disk, with a small country of members."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import socket
import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.members.building import World, new_world

from labbro.numbers.client import NumberClient
from labbro.numbers.credentials import Credentials
from labbro.platform import embedded, migrations
from labbro.platform.database import Database

LABBRO = Path(sys.executable).with_name("labbro")
SECRET = "5e" * 32
APPROVAL_FROM = 200_000  # above three times the usual plan, below the largest series


class Running(msgspec.Struct):
    """A server that runs: its address, whom it knows, and the certificate to trust."""

    address: str
    world: World
    certificate: Path
    database_url: str

    def client(self, name: str = "nord", **more: Any) -> NumberClient:
        """The typed client of a laboratory's system."""
        return NumberClient(self.address, self.credentials(name), trusted=self.certificate, **more)

    def credentials(self, name: str = "nord") -> Credentials:
        """What the system shows."""
        return Credentials(self.world.ids[f"installation-{name}"], self.world.keys[name])

    def token(self, name: str = "nord") -> str:
        """An access token, asked for as any system does."""
        told = self.credentials(name).assertion(self.address, dt.datetime.now(dt.UTC), uuid.uuid4())
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": told,
        }
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        answer = httpx.post(f"{self.address}/oauth/token", data=form, verify=trusted)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])


@pytest.fixture(scope="session")
def running(durable_cluster: embedded.Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`labbro serve` with TLS."""
    folder = tmp_path_factory.mktemp("doors")
    url = new_database(durable_cluster)
    with Database(url, connections=4) as database:
        database.pool.open(wait=True)
        world = new_world(database, dt.datetime.now(dt.UTC))
        certificate, key = _certificate(folder)
        with serving(folder, url, LABBRO_TLS_CERT=str(certificate), LABBRO_TLS_KEY=str(key)) as address:
            yield Running(address, world, certificate, url)


@contextmanager
def serving(folder: Path, url: str, **settings: str) -> Generator[str]:
    """`labbro serve` on a database, with its data in a folder; with TLS where the settings name a certificate."""
    port = free_port()
    environment = os.environ | {
        "LABBRO_DATABASE_URL": url,
        "LABBRO_DATA": str(folder / "data"),
        "LABBRO_PORT": str(port),
        "LABBRO_SECRET": SECRET,
        "LABBRO_LOG_LEVEL": "warning",
        **settings,
    }
    with (folder / "log").open("wb") as log, subprocess.Popen([LABBRO, "serve"], env=environment, stderr=log) as server:
        try:
            certificate = settings.get("LABBRO_TLS_CERT")
            address = f"{'https' if certificate else 'http'}://127.0.0.1:{port}"
            _wait(address, certificate, server, folder / "log")
            yield address
        finally:
            server.terminate()
            server.wait(30)


def new_database(cluster: embedded.Embedded) -> str:
    name = f"doors_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(cluster.url_of("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    migrations.run(cluster.url_of(name))
    return cluster.url_of(name)


def _wait(address: str, certificate: str | None, server: subprocess.Popen[bytes], log: Path) -> None:
    trusted = ssl.create_default_context(cafile=certificate)
    for _ in range(300):
        assert server.poll() is None, log.read_text()
        try:
            if httpx.get(f"{address}/readyz", verify=trusted).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "tls.pem", folder / "tls.key"
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private
