"""Code lists as one table of concepts, whichever file they come from. The forms are described in docs/terminologies.md.

NPU and DNK come as monthly files (definitions, groups, replaced and retired codes) or as a FHIR CodeSystem; MCS, MDS
and laboratories' own lists as tables. Columns are found by their names, in any order; what a file says twice
differently, or about codes it does not have, is told, and the rest goes on.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, cast

import msgspec

from labbro.codes.npu import NpuName, parse
from labbro.errors import WrongUse

Status = Literal["active", "retired"]
ListKind = Literal["npu", "dnk", "mcs", "mds", "local"]

_KEEPERS: dict[ListKind, tuple[str, str]] = {
    "npu": ("iupac", "SST"),
    "dnk": ("iupac", "SST"),  # NPU's Danish file holds both
    "mcs": ("lokal", "MCS"),
    "mds": ("mds", "MDS"),
}
_CODES: dict[ListKind, re.Pattern[str]] = {
    "npu": re.compile(r"(?:NPU|DNK)\d{5}"),
    "dnk": re.compile(r"(?:NPU|DNK)\d{5}"),
    "mcs": re.compile(r"[A-Z]{3}\d{4,5}"),
    "mds": re.compile(r"[0-9A-Za-z.-]{1,17}"),
    "local": re.compile(r"\S{1,17}"),
}
_NAMES: dict[ListKind, str] = {"npu": "NPU or DNK", "dnk": "NPU or DNK", "local": "local"}
# By the names that files use; compared without case, blanks and points.
_COLUMNS: dict[str, tuple[str, ...]] = {
    "code": ("code", "npucode", "kode", "npukode"),
    "name": ("name", "definition", "fulldefinition", "longdefinition", "fuldtnavn", "systematicname", "display"),
    "short_name": ("shortname", "shortdefinition", "shortda", "kortnavn", "nkn", "rcpashortname"),
    "unit": ("unit", "enhed"),
    "scale": ("scale", "scaletype", "skala"),
    "specialty": ("specialty", "speciale"),
    "group": ("group", "groups", "groupcode", "gruppe"),
    "effective_from": ("effectivefrom", "activefrom", "validfrom", "gyldigfra", "createddate"),
    "effective_to": ("effectiveto", "activeto", "validto", "gyldigtil", "retireddate"),
    "replaced_by": ("replacedby", "relatedcode", "erstattetaf"),
    "replaces": ("replaces", "erstatter"),
    "status": ("status", "active"),
}
_RETIRED = {"retired", "inactive", "deprecated", "no", "false", "0", "udgået"}
_MOST_ROWS = 200_000


class Concept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One code: its names, the parts of its systematic name, and whether it may still be used."""

    code: str
    system: str
    responsible: str
    name: str = ""
    short_name: str = ""
    parts: NpuName | None = None
    unit: str = ""
    scale: str = ""
    specialty: str = ""
    groups: tuple[str, ...] = ()
    status: Status = "active"
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    replaced_by: tuple[str, ...] = ()


class Imported(msgspec.Struct, frozen=True):
    """What a file gave: concepts by code, and what in it could not be used, each with its line."""

    concepts: tuple[Concept, ...]
    remarks: tuple[str, ...]


def import_table(data: bytes, kind: ListKind, responsible: str | None = None) -> Imported:
    """Concepts of a table. `responsible` names the keeper of a laboratory's own list.

    Raises WrongUse `terminology-table` where there is no column of codes, or `terminology-keeper`.
    """
    system, keeper = _KEEPERS.get(kind, ("lokal", responsible or ""))
    if not keeper or (kind == "local" and not re.fullmatch(r"[A-ZÆØÅ0-9]{2,3}", keeper)):
        raise WrongUse(
            "A laboratory's own list needs its keeper's abbreviation, 2 or 3 characters as letters say it.",
            message_da="Et laboratoriums egen liste kræver ejerens forkortelse på 2 eller 3 tegn.",
            code="terminology-keeper",
        )
    found: dict[str, Concept] = {}
    remarks: list[str] = []
    for line, row in _rows(data):
        code = row.get("code", "").upper() if kind != "local" else row.get("code", "")
        if not _CODES[kind].fullmatch(code):
            remarks.append(f"line {line}: {code[:20]!r} is no {_NAMES.get(kind, kind.upper())} code")
            continue
        try:
            concept = _concept(code, system, keeper, row)
        except ValueError as error:
            remarks.append(f"line {line}: {code}: {error}")
            continue
        known = found.get(code)
        if known is not None and _lists(known, (), ()) != _lists(concept, (), ()):
            remarks.append(f"line {line}: {code} stands there twice with different content; the first counts")
        elif known is not None:
            concept = _lists(
                concept, _both(known.groups, concept.groups), _both(known.replaced_by, concept.replaced_by)
            )
            found[code] = concept
        found.setdefault(code, concept)
    return Imported(tuple(found.values()), tuple(remarks))


