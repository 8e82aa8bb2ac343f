"""Names of the registry's fields and of what stands in them, as people read them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

Said = Callable[[str, str], str]

FIELDS: Final[dict[str, tuple[str, str]]] = {
    "measurand_id": ("Målestørrelse", "Measurand"),
    "procedure_id": ("Målemetode", "Procedure"),
    "group_id": ("Gruppe", "Group"),
    "anchor_procedure_id": ("Anker", "Anchor"),
    "label_da": ("Rækkens navn på dansk", "Name of the row in Danish"),
    "label_en": ("Rækkens navn på engelsk", "Name of the row in English"),
    "unit": ("Enhed", "Unit"),
    "scale": ("Skala", "Scale"),
    "codes": ("Koder", "Codes"),
    "within": ("Variation i personen (CVi)", "Variation within a person (CVi)"),
    "analytical": ("Målingens variation (CVa)", "Variation of the measurement (CVa)"),
    "display_order": ("Plads i rækkefølgen", "Place in the order"),
    "status": ("Status", "Status"),
    "producer": ("Producent", "Producer"),
    "principle": ("Princip", "Principle"),
    "device": ("Apparat", "Device"),
    "kit": ("Reagens", "Kit"),
    "calibrator": ("Kalibrator", "Calibrator"),
    "traceability": ("Sporbarhed (klasse)", "Traceability (class)"),
    "specimen": ("Prøvemateriale", "Specimen"),
    "container": ("Prøverør", "Container"),
    "site": ("Sted på kroppen", "Anatomical site"),
    "point_of_care": ("Patientnær måling", "Point of care"),
    "formula": ("Formel", "Formula"),
    "kind": ("Størrelsesart", "Kind of quantity"),
    "valid_from": ("Gælder fra", "Valid from"),
    "valid_to": ("Gælder til (første dag, den ikke gælder)", "Valid to (first day it does not hold)"),
    "source": ("Kilde", "Source"),
    "verdict": ("Vurdering", "Verdict"),
    "scope": ("Område", "Scope"),
    "evidence": ("Grundlag", "Evidence"),
    "allowable_percent": ("Tilladt bias i procent", "Allowable bias in per cent"),
    "bias_percent": ("Største bias i procent", "Largest bias in per cent"),
    "note_da": ("Bemærkning til læseren på dansk", "Note to the reader in Danish"),
    "note_en": ("Bemærkning til læseren på engelsk", "Note to the reader in English"),
    "decided_by": ("Besluttet af", "Decided by"),
    "supersedes": ("Afløser", "Supersedes"),
    "from_unit": ("Fra enhed", "From unit"),
    "to_unit": ("Til enhed", "To unit"),
    "factor": ("Faktor", "Factor"),
    "offset": ("Tillæg", "Offset"),
    "equation": ("Ligning", "Equation"),
}
_VERDICTS: Final[dict[str, tuple[str, str]]] = {
    "same": ("samme metode", "same method"),
    "comparable": ("sammenlignelig", "comparable"),
    "caution": ("med forbehold", "with caution"),
    "convertible": ("kan omregnes", "convertible"),
    "not": ("ikke sammenlignelig", "not comparable"),
    "unknown": ("ikke vurderet", "not assessed"),
}
_STATUSES: Final[dict[str, tuple[str, str]]] = {
    "draft": ("kladde", "draft"),
    "released": ("gælder", "in force"),
    "withdrawn": ("trukket tilbage", "withdrawn"),
}
_PURPOSES: Final[dict[str, tuple[str, str]]] = {
    "monitoring": ("forløb over tid", "courses over time"),
    "diagnosis": ("diagnose", "diagnosis"),
}


def field_word(field: str, said: Said) -> str:
    """The name of a field of an entry."""
    return said(*FIELDS[field])


def verdict_word(verdict: str, said: Said) -> str:
    """A verdict in words."""
    return said(*_VERDICTS[verdict])


def status_word(status: str, said: Said) -> str:
    """What has become of a group."""
    return said(*_STATUSES[status])


def purpose_word(purpose: str, said: Said) -> str:
    """What a verdict is for; a purpose of somebody else's as it stands."""
    return said(*_PURPOSES.get(purpose, (purpose, purpose)))


def figure(value: float, said: Said) -> str:
    """A figure with the decimal mark of the language."""
    told = f"{value:g}".replace("-", "\N{MINUS SIGN}")
    return said(told.replace(".", ","), told)


def span(low: float | None, high: float | None, said: Said) -> str:
    """A range of values, open at either side; '' for any value."""
    if low is None:
        return "" if high is None else f"≤ {figure(high, said)}"
    return f"≥ {figure(low, said)}" if high is None else f"{figure(low, said)}\N{EN DASH}{figure(high, said)}"
