"""Hostile input: a clear finding, in time that grows no faster than the input, and the rest of the batch goes on."""

from __future__ import annotations

import random
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from labbro import letters
from labbro.letters import Reading, edifact
from labbro.letters.checking import FINDINGS_PER_LETTER
from labbro.letters.xml import LETTER_ELEMENTS

from .building import UNA, UNB, document, edi, errors, interchange, letter_edi, letter_xml, read_one, segments, xml
from .fuzz import run, seeds

ROOT = Path(__file__).resolve().parents[2]
SEED = random.Random(20241006).randrange(10**6)


def operations(data: bytes) -> int:
    """How many lines of our code one reading of the data passes: a measure that no busy machine disturbs."""
    count = 0

    def trace(frame, _event, _argument):
        nonlocal count
        if "labbro" not in frame.f_code.co_filename:
            return None
        count += 1
        return trace

    sys.settrace(trace)
    try:
        for _ in letters.read(data):
            pass
    finally:
        sys.settrace(None)
    return count


def grows_linearly(make, small: int = 400, times: int = 8, slack: float = 1.6) -> bool:
    """Whether eight times the input costs at most about eight times the work."""
    base, first, second = operations(make(1)), operations(make(small)), operations(make(small * times))
    return second - base <= slack * times * max(first - base, small)


# --- edifact ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("release characters", lambda size: edi("R0131K", ("Kreatinin;P", "?" * (2 * size)))),
        ("released separators", lambda size: edi("R0131K", ("Kreatinin;P", "?+" * size))),
        ("elements", lambda size: edi("R0131K", ("Kreatinin;P", "+" * size))),
        ("components", lambda size: edi("R0131K", ("Kreatinin;P", ":" * size))),
        ("segments", lambda size: edi("R0131K", ("S16+16'", "S16+16'" + "QQQ+1'" * size))),
        ("empty segments", lambda size: edi("R0131K", ("S16+16'", "S16+16'" + "'" * size))),
        ("groups", lambda size: edi("R0131K", ("S16+16'", "S16+16'" * size))),
        ("results", lambda size: edi("R0131K", ("UNT+", "GIS+N'" * size + "UNT+"))),
        ("texts", lambda size: edi("R0131K", ("REL+PRF", "FTX+RIT+P00++a\\'" * size + "REL+PRF"))),
        ("lines", lambda size: edi("R0131K", ("REL+PRF", f"FTX+RIT+P00++{'a:' * size}b'REL+PRF"))),
        ("letters", lambda size: interchange(*["UNH+1'UNT+2+1'"] * size)),
        ("segments outside", lambda size: interchange("QQQ'" * size)),
        ("interchanges", lambda size: (UNA + UNB).encode() * size),
    ],
)
def test_many_pieces_of_edifact_cost_no_more_than_their_number(name, make):
    assert grows_linearly(make), name


@pytest.mark.parametrize("count", [1_000_000, 1_000_001])
def test_a_million_release_characters_are_read_or_refused(count):
    reading = read_one(edi("R0131K", ("Kreatinin;P", "?" * count)))
    assert not reading.ok


def test_a_segment_of_many_megabytes_is_cut_and_the_other_letters_are_read():
    bad = segments().replace("Kreatinin;P", "A" * 8_000_000)
    found = list(letters.read(interchange(letter_edi(), bad, letter_edi())))
    assert [reading.ok for reading in found] == [True, False, True]
    assert "too-large" in errors(found[1].findings)
    assert len(found[1].raw) < 10_000


def test_a_segment_without_an_end_is_not_kept():
    reading = read_one((UNA + "UNB+").encode() + b"A" * 8_000_000)
    assert not reading.ok
    assert len(reading.raw) < 1000


def test_a_million_segments_are_bounded():
    reading = read_one(edi("R0131K", ("S16+16'", "S16+16'" + "X'" * 1_000_000)))
    assert "too-large" in errors(reading.findings)
    assert len(reading.findings) <= 2 * FINDINGS_PER_LETTER


