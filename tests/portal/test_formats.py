"""How dates, names and counts are written on pages."""

from __future__ import annotations

import pytest

from labbro.portal import formats


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0"), (999, "999"), (1000, "1\xa0000"), (12345678, "12\xa0345\xa0678")]
)
def test_thousands_of_a_count_stand_apart_by_a_space_that_does_not_break(number: int, told: str) -> None:
    assert formats.count(number) == told
