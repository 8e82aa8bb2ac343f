"""The cumulated view: what a clinician sees, and that nothing disappears without a word."""

from __future__ import annotations

import datetime as dt
import random

from hypothesis import given
from hypothesis import strategies as st

from labbro.databank import PatientHistory, StoredResult
from labbro.portal.cumulated import COLUMNS_A_PAGE, Value, View, build
from labbro.portal.filters import Filters
from labbro.portal.i18n import DANISH, ENGLISH
from labbro.records.model import Code, ReferenceInterval

from .histories import at, history, potassium, stored

TODAY = dt.date(2026, 5, 10)
SODIUM = Code("NPU03429", "iupac", "SST", "Natrium;P", "P—Natrium-ion; stofk.")
HAEMOGLOBIN = Code("NPU02319", "iupac", "SST", "Hæmoglobin;B", "B—Hæmoglobin; stofk.")
LOCAL = Code("XYZ1", "lokal", "OPD", "Ørevoks")


def view(told: PatientHistory, filters: Filters | None = None) -> View:
    return build(told, filters or Filters(), texts=DANISH, today=TODAY)


def values(seen: View) -> list[Value]:
    return [value for group in seen.groups for row in group.rows for cell in row.cells for value in cell]


def shown(seen: View) -> list[str]:
    return [value.shown for value in values(seen)]


def test_samples_are_columns_newest_first_and_analyses_are_rows() -> None:
    seen = view(
        history(
            stored(potassium(value="4,0"), number=1, sampled="2026-05-01 08:00"),
            stored(potassium(value="4,2"), number=2, sampled="2026-05-03 08:00"),
            stored(potassium(analysis=SODIUM, value="140", ordinal=2), number=2, sampled="2026-05-03 08:00"),
        )
    )
    assert [column.at for column in seen.columns] == [at("2026-05-03 08:00"), at("2026-05-01 08:00")]
    (group,) = seen.groups
    assert (group.number, group.name) == (10, "Væske- og elektrolytbalance")
    assert [row.name for row in group.rows] == ["Natrium;P", "Kalium;P"]
    assert [[value.shown for cell in row.cells for value in cell] for row in group.rows] == [["140"], ["4,2", "4,0"]]


def test_groups_come_in_medcoms_order_and_the_unknown_under_other() -> None:
    seen = view(
        history(*(stored(potassium(analysis=code), number=n) for n, code in enumerate([LOCAL, SODIUM, HAEMOGLOBIN], 1)))
    )
    assert [group.number for group in seen.groups] == [5, 10, 115]
    assert [number for number, _ in seen.choices] == [5, 10, 115]


def test_group_names_follow_the_language() -> None:
    seen = build(history(stored(potassium(analysis=HAEMOGLOBIN))), Filters(), texts=ENGLISH, today=TODAY)
    assert seen.groups[0].name == "Haematology"


def test_two_results_at_the_same_time_are_both_in_the_cell() -> None:
    seen = view(history(stored(potassium(value="4,0"), number=1), stored(potassium(value="4,3"), number=2)))
    (row,) = seen.groups[0].rows
    assert [value.shown for value in row.cells[0]] == ["4,0", "4,3"]
    assert seen.columns[0].samples == 2


def test_what_has_not_arrived_is_told_in_words_and_never_as_a_value() -> None:
    seen = view(history(stored(potassium(status="received", value=None)), stored(potassium(value="*****"), number=2)))
    assert shown(seen) == ["afventer", "afventer"]
    assert not any(value.arrived for value in values(seen))
    assert "*" not in "".join(shown(seen))


def test_a_corrected_result_is_marked_and_the_earlier_one_is_counted_not_shown() -> None:
    earlier = stored(potassium(value="9,9"), number=1, current=False, chain="c")
    now = stored(potassium(value="4,1", status="corrected"), number=2, chain="c")
    seen = view(history(earlier, now))
    assert shown(seen) == ["4,1"]
    assert values(seen)[0].corrected
    assert (seen.total, seen.superseded) == (1, 1)


