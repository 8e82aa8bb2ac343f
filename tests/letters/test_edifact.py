"""The EDIFACT syntax: segments, release characters, line ends, envelopes (facts: edifact.md, 1 and 2)."""

from __future__ import annotations

import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labbro.letters import edifact
from labbro.letters.edifact import Outside, RawLetter, Trailer

from .building import UNA, UNB, edi, interchange, letter_edi


class Dripping(io.RawIOBase):
    """A stream that gives its bytes in pieces of chosen sizes."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self.data, self.sizes, self.at = data, sizes, 0

    def read(self, size: int = -1) -> bytes:
        taken = self.sizes.pop(0) if self.sizes else len(self.data)
        piece = self.data[self.at : self.at + taken]
        self.at += taken
        return piece


def parts(data: bytes, sizes: list[int] | None = None):
    return list(edifact.read_interchange(Dripping(data, list(sizes or []))))


def only_letter(data: bytes) -> RawLetter:
    (letter,) = [part for part in parts(data) if isinstance(part, RawLetter)]
    return letter


def split(data: bytes) -> list[edifact.Segment]:
    return [edifact.split_segment(text) for text in only_letter(data).segments]


def test_a_letter_is_its_segments_from_unh_to_unt():
    letter = only_letter(edi())
    assert (letter.segments[0][:4], letter.segments[-1], letter.closed) == ("UNH+", "UNT+31+BREV1", True)
    assert len(letter.segments) == 31


def test_the_interchange_header_comes_with_every_letter():
    first, second = [part for part in parts(interchange(letter_edi(), letter_edi())) if isinstance(part, RawLetter)]
    assert first.interchange == second.interchange
    assert first.interchange[2] == ["5790000000005", "14"]


def test_the_end_of_an_interchange_counts_its_letters():
    end = parts(interchange(letter_edi(), letter_edi()))[-1]
    assert isinstance(end, Trailer)
    assert (end.letters, end.unz) == (2, [["UNZ"], ["2"], ["KUVERT1"]])


def test_segments_become_elements_of_components_with_what_was_released():
    assert split(UNA.encode() + b"UNH+a?+b:c?:d+e?'f??+'UNT+2'")[0] == [["UNH"], ["a+b", "c:d"], ["e'f?"], [""]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_line_ends_between_segments_mean_nothing(end):
    text = edi().decode("latin-1").replace("\n", "")
    assert split(text.replace("'", "'" + end).encode("latin-1")) == split(text.encode("latin-1"))


@pytest.mark.parametrize("width", [1, 2, 3, 7, 80])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_within_values_and_within_released_pairs_mean_nothing(width, end):
    text = edi("R0131K", ("Kreatinin;P", "Krea?+ti?:nin??;?'P")).decode("latin-1").replace("\n", "")
    wrapped = end.join(text[start : start + width] for start in range(0, len(text), width))
    assert split(wrapped.encode("latin-1")) == split(text.encode("latin-1"))


def test_blanks_before_a_segment_are_dropped_and_blanks_in_values_kept():
    assert split(UNB.encode() + b"UNH+ a : b '\n   UNT+2'") == [[["UNH"], [" a ", " b "]], [["UNT"], ["2"]]]


@pytest.mark.parametrize("una", ["UNA:+.? '", "UNA;*,! ~"[:8] + "'"])
def test_what_una_says_is_not_asked(una):
    assert split(interchange(letter_edi(), una=una)) == split(edi())


def test_other_separators_in_una_and_a_missing_una_are_told():
    assert [code for code, _ in only_letter(interchange(letter_edi(), una="UNA;*,! '")).troubles] == [
        "other-separators"
    ]
    assert [code for code, _ in only_letter(interchange(letter_edi(), una="")).troubles] == ["missing-una"]


def test_a_letter_without_unb_is_read_and_the_lack_told():
    assert [code for code, _ in only_letter(letter_edi().encode("latin-1")).troubles] == ["missing-unb"]


def test_a_letter_that_is_cut_off_is_given_and_known_as_not_closed():
    letter = only_letter(edi()[: edi().index(b"UNT")])
    assert (letter.closed, letter.segments[-1][:3]) == (False, "REL")


def test_the_next_letter_ends_one_that_has_no_end():
    whole = interchange(letter_edi().replace("UNT+31+BREV1'\n", ""), letter_edi())
    assert [part.closed for part in parts(whole) if isinstance(part, RawLetter)] == [False, True]


def test_a_missing_unz_is_a_trailer_without_one():
    end = parts(interchange(letter_edi(), unz=""))[-1]
    assert (end.unz, end.letters) == (None, 1)


def test_several_interchanges_may_follow_each_other():
    found = parts(edi() + edi())
    assert [type(part) for part in found] == [RawLetter, Trailer, RawLetter, Trailer]


def test_segments_outside_letters_are_given_by_name_only():
    found = parts(interchange("XYZ+secret'" + letter_edi()))
    assert [part.name for part in found if isinstance(part, Outside)] == ["XYZ"]


@pytest.mark.parametrize("tag", ["UNHX", "UNTX", "UNBX", "UNZX"])
def test_a_tag_that_only_begins_like_an_envelope_is_none(tag):
    found = parts(edi("R0131K", ("S16+16'", f"{tag}+1'\nS16+16'")))
    assert [type(part) for part in found] == [RawLetter, Trailer]


@pytest.mark.parametrize(
    ("elements", "said"),
    [
        ([["A"], ["b", "c"]], "A+b:c"),
        ([["A"], ["b", "", ""], [], [""]], "A+b"),
        ([["NAD"], ["BV"], [], [], ["FK", "", "", "", "", "US"]], "NAD+BV+++FK:::::US"),
        ([["A"], [":", ""]], "A+?:"),
        ([["A"], ["?", ""]], "A+??"),
        ([["A"], ["a:+'?"]], "A+a?:?+?'??"),
    ],
)
def test_segments_are_joined_without_empties_at_the_end(elements, said):
    assert edifact.join_segment(elements) == said


VALUES = st.text(alphabet="aÆ?+:' .\\", max_size=6)


@given(st.lists(st.lists(VALUES, min_size=1, max_size=4), max_size=4))
def test_what_is_joined_comes_back_when_split(elements):
    said = edifact.split_segment(edifact.protect(edifact.join_segment([["ABC"], *elements])))
    assert trimmed(said) == trimmed([["ABC"], *elements])


def trimmed(segment):
    """Without what an EDIFACT writer drops: empties at the end."""
    elements = [list(element) for element in segment]
    for element in elements:
        while element and not element[-1]:
            element.pop()
    while elements and not elements[-1]:
        elements.pop()
    return [element or [""] for element in elements]


ALPHABET = [
    b"UNA:+.? '",
    b"UNB+",
    b"UNH+",
    b"UNT+",
    b"UNZ+",
    b"'",
    b"?",
    b"+",
    b":",
    b"\r",
    b"\n",
    b"\xe6",
    b"x",
    b" ",
    b"\x00",
    b"S01",
]


@given(st.lists(st.sampled_from(ALPHABET), max_size=60).map(b"".join), st.lists(st.integers(1, 7), max_size=80))
def test_any_bytes_in_any_pieces_give_the_same_parts(data, sizes):
    assert parts(data, sizes) == parts(data)


def test_real_letters_in_any_pieces_give_the_same_parts():
    data = interchange(letter_edi().replace("Kreatinin", "?'?+??\r\n?\n?:"), letter_edi("R0130K"))
    chance = random.Random(4)
    for _ in range(60):
        sizes = [chance.randint(1, chance.choice((2, 40, 400))) for _ in range(len(data))]
        assert parts(data, sizes) == parts(data)


@given(st.binary(max_size=60))
def test_original_bytes_of_a_letter_are_kept(noise):
    clean = noise.replace(b"UN", b"").replace(b"'", b"").replace(b"?", b"")
    body = b"UNH+1'ABC+" + clean + b"'UNT+3+1'"
    (letter,) = [part for part in parts(UNB.encode() + body) if isinstance(part, RawLetter)]
    assert edifact.original(letter.body) == body


@given(
    st.lists(st.sampled_from(["??", "?+", "?:", "?'", "?x", "a", "+", ":", "?\n+", "?\r\n'"]), max_size=20).map("".join)
)
def test_release_characters_are_kept_in_the_original_bytes(value):
    body = f"UNH+1'ABC+{value}y'UNT+3+1'"
    letter = only_letter((UNB + body).encode())
    assert (
        edifact.original(letter.body).replace(b"\n", b"").replace(b"\r", b"")
        == body.replace("\n", "").replace("\r", "").encode()
    )


@pytest.mark.parametrize(
    ("said", "names"), [("a?xb", ["x"]), ("a??b", []), ("?+?:?'", []), ("a?", ["the end"]), ("?a?b", ["a", "b"])]
)
def test_characters_released_without_need_are_named(said, names):
    assert edifact.bad_releases(edifact.protect(said)) == names


def test_a_segment_longer_than_any_letter_is_cut_and_the_letter_told_as_too_large():
    huge = letter_edi().replace("Kreatinin;P", "A" * (edifact.SEGMENT_CHARACTERS + 1))
    first, second = [part for part in parts(interchange(huge, letter_edi())) if isinstance(part, RawLetter)]
    assert (first.too_large, second.too_large) == (True, False)
    assert max(map(len, first.segments)) <= edifact.SEGMENT_CHARACTERS


def test_a_letter_of_too_many_segments_keeps_its_end():
    many = letter_edi().replace("S16+16'", "S16+16'" + "X'" * edifact.LETTER_SEGMENTS)
    letter = only_letter(interchange(many))
    assert (letter.too_large, letter.closed, letter.segments[-1][:3]) == (True, True, "UNT")
