"""The check sums of Danish identifiers: modulus 10 (GS1), modulus 11, and Verhoeff's.

Source: GS1 General Specifications; the general Danish modulus 11; J. Verhoeff, Error detecting decimal codes (1969).
"""

from __future__ import annotations

from collections.abc import Sequence

# Verhoeff: multiplication in the dihedral group of the pentagon, and the permutation of each position.
_GROUP = tuple(
    tuple((a + b) % 5 + (0 if b < 5 else 5) if a < 5 else (a - b) % 5 + (5 if b < 5 else 0) for b in range(10))
    for a in range(10)
)
_INVERSE = tuple(row.index(0) for row in _GROUP)
_FIRST_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _permutations() -> tuple[tuple[int, ...], ...]:
    rows = [tuple(range(10))]
    for _ in range(7):
        rows.append(tuple(_FIRST_PERMUTATION[digit] for digit in rows[-1]))
    return tuple(rows)


_PERMUTATIONS = _permutations()


def weighted_sum(digits: str, weights: Sequence[int]) -> int:
    """The sum of digit times weight, from the left."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def gs1_check_digit(digits: str) -> str:
    """The GS1 check digit of a number without it: weights 3, 1, 3 ... from the right."""
    total = 3 * sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2]))
    return str(-total % 10)


def modulus11_check_digit(digits: str) -> str | None:
    """The check digit by weights 2, 3 ... 7, 2 ... from the right; None where it would be 10 (never issued)."""
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(digits)))
    check = (11 - total % 11) % 11
    return None if check == 10 else str(check)


def verhoeff_holds(digits: str) -> bool:
    """Whether a number with its check digit last passes Verhoeff's test."""
    state = 0
    for place, digit in enumerate(reversed(digits)):
        state = _GROUP[state][_PERMUTATIONS[place % 8][int(digit)]]
    return state == 0


def verhoeff_check_digit(digits: str) -> str:
    """Verhoeff's check digit of a number without it."""
    state = 0
    for place, digit in enumerate(reversed(digits), start=1):
        state = _GROUP[state][_PERMUTATIONS[place % 8][int(digit)]]
    return str(_INVERSE[state])
