"""What is ordered together, by keys of the catalogue."""

from __future__ import annotations

HAEMATOLOGY = ("hb", "mcv", "leukocytes", "thrombocytes")
DIFFERENTIAL = ("neutrophils", "lymphocytes", "monocytes", "eosinophils", "basophils")
KIDNEY = ("sodium", "potassium", "creatinine", "egfr")
LIVER = ("albumin", "alat", "alp", "bilirubin")
LIPIDS = ("cholesterol", "hdl", "ldl", "triglyceride")
IRON = ("ferritin", "iron", "transferrin", "transferrin-saturation")
VITAMINS = ("b12", "folate", "vitamin-d")
BLOOD_GAS = ("ph", "pco2", "po2", "base-excess", "bicarbonate")
MINERALS = ("calcium-ion", "phosphate", "magnesium")
DIPSTICK = ("u-leukocytes", "u-nitrite", "u-protein", "u-glucose", "u-blood")
ADMISSION = (*HAEMATOLOGY, *DIFFERENTIAL, "crp", *KIDNEY, "urea", "albumin", "alat", "glucose", "inr")
WARD = ("hb", "leukocytes", "neutrophils", "thrombocytes", "crp", *KIDNEY, "albumin")
FOOT = (
    "MCS89001", "MCS89002", "MCS89004", "MCS89005", "MCS89006", "DIB0018", "DIB0019", "DIB0020", "DIB0021",
    "MCS89021", "MCS89014", "MCS89015", "MCS89020", "MCS89022",
)  # fmt: skip
# Answered the day after: sent out or run once a day.
SLOW = frozenset({"b12", "folate", "vitamin-d", "psa", "tsh", "t3-free", "ferritin", "lithium"})
SENT_OUT = frozenset({"vitamin-d", "t3-free"})

# The headings under which a laboratory files its analyses in XML letters: (identifier, name, keys in order).
REQUISITION_GROUPS = (
    (
        "HAEM",
        "Hæmatologi",
        ("hb", "hb-mass", "evf", "mcv", "reticulocytes", "leukocytes", *DIFFERENTIAL, "thrombocytes", "sr"),
    ),
    ("KOAG", "Koagulation", ("inr", "inr-treated", "aptt", "d-dimer")),
    ("INF", "Inflammation", ("crp", "procalcitonin")),
    (
        "NYRE",
        "Væsketal og nyre",
        (*KIDNEY, "creatinine-older-code", "creatinine-jaffe", "urea", "urate", *MINERALS, *BLOOD_GAS),
    ),
    ("LEVER", "Lever, galde og pankreas", (*LIVER, "alat-older-interval", "ggt", "ldh", "amylase")),
    ("HJERTE", "Hjerte", ("troponin-t",)),
    ("DIAB", "Diabetes og lipider", ("hba1c", "hba1c-dcct", "glucose", *LIPIDS)),
    (
        "JERN",
        "Jern og vitaminer",
        ("ferritin", "ferritin-older-interval", "ferritin-older-device", *IRON[1:], *VITAMINS),
    ),
    ("HORM", "Hormoner og markører", ("tsh", "tsh-older-interval", "t4-free", "t3-free", "psa", "psa-hybritech")),
    ("MED", "Lægemidler", ("lithium",)),
    ("URIN", "Urin", ("acr", "acr-molar", "albumin-urine", *DIPSTICK)),
)
