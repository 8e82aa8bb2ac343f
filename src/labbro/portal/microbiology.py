"""A report of microbiology as a person reads it: findings, isolates, antibiotics by isolates, microscopy. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from labbro.portal.detail import Fact, link
from labbro.portal.parts import Cell, Grid, Line, Part, amount, facts, one_line, said, several
from labbro.portal.texts import Texts
from labbro.portal.values import interval_text, value_text
from labbro.records.microbiology import (
    Culture,
    Isolate,
    Measurement,
    Microbiology,
    Microscopy,
    Property,
    Susceptibility,
    SusceptibilityTable,
)
from labbro.records.model import Report, Result

MARKS = {"high": "high", "low": "low", "abnormal": "abnormal", "malignant": "abnormal", "premalignant": "abnormal"}
# More isolates than this are columns by their number alone; the table of isolates above tells their names.
NAMED_COLUMNS = 4
MOST_LINES = 6
_NOT_TESTED = frozenset({"-", ".", ""})


def examination_name(result: Result) -> str:
    """What was examined, of what: name, material, location."""
    name = result.analysis.complete_name or result.analysis.short_name or result.analysis.value
    places = (result.material, result.location, result.supplementary_location)
    return ", ".join(dict.fromkeys(part.strip() for part in (name, *places) if part and part.strip(" .")))


def outcome(report: Report, result: Result, texts: Texts) -> tuple[Cell, ...]:
    """What an examination found, in a few lines for a list; `abnormal` marks what was found."""
    if result.status == "received":
        return (Cell(texts.not_yet, mark="waiting"),)
    lines = list(_outcome(result, result.microbiology, texts))
    if report.microbiology is not None and len(report.results) == 1:
        lines += _outcome(result, report.microbiology, texts)
    value = value_text(result)
    if value and not any(line.mark == "abnormal" for line in lines):
        lines.insert(0, Cell(value, mark=MARKS.get(result.flag or "", "")))
    lines += [Cell(one_line(text)) for text in (*result.text_values, *result.comments)]
    lines = list({line.text: line for line in reversed(lines)}.values())[::-1]
    return tuple(lines[:MOST_LINES]) or (Cell(texts.see_result),)


def _outcome(result: Result, found: Microbiology | None, texts: Texts) -> Iterator[Cell]:
    if result.summary:
        yield Cell(result.summary.strip())
    if found is None:
        return
    if found.interpretation is not None:
        yield Cell(one_line(said(found.interpretation, texts)))
    for culture in found.cultures:
        for isolate in culture.isolates:
            organism, grown = (one_line(said(told, texts)) for told in (isolate.organism, isolate.amount))
            yield Cell(organism, small=grown, mark="abnormal")
        if not culture.isolates:
            text = one_line(culture.text or several(culture.comments, texts))
            yield Cell(text or culture.headline)
    for measurement in sorted(found.measurements, key=lambda each: each.flag is None):
        name = one_line(said(measurement.analysis, texts))
        what = texts.held_back if measurement.held_back else one_line(said(measurement.interpretation, texts))
        number = "" if measurement.held_back else amount(measurement.operator, measurement.value, measurement.unit)
        mark = "" if measurement.held_back else MARKS.get(measurement.flag or "", "")
        yield Cell(f"{name}: {' '.join(part for part in (what, number) if part)}", mark=mark)


def parts(report: Report, texts: Texts) -> Iterator[Part]:
    """The report, part by part."""
    for result in report.results:
        yield _examination(result, texts)
        if result.microbiology is not None:
            yield from _found(result.microbiology, texts)
        yield _about(result, texts)
    if report.microbiology is not None:
        yield from _found(report.microbiology, texts)


def _examination(result: Result, texts: Texts) -> Part:
    """What the examination says as a whole."""
    value = " ".join(part for part in (value_text(result), result.unit) if part)
    judged = f" ({texts.flags[result.flag]})" if result.flag else ""
    told = facts(
        (texts.conclusion, result.summary),
        (texts.result, f"{value}{judged}" if value else texts.not_yet if result.status == "received" else ""),
        (texts.interval, interval_text(result.interval, texts.therapeutic)),
        (texts.comments, "\n".join((*result.text_values, *result.comments)).strip("\n")),
    )
    return Part(examination_name(result), told, links=tuple(link(each, texts) for each in result.references))


def _about(result: Result, texts: Texts) -> Part:
    """How it was examined, and by whom."""
    analysis = result.analysis
    code = f"{analysis.value} ({analysis.system}, {analysis.responsible})" if analysis.value else ""
    examiners = ", ".join(part for one in result.examiners for part in (one.name, one.title, one.initials) if part)
    maker = result.producer
    told = facts(
        (texts.status, texts.statuses[result.status]),
        (texts.short_name, analysis.short_name if analysis.short_name != analysis.complete_name else ""),
        (texts.analysis_code, code),
        (texts.examiner, examiners),
        (texts.producer, " ".join(part for part in (maker.name, maker.code) if part) if maker else ""),
        (texts.to_laboratory, result.to_laboratory),
    )
    return Part(texts.about_examination, told, below=True)


def _found(found: Microbiology, texts: Texts) -> Iterator[Part]:
    overall = facts(
        (texts.judgement, said(found.interpretation, texts)), (texts.comments, several(found.comments, texts))
    )
    if found.measurements or overall:
        grid = _measurements(found.measurements, texts) if found.measurements else None
        references = (each for measurement in found.measurements for each in measurement.references)
        links = tuple(link(each, texts) for each in references)
        yield Part(texts.measured_findings, overall, grid=grid, links=links, below=True)
    for culture in found.cultures:
        yield from _culture(culture, texts)
    if found.microscopy is not None:
        yield _microscopy(found.microscopy, texts)


def _measurements(measurements: Iterable[Measurement], texts: Texts) -> Grid:
    heads = (texts.analysis, texts.finding, texts.measured_value, texts.interval)
    return Grid(texts.measured_findings, heads, tuple(_measurement(each, texts) for each in measurements))


def _measurement(told: Measurement, texts: Texts) -> Line:
    name = Cell(one_line(said(told.analysis, texts)))
    properties = tuple(line for each in told.properties for line in property_lines(each, texts))
    if told.held_back:
        return Line(name, (Cell(texts.held_back), Cell(""), Cell("")), properties)
    mark = MARKS.get(told.flag or "", "")
    notes = (*properties, *(said(each, texts) for each in told.comments))
    cells = (
        Cell(one_line(said(told.interpretation, texts)), small=texts.flags[told.flag] if told.flag else "", mark=mark),
        Cell(amount(told.operator, told.value, told.unit), mark=mark),
        Cell(interval_text(told.interval, texts.therapeutic)),
    )
    return Line(name, cells, notes)


def _culture(culture: Culture, texts: Texts) -> Iterator[Part]:
    isolates = tuple(_isolate(each, texts) for each in culture.isolates)
    grid = Grid(texts.isolates, (texts.isolate, texts.growth), isolates) if isolates else None
    told = facts((texts.comments, several(culture.comments, texts)))
    yield Part(culture.headline or texts.culture, told, (culture.text or "").strip("\n"), grid=grid, below=True)
    if culture.table is not None:
        yield _susceptibility(culture, culture.table, texts)


def _isolate(isolate: Isolate, texts: Texts) -> Line:
    number = texts.isolate_number.format(number=isolate.isolate_number) if isolate.isolate_number else ""
    notes = (
        *(said(each, texts) for each in isolate.comments),
        number,
        *(line for each in isolate.properties for line in property_lines(each, texts)),
    )
    name = Cell(f"{isolate.number} {one_line(said(isolate.organism, texts))}")
    grown = Cell(one_line(said(isolate.amount, texts)))
    return Line(name, (grown,), tuple(note for note in notes if note))


def property_lines(told: Property, texts: Texts, depth: int = 0) -> Iterator[str]:
    """A property with what it rests on, a line each; what is held back is named only."""
    result = told.result
    name = "\N{EN DASH} " * depth + one_line(said(told.name, texts))
    if told.held_back:
        yield f"{name}: {texts.held_back}"
        return
    what = "" if result is None else one_line(said(result.said, texts))
    if result is not None and not result.said.held_back:
        what = " ".join(
            part for part in (what, amount(result.operator, result.value, result.unit), result.long_text) if part
        )
    yield f"{name}: {what}" if what else name
    for part in told.parts:
        yield from property_lines(part, texts, depth + 1)


# --- susceptibility ------------------------------------------------------------------------------------------------


def _susceptibility(culture: Culture, table: SusceptibilityTable, texts: Texts) -> Part:
    legend = (table.interpretation or "").strip("\n")
    old = is_intermediate(legend)
    cells = {(isolate.number, cell.row): cell for isolate in culture.isolates for cell in isolate.susceptibilities}
    methods = any(antibiotic.method for antibiotic in table.antibiotics)
    lines = tuple(
        Line(
            Cell(one_line(said(antibiotic.name, texts))),
            (
                *(
                    _category(cells.get((isolate.number, antibiotic.row)), texts, old=old)
                    for isolate in culture.isolates
                ),
                *((Cell(one_line(said(antibiotic.method, texts))),) if methods else ()),
            ),
            tuple(
                f"{isolate.number}: {note}"
                for isolate in culture.isolates
                for note in _notes(cells.get((isolate.number, antibiotic.row)), texts)
            ),
        )
        for antibiotic in table.antibiotics
    )
    heads = (texts.antibiotic, *_columns(culture.isolates, texts), *((texts.method,) if methods else ()))
    used = {cell.category.strip().upper() for cell in (*cells.values(), *table.unplaced)}
    lost = tuple(f"{each.antibiotic.text} ({texts.isolate} {each.isolate}): {each.category}" for each in table.unplaced)
    told = facts((texts.laboratory_legend, legend), (texts.without_place, "\n".join(lost)))
    heading = table.headline or texts.susceptibility
    explained = tuple(_explained(used, texts, old=old))
    return Part(heading, told, grid=Grid(heading, heads, lines), explained=explained, below=True)


def is_intermediate(legend: str) -> bool:
    """Whether a laboratory's own legend gives `I` the meaning that it had before 2019."""
    return "intermedi" in legend.lower()


