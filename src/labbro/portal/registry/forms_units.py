"""The forms of what procedures measure, and of equations between units. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from labbro.codes.units import normal_unit
from labbro.comparability.csv_form import codes_of
from labbro.comparability.model import Conversion, Entries, Measurand
from labbro.comparability.registry import Registry
from labbro.comparability.store import Change, changes_of
from labbro.portal.numbers.blocks import Choice, Field, Form
from labbro.portal.registry.door import address_of
from labbro.portal.registry.filling import measurands, number, struct, why
from labbro.portal.registry.words import Said

_SCALES = (
    ("ratio", "tal", "number"),
    ("ordinal", "grader", "grades"),
    ("nominal", "arter", "kinds"),
    ("text", "tekst", "text"),
)


def measurand_form(request_id: UUID, said: Said) -> Form:
    """What is measured, whichever way."""
    fields = (
        Field("measurand_id", said("Navn i registret", "Name in the registry"), hint="potassium"),
        Field("label_da", said("Navn på dansk", "Name in Danish")),
        Field("label_en", said("Navn på engelsk", "Name in English")),
        Field("unit", said("Enhed, rækker vises i", "Unit that rows are shown in"), hint="mmol/L"),
        Field("codes", said("Koder", "Codes"), hint="iupac/NPU03230/SST", longest=600),
        Field("scale", said("Skala", "Scale"), "select", choices=tuple(
            Choice(name, said(da, en)) for name, da, en in _SCALES)),
        why(said),
    )  # fmt: skip
    return Form(
        action=address_of("propose", "measurand"),
        submit=said("Foreslå målestørrelsen", "Propose the measurand"),
        fields=fields,
        hidden=(("request_id", str(request_id)),),
    )


def conversion_form(registry: Registry, request_id: UUID, said: Said) -> Form:
    """A fixed equation between two units of one measurand."""
    fields = (
        Field("measurand_id", said("Målestørrelse", "Measurand"), "select", choices=measurands(registry, said)),
        Field("from_unit", said("Fra enhed", "From unit"), hint="nmol/L"),
        Field("to_unit", said("Til enhed", "To unit"), hint="mg/L"),
        Field("factor", said("Faktor", "Factor"), hint="0,105"),
        Field("offset", said("Plus", "Plus"), required=False, hint="2,15"),
        Field("equation", said("Ligningen, som den vises", "The equation as it is shown"), required=False),
        Field("source", said("Kilde, med molmasse hvor der er en", "Source, with the molar mass if there is one"),
              longest=300),
        why(said),
    )  # fmt: skip
    return Form(
        action=address_of("propose", "conversion"),
        submit=said("Foreslå omregningen", "Propose the equation"),
        fields=fields,
        hidden=(("request_id", str(request_id)),),
    )


def measurand_change(told: Mapping[str, str], registry: Registry) -> tuple[Change, ...]:
    """The change of a filled form of a measurand; it keeps its variation. Raises WrongUse."""
    values: dict[str, object] = {name: value.strip() for name, value in told.items() if value.strip()}
    before = registry.measurands.get(told.get("measurand_id", "").strip())
    values |= {
        "unit": normal_unit(told.get("unit")) or "",
        "codes": codes_of(told.get("codes", "")),
        "within": before.within if before else None,
    }
    return changes_of(Entries(measurands=(struct(values, Measurand),)))


def conversion_change(told: Mapping[str, str]) -> tuple[Change, ...]:
    """The change of a filled form of an equation. Raises WrongUse."""
    values: dict[str, object] = {name: value.strip() for name, value in told.items() if value.strip()}
    values |= {
        "from_unit": normal_unit(told.get("from_unit")) or "",
        "to_unit": normal_unit(told.get("to_unit")) or "",
        "factor": number(told.get("factor") or None),
        "offset": number(told.get("offset") or None) or 0.0,
    }
    return changes_of(Entries(conversions=(struct(values, Conversion),)))