def import_code_system(data: bytes) -> Imported:
    """Concepts of a FHIR CodeSystem (R4 JSON) of NPU, by the properties that its draft publishes.

    Raises WrongUse `terminology-code-system`.
    """
    try:
        told = msgspec.json.decode(data, type=dict[str, Any])
    except msgspec.MsgspecError:
        told = {}
    if told.get("resourceType") != "CodeSystem" or not isinstance(told.get("concept"), list):
        raise WrongUse(
            "The file is no FHIR CodeSystem with concepts.",
            message_da="Filen er intet FHIR CodeSystem med begreber.",
            code="terminology-code-system",
        )
    found: dict[str, Concept] = {}
    remarks: list[str] = []
    replaced: dict[str, list[str]] = {}
    for at, one in enumerate(cast("list[dict[str, Any]]", told["concept"])):
        code = str(one.get("code", ""))
        if not (_CODES["npu"].fullmatch(code) or _CODES["dnk"].fullmatch(code)):
            remarks.append(f"concept {at + 1}: {code[:20]!r} is no NPU or DNK code")
            continue
        properties = _properties(one)
        found.setdefault(code, _from_properties(code, one, properties))
        for old in properties.get("replaces", ()):
            replaced.setdefault(old, []).append(code)
    return Imported(tuple(_with_replacements(found, replaced, remarks)), tuple(remarks))


def merged(*parts: Imported) -> Imported:
    """Several files as one: groups and replacements of later files are added to the definitions of earlier ones."""
    found: dict[tuple[str, str, str], Concept] = {}
    remarks = [remark for part in parts for remark in part.remarks]
    for part in parts:
        for concept in part.concepts:
            key = (concept.code, concept.system, concept.responsible)
            known = found.get(key)
            found[key] = concept if known is None else _joined(known, concept)
    known_codes = {code for code, *_ in found}
    remarks += [
        f"{concept.code} is replaced by {code}, which no file defines"
        for concept in found.values()
        for code in concept.replaced_by
        if code not in known_codes
    ]
    return Imported(tuple(found.values()), tuple(remarks))


def current(concepts: Mapping[str, Concept], code: str) -> tuple[str, ...]:
    """The codes in use that stand for a code today: itself, or what replaced it, through every step.

    A circle ends; where it leads to no code in use, the code stands for itself.
    """
    seen: set[str] = set()
    found: list[str] = []
    waiting = [code]
    while waiting:
        one = waiting.pop(0)
        if one in seen:
            continue
        seen.add(one)
        concept = concepts.get(one)
        if concept is None or concept.status == "active" or not concept.replaced_by:
            found.append(one)
        else:
            waiting.extend(concept.replaced_by)
    return tuple(found) or (code,)


def write_table(concepts: Iterable[Concept]) -> str:
    """Concepts as a table that `import_table` reads."""
    fields = ("code", "system", "responsible", "name", "short_name", "unit", "scale", "specialty", "groups", "status",
              "effective_from", "effective_to", "replaced_by")  # fmt: skip
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";", lineterminator="\n")
    rows.writerow(fields)
    for concept in concepts:
        told = {name: getattr(concept, name) or "" for name in fields}
        told["replaced_by"] = " ".join(concept.replaced_by)
        told["groups"] = ", ".join(concept.groups)
        rows.writerow([str(told[name]) for name in fields])
    return out.getvalue()


def read_table(data: bytes) -> Imported:
    """Concepts of a table that `write_table` wrote: codes of several systems may stand in one.

    Raises WrongUse `terminology-table` where it has no columns of codes, systems and their keepers.
    """
    rows = csv.DictReader(io.StringIO(_text(data)), delimiter=";")
    if not {"code", "system", "responsible"} <= set(rows.fieldnames or ()):
        raise WrongUse(
            "The table was not written by `labbro codes import`: it has no columns code, system and responsible.",
            message_da="Tabellen er ikke skrevet af `labbro codes import`.",
            code="terminology-table",
        )
    found: list[Concept] = []
    remarks: list[str] = []
    for line, told in enumerate(rows, start=2):
        row = {_column(name or "") or (name or ""): (value or "").strip() for name, value in told.items() if name}
        try:
            found.append(_concept(row["code"], row["system"], row["responsible"], row))
        except ValueError as error:
            remarks.append(f"line {line}: {row['code'][:20]}: {error}")
    return Imported(tuple(found), tuple(remarks))


