"""The problems that the members room tells, each with its stable code and a sentence in both languages."""

from __future__ import annotations

import datetime as dt

from labbro.errors import Conflict, LabbroError, NotAllowed, NotFound, WrongUse


def account_unknown() -> LabbroError:
    """There is no such account, or it is not the caller's."""
    return NotFound(
        "There is no such account for you; name one of your own accounts.",
        message_da="Kontoen findes ikke, eller den er ikke jeres; angiv en af jeres egne konti.",
        code="account-unknown",
    )


def account_closed() -> LabbroError:
    """The account was closed."""
    return NotAllowed(
        "The account is closed; your vendor or the operator can open it again.",
        message_da="Kontoen er lukket; jeres leverandør eller driftsansvarlig kan åbne den igen.",
        code="account-closed",
    )


def system_not_certified(missing: list[str]) -> LabbroError:
    """The system version lacks a certificate, wholly or for some formats."""
    formats = ", ".join(missing)
    return NotAllowed(
        f"This version of the system is not certified for {formats}, so it may not draw by itself; "
        "use a certified version.",
        message_da=f"Denne version af systemet er ikke certificeret til {formats} og må derfor ikke trække selv; "
        "brug en certificeret version.",
        code="system-not-certified",
    )


def certificate_expired(ended_on: dt.date) -> LabbroError:
    """The system version had a certificate, which is over or was withdrawn."""
    return NotAllowed(
        f"The certificate of this version of the system ended on {ended_on}; use a certified version.",
        message_da=f"Certifikatet for denne version af systemet udløb {ended_on:%d.%m.%Y}; "
        "brug en certificeret version.",
        code="certificate-expired",
    )


def key_expired() -> LabbroError:
    """The key or client certificate is not valid now."""
    return NotAllowed(
        "The key is not valid any more, or not yet; register a new one.",
        message_da="Nøglen er udløbet eller gælder ikke endnu; registrér en ny.",
        code="key-expired",
    )


def key_revoked() -> LabbroError:
    """The key, or the installation it belongs to, was ended."""
    return NotAllowed(
        "The key was revoked; register a new one.",
        message_da="Nøglen er spærret; registrér en ny.",
        code="key-revoked",
    )


def manual_drawing_ended(until: dt.date | None) -> LabbroError:
    """Drawing by hand is over, or was never permitted here."""
    if until is None:
        return NotAllowed(
            "Numbers are not drawn by hand for this laboratory; its system draws them.",
            message_da="Der trækkes ikke numre manuelt til dette laboratorium; det gør laboratoriets system.",
            code="manual-drawing-ended",
        )
    return NotAllowed(
        f"Drawing by hand ended on {until}; use a system that is certified, or ask the operator.",
        message_da=f"Manuel træk ophørte {until:%d.%m.%Y}; brug et certificeret system, eller spørg driftsansvarlig.",
        code="manual-drawing-ended",
    )


def request_id_reused() -> LabbroError:
    """The same request id came with another content or from someone else."""
    return Conflict(
        "The request id was used before for something else; make a new id for a new request.",
        message_da="Anmodningens id er brugt før til noget andet; lav et nyt id til en ny anmodning.",
        code="request-id-reused",
    )


def not_for_you() -> LabbroError:
    """The role may not do this at all."""
    return NotAllowed("Your role may not do this.", message_da="Jeres rolle må ikke gøre dette.", code="not-allowed")


def not_found(what: str, what_da: str) -> LabbroError:
    """Nothing of that id, or none of the caller's."""
    return NotFound(
        f"There is no such {what} for you.",
        message_da=f"Der findes ikke et sådant objekt for jer: {what_da}.",
        code="not-found",
    )


def wrong(sentence: str, sentence_da: str) -> LabbroError:
    """A field does not hold what it may."""
    return WrongUse(sentence, message_da=sentence_da, code="wrong-use")


def taken(what: str, what_da: str) -> LabbroError:
    """Something else has that name already."""
    return Conflict(f"{what} is used already.", message_da=f"{what_da} er allerede i brug.", code="already-used")
