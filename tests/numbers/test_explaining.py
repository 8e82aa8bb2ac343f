"""What is likely wrong with a number."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from labbro.numbers.explaining import explain
from labbro.numbers.space import Space

NPN = Space()
positions = st.integers(1000, NPN.capacity - 1000)


def around(position: int) -> list[range]:
    return [range(position - 500, position + 500)]


@given(positions, st.integers(0, 12), st.integers(1, 9))
def test_a_changed_digit_is_found(position: int, place: int, step: int) -> None:
    number = NPN.number(position)
    wrong = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    found = explain(NPN, wrong, known=around(position))
    assert found.state == "wrong"  # modulus 11 misses no single digit
    named = next(one for one in found.suggestions if one.number == number)
    assert (named.fault, named.place, named.known) == ("digit", place + 1, True)
    assert f"Digit {place + 1} " in named.message
    assert f"Ciffer {place + 1} " in named.message_da


@given(positions, st.integers(0, 11))
def test_two_digits_that_changed_places_are_found(position: int, place: int) -> None:
    number = NPN.number(position)
    assume(number[place] != number[place + 1])
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    found = explain(NPN, wrong, known=around(position))
    assert found.state == "wrong"  # neighbours have different weights
    named = next(one for one in found.suggestions if one.number == number)
    assert named.known
    assert named.fault in ("transposition", "digit")


@given(positions, st.integers(0, 12))
def test_a_missing_digit_is_found(position: int, place: int) -> None:
    number = NPN.number(position)
    found = explain(NPN, number[:place] + number[place + 1 :], known=around(position))
    assert number in [one.number for one in found.suggestions if one.known]


@given(positions, st.integers(0, 12))
def test_a_doubled_digit_is_found(position: int, place: int) -> None:
    number = NPN.number(position)
    found = explain(NPN, number[: place + 1] + number[place:], known=around(position))
    assert number in [one.number for one in found.suggestions] or found.state == "legacy-practice-number"


@given(positions, st.integers(0, 11), st.integers(1, 9))
def test_what_somebody_was_given_comes_first(position: int, place: int, step: int) -> None:
    number = NPN.number(position)
    wrong = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    known = [one.known for one in explain(NPN, wrong, known=around(position)).suggestions]
    assert known == sorted(known, reverse=True)


@given(st.text(max_size=60))
def test_any_text_is_explained(text: str) -> None:
    found = explain(NPN, text)
    assert found.state in ("valid", "wrong", "another-space", "legacy-practice-number", "malformed")
    assert (found.position is not None) == (found.state == "valid")


@pytest.mark.parametrize("number", ["12501200000174", "12501200000190", "95100000809965"])
def test_a_legacy_number_of_general_practice_is_told_apart(number: str) -> None:
    found = explain(NPN, number)
    assert found.state == "legacy-practice-number"
    assert found.practice == number[:6]


@pytest.mark.parametrize("number", ["125001200000255", "125001200000204"])
def test_a_legacy_number_with_a_doubled_digit_is_remarked(number: str) -> None:
    assert "requisition-length" in [remark.code for remark in explain(NPN, number).remarks]


def test_a_legacy_number_in_a_space_of_its_length_is_valid_with_a_remark() -> None:
    found = explain(Space(digits=14), "12501200000174")
    assert found.state == "valid"
    assert [remark.code for remark in found.remarks] == ["also-practice-number"]


def test_a_number_of_another_space_is_told_apart() -> None:
    blue = Space("blue", 11, "41")
    found = explain(NPN, blue.number(77), others=[blue])
    assert (found.state, found.space) == ("another-space", "blue")


@pytest.mark.parametrize("written", ["{0} ", "]C1{0}", "{1} {2}-{3}", "{1}.{2}.{3}"])
def test_what_readers_and_typists_add_is_left_out(written: str) -> None:
    number = NPN.number(123456789)
    text = written.format(number, number[:4], number[4:8], number[8:])
    assert explain(NPN, text).position == 123456789


def test_a_letter_in_place_of_a_digit_is_found() -> None:
    number = NPN.number(10_000_000)
    found = explain(NPN, number.replace("0", "O", 1))
    assert found.likely is not None
    assert (found.likely.fault, found.likely.number) == ("look-alike", number)


def test_the_one_that_stands_out_is_named() -> None:
    number = NPN.number(500)
    found = explain(NPN, "9" + number[1:], known=[range(400, 600)])
    assert found.likely is not None
    assert found.likely.number == number
    assert found.likely.message == "Digit 1 is likely wrong: 9 in place of 0."
