"""A registry to begin with: the seed cases of comparability.md, and the laboratories of the invented country.

Every verdict here is for demonstration and tests. Before a patient is looked at by it, clinical biochemistry must
confirm each one; a released registry says who did. Units are in normal form (labbro.codes.units).
"""

from __future__ import annotations

import datetime as dt

from labbro.comparability.model import (
    Assertion,
    CodeRef,
    Conversion,
    Entries,
    Evidence,
    Figure,
    Group,
    Measurand,
    Procedure,
    Scope,
    Verdict,
)

SOURCE = "seed cases, not confirmed by clinical biochemistry"
_FACTS = Evidence(kind="statement", source="comparability.md, sections 3 and 7")


def national(value: str) -> CodeRef:
    """An NPU or DNK code."""
    return CodeRef("iupac", value, "SST")


# The invented hospital of Sønderlund answers cholesterol under a code of its own.
LOCAL_CHOLESTEROL = CodeRef("lokal", "QSL00310", "QSL")


def _invented(percent: float) -> Figure:
    """A coefficient of variation for demonstration: the synthetic catalogue's own, no laboratory's and no study's."""
    return Figure(percent=percent, source="opdigtet demonstrationstal / invented demonstration figure")


def _measurand(name: str, da: str, en: str, unit: str, *codes: str, within: float | None = None) -> Measurand:
    return Measurand(
        measurand_id=name,
        label_da=da,
        label_en=en,
        unit=unit,
        codes=tuple(map(national, codes)),
        within=None if within is None else _invented(within),
    )


MEASURANDS = (
    _measurand("hba1c", "HbA1c", "HbA1c", "mmol/mol", "NPU27300", "NPU03835", "NPU27412", within=2),
    _measurand("haemoglobin", "Hæmoglobin", "Haemoglobin", "mmol/L", "NPU02319", "NPU28309", within=2.5),
    _measurand("crp", "C-reaktivt protein", "C-reactive protein", "mg/L", "NPU19748", "NPU01423"),
    _measurand("alat", "ALAT", "ALT", "U/L", "NPU19651", "NPU19981", "NPU01129"),
    _measurand("troponin", "Troponin", "Troponin", "ng/L", "NPU27501", "NPU19923"),
    _measurand("psa", "PSA", "PSA", "ug/L", "NPU08669", within=12),
    _measurand("creatinine", "Kreatinin", "Creatinine", "umol/L", "NPU18016", "NPU04998", "NPU01807", within=4.5),
    _measurand("acr", "Albumin/kreatinin-ratio", "Albumin/creatinine ratio", "mg/g", "NPU19661", "NPU28842"),
    _measurand("igg", "Immunglobulin G", "Immunoglobulin G", "g/L", "NPU19814", "NPU02481"),
    _measurand("glucose", "Glukose", "Glucose", "mmol/L", "NPU02192", "NPU21531", "NPU22089", "NPU02187"),
    _measurand("egfr", "eGFR", "eGFR", "mL/min/1.73m²", "DNK35131", "DNK35301", "DNK35302", "DNK35303"),
    Measurand(
        measurand_id="urine-culture",
        label_da="Urindyrkning",
        label_en="Urine culture",
        unit="1",
        scale="nominal",
        codes=(national("NPU16328"), national("NPU18542")),
    ),
    _measurand("antithrombin", "Antitrombin", "Antithrombin", "10^3IU/L", "NPU01280", "NPU29992"),
    _measurand("tsh", "TSH", "TSH", "10^-3IU/L", "NPU27547"),
    _measurand("ferritin", "Ferritin", "Ferritin", "ug/L", "NPU19763", within=12),
    Measurand(
        measurand_id="cholesterol",
        label_da="Kolesterol",
        label_en="Cholesterol",
        unit="mmol/L",
        codes=(national("NPU01566"), LOCAL_CHOLESTEROL),
        within=_invented(5),
    ),
)


def _procedure(name: str, measurand: str, code: str, unit: str | None, **more: object) -> Procedure:
    told: dict[str, object] = {"source": SOURCE, **more}
    return Procedure(
        procedure_id=name,
        measurand_id=measurand,
        codes=(national(code),),
        unit=unit,
        **told,  # type: ignore[arg-type]
    )


