"""How a call that is not recognised is told: 401 with RFC 6750's header, and RFC 6749's words at the token endpoint."""

from __future__ import annotations

from typing import Literal

from labbro.errors import LabbroError, NotAllowed

OAuthError = Literal[
    "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type"
]


class NotRecognised(NotAllowed):
    """Nobody we know: no token, or one that does not hold. Sign in or ask for a token, then call again."""

    code = "not-recognised"
    status = 401

    def __init__(self, message: str, *, message_da: str, token_shown: bool) -> None:
        super().__init__(message, message_da=message_da)
        told = 'Bearer realm="labbro", error="invalid_token"' if token_shown else 'Bearer realm="labbro"'
        self.headers = {"www-authenticate": told}


class TokenRefused(LabbroError):
    """The token endpoint gives no token. `error` is a word of RFC 6749, `code` our own where there is one."""

    def __init__(self, error: OAuthError, message: str, message_da: str, code: str | None = None) -> None:
        super().__init__(message, message_da=message_da, code=code or error.replace("_", "-"))
        self.error = error
        self.status = 401 if error == "invalid_client" else 400


def nobody() -> NotRecognised:
    """No token and no certificate."""
    return NotRecognised(
        "Show an access token from /oauth/token, or sign in.",
        message_da="Vis et adgangstoken fra /oauth/token, eller log ind.",
        token_shown=False,
    )


def bad_token() -> NotRecognised:
    """A token that we did not make, or that is over."""
    return NotRecognised(
        "The access token does not hold, or not any more; ask for a new one.",
        message_da="Adgangstokenet gælder ikke, eller ikke længere; hent et nyt.",
        token_shown=True,
    )


def unknown_certificate() -> NotRecognised:
    """A client certificate that is registered for no installation."""
    return NotRecognised(
        "The client certificate is registered for no installation; let your vendor register it.",
        message_da="Klientcertifikatet er ikke registreret; lad jeres leverandør registrere det.",
        token_shown=False,
    )


def unknown_person() -> NotAllowed:
    """Signed in, but without a role here."""
    return NotAllowed(
        "You are signed in, but have no role in the number service; ask your vendor or the operator.",
        message_da="Du er logget ind, men har ingen rolle i nummertjenesten; spørg jeres leverandør eller "
        "driftsansvarlig.",
        code="person-unknown",
    )
