"""Which results tell of the same measurement, and which of them is current."""

from __future__ import annotations

import datetime as dt
import random

from hypothesis import given
from hypothesis import strategies as st

from labbro.records.chains import Link, Occurrence, SampleKeys, chain_key, resolve
from labbro.records.model import Code, Sample

NOON = dt.datetime.fromisoformat("2024-05-06 12:00")
CREATININE = (1, "NPU18016", "iupac", "SST")
SODIUM = (1, "NPU03429", "iupac", "SST")


def told(letter, status="final", minutes=0, *, key=CREATININE, ordinal=1, results_minutes=None, measured=None):
    return Occurrence(
        key=key,
        letter_identifier=letter,
        ordinal=ordinal,
        status=status,
        measured=status != "received" if measured is None else measured,
        authorised_at=NOON + dt.timedelta(minutes=minutes),
        results_at=NOON + dt.timedelta(minutes=minutes if results_minutes is None else results_minutes),
    )


def current(occurrences):
    return [
        (occurrence.letter_identifier, occurrence.ordinal)
        for occurrence, link in zip(occurrences, resolve(occurrences), strict=True)
        if link.current
    ]


def test_a_measurement_is_named_by_sender_production_number_both_sample_numbers_and_analysis():
    sample = Sample("875137", "30001")
    code = Code("NPU18016", "iupac", "SST")
    keys = SampleKeys()
    first = keys.number("5790000120284", "426825", sample)
    others = [
        keys.number("5790000120314", "426825", sample),
        keys.number("5790000120284", "426826", sample),
        keys.number("5790000120284", "426825", Sample("875138", "30001")),
        keys.number("5790000120284", "426825", Sample("875137", None)),
    ]
    assert keys.number("5790000120284", "426825", Sample("875137", "30001")) == first
    assert len({first, *others}) == 5
    other_codes = [Code("NPU03429", "iupac", "SST"), Code("NPU18016", "lokal", "SST"), Code("NPU18016", "iupac", "OUH")]
    assert len({chain_key(first, code), *(chain_key(first, other) for other in other_codes)}) == 4


def test_a_single_result_is_current():
    assert resolve([told("A")]) == [Link(0, None, ambiguous=False)]


def test_results_of_other_analyses_or_samples_are_not_linked():
    assert current([told("A"), told("B", key=SODIUM)]) == [("A", 1), ("B", 1)]


def test_a_correction_supersedes_what_it_corrects_and_leaves_it_as_history():
    links = resolve([told("A"), told("B", "corrected", 5)])
    assert links == [Link(1, 1, ambiguous=False), Link(1, None, ambiguous=False)]


def test_the_mark_corrected_decides_where_the_times_are_equal_as_in_medcoms_own_samples():
    assert current([told("80901082504860", "corrected", results_minutes=60), told("80901082504859")]) == [
        ("80901082504860", 1)
    ]


def test_a_final_result_supersedes_a_preliminary_one_even_if_that_was_authorised_later():
    assert current([told("A", "preliminary", 60), told("B", "final", 0)]) == [("B", 1)]


def test_a_later_final_letter_supersedes_a_correction():
    assert current([told("A", "corrected", 0), told("B", "final", 60)]) == [("B", 1)]


def test_an_arrived_result_supersedes_not_yet_arrived():
    assert current([told("A", "received"), told("B", "preliminary", -5)]) == [("B", 1)]


def test_the_same_analysis_twice_in_one_letter_stays_two_results():
    assert current([told("A", ordinal=1), told("A", ordinal=4)]) == [("A", 1), ("A", 4)]


def test_letters_with_equally_many_are_linked_first_to_first():
    occurrences = [
        told("A", ordinal=2),
        told("A", ordinal=1),
        told("B", "corrected", 5, ordinal=7),
        told("B", "corrected", 5, ordinal=9),
    ]
    links = resolve(occurrences)
    assert [link.superseded_by for link in links] == [3, 2, None, None]
    assert not any(link.ambiguous for link in links)


def test_letters_that_disagree_about_how_many_are_all_shown_and_marked():
    occurrences = [told("A"), told("B", "corrected", 5, ordinal=1), told("B", "corrected", 5, ordinal=2)]
    links = resolve(occurrences)
    assert all(link.current and link.ambiguous for link in links)


def test_a_placeholder_that_disagrees_about_how_many_is_history_once_something_has_arrived():
    occurrences = [told("A", "received"), told("B", minutes=5, ordinal=1), told("B", minutes=5, ordinal=2)]
    links = resolve(occurrences)
    assert [link.current for link in links] == [False, True, True]
    assert not any(link.ambiguous for link in links)


statuses = st.sampled_from(["received", "preliminary", "final", "corrected"])


@st.composite
def deliveries(draw):
    """Letters of one sender on one or two analyses, each with one to three results of either."""
    occurrences = []
    for number in range(draw(st.integers(1, 6))):
        minutes = draw(st.integers(0, 3))
        results_minutes = draw(st.integers(0, 3))
        for ordinal in range(1, draw(st.integers(1, 4)) + 1):
            key = draw(st.sampled_from([CREATININE, SODIUM]))
            occurrences.append(
                told(
                    f"L{number}",
                    draw(statuses),
                    minutes,
                    key=key,
                    ordinal=ordinal,
                    results_minutes=results_minutes,
                    measured=draw(st.booleans()),
                )
            )
    return occurrences


def by_name(occurrences):
    """The links as names, so that they can be compared whatever the order."""
    names = [(occurrence.letter_identifier, occurrence.ordinal) for occurrence in occurrences]
    return {
        name: (names[link.chain], None if link.superseded_by is None else names[link.superseded_by], link.ambiguous)
        for name, link in zip(names, resolve(occurrences), strict=True)
    }


@given(deliveries(), st.integers(0, 2**32))
def test_the_order_of_arrival_does_not_matter(occurrences, seed):
    shuffled = list(occurrences)
    random.Random(seed).shuffle(shuffled)
    assert by_name(shuffled) == by_name(occurrences)


@given(deliveries())
def test_nothing_is_hidden(occurrences):
    links = resolve(occurrences)
    assert len(links) == len(occurrences)
    for index, (occurrence, link) in enumerate(zip(occurrences, links, strict=True)):
        holder = links[link.chain]
        assert holder.current
        assert occurrences[link.chain].key == occurrence.key
        assert link.superseded_by == (None if link.chain == index else link.chain)


@given(deliveries())
def test_a_value_is_never_superseded_by_a_placeholder(occurrences):
    for occurrence, link in zip(occurrences, resolve(occurrences), strict=True):
        if link.superseded_by is not None and occurrence.status != "received":
            assert occurrences[link.superseded_by].status != "received"


@given(deliveries())
def test_results_of_one_letter_never_supersede_each_other(occurrences):
    for occurrence, link in zip(occurrences, resolve(occurrences), strict=True):
        if link.superseded_by is not None:
            assert occurrences[link.superseded_by].letter_identifier != occurrence.letter_identifier
