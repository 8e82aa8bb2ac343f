"""What healthy people and stable illness bring: yearly control, medicine levels, home measurement, odd events."""

from __future__ import annotations

from labbro.synthetic.body import Curve
from labbro.synthetic.chance import Chance
from labbro.synthetic.courses.course import Course, Happening, Span, Visit, every
from labbro.synthetic.panels import HAEMATOLOGY, KIDNEY, LIPIDS, LIVER, VITAMINS

_WORTH_A_LOOK = ("tsh", "crp", "glucose", "ferritin")


def check_ups(span: Span, chance: Chance, *, step_days: float = 400) -> Course:
    """A broad panel now and then; vitamins every third time."""
    visits: list[Visit] = []
    for number, day in enumerate(every(span.first + chance.whole(5, 150), span.last, step_days)):
        panel = (*HAEMATOLOGY, *KIDNEY, "alat", "hba1c", *LIPIDS, chance.pick(_WORTH_A_LOOK))
        if number % 3 == 1:
            panel = (*panel, *LIVER, *VITAMINS)
        visits.append(Visit(day, "practice", tuple(dict.fromkeys(panel)), chance.between(8, 11.5), "Helbredskontrol"))
    return Course((), tuple(visits))


def blood_pressure(span: Span, chance: Chance) -> Course:
    """High blood pressure: a home average twice a year, electrolytes each year; better after treatment."""
    start = span.part(0.15)
    curves = (
        Curve("systolic", "factor", ((start, 1.24), (start + 30, 1.22), (start + 150, 1.04))),
        Curve("diastolic", "factor", ((start, 1.2), (start + 150, 1.03))),
        # A thiazide lowers potassium a little.
        Curve("potassium", "plus", ((start + 20, 0), (start + 60, -0.3))),
    )
    visits = [Visit(start, "home", ("systolic", "diastolic"), 20.0, "Hjemmeblodtryk, gennemsnit af 3 dage")]
    visits += [
        Visit(
            day + chance.whole(-9, 9),
            "home",
            ("systolic", "diastolic", "weight"),
            chance.between(18, 21),
            "Hjemmeblodtryk",
        )
        for day in every(start + 60, span.last, 182)
    ]
    visits += [
        Visit(day, "practice", KIDNEY, chance.between(8, 11), "Blodtryksbehandling")
        for day in every(start + 21, span.last, 365)
    ]
    return Course(curves, tuple(visits))


def lithium(span: Span, chance: Chance) -> Course:
    """Lithium for years: level every third month, kidneys and thyroid each half-year; once too high by diarrhoea."""
    start = span.part(0.02)
    high = span.part(0.7)
    curves = (
        Curve(
            "lithium",
            "level",
            ((start, 0.0), (start + 7, 0.62), (high - 6, 0.68), (high, 1.35), (high + 5, 0.6), (span.last, 0.64)),
        ),
        Curve(
            "creatinine", "factor", ((start, 1.0), (high - 6, 1.1), (high, 1.5), (high + 9, 1.15), (span.last, 1.22))
        ),
        Curve("tsh", "factor", ((start, 1.0), (span.last, 2.1))),
    )
    visits = [Visit(start, "practice", (*KIDNEY, "tsh", "calcium-ion"), note="Før lithium")]
    for number, day in enumerate(every(start + 14, span.last, 88)):
        panel = ("lithium", *KIDNEY, "tsh", "calcium-ion") if number % 2 else ("lithium",)
        visits.append(Visit(day, "practice", panel, chance.between(8, 9.5), "Lithium, 12-timers værdi"))
    visits.append(Visit(high, "emergency", ("lithium", *KIDNEY, "glucose"), 13.4, "Rysten, diarré. Lithium?", "staged"))
    visits.append(Visit(high + 6, "practice", ("lithium", *KIDNEY), 8.6, "Lithium, efter pause"))
    return Course(curves, tuple(visits))


def prostate(span: Span, chance: Chance) -> Course:
    """PSA rises over the years; after treatment it falls below what can be measured."""
    treated = span.part(0.7)
    curves = (
        Curve(
            "psa",
            "level",
            ((span.first, 2.4), (span.part(0.4), 4.6), (treated - 90, 9.8), (treated, 10.6), (treated + 60, 0.03)),
        ),
    )
    visits = [
        Visit(day, "practice", ("psa",), chance.between(8, 11), "PSA-kontrol")
        for day in every(span.first + 40, treated - 30, 300)
    ]
    visits += [
        Visit(day, "practice", ("psa",), chance.between(8, 11), "PSA efter operation")
        for day in every(treated + 75, span.last, 120)
    ]
    return Course(curves, tuple(visits))


def other_methods(span: Span, chance: Chance) -> Course:
    """Nothing much happens to the person, but much to the methods: stable PSA, creatinine, cholesterol
    and ferritin, well controlled HbA1c.

    Twice a year in the practice; now and then an infection, with CRP measured there and by the laboratory.
    """
    infections = [span.part(part) for part in (0.12, 0.46, 0.71, 0.93)]
    curves = (
        Curve("psa", "level", ((span.first, 2.3), (span.last, 2.6))),
        Curve("hba1c", "level", ((span.first, 54), (span.last, 51))),
        Curve("creatinine", "level", ((span.first, 93), (span.last, 93))),
        Curve("ferritin", "level", ((span.first, 150), (span.last, 150))),
        *(Curve("crp", "plus", ((day - 4, 0), (day, 62), (day + 6, 21), (day + 20, 0))) for day in infections),
    )
    panel = ("hb", "creatinine", "egfr", "potassium", "hba1c", "cholesterol", "psa", "crp")
    iron_since = span.part(0.4)  # asked for when he was tired, and followed since
    visits = [
        Visit(
            day,
            "practice",
            (*panel, "ferritin") if day >= iron_since else panel,
            chance.between(8, 10.5),
            "Halvårskontrol",
        )
        for day in every(span.first + 20, span.last - 12, 182)
    ]
    for day in infections:
        visits.append(Visit(day, "point-of-care", ("crp",), 9.2, "Hoste og feber"))
        visits.append(Visit(day, "practice", ("crp", "hb"), 9.4, "Hoste og feber"))
        visits.append(Visit(day + 6, "point-of-care", ("crp",), 10.3, "Kontrol"))
    return Course(curves, tuple(visits))


def events(span: Span, chance: Chance, *happenings: Happening) -> Course:
    """Samples in hospital or practice with which something happens: one for each, spread over the last two years."""
    visits: list[Visit] = []
    for number, happening in enumerate(happenings):
        day = span.last - 30 - number * 61 - chance.whole(0, 25)
        panel = (*KIDNEY, "hb", "leukocytes", "crp", "ldh", "glucose", "alat")
        visits.append(Visit(day, "medical-clinic", panel, chance.between(8, 12), "Udredning", happening))
    return Course((), tuple(visits))


def waiting(span: Span, chance: Chance) -> Course:
    """A sample taken yesterday of which part has not arrived."""
    panel = (*HAEMATOLOGY, *KIDNEY, "crp", *VITAMINS, "tsh", "ferritin")
    return Course((), (Visit(span.last - 1, "practice", panel, chance.between(9, 11), "Træthed", "waiting"),))
