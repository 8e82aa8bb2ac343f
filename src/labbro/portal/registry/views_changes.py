"""What a proposal changes, field by field, and the evidence that it brings: what the second person looks at. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from labbro.comparability.model import Assertion, Entries
from labbro.comparability.registry import Registry
from labbro.comparability.store import Change, Entry, Kind, applied, entry_id
from labbro.portal import formats
from labbro.portal.numbers.blocks import Cell, Row, Section, Table
from labbro.portal.registry.forms_evidence import assertion_of
from labbro.portal.registry.views_evidence import evidence_table, round_tables
from labbro.portal.registry.words import Said, field_word, figure, purpose_word, span, status_word, verdict_word

_MOST_ROWS = 100
_MOST_EVIDENCE = 20
_KINDS_DA = {
    "measurand": "målestørrelse", "procedure": "målemetode", "group": "gruppe", "assertion": "vurdering",
    "conversion": "omregning",
}  # fmt: skip
_NEVER = ("0001", "9999")


def change_table(changes: Sequence[Change], registry: Registry, said: Said) -> Table:
    """What a proposal sets and takes out; of what the registry has before it, only the fields that become others."""
    before, after = _by_name(registry.entries), _by_name(applied(Entries(), changes))
    names: list[tuple[Kind, str]] = [(one.kind, one.entry_id) for one in changes[:_MOST_ROWS]]
    rows = tuple(_row(name, before.get(name), after.get(name), said) for name in names)
    more = len(changes) - len(rows)
    caption = said("Ændringer", "Changes") + (said(f" (og {more} flere)", f" (and {more} more)") if more else "")
    return Table(caption, (said("Hvad", "What"), said("Ændring", "Change"), said("Indhold", "Content")), rows)


def evidence_section(changes: Sequence[Change], registry: Registry, said: Said) -> Section | None:
    """The evidence of the assertions that a proposal sets, with every round; None where there is none."""
    set_now = [one for one in changes if one.kind == "assertion" and one.body is not None][:_MOST_EVIDENCE]
    after = {one.assertion_id: one for one in applied(Entries(), set_now).assertions}
    tables: list[Table] = []
    for assertion in after.values():
        before = assertion_of(registry, assertion.assertion_id)
        if assertion.evidence and (before is None or assertion.evidence != before.evidence):
            tables += _tables(assertion, before, said)
    return Section(heading=said("Grundlag", "Evidence"), tables=tuple(tables)) if tables else None


def _tables(assertion: Assertion, before: Assertion | None, said: Said) -> list[Table]:
    return [evidence_table(assertion, said, before), *round_tables(assertion, said)]


def _by_name(entries: Entries) -> dict[tuple[Kind, str], Mapping[str, Any]]:
    """Every entry by kind and identity, as JSON values."""
    kinds: dict[Kind, Sequence[Entry]] = {
        "measurand": entries.measurands, "procedure": entries.procedures, "group": entries.groups,
        "assertion": entries.assertions, "conversion": entries.conversions,
    }  # fmt: skip
    return {(kind, entry_id(one)): msgspec.to_builtins(one) for kind, found in kinds.items() for one in found}


def _row(names: tuple[Kind, str], before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, said: Said) -> Row:
    kind, identity = names
    name = Cell(identity, said(_KINDS_DA[kind], kind))
    if after is None:
        return Row((name, Cell(said("tages ud", "taken out")), Cell("")))
    now = _told(kind, after, said)
    if before is None:
        content = " · ".join(f"{field}: {value}" for field, value in now.items())
        return Row((name, Cell(said("ny", "new")), Cell(content)))
    then = _told(kind, before, said)
    fields = [field for field in {**then, **now} if then.get(field) != now.get(field)]
    nothing = said("intet", "nothing")
    content = " · ".join(f"{field}: {then.get(field, nothing)} → {now.get(field, nothing)}" for field in fields)
    return Row((name, Cell(said("ændres", "changed")), Cell(content or said("som før", "as before"))))


def _told(kind: str, body: Mapping[str, Any], said: Said) -> dict[str, str]:
    """The fields of an entry that say something, each as text."""
    told = {field: _content(field, value, said) for field, value in body.items() if field != f"{kind}_id"}
    return {field_word(field, said): value for field, value in told.items() if value}


def _content(field: str, value: Any, said: Said) -> str:
    if field in ("valid_from", "valid_to"):
        return "" if str(value).startswith(_NEVER) else formats.day(dt.date.fromisoformat(value))
    if field == "verdict":
        return verdict_word(value, said)
    if field == "status":
        return status_word(value, said)
    if field == "scope":
        purpose = purpose_word(value.get("purpose") or "", said)
        return ", ".join(filter(None, (span(value.get("low"), value.get("high"), said), purpose)))
    return _text(value, said)


def _text(value: object, said: Said) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return said("ja", "yes")
    if isinstance(value, float):
        return figure(value, said)
    if isinstance(value, list | tuple):
        return _texts(cast("Sequence[object]", value), said)
    if isinstance(value, Mapping):
        told = cast("Mapping[str, object]", value)
        return ", ".join(f"{figure(each, said)} %" if field == "percent" and isinstance(each, int | float)
                         else _text(each, said) for field, each in told.items() if each is not None)  # fmt: skip
    return str(value)


def _texts(values: Sequence[object], said: Said) -> str:
    """Codes by their values; of anything else, how many there are."""
    codes = [cast("Mapping[str, object]", one).get("value") for one in values if isinstance(one, Mapping)]
    if codes and all(isinstance(one, str) for one in codes):
        return ", ".join(map(str, codes))
    return said(f"{len(values)} stk.", f"{len(values)} of them") if values else ""
