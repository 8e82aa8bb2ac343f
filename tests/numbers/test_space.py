"""The number space: positions and numbers are inverses, counts are exact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labbro.codes.modulus import modulus11_check_digit
from labbro.errors import LabbroError, WrongUse
from labbro.numbers.space import Space

NPN = Space()


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    digits = draw(st.integers(3, 15))
    prefix = draw(st.text("0123456789", max_size=digits - 2))
    return Space("test", digits, prefix, draw(st.sampled_from(["modulus-11", "none"])))


@pytest.mark.parametrize(
    ("digits", "prefix", "check"),
    [
        (digits, prefix, check)
        for digits in (2, 3, 4, 5)
        for prefix in ("", "0", "7", "57", "910")
        for check in ("modulus-11", "none")
        if digits - len(prefix) - (check != "none") >= 1
    ],
)
def test_a_small_space_is_exactly_what_brute_force_finds(digits: int, prefix: str, check: str) -> None:
    space = Space("small", digits, prefix, check)  # type: ignore[arg-type]
    every = [
        f"{number:0{digits}d}"
        for number in range(10**digits)
        if f"{number:0{digits}d}".startswith(prefix)
        and (check == "none" or modulus11_check_digit(f"{number:0{digits}d}"[:-1]) == str(number % 10))
    ]
    assert space.capacity == len(every)
    assert [space.number(position) for position in range(len(every))] == every
    assert [space.position(number) for number in every] == list(range(len(every)))
    assert list(space.numbers(0, len(every))) == every


@given(spaces(), st.data())
def test_position_and_number_are_inverses(space: Space, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, space.capacity - 1))
    number = space.number(position)
    assert len(number) == space.digits
    assert space.holds(number)
    assert space.position(number) == position


@given(spaces(), st.data())
def test_numbers_in_a_row_are_the_numbers_one_by_one(space: Space, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, space.capacity - 1))
    count = data.draw(st.integers(0, min(2500, space.capacity - first)))
    made = list(space.numbers(first, count))
    assert len(made) == count
    for index in {0, 1, count // 2, count - 1} & set(range(count)):
        assert made[index] == space.number(first + index)
    assert made == sorted(set(made))


@given(st.integers(0, NPN.capacity - 2))
def test_no_number_lies_between_two_positions(position: int) -> None:
    low, high = int(NPN.number(position)), int(NPN.number(position + 1))
    between = [f"{number:013d}" for number in range(low + 1, min(high, low + 50))]
    assert not any(NPN.holds(number) for number in between)


def test_the_default_space_holds_ten_elevenths() -> None:
    assert NPN.capacity == 909_090_909_090
    assert NPN.number(0) == "0000000000000"
    assert NPN.number(NPN.capacity - 1) == "9999999999999"


@pytest.mark.parametrize("published", ["12501200000174", "12501200000239", "95100000809965"])
def test_published_numbers_of_the_same_rule_belong_to_a_space_of_their_length(published: str) -> None:
    assert Space(digits=14).holds(published)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("123", "number-malformed"),
        ("57000000000x0", "number-malformed"),
        ("٥٧٠٠٠٠٠٠٠٠٠٠٠", "number-malformed"),
        ("5800000000000", "number-of-another-space"),
        ("5700000000001", "number-check-digit"),
    ],
)
def test_a_number_outside_the_space_is_refused_with_its_code(number: str, code: str) -> None:
    with pytest.raises(WrongUse) as refused:
        Space(prefix="57").position(number)
    assert refused.value.code == code
    assert refused.value.message_da != refused.value.message


@pytest.mark.parametrize("position", [-1, NPN.capacity])
def test_there_is_no_number_outside_the_capacity(position: int) -> None:
    with pytest.raises(LabbroError) as refused:
        NPN.number(position)
    assert refused.value.code == "space-exhausted"


def test_a_row_of_numbers_does_not_run_over_the_end() -> None:
    with pytest.raises(LabbroError):
        list(NPN.numbers(NPN.capacity - 1, 2))
    assert list(NPN.numbers(NPN.capacity - 1, 1)) == ["9999999999999"]


@pytest.mark.parametrize(
    "form", [{"digits": 16}, {"digits": 0}, {"prefix": "5x"}, {"digits": 3, "prefix": "57"}, {"digits": 1}]
)
def test_a_space_that_no_letter_can_carry_is_refused(form: dict[str, object]) -> None:
    with pytest.raises(WrongUse) as refused:
        Space(**form)  # type: ignore[arg-type]
    assert refused.value.code == "space-malformed"


def test_a_number_whose_check_digit_would_be_ten_is_not_made() -> None:
    missing = [free for free in (f"{number:012d}" for number in range(40)) if NPN.make(free) is None]
    assert missing
    assert all(modulus11_check_digit(free) is None for free in missing)
