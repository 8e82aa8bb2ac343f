"""Public keys and client certificates, checked and named. Private parts are refused, not kept."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any, Final, cast

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from labbro.errors import LabbroError
from labbro.members import problems
from labbro.members.acts import PublicKey

ALGORITHMS: Final = ("ES256", "EdDSA", "Ed25519", "PS256")
RSA_LEAST_BITS = 2048
RSA_MOST_BITS = 8192
_PRIVATE_MARK = "PRIVATE KEY"


class Named(msgspec.Struct, frozen=True):
    """A public key as it is kept: `jwk` is its JSON, empty for a certificate; `thumbprint` SHA-256 in hexadecimal."""

    key_id: str
    thumbprint: str
    jwk: str
    valid_from: dt.datetime | None = None
    valid_to: dt.datetime | None = None


def named(key: PublicKey) -> Named:
    """The key, checked. Raises WrongUse for a kind, a size or a use that is not taken, and for a private part."""
    if key.d is not None:
        raise _private()
    if key.use not in (None, "sig") or key.alg not in (None, *ALGORITHMS):
        raise _unfit()
    told = cast("dict[str, Any]", msgspec.to_builtins(key))
    try:
        thumbprint = _read(key, told)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _unfit() from error
    kept = {name: told[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in told}
    key_id = key.kid or thumbprint
    return Named(key_id, _hexadecimal(thumbprint), msgspec.json.encode({**kept, "kid": key_id}).decode())


def certificate(pem: str) -> Named:
    """The certificate, named by the SHA-256 of its DER form. Raises WrongUse for anything else than one certificate."""
    if _PRIVATE_MARK in pem:
        raise _private()
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        found = []
    if len(found) != 1:
        raise problems.wrong("Give one certificate in PEM form.", "Angiv ét certifikat i PEM-form.")
    thumbprint = found[0].fingerprint(hashes.SHA256()).hex()
    return Named(thumbprint[:40], thumbprint, "", found[0].not_valid_before_utc, found[0].not_valid_after_utc)


def _read(key: PublicKey, told: dict[str, Any]) -> str:
    """The thumbprint (RFC 7638, base64url) of a key of a kind that is taken. Raises ValueError and kin for others."""
    if (key.kty, key.crv) == ("EC", "P-256"):
        return ECKey.import_key({**told, "alg": "ES256"}).thumbprint()
    if (key.kty, key.crv) == ("OKP", "Ed25519"):
        return OKPKey.import_key(told).thumbprint()
    if key.kty == "RSA":
        found = RSAKey.import_key(told)
        if RSA_LEAST_BITS <= found.public_key.key_size <= RSA_MOST_BITS:
            return found.thumbprint()
    raise ValueError("kind of key")


def _hexadecimal(thumbprint: str) -> str:
    return base64.urlsafe_b64decode(thumbprint + "=" * (-len(thumbprint) % 4)).hex()


def _private() -> LabbroError:
    return problems.wrong(
        "The private part of a key was sent. Make a new key, keep its private part, and send the public part only.",
        "Den private del af en nøgle blev sendt. Lav en ny nøgle, behold den private del, og send kun den offentlige.",
    )


def _unfit() -> LabbroError:
    return problems.wrong(
        f"The key must be P-256 (ES256), Ed25519 (EdDSA) or RSA of {RSA_LEAST_BITS} bits or more (PS256), for signing.",
        f"Nøglen skal være P-256 (ES256), Ed25519 (EdDSA) eller RSA fra {RSA_LEAST_BITS} bit (PS256), til signaturer.",
    )
