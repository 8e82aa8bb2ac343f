"""What the pages of the registry say. Pure: registry and counts in, page content out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from labbro.codes.lists import CodeLists
from labbro.codes.units import shown_unit
from labbro.comparability.decision import method_name
from labbro.comparability.model import Assertion, Group, Procedure
from labbro.comparability.registry import Registry
from labbro.comparability.suggesting import suggestions
from labbro.comparability.usage import Counted, LocalCode, Mixed, local_codes, mixed_rows
from labbro.portal import formats
from labbro.portal.numbers.blocks import Cell, Content, Link, Mark, Row, Section, Table
from labbro.portal.registry.door import address_of, change_address, name_of
from labbro.portal.registry.views_evidence import in_words, round_tables
from labbro.portal.registry.words import Said, figure, span, verdict_word

_MOST_ROWS = 100
_MARKS: dict[str, Mark] = {
    "same": "good", "comparable": "good", "caution": "soon", "convertible": "good", "not": "bad", "unknown": "off",
}  # fmt: skip
_ASKS_DA = {
    "nothing: these split by default": "intet: det skiller som udgangspunkt",
    "a statement of the laboratory": "en udtalelse fra laboratoriet",
    "a comparison study or external quality rounds": "et sammenligningsforsøg eller ekstern kvalitetskontrol",
    "a comparison study": "et sammenligningsforsøg",
    "two persons who release the group": "to personer, der frigiver gruppen",
}


def codes_today(counted: Counted, registry: Registry, said: Said) -> Content:
    """Where today's code rows mix methods, and which local codes a stated method would make needless."""
    at = formats.moment(formats.danish_time(counted.at))
    part_da = "" if counted.percent == 100 else f", anslået ud fra {counted.percent:g} % af databanken"
    part_en = "" if counted.percent == 100 else f", estimated from {counted.percent:g} % of the databank"
    return Content(
        title=said("Koder i dag", "Codes today"),
        lead=said(
            f"Svar i databanken talt {at}{part_da}. Ingen patienter indgår.",
            f"Results in the databank counted {at}{part_en}. No patients are part of it.",
        ),
        sections=(
            _mixed_section(mixed_rows(counted.counts, registry), said),
            _local_section(local_codes(counted.counts, registry), registry, said),
        ),
    )


def _mixed_section(found: Sequence[Mixed], said: Said) -> Section:
    rows = tuple(
        Row(
            (
                Cell(one.name, f"{one.code.value} · {shown_unit(one.unit)}"),
                Cell(formats.count(one.results), figure=True),
                Cell(formats.count(one.results - one.shares[0].results), figure=True),
                Cell("; ".join(_part(said(share.label_da, share.label_en), share.results) for share in one.shares)),
            )
        )
        for one in found[:_MOST_ROWS]
    )
    return Section(
        heading=said("Rækker, der blander målemetoder", "Rows that mix methods"),
        lead=said(
            "Efter kode står disse svar på én række. Efter sammenlignelighed står de på flere.",
            "By code these results stand on one row. By comparability they stand on several.",
        ),
        tables=(
            Table(
                caption=said("Koder, hvis række blander målemetoder", "Codes whose row mixes methods"),
                heads=(
                    said("Analyse", "Analysis"),
                    said("Svar", "Results"),
                    said("Uden for den største", "Outside the largest"),
                    said("Rækker efter sammenlignelighed", "Rows by comparability"),
                ),
                rows=rows,
                empty=said("Ingen kode blander målemetoder.", "No code mixes methods."),
            ),
        ),
    )


def _part(label: str, results: int) -> str:
    return f"{label}: {formats.count(results)}"


def _local_section(found: Sequence[LocalCode], registry: Registry, said: Said) -> Section:
    rows = tuple(
        Row(
            (
                Cell(one.name, f"{one.code.value} · {one.code.responsible}"),
                Cell(", ".join(one.producers)),
                Cell(formats.count(one.results), figure=True),
                _instead(one, registry, said),
            )
        )
        for one in found[:_MOST_ROWS]
    )
    return Section(
        heading=said("Lokale koder", "Local codes"),
        lead=said(
            "Kender registret metoden bag en lokal kode, kan svaret sendes med den nationale kode og metoden angivet.",
            "Where the registry knows the method behind a local code, the national code and the method would do.",
        ),
        tables=(
            Table(
                caption=said("Lokale koder i brug", "Local codes in use"),
                heads=(
                    said("Analyse", "Analysis"),
                    said("Producent", "Producer"),
                    said("Svar", "Results"),
                    said("I stedet", "Instead"),
                ),
                rows=rows,
                empty=said("Ingen lokale koder i brug.", "No local codes in use."),
            ),
        ),
    )


