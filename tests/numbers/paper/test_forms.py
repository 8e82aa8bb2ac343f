"""Emergency forms: the laboratory's own layout, real numbers, and what came back of them."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.numbers.paper.reading_back import numbers_in_pdf

from labbro.errors import WrongUse
from labbro.numbers.paper.forms import form_sheets, forms_of, read_layout, reconcile

OWN = files("labbro.numbers.paper").joinpath("data", "emergency.toml").read_text(encoding="utf-8")
NUMBERS = [f"{1000000000000 + 11 * at}" for at in range(15)]
SMALL = 'name = "x"\ntitle = "y"\n[[parts]]\nis = "barcode"\nx_mm = 10\ny_mm = 10\nnumber = 0\n'


def test_every_number_of_a_printed_batch_reads_back_on_its_form() -> None:
    layout = read_layout(OWN)
    forms = forms_of(layout, NUMBERS)
    pages = numbers_in_pdf(form_sheets(layout, forms, batch="2026-11-A", printed_on="2026-11-23"))
    assert [sorted(page) for page in pages] == [sorted((form.requisition_number, *form.tube_numbers)) for form in forms]
    assert [form.ordinal for form in forms] == [1, 2, 3]


def test_the_numbers_must_come_out_even() -> None:
    with pytest.raises(WrongUse, match="uses 5 numbers; 14 were given"):
        forms_of(read_layout(OWN), NUMBERS[:-1])


def test_a_batch_is_reconciled_with_what_came_back() -> None:
    forms = forms_of(read_layout(OWN), NUMBERS)
    back = [*NUMBERS[:5], NUMBERS[5], f" {NUMBERS[5]}\n", "9999999999999", ""]
    told = reconcile(forms, back)
    assert (told.used, told.partly, told.unused) == ((1,), (2,), (3,))
    assert told.unknown_numbers == ("9999999999999",)
    assert told.twice == (NUMBERS[5],)


@given(st.lists(st.sampled_from([*NUMBERS, "5", "6"])))
def test_every_form_has_one_fate_and_every_stranger_is_told(back: list[str]) -> None:
    forms = forms_of(read_layout(OWN), NUMBERS)
    told = reconcile(forms, back)
    assert sorted((*told.used, *told.partly, *told.unused)) == [1, 2, 3]
    assert set(told.unknown_numbers) == set(back) - set(NUMBERS)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name = ", "Invalid value"),
        ('name = "x"\ntitle = "y"\nparts = []\n', "requisition's number"),
        (SMALL.replace("number = 0", "number = 1"), "requisition's number"),
        (SMALL + SMALL[SMALL.index("[[") :].replace("number = 0", "number = 2"), "without a hole"),
        (SMALL.replace("x_mm = 10", "x_mm = 400"), "off the page"),
        (SMALL + "colour = 3\n", "unknown field"),
        (SMALL + "module_mm = 0.05\n", "narrower"),
    ],
)
def test_a_wrong_layout_is_told_with_its_fault(text: str, why: str) -> None:
    with pytest.raises(WrongUse, match=why) as told:
        read_layout(text)
    assert told.value.code == "form-layout"


def test_a_barcode_that_would_run_off_the_page_is_not_printed() -> None:
    layout = read_layout(SMALL.replace("x_mm = 10", "x_mm = 190"))
    with pytest.raises(WrongUse, match="runs off the page"):
        form_sheets(layout, forms_of(layout, NUMBERS[:1]), batch="b", printed_on="2026-11-23")
