"""The forms that change what is in force: a procedure, a piece of evidence more, variation. Pure.

Each opens on an entry of the newest version and carries that version (`seen`, decision 0089). Nothing is overwritten: a
release makes the next version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec

from labbro.comparability.csv_form import procedure_of, row_of
from labbro.comparability.decision import method_name
from labbro.comparability.model import Assertion, Entries, Figure, Group, Measurand, Procedure
from labbro.comparability.registry import Registry
from labbro.comparability.store import Change, changes_of
from labbro.errors import NotFound, WrongUse
from labbro.portal.numbers.blocks import Content, Fact, Field, Form, Link, Section
from labbro.portal.registry import forms_evidence
from labbro.portal.registry.door import address_of
from labbro.portal.registry.filling import number, why, with_values
from labbro.portal.registry.forms import procedure_form
from labbro.portal.registry.views_evidence import evidence_table, round_tables
from labbro.portal.registry.words import Said, verdict_word

KINDS: Final = ("procedure", "evidence", "variation")


def page(what: str, entry: str, registry: Registry, request_id: UUID, said: Said) -> Content:
    """The page that opens an entry for a change. Raises NotFound `registry-entry` where it is not in force."""
    procedure, assertion = registry.procedures.get(entry), forms_evidence.assertion_of(registry, entry)
    group = registry.groups.get(entry)
    if what == "procedure" and procedure is not None:
        return _procedure_page(procedure, registry, request_id, said)
    if what == "evidence" and assertion is not None:
        return _evidence_page(assertion, registry, request_id, said)
    if what == "variation" and group is not None:
        return _variation_page(group, registry, request_id, said)
    raise _not_in_force(entry)


def changes(what: str, told: Mapping[str, str], registry: Registry) -> tuple[Change, ...]:
    """What a filled form changes, with the version that it was made on. Raises WrongUse, NotFound."""
    entry = told.get("entry", "")
    if what == "procedure":
        entries = _procedure(entry, told, registry)
    elif what == "evidence":
        assertion = forms_evidence.assertion_of(registry, entry)
        if assertion is None:
            raise _not_in_force(entry)
        entries = Entries(assertions=(forms_evidence.with_evidence(assertion, told),))
    else:
        entries = _variation(entry, told, registry)
    found, seen = changes_of(entries), _seen(told)
    if not found:
        raise WrongUse("Nothing was changed.", message_da="Intet er ændret.", code="unchanged")
    return tuple(msgspec.structs.replace(one, seen=seen) for one in found)


def _seen(told: Mapping[str, str]) -> int:
    seen = told.get("seen", "")
    if not (seen.isascii() and seen.isdigit() and len(seen) <= 6):
        raise WrongUse(
            "The form does not carry the version it was opened on; open it again.",
            message_da="Formularen har ikke den version med, som den blev åbnet på; åbn den igen.",
            code="form",
        )
    return int(seen)


def _hidden(entry: str, registry: Registry, request_id: UUID) -> tuple[tuple[str, str], ...]:
    return ("request_id", str(request_id)), ("entry", entry), ("seen", str(registry.version))


# --- a procedure ---


def _procedure_page(one: Procedure, registry: Registry, request_id: UUID, said: Said) -> Content:
    filled = with_values(procedure_form(registry, request_id, said), row_of(one))
    form = msgspec.structs.replace(
        filled,
        fields=tuple(field for field in filled.fields if field.name != "procedure_id"),
        hidden=_hidden(one.procedure_id, registry, request_id),
        submit=said("Foreslå ændringen", "Propose the change"),
    )
    return Content(
        title=said(f"Ret {one.procedure_id}", f"Change {one.procedure_id}"),
        lead=said(
            "Formularen står, som målemetoden gælder nu. Gælder en ny metode fra en dag, så afslut denne og foreslå en "
            "ny. Tidligere versioner ændres ikke.",
            "The form stands as the procedure is in force. Where a new method holds from a day on, end this one and "
            "propose a new one. Earlier versions do not change.",
        ),
        sections=(Section(forms=(form,)),),
        back=Link(said("Målemetoder", "Procedures"), address_of("procedures")),
    )


def _procedure(entry: str, told: Mapping[str, str], registry: Registry) -> Entries:
    before = registry.procedures.get(entry)
    if before is None:
        raise _not_in_force(entry)
    after = procedure_of({**told, "procedure_id": entry})
    return Entries(procedures=() if after == before else (after,))


# --- evidence ---


def _evidence_page(one: Assertion, registry: Registry, request_id: UUID, said: Said) -> Content:
    procedure, group = registry.procedures.get(one.procedure_id), registry.groups.get(one.group_id)
    name = method_name(procedure) if procedure else one.procedure_id
    facts = (
        Fact(said("Målemetode", "Procedure"), name, one.procedure_id),
        Fact(said("Gruppe", "Group"), said(group.label_da, group.label_en) if group else one.group_id),
        Fact(said("Vurdering", "Verdict"), verdict_word(one.verdict, said)),
    )
    return Content(
        title=said("Tilføj grundlag", "Add evidence"),
        lead=said(
            "Vurderingen og dens grundlag bliver stående; det nye lægges til. Området og den tilladte bias kan rettes "
            "med.",
            "The verdict and its evidence stay; the new is added. The range and the allowable bias may be changed "
            "along with it.",
        ),
        sections=(
            Section(facts=facts, tables=(evidence_table(one, said), *round_tables(one, said))),
            Section(
                heading=said("Endnu et grundlag", "One more piece"),
                forms=(forms_evidence.form(one, _hidden(one.assertion_id, registry, request_id), said),),
            ),
        ),
        back=Link(said("Grupper", "Groups"), address_of("groups")),
    )


# --- variation ---


def _variation_page(group: Group, registry: Registry, request_id: UUID, said: Said) -> Content:
    measurand = registry.measurands[group.measurand_id]
    sharing = [one for one in registry.entries.groups if one.measurand_id == group.measurand_id]
    fields = (
        *_figure_fields("within", measurand.within, said("I personen (CVi)", "Within a person (CVi)"), said),
        *_figure_fields("analytical", group.analytical, said("Målingens (CVa)", "Of the measurement (CVa)"), said),
        why(said),
    )
    form = Form(
        action=address_of("propose", "variation"),
        submit=said("Foreslå ændringen", "Propose the change"),
        fields=fields,
        hidden=_hidden(group.group_id, registry, request_id),
    )
    name, whole = said(group.label_da, group.label_en), said(measurand.label_da, measurand.label_en)
    return Content(
        title=said(f"Variation: {name}", f"Variation: {name}"),
        lead=said(
            f"CVi gælder målestørrelsen {whole} og dermed {len(sharing)} gruppe{'r' * (len(sharing) != 1)}; CVa gælder "
            "alle målemetoder i denne gruppe. Med begge vises en ændring ved siden af den kritiske difference. Tomme "
            "felter tager et tal ud.",
            f"CVi is of the measurand {whole}, and so of {len(sharing)} group{'s' * (len(sharing) != 1)}; CVa is of "
            "all procedures in this group. With both, a change is told beside the reference change value. Empty "
            "fields take a figure out.",
        ),
        sections=(Section(forms=(form,)),),
        back=Link(said("Grupper", "Groups"), address_of("groups")),
    )


def _figure_fields(name: str, known: Figure | None, label: str, said: Said) -> tuple[Field, Field]:
    percent = "" if known is None else said(f"{known.percent:g}".replace(".", ","), f"{known.percent:g}")
    return (
        Field(f"{name}_percent", said(f"{label}, procent", f"{label}, per cent"), value=percent, required=False),
        Field(f"{name}_source", said(f"{label}, kilde", f"{label}, source"), value=known.source if known else "",
              required=False, longest=300),
    )  # fmt: skip


def _variation(entry: str, told: Mapping[str, str], registry: Registry) -> Entries:
    group = registry.groups.get(entry)
    measurand = registry.measurands.get(group.measurand_id) if group is not None else None
    if group is None or measurand is None:
        raise _not_in_force(entry)
    within, analytical = _figure(told, "within"), _figure(told, "analytical")
    measurands: tuple[Measurand, ...] = ()
    groups: tuple[Group, ...] = ()
    if within != measurand.within:
        measurands = (msgspec.structs.replace(measurand, within=within),)
    if analytical != group.analytical:
        groups = (msgspec.structs.replace(group, analytical=analytical),)
    return Entries(measurands=measurands, groups=groups)


def _figure(told: Mapping[str, str], name: str) -> Figure | None:
    percent, source = (told.get(f"{name}_{part}", "").strip() for part in ("percent", "source"))
    found = number(percent or None)
    if found is None and not source:
        return None
    if found is None or not source:
        raise WrongUse(
            "A variation is a figure in per cent and its source; fill both, or leave both empty.",
            message_da="En variation er et tal i procent og dets kilde; udfyld begge, eller lad begge være tomme.",
            code="form",
        )
    return Figure(percent=found, source=source)


def _not_in_force(entry: str) -> NotFound:
    return NotFound(
        f"The registry has no {entry} in force.",
        message_da=f"Registret har ikke {entry} i den version, der gælder.",
        code="registry-entry",
    )