def test_an_interchange_of_nothing_but_nul_bytes_or_blanks_is_told():
    for data in (UNA.encode() + b"\x00" * 100_000, UNA.encode() + b" " * 100_000):
        assert not read_one(data).ok


@pytest.mark.parametrize("cut", range(0, 1100, 50))
def test_a_letter_cut_off_anywhere_is_refused(cut):
    data = edi()
    for reading in letters.read(data[: min(cut, data.index(b"UNT"))]):
        assert not reading.ok


@pytest.mark.parametrize("cut", range(0, 2200, 100))
def test_a_document_cut_off_anywhere_is_refused(cut):
    (reading,) = letters.read(xml()[:cut])
    assert not reading.ok


# --- xml -------------------------------------------------------------------------------------------------------------


BOMB = b"<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>"
for below, name in zip("abcdefgh", "bcdefghi", strict=True):
    BOMB += f"<!ENTITY {name} '{f'&{below};' * 10}'>".encode()
BOMB += b"]><a x='&i;'>&i;&i;</a>"


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><a>&a;</a>',
        b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]><a/>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
        b"<!DOCTYPE a [<!ENTITY a '&b;'><!ENTITY b '&a;'>]><a>&a;</a>",
    ],
)
def test_entities_are_never_opened(data):
    reading = read_one(data)
    assert errors(reading.findings) in (["doctype"], ["not-well-formed"])
    assert "root:" not in str(reading.findings)


@pytest.mark.parametrize("depth", [300, 5000, 200_000])
def test_deep_nesting_is_refused(depth):
    for data in (
        b"<a>" * depth,
        document("<LaboratoryReport>" * depth).encode(),
        document("<LaboratoryReport>" * depth + "</LaboratoryReport>" * depth).encode(),
    ):
        assert not any(reading.ok for reading in letters.read(data))


def test_deep_nesting_of_marks_within_the_parsers_limit_does_not_exhaust_the_stack():
    marks = "<Bold>" * 240 + "</Bold>" * 240
    text = document(letter_xml()).replace("P-Kreatininium; stofk.", marks)
    assert not read_one(text.encode()).ok


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("elements", lambda size: document(letter_xml()).replace("<Result>", "<Foo/>" * size + "<Result>").encode()),
        ("results", lambda size: document(letter_xml()).replace("<Result>", "<Result/>" * size + "<Result>").encode()),
        ("breaks", lambda size: document(letter_xml()).replace("<Break/>", "<Break/>" * size).encode()),
        ("unknown marks", lambda size: document(letter_xml()).replace("<Break/>", "<Foo/>" * size).encode()),
        ("comments", lambda size: document(letter_xml()).replace("128", "1" + "<!-- -->2" * size).encode()),
        ("entities", lambda size: document(letter_xml()).replace("128", "&amp;" * size).encode()),
        ("letters", lambda size: document(*["<LaboratoryReport/>"] * size).encode()),
        ("unknown letters", lambda size: document(*["<Foo/>"] * size).encode()),
    ],
)
def test_many_pieces_of_xml_cost_no_more_than_their_number(name, make):
    assert grows_linearly(make, small=200), name


def test_many_attributes_are_told_but_not_all_of_them():
    attributes = " ".join(f'a{number}="1"' for number in range(20_000))
    reading = read_one(document(letter_xml()).replace("<Result>", f"<Result {attributes}>").encode())
    assert set(errors(reading.findings)) == {"unknown-attribute"}
    assert len(reading.findings) <= 100


def test_findings_are_bounded():
    reading = read_one(document(letter_xml()).replace("<Result>", "<Foo/>" * 20_000 + "<Result>").encode())
    assert FINDINGS_PER_LETTER <= len(reading.findings) <= FINDINGS_PER_LETTER + 100


