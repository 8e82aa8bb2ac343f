"""Iron deficiency, vitamin B12 deficiency, and treatment with warfarin."""

from __future__ import annotations

from labbro.synthetic.body import Curve
from labbro.synthetic.chance import Chance
from labbro.synthetic.courses.course import Course, Span, Visit, every
from labbro.synthetic.panels import HAEMATOLOGY, IRON, KIDNEY

_SMEAR_IRON = (
    "Q0117",
    "Erytrocytmorfologi;B",
    "Udtalt hypokromi og mikrocytose. Enkelte blyantsformede erytrocytter.\nForenelig med jernmangel.",
)
_SMEAR_B12 = (
    "Q0117",
    "Erytrocytmorfologi;B",
    "Makroovalocytter. Hypersegmenterede neutrofile granulocytter.\nB12- eller folatmangel?",
)


def iron_deficiency(span: Span, chance: Chance, *, onset: float = 0.5) -> Course:
    """Anaemia from slow bleeding: found, iron by mouth, reticulocytes answer, haemoglobin and then ferritin recover."""
    found = span.part(onset)
    depth = chance.between(0.62, 0.72)
    well = found + 120
    curves = (
        Curve(
            "hb",
            "factor",
            (
                (found - 420, 1.0),
                (found - 120, 0.93),
                (found, depth),
                (found + 10, depth + 0.02),
                (well, 0.98),
                (well + 60, 1.0),
            ),
        ),
        Curve(
            "mcv",
            "factor",
            ((found - 300, 1.0), (found - 120, 0.94), (found, 0.79), (found + 30, 0.84), (well + 40, 1.0)),
        ),
        Curve(
            "reticulocytes",
            "factor",
            ((found, 0.8), (found + 4, 1.0), (found + 10, 4.2), (found + 30, 1.6), (well, 1.0)),
        ),
        Curve(
            "ferritin", "level", ((found - 900, 60), (found - 300, 18), (found, 4), (found + 40, 14), (well + 100, 62))
        ),
        Curve("iron", "factor", ((found - 400, 1.0), (found - 60, 0.25), (found, 0.2), (found + 30, 0.8), (well, 1.0))),
        Curve("transferrin", "factor", ((found - 400, 1.0), (found, 1.48), (well, 1.1), (well + 90, 1.0))),
        Curve("thrombocytes", "factor", ((found - 200, 1.0), (found, 1.55), (found + 45, 1.1), (well, 1.0))),
    )
    blood = (*HAEMATOLOGY, *IRON, "reticulocytes")
    visits = [
        Visit(found - 1, "point-of-care", ("hb",), 14.2, "Træthed, bleg"),
        Visit(
            found,
            "practice",
            (*blood, "b12", "folate", "crp", "creatinine"),
            note="Hb lav i praksis",
            words=(_SMEAR_IRON,),
        ),
        Visit(found + 10, "practice", ("hb", "reticulocytes"), note="Jernbehandling startet"),
        Visit(found + 28, "practice", blood, note="Kontrol under jernbehandling"),
        Visit(found + 63, "practice", ("hb", "mcv", "ferritin"), note="Kontrol under jernbehandling"),
        Visit(found + 130, "practice", (*HAEMATOLOGY, "ferritin"), note="Kontrol under jernbehandling"),
    ]
    visits += [
        Visit(day, "practice", ("hb", "mcv", "ferritin"), 9.6, "Tidligere jernmangel")
        for day in every(found + 320, span.last, 330)
    ]
    return Course(curves, tuple(visits))


def b12_deficiency(span: Span, chance: Chance, *, onset: float = 0.4) -> Course:
    """Macrocytic anaemia of B12 deficiency; injections bring the blood back within three months."""
    found = span.part(onset)
    curves = (
        Curve("hb", "factor", ((found - 500, 1.0), (found, chance.between(0.68, 0.78)), (found + 90, 1.0))),
        Curve("mcv", "factor", ((found - 700, 1.0), (found, 1.28), (found + 110, 1.0))),
        Curve(
            "b12", "level", ((found - 1200, 230), (found, 68), (found + 7, 900), (found + 120, 620), (span.last, 560))
        ),
        Curve("reticulocytes", "factor", ((found, 0.6), (found + 7, 6.0), (found + 25, 1.0))),
        Curve("ldh", "factor", ((found - 300, 1.0), (found, 3.6), (found + 40, 1.0))),
        Curve("neutrophils", "factor", ((found, 0.7), (found + 60, 1.0))),
        Curve("thrombocytes", "factor", ((found - 200, 1.0), (found, 0.55), (found + 60, 1.0))),
    )
    visits = [
        Visit(
            found,
            "practice",
            (*HAEMATOLOGY, "b12", "folate", "ldh", "reticulocytes"),
            note="Snurren i fødder, træt",
            words=(_SMEAR_B12,),
        ),
        Visit(found + 8, "practice", ("hb", "reticulocytes"), note="B12 startet"),
        Visit(found + 60, "practice", (*HAEMATOLOGY, "ldh"), note="B12, kontrol"),
    ]
    visits += [
        Visit(day, "practice", (*HAEMATOLOGY, "b12"), 9.3, "B12, kontrol") for day in every(found + 365, span.last, 365)
    ]
    return Course(curves, tuple(visits))


def warfarin(span: Span, chance: Chance, *, onset: float = 0.05) -> Course:
    """From a day on: INR finds its level in two weeks, wanders within the therapeutic range, is once far above it."""
    start = span.part(onset)
    antibiotics = span.part(chance.between(onset + 0.3, 0.9))
    points: list[tuple[float, float]] = [(start, 1.0), (start + 3, 1.4), (start + 6, 2.2), (start + 10, 2.9)]
    quiet = [day for day in every(start + 24, span.last, 28) if abs(day - antibiotics) > 20]
    level = 2.5
    for day in quiet:
        # It wanders: each month half of what was off the middle is still off.
        level = 2.45 + 0.5 * (level - 2.45) + chance.normal(0, 0.33)
        points.append((day, max(1.4, min(4.2, level))))
    points += [
        (antibiotics - 5, 2.4),
        (antibiotics, 6.0),
        (antibiotics + 1.5, 9.4),
        (antibiotics + 3, 3.6),
        (antibiotics + 9, 2.1),
    ]
    panel = ("inr-treated",)
    visits = [Visit(start, "medical-clinic", ("inr", *HAEMATOLOGY, *KIDNEY, "alat"), note="Atrieflimren, før warfarin")]
    visits += [Visit(start + day, "medical-clinic", panel, 8.5, "Opstart af warfarin") for day in (3, 6, 10, 14)]
    visits += [
        Visit(day + chance.whole(-4, 4), "point-of-care", panel, chance.between(8, 15), "AK-behandling")
        for day in every(start + 24, span.last, 28)
    ]
    visits += [
        Visit(antibiotics, "practice", panel, 9.0, "Får antibiotika. AK-behandling"),
        Visit(
            antibiotics + 1,
            "emergency",
            ("inr-treated", "hb", "thrombocytes", "creatinine", "egfr"),
            11.0,
            "Næseblod, INR høj",
        ),
        Visit(antibiotics + 3, "medical-clinic", panel, 9.0, "AK-behandling, efter pause"),
    ]
    return Course((Curve("inr", "level", tuple(sorted(points))),), tuple(visits))
