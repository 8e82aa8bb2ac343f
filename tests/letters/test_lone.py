"""A document that is one element of a letter gets the schema's verdict, and is no letter."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from labbro import letters
from labbro.letters.lone import _ALWAYS, _OWN
from labbro.letters.standard import namespace_of

DATES = tuple(_OWN)


def document(date, name, value):
    return f'<{name} xmlns="{namespace_of(date)}">{value}</{name}>'.encode()


def test_an_element_alone_is_valid_and_no_letter():
    data = document("2005/08/07", "StreetName", "Nygade")
    (reading,) = letters.read(data)
    assert (reading.ok, reading.letter, reading.standard) == (True, None, None)
    assert [(found.severity, found.code) for found in reading.findings] == [("warning", "lone-element")]


def test_it_is_not_converted():
    (made,) = letters.convert(document("2005/08/07", "StreetName", "Nygade"), "edifact")
    assert (made.ok, made.data) == (False, None)


@pytest.mark.parametrize("value", ["", "x" * 36, "<a/>", "x<Break/>"])
def test_it_must_be_plain_and_fit(value):
    (reading,) = letters.read(document("2005/08/07", "StreetName", value))
    assert not reading.ok


def test_other_elements_alone_are_not_known():
    (reading,) = letters.read(document("2005/08/07", "Patient", "x"))
    assert [found.code for found in reading.findings] == ["not-supported"]


@pytest.mark.parametrize("date", DATES)
def test_the_verdict_is_that_of_the_official_schema(shared: Path, date):
    schema = etree.XMLSchema(etree.parse(shared / "medcom" / "official" / "schemas" / date / "EMessage.xsd"))
    for name in {*_ALWAYS, *(name for own in _OWN.values() for name in own)}:
        for length in (0, 1, 3, 4, 8, 9, 10, 11, 17, 18, 20, 21, 25, 26, 35, 36, 70, 71):
            data = document(date, name, "x" * length)
            (reading,) = letters.read(data)
            assert reading.ok is schema.validate(etree.fromstring(data)), (name, length)