def test_a_value_of_many_megabytes_is_a_finding_without_its_text():
    reading = read_one(document(letter_xml()).replace("µmol/l", "µ" * 3_000_000).encode())
    assert not reading.ok
    assert all(len(finding.message) < 500 for finding in reading.findings)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-8-sig", "windows-1252", "iso-8859-1"])
def test_documents_in_usual_encodings_are_read(encoding):
    said = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{said}"?>' + document(letter_xml())
    assert read_one(text.encode(encoding)).ok


@pytest.mark.parametrize(
    ("said", "real"), [("utf-8", "windows-1252"), ("utf-16", "utf-8"), ("klingon", "utf-8"), ("ascii", "utf-8")]
)
def test_documents_that_lie_about_their_encoding_are_refused(said, real):
    text = f'<?xml version="1.0" encoding="{said}"?>' + document(letter_xml())
    assert not read_one(text.encode(real)).ok


# --- fuzz ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def inputs() -> list[bytes]:
    return seeds()


@pytest.mark.parametrize("part", range(8))
def test_spoilt_letters_are_read_without_exception(inputs, part):
    assert run(SEED + part * 300, 300, inputs) == []


# --- memory ----------------------------------------------------------------------------------------------------------

STREAM = """
    import io, sys
    from pathlib import Path
    from labbro import letters

    def peak():  # of this program alone, in megabytes
        (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) // 1024

    class Stream(io.RawIOBase):
        def __init__(self, head, unit, times, tail):
            self.parts, self.buffer = iter([head, *[unit] * times, tail]), b""
        def read(self, size=-1):
            while len(self.buffer) < size:
                part = next(self.parts, None)
                if part is None:
                    break
                self.buffer += part
            out, self.buffer = self.buffer[:size], self.buffer[size:]
            return out

    head, body, tail = open(sys.argv[1], "rb").read().split(b"@@")
    list(letters.read(head + body + tail))
    before, times = peak(), 12_000_000 // len(body)
    count = sum(reading.ok for reading in letters.read(Stream(head, body, times, tail)))
    print(count == times, before, peak())
    assert count == times
    assert peak() - before < 24  # twice the input would be more
"""


@pytest.mark.parametrize("syntax", ["edifact", "xml"])
def test_twelve_megabytes_are_read_as_a_stream_in_little_memory(tmp_path, syntax):
    pieces = (
        (UNA + UNB, letter_edi(), "UNZ+0+KUVERT1'") if syntax == "edifact" else tuple(document("@@@@").split("@@@@"))
    )
    if syntax == "xml":
        pieces = (pieces[0], letter_xml(), pieces[1])
    file = tmp_path / "pieces"
    file.write_bytes("@@".join(pieces).encode("latin-1" if syntax == "edifact" else "utf-8"))
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(STREAM), file], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


MULTIPLE = """
    import sys
    from pathlib import Path
    from labbro import letters

    def peak():
        (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) << 10

    plain, hostile = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2]).read_bytes()
    list(letters.read(plain))
    before = peak()
    read = sum(1 for _ in letters.read(hostile))
    times = (peak() - before) / len(hostile)
    print(f"{times:.1f} times the input")
    assert read
    assert times <= 20
"""