def test_preliminary_ambiguous_and_locked_results_are_marked() -> None:
    seen = view(
        history(
            stored(potassium(status="preliminary"), number=1),
            stored(potassium(), number=2, ambiguous=True),
            stored(potassium(), number=3, consent_given=False),
            stored(potassium(), number=4, consent_given=True),
        )
    )
    told = values(seen)
    assert [value.preliminary for value in told] == [True, False, False, False]
    assert [value.ambiguous for value in told] == [False, True, False, False]
    assert [value.locked for value in told] == [False, False, True, False]
    assert (seen.has_locked, seen.has_ambiguous) == (True, True)


def test_the_row_tells_the_usual_unit_and_interval_and_the_cell_what_differs() -> None:
    other = ReferenceInterval("physiological", "3,6", "4,6")
    seen = view(
        history(
            stored(potassium(), number=1, sampled="2026-05-01 08:00"),
            stored(potassium(interval=other, unit="mmol/l"), number=2, sampled="2026-05-02 08:00"),
            stored(potassium(interval=None, unit=None), number=3, sampled="2026-05-03 08:00"),
            stored(potassium(), number=4, sampled="2026-05-04 08:00"),
        )
    )
    (row,) = seen.groups[0].rows
    assert (row.unit, row.interval) == ("mmol/L", "3,5–4,4")
    told = [(value.unit, value.interval) for cell in row.cells for value in cell]
    assert told == [(None, None), ("", ""), (None, "3,6–4,6"), (None, None)]


def test_another_spelling_of_unit_or_interval_is_no_difference() -> None:
    spelled = ReferenceInterval("physiological", "3.50", "4.4")
    seen = view(
        history(stored(number=1), stored(number=2), stored(potassium(interval=spelled, unit="mmol/l"), number=3))
    )
    assert {(value.unit, value.interval) for value in values(seen)} == {(None, None)}


def test_rows_of_one_name_tell_their_codes() -> None:
    codes = [
        Code("X1", "lokal", "OPD", "Ørevoks"),
        Code("X2", "lokal", "OPD", "Ørevoks"),
        Code("X3", "lokal", "OPD", "Navlefnug"),
    ]
    seen = view(history(*(stored(potassium(analysis=code), number=n) for n, code in enumerate(codes, 1))))
    assert [(row.code, row.twin) for row in seen.groups[0].rows] == [("X3", False), ("X1", True), ("X2", True)]


def test_each_value_is_judged_by_its_own_interval() -> None:
    wide = ReferenceInterval("physiological", "1", "9")
    seen = view(history(stored(potassium(value="8")), stored(potassium(value="8", interval=wide), number=2)))
    assert [value.mark for value in values(seen)] == ["high", None]


def test_a_result_told_as_text_shows_its_beginning() -> None:
    long = "Prøven var hæmolyseret og kunne ikke analyseres\nRing"
    told = view(history(stored(potassium(kind="text", value=None, unit=None, text_values=(long,)))))
    assert shown(told) == ["Prøven var hæmolyseret og k…"]
    assert shown(view(history(stored(potassium(kind="text", value=None))))) == ["se svar"]


def test_a_sample_without_a_known_time_has_the_last_column() -> None:
    seen = view(history(stored(potassium(), number=1, sampled=None), stored(potassium(), number=2)))
    assert [column.at for column in seen.columns] == [at("2026-05-06 07:08"), None]


def test_the_period_counts_sampling_days_and_includes_both_ends() -> None:
    told = history(*(stored(number=n, sampled=f"2026-05-0{n} 23:59") for n in range(1, 6)))
    seen = view(told, Filters(since=dt.date(2026, 5, 2), until=dt.date(2026, 5, 4)))
    assert [column.at.day for column in seen.columns if column.at] == [4, 3, 2]
    assert (seen.total, seen.selected) == (5, 3)


def test_group_text_origin_and_mark_choose_rows_and_results() -> None:
    told = history(
        stored(potassium(), number=1),
        stored(potassium(analysis=SODIUM, value="160", flag="high"), number=2, origin="local"),
        stored(potassium(analysis=HAEMOGLOBIN, value="8,1", interval=None), number=3),
    )
    assert shown(view(told, Filters(group=5))) == ["8,1"]
    assert shown(view(told, Filters(text="natrium-ION"))) == ["160"]
    assert shown(view(told, Filters(text="npu03230"))) == ["4,1"]
    assert shown(view(told, Filters(origin="local"))) == ["160"]
    assert shown(view(told, Filters(origin="hospital"))) == ["8,1", "4,1"]
    assert shown(view(told, Filters(only_marked=True))) == ["160"]
    assert view(told, Filters(text="findes ikke")).groups == ()


