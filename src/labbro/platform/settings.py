"""Settings: read once from the environment, checked, and passed on as a value. Documented in docs/settings.md."""

from __future__ import annotations

import datetime as dt
import functools
import ipaddress
import os
import re
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from labbro.errors import NotConfigured

_T = TypeVar("_T", bound=str)

MEGABYTE = 1024 * 1024
SECRET_MINIMUM_BYTES = 32

# Settings whose value may stand in a file named by <NAME>_FILE, as secret stores hand them out.
FROM_FILE = (
    "LABBRO_DATABASE_URL",
    "LABBRO_SECRET",
    "LABBRO_OIDC_CLIENT_SECRET",
    "LABBRO_INTAKE_TOKENS",
    "LABBRO_READER_TOKENS",
    "LABBRO_SMTP_PASSWORD",
)


class IntakeToken(msgspec.Struct, frozen=True):
    """Who may send letters by machine: a name for logs, and the SHA-256 of the bearer token in hexadecimal."""

    name: str
    digest: str


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an operator decides. Field `x_y` is set by the variable named in docs/settings.md."""

    data_dir: Path
    secret: bytes
    database_url: str | None = None
    database_connections: int = 10
    host: str = "127.0.0.1"
    port: int = 8400
    public_url: str = "http://127.0.0.1:8400"
    threads: int = 8
    tls_cert: Path | None = None
    tls_key: Path | None = None
    demonstration: bool = False
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    own_ean: str = "5790000000000"
    intake_tokens: tuple[IntakeToken, ...] = ()
    reader_tokens: tuple[IntakeToken, ...] = ()
    registry_people: tuple[str, ...] = ()
    watch_dir: Path | None = None
    eu_addresses: Path | None = None
    lookups_per_hour: int = 120
    body_limit_bytes: int = 64 * MEGABYTE
    body_seconds: int = 60
    stop_seconds: int = 30
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "text"] = "json"
    audit_checkpoints_file: Path | None = None
    numbers_space: str = "npn"
    numbers_digits: int = 13
    numbers_prefix: str = ""
    numbers_check: Literal["modulus-11", "none"] = "modulus-11"
    numbers_mark_dir: Path | None = None
    numbers_rest_days: int = 0
    numbers_standby: str | None = None
    proxies: tuple[str, ...] = ()
    plain_until: dt.date | None = None
    plain_port: int | None = None
    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password: str | None = None
    smtp_sender: str = "labbro@localhost"

    def __repr__(self) -> str:
        """Names the place only: settings hold secrets, and a printed struct ends in logs."""
        return f"Settings(host={self.host!r}, port={self.port}, demonstration={self.demonstration})"

    @property
    def loopback(self) -> bool:
        """True when only this machine can reach the server."""
        return is_loopback(self.host)

    @property
    def tls(self) -> bool:
        """True when the server itself speaks TLS."""
        return self.tls_cert is not None

    @property
    def reached_by_tls(self) -> bool:
        """True when browsers reach Labbro by TLS: its own, or that of a proxy before it."""
        return self.tls or self.public_url.startswith("https://")

    @property
    def postgres_dir(self) -> Path:
        """Where the embedded PostgreSQL keeps its files."""
        return self.data_dir / "postgres"

    @property
    def audit_checkpoints(self) -> Path:
        """The file outside the database that signed checkpoints of the audit are appended to."""
        return self.audit_checkpoints_file or self.data_dir / "audit-checkpoints.jsonl"

    @property
    def numbers_mark(self) -> Path:
        """The folder outside the database where high-water marks of number spaces are kept."""
        return self.numbers_mark_dir or self.data_dir / "numbers-mark"


def from_environment(
    environ: Mapping[str, str] | None = None, *, new_secret: Callable[[int], bytes] = secrets.token_bytes
) -> Settings:
    """Settings from variables named LABBRO_*.

    On loopback a missing secret is made once and kept in the data folder (mode 0600).
    Raises NotConfigured naming the variable, what is wrong with it and what to write.
    """
    reader = Reader(os.environ if environ is None else environ)
    data_dir = Path(reader.text("LABBRO_DATA", "data")).expanduser().absolute()
    host = reader.text("LABBRO_HOST", "127.0.0.1")
    port = reader.number("LABBRO_PORT", 8400, 1, 65535)
    tls_cert, tls_key = reader.file("LABBRO_TLS_CERT"), reader.file("LABBRO_TLS_KEY")
    issuer = reader.optional("LABBRO_OIDC_ISSUER")
    scheme = "https" if tls_cert else "http"
    settings = Settings(
        data_dir=data_dir,
        secret=_secret(reader.optional("LABBRO_SECRET"), data_dir, is_loopback(host), new_secret),
        database_url=reader.optional("LABBRO_DATABASE_URL"),
        database_connections=reader.number("LABBRO_DATABASE_CONNECTIONS", 10, 2, 200),
        host=host,
        port=port,
        public_url=reader.text("LABBRO_PUBLIC_URL", f"{scheme}://{_bracketed(host)}:{port}").rstrip("/"),
        threads=reader.number("LABBRO_THREADS", 8, 1, 64),
        tls_cert=tls_cert,
        tls_key=tls_key,
        demonstration=reader.yes_or_no("LABBRO_DEMONSTRATION"),
        oidc_issuer=issuer.rstrip("/") if issuer else None,
        oidc_client_id=reader.optional("LABBRO_OIDC_CLIENT_ID"),
        oidc_client_secret=reader.optional("LABBRO_OIDC_CLIENT_SECRET"),
        own_ean=_ean(reader.text("LABBRO_EAN", "5790000000000")),
        intake_tokens=_tokens(reader.optional("LABBRO_INTAKE_TOKENS"), "LABBRO_INTAKE_TOKENS"),
        reader_tokens=_tokens(reader.optional("LABBRO_READER_TOKENS"), "LABBRO_READER_TOKENS"),
        registry_people=_people(reader.optional("LABBRO_REGISTRY_PEOPLE")),
        watch_dir=reader.folder("LABBRO_WATCH"),
        eu_addresses=reader.file("LABBRO_EU_ADDRESSES"),
        lookups_per_hour=reader.number("LABBRO_LOOKUPS_PER_HOUR", 120, 1, 100_000),
        body_limit_bytes=reader.number("LABBRO_BODY_LIMIT_MB", 64, 1, 4096) * MEGABYTE,
        body_seconds=reader.number("LABBRO_BODY_SECONDS", 60, 1, 3600),
        stop_seconds=reader.number("LABBRO_STOP_SECONDS", 30, 1, 600),
        log_level=reader.one_of("LABBRO_LOG_LEVEL", "info", ("debug", "info", "warning", "error")),
        log_format=reader.one_of("LABBRO_LOG_FORMAT", "json", ("json", "text")),
        audit_checkpoints_file=reader.folder("LABBRO_AUDIT_CHECKPOINTS"),
        numbers_space=_space_name(reader.text("LABBRO_NUMBERS_SPACE", "npn")),
        numbers_digits=reader.number("LABBRO_NUMBERS_DIGITS", 13, 1, 15),
        numbers_prefix=_prefix(reader.text("LABBRO_NUMBERS_PREFIX", "")),
        numbers_check=reader.one_of("LABBRO_NUMBERS_CHECK", "modulus-11", ("modulus-11", "none")),
        numbers_mark_dir=reader.folder("LABBRO_NUMBERS_MARK"),
        numbers_rest_days=reader.number("LABBRO_NUMBERS_REST_DAYS", 0, 0, 36_500),
        numbers_standby=reader.optional("LABBRO_NUMBERS_STANDBY"),
        **_connections(reader),
    )
    _check_together(settings)
    return settings


def _connections(reader: Reader) -> dict[str, Any]:
    """How members reach us beside TLS, and how we reach them."""
    return {
        "proxies": _addresses(reader.optional("LABBRO_PROXIES")),
        "plain_until": reader.day("LABBRO_PLAIN_UNTIL"),
        "plain_port": reader.number("LABBRO_PLAIN_PORT", 0, 0, 65535) or None,
        "smtp_host": reader.optional("LABBRO_SMTP_HOST"),
        "smtp_port": reader.number("LABBRO_SMTP_PORT", 587, 1, 65535),
        "smtp_tls": reader.one_of("LABBRO_SMTP_TLS", "starttls", ("starttls", "tls", "none")),
        "smtp_user": reader.optional("LABBRO_SMTP_USER"),
        "smtp_password": reader.optional("LABBRO_SMTP_PASSWORD"),
        "smtp_sender": mail_address(reader.text("LABBRO_SMTP_SENDER", "labbro@localhost")),
    }


@functools.lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """True for localhost and the addresses 127.0.0.0/8 and ::1."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Reader:
    """Takes values out of an environment; empty counts as missing."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def optional(self, name: str) -> str | None:
        value = self._environ.get(name, "").strip()
        named_file = self._environ.get(f"{name}_FILE", "").strip() if name in FROM_FILE else ""
        if value and named_file:
            raise NotConfigured(f"{name} and {name}_FILE are both set; keep one of them.")
        if named_file:
            return _file_text(f"{name}_FILE", Path(named_file))
        return value or None

    def text(self, name: str, default: str) -> str:
        return self.optional(name) or default

    def number(self, name: str, default: int, least: int, most: int) -> int:
        text = self.optional(name)
        if text is None:
            return default
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise NotConfigured(f"{name} must be a whole number from {least} to {most}.")
        return int(text)

    def day(self, name: str) -> dt.date | None:
        text = self.optional(name)
        try:
            return dt.date.fromisoformat(text) if text else None
        except ValueError:
            raise NotConfigured(f"{name} must be a day, as 2026-12-31.") from None

    def yes_or_no(self, name: str) -> bool:
        text = self.text(name, "no").lower()
        if text not in ("yes", "no", "true", "false", "1", "0"):
            raise NotConfigured(f"{name} must be yes or no.")
        return text in ("yes", "true", "1")

    def one_of(self, name: str, default: _T, choices: tuple[_T, ...]) -> _T:
        text = self.optional(name)
        for choice in choices:
            if text == choice:
                return choice
        if text is None:
            return default
        raise NotConfigured(f"{name} must be one of: {', '.join(choices)}.")

    def file(self, name: str) -> Path | None:
        text = self.optional(name)
        if text is None:
            return None
        path = Path(text).expanduser().absolute()
        if not path.is_file():
            raise NotConfigured(f"{name} names a file that does not exist.")
        return path

    def folder(self, name: str) -> Path | None:
        text = self.optional(name)
        return Path(text).expanduser().absolute() if text else None


def _file_text(name: str, path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        raise NotConfigured(f"{name} names a file that cannot be read as text.") from None


def _secret(given: str | None, data_dir: Path, loopback: bool, new_secret: Callable[[int], bytes]) -> bytes:
    """The secret: from the variable, from the data folder, or made now when only this machine can reach us."""
    if given is not None:
        return _secret_bytes("LABBRO_SECRET", given)
    kept = data_dir / "secret"
    if kept.exists():
        return _secret_bytes("The file secret in LABBRO_DATA", _file_text("LABBRO_DATA", kept) or "")
    if not loopback:
        raise NotConfigured(
            "LABBRO_SECRET is missing; off loopback it must be set: 64 random hexadecimal digits or more, "
            "for instance from: python3 -c 'import secrets; print(secrets.token_hex(32))'."
        )
    return _keep_secret(kept, new_secret(SECRET_MINIMUM_BYTES))


def _keep_secret(path: Path, secret: bytes) -> bytes:
    """Writes a new secret beside its place and links it in, so that of two first starts one wins and both use it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"secret.{os.getpid()}")
        with open(draft, "w", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(secret.hex())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return _secret_bytes("The file secret in LABBRO_DATA", path.read_text(encoding="ascii"))
        finally:
            draft.unlink()
    except OSError as error:
        raise NotConfigured(f"LABBRO_DATA names a folder that cannot be written ({error.strerror}).") from error
    return secret


def _secret_bytes(name: str, text: str) -> bytes:
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) < SECRET_MINIMUM_BYTES:
        raise NotConfigured(f"{name} must be hexadecimal, {2 * SECRET_MINIMUM_BYTES} digits or more.")
    return secret