def within(text: str, hostile: str) -> str:
    return document(letter_xml()).replace(text, hostile, 1)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("elements", lambda size: within("<Result>", "<F/>" * (size // 4) + "<Result>")),
        (
            "distinct elements",
            lambda size: within("<Result>", "".join(f"<F{n}/>" for n in range(size // 9)) + "<Result>"),
        ),
        ("elements with attributes", lambda size: within("<Result>", '<Result a=""/>' * (size // 14) + "<Result>")),
        (
            "attributes",
            lambda size: within("<Result>", "<R " + " ".join(f'a{n}="1"' for n in range(size // 11)) + "/>"),
        ),
        ("text between", lambda size: within("<Result>", "a<Result/>" * (size // 10) + "<Result>")),
        ("deep elements", lambda size: within("<Result>", "<a>" * (size // 3))),
        ("marks", lambda size: within("<Break/>", "<Break/>" * (size // 8))),
        ("comments", lambda size: within("<Result>", "<!---->" * (size // 7) + "<Result>")),
        ("one comment", lambda size: within("<Result>", f"<!--{'a' * size}--><Result>")),
        ("one value", lambda size: within("128", "\U0001f600" + "1" * size)),
        ("entities", lambda size: "<!DOCTYPE a [" + "<!ENTITY a 'aaaa'>" * (size // 18) + "]><a>&a;</a>"),
        ("letters", lambda size: document(*["<LaboratoryReport/>"] * (size // 19))[:size]),
        ("segments", lambda size: within_edi("S16+16'", "S16+16'" + "GIS+N'" * (size // 6))),
        ("texts", lambda size: within_edi("REL+PRF", "FTX+RIT+P00++a'" * (size // 16) + "REL+PRF")),
        ("empty elements", lambda size: within_edi("Kreatinin;P", "+" * size)),
        (
            "empty components of many segments",
            lambda size: within_edi("REL+PRF", ("FTX" + "+" * 997 + "'") * (size // 1000)),
        ),
        ("release characters", lambda size: within_edi("Kreatinin;P", "?" * size)),
        ("segments outside", lambda size: UNA + UNB + "Q'" * (size // 2)),
        ("interchanges", lambda size: UNA + "UNB'" * (size // 4)),
    ],
)
def test_hostile_input_takes_at_most_twenty_times_its_size_in_memory(tmp_path, name, make):
    hostile, plain = tmp_path / "hostile", tmp_path / "plain"
    hostile.write_bytes(make(1_500_000).encode("utf-8"))
    plain.write_bytes(edi() if hostile.read_bytes()[:3] == b"UNA" else xml())
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(MULTIPLE), plain, hostile],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"


def within_edi(text: str, hostile: str) -> str:
    return edi("R0131K", (text, hostile)).decode("latin-1")


def test_a_document_with_more_elements_than_any_letter_is_read_letter_by_letter():
    crowded = letter_xml().replace("<Break/>", "<Break/>" * (LETTER_ELEMENTS + 1), 1)
    found = list(letters.read(document(letter_xml(), crowded, letter_xml()).encode()))
    assert [reading.ok for reading in found] == [True, False, True]
    assert errors(found[1].findings) == ["too-large"]


def test_a_letter_of_a_bound_number_of_elements_is_read():
    crowded = letter_xml().replace("<Break/>", "<Break/>" * (LETTER_ELEMENTS - 100), 1)
    assert read_one(document(crowded).encode()).ok


@pytest.mark.parametrize("mark", ["'", '"', "=", "&gt;"])
def test_a_text_of_many_marks_is_no_crowd(mark):
    text = document(letter_xml()).replace("<Break/>", mark * 70_000, 1)
    assert read_one(text.encode()).ok


def test_a_long_document_in_which_nothing_is_found_says_so():
    assert errors(read_one(b"<a>" + b" " * 3_000_000 + b"</a>").findings) == ["no-letter"]


def test_a_letter_of_too_many_parts_keeps_those_before():
    many = letter_edi().replace("REL+PRF", "FTX+RIT+P00++" + "a:" * edifact.LETTER_PARTS + "'REL+PRF")
    found = list(letters.read(interchange(letter_edi(), many, letter_edi())))
    assert [reading.ok for reading in found] == [True, False, True]
    assert "too-large" in errors(found[1].findings)
    assert found[1].letter.identifier == found[0].letter.identifier


def test_the_original_bytes_of_a_huge_letter_are_not_kept_twice():
    reading: Reading = read_one(edi("R0131K", ("S16+16'", "S16+16'" + "X'" * 2 * edifact.LETTER_SEGMENTS)))
    assert len(reading.raw) < 3 * edifact.LETTER_SEGMENTS
