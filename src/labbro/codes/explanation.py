"""What is known about an identifier as written: its form, its check digit, and remarks fit for a warning."""

from __future__ import annotations

from typing import Literal

import msgspec

CheckDigit = Literal["holds", "fails", "none"]


class Remark(msgspec.Struct, frozen=True):
    """An observation about an identifier: a stable code, a sentence in two languages; never the identifier itself."""

    code: str
    message: str
    message_da: str


class Explanation(msgspec.Struct, frozen=True):
    """An identifier looked at: `normal` is the form to compare and print by, None where the form is wrong.

    `check_digit` is `none` where the kind has no check digit, or where the form is too wrong to compute one.
    Remarks are never errors: letters are accepted with odd identifiers, and a person is told.
    """

    kind: str
    normal: str | None
    check_digit: CheckDigit
    remarks: tuple[Remark, ...] = ()

    @property
    def well_formed(self) -> bool:
        """Whether the identifier has the length and characters of its kind."""
        return self.normal is not None


def malformed(kind: str, wanted: str, wanted_da: str) -> Explanation:
    """The explanation of something that does not have the form of its kind."""
    remark = Remark(f"{kind}-form", f"Not the form of a {kind}: {wanted}.", f"Ikke formen for {kind}: {wanted_da}.")
    return Explanation(kind, None, "none", (remark,))


def checked(kind: str, normal: str, *, holds: bool) -> Explanation:
    """The explanation of a well-formed identifier with a check digit."""
    if holds:
        return Explanation(kind, normal, "holds")
    remark = Remark(
        f"{kind}-check-digit",
        f"The check digit of the {kind} does not fit; a digit may be mistyped.",
        f"Kontrolcifferet i {kind} passer ikke; et ciffer kan være tastet forkert.",
    )
    return Explanation(kind, normal, "fails", (remark,))


def is_digits(text: str) -> bool:
    """Whether a text is nothing but the digits 0-9 (str.isdigit also takes digits of other scripts)."""
    return text.isascii() and text.isdigit()
