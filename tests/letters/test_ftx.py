"""Texts in FTX segments (facts: edifact.md, 6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labbro.letters import Element, ftx
from labbro.letters.ftx import BREAK, Ftx

SPACE = Element("Space")


def lines(content, styled=False):
    """The components that a text is written as."""
    return [ftx_lines for _, ftx_lines in ftx.segments_of(ftx.write_text(content, styled)[0])]


def styles(content):
    return [(style, said) for style, said in ftx.segments_of(ftx.write_text(content, True)[0])]


def read(*segments, styled=False):
    return ftx.read_text([Ftx(style, list(said), 1) for style, said in segments], styled)


def test_a_break_that_begins_an_aligned_text_ends_the_line_before_it():
    content = ("venstre", Element("Right", (BREAK, "højre", BREAK)))
    said = styles(content)
    assert said == [("P00", ["venstre\\"]), ("P0H", [".", "højre"])]
    assert read(*said, styled=True) == content


# --- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("components", "content"),
    [
        (["linje"], ("linje", BREAK)),
        (["et", "to"], ("et", BREAK, "to", BREAK)),
        (["et", ".", "to"], ("et", BREAK, BREAK, "to", BREAK)),
        (["et", "", "to"], ("et", BREAK, BREAK, "to", BREAK)),
        (["et \\", "to"], ("et to", BREAK)),
        (["et\\"], "et"),
        (["\\"], ""),
        ([" . "], (" . ", BREAK)),
        (["."], (BREAK,)),
        ([""], (BREAK,)),
        (
            ["1", "2", "3", "4", "5", "6", "7"],
            ("1", BREAK, "2", BREAK, "3", BREAK, "4", BREAK, "5", BREAK, "6", BREAK, "7", BREAK),
        ),
    ],
)
def test_dots_are_empty_lines_and_a_backslash_goes_on(components, content):
    assert read(("P00", components)) == content


def test_a_line_goes_on_over_the_end_of_a_segment():
    assert read(("P00", ["et \\"]), ("P00", ["to"])) == ("et to", BREAK)


def test_a_value_is_carried_as_one_line():
    assert ftx.read_plain([Ftx("F00", ["et \\", "to"], 1), Ftx("F00", [" tre"], 2)]) == "et to tre"


# --- writing: 69 and 70 ----------------------------------------------------------------------------------------------


def test_69_characters_stay_on_one_line():
    assert lines(("a" * 69, BREAK)) == [["a" * 69]]


def test_70_characters_are_cut_too():
    assert lines(("a" * 70, BREAK)) == [["a" * 69 + "\\", "a"]]


def test_a_line_is_cut_after_the_last_blank_within_69():
    assert lines(("a" * 40 + " " + "b" * 40, BREAK)) == [["a" * 40 + " \\", "b" * 40]]


@pytest.mark.parametrize(("blank_at", "cut"), [(4, 4), (3, 69), (69, 69)])
def test_a_blank_counts_from_position_4_on(blank_at, cut):
    text = "a" * (blank_at - 1) + " " + "b" * 80
    assert lines((text, BREAK))[0][0] == text[:cut] + "\\"


def test_no_piece_is_longer_than_70_with_its_backslash():
    assert all(len(piece) <= 70 for said in lines(("ord " * 100 + "x" * 300, BREAK)) for piece in said)


def test_five_pieces_fill_a_segment():
    assert [len(said) for said in lines(tuple(part for number in range(11) for part in (str(number), BREAK)))] == [
        5,
        5,
        1,
    ]


def test_a_piece_is_never_left_as_a_lone_dot():
    for length in range(60, 220):
        text = "a" * length + "."
        assert "." not in [piece for said in lines((text, BREAK)) for piece in said]
        assert read(*(("P00", said) for said in lines((text, BREAK)))) == (text, BREAK)


@pytest.mark.parametrize("text", [".", "a\\", "\\", "a" * 80 + "\\"])
def test_lines_that_cannot_be_said_are_named(text):
    _, unsaid = ftx.write_text((text, BREAK), False)
    assert unsaid == [text]


def test_an_empty_line_is_written_as_a_dot():
    assert lines((BREAK, "a", BREAK, BREAK, "b", BREAK)) == [[".", "a", ".", "b"]]


def test_spaces_and_line_ends_within_characters_are_blanks():
    assert lines(("a", SPACE, "b\n\t c", BREAK)) == [["a b  c"]]


def test_a_text_without_a_break_at_its_end_gains_one_on_the_way_back():
    assert read(*(("P00", said) for said in lines("a"))) == ("a", BREAK)


# --- styles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ((Element("Bold", ("x", BREAK)),), [("PF0", ["x"])]),
        ((Element("Underline", ("x", BREAK)),), [("PU0", ["x"])]),
        # A break outside the style ends the line in a segment of its own: official pairs, XR0430P/010.
        ((Element("Italic", "x"), BREAK), [("PK0", ["x\\"]), ("P00", ["."])]),
        ((Element("FixedFont", ("x", BREAK)),), [("F00", ["x"])]),
        ((Element("FixedFont", (Element("Bold", "x"), BREAK)),), [("FF0", ["x\\"]), ("F00", ["."])]),
        ((Element("FixedFont", (Element("Right", "x"),)),), [("F0H", ["x"])]),
        (("a", Element("Bold", "b"), "c", BREAK), [("P00", ["a\\"]), ("PF0", ["b\\"]), ("P00", ["c"])]),
        (("a", Element("Center", "b"), "c", BREAK), [("P00", ["a"]), ("P0M", ["b"]), ("P00", ["c"])]),
        ((Element("Right", ("a", BREAK, "b")), BREAK), [("P0H", ["a", "b"]), ("P00", ["."])]),
    ],
)
def test_a_change_of_style_starts_a_segment_and_alignment_a_line(content, said):
    assert styles(content) == said


def test_70_characters_before_a_change_of_style_are_no_trouble():
    content = ("a" * 70, Element("Bold", ("b", BREAK)))
    assert styles(content) == [("P00", ["a" * 69 + "\\", "a\\"]), ("PF0", ["b"])]


@pytest.mark.parametrize("name", ["Bold", "Underline", "Italic", "Center", "Right"])
def test_every_style_comes_back(name):
    content = (Element(name, ("x", BREAK)),)
    assert read(*styles(content), styled=True) == content
    fixed = (Element("FixedFont", content),)
    assert read(*styles(fixed), styled=True) == fixed


# --- both ways -------------------------------------------------------------------------------------------------------

LINE = st.text(alphabet="abc æ.:+?'\\ ", min_size=1, max_size=160).filter(
    lambda text: text != "." and not text.endswith("\\")
)


@given(st.lists(st.one_of(LINE, st.just("")), min_size=1, max_size=12))
def test_lines_come_back_as_they_were(texts):
    content = tuple(part for text in texts for part in ((text, BREAK) if text else (BREAK,)))
    pieces, unsaid = ftx.write_text(content, False)
    segments = ftx.segments_of(pieces)
    assert unsaid == []
    assert all(1 <= len(said) <= 5 for _, said in segments)
    assert all(len(piece) <= 70 for _, said in segments for piece in said)
    assert read(*segments) == content


@given(st.text(alphabet="ab .\\", min_size=1, max_size=300))
def test_any_line_comes_back_or_is_told(text):
    pieces, unsaid = ftx.write_text((text, BREAK), False)
    back = read(*ftx.segments_of(pieces))
    assert back == (text, BREAK) or unsaid == [text]


STYLED = st.lists(
    st.one_of(
        LINE,
        st.just(BREAK),
        st.builds(Element, st.sampled_from(["Bold", "Italic", "Underline", "FixedFont", "Center", "Right"]), LINE),
    ),
    max_size=8,
)


@given(STYLED)
def test_styled_texts_keep_their_characters_and_writing_again_changes_nothing(content):
    first = ftx.segments_of(ftx.write_text(tuple(content), True)[0])
    back = read(*first, styled=True)
    again = ftx.segments_of(ftx.write_text(back, True)[0])
    assert plain(back).rstrip("\n") == plain(read(*again, styled=True)).rstrip("\n")
    assert again == first


def plain(content):
    return Element("T", tuple(content)).value


def test_a_dot_in_a_style_of_its_own_at_the_end_of_a_line_is_kept_and_told():
    pieces, unsaid = ftx.write_text(("slut", Element("Bold", "."), BREAK), True)
    assert unsaid == ["slut."]
    back = read(*ftx.segments_of(pieces), styled=True)
    assert plain(back) == "slut. \n"
