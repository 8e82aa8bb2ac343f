"""Headers that every answer of a health page carries."""

from __future__ import annotations

from collections.abc import Mapping

_YEAR_SECONDS = 31_536_000

# Nothing from elsewhere, nothing inline, no frames. A page that needs more sets its own header, and its room says why.
CONTENT_SECURITY_POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def content_security_policy(**changes: str) -> str:
    """The policy as a header value; `changes` replaces directives, with `_` for `-`: style_src="'self' 'nonce-..'"."""
    policy = dict(CONTENT_SECURITY_POLICY)
    policy.update({name.replace("_", "-"): value for name, value in changes.items()})
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def security_headers(*, tls: bool) -> dict[str, str]:
    """The headers, lower case. HSTS only over TLS. Answers are not kept anywhere: they may hold a patient's results."""
    headers = {
        "content-security-policy": content_security_policy(),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "cache-control": "no-store",
    }
    if tls:
        headers["strict-transport-security"] = f"max-age={_YEAR_SECONDS}; includeSubDomains"
    return headers