def _ean(text: str) -> str:
    if not re.fullmatch(r"[0-9]{13}", text):
        raise NotConfigured("LABBRO_EAN must be our location number (EAN/GLN) of 13 digits.")
    return text


def _addresses(text: str | None) -> tuple[str, ...]:
    """Addresses of proxies, each in its usual form, separated by commas or blanks."""
    try:
        return tuple(str(ipaddress.ip_address(part)) for part in re.split(r"[,\s]+", text or "") if part)
    except ValueError:
        raise NotConfigured("LABBRO_PROXIES must be IP addresses separated by commas.") from None


def mail_address(text: str) -> str:
    """A sender's address. Raises NotConfigured."""
    if not re.fullmatch(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+", text):
        raise NotConfigured("LABBRO_SMTP_SENDER must be a mail address.")
    return text


def _space_name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", text):
        raise NotConfigured("LABBRO_NUMBERS_SPACE must be a name of small letters, digits and hyphens, at most 40.")
    return text


def _prefix(text: str) -> str:
    if not re.fullmatch(r"[0-9]{0,13}", text):
        raise NotConfigured("LABBRO_NUMBERS_PREFIX must be digits, at most 13.")
    return text


def _tokens(text: str | None, variable: str) -> tuple[IntakeToken, ...]:
    """Tokens as `name:sha256hex`, separated by commas or line breaks."""
    tokens: list[IntakeToken] = []
    for part in re.split(r"[,\s]+", text or ""):
        if not part:
            continue
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,60}:[0-9a-fA-F]{64}", part):
            raise NotConfigured(
                f"{variable} must be name:digest pairs separated by commas, "
                "where digest is the SHA-256 of the token in hexadecimal."
            )
        name, digest = part.split(":")
        tokens.append(IntakeToken(name=name, digest=digest.lower()))
    return tuple(tokens)