def _instead(one: LocalCode, registry: Registry, said: Said) -> Cell:
    if not one.instead:
        return Cell(said("metoden er ikke i registret", "the method is not in the registry"), mark="off")
    known = registry.procedures_of(one.code)
    method = method_name(known[0]) if known else ""
    return Cell(", ".join(code.value for code in one.instead), method, mark="good")


def procedures(
    registry: Registry, producer: str, said: Said, version: int | None = None, *, may_change: bool = False
) -> Content:
    """All procedures, or one producer's, with where each stands. `version`: the one that links keep to."""
    every = registry.entries.procedures
    chosen = [one for one in every if not producer or (one.producer or "-") == producer]
    producers = sorted({one.producer or "-" for one in every})
    anybody = said("uden producent", "no producer")
    then = "" if version is None else f"version={version}"
    page, table = (f"{address_of(name)}?{then}".rstrip("?") for name in ("procedures", "procedures.csv"))
    join = "&" if then else "?"
    ways = [Link(said("Alle", "All"), page)]
    ways += [Link(anybody if one == "-" else one, f"{page}{join}producer={one}") for one in producers]
    return Content(
        title=said("Målemetoder", "Procedures"),
        lead=said(f"{len(chosen)} af {len(every)} målemetoder.", f"{len(chosen)} of {len(every)} procedures."),
        sections=(
            Section(links=tuple(ways)),
            Section(
                tables=(
                    Table(
                        caption=said("Målemetoder", "Procedures"),
                        heads=(
                            said("Målemetode", "Procedure"),
                            said("Producent", "Producer"),
                            said("Koder", "Codes"),
                            said("Gælder", "Valid"),
                            said("Vurderet", "Assessed"),
                        ),
                        rows=tuple(_procedure_row(one, registry, said, may_change) for one in chosen),
                        empty=said("Ingen.", "None."),
                    ),
                ),
                links=(Link(said("Hent som tabel (CSV)", "Fetch as a table (CSV)"), table),),
            ),
        ),
    )


def _procedure_row(one: Procedure, registry: Registry, said: Said, may_change: bool) -> Row:
    measurand = registry.measurands.get(one.measurand_id)
    name = said(measurand.label_da, measurand.label_en) if measurand else one.measurand_id
    codes = ", ".join(code.value for code in one.codes)
    unit = shown_unit(one.unit) if one.unit else ""
    return Row(
        (
            Cell(f"{name}: {_attributes(one)}" if _attributes(one) else name, one.procedure_id),
            Cell(one.producer or said("enhver", "any")),
            Cell(codes, unit),
            Cell(_validity(one.valid_from, one.valid_to, said)),
            _standing(one, registry, said),
        ),
        (Link(said("Ret", "Change"), change_address("procedure", one.procedure_id), one.procedure_id),) * may_change,
    )


def _attributes(one: Procedure) -> str:
    parts = (one.principle, one.device, one.kit, one.calibrator, one.formula, one.specimen)
    return ", ".join([*filter(None, parts), *(["patientnær"] if one.point_of_care else [])])


def _validity(first: dt.date, last: dt.date, said: Said) -> str:
    if first == dt.date.min and last == dt.date.max:
        return said("altid", "always")
    if first == dt.date.min:
        return said(f"til {formats.day(last)}", f"until {formats.day(last)}")
    since = said(f"fra {formats.day(first)}", f"from {formats.day(first)}")
    return since if last == dt.date.max else said(f"{since} til {formats.day(last)}", f"{since} to {formats.day(last)}")


def _standing(one: Procedure, registry: Registry, said: Said) -> Cell:
    anchored = registry.anchored_by(one.procedure_id)
    if anchored is not None:
        return Cell(said("anker", "anchor"), said(anchored.label_da, anchored.label_en), mark="good")
    told = [each for each in registry.entries.assertions if each.procedure_id == one.procedure_id]
    if not told:
        return Cell(verdict_word("unknown", said), mark="off")
    group = registry.groups.get(told[0].group_id)
    label = said(group.label_da, group.label_en) if group else told[0].group_id
    return Cell(verdict_word(told[0].verdict, said), label, mark=_MARKS[told[0].verdict])


