"""How a system shows the number service who it is: private_key_jwt (RFC 7523), and the access token it gets for it.

The private key never leaves the machine. The service knows the public key; each assertion is signed anew and used once.
"""

from __future__ import annotations

import datetime as dt
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from labbro.errors import NotAllowed, NotConfigured, Unavailable
from labbro.platform.clock import Clock
from labbro.platform.identities import Identities

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_PATH: Final = "/oauth/token"  # noqa: S105 - a path
ASSERTION_SECONDS: Final = 120
_EARLY_SECONDS: Final = 60  # a token is renewed so long before it ends
_ALGORITHMS: Final = {"EC": "ES256", "OKP": "Ed25519", "RSA": "PS256"}

# RFC 9864 prefers the name Ed25519; joserfc's warning is for those who say EdDSA.
warnings.filterwarnings("ignore", message="EdDSA is deprecated")

Key = ECKey | OKPKey | RSAKey


class Credentials:
    """A client id (the id of the installation at the service) and its private key."""

    def __init__(self, client_id: UUID, key: Key) -> None:
        self.client_id = client_id
        self._key = key

    @classmethod
    def from_file(cls, client_id: UUID, path: Path) -> Credentials:
        """Reads a private key: a JWK or PEM. Raises NotConfigured, never quoting the key."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise NotConfigured(f"The key file {path} cannot be read ({error.strerror}).") from None
        return cls(client_id, _read_key(content, path))

    def assertion(self, audience: str, now: dt.datetime, identifier: UUID) -> str:
        """A signed statement of who asks, for one use at one service."""
        claims: dict[str, Any] = {
            "iss": str(self.client_id),
            "sub": str(self.client_id),
            "aud": audience,
            "iat": int(now.timestamp()),
            "exp": int(now.timestamp()) + ASSERTION_SECONDS,
            "jti": str(identifier),
        }
        algorithm = _ALGORITHMS[self._key.key_type]
        header = {"alg": algorithm, "typ": "JWT", **({"kid": kid} if (kid := self._key.kid) else {})}
        return jwt.encode(header, claims, self._key, algorithms=[algorithm])


class _Token(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: int = 300


class _TokenProblem(msgspec.Struct, frozen=True):
    error: str = "invalid_client"
    error_description: str = ""
    code: str | None = None


class TokenSource:
    """Access tokens of one system, kept until shortly before they end."""

    def __init__(
        self, http: httpx.Client, base_url: str, credentials: Credentials, clock: Clock, identities: Identities
    ) -> None:
        self._http = http
        self._base_url = base_url
        self._credentials = credentials
        self._clock = clock
        self._identities = identities
        self._kept: tuple[str, dt.datetime] | None = None

    def token(self, *, fresh: bool = False) -> str:
        """A token that holds now. `fresh`: the kept one was refused.

        Raises NotAllowed with the service's words, Unavailable `service-unreachable`.
        """
        now = self._clock.now()
        if not fresh and self._kept is not None and now < self._kept[1]:
            return self._kept[0]
        self._kept = None
        try:
            answer = self._http.post(
                self._base_url + TOKEN_PATH,
                data={
                    "grant_type": "client_credentials",
                    "client_id": str(self._credentials.client_id),
                    "client_assertion_type": ASSERTION_TYPE,
                    "client_assertion": self._credentials.assertion(self._base_url, now, self._identities.new()),
                },
            )
        except httpx.HTTPError as error:
            raise unreachable(type(error).__name__) from error
        if answer.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise _refused(answer)
        try:
            answer.raise_for_status()
            told = msgspec.json.decode(answer.content, type=_Token)
        except (httpx.HTTPError, msgspec.MsgspecError) as error:
            raise unreachable(f"status {answer.status_code} for a token") from error
        self._kept = (told.access_token, now + dt.timedelta(seconds=max(0, told.expires_in - _EARLY_SECONDS)))
        return told.access_token


def make_key(path: Path, kid: str) -> dict[str, Any]:
    """A new private key (Ed25519) in a new file that only its owner can read; gives the public key to register.

    Raises NotConfigured where there is a file already.
    """
    key = OKPKey.generate_key("Ed25519", {"kid": kid, "use": "sig"})
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise NotConfigured(f"There is a file {path} already; a key is not replaced.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(key.as_dict(private=True)))
        file.flush()
        os.fsync(file.fileno())
    return dict(key.as_dict(private=False))


def unreachable(what: str) -> Unavailable:
    """The call did not get through, so nothing was done."""
    return Unavailable(
        f"The number service was not reached ({what}); nothing was asked of it.",
        message_da=f"Nummertjenesten kunne ikke nås ({what}); den blev ikke spurgt om noget.",
        code="service-unreachable",
    )


def _refused(answer: httpx.Response) -> NotAllowed:
    try:
        told = msgspec.json.decode(answer.content, type=_TokenProblem)
    except msgspec.MsgspecError:
        told = _TokenProblem()
    words = told.error_description or f"status {answer.status_code}"
    return NotAllowed(
        f"The number service gave no access token: {words}",
        message_da=f"Nummertjenesten gav intet adgangstoken: {words}",
        code=told.code or told.error.replace("_", "-"),
    )


def _read_key(content: bytes, path: Path) -> Key:
    kinds: dict[str, type[Key]] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}
    try:
        if content.lstrip().startswith(b"{"):
            told = msgspec.json.decode(content, type=dict[str, Any])
            key = kinds[told["kty"]].import_key(told)
        else:
            key = _read_pem(content, kinds)
    except (JoseError, msgspec.MsgspecError, ValueError, KeyError, TypeError):
        raise NotConfigured(f"The file {path} holds no private key (JWK or PEM: EC P-256, Ed25519 or RSA).") from None
    if not key.is_private:
        raise NotConfigured(f"The file {path} holds a public key; the private one is needed.")
    return key


def _read_pem(content: bytes, kinds: dict[str, type[Key]]) -> Key:
    attempts: list[Callable[[bytes], Key]] = [kind.import_key for kind in kinds.values()]
    for attempt in attempts:
        try:
            return attempt(content)
        except (JoseError, ValueError, TypeError):
            continue
    raise ValueError("no key")