_TWO_CALIBRATIONS = dt.date(2022, 3, 1)
_NEW_TSH = dt.date(2022, 2, 1)
_NEW_FERRITIN = dt.date(2020, 10, 5)
_NEW_FERRITIN_QKL = dt.date(2024, 2, 5)
_NEW_ALAT = dt.date(2023, 9, 4)
_NEW_CREATININE = dt.date(2018, 1, 15)

PROCEDURES = (
    _procedure("hba1c-ifcc", "hba1c", "NPU27300", "mmol/mol", principle="IFCC", traceability="A"),
    _procedure("hba1c-dcct", "hba1c", "NPU03835", "%", principle="DCCT"),
    _procedure("hba1c-mean-glucose", "hba1c", "NPU27412", "mmol/L", formula="middelglukose beregnet af HbA1c"),
    _procedure("hba1c-poc", "hba1c", "NPU27300", "mmol/mol", principle="IFCC", point_of_care=True),
    _procedure("haemoglobin-molar", "haemoglobin", "NPU02319", "mmol/L", traceability="A", kind="substance"),
    _procedure("haemoglobin-mass", "haemoglobin", "NPU28309", "g/L", traceability="A", kind="mass"),
    _procedure("crp-mass", "crp", "NPU19748", "mg/L", kind="mass"),
    _procedure("crp-molar", "crp", "NPU01423", "nmol/L", kind="substance"),
    _procedure("crp-poc", "crp", "NPU19748", "mg/L", kind="mass", point_of_care=True),
    _procedure("alat-ifcc", "alat", "NPU19651", "U/L", principle="IFCC med pyridoxalfosfat", kind="catalytic"),
    _procedure("alat-ukat", "alat", "NPU19981", "ukat/L", principle="IFCC med pyridoxalfosfat", kind="catalytic"),
    _procedure("alat-older-code", "alat", "NPU01129", "U/L", kind="catalytic"),
    _procedure("troponin-t", "troponin", "NPU27501", "ng/L", principle="troponin T, højsensitiv"),
    _procedure("troponin-i", "troponin", "NPU19923", "ug/L", principle="troponin I"),
    _procedure("troponin-i-qsl", "troponin", "NPU19923", "ng/L", producer="QSL", device="Aprox 900"),
    _procedure("troponin-i-qeb", "troponin", "NPU19923", "ng/L", producer="QEB", device="Betalyt 6"),
    _procedure(
        "psa-qkl-who",
        "psa",
        "NPU08669",
        "ug/L",
        producer="QKL",
        calibrator="WHO-kalibreret",
        traceability="C",
        valid_to=_TWO_CALIBRATIONS,
    ),
    _procedure(
        "psa-qkl-hybritech",
        "psa",
        "NPU08669",
        "ug/L",
        producer="QKL",
        calibrator="Hybritech-kalibreret",
        traceability="C",
        valid_from=_TWO_CALIBRATIONS,
    ),
    _procedure("psa-qsl-who", "psa", "NPU08669", "ug/L", producer="QSL", calibrator="WHO-kalibreret"),
    _procedure("creatinine-enzymatic", "creatinine", "NPU04998", "umol/L", principle="enzymatisk", traceability="A"),
    _procedure("creatinine-jaffe", "creatinine", "NPU01807", "umol/L", principle="Jaffe"),
    _procedure(
        "creatinine-qkl",
        "creatinine",
        "NPU18016",
        "umol/L",
        producer="QKL",
        principle="enzymatisk",
        traceability="A",
        valid_from=_NEW_CREATININE,
    ),
    _procedure("creatinine-qsl", "creatinine", "NPU18016", "umol/L", producer="QSL", principle="Jaffe"),
    _procedure("creatinine-qeb", "creatinine", "NPU18016", "umol/L", producer="QEB", principle="enzymatisk"),
    _procedure("acr-mass", "acr", "NPU19661", "mg/g"),
    _procedure("acr-molar", "acr", "NPU28842", "mg/mmol"),
    _procedure("igg-mass", "igg", "NPU19814", "g/L", kind="mass"),
    _procedure("igg-molar", "igg", "NPU02481", "umol/L", kind="substance"),
    _procedure("glucose-plasma", "glucose", "NPU02192", "mmol/L", specimen="plasma"),
    _procedure("glucose-venous", "glucose", "NPU21531", "mmol/L", specimen="veneplasma"),
    _procedure("glucose-capillary", "glucose", "NPU22089", "mmol/L", specimen="kapillærplasma"),
    _procedure("glucose-blood", "glucose", "NPU02187", "mmol/L", specimen="fuldblod"),
    _procedure("egfr-mdrd", "egfr", "DNK35131", "mL/min/1.73m²", formula="MDRD"),
    _procedure("egfr-ckdepi-2009", "egfr", "DNK35302", "mL/min/1.73m²", formula="CKD-EPI 2009"),
    _procedure("egfr-cystatin-c", "egfr", "DNK35301", "mL/min/1.73m²", formula="cystatin C"),
    _procedure("egfr-combined", "egfr", "DNK35303", "mL/min/1.73m²", formula="kreatinin og cystatin C"),
    _procedure("urine-midstream", "urine-culture", "NPU16328", None, specimen="midtstråleurin"),
    _procedure("urine-unspecified", "urine-culture", "NPU18542", None, specimen="urin, uspecificeret"),
    _procedure("antithrombin-older-code", "antithrombin", "NPU01280", "10^3IU/L"),
    _procedure("antithrombin-xa", "antithrombin", "NPU29992", "10^3IU/L", principle="faktor Xa"),
    _procedure("tsh-qkl-first", "tsh", "NPU27547", "10^-3IU/L", producer="QKL", device="Aprox 700", valid_to=_NEW_TSH),
    _procedure("tsh-qkl", "tsh", "NPU27547", "10^-3IU/L", producer="QKL", device="Betalyt 8", valid_from=_NEW_TSH),
    _procedure(
        "ferritin-qeb-first", "ferritin", "NPU19763", "ug/L", producer="QEB", device="Betalyt 4", valid_to=_NEW_FERRITIN
    ),
    _procedure(
        "ferritin-qeb", "ferritin", "NPU19763", "ug/L", producer="QEB", device="Betalyt 8", valid_from=_NEW_FERRITIN
    ),
    _procedure(
        "ferritin-qkl-first", "ferritin", "NPU19763", "ug/L", producer="QKL", device="Aprox 700",
        valid_to=_NEW_FERRITIN_QKL,
    ),
    _procedure(
        "ferritin-qkl", "ferritin", "NPU19763", "ug/L", producer="QKL", device="Betalyt 8",
        valid_from=_NEW_FERRITIN_QKL,
    ),
    _procedure("cholesterol", "cholesterol", "NPU01566", "mmol/L", principle="enzymatisk", traceability="A"),
    Procedure(
        procedure_id="cholesterol-qsl-local", measurand_id="cholesterol", codes=(LOCAL_CHOLESTEROL,), producer="QSL",
        principle="enzymatisk", device="Aprox 700", traceability="A", unit="mmol/L", source=SOURCE,
    ),
    _procedure("alat-qsl-first", "alat", "NPU19651", "U/L", producer="QSL", principle="uden pyridoxalfosfat",
               valid_to=_NEW_ALAT),
    _procedure("alat-qsl", "alat", "NPU19651", "U/L", producer="QSL", principle="IFCC med pyridoxalfosfat",
               valid_from=_NEW_ALAT),
)  # fmt: skip

