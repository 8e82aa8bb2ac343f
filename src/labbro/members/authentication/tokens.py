"""Access tokens: short, signed by ourselves, checked without the database. A JWT as RFC 9068 describes.

A token names the credential it was given for; whether that still holds is looked up at every use, so a revoked key
takes its tokens along.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

LASTS: Final = dt.timedelta(minutes=10)
_ALGORITHM: Final = "HS256"
_TYPE: Final = "at+jwt"
_KEY_BYTES: Final = 32
_MOST_CHARACTERS: Final = 2000
_MOST_REMEMBERED: Final = 4096


class Access(msgspec.Struct, frozen=True):
    """What a token says. `certificate`: SHA-256 of the client certificate it is bound to (RFC 8705), in base64url."""

    installation_id: UUID
    credential_id: UUID
    certificate: str | None = None


class Tokens:
    """Makes and reads the tokens of one installation of Labbro; all its processes share the secret."""

    def __init__(self, secret: bytes, issuer: str) -> None:
        derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"labbro access tokens").derive(secret)
        self._key = OctKey.import_key(derived)
        self._issuer = issuer
        # Signatures found right, so that a system at work is not checked anew at each call; its key still is.
        self._remembered: dict[str, tuple[Access, float]] = {}

    def make(self, access: Access, now: dt.datetime, token_id: UUID) -> str:
        """A token that holds from now for ten minutes."""
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": self._issuer,
            "sub": str(access.installation_id),
            "client_id": str(access.installation_id),
            "iat": int(now.timestamp()),
            "exp": int((now + LASTS).timestamp()),
            "jti": str(token_id),
            "key": str(access.credential_id),
        }
        if access.certificate is not None:
            claims["cnf"] = {"x5t#S256": access.certificate}
        return jwt.encode({"alg": _ALGORITHM, "typ": _TYPE}, claims, self._key, algorithms=[_ALGORITHM])

    def read(self, token: str, now: dt.datetime) -> Access | None:
        """What a token says; None when it was not made here, was changed, or is over."""
        known = self._remembered.get(token)
        if known is None:
            known = self._opened(token)
            if known is None:
                return None
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[token] = known
        access, expires = known
        return access if now.timestamp() < expires else None

    def _opened(self, token: str) -> tuple[Access, float] | None:
        """What a token of ours says, and when it is over, in seconds since 1970."""
        if len(token) > _MOST_CHARACTERS:
            return None
        try:
            opened = jwt.decode(token, self._key, algorithms=[_ALGORITHM])
        except (JoseError, ValueError, TypeError):
            return None
        claims: Mapping[str, Any] = opened.claims
        if opened.header.get("typ") != _TYPE or not claims.get("iss") == claims.get("aud") == self._issuer:
            return None
        bound: Mapping[str, str] = claims.get("cnf", {})
        return Access(UUID(claims["sub"]), UUID(claims["key"]), bound.get("x5t#S256")), claims["exp"]
