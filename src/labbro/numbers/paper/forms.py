"""Emergency sampling forms (nødblanketter): printed ahead with real numbers, in the laboratory's own layout.

A layout is a TOML text that the laboratory keeps; its words are described in `docs/emergency-forms.md`. A form carries
the number of its requisition and one number for each tube, all of the national space (numbers.md section 1).
"""

from __future__ import annotations

import io
import tomllib
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from labbro.errors import WrongUse
from labbro.numbers.paper.code128 import check_text, modules
from labbro.numbers.paper.layout import MODULE_LEAST_MM, QUIET_MODULES
from labbro.numbers.paper.sheets import draw_barcode

FORMS_AT_ONCE = 2_000
_FONT = "Helvetica"
_BOLD = "Helvetica-Bold"


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="is", tag="text"):
    """Words at a place: the upper left corner, from the page's upper left corner."""

    x_mm: float
    y_mm: float
    text: str
    points: float = 10.0
    bold: bool = False


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="is", tag="field"):
    """A box to write in, with a small caption in its upper left corner."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    caption: str


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="is", tag="choice"):
    """A square to tick, and what it stands for."""

    x_mm: float
    y_mm: float
    text: str
    side_mm: float = 4.0


class Barcode(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="is", tag="barcode"):
    """A number in bars and digits. `number` 0 is the requisition's; 1, 2 ... are the tubes'."""

    x_mm: float
    y_mm: float
    number: int
    caption: str = ""
    bar_height_mm: float = 10.0
    module_mm: float = 0.25


Part = Text | Field | Choice | Barcode


class FormLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of form."""

    name: str
    title: str
    parts: tuple[Part, ...]
    page_width_mm: float = 210.0
    page_height_mm: float = 297.0

    @property
    def numbers_a_form(self) -> int:
        """How many numbers one form uses up: its requisition's and one a tube."""
        return 1 + max((part.number for part in self.parts if isinstance(part, Barcode)), default=0)


class PrintedForm(msgspec.Struct, frozen=True):
    """One form as printed: its running number in the batch, and the numbers it carries."""

    ordinal: int
    requisition_number: str
    tube_numbers: tuple[str, ...]


def read_layout(text: str) -> FormLayout:
    """A layout from its TOML. Raises WrongUse `form-layout` telling what is wrong and where."""
    try:
        layout = msgspec.convert(tomllib.loads(text), FormLayout)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise _wrong(str(error)) from None
    carried = {part.number for part in layout.parts if isinstance(part, Barcode)}
    if 0 not in carried:
        raise _wrong("no barcode carries the requisition's number (number = 0)")
    if carried != set(range(layout.numbers_a_form)):
        raise _wrong("the numbers of barcodes must be 0, 1, 2 ... without a hole")
    for part in layout.parts:
        _check_place(layout, part)
    return layout


def forms_of(layout: FormLayout, numbers: Sequence[str]) -> tuple[PrintedForm, ...]:
    """Deals numbers to forms in order. Raises WrongUse when they do not come out even."""
    each = layout.numbers_a_form
    if not numbers or len(numbers) % each or len(numbers) // each > FORMS_AT_ONCE:
        raise WrongUse(
            f"A form of {layout.name} uses {each} numbers; {len(numbers)} were given (at most {FORMS_AT_ONCE} forms).",
            message_da=f"En blanket af {layout.name} bruger {each} numre; der blev givet {len(numbers)}.",
            code="form-numbers",
        )
    return tuple(
        PrintedForm(ordinal, check_text(dealt[0]), tuple(check_text(number) for number in dealt[1:]))
        for ordinal, dealt in enumerate(_dealt(numbers, each), start=1)
    )