GROUPS = (
    Group(group_id="hba1c", measurand_id="hba1c", anchor_procedure_id="hba1c-ifcc", label_da="HbA1c (IFCC)",
          label_en="HbA1c (IFCC)", unit="mmol/mol", analytical=_invented(2)),
    Group(group_id="haemoglobin", measurand_id="haemoglobin", anchor_procedure_id="haemoglobin-molar",
          label_da="Hæmoglobin", label_en="Haemoglobin", unit="mmol/L", analytical=_invented(1)),
    Group(group_id="crp", measurand_id="crp", anchor_procedure_id="crp-mass", label_da="CRP, laboratorium",
          label_en="CRP, laboratory", unit="mg/L"),
    Group(group_id="alat", measurand_id="alat", anchor_procedure_id="alat-ifcc", label_da="ALAT (IFCC)",
          label_en="ALT (IFCC)", unit="U/L"),
    Group(group_id="troponin-t", measurand_id="troponin", anchor_procedure_id="troponin-t",
          label_da="Troponin T, højsensitiv", label_en="Troponin T, high-sensitive", unit="ng/L"),
    Group(group_id="psa-who", measurand_id="psa", anchor_procedure_id="psa-qkl-who", label_da="PSA, WHO-kalibreret",
          label_en="PSA, WHO calibration", unit="ug/L", analytical=_invented(4)),
    Group(group_id="creatinine-enzymatic", measurand_id="creatinine", anchor_procedure_id="creatinine-enzymatic",
          label_da="Kreatinin, enzymatisk", label_en="Creatinine, enzymatic", unit="umol/L", analytical=_invented(2)),
    Group(group_id="acr", measurand_id="acr", anchor_procedure_id="acr-mass", label_da="Albumin/kreatinin-ratio",
          label_en="Albumin/creatinine ratio", unit="mg/g"),
    Group(group_id="igg", measurand_id="igg", anchor_procedure_id="igg-mass", label_da="Immunglobulin G",
          label_en="Immunoglobulin G", unit="g/L"),
    Group(group_id="glucose-venous", measurand_id="glucose", anchor_procedure_id="glucose-venous",
          label_da="Glukose i veneplasma", label_en="Glucose in venous plasma", unit="mmol/L"),
    Group(group_id="egfr-ckdepi-2009", measurand_id="egfr", anchor_procedure_id="egfr-ckdepi-2009",
          label_da="eGFR (CKD-EPI 2009)", label_en="eGFR (CKD-EPI 2009)", unit="mL/min/1.73m²"),
    Group(group_id="urine-midstream", measurand_id="urine-culture", anchor_procedure_id="urine-midstream",
          label_da="Dyrkning af midtstråleurin", label_en="Culture of midstream urine", unit="1"),
    Group(group_id="tsh-qkl", measurand_id="tsh", anchor_procedure_id="tsh-qkl", label_da="TSH, Betalyt",
          label_en="TSH, Betalyt", unit="10^-3IU/L"),
    Group(group_id="ferritin-qeb", measurand_id="ferritin", anchor_procedure_id="ferritin-qeb",
          label_da="Ferritin, Betalyt", label_en="Ferritin, Betalyt", unit="ug/L", analytical=_invented(5)),
    Group(group_id="cholesterol", measurand_id="cholesterol", anchor_procedure_id="cholesterol",
          label_da="Kolesterol", label_en="Cholesterol", unit="mmol/L", analytical=_invented(2)),
)  # fmt: skip


