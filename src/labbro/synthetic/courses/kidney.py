"""Chronic kidney disease, slowly worse, with a bout of acute failure on the way."""

from __future__ import annotations

from labbro.synthetic.body import Curve
from labbro.synthetic.chance import Chance
from labbro.synthetic.courses.course import Course, Span, Visit, every
from labbro.synthetic.panels import HAEMATOLOGY, IRON, KIDNEY, MINERALS


def chronic_kidney_disease(span: Span, chance: Chance, *, worst: float = 3.4, first: float = 1.35) -> Course:
    """Creatinine climbs from `first` to `worst` times the healthy level; anaemia is treated in the last third."""
    bout = span.part(chance.between(0.4, 0.6))
    slope = ((span.first, first), (span.part(0.5), (first + worst) / 2.3), (span.last, worst))
    at_bout = Curve("creatinine", "factor", slope).at(bout)
    creatinine = sorted(
        [*slope, (bout - 4, at_bout), (bout, at_bout * 1.9), (bout + 3, at_bout * 1.7), (bout + 21, at_bout * 1.06)]
    )
    treated = span.part(0.68)
    curves = (
        Curve("creatinine", "factor", tuple(creatinine)),
        Curve("urea", "factor", tuple((day, 1 + (factor - 1) * 1.1) for day, factor in creatinine)),
        Curve("urate", "factor", ((span.first, 1.2), (span.last, 1.6))),
        Curve(
            "potassium", "plus", ((span.first, 0.1), (bout - 3, 0.3), (bout, 1.6), (bout + 4, 0.5), (span.last, 1.0))
        ),
        Curve(
            "bicarbonate", "plus", ((span.first, 0), (span.part(0.7), -4.5), (span.part(0.75), -2.5), (span.last, -4))
        ),
        Curve("phosphate", "factor", ((span.first, 1.0), (span.part(0.5), 1.15), (span.last, 1.6))),
        Curve("calcium-ion", "factor", ((span.first, 1.0), (span.last, 0.945))),
        Curve("hb", "factor", ((span.first, 0.97), (treated, 0.72), (treated + 120, 0.82), (span.last, 0.8))),
        Curve("acr", "factor", ((span.first, 12), (span.part(0.5), 60), (span.part(0.55), 35), (span.last, 90))),
        Curve("albumin", "factor", ((span.first, 1.0), (span.last, 0.9))),
        Curve("albumin-urine", "factor", ((span.first, 12), (span.last, 80))),
    )
    return Course(curves, tuple(_visits(span, bout, treated, chance)))


def _visits(span: Span, bout: int, treated: int, chance: Chance) -> list[Visit]:
    control = (*KIDNEY, "urea", "albumin", "hb", "bicarbonate", *MINERALS[:2], "acr")
    visits: list[Visit] = []
    for number, day in enumerate(every(span.first + 30, span.last, 92)):
        panel = (*control, *IRON, *HAEMATOLOGY[1:], "urate", "vitamin-d") if number % 4 == 0 else control
        visits.append(
            Visit(day + chance.whole(-5, 5), "kidney-clinic", panel, chance.between(7.5, 10), "Kronisk nyresygdom")
        )
        if number % 4 == 0:
            visits.append(Visit(day + 10, "kidney-clinic", ("albumin-urine",), 7.0, "Døgnurin", day_sample=True))
    visits += [
        Visit(day, "kidney-clinic", ("hb", *IRON), 8.5, "Nyreanæmi, behandling")
        for day in every(treated + 20, treated + 130, 28)
    ]
    acute = (*KIDNEY, "urea", "bicarbonate", "crp", "hb", "glucose")
    visits.append(Visit(bout, "emergency", acute, 15.3, "Opkast og diarré gennem fire dage", happening="staged"))
    visits += [Visit(bout + day, "ward", acute[:6], 7.2, None) for day in (1, 2, 3, 4, 6)]
    visits.append(Visit(bout + 21, "practice", KIDNEY, 9.0, "Kontrol efter indlæggelse"))
    return visits
