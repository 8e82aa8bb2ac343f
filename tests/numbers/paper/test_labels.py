"""Labels: what is printed on a sheet or by a label printer is read back as it was asked for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.graphics.barcode.code128 import Code128
from tests.numbers.paper.reading_back import numbers_in_pdf, numbers_in_zpl

from labbro.errors import NotFound, WrongUse
from labbro.numbers.paper import code128
from labbro.numbers.paper.layout import LAYOUTS, LabelLayout, check_layout, layout_named
from labbro.numbers.paper.sheets import LABELS_AT_ONCE, label_sheets
from labbro.numbers.paper.zpl import RESOLUTIONS_DPI, zpl

NUMBERS = [f"{1000000000000 + 37 * at}" for at in range(70)]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_every_label_of_every_layout_reads_back_in_order(layout: LabelLayout) -> None:
    pages = numbers_in_pdf(label_sheets(NUMBERS, layout, heading="KBA Vestkysten"))
    assert [number for page in pages for number in page] == NUMBERS
    assert [len(page) for page in pages[:-1]] == [layout.labels_a_page] * (len(pages) - 1)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@pytest.mark.parametrize("dpi", RESOLUTIONS_DPI)
def test_labels_of_a_label_printer_read_back(layout: LabelLayout, dpi: int) -> None:
    if dpi == 152 and layout.label_width_mm < 50:
        with pytest.raises(WrongUse, match="narrower"):  # bars are never made thinner than scanners read
            list(zpl(NUMBERS[:1], layout, dpi=dpi))
        return
    formats = "".join(zpl(NUMBERS[:5], layout, dpi=dpi, heading="Klinisk Biokemi ^~ øst"))
    assert numbers_in_zpl(formats) == NUMBERS[:5]
    assert "^~" not in formats
    assert formats.count("^XA") == formats.count("^PQ1") == 5


def test_copies_and_skipped_places_are_kept() -> None:
    pages = numbers_in_pdf(label_sheets(NUMBERS[:2], layout_named("a4-24"), copies=3, skip=20))
    assert pages == [[NUMBERS[0]] * 3 + [NUMBERS[1]], [NUMBERS[1]] * 2]


def test_the_same_labels_are_the_same_bytes() -> None:
    assert label_sheets(NUMBERS, LAYOUTS[0]) == label_sheets(NUMBERS, LAYOUTS[0])


@settings(max_examples=60)
@given(st.from_regex(r"[0-9]{1,15}", fullmatch=True))
def test_the_width_is_known_before_it_is_drawn(number: str) -> None:
    drawn = Code128(number, barWidth=1, barHeight=1, quiet=0)
    assert code128.modules(number) >= drawn.width
    if len(number) > 3:
        assert code128.modules(number) == drawn.width


@settings(max_examples=25, deadline=None)
# Unlike numbers: ZXing takes the same bars right below each other for one tall barcode.
@given(st.lists(st.from_regex(r"[0-9]{4,15}", fullmatch=True), min_size=1, max_size=4, unique=True))
def test_any_number_of_any_length_reads_back_both_ways(numbers: list[str]) -> None:
    assert numbers_in_pdf(label_sheets(numbers, layout_named("a4-24"))) == [numbers]
    assert numbers_in_zpl("".join(zpl(numbers, layout_named("a4-24")))) == numbers


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"label_width_mm": 30.0}, "label-too-narrow"),
        ({"module_mm": 0.1}, "bars-too-narrow"),
        ({"bar_height_mm": 40.0}, "label-too-low"),
        ({"columns": 4}, "label-off-page"),
        ({"rows": 0}, "label-off-page"),
    ],
)
def test_a_layout_nobody_could_scan_is_refused(change: dict[str, float], code: str) -> None:
    import msgspec

    with pytest.raises(WrongUse) as told:
        check_layout(msgspec.structs.replace(layout_named("a4-24"), **change), code128.modules(NUMBERS[0]))
    assert told.value.code == code
    assert told.value.message_da != told.value.message


def test_wrong_wishes_are_refused_by_name() -> None:
    layout = layout_named("a4-24")
    for call, code in (
        (lambda: label_sheets([], layout), "label-count"),
        (lambda: label_sheets(NUMBERS, layout, copies=LABELS_AT_ONCE), "label-count"),
        (lambda: label_sheets(["12\x003"], layout), "barcode-text"),
        (lambda: label_sheets(["1" * 36], layout), "barcode-text"),
        (lambda: list(zpl(NUMBERS, layout, dpi=100)), "label-resolution"),
        (lambda: list(zpl(NUMBERS, layout, copies=0)), "label-count"),
        (lambda: list(zpl(["^XA~JA"], layout)), "barcode-text"),
    ):
        with pytest.raises(WrongUse) as told:
            call()
        assert told.value.code == code
    with pytest.raises(NotFound, match="a4-24"):
        layout_named("a5")
