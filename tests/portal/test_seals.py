"""Handles and tokens: opaque, bound to their session, and worth nothing when changed."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from labbro.portal.seals import Seals, Seen

SEALS = Seals(b"a secret of thirty-two bytes or so")
REASONS = ("treatment", "wish")
KEY = UUID(int=42)


@given(st.uuids(), st.sampled_from(["", *REASONS]), st.text(min_size=1))
def test_a_handle_opens_in_its_own_session(key: UUID, reason: str, token: str) -> None:
    handle = SEALS.handle(token, Seen(key, reason), REASONS)
    assert len(handle) == 44
    assert SEALS.open_handle(token, handle, REASONS) == Seen(key, reason)


def test_a_handle_opens_nowhere_else() -> None:
    handle = SEALS.handle("one", Seen(KEY, ""), REASONS)
    assert SEALS.open_handle("another", handle, REASONS) is None
    assert Seals(b"another secret of thirty-two bytes").open_handle("one", handle, REASONS) is None


def test_a_handle_is_the_same_within_a_session_and_another_in_the_next() -> None:
    assert SEALS.handle("one", Seen(KEY, ""), REASONS) == SEALS.handle("one", Seen(KEY, ""), REASONS)
    assert SEALS.handle("one", Seen(KEY, ""), REASONS) != SEALS.handle("two", Seen(KEY, ""), REASONS)


@given(st.integers(0, 43), st.sampled_from("ABCDEFabcdef0123456789-_"))
def test_a_changed_handle_opens_nothing(place: int, letter: str) -> None:
    handle = SEALS.handle("one", Seen(KEY, ""), REASONS)
    changed = handle[:place] + letter + handle[place + 1 :]
    assert changed == handle or SEALS.open_handle("one", changed, REASONS) is None


@given(st.text(max_size=60))
def test_nonsense_is_no_handle(text: str) -> None:
    assert SEALS.open_handle("one", text, REASONS) is None


def test_a_form_token_fits_its_own_session_only() -> None:
    told = SEALS.form_token("one")
    assert SEALS.form_token_fits("one", told)
    assert not SEALS.form_token_fits("two", told)
    assert not SEALS.form_token_fits("one", "æ" + told[1:])


def test_what_is_sealed_for_one_purpose_opens_for_no_other() -> None:
    sealed = SEALS.seal("a", b"content")
    assert SEALS.open("a", sealed) == b"content"
    assert SEALS.open("b", sealed) is None
    assert SEALS.open("a", sealed[:-2]) is None
    assert SEALS.open("a", "") is None