def form_sheets(layout: FormLayout, forms: Sequence[PrintedForm], *, batch: str, printed_on: str) -> bytes:
    """A PDF with one page a form; the foot names batch, form and day, by which it is reconciled afterwards."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(layout.page_width_mm * mm, layout.page_height_mm * mm), invariant=1)
    canvas.setTitle(layout.title)
    for form in forms:
        for part in layout.parts:
            _draw(canvas, layout, part, (form.requisition_number, *form.tube_numbers))
        canvas.setFont(_FONT, 7)
        foot = f"{layout.name} · {batch} · {form.ordinal}/{len(forms)} · {printed_on}"
        canvas.drawString(10 * mm, 6 * mm, foot)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


Fate = Literal["used", "unused"]


class Reconciliation(msgspec.Struct, frozen=True):
    """What became of a batch: forms used and unused, and used numbers that no form of the batch carries.

    `partly`: forms of which some numbers came back and others did not. `twice`: numbers reported more than once.
    """

    used: tuple[int, ...]
    partly: tuple[int, ...]
    unused: tuple[int, ...]
    unknown_numbers: tuple[str, ...]
    twice: tuple[str, ...]


def reconcile(forms: Sequence[PrintedForm], used_numbers: Sequence[str]) -> Reconciliation:
    """Compares the printed forms with the numbers that came back, as scanned: any order, with doubles and strangers."""
    seen: dict[str, int] = {}
    for number in used_numbers:
        told = number.strip()
        if told:
            seen[told] = seen.get(told, 0) + 1
    carried = {number for form in forms for number in (form.requisition_number, *form.tube_numbers)}
    whole: list[int] = []
    partly: list[int] = []
    unused: list[int] = []
    for form in forms:
        back = [number in seen for number in (form.requisition_number, *form.tube_numbers)]
        (whole if all(back) else partly if any(back) else unused).append(form.ordinal)
    return Reconciliation(
        tuple(whole),
        tuple(partly),
        tuple(unused),
        tuple(sorted(seen.keys() - carried)),
        tuple(sorted(number for number, count in seen.items() if count > 1)),
    )


def _dealt(numbers: Sequence[str], each: int) -> Iterator[Sequence[str]]:
    for at in range(0, len(numbers), each):
        yield numbers[at : at + each]


def _check_place(layout: FormLayout, part: Part) -> None:
    inside = 0 <= part.x_mm <= layout.page_width_mm and 0 <= part.y_mm <= layout.page_height_mm
    if isinstance(part, Field):
        inside = (
            inside
            and part.x_mm + part.width_mm <= layout.page_width_mm
            and part.y_mm + part.height_mm <= layout.page_height_mm
        )
    if not inside:
        raise _wrong(f"a part at {part.x_mm}, {part.y_mm} mm lies off the page")
    if isinstance(part, Barcode) and part.module_mm < MODULE_LEAST_MM:
        raise _wrong(f"barcode {part.number} has bars narrower than {MODULE_LEAST_MM} mm")


def _draw(canvas: Canvas, layout: FormLayout, part: Part, numbers: tuple[str, ...]) -> None:
    x, top = part.x_mm * mm, (layout.page_height_mm - part.y_mm) * mm
    if isinstance(part, Text):
        canvas.setFont(_BOLD if part.bold else _FONT, part.points)
        canvas.drawString(x, top - part.points, part.text)
    elif isinstance(part, Field):
        canvas.setLineWidth(0.6)
        canvas.rect(x, top - part.height_mm * mm, part.width_mm * mm, part.height_mm * mm)
        canvas.setFont(_FONT, 6.5)
        canvas.drawString(x + 2, top - 7.5, part.caption)
    elif isinstance(part, Choice):
        canvas.setLineWidth(0.8)
        canvas.rect(x, top - part.side_mm * mm, part.side_mm * mm, part.side_mm * mm)
        canvas.setFont(_FONT, 9)
        canvas.drawString(x + (part.side_mm + 1.5) * mm, top - part.side_mm * mm + 1.5, part.text)
    else:
        _draw_number(canvas, layout, part, numbers[part.number])


def _draw_number(canvas: Canvas, layout: FormLayout, part: Barcode, number: str) -> None:
    width_mm = modules(number) * part.module_mm
    if part.x_mm + width_mm + QUIET_MODULES * part.module_mm > layout.page_width_mm:
        raise _wrong(f"barcode {part.number} runs off the page")
    foot_mm = layout.page_height_mm - part.y_mm - part.bar_height_mm
    middle_mm = part.x_mm + width_mm / 2
    draw_barcode(
        canvas, number, x_mm=middle_mm, y_mm=foot_mm, module_mm=part.module_mm, bar_height_mm=part.bar_height_mm
    )
    canvas.setFont("Courier-Bold", 8.5)
    canvas.drawCentredString(middle_mm * mm, foot_mm * mm - 9, number)
    if part.caption:
        canvas.setFont(_FONT, 6.5)
        canvas.drawString(part.x_mm * mm, (foot_mm + part.bar_height_mm) * mm + 2, part.caption)


def _wrong(why: str) -> WrongUse:
    return WrongUse(
        f"The form's layout cannot be used: {why}.",
        message_da=f"Blankettens layout kan ikke bruges: {why}.",
        code="form-layout",
    )
