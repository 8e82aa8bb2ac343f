"""Layer two of a check: what a good colleague would notice. A rule is one small function with its code and its reason.

Remarks are warnings; they never change the verdict. Which rules hold for a letter type stands in its declaration; the
pages in `docs/letters` list them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from labbro.codes import cpr, gln
from labbro.letters.tree import Element

NOT_YET = "*****"  # the place of a value that has not been measured; never a result
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
_TEN_DIGITS = re.compile(r"[0-9]{10}")


class Spot(msgspec.Struct, frozen=True):
    """Where a rule notices something: the path below the letter's root, the element, and words for the sentence."""

    path: str
    element: Element
    words: Mapping[str, str] = {}


class Remark(msgspec.Struct, frozen=True):
    """One observation: its finding code, the path below the letter's root, where the element stood, words."""

    code: str
    path: str
    at: int
    words: Mapping[str, str] = {}


# A result's parts by name; what a rule of one result tells: path below the result, and the element.
Parts: TypeAlias = "dict[str, Element]"
Told: TypeAlias = "tuple[str, Element] | None"
Notice: TypeAlias = "Callable[[Element], Iterable[Spot]]"


class Source(msgspec.Struct, frozen=True):
    """What a rule rests on."""

    danish: str
    english: str


# Meanings as MedCom's documents and display give them (facts: rpt01.md to req03.md, d).
SENSE = Source("elementernes betydning hos MedCom", "MedCom's sense of the elements")


class Rule(msgspec.Struct, frozen=True, eq=False):
    """One thing to notice. `code` is that of its finding; `danish` and `english` say why it matters.

    `source` names what the rule rests on. `notice` is asked of the letter's root; `each` of every result instead, with
    all other such rules in one pass. Either may take the declared shape for granted. `versions` are the keys it holds
    for; none: every version of a type that lists it.
    """

    code: str
    danish: str
    english: str
    source: Source
    notice: Notice | None = None
    each: Callable[[Parts], Told] | None = None
    versions: tuple[str, ...] = ()

    def holds_for(self, key: str) -> bool:
        """Whether the rule is asked of letters of a version."""
        return not self.versions or key in self.versions


class Rules:
    """The rules of one version, ready to be asked."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        held = tuple(rules)
        self._of_letter = tuple([(rule.code, rule.notice) for rule in held if rule.notice is not None])
        self._of_result = tuple([(rule.code, rule.each) for rule in held if rule.each is not None])

    def remarks(self, root: Element) -> list[Remark]:
        """Everything noticed about a letter whose shape is right."""
        found: list[Remark] = []
        for code, notice in self._of_letter:
            for spot in notice(root):
                found.append(Remark(code, spot.path, spot.element.at, spot.words))  # noqa: PERF401  # nearly always none
        if self._of_result:
            self._ask_results(root, found)
        return found

    def _ask_results(self, root: Element, found: list[Remark]) -> None:
        results = list(root.all("LaboratoryResults/Result"))
        for number, result in enumerate(results, 1):
            parts: Parts = {part.name: part for part in result.content}  # type: ignore[union-attr,misc]  # the shape is right
            for code, each in self._of_result:
                told = each(parts)
                if told is not None:
                    ordinal = f"[{number}]" if len(results) > 1 else ""
                    found.append(Remark(code, f"LaboratoryResults/Result{ordinal}/{told[0]}", told[1].at))


def minute_of(element: Element) -> str:
    """A moment, an element of Date and Time, as text that sorts by time."""
    parts: Any = element.content
    return f"{parts[0].content}T{parts[1].content}"


def numbered(holder: Element, path: str, prefix: str = "") -> list[tuple[str, Element]]:
    """Every element at a path with its own path; siblings of one name are numbered."""
    found = [(prefix, holder)]
    for name in path.split("/"):
        inner: list[tuple[str, Element]] = []
        for above, parent in found:
            same = [child for child in parent.content if type(child) is Element and child.name == name]
            if len(same) == 1:
                inner.append((f"{above}{name}/", same[0]))
            else:
                inner.extend([(f"{above}{name}[{number}]/", child) for number, child in enumerate(same, 1)])
        found = inner
    return [(here[:-1], element) for here, element in found]


@lru_cache(maxsize=4096)
def number_of(value: str) -> float | None:
    """A value as a number; the decimal mark may be a point or a comma (facts: letters/README.md, trap 11)."""
    return float(value.replace(",", ".")) if _NUMBER.fullmatch(value) else None


# --- numbers of parties and persons ----------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _fault_of_location_number(number: str) -> Literal["form", "digit"] | None:
    if gln.holds(number):
        return None
    return "digit" if len(number) == gln.DIGITS and number.isascii() and number.isdigit() else "form"


def _wrong_location_numbers(root: Element, fault: str) -> list[Spot]:
    """Of sender and receiver: the address, and the party's own number where that is a location number."""
    found: list[Spot] = []
    # The shape is right: the root holds elements, and a party begins with EANIdentifier, Identifier, IdentifierCode.
    parties: Any = root.content
    for party in parties:
        if party.name not in {"Sender", "Receiver"}:
            continue
        content: Any = party.content
        if _fault_of_location_number(content[0].content) == fault:
            found.append(Spot(f"{party.name}/EANIdentifier", content[0]))
        known_by_it = len(content) > 2 and content[2].content == "lokationsnummer"
        if known_by_it and _fault_of_location_number(content[1].content) == fault:
            found.append(Spot(f"{party.name}/Identifier", content[1]))
    return found


