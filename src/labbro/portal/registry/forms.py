"""The forms of the registry: what a person fills, and the change that it becomes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args
from uuid import UUID

import msgspec

from labbro.codes.units import normal_unit
from labbro.comparability.csv_form import procedure_of
from labbro.comparability.model import Assertion, Entries, Group, PropertyKind, Verdict
from labbro.comparability.registry import Registry
from labbro.comparability.store import Change, changes_of
from labbro.portal.numbers.blocks import Choice, Content, Field, Form, Section
from labbro.portal.registry import forms_evidence
from labbro.portal.registry.door import address_of
from labbro.portal.registry.filling import measurands, number, stated, struct, why
from labbro.portal.registry.forms_units import conversion_form, measurand_form
from labbro.portal.registry.words import Said, field_word, verdict_word

_VERDICTS: tuple[Verdict, ...] = ("same", "comparable", "caution", "convertible", "not", "unknown")
# Fields of procedures that are written, with an example where that is not plain.
_FIELDS = (
    ("procedure_id", "creatinine-qkl-2"), ("producer", "QKL"), ("codes", "iupac/NPU18016/SST"),
    ("principle", "enzymatisk"), ("device", ""), ("kit", ""), ("calibrator", ""), ("specimen", ""), ("container", ""),
    ("site", ""), ("formula", ""), ("unit", "µmol/L"),
)  # fmt: skip
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
            Section(heading=said("En målemetode", "A procedure"), forms=(procedure_form(registry, new_id(), said),)),
            Section(heading=said("En gruppe", "A group"), forms=(_group_form(registry, query, new_id(), said),)),
            Section(heading=said("En målestørrelse", "A measurand"), forms=(measurand_form(new_id(), said),)),
            Section(
                heading=said("En omregning mellem enheder", "An equation between units"),
                forms=(conversion_form(registry, new_id(), said),),
            ),
        ),
    )


def _procedures(registry: Registry, chosen: str) -> tuple[Choice, ...]:
    found = sorted(registry.procedures)
    return tuple(Choice(one, one, one == chosen) for one in found)


def procedure_form(registry: Registry, request_id: UUID, said: Said) -> Form:
    """A measurement procedure."""
    fields = [Field("measurand_id", said("Målestørrelse", "Measurand"), "select", choices=measurands(registry, said))]
    fields += [
        Field(
            name,
            said("Navn i registret", "Name in the registry") if name == "procedure_id" else field_word(name, said),
            hint=said(f"Fx {hint}", f"Such as {hint}") if hint else "",
            required=name in _NEEDED,
            longest=600 if name == "codes" else 120,
        )
        for name, hint in _FIELDS
    ]
    classes = (Choice("", said("ikke oplyst", "not stated")), *(Choice(one, one) for one in "ABCDE"))
    fields += [
        Field("traceability", field_word("traceability", said), "select", required=False,
              choices=classes),
        Field("kind", field_word("kind", said), "select", required=False, choices=(
            Choice("", said("ikke oplyst", "not stated")), *(Choice(one, one) for one in get_args(PropertyKind)))),
        Field("point_of_care", field_word("point_of_care", said), "select", required=False,
              choices=(Choice("no", said("nej", "no")), Choice("yes", said("ja", "yes")))),
        Field("valid_from", field_word("valid_from", said), "date", required=False),
        Field("valid_to", field_word("valid_to", said), "date", required=False),
        Field("source", field_word("source", said), required=False, longest=300),
        why(said),
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
        Field("purpose", said("Formål", "Purpose"), "select", required=False, choices=(
            Choice("", said("ethvert", "any")),
            Choice("monitoring", said("forløb over tid", "courses over time")),
            Choice("diagnosis", said("diagnose (samler ingen rækker)", "diagnosis (joins no rows)")))),
        Field("allowable_percent", said("Tilladt bias i procent", "Allowable bias in per cent"), required=False),
        *forms_evidence.fields(said),
        Field("note_da", said("Bemærkning til læseren på dansk", "Note to the reader in Danish"), required=False,
              longest=200),
        Field("note_en", said("Bemærkning til læseren på engelsk", "Note to the reader in English"), required=False,
              longest=200),
        Field("valid_from", said("Gælder prøver fra", "Holds for samples from"), "date", required=False),
        Field("valid_to", said("Gælder prøver til", "Holds for samples to"), "date", required=False),
        why(said),
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
        Field("status", said("Status", "Status"), "select", required=False, choices=(
            Choice("released", said("gælder ved frigivelse", "counts once released")),
            Choice("withdrawn", said("trækkes tilbage", "is withdrawn")))),
        why(said),
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
    filled = stated(told)
    low, high = number(filled.get("low")), number(filled.get("high"))
    evidence = forms_evidence.evidence_of(
        {"evidence_low": filled.get("low", ""), "evidence_high": filled.get("high", "")} | filled
    )
    names = ("group_id", "procedure_id", "verdict", "note_da", "note_en", "valid_from", "valid_to")
    values: dict[str, Any] = {name: filled[name] for name in names if name in filled}
    # An assertion from another day on is another; the one before it stays, and must be ended.
    parts = (filled.get("group_id", ""), filled.get("procedure_id", ""), *filter(None, [filled.get("valid_from")]))
    values |= {
        "assertion_id": ":".join(parts),
        "scope": {"low": low, "high": high, "purpose": filled.get("purpose")},
        "allowable_percent": number(filled.get("allowable_percent")),
        "bias_percent": evidence.bias_percent,
        "decided_by": by,
        "evidence": [evidence],
    }
    return changes_of(Entries(assertions=(struct(values, Assertion),)))


def group_change(told: Mapping[str, str], registry: Registry) -> tuple[Change, ...]:
    """The change of a filled form of a group. Raises WrongUse."""
    values = stated(told)
    anchor = registry.procedures.get(values.get("anchor_procedure_id", ""))
    values["unit"] = normal_unit(values.get("unit")) or ""
    values["measurand_id"] = anchor.measurand_id if anchor else ""
    group = struct(values, Group)
    before = registry.groups.get(group.group_id)
    # The form does not ask for the variation of the measurement: a group keeps what it has.
    kept = group if before is None else msgspec.structs.replace(group, analytical=before.analytical)
    return changes_of(Entries(groups=(kept,)))
