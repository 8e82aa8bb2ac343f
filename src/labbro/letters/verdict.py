"""The verdict on a letter: its shape, what its schema demands besides, and what a good colleague notices."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from labbro.letters.checking import Locator, check_tree, nowhere
from labbro.letters.findings import Finding, Severity
from labbro.letters.letter import Envelope, Letter
from labbro.letters.messages import finding
from labbro.letters.registry import ENVELOPE_MODEL, Declared, Registry, registry
from labbro.letters.remarks import Rules
from labbro.letters.tree import Element

FOREIGN_TOLD = 10
_INDEX = re.compile(r"\[[0-9]+\]")
# What XML cannot hold.
_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def checked(letter: Letter, declared: Declared, locate: Locator, fits: bool = False) -> list[Finding]:
    """Both layers. `fits`: the shape is known to be right already."""
    misfits = [] if fits else check_tree(letter.root, declared.model, locate)
    findings = misfits if declared.version.public else _of_unpublished(misfits, letter, declared, locate)
    if misfits:
        return findings
    # Demands and rules may take the shape for granted: they are asked only where the shape is right.
    both: tuple[tuple[Severity, Rules], ...] = (("error", declared.demands), ("warning", declared.rules))
    for severity, rules in both:
        for remark in rules.remarks(letter.root):
            path = f"{letter.root.name}/{remark.path}"
            place = locate(remark.at, _INDEX.sub("", path) if "[" in path else path)
            findings.append(finding(severity, remark.code, path, place, **remark.words))
    return findings


def _of_unpublished(misfits: list[Finding], letter: Letter, declared: Declared, locate: Locator) -> list[Finding]:
    """The findings about a version whose schema is not public: what is not known for certain is a warning."""
    root = declared.version.root
    known = {f"{root}/Letter/{name}" for name in ("Identifier", "VersionCode", "TypeCode")}
    said = [found if found.path in known else msgspec.structs.replace(found, severity="warning") for found in misfits]
    # An element of another namespace is none of MedCom's in any version, and XML could not say it again.
    foreign = [found for found in letter.root.walk() if found[1].name.startswith("{")] if misfits else []
    for path, element in foreign[:FOREIGN_TOLD]:
        place = locate(element.at, _INDEX.sub("", path))
        said.append(finding("error", "unknown-element", path, place, name=element.name, expected="-"))
    return [finding("info", "no-public-schema", root, name=declared.version.code), *said]


def check(letter: Letter, known: Registry | None = None) -> tuple[Finding, ...]:
    """Every finding about a letter that was built, not read."""
    declared = (known or registry()).by_key[letter.version]
    findings: list[Finding] = []
    if letter.envelope is not None:
        envelope = envelope_element(letter.envelope)
        findings.extend(check_tree(envelope, ENVELOPE_MODEL, nowhere, "Emessage/"))
        findings.extend(_unsayable(envelope, "Emessage/"))
    return (*findings, *_unsayable(letter.root), *checked(letter, declared, nowhere))


def _unsayable(root: Element, prefix: str = "") -> Iterator[Finding]:
    """Characters that no document can hold: a letter that was read has none, one that was built may."""
    for path, element in root.walk():
        if any(isinstance(part, str) and _UNSAYABLE.search(part) for part in _parts(element)):
            yield finding("error", "control-character", prefix + path)


def _parts(element: Element) -> tuple[Element | str, ...]:
    return (element.content,) if isinstance(element.content, str) else element.content


def envelope_element(envelope: Envelope) -> Element:
    """The envelope as XML says it."""
    sent = Element("Sent", (Element("Date", envelope.sent_date), Element("Time", envelope.sent_time)))
    identifier = Element("Identifier", envelope.identifier)
    return Element("Envelope", (sent, identifier, Element("AcknowledgementCode", envelope.acknowledgement)))
