"""What a report says of itself in a few words: who answers, how far it is, whether something is held back. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from labbro.portal import formats
from labbro.portal.texts import Texts
from labbro.records.microbiology import Culture, Microbiology, Property
from labbro.records.model import CodedText, Report


def laboratories(report: Report) -> list[str]:
    """Who answers, by label: the sender first, then producers that are somebody else."""
    sender = report.sender
    names = [name for name in (sender.organisation, sender.department, sender.unit) if name and name != "_"]
    labels = [", ".join(names) or sender.identifier]
    own = {sender.identifier, sender.laboratory_code, *names}
    for result in report.results:
        maker = result.producer
        if maker is not None and maker.name not in own and (maker.code is None or maker.code not in own):
            labels.append(maker.name)
    return list(dict.fromkeys(labels))


def result_status(report: Report) -> str:
    """The least finished status of the report's results, or corrected."""
    found = {report.result_status, *(result.status for result in report.results)}
    return next((each for each in ("corrected", "preliminary", "received") if each in found), "final")


def status(report: Report, texts: Texts) -> str:
    """The status of result and report in words."""
    words = [texts.statuses[result_status(report)]]
    if report.status and report.status != "complete":
        words.append(texts.report_statuses[report.status])
    return " · ".join(dict.fromkeys(words))


def holds_back(report: Report) -> bool:
    """Whether the sender has protected something in it."""
    texts = (report.summary, *report.coded_comments, *report.remarks)
    found = [result.microbiology for result in report.results] + [report.microbiology]
    return any(text is not None and text.held_back for text in texts) or any(_hides(each) for each in found if each)


def _hides(found: Microbiology) -> bool:
    coded: list[CodedText | None] = [found.interpretation, *found.comments]
    properties: list[Property] = []
    for measurement in found.measurements:
        if measurement.held_back:
            return True
        coded += [measurement.analysis, measurement.interpretation, *measurement.comments]
        properties += measurement.properties
    for culture in found.cultures:
        coded += culture.comments
        coded += _of_table(culture)
        for isolate in culture.isolates:
            coded += [isolate.organism, isolate.amount, *isolate.comments]
            properties += isolate.properties
    if found.microscopy is not None:
        for group in found.microscopy.groups:
            coded.append(group.headline)
            coded += [told for detail in group.details for told in (detail.name, detail.value)]
    return any(told is not None and told.held_back for told in coded) or any(_hides_part(each) for each in properties)


def _of_table(culture: Culture) -> Iterable[CodedText | None]:
    for antibiotic in culture.table.antibiotics if culture.table else ():
        yield antibiotic.name
        yield antibiotic.method


def _hides_part(told: Property) -> bool:
    said = (told.name, told.result.said if told.result else None)
    return told.held_back or any(each and each.held_back for each in said) or any(map(_hides_part, told.parts))


def sampled(report: Report) -> str:
    return formats.moment(next((sample.sampled_at for sample in report.samples if sample.sampled_at), None))


def says(report: Report, text: str) -> bool:
    """Whether the report holds these words anywhere in what is shown of it; what is held back is not searched."""
    if not text:
        return True
    wanted = text.casefold()
    return any(wanted in told.casefold() for told in _words(report))


def _words(report: Report) -> Iterable[str]:
    yield from laboratories(report)
    for result in report.results:
        yield from (result.analysis.short_name or "", result.analysis.complete_name or "", result.analysis.value)
        yield from (result.material or "", result.location or "", result.summary or "", result.value or "")
        yield from _words_of(result.microbiology)
        yield from (section.text or "" for section in result.sections)
    yield from _words_of(report.microbiology)
    yield from (section.text or "" for section in report.sections)
    for sample in report.samples:
        yield sample.material or ""
        if sample.diagnoses is not None:
            found = (
                *sample.diagnoses.findings,
                *((sample.diagnoses.topography,) if sample.diagnoses.topography else ()),
            )
            yield from (f"{each.code.value} {each.code.complete_name or ''}" for each in found)


def _words_of(found: Microbiology | None) -> Iterable[str]:
    if found is None:
        return
    for measurement in found.measurements:
        told = (measurement.analysis, None if measurement.held_back else measurement.interpretation)
        yield from (text.text for text in told if text and not text.held_back)
    for culture in found.cultures:
        yield culture.text or ""
        yield from (isolate.organism.text for isolate in culture.isolates if not isolate.organism.held_back)
        yield from (
            each.name.text for each in (culture.table.antibiotics if culture.table else ()) if not each.name.held_back
        )
