"""TLS client certificates, as a proxy before us passes them on. See docs/decisions/0071.

granian checks client certificates but does not tell the application which one was shown, so mutual TLS ends at a proxy.
It must remove the header `Client-Cert` from what callers send, and set it to the certificate that it checked: as RFC
9440 has it (`:base64 of DER:`) or as nginx writes it (`$ssl_client_escaped_cert`). The header counts only when the
connection comes from an address in LABBRO_PROXIES.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

HEADER = "client-cert"
_MOST_CHARACTERS = 30_000


def thumbprint(header: str) -> str | None:
    """SHA-256 of the certificate in hexadecimal; None where the header holds no certificate."""
    told = header.strip()
    if not told or len(told) > _MOST_CHARACTERS:
        return None
    if told.startswith(":") and told.endswith(":"):
        return _of_der(told[1:-1])
    try:
        return x509.load_pem_x509_certificate(unquote(told).encode()).fingerprint(SHA256()).hex()
    except ValueError:
        return None


def bound_form(thumbprint_hex: str) -> str:
    """The thumbprint as a token is bound to it: base64url without padding (RFC 8705)."""
    return base64.urlsafe_b64encode(bytes.fromhex(thumbprint_hex)).rstrip(b"=").decode()


def _of_der(text: str) -> str | None:
    try:
        der = base64.b64decode(text, validate=True)
        x509.load_der_x509_certificate(der)
    except (binascii.Error, ValueError):
        return None
    return hashlib.sha256(der).hexdigest()
