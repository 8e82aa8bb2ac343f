"""Who lives in the demonstration: names, stories in two languages, courses. Nobody here exists."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from labbro.codes.cpr import Sex
from labbro.synthetic import papers
from labbro.synthetic.chance import Chance
from labbro.synthetic.courses import acute, blood, kidney, metabolic, routine
from labbro.synthetic.courses.course import Course, Span
from labbro.synthetic.papers import Papers

Told = Callable[[Span, Chance], Course]


class Character(msgspec.Struct, frozen=True):
    """A demonstration person. `practices`: places in country.PRACTICES, two when the person has moved.

    `replacement` is a number used in place of a CPR number (X-eCPR). `papers`: microbiology, pathology, genetics and
    requests besides the blood. `moved_at`: when, as a part of the span. `first_to_see`: offered before the others.
    """

    given_name: str
    surname: str
    sex: Sex
    born: tuple[int, int, int]
    practices: tuple[int, ...]
    story_da: str
    story_en: str
    courses: tuple[Told, ...]
    refuses: bool = False
    replacement: str = ""
    papers: tuple[Papers, ...] = ()
    moved_at: float = 0.55
    first_to_see: bool = False


def _days_ago(days: int, course: Callable[..., Course], **more: object) -> Told:
    """A course whose event was some days before today."""
    return lambda span, chance: course(span, chance, at=1 - days / span.days, **more)


_check_ups = routine.check_ups
_diabetes = metabolic.type_2_diabetes
_often = partial(routine.check_ups, step_days=190)
_seldom = partial(routine.check_ups, step_days=900)


def _events(span: Span, chance: Chance) -> Course:
    return routine.events(span, chance, "corrected", "haemolysed", "twice", "failed", "staged", "corrected")


CHARACTERS = (
    Character(
        "Agnete", "Mosebjerg", "female", (1948, 3, 14), (0,),
        "Over 1.500 svar på ti år; urindyrkninger og en rettet bloddyrkning med resistens",
        "More than 1,500 results in ten years; urine cultures and a corrected blood culture with susceptibility",
        (
            partial(_diabetes, onset=0.03, kidneys_suffer=True), partial(kidney.chronic_kidney_disease, worst=2.9),
            partial(blood.warfarin, onset=0.2), partial(blood.iron_deficiency, onset=0.62),
            routine.blood_pressure, _often, partial(acute.pneumonia, at=0.33), _days_ago(150, acute.pneumonia),
            partial(acute.chest_pain, at=0.74, infarction=False), partial(acute.urinary_infection, at=0.47),
            partial(acute.pneumonia, at=0.66, severity=0.6), partial(acute.urinary_infection, at=0.88),
        ),
        papers=(papers.urine_cultures, papers.blood_culture_corrected),
    ),
    Character(
        "Birger", "Hasselkrog", "male", (1963, 11, 2), (0,),
        "Indlagt for to dage siden med lungebetændelse; nogle svar er foreløbige, rekvisitioner delvis besvaret",
        "Admitted two days ago with pneumonia; some results are preliminary, requisitions answered in part",
        (_check_ups, routine.blood_pressure, _days_ago(2, acute.pneumonia), acute.last_evening),
        papers=(papers.admitted, papers.blood_requested),
    ),
    Character(
        "Leif", "Lindtoft", "male", (1957, 6, 25), (5,),
        "Nye prøver: en del af svarene er endnu ikke kommet, en rekvisition er ubesvaret",
        "New samples: some of the results have not arrived yet, one requisition is unanswered",
        (_check_ups, routine.waiting),
        papers=(papers.blood_requested, papers.gut_unanswered),
    ),
    Character(
        "Dagny", "Ravnholm", "female", (1969, 9, 8), (1,),
        "Rettede svar, hæmolyseret prøve, dobbeltbestemmelse; celleprøver og biopsi fra livmoderhalsen (patologi)",
        "Corrected results, a haemolysed sample, a duplicate; smears and a biopsy of the cervix (pathology)",
        (_check_ups, _events),
        papers=(papers.smear_then_biopsy,),
    ),
    Character(
        "Holger", "Klitgaard", "male", (1958, 4, 19), (4,),
        "Type 2-diabetes fundet ved rutineprøve; HbA1c falder efter behandling",
        "Type 2 diabetes found by a routine sample; HbA1c falls with treatment",
        (partial(_diabetes, onset=0.2), _check_ups),
    ),
    Character(
        "Lone", "Birkeholm", "female", (1965, 12, 3), (7,),
        "Diabetes med begyndende nyrepåvirkning og årlig fodstatus",
        "Diabetes with early kidney damage and a yearly foot status",
        (partial(_diabetes, onset=0.05, kidneys_suffer=True), routine.blood_pressure),
    ),
    Character(
        "Mogens", "Stensig", "male", (1951, 2, 27), (4, 0),
        "Flyttet: nyt laboratorium, anden enhed og kode for samme analyse",
        "Has moved: another laboratory, another unit and code for the same analysis",
        (partial(_diabetes, onset=0.02, kidneys_suffer=True), _often),
    ),
    Character(
        "Poul", "Grandal", "male", (1944, 8, 11), (8,),
        "Kronisk nyresygdom i forværring, akut forløb undervejs, behandlet nyreanæmi",
        "Chronic kidney disease getting worse, an acute bout, treated renal anaemia",
        (partial(kidney.chronic_kidney_disease, worst=4.4), _check_ups),
    ),
    Character(
        "Inger", "Engmark", "female", (1952, 5, 30), (2,),
        "Let nedsat nyrefunktion, stabil gennem ti år",
        "Mildly reduced kidney function, stable for ten years",
        (partial(kidney.chronic_kidney_disease, worst=1.5, first=1.3), routine.blood_pressure),
    ),
    Character(
        "Signe", "Lyngtoft", "female", (1991, 7, 16), (3,),
        "Jernmangelanæmi, behandlet: hæmoglobin og ferritin kommer tilbage",
        "Iron deficiency anaemia, treated: haemoglobin and ferritin come back",
        (partial(blood.iron_deficiency, onset=0.9), _seldom),
        papers=(papers.throat_and_chlamydia, papers.smears),
    ),
    Character(
        "Bent", "Høgsund", "male", (1950, 10, 22), (6,),
        "Blødningsanæmi og senere brystsmerter uden blodprop",
        "Anaemia from bleeding, later chest pain without infarction",
        (partial(blood.iron_deficiency, onset=0.45), _check_ups, _days_ago(240, acute.chest_pain, infarction=False)),
    ),
    Character(
        "Karla", "Askekilde", "female", (1939, 1, 29), (9,),
        "B12-mangel med store røde blodlegemer, behandlet; knoglemarv (patologi)",
        "Vitamin B12 deficiency with large red cells, treated; bone marrow (pathology)",
        (partial(blood.b12_deficiency, onset=0.7), _check_ups),
        papers=(papers.marrow,),
    ),
    Character(
        "Ejnar", "Brinkholm", "male", (1941, 4, 4), (1,),
        "Warfarin gennem ti år, INR en gang faretruende høj",
        "Warfarin for ten years, INR once dangerously high",
        (partial(blood.warfarin, onset=0.03), _check_ups),
    ),
    Character(
        "Gudrun", "Fjordbakke", "female", (1947, 11, 18), (8,),
        "Warfarin og en indlæggelse med lungebetændelse",
        "Warfarin and an admission with pneumonia",
        (partial(blood.warfarin, onset=0.5), _days_ago(95, acute.pneumonia, severity=0.8), _check_ups),
    ),
    Character(
        "Maja", "Rosenlund", "female", (1984, 2, 9), (7,),
        "For lavt stofskifte: TSH falder til normalt på behandling",
        "Underactive thyroid: TSH falls to normal with treatment",
        (partial(metabolic.hypothyroidism, onset=0.6), _seldom),
    ),
    Character(
        "Vibeke", "Sivdal", "female", (1972, 6, 1), (9, 2),
        "For lavt stofskifte, flyttet region: nyt referenceinterval",
        "Underactive thyroid, moved to another region: new reference interval",
        (partial(metabolic.hypothyroidism, onset=0.25), _check_ups),
    ),
    Character(
        "Troels", "Hedeborg", "male", (1979, 3, 23), (0,),
        "For højt stofskifte, tilbagefald; arveligt højt kolesterol (genetik)",
        "Overactive thyroid, relapse; inherited high cholesterol (genetics)",
        (partial(metabolic.hyperthyroidism, onset=0.55), _seldom),
        papers=(papers.family_cholesterol,),
    ),
    Character(
        "Rigmor", "Kløvertoft", "female", (1955, 8, 28), (5,),
        "For højt stofskifte og forhøjet blodtryk målt hjemme",
        "Overactive thyroid and high blood pressure measured at home",
        (partial(metabolic.hyperthyroidism, onset=0.3), routine.blood_pressure),
        papers=(papers.throat_negative, papers.smears),
    ),
    Character(
        "Svend", "Skovvang", "male", (1962, 12, 12), (3,),
        "Svær lungebetændelse for tre uger siden, nu udskrevet",
        "Severe pneumonia three weeks ago, now discharged",
        (_days_ago(21, acute.pneumonia, severity=1.2), _check_ups),
    ),
    Character(
        "Ebba", "Bøgeskov", "female", (1936, 10, 5), (8,),
        "To indlæggelser med infektion; urindyrkning med multiresistente bakterier (mikrobiologi)",
        "Two admissions with infection; a urine culture with multi-resistant bacteria (microbiology)",
        (
            partial(acute.pneumonia, at=0.55), _days_ago(310, acute.pneumonia, severity=0.7), _check_ups,
            _days_ago(40, acute.urinary_infection), _days_ago(500, acute.urinary_infection),
        ),
        papers=(papers.resistant_urine,),
    ),
    Character(
        "Nanna", "Engtoft", "female", (1998, 5, 7), (4,),
        "Urinvejsinfektion: stix og CRP målt i egen læges praksis",
        "Urinary infection: dipstick and CRP measured in the practice",
        (_days_ago(33, acute.urinary_infection), _days_ago(410, acute.urinary_infection), _seldom),
    ),
    Character(
        "Knud", "Linddal", "male", (1953, 7, 21), (1,),
        "Blodprop i hjertet sidste år: troponin stiger og falder",
        "Heart attack last year: troponin rises and falls",
        (_days_ago(380, acute.chest_pain), routine.blood_pressure, _check_ups),
    ),
    Character(
        "Ulla", "Mosetoft", "female", (1960, 9, 26), (9,),
        "Brystsmerter, troponin uændret lav: ingen blodprop",
        "Chest pain, troponin stays low: no infarction",
        (_days_ago(75, acute.chest_pain, infarction=False), _check_ups),
    ),
    Character(
        "Rune", "Askelund", "male", (1976, 4, 13), (6,),
        "Lithium gennem ti år, en gang for højt",
        "Lithium for ten years, once too high",
        (routine.lithium, _seldom),
    ),
    Character(
        "Frode", "Granmark", "male", (1949, 2, 17), (7,),
        "PSA stiger, biopsier (patologi), operation, derefter under målegrænsen",
        "PSA rises, biopsies (pathology), operation, then below what can be measured",
        (routine.prostate, _check_ups),
        papers=(papers.prostate_biopsies,),
    ),
    Character(
        "Hedvig", "Høgsdal", "female", (1943, 3, 6), (2,),
        "Diabetes, lavt stofskifte og warfarin: kontroller hos egen læge",
        "Diabetes, underactive thyroid and warfarin: controls in the practice",
        (
            partial(_diabetes, onset=0.1), partial(metabolic.hypothyroidism, onset=0.35),
            partial(blood.warfarin, onset=0.4), routine.blood_pressure,
        ),
    ),
    Character(
        "Merete", "Rosenkrog", "female", (1978, 12, 29), (0,),
        "Har frabedt sig, at andre ser svarene",
        "Has refused that others see the results",
        (_check_ups, partial(blood.iron_deficiency, onset=0.8)), refuses=True,
        papers=(papers.throat_and_chlamydia, papers.smears),
    ),
    Character(
        "Thyra", "Birkeholm", "female", (1931, 6, 14), (5,),
        "Meget gammel: nedsat nyrefunktion, blodmangel; MRSA fundet ved screening",
        "Very old: reduced kidney function, anaemia; MRSA found by screening",
        (
            partial(kidney.chronic_kidney_disease, worst=2.2), partial(blood.b12_deficiency, onset=0.5),
            _days_ago(120, acute.urinary_infection), _days_ago(700, acute.pneumonia, severity=0.6),
        ),
        papers=(papers.carrier,),
    ),
    Character(
        "Solveig", "Fjordskov", "female", (1988, 11, 11), (3,),
        "Rask: få prøver, celleprøver og et modermærke fjernet (patologi)",
        "Healthy: few samples, smears and a mole removed (pathology)",
        (_check_ups,),
        papers=(papers.smears, papers.mole),
    ),
    Character(
        "Asger", "Klitmark", "male", (2001, 8, 3), (6,),
        "Rask ung mand, to helbredskontroller; genetik uden fund",
        "Healthy young man, two health checks; genetics without finding",
        (partial(routine.check_ups, step_days=1900),),
        papers=(papers.iron_not_inherited,),
    ),
    Character(
        "Ukendt", "Turist", "female", (1985, 7, 4), (0,),
        "Erstatningsnummer (X-eCPR) i stedet for CPR-nummer",
        "Replacement number (X-eCPR) in place of a CPR number",
        (_days_ago(12, acute.chest_pain, infarction=False),), replacement="0407851QX4",
    ),
    Character(
        "Viggo", "Strandmark", "male", (1958, 1, 24), (5, 1),
        "Sammenlignelighed: PSA og kreatinin ser ud til at ændre sig, men det er metoden; andre enheder og en lokal "
        "kode samles, og ferritin har et metodeskift med forbehold",
        "Comparability: PSA and creatinine seem to change, but it is the method; other units and a local code are "
        "merged, and ferritin has a change of method, with caution",
        (routine.other_methods,), moved_at=0.32, first_to_see=True,
    ),
)  # fmt: skip