def location_number_form(root: Element) -> list[Spot]:
    """A location number that is not 13 digits."""
    return _wrong_location_numbers(root, "form")


def location_number_digit(root: Element) -> list[Spot]:
    """A location number of 13 digits whose last is not the check digit of the others."""
    return _wrong_location_numbers(root, "digit")


def civil_registration_number(root: Element) -> Iterator[Spot]:
    """A CPR number that begins with no date; modulus 11 is never asked for."""
    found = root.find("Patient/CivilRegistrationNumber")
    if found is not None and not cpr.begins_with_a_day(found.value):
        yield Spot("Patient/CivilRegistrationNumber", found)


def relatives_number(root: Element) -> Iterator[Spot]:
    """The ten digits of a relative's number that begin with no date; other kinds of numbers may be anything."""
    found = root.find("Relative/PersonIdentifier")
    if found is not None and _TEN_DIGITS.fullmatch(found.value) and not cpr.begins_with_a_day(found.value):
        yield Spot("Relative/PersonIdentifier", found)


GLN_FORM = Rule(
    "gln-form",
    "Et lokationsnummer (GLN) er 13 cifre, og breve adresseres med det; et andet nummer kommer næppe frem.",
    "A location number (GLN) is 13 digits, and letters are addressed by it; another will hardly arrive.",
    Source("GS1's regel for lokationsnumre", "the rule of GS1 for location numbers"),
    notice=location_number_form,
)
GLN_CHECK_DIGIT = Rule(
    "gln-check-digit",
    "Det sidste ciffer i et lokationsnummer følger af de andre; passer det ikke, er nummeret nok tastet forkert. "
    "Brevet afvises aldrig af den grund: der findes numre i MedComs egne eksempler, som ikke passer.",
    "The last digit of a location number follows from the others; where it does not, the number is probably mistyped. "
    "No letter is refused for it: some numbers in MedCom's own samples do not fit.",
    Source("GS1's regel for lokationsnumre", "the rule of GS1 for location numbers"),
    notice=location_number_digit,
)
CPR_FORM = Rule(
    "cpr-form",
    "Et CPR-nummer begynder med en dato. 0000000000 betyder ukendt og er tilladt; modulus 11 kræves aldrig.",
    "A CPR number begins with a date. 0000000000 means unknown and is allowed; modulus 11 is never asked for.",
    Source("CPR-nummerets form", "the form of the CPR number"),
    notice=civil_registration_number,
)
RELATIVE_CPR_FORM = replace(CPR_FORM, notice=relatives_number)
PARTY_RULES = (GLN_FORM, GLN_CHECK_DIGIT, CPR_FORM)