def _people(text: str | None) -> tuple[str, ...]:
    """People as sessions name them, by commas or blanks: `ISSUER#SUBJECT`, in a demonstration `demonstration:NAME`."""
    told = (part for part in re.split(r"[,\s]+", text or "") if part)
    # A slash at the issuer's end is no other issuer; settings hold LABBRO_OIDC_ISSUER without it.
    people = tuple(dict.fromkeys(re.sub(r"/+#", "#", one, count=1) for one in told))
    if not all(re.fullmatch(r"https?://[^#]+#.+|demonstration:.+", one) for one in people):
        raise NotConfigured(
            "LABBRO_REGISTRY_PEOPLE must be people as ISSUER#SUBJECT, separated by commas; the registry's page to "
            "propose on tells everybody how they are named."
        )
    if len(people) == 1:
        raise NotConfigured("LABBRO_REGISTRY_PEOPLE must name two people or more; one proposes, another releases.")
    return people


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _check_together(settings: Settings) -> None:
    """What single variables cannot say."""
    if (settings.tls_cert is None) != (settings.tls_key is None):
        missing = "LABBRO_TLS_KEY" if settings.tls_key is None else "LABBRO_TLS_CERT"
        raise NotConfigured(f"{missing} is missing; the certificate and its key are set together.")
    if settings.numbers_mark.is_relative_to(settings.postgres_dir):
        raise NotConfigured("LABBRO_NUMBERS_MARK must not lie inside the database it is to outlive.")
    if (settings.plain_until is None) != (settings.plain_port is None) or settings.plain_port == settings.port:
        raise NotConfigured(
            "LABBRO_PLAIN_UNTIL and LABBRO_PLAIN_PORT are set together, and the port is not LABBRO_PORT."
        )
    if settings.smtp_user is not None and settings.smtp_password is None:
        raise NotConfigured("LABBRO_SMTP_PASSWORD is missing; LABBRO_SMTP_USER needs it.")
    given = [settings.oidc_issuer, settings.oidc_client_id]
    if any(given) and not all(given):
        raise NotConfigured("LABBRO_OIDC_ISSUER and LABBRO_OIDC_CLIENT_ID are set together; one is missing.")
    if settings.oidc_issuer and not settings.oidc_issuer.startswith(
        ("https://", "http://127.0.0.1:", "http://localhost:")
    ):
        raise NotConfigured("LABBRO_OIDC_ISSUER must begin with https://.")
    if settings.registry_people:
        _check_people(settings)
    if settings.demonstration and not settings.loopback:
        raise NotConfigured(
            "LABBRO_DEMONSTRATION lets anyone sign in, so it is allowed only on loopback; "
            "set LABBRO_HOST=127.0.0.1 or turn the demonstration off."
        )


def _check_people(settings: Settings) -> None:
    """Nobody is named who could never sign in."""
    for one in settings.registry_people:
        if one.startswith("demonstration:"):
            known = settings.demonstration
        else:
            known = one.partition("#")[0] == settings.oidc_issuer
        if not known:
            raise NotConfigured(
                "LABBRO_REGISTRY_PEOPLE names somebody who cannot sign in here; everybody's issuer is "
                "LABBRO_OIDC_ISSUER, and demonstration: is for demonstrations."
            )
