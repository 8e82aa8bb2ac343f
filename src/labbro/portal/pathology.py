"""A report of pathology or genetics as a person reads it: result, conclusion, diagnoses, sections. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from labbro.portal.detail import link
from labbro.portal.microbiology import MARKS
from labbro.portal.parts import Cell, Grid, Line, Part, facts
from labbro.portal.texts import Texts
from labbro.portal.values import value_text
from labbro.records.model import Diagnosis, Report, Result, Sample, Section

# In the order in which people read them; the letter keeps its own.
ORDER = (
    "conclusion", "analysis", "results", "macroscopy", "microscopy", "hematology", "comments", "method",
    "genome-reference", "internal-reference",
)  # fmt: skip
_FIRST = frozenset({"conclusion"})


def name(report: Report) -> str:
    """What was examined, for a heading."""
    result = next(iter(report.results), None)
    if result is None:
        return ""
    analysis = result.analysis
    return (analysis.complete_name or analysis.short_name or analysis.value or "").strip("\n")


def outcome(report: Report, texts: Texts) -> tuple[Cell, ...]:
    """The result in a word, and the conclusion, for a list."""
    lines: list[Cell] = []
    for result in report.results:
        if result.status == "received":
            lines.append(Cell(texts.not_yet, mark="waiting"))
        elif value_text(result):
            lines.append(Cell(_verdict(result, texts), mark=MARKS.get(result.flag or "", "")))
    sections = (*report.sections, *(each for result in report.results for each in result.sections))
    lines += [Cell(each.text.strip("\n")) for each in sections if each.kind == "conclusion" and each.text]
    return tuple(lines) or (Cell(texts.see_result),)


def _verdict(result: Result, texts: Texts) -> str:
    words = texts.flags.get(result.flag or "", "")
    return f"{value_text(result)} \N{EN DASH} {words}" if words else value_text(result)


def parts(report: Report, texts: Texts) -> Iterator[Part]:
    """The report, part by part."""
    single = [each for each in report.results if not each.sections]
    for result in single:
        yield _result(result, texts, name(report))
    ordered = sorted(report.sections, key=lambda each: ORDER.index(each.kind) if each.kind in ORDER else len(ORDER))
    yield from (_section(each, texts) for each in ordered if each.kind in _FIRST)
    yield from _samples(report, texts)
    yield from (_section(each, texts) for each in ordered if each.kind not in _FIRST)
    plain = [sample for sample in report.samples if sample.diagnoses is None]
    if plain:
        yield Part(texts.samples_heading, grid=_plain(plain, texts))
    for result in report.results:
        if result.sections:
            yield _result(result, texts, "")
            for section in sorted(
                result.sections, key=lambda each: ORDER.index(each.kind) if each.kind in ORDER else 99
            ):
                yield _section(section, texts, below=True)


def _result(result: Result, texts: Texts, known: str) -> Part:
    """The result in a word; `known` is a name that the page has told already."""
    analysis, maker = result.analysis, result.producer
    heading = (analysis.short_name or analysis.complete_name or texts.result).strip("\n")
    code = f"{analysis.value} ({analysis.system}, {analysis.responsible})" if analysis.value else ""
    complete = (analysis.complete_name or "").strip("\n")
    value = _verdict(result, texts) if value_text(result) else ""
    examiners = ", ".join(part for one in result.examiners for part in (one.name, one.title, one.initials) if part)
    told = facts(
        (result.summary or texts.result, value or (texts.not_yet if result.status == "received" else "")),
        (texts.analysis, complete if complete not in (heading, known) else ""),
        (texts.analysis_code, code),
        (texts.status, texts.statuses[result.status]),
        (texts.examiner, examiners),
        (texts.producer, " ".join(part for part in (maker.name, maker.code) if part) if maker else ""),
    )
    return Part(heading, told)


def _section(section: Section, texts: Texts, *, below: bool = False) -> Part:
    heading = section.heading or texts.section_names.get(section.kind, section.kind)
    grid = None
    if section.rows:
        heads, *rows = section.rows
        lines = tuple(Line(Cell(row[0]), tuple(Cell(cell) for cell in row[1:])) for row in rows)
        grid = Grid(heading, heads, lines)
    references = tuple(link(each, texts) for each in section.references)
    text = (section.text or "").strip("\n")
    return Part(heading, text=text, fixed=section.fixed_width, grid=grid, links=references, below=below)


# --- samples and diagnoses -----------------------------------------------------------------------------------------


def _samples(report: Report, texts: Texts) -> Iterator[Part]:
    """A part for each sample with its diagnoses; samples without codes stand in one table, after the texts."""
    title = report.diagnosis_headline or texts.diagnoses
    for sample in report.samples:
        if sample.diagnoses is None:
            continue
        own = sample.diagnoses.headline
        lines = tuple(_diagnosis(each, texts, is_site=each is sample.diagnoses.topography) for each in _all(sample))
        heads = (texts.meaning, texts.code, texts.code_kind)
        told = facts((texts.material, sample.material), *_numbers(sample, texts))
        yield Part(f"{title}: {own}" if own else title, told, grid=Grid(title, heads, lines))


def _all(sample: Sample) -> Iterator[Diagnosis]:
    assert sample.diagnoses is not None
    if sample.diagnoses.topography is not None:
        yield sample.diagnoses.topography
    yield from sample.diagnoses.findings


def _diagnosis(told: Diagnosis, texts: Texts, *, is_site: bool) -> Line:
    """A code with what its first letter means; the first of a sample is the site whatever its letter."""
    axis = "T" if is_site else told.code.value.strip()[:1].upper()
    cells = (Cell(told.code.value), Cell(texts.snomed_axes.get(axis, "")))
    name = (told.code.complete_name or told.code.short_name or "").strip()
    return Line(Cell(name), cells, (told.comment,) if told.comment else ())


def _plain(samples: list[Sample], texts: Texts) -> Grid:
    with_requester = any(sample.requester_number for sample in samples)
    with_type = any(sample.material_type for sample in samples)
    heads = [texts.material, texts.laboratory_number]
    heads += [texts.requester_number] if with_requester else []
    heads += [texts.material_type] if with_type else []
    lines = tuple(
        Line(
            Cell(sample.material or texts.sample),
            (
                Cell(sample.laboratory_number),
                *((Cell(sample.requester_number or ""),) if with_requester else ()),
                *((Cell(sample.material_type or ""),) if with_type else ()),
            ),
        )
        for sample in samples
    )
    return Grid(texts.samples_heading, tuple(heads), lines)


def _numbers(sample: Sample, texts: Texts) -> tuple[tuple[str, str | None], ...]:
    return (texts.laboratory_number, sample.laboratory_number), (texts.requester_number, sample.requester_number)
