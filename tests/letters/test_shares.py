"""A long interchange cut into shares: read apart, it must give what it gives as a whole."""

from __future__ import annotations

import io
import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labbro import letters
from labbro.letters.shares import SHARE_BYTES, Share, read_share, shares_of

from .building import interchange, letter_edi, xml

LETTER = letter_edi()
SIZES = (64, 200, 1000, 3000, 10_000)


def by_shares(data: bytes, size: int) -> tuple[list, list[Share]]:
    shares = list(shares_of(io.BytesIO(data), size))
    return [about(reading) for share in shares for reading in read_share(share)], shares


def about(reading: letters.Reading):
    # Findings about the end of an interchange may stand in another order beside debris.
    findings = tuple(sorted(reading.findings, key=msgspec.json.encode))
    return msgspec.structs.replace(reading, raw=b"", findings=findings)


def same(data: bytes, size: int) -> list[Share]:
    found, shares = by_shares(data, size)
    whole = [about(reading) for reading in letters.read(data)]
    if shares[-1].stream is not None and shares[-1].before:
        # What is not cut cannot be compared with what UNZ counts.
        found, whole = [without_count(reading) for reading in found], [without_count(reading) for reading in whole]
    assert found == whole
    return shares


def without_count(reading):
    findings = tuple(finding for finding in reading.findings if finding.code != "unz-count")
    return msgspec.structs.replace(reading, findings=findings)


def numbered(count: int, **options) -> bytes:
    return interchange(*(LETTER.replace("BREV1", f"BREV{number}") for number in range(count)), **options)


@pytest.mark.parametrize("size", SIZES)
def test_the_letters_of_all_shares_are_those_of_the_whole(size):
    shares = same(numbered(40), size)
    assert len(shares) > 1
    assert all(len(share.data) < 3 * size + 4000 for share in shares)


@pytest.mark.parametrize("size", SIZES)
def test_line_ends_change_nothing(size):
    same(numbered(12).replace(b"'", b"'\r\n"), size)
    same(numbered(6).replace(b"'", b"\n'\n "), size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"UNZ+12", b"UNZ+11"),
        lambda data: data.replace(b"UNZ+12+KUVERT1", b"UNZ+12+ANDEN"),
        lambda data: data[: data.index(b"UNZ")],
        lambda data: data.removeprefix(b"UNA:+.? '"),
        lambda data: data.replace(b"UNA:+.? '", b"UNA;+.? '"),
        lambda data: data + data,
        lambda data: data + b"\r\n" + data.replace(b"KUVERT1", b"KUVERT2") + b"\r\n",
        lambda data: data[: data.index(b"UNZ")] + data,
        lambda data: data[data.index(b"UNH") :],
        lambda data: data.replace(b"UNH+BREV4", b"XXX+1'UNH+BREV4"),
        lambda data: data.replace(b"UNT+31+BREV4'", b""),
        lambda data: data + b"XXX+1'",
        lambda data: data.replace(b"UNH+BREV4", b"UNZ+4+KUVERT1'UNH+BREV4"),
        lambda data: data.replace(b"LAB1", b"?'UNH+1?'UNZ+"),
        lambda data: data.replace(b"LAB1", b"??"),
        lambda data: data.replace(b"LAB1", b"UNHUNZ"),
    ],
)
def test_faults_of_the_interchange_are_told_where_they_would_be(size, change):
    same(change(numbered(12)), size)


def test_what_is_no_interchange_is_one_share_to_be_read_as_a_stream():
    data = xml()
    (share,) = same(data, 100)
    assert share.stream is not None
    assert same(b"hello" * 100, 100)[0].stream is not None
    assert same(b"", 100) == [Share(b"")]


def test_a_small_input_is_one_share():
    (share,) = same(numbered(3), SHARE_BYTES)
    assert share == Share(numbered(3))


def test_a_letter_without_end_is_read_as_a_stream(monkeypatch):
    monkeypatch.setattr("labbro.letters.shares.UNCUT_BYTES", 20_000)
    endless = numbered(4).replace(b"UNH+BREV3", b"UNH+BREV3+" + b"'XXX+1" * 20_000)
    shares = same(endless, 1000)
    assert shares[-1].stream is not None


PIECES = (LETTER, LETTER.replace("BREV1", "BREV2"), "UNA:+.? '", "UNB+UNOC:3+1:14+2:14+240506:0710+K1'", "UNZ+2+K1'")
ODD = ("UNH+1", "?", "'", "?'", "\r\n", " ", "UNZ", "UNH+'", "UNT+2+1'", "UNA", "UNHX+1'", "U", "N", "+", "XXX+1'")


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.sampled_from((32, 150, 700, 2500)))
def test_any_mixture_of_letters_and_debris_is_the_same_in_shares(seed, size):
    chance = random.Random(seed)
    parts = [chance.choice(PIECES if chance.random() < 0.8 else ODD) for _ in range(chance.randint(1, 30))]
    same(("UNB+UNOC:3+1:14+2:14+240506:0710+K1'" + "".join(parts)).encode("latin-1"), size)
