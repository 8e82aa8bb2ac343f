"""Every text element of every letter is in the record, or stands in a table here of what is left in the letter.

Each element is changed alone: the record must show the new words, or at least be another one where they are translated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from labbro import letters, records
from labbro.letters.grammar import MARK_TEXTS
from labbro.letters.letter import Letter
from labbro.letters.registry import registry
from labbro.letters.tree import Element

# What says nothing that a clinician reads: it names the form, or is the address of somebody.
LEFT_IN_LETTER = {
    "Letter/VersionCode": "the version is taken from the namespace",
    "Letter/TypeCode": "as the standard",
    "Letter/StatisticalCode": "for counting letters",
    "Receiver/StreetName": "an address",
    "Receiver/SuburbName": "an address",
    "Receiver/DistrictName": "an address",
    "Receiver/PostCodeIdentifier": "an address",
    "Sender/StreetName": "an address",
    "Sender/SuburbName": "an address",
    "Sender/DistrictName": "an address",
    "Sender/PostCodeIdentifier": "an address",
    "Sender/TelephoneSubscriberIdentifier": "a telephone number",
    "OriginalRequester/StreetName": "an address",
    "OriginalRequester/SuburbName": "an address",
    "OriginalRequester/DistrictName": "an address",
    "OriginalRequester/PostCodeIdentifier": "an address",
    "Patient/StreetName": "an address",
    "Patient/SuburbName": "an address",
    "Patient/DistrictName": "an address",
    "Patient/PostCodeIdentifier": "an address",
    "Patient/TelephoneSubscriberIdentifier": "a telephone number",
    "Patient/MunicipalityId": "an address",
    "Patient/MunicipalityName": "an address",
    "*/Reference/SUP": "a reference with neither address nor object is a supplement",
}
# Words, times and numbers that the record says in its own way.
TRANSLATED = {
    "Date", "Time", "Given", "ConsentGiven", "ReplyTo", "Logical", "Order", "NumberOfTestTubes", "OriginalObjectSize",
    "ReportStatusCode", "ResultStatus", "ResultStatusCode", "ResultType", "ResultValidation", "Operator",
    "TypeOfInterval", "RelationCode", "SampleIdentifierType", "OriginalSampleIdentifierType", "PayersTypeCode",
    "SamplingLocationCode", "SamplingDateTimeType", "ResultPriority", "MaterialPreTreatment", "RefMicroorganism",
    "RefAntibiotic", "SortOrder", "AntibioticNumber", "Condyloma", "IUD", "Pregnant",
}  # fmt: skip
WORDS = (
    "true", "false", "2001-02-03", "08:15", "7", "komplet_svar", "modtaget", "delvis", "komplet", "svar_rettet",
    "svar_midlertidigt", "numerisk", "alfanumerisk", "for_hoej", "for_lav", "malign", "premalign", "mindre_end",
    "lig_med", "fysiologisk", "terapeutisk", "mor", "far", "nationaltproevenummer", "sygesikring_gruppe_1",
    "sygesikring_gruppe_2", "patienten", "laboratoriet", "faktisk", "oensket", "straks", "rutine", "fikseret",
    "frysesnit",
)  # fmt: skip
MARK = "Æ7Ø"
SAME_PATH = 3  # of elements that stand many times in a letter, so many are changed
INDEX = re.compile(r"\[\d+\]")
REPORTS = [key for key, known in registry().by_key.items() if known.standard.kind in {"report", "request"}]


def leaves(letter: Letter) -> Iterator[tuple[str, Element]]:
    """Every element with words of its own, by its path below the root; texts with marks count as one."""
    seen: dict[str, int] = {}
    idle = {id(each) for _, holder in letter.root.walk() for each in (*flags_of_no_number(holder), *no_value(holder))}
    for path, element in letter.root.walk():
        if id(element) in idle:
            continue
        bare = INDEX.sub("", path).partition("/")[2]
        own = isinstance(element.content, str) or any(isinstance(part, str) for part in element.content)
        if own and element.value.strip() and element.name not in MARK_TEXTS:
            seen[bare] = seen.get(bare, 0) + 1
            if seen[bare] <= SAME_PATH:
                yield bare, element


def flags_of_no_number(holder: Element) -> list[Element]:
    """A sample may be flagged as having a national number, and have no number."""
    names = [child.name for child in holder.children]
    numbered = any(name.endswith("Identifier") for name in names)
    return [] if numbered else [child for child in holder.children if child.name == "SampleIdentifierType"]


def no_value(holder: Element) -> list[Element]:
    """What stands in the place of a value that has not been measured is left in the letter, with its sign."""
    statuses = [holder.text("ResultStatusCode"), holder.text("GeneralResultInformation/ResultStatusCode")]
    if "proeve_modtaget" not in statuses and holder.text("Value") != "*****":
        return []
    places = ("Value", "Operator", "TableFormat/TableResult", "Result/TableFormat/TableResult")
    return [each for place in places for each in holder.all(place)]


def changed(element: Element, target: Element, value: str) -> Element:
    if element is target:
        return Element(element.name, value, element.at)
    if isinstance(element.content, str):
        return element
    parts = tuple(part if isinstance(part, str) else changed(part, target, value) for part in element.content)
    return Element(element.name, parts, element.at)


def record(letter: Letter) -> bytes:
    if records.is_requisition(letter):
        return msgspec.json.encode(records.project_requisition(letter).requisition)
    return msgspec.json.encode(records.project(letter))


def lost(letter: Letter) -> list[str]:
    """The paths of elements that the record does not depend on."""
    letter = msgspec.structs.replace(letter, assumed=())  # what reading filled in is another question
    before = record(letter)
    found: list[str] = []
    for path, element in leaves(letter):
        if path in LEFT_IN_LETTER or f"*/{'/'.join(path.split('/')[-2:])}" in LEFT_IN_LETTER:
            continue

        def with_value(value: str, target: Element = element) -> bytes:
            return record(msgspec.structs.replace(letter, root=changed(letter.root, target, value)))

        if path.rpartition("/")[2] in TRANSLATED:
            if all(with_value(word) == before for word in WORDS):
                found.append(path)
        elif MARK.encode() not in with_value(MARK):
            found.append(path)
    return found


def letters_in(path: Path) -> Iterator[Letter]:
    for reading in letters.read(path.read_bytes()):
        letter = reading.letter
        if letter is not None and (records.can_project(letter) or records.is_requisition(letter)):
            yield letter


def test_every_element_of_every_official_sample_is_in_the_record_or_in_the_table(shared):
    official = shared / "medcom/official"
    paths = [*(official / "samples").rglob("*.*"), *(official / "examples").rglob("*.xml")]
    told = {path.name: sorted(set(lost(letter))) for path in sorted(paths) for letter in letters_in(path)}
    assert len(told) >= 20
    assert {name: paths for name, paths in told.items() if paths} == {}


@pytest.mark.parametrize("version", sorted(REPORTS))
def test_every_element_of_generated_letters_is_in_the_record_or_in_the_table(shared, version):
    folder = shared / "medcom/generated/xml" / version.replace("/", "-")
    if not folder.is_dir():
        pytest.skip("there are no generated letters of a version without a public schema")
    seen: set[str] = set()
    for path in sorted(folder.glob("*.xml")):
        for letter in letters_in(path):
            assert sorted(set(lost(letter))) == [], path.name
            seen.update(bare for bare, _ in leaves(letter))
    assert len(seen) > 30


def without(element: Element, target: Element) -> Element:
    if isinstance(element.content, str):
        return element
    kept = tuple(
        part if isinstance(part, str) else without(part, target) for part in element.content if part is not target
    )
    return Element(element.name, kept, element.at)


@pytest.mark.parametrize("version", sorted(REPORTS))
def test_whatever_is_missing_a_record_is_made_of_the_rest(shared, version):
    folder = shared / "medcom/generated/xml" / version.replace("/", "-")
    for path in sorted(folder.glob("*.xml"))[:3]:
        for letter in letters_in(path):
            for _, element in list(letter.root.walk())[1:400]:
                for changed_root in (without(letter.root, element), changed(letter.root, element, "")):
                    assert record(msgspec.structs.replace(letter, root=changed_root))


def test_a_letter_is_the_same_record_in_either_syntax(shared):
    """But for what EDIFACT cannot say: consent by absence, when was asked, whether a time is wished for."""
    generated, seen = shared / "medcom/generated", set()
    for line in (generated / "manifest.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if not entry["trust"] or not entry["edi"] or {"pattern_entry_order", "false_is_absence"} & set(entry["notes"]):
            continue
        pairs = [list(letters_in(generated / entry[syntax])) for syntax in ("xml", "edi")]
        for one, other in zip(*pairs, strict=True):
            assert as_edifact_says(one) == as_edifact_says(other), entry["xml"]
            seen.add(entry["key"])
    assert len(seen) >= 16


def as_edifact_says(letter: Letter) -> dict[str, object]:
    told = msgspec.json.decode(record(letter))
    for field in ("consent_given", "requested_at", "sampling_time_kind"):
        told.pop(field, None)
    return told
