"""Labels in ZPL II, the language of label printers: one format a label, bars made by the printer itself."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator

import msgspec

from labbro.errors import WrongUse
from labbro.numbers.paper.code128 import check_text, modules, zpl_data
from labbro.numbers.paper.layout import MODULE_LEAST_MM, LabelLayout, check_layout

RESOLUTIONS_DPI = (152, 203, 300, 600)
_INCH_MM = 25.4
_DIGITS_MM = 3.0
_HEADING_MM = 2.2
_CONTROL = re.compile(r"[\^~\x00-\x1f\x7f]")  # what a printer would take for a command


def zpl(
    numbers: Iterable[str], layout: LabelLayout, *, dpi: int = 203, heading: str = "", copies: int = 1
) -> Iterator[str]:
    """One ZPL format a number, with its count of copies; send them to the printer as UTF-8.

    Bars are whole dots wide: as wide as the layout says or a little less, never less than scanners read.
    Raises WrongUse as label sheets do.
    """
    if dpi not in RESOLUTIONS_DPI:
        told = ", ".join(str(one) for one in RESOLUTIONS_DPI)
        raise WrongUse(f"Label printers have {told} dots an inch.", code="label-resolution")
    if copies < 1:
        raise WrongUse("A label is printed once or more often.", code="label-count")
    for number in numbers:
        yield _format(check_text(number), layout, dpi, heading, copies)


def _format(number: str, layout: LabelLayout, dpi: int, heading: str, copies: int) -> str:
    dot_mm = _INCH_MM / dpi
    module_dots = max(int(layout.module_mm / dot_mm), math.ceil(MODULE_LEAST_MM / dot_mm))
    count = modules(number)
    check_layout(_with_module(layout, module_dots * dot_mm), count)

    def dots(length_mm: float) -> int:
        return round(length_mm / dot_mm)

    width, height = dots(layout.label_width_mm), dots(layout.label_height_mm)
    heading_dots = dots(_HEADING_MM + 0.6) if heading else 0
    block = heading_dots + dots(layout.bar_height_mm) + dots(_DIGITS_MM + 0.6)
    top = max(0, (height - block) // 2)
    bars_top = top + heading_dots
    left = (width - count * module_dots) // 2
    lines = ["^XA", "^CI28", f"^PW{width}", f"^LL{height}", "^LH0,0"]
    if heading:
        lines.append(_text(heading, top, width, dots(_HEADING_MM)))
    lines += [
        f"^FO{left},{bars_top}^BY{module_dots}^BCN,{dots(layout.bar_height_mm)},N,N,N^FD{zpl_data(number)}^FS",
        _text(number, bars_top + dots(layout.bar_height_mm) + dots(0.6), width, dots(_DIGITS_MM)),
        f"^PQ{copies}",
        "^XZ",
    ]
    return "\n".join(lines) + "\n"


def _text(text: str, top: int, width: int, height: int) -> str:
    return f"^FO0,{top}^A0N,{height},{height}^FB{width},1,0,C^FD{_CONTROL.sub(' ', text)}^FS"


def _with_module(layout: LabelLayout, module_mm: float) -> LabelLayout:
    return msgspec.structs.replace(layout, module_mm=module_mm)