def _says(
    group: str, procedure: str, verdict: Verdict, note_da: str = "", note_en: str = "", **more: object
) -> Assertion:
    told: dict[str, object] = {"evidence": (_FACTS,), **more}
    return Assertion(
        assertion_id=f"{group}:{procedure}",
        group_id=group,
        procedure_id=procedure,
        verdict=verdict,
        note_da=note_da,
        note_en=note_en,
        decided_by=SOURCE,
        **told,  # type: ignore[arg-type]
    )


_FORMULA = ("Formlen er metoden; resultater af to formler blandes aldrig.", "The formula is the method; never mixed.")
_CALIBRATION = (
    "Hybritech-kalibrering giver 20-25 % højere værdier end WHO.",
    "Hybritech calibration reads 20 to 25 % above WHO.",
)
_STUDY_FERRITIN = Evidence(
    kind="study", source="invented comparison at QEB, 2020", count=62, low=8, high=900, slope=1.04, slope_low=1.02,
    slope_high=1.06, intercept=0.6, intercept_low=-0.4, intercept_high=1.5, bias_percent=5.2,
)  # fmt: skip

_STUDY_FERRITIN_QKL = Evidence(
    kind="study", source="invented comparison at QKL, 2024", count=58, low=10, high=800, slope=0.935, slope_low=0.915,
    slope_high=0.955, intercept=-0.3, intercept_low=-1.2, intercept_high=0.7, bias_percent=-6.5,
)  # fmt: skip

