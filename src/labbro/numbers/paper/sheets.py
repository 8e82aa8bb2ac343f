"""Labels as a PDF of sheets or of a roll, drawn as vectors."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from labbro.errors import WrongUse
from labbro.numbers.paper.code128 import check_text, modules
from labbro.numbers.paper.layout import LabelLayout, check_layout

LABELS_AT_ONCE = 20_000
_HEADING_POINTS = 6.5
_DIGITS_POINTS = 8.5


def label_sheets(
    numbers: Sequence[str], layout: LabelLayout, *, heading: str = "", copies: int = 1, skip: int = 0
) -> bytes:
    """A PDF with `copies` labels of each number, in order; the first `skip` places of the first sheet stay empty.

    The same call gives the same bytes. Raises WrongUse where a label could not be scanned or there are too many.
    """
    count = skip + copies * len(numbers)
    if not numbers or copies < 1 or skip < 0 or count > LABELS_AT_ONCE:
        raise WrongUse(
            f"One file holds 1 to {LABELS_AT_ONCE} labels; {count} were asked for.",
            message_da=f"En fil rummer 1 til {LABELS_AT_ONCE} etiketter; der blev bedt om {count}.",
            code="label-count",
        )
    check_layout(layout, max(modules(check_text(number)) for number in numbers))
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(layout.page_width_mm * mm, layout.page_height_mm * mm), invariant=1)
    canvas.setTitle("Labels")
    place = skip
    for number in numbers:
        for _ in range(copies):
            if place == layout.labels_a_page:
                canvas.showPage()
                place = 0
            _draw(canvas, layout, place, number, heading)
            place += 1
    canvas.save()
    return file.getvalue()


def draw_barcode(
    canvas: Canvas, number: str, *, x_mm: float, y_mm: float, module_mm: float, bar_height_mm: float
) -> float:
    """Draws the bars with the middle of their foot at x, y from the page's lower left; returns their width in mm."""
    bars = Code128(number, barWidth=module_mm * mm, barHeight=bar_height_mm * mm, quiet=0, humanReadable=0)
    width_mm = float(bars.width) / mm  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    bars.drawOn(canvas, (x_mm - width_mm / 2) * mm, y_mm * mm)
    return width_mm


def _draw(canvas: Canvas, layout: LabelLayout, place: int, number: str, heading: str) -> None:
    row, column = divmod(place, layout.columns)
    left_mm = layout.left_mm + column * (layout.label_width_mm + layout.gap_x_mm)
    top_mm = layout.page_height_mm - layout.top_mm - row * (layout.label_height_mm + layout.gap_y_mm)
    middle_mm = left_mm + layout.label_width_mm / 2
    digits_mm, heading_mm = _DIGITS_POINTS / mm, (_HEADING_POINTS + 1) / mm if heading else 0.0
    block_mm = heading_mm + layout.bar_height_mm + digits_mm
    bars_bottom_mm = top_mm - (layout.label_height_mm - block_mm) / 2 - heading_mm - layout.bar_height_mm
    draw_barcode(
        canvas,
        number,
        x_mm=middle_mm,
        y_mm=bars_bottom_mm,
        module_mm=layout.module_mm,
        bar_height_mm=layout.bar_height_mm,
    )
    canvas.setFont("Courier-Bold", _DIGITS_POINTS)
    canvas.drawCentredString(middle_mm * mm, bars_bottom_mm * mm - _DIGITS_POINTS, number)
    if heading:
        canvas.setFont("Helvetica", _HEADING_POINTS)
        room = max(1, int(layout.label_width_mm * mm / (_HEADING_POINTS * 0.5)))
        canvas.drawCentredString(middle_mm * mm, (bars_bottom_mm + layout.bar_height_mm) * mm + 2, heading[:room])
