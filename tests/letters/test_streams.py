"""Long inputs read piece by piece: UTF-16, deep documents, and where things stand."""

from __future__ import annotations

import io

import pytest

from labbro import letters
from labbro.letters.reading import WHOLE_BYTES
from labbro.letters.streams import AsUtf8, Joined, is_wide

from .building import document, interchange, letter_edi, letter_xml

COUNT = WHOLE_BYTES // 1000


def long_document(head: str = "") -> str:
    return head + document(*(letter_xml().replace("BREV1", f"B{number}") for number in range(COUNT)))


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("utf-16", ""),
        ("utf-16", '<?xml version="1.0" encoding="UTF-16"?>'),
        ("utf-16-le", '<?xml version="1.0" encoding="utf-16"?>'),
        ("utf-16-be", "<?xml version='1.0' encoding='utf-16'?>"),
    ],
)
def test_a_long_document_in_utf_16_is_read_letter_by_letter(encoding, head):
    data = long_document(head).encode(encoding)
    assert len(data) > WHOLE_BYTES
    references = [(reading.ok, reading.reference) for reading in letters.read(data)]
    assert references == [(True, f"B{number}") for number in range(COUNT)]


def test_utf_16_that_breaks_off_is_not_well_formed():
    data = long_document().encode("utf-16")[:-1]
    *good, last = letters.read(io.BytesIO(data))
    assert all(reading.ok for reading in good)
    assert [found.code for found in last.findings] == ["not-well-formed"]
    odd = long_document().encode("utf-16")[: WHOLE_BYTES + 2] + b"\x00\xdc" * 40
    assert [found.code for found in list(letters.read(odd))[-1].findings] == ["not-well-formed"]


def test_utf_16_is_known_by_its_first_bytes():
    assert is_wide("<?xml".encode("utf-16"))
    assert is_wide("<?xml".encode("utf-16-be"))
    assert not is_wide(b"<?xml")
    wide = "<?xml version='1.0' encoding='utf-16'?>".encode("utf-16")
    assert AsUtf8(io.BytesIO(wide), wide).read(1 << 16) == b"<?xml version='1.0' encoding='utf-8'?>"


def test_what_was_read_and_the_rest_are_one():
    assert Joined(b"abc", io.BytesIO(b"def")).read() == b"abcdef"
    joined = Joined(b"abc", io.BytesIO(b"def"))
    assert [joined.read(2), joined.read(2), joined.read(9), joined.read(9)] == [b"ab", b"cd", b"ef", b""]


def test_a_document_is_not_deeper_than_a_parser_takes_it():
    deep = b"<a>" * (WHOLE_BYTES // 3 + 10)
    (reading,) = letters.read(deep)
    assert [found.code for found in reading.findings] == ["not-well-formed"]


def test_segments_without_a_tag_count_where_a_segment_is_named():
    good = letter_edi()
    assert good.split("'")[5].strip()[:3] not in {"UNT", ""}
    at = 3
    segments = good.split("'")
    broken = "'".join([*segments[:at], "?what", *segments[at:]]).replace("RSL+NV+128", "RSL+XX+128")
    (whole,) = letters.read(interchange(good.replace("RSL+NV+128", "RSL+XX+128")))
    (reading,) = letters.read(interchange(broken))
    before = {found.code: found.segment for found in whole.findings if found.code == "unknown-code"}
    after = {found.code: found.segment for found in reading.findings if found.code in {"unknown-code", "bad-tag"}}
    assert after == {"bad-tag": at + 1, "unknown-code": before["unknown-code"] + 1}


def test_elements_of_the_senders_own_stay_with_their_letter_in_a_long_document_too():
    own = "<Local_Elements><Own>{}</Own></Local_Elements>"
    parts = [
        letter_xml("XR0130K").replace("BREV1", f"B{number}") + (own.format(number) if number % 2 else "")
        for number in range(WHOLE_BYTES // 1000)
    ]
    data = document(*parts, version="XR0130K").encode()
    assert len(data) > WHOLE_BYTES
    for number, reading in enumerate(letters.read(data)):
        assert (reading.ok, reading.reference) == (True, f"B{number}")
        assert (f"<Own>{number}</Own>" in reading.letter.local_elements) is bool(number % 2)


def test_elements_of_the_senders_own_stay_in_the_bytes_of_their_letter():
    own = "<Local_Elements><Own>1</Own></Local_Elements>"
    data = document(letter_xml("XR0130K") + own, letter_xml("XR0130K").replace("BREV1", "BREV2"), version="XR0130K")
    first, second = letters.read(data.encode())
    assert own.encode() in first.raw
    assert own.encode() not in second.raw
    (again,) = letters.read(first.raw)
    assert again.letter.local_elements == first.letter.local_elements
