"""The forms of the registry: what a person fills, and the change that it becomes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from labbro.codes.units import normal_unit
from labbro.comparability.csv_form import procedure_of
from labbro.comparability.model import Assertion, Entries, Group, Verdict
from labbro.comparability.registry import Registry
from labbro.comparability.store import Change, changes_of
from labbro.errors import WrongUse
from labbro.portal.numbers.blocks import Choice, Content, Field, Form, Section
from labbro.portal.registry.door import address_of
from labbro.portal.registry.views import verdict_word

T = TypeVar("T", bound=msgspec.Struct)
Said = Callable[[str, str], str]
_VERDICTS: tuple[Verdict, ...] = ("same", "comparable", "caution", "convertible", "not", "unknown")
# Names of fields of procedures, in both languages, with what is to be written where that is not plain.
_FIELDS = (
    ("procedure_id", "Navn i registret", "Name in the registry", "creatinine-qkl-2"),
    ("producer", "Producent", "Producer", "QKL"),
    ("codes", "Koder", "Codes", "iupac/NPU18016/SST"),
    ("principle", "Princip", "Principle", "enzymatisk"),
    ("device", "Apparat", "Device", ""),
    ("kit", "Reagens", "Kit", ""),
    ("calibrator", "Kalibrator", "Calibrator", ""),
    ("specimen", "Prøvemateriale", "Specimen", ""),
    ("site", "Sted på kroppen", "Anatomical site", ""),
    ("formula", "Formel", "Formula", ""),
    ("unit", "Enhed", "Unit", "µmol/L"),
)
_NEEDED = {"procedure_id", "codes"}


def page(registry: Registry, query: Callable[[str], str], new_id: Callable[[], UUID], said: Said) -> Content:
    """The page to propose on; a suggestion may have filled part of it."""
    return Content(
        title=said("Foreslå", "Propose"),
        lead=said(
            "Et forslag gælder først, når en anden person har frigivet det.",
            "A proposal counts once another person has released it.",
        ),
        sections=(
            Section(
                heading=said("En vurdering", "An assertion"), forms=(_assertion_form(registry, query, new_id(), said),)
            ),
            Section(heading=said("En målemetode", "A procedure"), forms=(_procedure_form(registry, new_id(), said),)),
            Section(heading=said("En gruppe", "A group"), forms=(_group_form(registry, query, new_id(), said),)),
        ),
    )


def _why(said: Said) -> Field:
    return Field("note", said("Hvorfor", "Why"), longest=300)


def _measurands(registry: Registry, said: Said) -> tuple[Choice, ...]:
    found = sorted(registry.entries.measurands, key=lambda one: said(one.label_da, one.label_en))
    return tuple(Choice(one.measurand_id, said(one.label_da, one.label_en)) for one in found)


def _procedures(registry: Registry, chosen: str) -> tuple[Choice, ...]:
    found = sorted(registry.procedures)
    return tuple(Choice(one, one, one == chosen) for one in found)


def _procedure_form(registry: Registry, request_id: UUID, said: Said) -> Form:
    fields = [Field("measurand_id", said("Målestørrelse", "Measurand"), "select", choices=_measurands(registry, said))]
    fields += [
        Field(name, said(da, en), hint=said(f"Fx {hint}", f"Such as {hint}") if hint else "", required=name in _NEEDED)
        for name, da, en, hint in _FIELDS
    ]
    classes = (Choice("", said("ikke oplyst", "not stated")), *(Choice(one, one) for one in "ABCDE"))
    fields += [
        Field("traceability", said("Sporbarhed (klasse)", "Traceability (class)"), "select", required=False,
              choices=classes),
        Field("point_of_care", said("Patientnær måling", "Point of care"), "select", required=False,
              choices=(Choice("no", said("nej", "no")), Choice("yes", said("ja", "yes")))),
        Field("valid_from", said("Gælder fra", "Valid from"), "date", required=False),
        Field("valid_to", said("Gælder til (første dag, den ikke gælder)", "Valid to (first day it does not hold)"),
              "date", required=False),
        Field("source", said("Kilde", "Source"), required=False),
        _why(said),
    ]  # fmt: skip
    return Form(
        action=address_of("propose", "procedure"),
        submit=said("Foreslå målemetoden", "Propose the procedure"),
        fields=tuple(fields),
        hidden=(("request_id", str(request_id)),),
    )


def _assertion_form(registry: Registry, query: Callable[[str], str], request_id: UUID, said: Said) -> Form:
    groups = sorted(registry.entries.groups, key=lambda one: said(one.label_da, one.label_en))
    fields = (
        Field("group_id", said("Gruppe", "Group"), "select", choices=tuple(
            Choice(one.group_id, said(one.label_da, one.label_en), one.group_id == query("group")) for one in groups)),
        Field("procedure_id", said("Målemetode", "Procedure"), "select",
              choices=_procedures(registry, query("procedure"))),
        Field("verdict", said("Vurdering mod gruppens anker", "Verdict against the group's anchor"), "select",
              choices=tuple(Choice(one, verdict_word(one, said), one == query("verdict")) for one in _VERDICTS)),
        Field("low", said("Gælder fra værdi", "Holds from value"), required=False),
        Field("high", said("Gælder til værdi", "Holds to value"), required=False),
        Field("allowable_percent", said("Tilladt bias i procent", "Allowable bias in per cent"), required=False),
        Field("evidence_kind", said("Grundlag", "Evidence"), "select", choices=(
            Choice("study", said("sammenligningsforsøg", "comparison study")),
            Choice("external-quality", said("ekstern kvalitetskontrol", "external quality rounds")),
            Choice("traceability", said("sporbarhed", "traceability")),
            Choice("statement", said("udtalelse", "statement")))),
        Field("evidence_source", said("Hvor grundlaget findes", "Where the evidence is"), longest=300),
        Field("count", said("Antal prøver", "Number of samples"), "number", required=False),
        Field("bias_percent", said("Største bias i procent", "Largest bias in per cent"), required=False),
        Field("note_da", said("Bemærkning til læseren på dansk", "Note to the reader in Danish"), required=False,
              longest=200),
        Field("note_en", said("Bemærkning til læseren på engelsk", "Note to the reader in English"), required=False,
              longest=200),
        Field("valid_from", said("Gælder prøver fra", "Holds for samples from"), "date", required=False),
        Field("valid_to", said("Gælder prøver til", "Holds for samples to"), "date", required=False),
        _why(said),
    )  # fmt: skip
    return Form(
        action=address_of("propose", "assertion"),
        submit=said("Foreslå vurderingen", "Propose the assertion"),
        fields=fields,
        hidden=(("request_id", str(request_id)),),
    )


def _group_form(registry: Registry, query: Callable[[str], str], request_id: UUID, said: Said) -> Form:
    fields = (
        Field("group_id", said("Navn i registret", "Name in the registry"), hint="creatinine-jaffe"),
        Field("anchor_procedure_id", said("Anker", "Anchor"), "select",
              choices=_procedures(registry, query("procedure"))),
        Field("label_da", said("Rækkens navn på dansk", "Name of the row in Danish")),
        Field("label_en", said("Rækkens navn på engelsk", "Name of the row in English")),
        Field("unit", said("Enhed", "Unit"), hint="µmol/L"),
        _why(said),
    )  # fmt: skip
    return Form(
        action=address_of("propose", "group"),
        submit=said("Foreslå gruppen", "Propose the group"),
        fields=fields,
        hidden=(("request_id", str(request_id)),),
    )


def procedure_change(told: Mapping[str, str]) -> tuple[Change, ...]:
    """The change of a filled form of a procedure. Raises WrongUse."""
    return changes_of(Entries(procedures=(procedure_of(dict(told)),)))


def assertion_change(told: Mapping[str, str], by: str) -> tuple[Change, ...]:
    """The change of a filled form of an assertion. Raises WrongUse."""
    filled = {name: value.strip() for name, value in told.items() if value.strip()}
    low, high, bias = (_number(filled.get(name)) for name in ("low", "high", "bias_percent"))
    evidence = {"kind": filled.get("evidence_kind"), "source": filled.get("evidence_source", "")}
    values: dict[str, Any] = {
        name: filled[name]
        for name in ("group_id", "procedure_id", "verdict", "note_da", "note_en", "valid_from", "valid_to")
        if name in filled
    }
    values |= {
        "assertion_id": f"{filled.get('group_id', '')}:{filled.get('procedure_id', '')}",
        "scope": {"low": low, "high": high},
        "allowable_percent": _number(filled.get("allowable_percent")),
        "bias_percent": bias,
        "decided_by": by,
        "evidence": [
            evidence | {"low": low, "high": high, "bias_percent": bias, "count": _number(filled.get("count"))}
        ],
    }
    return changes_of(Entries(assertions=(_struct(values, Assertion),)))


def group_change(told: Mapping[str, str], registry: Registry) -> tuple[Change, ...]:
    """The change of a filled form of a group. Raises WrongUse."""
    values = {name: value.strip() for name, value in told.items() if value.strip()}
    anchor = registry.procedures.get(values.get("anchor_procedure_id", ""))
    values["unit"] = normal_unit(values.get("unit")) or ""
    values["measurand_id"] = anchor.measurand_id if anchor else ""
    group = _struct(values, Group)
    before = registry.groups.get(group.group_id)
    # The form does not ask for the variation of the measurement: a group keeps what it has.
    kept = group if before is None else msgspec.structs.replace(group, analytical=before.analytical)
    return changes_of(Entries(groups=(kept,)))


def _struct(values: Mapping[str, Any], kind: type[T]) -> T:
    try:
        return msgspec.convert(dict(values), kind, strict=False)
    except msgspec.ValidationError as error:
        raise WrongUse(
            f"The form cannot be read: {error}.", message_da=f"Formularen kan ikke læses: {error}.", code="form"
        ) from None


def _number(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise WrongUse(f"{text!r} is no number.", message_da=f"{text!r} er ikke et tal.", code="form") from None
