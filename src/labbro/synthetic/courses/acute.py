"""Infections treated in hospital or practice, and a suspected heart attack."""

from __future__ import annotations

from typing import Literal

from labbro.synthetic.body import Curve
from labbro.synthetic.chance import Chance
from labbro.synthetic.courses.course import Course, Points, Span, Visit, from_day
from labbro.synthetic.panels import ADMISSION, BLOOD_GAS, DIFFERENTIAL, DIPSTICK, WARD

# Pneumonia by days from admission. CRP and procalcitonin are parts of the peak, the others as said.
_CRP = ((-4, 0), (-2, 0.2), (0, 0.75), (1, 1.0), (3, 0.6), (5, 0.28), (8, 0.1), (20, 0.01), (35, 0))
_PROCALCITONIN = ((-2, 0), (0, 0.8), (1, 1), (4, 0.17), (8, 0))
_MOVED: tuple[tuple[str, Literal["factor", "plus"], Points], ...] = (
    ("neutrophils", "factor", ((-3, 1), (0, 4.0), (2, 3.3), (5, 2.0), (9, 1.3), (25, 1))),
    ("lymphocytes", "factor", ((-3, 1), (0, 0.42), (4, 0.8), (10, 1.1), (25, 1))),
    ("eosinophils", "factor", ((-3, 1), (0, 0.1), (4, 0.4), (9, 1))),
    ("thrombocytes", "factor", ((-2, 1), (0, 0.85), (4, 1.3), (9, 1.9), (30, 1))),
    ("albumin", "factor", ((-3, 1), (3, 0.72), (10, 0.82), (40, 1))),
    ("hb", "factor", ((-3, 1), (4, 0.9), (30, 1))),
    ("sodium", "plus", ((-3, 0), (0, -7), (3, -2), (6, 0))),
    ("creatinine", "factor", ((-2, 1), (0, 1.45), (3, 1.05), (6, 1))),
    ("urea", "factor", ((-2, 1), (0, 1.8), (4, 1.0))),
    ("glucose", "plus", ((-2, 0), (0, 2.4), (5, 0))),
    ("po2", "factor", ((-2, 1), (0, 0.68), (2, 0.8), (6, 1))),
    ("pco2", "factor", ((-2, 1), (0, 0.8), (4, 1))),
    ("bicarbonate", "plus", ((-2, 0), (0, -4), (3, 0))),
    ("base-excess", "plus", ((-2, 0), (0, -4), (3, 0))),
)


def pneumonia(span: Span, chance: Chance, *, at: float = 0.5, severity: float = 1.0) -> Course:
    """CRP and leukocytes rise before admission, turn with antibiotics, and are normal six weeks later."""
    day = span.part(at)
    peak = chance.between(180, 300) * severity
    curves = (
        from_day(day, "crp", "plus", _CRP, peak),
        from_day(day, "procalcitonin", "plus", _PROCALCITONIN, 6 * severity),
        *(from_day(day, quantity, mode, points) for quantity, mode, points in _MOVED),
    )
    return Course(curves, tuple(_admission(day, chance)))


def _admission(day: int, chance: Chance) -> list[Visit]:
    hour = chance.between(11, 21)
    visits = [
        Visit(day - 1, "point-of-care", ("crp",), 15.5, "Feber og hoste"),
        Visit(day, "emergency", (*ADMISSION, "procalcitonin"), hour, "Feber, påvirket. Pneumoni?", "staged"),
        Visit(day, "emergency", BLOOD_GAS, hour, "Pneumoni?"),
    ]
    for step in range(1, 8):
        panel = (*WARD, *DIFFERENTIAL[1:], "alat") if step in {3, 6} else WARD
        if step not in {5, 7} or chance.happens(0.5):
            visits.append(Visit(day + step, "ward", panel, 7.0 + chance.between(0, 1.2), None))
    visits.append(
        Visit(day + 42, "practice", ("crp", "leukocytes", "hb", "albumin"), 9.2, "Kontrol efter lungebetændelse")
    )
    return visits


def last_evening(span: Span, chance: Chance) -> Course:  # noqa: ARG001 - a course like the others
    """A sample of yesterday evening on the ward: part of it is preliminary, part has not come."""
    panel = (*WARD, "procalcitonin", "glucose")
    return Course((), (Visit(span.last - 1, "ward", panel, 21.6, "Fortsat feber", "unfinished"),))


def urinary_infection(span: Span, chance: Chance, *, at: float = 0.5) -> Course:
    """Cystitis treated by the practice: dipstick and CRP there, both back to normal after ten days."""
    day = span.part(at)
    marks = ("u-leukocytes", "u-nitrite", "u-protein", "u-blood")
    curves = (
        Curve("crp", "plus", ((day - 3, 0), (day, chance.between(14, 42)), (day + 4, 6), (day + 9, 0))),
        *(
            Curve(mark, "level", ((day - 2, 0), (day - 1, 3 - 0.4 * place), (day + 5, 0)))
            for place, mark in enumerate(marks)
        ),
    )
    visits = (
        Visit(day, "point-of-care", (*DIPSTICK, "crp"), 10.7, "Svie ved vandladning"),
        Visit(day + 10, "point-of-care", DIPSTICK, 10.2, "Kontrol efter behandling"),
    )
    return Course(curves, visits)


def chest_pain(span: Span, chance: Chance, *, at: float = 0.5, infarction: bool = True) -> Course:
    """Troponin T at 0, 3 and 6 hours and the next mornings: rising and falling in infarction, flat otherwise."""
    day = span.part(at)
    peak = chance.between(900, 2600) if infarction else 1.0
    curves: tuple[Curve, ...] = ()
    start = day + 14 / 24
    if infarction:
        rise = ((start - 0.2, 0), (start, 38), (start + 3 / 24, peak * 0.3), (start + 6 / 24, peak * 0.7),
                (start + 0.7, peak), (start + 1.7, peak * 0.5), (start + 3, peak * 0.2), (start + 10, 0))  # fmt: skip
        curves = (
            Curve("troponin-t", "plus", rise),
            Curve("alat", "factor", ((start, 1), (start + 1, 1.8), (start + 8, 1))),
        )
    first = (
        "troponin-t",
        "hb",
        "leukocytes",
        "thrombocytes",
        "crp",
        "sodium",
        "potassium",
        "creatinine",
        "egfr",
        "glucose",
        "inr",
        "d-dimer",
    )
    visits = [
        Visit(day, "emergency", first, 14.0, "Brystsmerter", "staged"),
        Visit(day, "emergency", ("troponin-t",), 17.0, "Brystsmerter, 3 timer"),
        Visit(day, "emergency", ("troponin-t",), 20.0, "Brystsmerter, 6 timer"),
    ]
    if infarction:
        panel = ("troponin-t", "hb", "sodium", "potassium", "creatinine", "egfr", "alat")
        visits += [Visit(day + step, "ward", panel, 7.1, None) for step in (1, 2, 3)]
        visits.append(Visit(day + 2, "ward", ("cholesterol", "hdl", "ldl", "triglyceride", "hba1c"), 7.1, None))
    return Course(curves, tuple(visits))
