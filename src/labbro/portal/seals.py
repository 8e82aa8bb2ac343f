"""What the portal seals with the installation's secret: patient handles, form tokens, and a sign-in under way. Pure.

A handle stands for a patient in an address. It is an encrypted patient key that only the session it was made in can
open; outside it, and after it, it says nothing and opens nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_HANDLE_CHARACTERS = 44
_KEY_BYTES = 64


class Seen(msgspec.Struct, frozen=True):
    """What a handle says: the patient's internal key and the reason given at the look-up (a code, or '')."""

    patient_key: UUID
    reason: str


class Seals:
    """Seals made with one installation's secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def handle(self, token: str, seen: Seen, reasons: tuple[str, ...]) -> str:
        """The address part for a patient, the same each time within a session: 44 letters, digits, `-` and `_`."""
        place = reasons.index(seen.reason) + 1 if seen.reason in reasons else 0
        sealed = self._cipher(token).encrypt(seen.patient_key.bytes + bytes([place]), None)
        return _to_text(sealed)

    def open_handle(self, token: str, handle: str, reasons: tuple[str, ...]) -> Seen | None:
        """What a handle says, or None when it was not made in this session or was changed."""
        if len(handle) != _HANDLE_CHARACTERS:
            return None
        opened = _open(self._cipher(token), handle)
        if opened is None or len(opened) != 17:
            return None
        place = opened[16]
        return Seen(UUID(bytes=opened[:16]), reasons[place - 1] if 0 < place <= len(reasons) else "")

    def form_token(self, token: str) -> str:
        """What every form of a session (or of a visit before it) must carry: 43 characters."""
        return _to_text(hmac.digest(self._derived("form", b""), token.encode(), hashlib.sha256))

    def form_token_fits(self, token: str, told: str) -> bool:
        """Whether a form came from our own page, compared in constant time."""
        return hmac.compare_digest(self.form_token(token).encode(), told.encode())

    def seal(self, purpose: str, content: bytes) -> str:
        """Content for a cookie, encrypted and signed; what was sealed for one purpose opens for no other."""
        return _to_text(AESSIV(self._derived(purpose, b"")).encrypt(content, None))

    def open(self, purpose: str, sealed: str) -> bytes | None:
        """What was sealed for this purpose, or None when it was not, or was changed."""
        return _open(AESSIV(self._derived(purpose, b"")), sealed)

    def _cipher(self, token: str) -> AESSIV:
        return AESSIV(self._derived("patient handle", token.encode()))

    def _derived(self, purpose: str, salt: bytes) -> bytes:
        info = b"labbro portal " + purpose.encode()
        return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=salt or None, info=info).derive(self._secret)


def _open(cipher: AESSIV, text: str) -> bytes | None:
    try:
        sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return cipher.decrypt(sealed, None)
    except (InvalidTag, ValueError, binascii.Error):
        return None


def _to_text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