def test_danish_letters_come_last_and_the_system_does_not_sort() -> None:
    names = ["Ånd", "Zink", "Ærme", "Østrogen", "P-Albumin"]
    told = history(
        *(stored(potassium(analysis=Code(f"L{n}", "lokal", "OPD", name)), number=n) for n, name in enumerate(names, 1))
    )
    assert [row.name for row in view(told).groups[0].rows] == ["P-Albumin", "Zink", "Ærme", "Østrogen", "Ånd"]


def test_very_many_samples_are_told_page_by_page() -> None:
    begin = at("2020-01-01 08:00")
    rows = [
        stored(number=n, sampled=(begin + dt.timedelta(days=n)).isoformat(" ", "minutes"))
        for n in range(1, COLUMNS_A_PAGE + 11)
    ]
    rows.append(stored(potassium(analysis=SODIUM), number=900, sampled="2020-01-01 08:00"))
    first, second = view(history(*rows)), view(history(*rows), Filters(page=2))
    assert (len(first.columns), first.pages, first.columns_selected) == (COLUMNS_A_PAGE, 2, COLUMNS_A_PAGE + 11)
    assert (first.shown, second.shown, first.selected) == (COLUMNS_A_PAGE, 11, COLUMNS_A_PAGE + 11)
    assert (first.rows_elsewhere, second.rows_elsewhere) == (1, 0)
    assert view(history(*rows), Filters(page=99)).filters.page == 2


def test_an_empty_history_is_an_empty_view() -> None:
    seen = view(history())
    assert (seen.columns, seen.groups, seen.total, seen.pages) == ((), (), 0, 1)


ANALYSES = [SODIUM, HAEMOGLOBIN, LOCAL, Code("NPU03230", "iupac", "SST", "Kalium;P")]
results = st.builds(
    lambda n, code, day, unit, status, current, origin: stored(
        potassium(ordinal=n, analysis=code, unit=unit, status=status, value=None if status == "received" else "4,1"),
        number=n,
        sampled=None if day is None else f"2026-04-{day:02d} 08:00",
        current=current,
        origin=origin,
    ),
    st.integers(1, 10**6),
    st.sampled_from(ANALYSES),
    st.none() | st.integers(1, 28),
    st.sampled_from(["mmol/L", "g/L", None]),
    st.sampled_from(["received", "preliminary", "final", "corrected"]),
    st.booleans(),
    st.sampled_from(["hospital", "local"]),
)
filters = st.builds(
    Filters,
    period=st.sampled_from(["all", "1m"]),
    group=st.sampled_from([None, 5, 10, 115]),
    text=st.sampled_from(["", "natr"]),
    origin=st.sampled_from([None, "hospital", "local"]),
)


@given(st.lists(results, max_size=40, unique_by=lambda s: s.letter_key), filters, st.randoms(use_true_random=False))
def test_nothing_is_lost_nothing_is_twice_and_order_does_not_matter(
    rows: list[StoredResult], chosen: Filters, chance: random.Random
) -> None:
    seen = view(history(*rows), chosen)
    letters = [value.letter for value in values(seen)]
    assert len(letters) == len(set(letters)) == seen.shown == seen.selected
    assert seen.total + seen.superseded == len(rows)
    if not chosen.any:
        assert set(letters) == {row.letter_key.hex for row in rows if row.current}
    shuffled = list(rows)
    chance.shuffle(shuffled)
    again = view(PatientHistory(history().patient, tuple(shuffled)), chosen)
    assert {value.letter for value in values(again)} == set(letters)
    assert [column.at for column in again.columns] == [column.at for column in seen.columns]


def test_the_same_history_gives_the_same_view() -> None:
    told = history(*(stored(number=n, sampled=f"2026-05-0{n} 08:00") for n in range(1, 9)))
    assert view(told) == view(told)
