"""Filters stand in the address, survive a round trip, and never hold an identity."""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qsl

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labbro.portal.filters import PERIODS, Filters, from_query, holds_identity, months_before

days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)) | st.none()


@given(
    st.builds(
        Filters,
        period=st.sampled_from(PERIODS),
        since=days,
        until=days,
        group=st.none() | st.integers(1, 999),
        text=st.text(st.characters(exclude_categories=("Cs",)), max_size=70).map(str.strip),
        origin=st.sampled_from([None, "hospital", "local"]),
        only_marked=st.booleans(),
        page=st.integers(1, 999),
    )
)
def test_filters_come_back_from_their_own_query(filters: Filters) -> None:
    if filters.since or filters.until:
        filters = msgspec.structs.replace(filters, period="all")
    assert from_query(dict(parse_qsl(filters.query().lstrip("?")))) == filters


@given(
    st.dictionaries(
        st.sampled_from(["period", "from", "to", "group", "text", "origin", "marked", "page"]), st.text(max_size=30)
    )
)
def test_no_query_is_an_error(query: dict[str, str]) -> None:
    assert isinstance(from_query(query), Filters)


def test_no_filter_gives_no_query() -> None:
    assert Filters().query() == ""
    assert not Filters(page=3).any
    assert Filters(period="6m").any


@pytest.mark.parametrize(
    "text", ["0101010000", "010101-0000", "010101 0000", "kalium 0101010000", "0703921VJ4", "070392 1VJ4"]
)
def test_a_search_text_that_looks_like_a_person_is_known(text: str) -> None:
    assert holds_identity(text)


@pytest.mark.parametrize("text", ["kalium", "NPU03230", "25-OH", "B12", "MCS89001", ""])
def test_the_names_and_codes_of_analyses_do_not_look_like_a_person(text: str) -> None:
    assert not holds_identity(text)


def test_dates_go_before_a_period() -> None:
    assert from_query({"period": "1y", "from": "2020-01-01"}) == Filters(since=dt.date(2020, 1, 1))


def test_a_period_is_counted_in_months() -> None:
    today = dt.date(2026, 3, 31)
    assert Filters(period="1m").first_day(today) == dt.date(2026, 2, 28)
    assert Filters(period="1y").first_day(today) == dt.date(2025, 3, 31)
    assert Filters(since=dt.date(2020, 1, 1)).first_day(today) == dt.date(2020, 1, 1)
    assert Filters(until=dt.date(2020, 1, 1)).first_day(today) is None
    assert months_before(dt.date(2024, 2, 29), 12) == dt.date(2023, 2, 28)
