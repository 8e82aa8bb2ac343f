"""Numbers of letters, samples and requisitions: unique for a person within a population, and told apart by its seed."""

from __future__ import annotations

import hashlib

from labbro.codes import requisition

_HOSPITAL_SERIES = 7 * 10**11
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Numbering:
    """Counts for one person. `tag` keeps populations of other seeds apart, so that both can be loaded together."""

    def __init__(self, tag: str, person_index: int) -> None:
        self._tag = tag
        self._person = person_index
        self._letters = 0
        self._samples = 0

    def letter(self) -> str:
        """The next letter number, 13 characters: tag, person, count. The envelope adds one."""
        self._letters += 1
        return f"{self._tag}{_base36(self._person, 5)}{_base36(self._letters, 4)}"

    def sample(self) -> int:
        """The next sample of this person, counted from 1."""
        self._samples += 1
        return self._samples

    def laboratory_number(self, year: int, sample: int) -> str:
        """The laboratory's own number of a sample: year, person, sample."""
        return f"{year % 100:02d}{self._person:06d}{sample:04d}"

    def hospital_requisition(self, sample: int) -> str:
        """A requisition number of 13 digits with check digit, of a series that begins with 7."""
        return _issued(_HOSPITAL_SERIES + self._person * 10_000 + sample, 12)

    def practice_requisition(self, provider: str, sample: int) -> str:
        """A legacy number of general practice: provider number, running number, check digit."""
        return _issued(int(provider) * 10**7 + (self._person * 1000 + sample) % 5_000_000, 13)


def tag_of(*what: object) -> str:
    """Four characters for a population."""
    digest = hashlib.sha256("/".join(str(part) for part in what).encode()).digest()
    return _base36(int.from_bytes(digest[:6], "big"), 4)


def _issued(number: int, width: int) -> str:
    """The number with its check digit; a number whose check digit would be ten is passed over."""
    while (made := requisition.make(f"{number:0{width}d}")) is None:
        number += 5_000_000
    return made


def _base36(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits
