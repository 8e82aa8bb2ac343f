"""The examples of the reference pages: one small letter of each type about an invented person, kept as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from importlib import resources

import msgspec
from lxml import etree

from labbro.letters import vans
from labbro.letters.grammar import MARK_TEXTS
from labbro.letters.json_form import from_json
from labbro.letters.letter import Letter
from labbro.letters.standard import Standard, Version
from labbro.letters.standards import vans_envelope
from labbro.letters.writing import write

# The envelope of VANS providers is no letter, but has a page of its own as letters have.
ENVELOPE = Standard(
    name="VANSEnvelope",
    type_code="VANSEnvelope",
    danish="VANS-kuvert",
    english="VANS envelope",
    kind="envelope",
    versions=(Version("1.0.4", "E", "1.0.4", vans_envelope.NAMESPACE, "VANSEnvelope", has_edifact=False, newest=True),),
    tree=vans_envelope.TREE,
    form=None,
)
_UUIDS = ("11111111-2222-4333-8444-555555555555", "66666666-7777-4888-9999-000000000000")


@cache
def example_of(name: str) -> Letter | None:
    """The example of a letter type, by its name; None where nobody has made one."""
    kept = resources.files("labbro.letters.reference").joinpath("examples", f"{name.lower()}.json")
    return from_json(msgspec.json.decode(kept.read_bytes())) if kept.is_file() else None


def xml_lines(standard: Standard) -> list[str]:
    """The example as XML, an element a line; texts that hold marks stay on theirs."""
    data = _document_of(standard)
    if data is None:
        return []
    document = etree.fromstring(data)
    _indent(document, "\n")
    said = etree.tostring(document, encoding="unicode")
    return ['<?xml version="1.0" encoding="UTF-8"?>', *said.splitlines()]


def _document_of(standard: Standard) -> bytes | None:
    letter = example_of("CTL03" if standard is ENVELOPE else standard.name)
    if letter is None:
        return None
    return _in_envelope(letter) if standard is ENVELOPE else write(letter, "xml").data


def _in_envelope(letter: Letter) -> bytes:
    sent = datetime(2024, 5, 6, 7, 15, tzinfo=UTC)
    return vans.wrap(letter, "edifact", identifier=_UUIDS[0], message_identifier=_UUIDS[1], sent=sent).data


def _indent(element: etree._Element, before: str) -> None:  # pyright: ignore[reportPrivateUsage]  # lxml names it so
    """Each element on a line of its own, but for those within a text."""
    children = list(element)
    if not children or element.text or any(_local_name(child) in MARK_TEXTS for child in children):
        return
    element.text = before + "  "
    for child in children:
        child.tail = before + ("  " if child is not children[-1] else "")
        _indent(child, before + "  ")


def _local_name(element: etree._Element) -> str:  # pyright: ignore[reportPrivateUsage]
    return etree.QName(element).localname


def edifact_lines(standard: Standard) -> list[str]:
    """The example as EDIFACT, a segment a line; nothing for a type that has none."""
    letter = example_of(standard.name)
    if standard.form is None or letter is None:
        return []
    return _segments(write(letter, "edifact").data.decode("latin-1"))


def _segments(data: str) -> list[str]:
    lines = [""]
    released = False
    for character in data:
        lines[-1] += character
        if (character == "'" and not released and not lines[-1].startswith("UNA:+.? ")) or lines[-1] == "UNA:+.? '":
            lines.append("")
        released = character == "?" and not released
    return [line for line in lines if line]
