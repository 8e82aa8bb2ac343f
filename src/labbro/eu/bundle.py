"""A document's Bundle as it comes: its digits kept, its resources by address, its faults told all at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, cast

import msgspec

from labbro.letters.findings import Finding

Json = dict[str, Any]

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_ENTRIES: Final = 5_000
_DEEPEST: Final = 60
_ADDRESSES = ("urn:uuid:", "urn:oid:", "http://", "https://")


class Bundle(msgspec.Struct, frozen=True):
    """A Bundle of type document: its composition, its report, and every resource by its address."""

    content: Json
    composition: Json
    report: Json
    by_address: dict[str, Json]

    def resolve(self, reference: object) -> Json | None:
        """The resource that a Reference names inside the document; None where it names none."""
        if not isinstance(reference, dict):
            return None
        return self.by_address.get(str(cast("Json", reference).get("reference", "")))


class Parsed(msgspec.Struct, frozen=True):
    """What came of the bytes: a bundle, or the faults that kept it from being one."""

    bundle: Bundle | None
    findings: tuple[Finding, ...]


def parse(data: bytes) -> Parsed:
    """A Bundle from bytes. Never raises on bad input."""
    content, fault = _content(data)
    if fault is not None or content is None:
        return Parsed(None, (fault or _error("eu-json", "$", "the document is empty", "dokumentet er tomt"),))
    findings = list(_shape(content))
    if findings:
        return Parsed(None, tuple(findings))
    by_address, findings = _addresses(content)
    composition = content["entry"][0].get("resource", {})
    reports = [one for one in by_address.values() if one.get("resourceType") == "DiagnosticReport"]
    if composition.get("resourceType") != "Composition":
        findings.append(
            _error(
                "eu-composition",
                "Bundle.entry[0]",
                "the first entry is no Composition",
                "første post er ingen Composition",
            )
        )
    if len({id(one) for one in reports}) != 1:
        findings.append(
            _error(
                "eu-report",
                "Bundle.entry",
                "a document has exactly one DiagnosticReport",
                "et dokument har netop én DiagnosticReport",
            )
        )
    findings += _lost_references(content, by_address)
    if any(finding.severity == "error" for finding in findings):
        return Parsed(None, tuple(findings))
    return Parsed(Bundle(content, composition, reports[0], by_address), tuple(findings))


def is_document(data: bytes) -> bool:
    """Whether bytes look like a FHIR Bundle, by their first characters."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"{") and b'"resourceType"' in data[:65536] and b'"Bundle"' in data[:65536]


def _content(data: bytes) -> tuple[Json | None, Finding | None]:
    if len(data) > MOST_BYTES:
        return None, _error("eu-too-large", "$", "the document is larger than 20 MB", "dokumentet er større end 20 MB")
    twice: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> Json:
        found = dict(pairs)
        if len(found) != len(pairs):
            twice.extend(key for key, _ in pairs if [name for name, _ in pairs].count(key) > 1)
        return found

    try:
        text = data.decode("utf-8-sig")
        if text.count("[") + text.count("{") > 2_000_000:
            return None, _error("eu-too-large", "$", "the document has too many parts", "dokumentet har for mange dele")
        content = json.loads(text, object_pairs_hook=once, parse_float=Decimal, parse_int=Decimal, parse_constant=_no)
    except (UnicodeDecodeError, ValueError, RecursionError):
        return None, _error("eu-json", "$", "the document is not JSON in UTF-8", "dokumentet er ikke JSON i UTF-8")
    if "\\u" in text and _unstorable(content):
        why, why_da = "a text holds what is no character", "en tekst indeholder noget, der ikke er et tegn"
        return None, _error("eu-characters", "$", why, why_da)
    if twice:
        said = f"the key {twice[0]!r} stands twice in one object"
        return None, _error("eu-duplicate-key", "$", said, f"nøglen {twice[0]!r} står to gange i ét objekt")
    if not isinstance(content, dict) or _depth(cast("Json", content)) > _DEEPEST:
        return None, _error("eu-json", "$", "the document is no FHIR resource", "dokumentet er ingen FHIR-ressource")
    return cast("Json", content), None


def _unstorable(told: object) -> bool:
    """Whether texts hold U+0000 or half a character: written as escapes they pass any decoding."""
    try:
        said = json.dumps(told, ensure_ascii=False, default=str).encode()
    except (UnicodeEncodeError, ValueError, RecursionError):
        return True
    return b"\\u0000" in said.replace(rb"\\", b"")


def _no(text: str) -> Any:
    raise ValueError(text)


def _depth(told: object, level: int = 0) -> int:
    """How deep objects and lists lie in one another; no deeper than one more than is taken."""
    if level > _DEEPEST or not isinstance(told, dict | list):
        return level
    inner = cast("Json", told).values() if isinstance(told, dict) else cast("list[Any]", told)
    return max((_depth(one, level + 1) for one in inner), default=level)


def _shape(content: Json) -> Iterator[Finding]:
    if content.get("resourceType") != "Bundle":
        yield _error("eu-not-a-bundle", "$", "the root is no Bundle", "roden er ingen Bundle")
        return
    if content.get("type") != "document":
        yield _error("eu-not-a-document", "Bundle.type", "the Bundle is no document", "Bundle er intet dokument")
    entries = content.get("entry")
    if not isinstance(entries, list) or not 2 <= len(cast("list[Any]", entries)) <= MOST_ENTRIES:
        said = f"a document has 2 to {MOST_ENTRIES} entries"
        yield _error("eu-entries", "Bundle.entry", said, f"et dokument har 2 til {MOST_ENTRIES} poster")
        return
    for at, entry in enumerate(cast("list[Any]", entries)):
        if not isinstance(entry, dict) or not isinstance(cast("Json", entry).get("resource"), dict):
            yield _error("eu-entries", f"Bundle.entry[{at}]", "an entry has no resource", "en post har ingen ressource")


def _addresses(content: Json) -> tuple[dict[str, Json], list[Finding]]:
    """Resources by full address and, where it ends in Type/id, by that as well."""
    found: dict[str, Json] = {}
    findings: list[Finding] = []
    for at, entry in enumerate(content["entry"]):
        address, resource = str(entry.get("fullUrl", "")), entry["resource"]
        if not address or address in found:
            said = "an entry has no address, or another's"
            findings.append(
                _error("eu-address", f"Bundle.entry[{at}].fullUrl", said, "en post mangler adresse eller har en andens")
            )
            continue
        found[address] = resource
        short = f"{resource.get('resourceType')}/{resource.get('id')}"
        if address.endswith(f"/{short}") and resource.get("id"):
            found.setdefault(short, resource)
    return found, findings


def _lost_references(content: Json, by_address: dict[str, Json]) -> Iterator[Finding]:
    """References that lead to nothing. Those to parts of the own resource are its own affair."""
    for at, entry in enumerate(content["entry"]):
        kind = entry["resource"].get("resourceType")
        for path, reference in _references(entry["resource"], str(kind)):
            if reference.startswith("#") or reference in by_address:
                continue
            outside = reference.startswith(_ADDRESSES[2:]) and not any(
                address.startswith(reference.rsplit("/", 2)[0]) for address in by_address
            )
            severity = "warning" if outside else "error"
            told = reference[:80]
            yield Finding(
                severity=severity,
                code="eu-reference",
                path=f"Bundle.entry[{at}].{path}",
                message=f"The reference {told} leads to nothing in the document; add the resource or correct it.",
                message_da=f"Henvisningen {told} fører ikke til noget i dokumentet; tilføj ressourcen eller ret den.",
            )


def _references(told: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(told, dict):
        for name, value in cast("Json", told).items():
            if name == "reference" and isinstance(value, str):
                yield path, value
            else:
                yield from _references(value, f"{path}.{name}")
    elif isinstance(told, list):
        for at, value in enumerate(cast("list[Any]", told)):
            yield from _references(value, f"{path}[{at}]")


def _error(code: str, path: str, why: str, why_da: str) -> Finding:
    return Finding(
        severity="error",
        code=code,
        path=path,
        message=f"The document cannot be taken in: {why}.",
        message_da=f"Dokumentet kan ikke modtages: {why_da}.",
    )
