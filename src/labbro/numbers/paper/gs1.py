"""GS1 element strings on pre-printed tubes: (01) the article, (21) its serial, (10) the lot, (17) the expiry date.

Source: GS1 General Specifications (application identifiers, FNC1); numbers.md section 7. A serial of ours is the
national sample number itself; what other makers print is told apart by rules (`TubeRule`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

import msgspec

from labbro.codes.modulus import gs1_check_digit
from labbro.errors import WrongUse

GROUP_SEPARATOR = "\x1d"  # how scanners tell FNC1
_SYMBOLOGY = re.compile(r"^\](C1|d2|Q3|e0)")
_BRACKETED = re.compile(r"\((\d{2})\)([^()]+)")
_FIXED = {"01": 14, "17": 6}
_VARIABLE = {"10": 20, "21": 20}
_LONGEST = 100


class ElementString(msgspec.Struct, frozen=True):
    """What a GS1 barcode on a tube says. `expiry`: the last day of the month where the day is 00."""

    gtin: str
    serial: str | None = None
    lot: str | None = None
    expiry: dt.date | None = None


class TubeRule(msgspec.Struct, frozen=True):
    """How the serials of one article are read: the group `number` of the pattern is the sample number."""

    gtin: str
    serial_pattern: str = r"(?P<number>[0-9]{1,15})"


def read_element_string(text: str) -> ElementString:
    """Reads `(01)...(21)...` as printed for people, or as a scanner gives it. Raises WrongUse `gs1-...`."""
    told = text.strip(" \r\n\t")
    if len(told) > _LONGEST:
        raise _wrong("gs1-malformed", "it is longer than any on a tube", "den er længere end nogen på et rør")
    parts = _bracketed(told) if told.startswith("(") else _scanned(_SYMBOLOGY.sub("", told))
    if "01" not in parts:
        raise _wrong("gs1-no-article", "it names no article (01)", "den nævner ingen vare (01)")
    gtin = parts["01"]
    if gs1_check_digit(gtin[:-1]) != gtin[-1]:
        raise _wrong("gs1-check-digit", "the article's check digit is wrong", "varenummerets kontrolciffer er forkert")
    return ElementString(gtin, parts.get("21"), parts.get("10"), _date(parts["17"]) if "17" in parts else None)


def sample_number_of(element: ElementString, rules: Iterable[TubeRule]) -> str:
    """The sample number on a tube, by the rule of its article. Raises WrongUse `gs1-no-rule` or `gs1-no-number`."""
    rule = next((one for one in rules if one.gtin == element.gtin), None)
    if rule is None:
        raise _wrong("gs1-no-rule", "no rule is kept for its article", "der er ingen regel for varen")
    found = re.fullmatch(rule.serial_pattern, element.serial or "")
    if found is None:
        raise _wrong("gs1-no-number", "its serial does not fit the article's rule", "serienummeret følger ikke reglen")
    return found["number"]


def element_string(gtin: str, number: str) -> str:
    """The element string in brackets for a tube maker's file."""
    return f"(01){gtin}(21){number}"


def _bracketed(text: str) -> dict[str, str]:
    found = _BRACKETED.findall(text)
    if "".join(f"({key}){value}" for key, value in found) != text:
        raise _wrong("gs1-malformed", "its brackets do not fit together", "parenteserne passer ikke sammen")
    parts: dict[str, str] = {}
    for key, value in found:
        _keep(parts, key, value)
    return parts


def _scanned(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    rest = text.lstrip(GROUP_SEPARATOR)
    while rest:
        key = rest[:2]
        if key in _FIXED:
            value, rest = rest[2 : 2 + _FIXED[key]], rest[2 + _FIXED[key] :].removeprefix(GROUP_SEPARATOR)
        else:
            value, _, rest = rest[2:].partition(GROUP_SEPARATOR)
        _keep(parts, key, value)
    return parts


def _keep(parts: dict[str, str], key: str, value: str) -> None:
    """Checks one element and keeps it; the same one twice is refused."""
    if key in _FIXED:
        fits = len(value) == _FIXED[key] and value.isascii() and value.isdigit()
    elif key in _VARIABLE:
        fits = 1 <= len(value) <= _VARIABLE[key] and value.isascii() and value.isprintable()
    else:
        raise _wrong("gs1-unknown-element", "it holds an element no tube carries", "den har et element intet rør bærer")
    if not fits or key in parts:
        raise _wrong("gs1-malformed", f"element ({key}) is malformed or doubled", f"element ({key}) er forkert")
    parts[key] = value


def _date(digits: str) -> dt.date:
    """YYMMDD in this century; day 00 is the month's last."""
    year, month, day = 2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:])
    try:
        if day:
            return dt.date(year, month, day)
        return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
    except ValueError:
        raise _wrong("gs1-malformed", "its expiry date is none", "udløbsdatoen findes ikke") from None


def _wrong(code: str, why: str, why_da: str) -> WrongUse:
    return WrongUse(
        f"The tube's barcode cannot be read as GS1: {why}.",
        message_da=f"Rørets stregkode kan ikke læses som GS1: {why_da}.",
        code=code,
    )
