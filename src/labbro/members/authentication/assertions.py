"""Signed assertions of systems (RFC 7523, private_key_jwt), checked in the order: form, client, signature, claims, key.

What is wrong is told in general words until the signature has been checked; only the owner of a key learns more.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Collection, Mapping
from typing import Any, Final, cast
from uuid import UUID

import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from labbro.members.authentication.refusals import TokenRefused
from labbro.members.directory import Directory
from labbro.members.model import Credential

TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LEEWAY_SECONDS: Final = 60
LASTS_AT_MOST_SECONDS: Final = 600  # between now and `exp`: what is kept against replay stays small
_MOST_CHARACTERS: Final = 8000
_ALGORITHMS: Final[dict[str, tuple[str, ...]]] = {"EC": ("ES256",), "OKP": ("Ed25519", "EdDSA"), "RSA": ("PS256",)}

# RFC 9864 prefers the name Ed25519, but systems go on saying EdDSA.
warnings.filterwarnings("ignore", message="EdDSA is deprecated")


class Assertion(msgspec.Struct, frozen=True):
    """A checked assertion: by which credential, and what it must not be used for again until when."""

    credential: Credential
    assertion_id: str
    expires_at: dt.datetime


def check(told: str, directory: Directory, audiences: Collection[str], now: dt.datetime) -> Assertion:
    """The assertion, if everything about it holds but its first use. `audiences`: the names we go by.

    Raises TokenRefused; with `key-revoked` or `key-expired` only for whoever holds the key.
    """
    client, key_id = _client(told)
    known = directory.credentials_of(client)
    fitting = [one for one in known if one.kind == "key" and key_id in (None, one.key_id)]
    signed = next(((one, claims) for one in fitting if (claims := _claims(told, one)) is not None), None)
    if signed is None:
        raise _unknown()
    credential, claims = signed
    if claims.get("iss") != str(client) or claims.get("sub") != str(client):
        raise _refused("iss and sub must be the client_id", "iss og sub skal være client_id")
    _check_audience(claims, audiences)
    expires_at = _check_times(claims, now)
    _check_key(directory, credential, now)
    identifier = claims.get("jti")
    if not isinstance(identifier, str) or not 8 <= len(identifier) <= 200 or "\x00" in identifier:
        raise _refused("jti must be 8 to 200 characters, new each time", "jti skal være 8-200 tegn, ny hver gang")
    return Assertion(credential, identifier, expires_at)


def used_before() -> TokenRefused:
    """The same assertion a second time."""
    return _refused("it was used before; sign a new one", "det er brugt før; signér et nyt")


def _client(told: str) -> tuple[UUID, str | None]:
    """Whose assertion it says it is, and by which key; nothing of it is checked yet."""
    if len(told) > _MOST_CHARACTERS:
        raise _malformed()
    try:
        opened = jws.extract_compact(told.encode("ascii"))
        claims = msgspec.json.decode(opened.payload, type=dict[str, Any])
        key_id = opened.headers().get("kid")
        return UUID(str(claims.get("sub"))), key_id if isinstance(key_id, str) else None
    except (JoseError, msgspec.MsgspecError, ValueError, TypeError) as error:
        raise _malformed() from error


def _claims(told: str, credential: Credential) -> Mapping[str, Any] | None:
    """The claims when the credential's key signed them."""
    jwk = msgspec.json.decode(credential.jwk or "{}", type=dict[str, Any])
    kinds: dict[str, type[ECKey | OKPKey | RSAKey]] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}
    try:
        key = kinds[jwk["kty"]].import_key(jwk)
        return jwt.decode(told, key, algorithms=list(_ALGORITHMS[jwk["kty"]])).claims
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _check_audience(claims: Mapping[str, Any], audiences: Collection[str]) -> None:
    told = claims.get("aud")
    named = cast("list[object]", told) if isinstance(told, list) else [told]
    if len(named) != 1 or not isinstance(named[0], str) or named[0].rstrip("/") not in audiences:
        names = " or ".join(sorted(audiences))
        raise _refused(f"aud must be {names}, and nothing else", f"aud skal være {names}, og intet andet")


def _check_times(claims: Mapping[str, Any], now: dt.datetime) -> dt.datetime:
    """Until when the assertion must be remembered."""
    seconds = now.timestamp()
    expires, not_before, issued = (claims.get(name) for name in ("exp", "nbf", "iat"))
    if not _is_time(expires) or cast("float", expires) <= seconds - LEEWAY_SECONDS:
        raise _refused("exp is missing or past; check your clock", "exp mangler eller er forbi; kontrollér jeres ur")
    until = cast("float", expires)
    if until > seconds + LASTS_AT_MOST_SECONDS + LEEWAY_SECONDS:
        raise _refused("exp is more than ten minutes ahead", "exp ligger mere end ti minutter ude i fremtiden")
    for told in (not_before, issued):
        if told is not None and (not _is_time(told) or cast("float", told) > seconds + LEEWAY_SECONDS):
            raise _refused("nbf or iat is in the future; check your clock", "nbf eller iat er i fremtiden")
    return dt.datetime.fromtimestamp(until + LEEWAY_SECONDS, dt.UTC)


def _check_key(directory: Directory, credential: Credential, now: dt.datetime) -> None:
    installation = directory.installations[credential.installation_id]
    if credential.revoked_at is not None or installation.ended_at is not None:
        raise TokenRefused(
            "invalid_client",
            "The key was revoked; register a new one.",
            "Nøglen er spærret; registrér en ny.",
            "key-revoked",
        )
    if not credential.holds(now):
        raise TokenRefused(
            "invalid_client",
            "The key is not valid any more, or not yet; register a new one.",
            "Nøglen er udløbet eller gælder ikke endnu; registrér en ny.",
            "key-expired",
        )


def _is_time(told: object) -> bool:
    return isinstance(told, int | float) and not isinstance(told, bool) and 0 <= told < 1e11


def _refused(why: str, why_da: str) -> TokenRefused:
    return TokenRefused("invalid_client", f"The assertion is refused: {why}.", f"Assertion afvist: {why_da}.")


def _unknown() -> TokenRefused:
    return _refused("no registered key of this client signed it", "ingen registreret nøgle hos klienten signerede det")


def _malformed() -> TokenRefused:
    return _refused(
        "it is no signed JWT with the client_id as sub", "det er ikke et signeret JWT med client_id som sub"
    )
