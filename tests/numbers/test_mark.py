"""The high-water mark: what it says of a database, and what it survives."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labbro.errors import Unavailable
from labbro.numbers.mark import SIGNING_LABEL, Counter, Mark, MarkFile, Returned, standing
from labbro.numbers.space import Space
from labbro.platform.signing import Signer

AT = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
SIGNER = Signer(b"s" * 32, SIGNING_LABEL)
OLD, NOW, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
SLOT = 16 * 1024


def mark(**more: object) -> Mark:
    known = {
        "space": Space(),
        "sequence": 5,
        "version": 7,
        "token": NOW,
        "before": OLD,
        "start": 100,
        "stop": 150,
        "written_at": AT,
    }
    return Mark(**{**known, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("counter", "expected"),
    [
        (Counter(150, 7, NOW), "settled"),
        (Counter(100, 6, OLD), "in-doubt"),
        (Counter(90, 5, OTHER), "database-behind"),
        (Counter(150, 7, OTHER), "database-behind"),  # as long as the right one, but another history
        (Counter(149, 7, NOW), "database-behind"),  # an operator's slip of the hand
        (Counter(160, 8, OTHER), "mark-behind"),
    ],
)
def test_a_database_is_judged_by_its_token(counter: Counter, expected: str) -> None:
    assert standing(mark(), counter) == expected


def test_without_a_mark_only_a_new_database_may_begin() -> None:
    assert standing(None, Counter(0, 0, UUID(int=0))) == "new"
    assert standing(None, Counter(0, 1, NOW)) == "mark-missing"


def file(folder: Path, space: Space | None = None, signer: Signer = SIGNER) -> MarkFile:
    return MarkFile(folder, space or Space(), signer)


def write(one: MarkFile, number: int) -> None:
    with one.hold() as held:
        held.write(version=number, token=UUID(int=number), before=UUID(int=number - 1), start=0, stop=number, at=AT)


def newest(one: MarkFile) -> int | None:
    with one.hold() as held:
        return held.mark.version if held.mark else None


def test_the_newest_mark_is_read_back_with_all_it_says(tmp_path: Path) -> None:
    one = file(tmp_path)
    assert newest(one) is None
    returned = (Returned(str(OLD), 2, 10, 20),)
    with one.hold() as held:
        held.write(version=1, token=NOW, before=OLD, start=5, stop=9, returned=returned, ahead=77, at=AT)
    with file(tmp_path).hold() as held:
        found = held.mark
    assert found == mark(sequence=1, version=1, start=5, stop=9, returned=returned, ahead=77)


def told(one: MarkFile) -> int | str | None:
    """The newest version, or the code of the problem."""
    try:
        return newest(one)
    except Unavailable as problem:
        return problem.code


@given(torn=st.integers(0, 400), damage=st.binary(min_size=1, max_size=300), writes=st.integers(1, 5))
def test_a_torn_write_leaves_the_mark_before_or_none_to_believe(
    tmp_path_factory: pytest.TempPathFactory, torn: int, damage: bytes, writes: int
) -> None:
    """Whatever happens to the slot of the newest mark, no other mark is read than it or the one before it."""
    one = file(tmp_path_factory.mktemp("mark"))
    for number in range(1, writes + 1):
        write(one, number)
    data = bytearray(one.path.read_bytes())
    place = (0 if writes % 2 else SLOT) + torn
    data[place : place + len(damage)] = damage
    one.path.write_bytes(data[: 2 * SLOT])
    assert told(file(one.path.parent)) in ((writes, writes - 1) if writes > 1 else (writes, "mark-bad"))


@pytest.mark.parametrize(
    "reader",
    [
        lambda folder: file(folder, signer=Signer(b"t" * 32, SIGNING_LABEL)),
        lambda folder: file(folder, Space(digits=12)),
    ],
)
def test_a_mark_of_another_installation_or_space_is_not_believed(tmp_path: Path, reader) -> None:
    write(file(tmp_path), 1)
    with pytest.raises(Unavailable) as problem:
        newest(reader(tmp_path))
    assert problem.value.code == "mark-bad"


def test_a_mark_that_does_not_fit_its_slot_is_refused(tmp_path: Path) -> None:
    many = tuple(Returned(str(OLD), 2, number, number + 1) for number in range(1000))
    with file(tmp_path).hold() as held, pytest.raises(Unavailable) as problem:
        held.write(version=1, token=NOW, before=OLD, start=5, stop=9, returned=many, at=AT)
    assert problem.value.code == "mark-not-kept"
    assert newest(file(tmp_path)) is None
