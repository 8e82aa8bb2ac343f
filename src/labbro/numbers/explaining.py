"""What is likely wrong with a number: which digit, which two places, or which other kind of number it is. Pure.

A check digit tells that something is wrong, not where: almost every digit could be the wrong one. So every number that
one slip of hand or eye away is offered, and those come first that somebody was given (`known`): in a laboratory's own
series there is mostly one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Literal

import msgspec

from labbro.codes import requisition
from labbro.codes.explanation import Remark, is_digits
from labbro.numbers.space import Space

Fault = Literal["look-alike", "digit", "transposition", "missing-digit", "extra-digit"]
State = Literal["valid", "wrong", "another-space", "legacy-practice-number", "malformed"]

_SEPARATORS = str.maketrans("", "", " -.\t\u00a0")
_SYMBOLOGY = ("]C0", "]C1", "]c0")  # what a reader puts before a Code 128 symbol (ISO/IEC 15424)
_LOOK_ALIKES = str.maketrans("OoQDIlSBZ", "000011582")
_LONGEST_INPUT = 40
_ORDER: tuple[Fault, ...] = ("look-alike", "digit", "transposition", "missing-digit", "extra-digit")


class Suggestion(msgspec.Struct, frozen=True):
    """A number that exists, one slip away. `place` counts digits as written, from 1; `known`: somebody was given it."""

    number: str
    fault: Fault
    place: int
    known: bool
    message: str
    message_da: str


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """A number looked at. `number` is as read, without separators; `position` where it exists in the space.

    `practice` is the provider number (ydernummer) of a legacy number of general practice; `space` the space it fits.
    """

    number: str
    state: State
    space: str | None = None
    position: int | None = None
    practice: str | None = None
    remarks: tuple[Remark, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()

    @property
    def likely(self) -> Suggestion | None:
        """The one suggestion that stands out: the only known one, or the only one at all."""
        known = [one for one in self.suggestions if one.known]
        found = known or list(self.suggestions)
        return found[0] if len(found) == 1 else None


def explain(space: Space, text: str, *, known: Sequence[range] = (), others: Sequence[Space] = ()) -> Explained:
    """Looks at a number as somebody wrote it. `known`: positions given out; `others`: other spaces."""
    number, remarks = _cleaned(text[:_LONGEST_INPUT])
    if space.holds(number):
        return _valid(space, number, tuple(remarks))
    for other in others:
        if other.holds(number):
            remark = Remark(
                "number-of-another-space",
                f"A number of the space {other.name}, not of {space.name}.",
                f"Et nummer fra nummerrummet {other.name}, ikke fra {space.name}.",
            )
            return Explained(number=number, state="another-space", space=other.name, remarks=(*remarks, remark))
    practice = requisition.read_practice_number(number)
    if practice is not None:
        remark = Remark(
            "legacy-practice-number",
            "A legacy number of general practice: provider number, running number, check digit. Its check digit fits.",
            "Et ældre nummer fra almen praksis: ydernummer, løbenummer, kontrolciffer. Kontrolcifferet passer.",
        )
        return Explained(
            number=number, state="legacy-practice-number", practice=practice.provider, remarks=(*remarks, remark)
        )
    suggestions = tuple(_suggestions(space, number, known))
    state: State = "wrong" if suggestions else "malformed"
    return Explained(number=number, state=state, remarks=(*remarks, *_form(space, number)), suggestions=suggestions)


def _valid(space: Space, number: str, remarks: tuple[Remark, ...]) -> Explained:
    also = requisition.read_practice_number(number)
    if also is not None:
        remarks = (
            *remarks,
            Remark(
                "also-practice-number",
                "By its form it may also be a legacy number of general practice.",
                "Efter sin form kan det også være et ældre nummer fra almen praksis.",
            ),
        )
    return Explained(
        number=number,
        state="valid",
        space=space.name,
        position=space.position(number),
        practice=also.provider if also else None,
        remarks=remarks,
    )


def _cleaned(text: str) -> tuple[str, list[Remark]]:
    """The number without what a reader or a typist put around and into it, and what was taken away."""
    remarks: list[Remark] = []
    number = text.strip()
    if number.startswith(_SYMBOLOGY):
        number = number[len(_SYMBOLOGY[0]) :]
        remarks.append(
            Remark(
                "symbology-identifier",
                "The reader's mark of the barcode kind was left out.",
                "Læserens mærke for stregkodetypen er udeladt.",
            )
        )
    joined = number.translate(_SEPARATORS)
    if joined != number:
        remarks.append(
            Remark(
                "separators",
                "Blanks, hyphens or dots were left out.",
                "Mellemrum, bindestreger og punktummer er udeladt.",
            )
        )
    return joined, remarks


def _form(space: Space, number: str) -> Iterator[Remark]:
    """What can be said of the form of a number that does not exist."""
    if not is_digits(number):
        yield Remark("not-digits", "Something in it is not a digit.", "Noget i det er ikke et ciffer.")
    elif len(number) != space.digits:
        yield Remark(
            "wrong-length",
            f"{len(number)} digits; a number of {space.name} has {space.digits}.",
            f"{len(number)} cifre; et nummer fra {space.name} har {space.digits}.",
        )
        if 0 < len(number) <= requisition.LONGEST:
            yield from requisition.explain(number).remarks  # of 14 and 15 digits: a practice's number, mistyped
    elif not number.startswith(space.prefix):
        yield Remark(
            "number-of-another-space",
            f"A number of {space.name} begins with {space.prefix}.",
            f"Et nummer fra {space.name} begynder med {space.prefix}.",
        )
    else:
        yield Remark(
            "number-check-digit",
            "The check digit does not fit; a digit is wrong.",
            "Kontrolcifferet passer ikke; et ciffer er forkert.",
        )


def _suggestions(space: Space, number: str, known: Sequence[range]) -> list[Suggestion]:
    """Every existing number one slip away, those that somebody was given first; each once."""
    found: dict[str, Suggestion] = {}
    for fault, place, candidate, message, message_da in _slips(space, number):
        if candidate not in found and space.holds(candidate):
            position = space.position(candidate)
            is_known = any(position in stretch for stretch in known)
            found[candidate] = Suggestion(candidate, fault, place, is_known, *_worded(is_known, message, message_da))
    return sorted(found.values(), key=lambda one: (not one.known, _ORDER.index(one.fault), one.place, one.number))


def _worded(known: bool, message: str, message_da: str) -> tuple[str, str]:
    """Likely where it leads to a number that somebody was given, else no more than perhaps."""
    english, danish = ("likely", "nok") if known else ("perhaps", "måske")
    return message.format(likely=english), message_da.format(likely=danish)


_Slip = tuple[Fault, int, str, str, str]


def _slips(space: Space, number: str) -> Iterable[_Slip]:
    if not is_digits(number):
        digits = number.translate(_LOOK_ALIKES)
        if is_digits(digits) and len(digits) == space.digits:
            place = next(index for index, pair in enumerate(zip(number, digits, strict=True), 1) if len(set(pair)) > 1)
            yield (
                "look-alike",
                place,
                digits,
                "A letter stands where a digit is meant.",
                "Et bogstav står for et ciffer.",
            )
        return
    if len(number) == space.digits:
        yield from _changed(number)
        yield from _transposed(number)
    elif len(number) == space.digits - 1:
        yield from _missing(number)
    elif len(number) == space.digits + 1:
        yield from _extra(number)


def _changed(number: str) -> Iterator[_Slip]:
    for index, old in enumerate(number):
        for new in "0123456789":
            if new != old:
                yield (
                    "digit",
                    index + 1,
                    number[:index] + new + number[index + 1 :],
                    f"Digit {index + 1} is {{likely}} wrong: {old} in place of {new}.",
                    f"Ciffer {index + 1} er {{likely}} forkert: {old} i stedet for {new}.",
                )


def _transposed(number: str) -> Iterator[_Slip]:
    for index, (left, right) in enumerate(pairwise(number)):
        if left != right:
            yield (
                "transposition",
                index + 1,
                number[:index] + right + left + number[index + 2 :],
                f"Digits {index + 1} and {index + 2} {{likely}} changed places.",
                f"Ciffer {index + 1} og {index + 2} er {{likely}} byttet om.",
            )


def _missing(number: str) -> Iterator[_Slip]:
    for index in range(len(number) + 1):
        for new in "0123456789":
            yield (
                "missing-digit",
                index + 1,
                number[:index] + new + number[index:],
                f"A digit {new} is {{likely}} missing at place {index + 1}.",
                f"Der mangler {{likely}} et {new}-tal på plads {index + 1}.",
            )


def _extra(number: str) -> Iterator[_Slip]:
    for index, digit in enumerate(number):
        doubled = index > 0 and number[index - 1] == digit
        yield (
            "extra-digit",
            index + 1,
            number[:index] + number[index + 1 :],
            f"Digit {index + 1} is {{likely}} {'doubled' if doubled else 'too many'}.",
            f"Ciffer {index + 1} er {{likely}} {'skrevet to gange' if doubled else 'et for meget'}.",
        )
