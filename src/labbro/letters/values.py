"""The kinds of value an element may have, with the meaning of the official schemas (facts: valuelists.md, 10)."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable

import msgspec

Fault = str | None
Checker = Callable[[str], Fault]
Fits = Callable[[str], object]


class Value(msgspec.Struct, frozen=True):
    """A kind of value: how long, which words, which pattern. `words` keep the order of their declaration."""

    kind: str
    low: int = 0
    high: int = 0
    words: tuple[str, ...] = ()
    pattern: str = ""

    def describe(self, language: str = "en") -> str:
        """The kind in words, for messages and pages."""
        return _DESCRIBE[self.kind][language == "da"].format(
            low=self.low, high=self.high, words=", ".join(self.words), pattern=self.pattern
        )

    def checker(self) -> Checker:
        """A function that names the fault of a value, or gives None."""
        return _CHECKERS[self.kind](self)

    def fits(self) -> Fits:
        """A quicker function that says whether a value has no fault."""
        if self.kind == "words":
            return frozenset(self.words).__contains__
        if self.kind == "pattern":
            return re.compile(self.pattern, re.ASCII).fullmatch
        if self.kind == "date":
            return lambda found: _USUAL_DATE(found) or date_fault(found) is None
        check = self.checker()
        return lambda found: check(found) is None


def text(low: int, high: int) -> Value:
    """Any characters, between `low` and `high` of them; blanks count."""
    return Value("text", low, high)


def words(*allowed: str) -> Value:
    """One of a list."""
    return Value("words", words=allowed)


def constant(word: str) -> Value:
    """Just this word."""
    return Value("words", words=(word,))


def matching(pattern: str) -> Value:
    """A pattern that the whole value must match."""
    return Value("pattern", pattern=pattern)


def whole(low: int, high: int = 0) -> Value:
    """A whole number from `low` to `high` (0: no upper end), with sign and leading zeros as XML Schema allows."""
    return Value("whole", low, high)


def decimal(digits: int) -> Value:
    """A number with a point, of at most so many digits; zeros at both ends do not count."""
    return Value("decimal", high=digits)


DATE = Value("date")
TIME = Value("pattern", pattern=r"(([0-1][0-9])|(2[0-3])):[0-5][0-9]")
BOOLEAN = Value("boolean")
# A boolean that may only be `true`, not `1`; as of every boolean, blanks around it do not count.
TRUE = Value("true")
UUID = Value("pattern", pattern=r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}")

_DESCRIBE = {
    "text": ("{low} to {high} characters", "{low} til {high} tegn"),
    "words": ("one of: {words}", "en af: {words}"),
    "pattern": ("the form {pattern}", "formen {pattern}"),
    "whole": ("a whole number from {low}", "et helt tal fra {low}"),
    "decimal": ("a number of at most {high} digits", "et tal med højst {high} cifre"),
    "date": ("a date, ccyy-mm-dd", "en dato, ååå-mm-dd"),
    "true": ("true", "true"),
    "boolean": ("true, false, 1 or 0", "true, false, 1 eller 0"),
}


def _text(value: Value) -> Checker:
    low, high = value.low, value.high

    def check(found: str) -> Fault:
        if low <= len(found) <= high:
            return None
        return "too-long" if len(found) > high else ("empty-value" if not found else "too-short")

    return check


def _words(value: Value) -> Checker:
    allowed = frozenset(value.words)
    return lambda found: None if found in allowed else "not-in-list"


def _pattern(value: Value) -> Checker:
    matches = re.compile(value.pattern, re.ASCII).fullmatch
    return lambda found: None if matches(found) else "wrong-form"


def _whole(value: Value) -> Checker:
    low, high = value.low, value.high
    matches = re.compile(r"[ \t\r\n]*([+-]?)([0-9]+)[ \t\r\n]*").fullmatch

    def check(found: str) -> Fault:
        number = matches(found)
        if number is None:
            return "not-a-number"
        digits = number[2].lstrip("0") or "0"
        # libxml2 keeps 24 digits of an integer and refuses more; a limit also keeps hostile input cheap.
        if len(digits) > 24:
            return "number-outside"
        found_number = -int(digits) if number[1] == "-" else int(digits)
        return None if found_number >= low and (not high or found_number <= high) else "number-outside"

    return check


_DECIMAL = re.compile(r"[ \t\r\n]*[+-]?([0-9]*)(?:\.([0-9]*))?[ \t\r\n]*")


def _decimal(value: Value) -> Checker:
    def check(found: str) -> Fault:
        parts = _DECIMAL.fullmatch(found)
        if parts is None or not (parts[1] or parts[2]):
            return "not-a-number"
        digits = len(parts[1].lstrip("0")) + len((parts[2] or "").rstrip("0"))
        return None if digits <= value.high else "number-outside"

    return check


_DATE = re.compile(r"-?([0-9]{4,})-([0-9]{2})-([0-9]{2})(Z|[+-]([0-9]{2}):([0-9]{2}))?")
# Days that every month has, in years of our time.
_USUAL_DATE = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])").fullmatch
_DAYS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _date(_value: Value) -> Checker:
    return date_fault


def date_fault(found: str) -> Fault:
    """The fault of an xs:date: a real day, an optional zone up to 14 hours, no blanks around it."""
    parts = _DATE.fullmatch(found)
    if parts is None or not found.isascii():
        return "not-a-date"
    year_digits, month, day = parts[1], int(parts[2]), int(parts[3])
    if (len(year_digits) > 4 and year_digits.startswith("0")) or len(year_digits) > 18 or not int(year_digits):
        return "not-a-date"
    if not 1 <= month <= 12:
        return "not-a-date"
    year = int(year_digits)
    days = 29 if month == 2 and calendar.isleap(year) else _DAYS[month]
    if not 1 <= day <= days:
        return "not-a-date"
    if parts[5] is not None:
        hours, minutes = int(parts[5]), int(parts[6])
        if minutes > 59 or hours * 60 + minutes > 14 * 60:
            return "not-a-date"
    return None


def _boolean(_value: Value) -> Checker:
    allowed = frozenset({"true", "false", "1", "0"})
    return lambda found: None if found.strip(" \t\r\n") in allowed else "not-a-boolean"


def _true(_value: Value) -> Checker:
    return lambda found: None if found.strip(" \t\r\n") == "true" else "not-in-list"


def is_true(value: str) -> bool:
    """Whether an xs:boolean says yes; both ways of writing it are legal (facts: letters/README.md, trap 4)."""
    return value.strip() in {"true", "1"}


_CHECKERS: dict[str, Callable[[Value], Checker]] = {
    "text": _text,
    "words": _words,
    "pattern": _pattern,
    "whole": _whole,
    "decimal": _decimal,
    "date": _date,
    "boolean": _boolean,
    "true": _true,
}
