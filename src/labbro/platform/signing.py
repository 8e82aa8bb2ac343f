"""Signatures made with the installation's secret: Ed25519 (RFC 8032), a key a use, derived by HKDF (RFC 5869)."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES = 32


class Signer:
    """Signs for one use, which `label` names: keys of different labels know nothing of each other."""

    def __init__(self, secret: bytes, label: str) -> None:
        seed = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=label.encode()).derive(secret)
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw().hex()

    def sign(self, data: bytes) -> str:
        """The signature in hexadecimal, 128 digits."""
        return self._key.sign(data).hex()


def signature_holds(public_key: str, signature: str, data: bytes) -> bool:
    """Whether data was signed by the owner of a public key. Both in hexadecimal; anything malformed does not hold."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True
