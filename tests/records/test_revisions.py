"""Which letter of an examination is in force, whatever order they came in."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from labbro import records
from labbro.records.revisions import resolve, telling

from .specialities import diagnosed, genetics, histopathology, investigation, microbiology, microbiology_of_2014


def standing(*made):
    """Which letters, by identifier, are replaced by which; None stands for one in force."""
    letters = [telling(records.project(letter)) for letter in made]
    told = resolve(letters)
    return {
        letter.letter_identifier: None
        if revision.superseded_by is None
        else letters[revision.superseded_by].letter_identifier
        for letter, revision in zip(letters, told, strict=True)
    }


def test_a_correction_replaces_everything_of_the_same_production_number():
    first = microbiology(identifier="A", investigations=[investigation(code="1"), investigation(code="2")])
    second = microbiology(identifier="B", authorised="2024-05-07 08:00", status="svar_rettet")
    assert standing(first, second) == {"A": "B", "B": None}
    assert standing(second, first) == {"A": "B", "B": None}


def test_an_answer_that_does_not_repeat_everything_stands_beside_the_earlier_one():
    first = microbiology(identifier="A", investigations=[investigation(code="1")])
    second = microbiology(identifier="B", authorised="2024-05-07 08:00", investigations=[investigation(code="2")])
    letters = [telling(records.project(letter)) for letter in (first, second)]
    assert [revision.ambiguous for revision in resolve(letters)] == [True, True]
    whole = microbiology(
        identifier="C",
        authorised="2024-05-08 08:00",
        investigations=[investigation(code="2"), investigation(code="1")],
    )
    assert standing(first, second, whole) == {"A": "C", "B": "C", "C": None}


def test_the_same_examination_twice_is_not_repeated_by_one():
    twice = microbiology(identifier="A", investigations=[investigation(), investigation()])
    once = microbiology(identifier="B", authorised="2024-05-07 08:00")
    assert standing(twice, once) == {"A": None, "B": None}


def test_a_preliminary_letter_yields_to_the_final_one_even_if_it_is_signed_later():
    final = microbiology(identifier="A")
    late = microbiology(identifier="B", authorised="2024-05-09 08:00", status="svar_midlertidigt")
    assert standing(final, late) == {"A": None, "B": "A"}


def test_a_letter_that_says_received_yields_to_whatever_is_told():
    received = microbiology(
        identifier="A", status="proeve_modtaget", investigations=[investigation(code="9"), investigation(code="8")]
    )
    told = microbiology(identifier="B", status="svar_midlertidigt")
    assert standing(received, told) == {"A": "B", "B": None}


def test_other_production_numbers_senders_and_types_are_other_examinations():
    one = microbiology(identifier="A")
    others = (
        microbiology(identifier="B", status="svar_rettet", production="P2"),
        microbiology(identifier="C", status="svar_rettet", sender_ean="5790001382445"),
        genetics(identifier="D", status="svar_rettet"),
    )
    assert set(standing(one, *others).values()) == {None}


def test_a_letter_without_a_production_number_is_linked_to_nothing():
    one, other = (microbiology(identifier=name, production=" ", status="svar_rettet") for name in "AB")
    assert standing(one, other) == {"A": None, "B": None}


def test_a_correction_of_pathology_replaces_the_letter_of_the_same_request():
    first = histopathology(identifier="A")
    corrected = histopathology(identifier="B", status="svar_rettet", samples=[diagnosed("other")])
    elsewhere = histopathology(identifier="C", status="svar_rettet", laboratory_requisition="99012345")
    assert standing(first, corrected, elsewhere) == {"A": "B", "B": None, "C": None}


def test_the_results_of_rpt02_have_statuses_of_their_own_so_its_correction_must_repeat():
    first = microbiology_of_2014(identifier="A")
    corrected = microbiology_of_2014(identifier="B", authorised="2024-05-07 08:00", status="svar_rettet")
    assert standing(first, corrected) == {"A": "B", "B": None}
    other_sample = microbiology_of_2014(identifier="C", status="svar_rettet", sample="M24-2")
    assert standing(first, other_sample) == {"A": None, "C": None}


STATUSES = ("proeve_modtaget", "svar_midlertidigt", "svar_endeligt", "svar_rettet")
LETTERS = st.lists(
    st.tuples(
        st.sampled_from(STATUSES),
        st.sampled_from(("2024-05-06 08:00", "2024-05-07 08:00", "2024-05-08 08:00")),
        st.lists(st.sampled_from(("1", "2", "3")), min_size=1, max_size=3),
        st.sampled_from(("P1", "P1", "P2", "")),
    ),
    min_size=1,
    max_size=7,
)


def made_of(told):
    return [
        microbiology(
            identifier=f"B{number}",
            status=status,
            authorised=at,
            production=production,
            investigations=[investigation(code=code) for code in codes],
        )
        for number, (status, at, codes, production) in enumerate(told)
    ]


@given(LETTERS, st.randoms())
def test_the_order_of_arrival_does_not_matter(told, chance: random.Random):
    made = made_of(told)
    shuffled = list(made)
    chance.shuffle(shuffled)
    assert standing(*made) == standing(*shuffled)


@given(LETTERS)
def test_every_letter_stands_or_names_one_that_does(told):
    made = made_of(told)
    links = standing(*made)
    assert all(holder is None or links[holder] is None for holder in links.values())


@given(LETTERS)
def test_what_a_letter_in_force_does_not_repeat_is_never_hidden_but_by_a_correction(told):
    made = made_of(told)
    letters = {one.letter_identifier: one for one in (telling(records.project(letter)) for letter in made)}
    for name, holder in standing(*made).items():
        if holder is not None:
            later, earlier = letters[holder], letters[name]
            assert later.key == earlier.key
            assert later.replaces_all or earlier.status == "received" or later.about >= earlier.about