def _columns(isolates: tuple[Isolate, ...], texts: Texts) -> Iterator[str]:
    for isolate in isolates:
        name = one_line(said(isolate.organism, texts))
        yield f"{isolate.number} {name}" if len(isolates) <= NAMED_COLUMNS else str(isolate.number)


def _category(cell: Susceptibility | None, texts: Texts, *, old: bool) -> Cell:
    """S, I or R with its word and the concentration; whatever else a laboratory writes stands as it is."""
    if cell is None or cell.category.strip() in _NOT_TESTED:
        return Cell("\N{EN DASH}", mark="untested")
    key = cell.category.strip().upper()
    number = amount(cell.operator, cell.value, cell.unit)
    word = texts.intermediate if key == "I" and old else texts.categories.get(key, "")
    small = " · ".join(part for part in (word, number) if part)
    return Cell(cell.category, small=small, mark=f"sir-{key.lower()}" if key in texts.categories else "")


def _notes(cell: Susceptibility | None, texts: Texts) -> Iterator[str]:
    if cell is not None:
        interval = interval_text(cell.interval, texts.therapeutic)
        if interval:
            yield f"{texts.interval} {interval}"
        yield from (said(each, texts) for each in cell.comments)
        yield from (each.description for each in cell.references)


def _explained(used: set[str], texts: Texts, *, old: bool) -> Iterator[Fact]:
    """The categories that occur, in plain words."""
    for key, words in texts.categories_explained.items():
        if key in used:
            yield Fact(key, texts.intermediate_explained if key == "I" and old else words)


# --- microscopy ----------------------------------------------------------------------------------------------------


def _microscopy(seen: Microscopy, texts: Texts) -> Part:
    lines = tuple(
        Line(
            Cell(one_line(said(group.headline, texts))),
            (
                Cell(texts.microscopy_kinds.get(detail.kind, detail.kind)),
                Cell(one_line(said(detail.name, texts))),
                Cell(one_line(said(detail.value, texts))),
            ),
        )
        for group in seen.groups
        for detail in group.details
    )
    heads = (texts.seen_group, texts.seen_kind, texts.finding, texts.measured_value)
    grid = Grid(texts.microscopy, heads, lines) if lines else None
    return Part(seen.headline or texts.microscopy, text=(seen.text or "").strip("\n"), grid=grid, below=True)