def groups(registry: Registry, said: Said, *, may_change: bool = False) -> Content:
    """Every group with its anchor, members, verdicts and what they stand on; ways to change what is in force."""
    found = sorted(registry.entries.groups, key=lambda one: (one.measurand_id, one.display_order, one.group_id))
    sections: list[Section] = []
    for group in found:
        anchor = registry.procedures.get(group.anchor_procedure_id)
        held = [one for one in registry.entries.assertions if one.group_id == group.group_id]
        rows = tuple(_member_row(one, registry, said, may_change) for one in held)
        lead = method_name(anchor) if anchor else group.anchor_procedure_id
        heads = said("Målemetode", "Procedure"), said("Vurdering", "Verdict"), said("Grundlag", "Evidence")
        table = Table(
            caption=said(f"Vurderet mod {group.label_da}", f"Judged against {group.label_en}"),
            heads=(*heads, said("Besluttet af", "Decided by")),
            rows=rows,
            empty=said("Ingen andre er vurderet.", "No others have been judged."),
        )
        unit = shown_unit(group.unit)
        label = said(f"{group.label_da} ({unit})", f"{group.label_en} ({unit})")
        figures = _variation(group, registry, said)
        told = said(f"Anker: {lead}.{figures}", f"Anchor: {lead}.{figures}")
        rounds = tuple(each for one in held for each in round_tables(one, said, folded=True))
        way = Link(said("Ret variation", "Change variation"), change_address("variation", group.group_id), label)
        links = (way,) if may_change else ()
        sections.append(Section(heading=label, lead=told, tables=(table, *rounds), links=links))
    return Content(
        title=said("Grupper", "Groups"),
        lead=said(
            "Svar fra målemetoder i samme gruppe deler række. Hver vurderes mod gruppens anker.",
            "Results of procedures in one group share a row. Each is judged against the group's anchor.",
        ),
        sections=tuple(sections),
    )


def _variation(group: Group, registry: Registry, said: Said) -> str:
    """The figures that reference change values are made of, with their sources; '' where there are none."""
    measurand = registry.measurands.get(group.measurand_id)
    told = (
        (said("i personen (CVi)", "within a person (CVi)"), measurand.within if measurand else None),
        (said("målingens (CVa)", "of the measurement (CVa)"), group.analytical),
    )
    known = "; ".join(f"{name} {figure(one.percent, said)} %, {one.source}" for name, one in told if one is not None)
    return said(f" Variation: {known}.", f" Variation: {known}.") if known else ""


def _member_row(one: Assertion, registry: Registry, said: Said, may_change: bool) -> Row:
    procedure = registry.procedures.get(one.procedure_id)
    scope = span(one.scope.low, one.scope.high, said)
    evidence = "; ".join(in_words(each, said) for each in one.evidence)
    more = said("Tilføj grundlag", "Add evidence")
    return Row(
        (
            Cell(method_name(procedure) if procedure else one.procedure_id, one.procedure_id),
            Cell(verdict_word(one.verdict, said), scope, mark=_MARKS[one.verdict]),
            Cell(evidence, said(one.note_da, one.note_en)),
            Cell(name_of(one.decided_by)),
        ),
        (Link(more, change_address("evidence", one.assertion_id), one.procedure_id),) * may_change,
    )


def suggested(registry: Registry, said: Said, lists: CodeLists) -> Content:
    """What the attributes of procedures that nobody has judged suggest, each with its reasons and a way to propose."""
    rows: list[Row] = []
    for one in suggestions(registry, lists):
        procedure = registry.procedures[one.procedure_id]
        group = registry.groups.get(one.group_id) if one.group_id else None
        label = (
            said(group.label_da, group.label_en)
            if group
            else said("en gruppe for sig, med den som anker", "a group of its own, with it as anchor")
        )
        reasons = "; ".join(one.reasons_da if said("da", "en") == "da" else one.reasons_en)
        way = f"{address_of('propose')}?group={one.group_id or ''}&procedure={one.procedure_id}&verdict={one.verdict}"
        rows.append(
            Row(
                (
                    Cell(method_name(procedure), one.procedure_id),
                    Cell(verdict_word(one.verdict, said), label, mark=_MARKS[one.verdict]) if group else Cell(label),
                    Cell(reasons),
                    Cell(said(_ASKS_DA.get(one.asks, one.asks), one.asks)),
                ),
                (Link(said("Foreslå", "Propose"), way),),
            )
        )
    return Content(
        title=said("Forslag fra systemet", "Suggestions"),
        lead=said(
            "Målemetoder, som ingen har vurderet, og hvad deres egenskaber taler for. Mennesker beslutter.",
            "Procedures that nobody has judged, and what their attributes speak for. People decide.",
        ),
        sections=(
            Section(
                tables=(
                    Table(
                        caption=said("Forslag", "Suggestions"),
                        heads=(
                            said("Målemetode", "Procedure"),
                            said("Forslag", "Suggestion"),
                            said("Fordi", "Because"),
                            said("Mangler", "Still missing"),
                        ),
                        rows=tuple(rows),
                        empty=said("Alle målemetoder er vurderet.", "Every procedure has been judged."),
                    ),
                )
            ),
        ),
    )
