"""Type 2 diabetes and disorders of the thyroid."""

from __future__ import annotations

from labbro.synthetic.body import Curve
from labbro.synthetic.chance import Chance
from labbro.synthetic.courses.course import Course, Points, Span, Visit, approach, every
from labbro.synthetic.panels import FOOT, HAEMATOLOGY, KIDNEY, LIPIDS


def type_2_diabetes(span: Span, chance: Chance, *, onset: float = 0.1, kidneys_suffer: bool = False) -> Course:
    """Found by a routine HbA1c, treated, drifting up again until the treatment is stepped up, year after year."""
    found = span.part(onset)
    hba1c = _treated_hba1c(found, span.last, chance)
    curves = (
        Curve("hba1c", "level", hba1c),
        Curve("glucose", "level", tuple((day, _fasting_glucose(level)) for day, level in hba1c)),
        # A statin is started six weeks after the diagnosis.
        Curve("cholesterol", "factor", ((found, 1.12), (found + 42, 1.12), (found + 90, 0.76))),
        Curve("triglyceride", "factor", ((found, 1.7), (found + 200, 1.25))),
        Curve("hdl", "factor", ((found, 0.85),)),
        Curve("alat", "factor", ((found, 1.5), (found + 400, 1.1))),
        Curve("acr", "factor", ((found, 1.5), (span.last, 14.0 if kidneys_suffer else 2.2))),
        Curve("weight", "factor", ((found, 1.12), (found + 500, 1.06))),
    )
    return Course(curves, tuple(_diabetes_visits(found, span.last, chance)))


def _treated_hba1c(found: int, last: int, chance: Chance) -> Points:
    """HbA1c in mmol/mol: rises before the diagnosis, falls with treatment, is stepped up each time it passes 58."""
    points: list[tuple[float, float]] = [(found - 900, 42.0), (found - 200, chance.between(50, 56))]
    day: float = found
    level = chance.between(66, 92)
    while day < last:
        target = chance.between(46, 51)
        points += approach(day, level, target, 35, day + 210)
        rising_days = chance.between(650, 1100)
        day += 210 + rising_days
        level = chance.between(58, 66)
        points.append((day - 1, level))
    return tuple(points)


def _fasting_glucose(hba1c: float) -> float:
    """Fasting glucose (mmol/L) that goes with an HbA1c (mmol/mol): the fixed equation to mean glucose, less some."""
    per_cent = 0.0915 * hba1c + 2.15
    return 0.92 * (1.5944 * per_cent - 2.594)


def _diabetes_visits(found: int, last: int, chance: Chance) -> list[Visit]:
    yearly = ("hba1c", *LIPIDS, *KIDNEY, "alat", "acr", "hb")
    visits = [
        Visit(found, "practice", (*yearly, "glucose", "tsh"), note="Træthed og tørst. Diabetes?"),
        Visit(found + 14, "practice", ("hba1c", "glucose"), note="Kontrol af forhøjet HbA1c"),
        Visit(found - 1, "point-of-care", ("glucose-capillary",), hour=10.5),
    ]
    for number, day in enumerate(every(found + 91, last, 95)):
        panel = yearly if number % 4 == 3 else ("hba1c",)
        note = "Diabetes, årskontrol" if number % 4 == 3 else "Diabetes, kontrol"
        visits.append(Visit(day + chance.whole(-6, 6), "practice", panel, chance.between(8, 11), note))
        if number % 2:
            visits.append(Visit(day + chance.whole(7, 20), "point-of-care", ("glucose-capillary",), 9.5))
    visits += [Visit(day, "foot", FOOT, 13.0) for day in every(found + 120, last, 365)]
    return visits


def hypothyroidism(span: Span, chance: Chance, *, onset: float = 0.2) -> Course:
    """TSH creeps up and T4 down until levothyroxine is started; two adjustments, then yearly control."""
    found = span.part(onset)
    high = chance.between(28, 75)
    tsh = (
        (found - 700, 3.0), (found - 200, 9.0), (found, high), (found + 42, high * 0.35), (found + 84, 9.5),
        (found + 90, 9.5), (found + 140, 4.9), (found + 200, 2.2), (found + 1100, 2.0), (found + 1500, 5.6),
        (found + 1560, 5.6), (found + 1640, 2.1),
    )  # fmt: skip
    t4 = ((found - 700, 14.0), (found, 8.2), (found + 42, 11.5), (found + 90, 13.0), (found + 200, 16.5))
    curves = (
        Curve("tsh", "level", tsh),
        Curve("t4-free", "level", t4),
        Curve("cholesterol", "factor", ((found - 400, 1.0), (found, 1.22), (found + 200, 1.0))),
    )
    thyroid = ("tsh", "t4-free")
    days = [found + step for step in (42, 88, 140, 210)] + every(found + 500, span.last, 365)
    visits = [Visit(found, "practice", (*thyroid, *HAEMATOLOGY, "cholesterol"), note="Træt, fryser, vægtøgning")]
    visits += [Visit(day, "practice", thyroid, chance.between(8, 11), "Stofskifte, kontrol") for day in days]
    return Course(curves, tuple(visits))


def hyperthyroidism(span: Span, chance: Chance, *, onset: float = 0.3) -> Course:
    """TSH is gone and T4, T3 are high; thiamazole brings them down, TSH follows late; a relapse after the treatment."""
    found = span.part(onset)
    high = chance.between(38, 58)
    relapse = found + 900
    tsh = (
        (found - 200, 1.2), (found - 60, 0.003), (found + 70, 0.003), (found + 130, 0.35), (found + 200, 1.4),
        (relapse - 60, 1.3), (relapse, 0.02), (relapse + 60, 0.02), (relapse + 180, 1.1),
    )  # fmt: skip
    t4 = (
        (found - 200, 16.0), (found, high), (found + 30, 25.0), (found + 80, 16.0), (relapse - 60, 16.5),
        (relapse, 27.0), (relapse + 60, 17.0),
    )  # fmt: skip
    curves = (
        Curve("tsh", "level", tsh),
        Curve("t4-free", "level", t4),
        Curve("t3-free", "level", tuple((day, 0.29 * level + 0.2) for day, level in t4)),
        Curve("neutrophils", "factor", ((found, 1.0), (found + 30, 0.8), (found + 540, 0.8), (found + 600, 1.0))),
    )
    thyroid = ("tsh", "t4-free", "t3-free")
    safety = ("leukocytes", "neutrophils", "alat")
    visits = [Visit(found, "practice", (*thyroid, *HAEMATOLOGY, "alat"), note="Hjertebanken, vægttab")]
    for number, day in enumerate([*every(found + 21, found + 540, 42), *every(found + 620, span.last, 140), relapse]):
        panel = (*thyroid, *safety) if number < 12 else thyroid
        visits.append(Visit(day, "medical-clinic", panel, chance.between(8, 10), "Thyreotoksikose, kontrol"))
    return Course(curves, tuple(visits))
