"""The one error tree of Labbro.

    LabbroError
    |- WrongUse            the caller asked for something that cannot be done as asked
    |  |- NotFound         the thing named does not exist, or not for this caller
    |  |- NotAllowed       the caller may not do this
    |  |- TooMany          a limit was reached; trying later is right
    |  `- CannotConvert    a letter cannot be said in the target syntax or version
    |- Conflict            the same identity was used before for another content
    |- NotConfigured       a setting is missing or contradicts another
    `- Unavailable         a part that Labbro stands on (database, disk, identity provider) does not answer

Bad letters are no errors: they give findings (labbro.letters.findings). The tree is mapped to
problem documents, receipts and exit codes at the edges only.
"""

from __future__ import annotations

import traceback

_FRAMES = 12


class LabbroError(Exception):
    """What happened, to what, and what to do, in one sentence; `code` is stable for programs."""

    code = "error"
    status = 500

    def __init__(self, message: str, *, message_da: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.message_da = message_da or message
        if code is not None:
            self.code = code

    @property
    def further(self) -> dict[str, str]:
        """What a program needs beside the code, by name: extension members of the problem document (RFC 9457)."""
        return {}


class WrongUse(LabbroError):
    """The caller asked for something that cannot be done as asked."""

    code = "wrong-use"
    status = 400


class NotFound(WrongUse):
    """The thing named does not exist, or not for this caller."""

    code = "not-found"
    status = 404


class NotAllowed(WrongUse):
    """The caller may not do this."""

    code = "not-allowed"
    status = 403


class TooMany(WrongUse):
    """A limit was reached; trying later is right."""

    code = "too-many"
    status = 429


class CannotConvert(WrongUse):
    """A letter cannot be said in the target syntax or version."""

    code = "cannot-convert"
    status = 422


class Conflict(LabbroError):
    """The same identity was used before for another content."""

    code = "conflict"
    status = 409


class NotConfigured(LabbroError):
    """A setting is missing or contradicts another."""

    code = "not-configured"
    status = 500


class Unavailable(LabbroError):
    """A part that Labbro stands on does not answer; nothing was changed."""

    code = "unavailable"
    status = 503


def code_lines(error: BaseException) -> list[str]:
    """The innermost lines of code that an exception passed, as `file:line function`.

    Not its text: that of a fault may quote a letter, and so a patient.
    """
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
