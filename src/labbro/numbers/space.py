"""The number space: which numbers exist, in what order, and what is likely wrong with one that does not. Pure.

A number is prefix, free digits and check digit. Numbers whose check digit would be 10 do not exist, so numbers are
counted by their **position**: the ordinal of an existing number, from 0, in the order of the numbers themselves. A
series is a range of positions, so it holds exactly as many numbers as were asked for, and what is left of the space is
one subtraction.

Source: facts/numbers.md section 2; the check digit is codes.modulus11_check_digit. The real form of the national
sample number is not public, so length, prefix and check rule are configuration (docs/divergences.md).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from typing import Literal

import msgspec

from labbro.codes.explanation import is_digits
from labbro.codes.modulus import modulus11_check_digit
from labbro.errors import WrongUse
from labbro.numbers import problems

LONGEST = 15  # characters: what the sample and requisition fields of MedCom's letters hold
_MODULUS = 11
_NO_CHECK_DIGIT = 1  # the weighted sum modulo 11 whose check digit would be 10
_DIGITS = "0123456789"
_TAIL = 3  # how many of the last free digits are iterated from a table

Check = Literal["modulus-11", "none"]


class Space(msgspec.Struct, frozen=True):
    """A named set of numbers. `digits` is the whole length, with prefix and check digit.

    Raises WrongUse when made with a form that no letter can carry or that leaves no free digit.
    """

    name: str = "npn"
    digits: int = 13
    prefix: str = ""
    check: Check = "modulus-11"

    def __post_init__(self) -> None:
        if not 1 <= self.digits <= LONGEST:
            raise WrongUse(f"A number space has 1 to {LONGEST} digits.", code="space-malformed")
        if self.prefix and not is_digits(self.prefix):
            raise WrongUse("The prefix of a number space is digits only.", code="space-malformed")
        if self.free_digits < 1:
            raise WrongUse("Prefix and check digit leave no free digit in the number space.", code="space-malformed")

    @property
    def free_digits(self) -> int:
        """How many digits are neither prefix nor check digit."""
        return self.digits - len(self.prefix) - (self.check != "none")

    @property
    def capacity(self) -> int:
        """How many numbers exist."""
        if self.check == "none":
            return 10**self.free_digits
        return _existing(self.free_digits, _residue(self.prefix, self.free_digits))

    def number(self, position: int) -> str:
        """The number at a position, 0 to capacity - 1. Raises WrongUse (space-exhausted) outside."""
        if not 0 <= position < self.capacity:
            raise problems.space_exhausted(self.name)
        if self.check == "none":
            return f"{self.prefix}{position:0{self.free_digits}d}"
        digits: list[str] = []
        left, residue = position, _residue(self.prefix, self.free_digits)
        for place in range(self.free_digits - 1, -1, -1):
            starts, residues = _steps(place, residue)
            digit = bisect_right(starts, left) - 1
            left -= starts[digit]
            digits.append(_DIGITS[digit])
            residue = residues[digit]
        return f"{self.prefix}{''.join(digits)}{-residue % _MODULUS}"

    def position(self, number: str) -> int:
        """The position of a number of this space, the inverse of `number`.

        Raises WrongUse: number-malformed, number-of-another-space (other prefix) or number-check-digit.
        """
        if len(number) != self.digits or not is_digits(number):
            raise problems.number_malformed(self.digits)
        if not number.startswith(self.prefix):
            raise problems.number_of_another_space(self.name)
        free = number[len(self.prefix) : len(self.prefix) + self.free_digits]
        if self.check == "none":
            return int(free)
        if modulus11_check_digit(number[:-1]) != number[-1]:
            raise problems.number_check_digit()
        position, residue = 0, _residue(self.prefix, self.free_digits)
        for place, digit in zip(range(self.free_digits - 1, -1, -1), map(int, free), strict=True):
            starts, residues = _steps(place, residue)
            position += starts[digit]
            residue = residues[digit]
        return position

    def holds(self, number: str) -> bool:
        """Whether a number belongs to this space."""
        return (
            len(number) == self.digits
            and is_digits(number)
            and number.startswith(self.prefix)
            and (self.check == "none" or modulus11_check_digit(number[:-1]) == number[-1])
        )

    def make(self, free: str) -> str | None:
        """The number with these free digits; None where it does not exist. Raises WrongUse on another length."""
        if len(free) != self.free_digits or not is_digits(free):
            raise problems.number_malformed(self.free_digits)
        if self.check == "none":
            return self.prefix + free
        check = modulus11_check_digit(self.prefix + free)
        return None if check is None else self.prefix + free + check

    def numbers(self, first_position: int, count: int) -> Iterator[str]:
        """`count` numbers from a position on, in order: millions a second. Raises WrongUse beyond the end."""
        if count <= 0:
            return
        if first_position + count > self.capacity:
            raise problems.space_exhausted(self.name)
        yield from self._from(self.number(first_position), count)

    def _from(self, first: str, count: int) -> Iterator[str]:
        tail = min(_TAIL, self.free_digits)
        places = self.free_digits - tail
        start = int(first[len(self.prefix) : len(self.prefix) + places] or "0")
        for head in range(start, 10**places):
            text = f"{self.prefix}{head:0{places}d}" if places else self.prefix
            ends = _tails(tail, _residue(text, tail)) if self.check != "none" else _plain_tails(tail)
            if head == start:
                ends = tuple(end for end in ends if text + end >= first)
            if count <= len(ends):
                yield from [text + end for end in ends[:count]]
                return
            count -= len(ends)
            yield from [text + end for end in ends]


def _weight(place: int) -> int:
    """The weight of a free digit, `place` 0 being the one before the check digit."""
    return 2 + place % 6


def _residue(digits: str, shift: int) -> int:
    """The weighted sum modulo 11 of digits that stand `shift` places before the check digit's neighbour."""
    return sum(int(digit) * _weight(shift + place) for place, digit in enumerate(reversed(digits))) % _MODULUS


@cache
def _ways(places: int, residue: int) -> int:
    """How many strings of `places` digits have this weighted sum modulo 11."""
    if places == 0:
        return int(residue == 0)
    weight = _weight(places - 1)
    return sum(_ways(places - 1, (residue - digit * weight) % _MODULUS) for digit in range(10))


@cache
def _existing(places: int, residue: int) -> int:
    """How many existing numbers begin with digits that sum to `residue` and have `places` free digits to come."""
    return 10**places - _ways(places, (_NO_CHECK_DIGIT - residue) % _MODULUS)


@cache
def _steps(place: int, residue: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """For each digit 0 to 9 at a place, after digits that sum to `residue`: how many existing numbers have a lower one
    there, and what the digits sum to with it."""
    residues = tuple((residue + digit * _weight(place)) % _MODULUS for digit in range(10))
    return tuple(accumulate((_existing(place, one) for one in residues[:-1]), initial=0)), residues


@cache
def _tails(places: int, residue: int) -> tuple[str, ...]:
    """The ends of existing numbers, with check digit, after digits that sum to `residue`."""
    found: list[str] = []
    for number in range(10**places):
        text = f"{number:0{places}d}"
        check = -(residue + _residue(text, 0)) % _MODULUS
        if check != 10:
            found.append(f"{text}{check}")
    return tuple(found)


@cache
def _plain_tails(places: int) -> tuple[str, ...]:
    return tuple(f"{number:0{places}d}" for number in range(10**places))