ASSERTIONS = (
    _says("hba1c", "hba1c-dcct", "convertible", "Fast ligning.", "A fixed equation."),
    _says(
        "hba1c",
        "hba1c-mean-glucose",
        "not",
        "Middelglukose er en anden størrelse.",
        "Mean glucose is another quantity.",
    ),
    _says("hba1c", "hba1c-poc", "not", "Patientnær måling står for sig.", "Point of care stands alone."),
    _says("haemoglobin", "haemoglobin-mass", "same"),
    _says("crp", "crp-molar", "same"),
    _says("crp", "crp-poc", "not", "Patientnær måling står for sig.", "Point of care stands alone."),
    _says("alat", "alat-ukat", "same"),
    _says("alat", "alat-qsl", "comparable"),
    _says("alat", "alat-qsl-first", "not", "Uden pyridoxalfosfat.", "Without pyridoxal phosphate."),
    _says("troponin-t", "troponin-i", "not", "Troponin I og T er forskellige.", "Troponin I and T differ."),
    _says("troponin-t", "troponin-i-qsl", "not", "Troponin I og T er forskellige.", "Troponin I and T differ."),
    _says("troponin-t", "troponin-i-qeb", "not", "Troponin I og T er forskellige.", "Troponin I and T differ."),
    _says("psa-who", "psa-qkl-hybritech", "not", *_CALIBRATION),
    _says("psa-who", "psa-qsl-who", "comparable"),
    _says("creatinine-enzymatic", "creatinine-qkl", "same"),
    _says("creatinine-enzymatic", "creatinine-qeb", "same"),
    _says("creatinine-enzymatic", "creatinine-jaffe", "not", "Jaffe måler også andet.", "Jaffe measures more."),
    _says("creatinine-enzymatic", "creatinine-qsl", "not", "Jaffe måler også andet.", "Jaffe measures more."),
    _says("acr", "acr-molar", "same"),
    _says("igg", "igg-molar", "same"),
    _says("glucose-venous", "glucose-plasma", "not", "Prøvematerialet er et andet.", "Another specimen."),
    _says("glucose-venous", "glucose-capillary", "not", "Prøvematerialet er et andet.", "Another specimen."),
    _says("glucose-venous", "glucose-blood", "not", "Prøvematerialet er et andet.", "Another specimen."),
    _says("egfr-ckdepi-2009", "egfr-mdrd", "not", *_FORMULA),
    _says("egfr-ckdepi-2009", "egfr-cystatin-c", "not", *_FORMULA),
    _says("egfr-ckdepi-2009", "egfr-combined", "not", *_FORMULA),
    _says("urine-midstream", "urine-unspecified", "not", "Prøvematerialet er et andet.", "Another specimen."),
    _says(
        "tsh-qkl",
        "tsh-qkl-first",
        "not",
        "De to analyser er ikke kalibreret ens.",
        "The two assays are not calibrated alike.",
    ),
    _says(
        "ferritin-qeb",
        "ferritin-qeb-first",
        "caution",
        "Nyt apparat 5. oktober 2020: omkring 5 % højere.",
        "New device on 5 October 2020: about 5 % higher.",
        evidence=(_STUDY_FERRITIN,),
        scope=Scope(low=8, high=900),
        allowable_percent=8.0,
        bias_percent=5.2,
    ),
    _says("ferritin-qeb", "ferritin-qkl", "same"),
    _says(
        "ferritin-qeb",
        "ferritin-qkl-first",
        "caution",
        "Nyt apparat 5. februar 2024: omkring 7 % højere.",
        "New device on 5 February 2024: about 7 % higher.",
        evidence=(_STUDY_FERRITIN_QKL,),
        scope=Scope(low=10, high=800),
        allowable_percent=8.0,
        bias_percent=-6.5,
    ),
    _says("cholesterol", "cholesterol-qsl-local", "comparable"),
)


def _conversion(measurand: str, a: str, b: str, factor: float, equation: str, offset: float = 0.0) -> Conversion:
    return Conversion(
        measurand_id=measurand,
        from_unit=a,
        to_unit=b,
        factor=factor,
        offset=offset,
        equation=equation,
        source="comparability.md",
    )


CONVERSIONS = (
    _conversion("hba1c", "mmol/mol", "%", 0.0915, "NGSP % = 0,0915 · IFCC + 2,15", 2.15),
    _conversion("haemoglobin", "g/L", "mmol/L", 1 / 16.1145, "molmasse 16 114,5 g/mol pr. Fe"),
    _conversion("crp", "nmol/L", "mg/L", 0.105, "mg/L = 0,105 · nmol/L"),
    _conversion("alat", "ukat/L", "U/L", 60.0, "U/L = 60 · µkat/L"),
    _conversion("acr", "mg/mmol", "mg/g", 1 / 0.11312, "molmasse af kreatinin 113,12 g/mol"),
    _conversion("igg", "umol/L", "g/L", 0.1499, "g/L = 0,1499 · µmol/L"),
)

SEED = Entries(
    measurands=MEASURANDS,
    procedures=PROCEDURES,
    groups=GROUPS,
    assertions=ASSERTIONS,
    conversions=CONVERSIONS,
)