def _rows(data: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of a table by our names of its columns."""
    text, skipped = _text(data), 0
    while text.startswith("#"):  # remarks at the head, as the packaged table has them
        text = text.partition("\n")[2]
        skipped += 1
    head = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=max(";\t,", key=head.count))
    nothing: list[str] = []
    names = [_column(cell) for cell in next(rows, nothing)]
    if "code" not in names:
        raise WrongUse(
            f"The table has no column of codes; its first line is: {head[:120]!r}.",
            message_da="Tabellen har ingen kolonne med koder i første linje.",
            code="terminology-table",
        )
    for line, cells in enumerate(rows, start=2 + skipped):
        if line > _MOST_ROWS:
            return
        row = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}
        if any(row.values()):
            yield line, row


def _text(data: bytes) -> str:
    """The characters of a table, with one way to end a line and none that tables do not know."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _lists(concept: Concept, groups: tuple[str, ...], replaced_by: tuple[str, ...]) -> Concept:
    """The concept with other groups and successors: a code has a line for each in files of groups and replacements."""
    return msgspec.structs.replace(concept, groups=groups, replaced_by=replaced_by)


def _both(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _column(told: str) -> str:
    plain = re.sub(r"[^a-zæøå]", "", told.casefold())
    return next((name for name, spellings in _COLUMNS.items() if plain in spellings), "")


def _concept(code: str, system: str, responsible: str, row: dict[str, str]) -> Concept:
    name = row.get("name") or row.get("short_name", "")
    parts = parse(name)
    until = _day(row.get("effective_to", ""))
    retired = row.get("status", "").casefold() in _RETIRED or bool(row.get("replaced_by")) or until is not None
    return Concept(
        code=code,
        system=system,
        responsible=responsible,
        name=name,
        short_name=row.get("short_name", ""),
        parts=parts,
        unit=row.get("unit") or (parts.unit if parts else ""),
        scale=row.get("scale", "").casefold(),
        specialty=row.get("specialty", ""),
        groups=tuple(part.strip() for part in row.get("group", "").split(",") if part.strip()),
        status="retired" if retired else "active",
        effective_from=_day(row.get("effective_from", "")),
        effective_to=until,
        replaced_by=tuple(re.findall(r"[^\s,]+", row.get("replaced_by", ""))),
    )


def _day(told: str) -> dt.date | None:
    """A day as files write it: 2026-11-23, 20261123 or 23-11-2026. Raises ValueError."""
    if not told:
        return None
    plain = told[:10].replace("/", "-").replace(".", "-")
    if re.fullmatch(r"\d{8}", plain):
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    if re.fullmatch(r"\d{2}-\d{2}-\d{4}", plain):
        plain = f"{plain[6:]}-{plain[3:5]}-{plain[:2]}"
    try:
        return dt.date.fromisoformat(plain)
    except ValueError:
        raise ValueError(f"{told[:20]!r} is no day") from None


def _properties(concept: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in cast("list[dict[str, Any]]", concept.get("property", ())):
        coding = one.get("valueCoding")
        value = next((str(value) for name, value in one.items() if name.startswith("value")), "")
        if isinstance(coding, dict):
            value = str(cast("dict[str, Any]", coding).get("code", ""))
        found.setdefault(str(one.get("code", "")), []).append(value)
    return found


def _from_properties(code: str, concept: dict[str, Any], told: dict[str, list[str]]) -> Concept:
    def one(name: str) -> str:
        values = told.get(name)
        return values[0] if values else ""

    name = str(concept.get("display") or concept.get("definition") or "")
    parts = NpuName(
        system=one("system"),
        system_specification=one("sys_spec"),
        component=one("component"),
        component_specification=one("comp_spec"),
        kind=one("kind_of_property"),
        procedure=one("proc"),
        unit=one("unit"),
    )
    retired = one("status").casefold() in _RETIRED or one("inactive").casefold() == "true"
    return Concept(
        code=code,
        system="iupac",
        responsible="SST",
        name=name,
        parts=parse(name) if parts == NpuName() else parts,
        unit=one("unit"),
        scale=one("scale_type").casefold(),
        specialty=one("specialty"),
        status="retired" if retired else "active",
    )


def _with_replacements(
    found: dict[str, Concept], replaced: dict[str, list[str]], remarks: list[str]
) -> Iterator[Concept]:
    for old, new in replaced.items():
        if old not in found:
            remarks.append(f"{', '.join(new)} replaces {old}, which the file does not have")
    for code, concept in found.items():
        if code in replaced:
            yield msgspec.structs.replace(concept, status="retired", replaced_by=tuple(sorted(replaced[code])))
        else:
            yield concept


def _joined(known: Concept, later: Concept) -> Concept:
    """What an earlier file said, filled up by a later one; a later retirement counts."""
    told = {
        name: getattr(later, name)
        for name in Concept.__struct_fields__
        if getattr(later, name) not in ("", None, ()) and getattr(known, name) in ("", None, ())
    }
    told["groups"] = _both(known.groups, later.groups)
    if later.status == "retired":
        told["status"] = "retired"
        told["replaced_by"] = _both(known.replaced_by, later.replaced_by)
    return msgspec.structs.replace(known, **told)
