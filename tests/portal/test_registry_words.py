"""What the registry's fields and values are called on its pages."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from labbro.comparability import model
from labbro.comparability.model import Assertion, Conversion, Group, Measurand, Procedure
from labbro.portal.registry import words

ENTRIES = (Measurand, Procedure, Group, Assertion, Conversion)


def danish(text: str, _english: str) -> str:
    return text


def english(_danish: str, text: str) -> str:
    return text


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda one: one.__name__)
def test_every_field_that_a_proposal_can_change_has_a_name_in_both_languages(entry: type[msgspec.Struct]) -> None:
    own = f"{entry.__name__.lower()}_id"
    for field in entry.__struct_fields__:
        if field != own:
            assert words.field_word(field, danish)
            assert words.field_word(field, english)


def test_every_verdict_and_state_has_a_word_of_its_own() -> None:
    for kind, told in ((model.Verdict, words.verdict_word), (model.GroupStatus, words.status_word)):
        assert len({told(one, danish) for one in get_args(kind)}) == len(get_args(kind))
        assert len({told(one, english) for one in get_args(kind)}) == len(get_args(kind))


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (None, None, ""),
        (5, 900, "5\N{EN DASH}900"),
        (0.5, None, "≥ 0,5"),
        (None, 8, "≤ 8"),  # a dash before it would read as a minus
        (-2.5, 2.5, "\N{MINUS SIGN}2,5\N{EN DASH}2,5"),
    ],
)
def test_a_range_is_told_as_danish_texts_write_it(low: float | None, high: float | None, told: str) -> None:
    assert words.span(low, high, danish) == told
