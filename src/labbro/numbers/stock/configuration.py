"""The stock agent's settings, from the environment. Documented in docs/settings.md.

The agent runs at a laboratory, without the server's settings; of those it reads the mail server's and the log's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from labbro.errors import NotConfigured
from labbro.numbers.stock.policy import Rules
from labbro.platform.settings import Reader, mail_address


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """How warnings are sent."""

    to: tuple[str, ...]
    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    user: str | None
    password: str | None
    sender: str

    def __repr__(self) -> str:
        return f"Mail(host={self.host!r})"


class StockSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a laboratory decides about its stock. `service` None: nothing is drawn by itself."""

    file: Path
    stamp: Path | None
    machine: str | None
    laboratory: str
    port: int
    rules: Rules
    service: str | None
    client_id: UUID | None
    key: Path | None
    trusted: Path | None
    mail: Mail | None
    log_level: Literal["debug", "info", "warning", "error"]
    log_format: Literal["json", "text"]


def stock_settings(environ: Mapping[str, str] | None = None) -> StockSettings:
    """The settings of this machine's stock. Raises NotConfigured naming the variable."""
    reader = Reader(os.environ if environ is None else environ)
    data = Path(reader.text("LABBRO_DATA", "data")).expanduser().absolute()
    settings = StockSettings(
        file=reader.folder("LABBRO_STOCK_FILE") or data / "stock.db",
        stamp=reader.folder("LABBRO_STOCK_STAMP"),
        machine=reader.optional("LABBRO_STOCK_MACHINE"),
        laboratory=_one_line(reader.text("LABBRO_STOCK_LABORATORY", "laboratory")),
        port=reader.number("LABBRO_STOCK_PORT", 8410, 1, 65535),
        rules=Rules(
            target_weeks=reader.number("LABBRO_STOCK_TARGET_WEEKS", 26, 2, 52),
            early_weeks=reader.number("LABBRO_STOCK_EARLY_WEEKS", 20, 1, 51),
            notice_weeks=reader.number("LABBRO_STOCK_NOTICE_WEEKS", 16, 1, 51),
            warning_weeks=reader.number("LABBRO_STOCK_WARNING_WEEKS", 8, 1, 51),
            critical_weeks=reader.number("LABBRO_STOCK_CRITICAL_WEEKS", 3, 1, 51),
        ),
        service=_service(reader.optional("LABBRO_STOCK_SERVICE")),
        client_id=_client_id(reader.optional("LABBRO_STOCK_CLIENT_ID")),
        key=reader.file("LABBRO_STOCK_KEY"),
        trusted=reader.file("LABBRO_STOCK_TRUST"),
        mail=_mail(reader),
        log_level=reader.one_of("LABBRO_LOG_LEVEL", "info", ("debug", "info", "warning", "error")),
        log_format=reader.one_of("LABBRO_LOG_FORMAT", "json", ("json", "text")),
    )
    given = (settings.service, settings.client_id, settings.key)
    if any(given) and not all(given):
        raise NotConfigured("LABBRO_STOCK_SERVICE, LABBRO_STOCK_CLIENT_ID and LABBRO_STOCK_KEY are set together.")
    return settings


def _mail(reader: Reader) -> Mail | None:
    told = reader.optional("LABBRO_STOCK_MAIL_TO")
    host = reader.optional("LABBRO_SMTP_HOST")
    if told is None:
        return None
    if host is None:
        raise NotConfigured("LABBRO_SMTP_HOST is missing; LABBRO_STOCK_MAIL_TO needs it.")
    addresses = tuple(part for part in re.split(r"[,\s]+", told) if part)
    if not addresses or not all(re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", part) for part in addresses):
        raise NotConfigured("LABBRO_STOCK_MAIL_TO must be mail addresses, separated by commas.")
    return Mail(
        to=addresses,
        host=host,
        port=reader.number("LABBRO_SMTP_PORT", 587, 1, 65535),
        security=reader.one_of("LABBRO_SMTP_TLS", "starttls", ("starttls", "tls", "none")),
        user=reader.optional("LABBRO_SMTP_USER"),
        password=reader.optional("LABBRO_SMTP_PASSWORD"),
        sender=mail_address(reader.text("LABBRO_SMTP_SENDER", "labbro@localhost")),
    )


def _service(told: str | None) -> str | None:
    if told is None:
        return None
    parts = urlsplit(told)
    loopback = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not parts.hostname or not (parts.scheme == "https" or loopback):
        raise NotConfigured("LABBRO_STOCK_SERVICE must begin with https://.")
    return told.rstrip("/")


def _client_id(told: str | None) -> UUID | None:
    try:
        return UUID(told) if told else None
    except ValueError:
        raise NotConfigured("LABBRO_STOCK_CLIENT_ID must be the UUID that the service gave the installation.") from None


def _one_line(text: str) -> str:
    return " ".join(text.split())[:100]
