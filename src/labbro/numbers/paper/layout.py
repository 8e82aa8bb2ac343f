"""How labels lie on a sheet or a roll. Pure data; all lengths in millimetres.

A tube label follows CLSI AUTO02 where it can: Code 128, a quiet zone of ten modules on both sides.
"""

from __future__ import annotations

import msgspec

from labbro.errors import NotFound, WrongUse

QUIET_MODULES = 10
# Narrower bars are not read reliably from a curved tube by the scanners of analysers.
MODULE_LEAST_MM = 0.19


class LabelLayout(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of sheet or roll. `module_mm` is the width of the narrowest bar."""

    name: str
    page_width_mm: float
    page_height_mm: float
    columns: int = 1
    rows: int = 1
    left_mm: float = 0.0
    top_mm: float = 0.0
    label_width_mm: float
    label_height_mm: float
    gap_x_mm: float = 0.0
    gap_y_mm: float = 0.0
    module_mm: float = 0.25
    bar_height_mm: float = 9.0

    @property
    def labels_a_page(self) -> int:
        """How many labels one page or one length of roll holds."""
        return self.columns * self.rows


LAYOUTS = (
    LabelLayout(
        name="a4-24",
        page_width_mm=210,
        page_height_mm=297,
        columns=3,
        rows=8,
        top_mm=0.5,
        label_width_mm=70,
        label_height_mm=37,
        module_mm=0.4,
        bar_height_mm=16,
    ),
    LabelLayout(
        name="a4-65",
        page_width_mm=210,
        page_height_mm=297,
        columns=5,
        rows=13,
        left_mm=4.75,
        top_mm=10.7,
        label_width_mm=38.1,
        label_height_mm=21.2,
        gap_x_mm=2.5,
        module_mm=0.25,
        bar_height_mm=9,
    ),
    LabelLayout(
        name="roll-50x25",
        page_width_mm=50,
        page_height_mm=25,
        label_width_mm=50,
        label_height_mm=25,
        module_mm=0.25,
        bar_height_mm=11,
    ),
)


def layout_named(name: str) -> LabelLayout:
    """One of the layouts that come with Labbro. Raises NotFound naming those there are."""
    for layout in LAYOUTS:
        if layout.name == name:
            return layout
    names = ", ".join(layout.name for layout in LAYOUTS)
    raise NotFound(
        f"There is no label layout {name!r}; there are: {names}.",
        message_da=f"Der er intet etiketlayout {name!r}; der er: {names}.",
        code="label-layout-unknown",
    )


def check_layout(layout: LabelLayout, modules: int) -> None:
    """Refuses a layout that would print what nobody can scan. `modules`: width of the longest barcode, no quiet zone.

    Raises WrongUse: `label-too-narrow`, `label-off-page`, `bars-too-narrow` or `label-too-low`.
    """
    if layout.columns < 1 or layout.rows < 1:
        raise _wrong("label-off-page", f"Layout {layout.name} has no labels.", "har ingen etiketter", layout)
    if layout.module_mm < MODULE_LEAST_MM:
        said = f"Layout {layout.name} has bars of {layout.module_mm} mm; scanners need {MODULE_LEAST_MM}."
        raise _wrong("bars-too-narrow", said, f"har streger under {MODULE_LEAST_MM} mm", layout)
    needed = (modules + 2 * QUIET_MODULES) * layout.module_mm
    if needed > layout.label_width_mm:
        said = f"The barcode with quiet zones is {needed:.1f} mm wide; a label of {layout.name} is narrower."
        raise _wrong("label-too-narrow", said, f"er for smal: stregkoden fylder {needed:.1f} mm", layout)
    if layout.bar_height_mm > layout.label_height_mm:
        raise _wrong("label-too-low", f"The bars are higher than labels of {layout.name}.", "er for lav", layout)
    width = layout.left_mm + layout.columns * layout.label_width_mm + (layout.columns - 1) * layout.gap_x_mm
    height = layout.top_mm + layout.rows * layout.label_height_mm + (layout.rows - 1) * layout.gap_y_mm
    if width > layout.page_width_mm + 0.01 or height > layout.page_height_mm + 0.01:
        said = f"Labels of {layout.name} need {width:.1f} by {height:.1f} mm; the page is smaller."
        raise _wrong("label-off-page", said, "går ud over siden", layout)


def _wrong(code: str, said: str, said_da: str, layout: LabelLayout) -> WrongUse:
    return WrongUse(said, message_da=f"Etiketlayoutet {layout.name} {said_da}.", code=code)
