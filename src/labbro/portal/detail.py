"""Behind one value: who, where, when, what was said, and every version of it. Pure."""

from __future__ import annotations

from uuid import UUID

import msgspec

from labbro.comparability.decision import Placer, method_name
from labbro.databank.history import PatientHistory, StoredResult
from labbro.portal import formats
from labbro.portal.changing import changes, facts_of
from labbro.portal.chart import CourseLine, judgement_words, line_of
from labbro.portal.comparable import by_code, observed, places_of
from labbro.portal.cumulated import shown_value
from labbro.portal.i18n.comparability import comparing_words
from labbro.portal.texts import Texts
from labbro.portal.values import Mark, interval_text, judge
from labbro.records.model import Party, Reference, Sample


class Fact(msgspec.Struct, frozen=True):
    """A label and what stands under it."""

    label: str
    value: str


class FactGroup(msgspec.Struct, frozen=True):
    """Facts under one heading."""

    heading: str
    facts: tuple[Fact, ...]


class Told(msgspec.Struct, frozen=True):
    """A text from the letter, its line breaks kept."""

    heading: str
    text: str


class Link(msgspec.Struct, frozen=True):
    """A reference of the result; `url` only where it is an ordinary web address."""

    description: str
    url: str | None
    note: str


class Version(msgspec.Struct, frozen=True):
    """One version of the value: a line of the history, when its letter was authorised, and which it is."""

    line: CourseLine
    authorised: str
    shown_here: bool


class Detail(msgspec.Struct, frozen=True):
    """Everything behind one value."""

    name: str
    complete_name: str
    shown: str
    unit: str
    interval: str
    mark: Mark | None
    judgement: str
    status: str
    at: str
    arrived: bool
    replaced: bool
    locked: bool
    ambiguous: bool
    groups: tuple[FactGroup, ...]
    told: tuple[Told, ...]
    links: tuple[Link, ...]
    versions: tuple[Version, ...]
    row: str
    letter: str
    requisitions: tuple[tuple[str, str], ...] = ()


def detail(
    history: PatientHistory,
    letter_key: UUID,
    ordinal: int,
    texts: Texts,
    placer: Placer | None = None,
    *,
    in_code_row: bool = False,
) -> Detail | None:
    """What is known of one result, or None when the patient has no such result; with a placer also where it stands.

    `in_code_row`: the reader came from rows by code, and goes back to them.
    """
    place = next(
        (at for at, s in enumerate(history.rows) if s.letter_key == letter_key and s.result.ordinal == ordinal), None
    )
    if place is None:
        return None
    stored = history.rows[place]
    result = stored.result
    shown, _ = shown_value(stored, texts)
    line = line_of(stored, texts)
    rows = by_code(history.rows) if in_code_row else places_of(history.rows, placer, comparing_words(texts.language))
    return Detail(
        name=result.analysis.short_name or result.analysis.complete_name or result.analysis.value,
        complete_name=result.analysis.complete_name or "",
        shown=shown,
        unit=result.unit or "",
        interval=interval_text(result.interval, texts.therapeutic),
        mark=judge(result).mark,
        judgement=judgement_words(stored, texts),
        status=texts.statuses[result.status],
        at=line.at,
        arrived=line.arrived,
        replaced=line.replaced,
        locked=line.locked,
        ambiguous=stored.ambiguous,
        groups=(
            *_comparability(history, place, placer, texts, with_change=not in_code_row),
            _who(stored, texts),
            _sample(stored, texts),
            _times(stored, texts),
            _report(stored, texts),
        ),
        told=_told(stored, texts),
        links=tuple(link(reference, texts) for reference in result.references),
        versions=_versions(history, stored, texts),
        row=rows[place].address,
        letter=stored.letter_key.hex,
        requisitions=_requisitions(stored, texts),
    )


def _comparability(
    history: PatientHistory, place: int, placer: Placer | None, texts: Texts, *, with_change: bool
) -> tuple[FactGroup, ...]:
    """By which method it was measured as far as the registry knows, why it stands there, and how much it changed."""
    if placer is None:
        return ()
    words, stored = comparing_words(texts.language), history.rows[place]
    placements = placer.place_all(observed(history.rows))
    placement = placements[place]
    row = [pair for pair in zip(history.rows, placements, strict=True) if pair[1].row == placement.row]
    found = changes(row, placer.registry) if with_change else {}
    changed = found.get((stored.letter_key, stored.result.ordinal))
    told = _facts(
        words.comparability,
        *(facts_of(changed, words) if changed else ()),
        (words.reason, words.reason_of(placement)),
        (words.group, words.label_of(placement.group) if placement.group else None),
        (words.method, method_name(placement.procedure) if placement.procedure else None),
        (words.found_by, words.steps[placement.step]),
        (words.registry_version, str(placer.registry.version)),
    )
    return (told,)


def _requisitions(stored: StoredResult, texts: Texts) -> tuple[tuple[str, str], ...]:
    """The requisitions that the report answers: key, and by which number they were found."""
    return tuple(
        (answer.requisition_key.hex, texts.matched_by[answer.step].format(number=answer.number))
        for answer in stored.report.requisitions
    )


def link(reference: Reference, texts: Texts) -> Link:
    """A reference; a link where it is an ordinary web address."""
    url = reference.url if reference.url and reference.url.lower().startswith(("https://", "http://")) else None
    note = texts.reference_object if reference.object_identifier else ""
    return Link(reference.description, url, note if url else (reference.url or note))


def _facts(heading: str, *pairs: tuple[str, str | None]) -> FactGroup:
    return FactGroup(heading, tuple(Fact(label, value) for label, value in pairs if value))


def _who(stored: StoredResult, texts: Texts) -> FactGroup:
    report, producer = stored.report, stored.result.producer
    return _facts(
        texts.made_by,
        (texts.producer, producer.name if producer else None),
        (texts.producer_code, producer.code if producer else None),
        (texts.sender, party(report.sender)),
        (texts.from_laboratory, report.sender.laboratory_code),
        (texts.to_laboratory, stored.result.to_laboratory),
        (texts.receiver, party(report.receiver)),
        (texts.physician, report.physician),
        (texts.copy_receiver, party(report.copy_receiver) if report.copy_receiver else None),
        (texts.origin_of, texts.origin_local if stored.origin == "local" else texts.origin_hospital),
    )


def _sample(stored: StoredResult, texts: Texts) -> FactGroup:
    sample = stored.sample
    volume = f"{sample.volume} {sample.volume_unit or ''}".strip() if sample.volume else None
    return _facts(
        texts.sample,
        (texts.laboratory_number, sample.laboratory_number),
        (texts.requester_number, sample.requester_number),
        (texts.production_number, stored.report.production_number),
        (texts.material, sample.material),
        (texts.volume, volume),
    )


def _times(stored: StoredResult, texts: Texts) -> FactGroup:
    sample, report = stored.sample, stored.report
    return _facts(
        texts.times,
        (texts.sampled, formats.moment(sample.sampled_at) or texts.time_unknown),
        (texts.sampling_interval, _collected(sample)),
        (texts.sample_received, formats.moment(sample.received_at)),
        (texts.results_at, formats.moment(report.results_at)),
        (texts.authorised, formats.moment(report.authorised_at)),
        (texts.received, formats.moment(formats.danish_time(report.received_at))),
    )


def _collected(sample: Sample) -> str | None:
    if sample.interval_start is None and sample.interval_end is None:
        return None
    return f"{formats.moment(sample.interval_start)} – {formats.moment(sample.interval_end)}"


def _report(stored: StoredResult, texts: Texts) -> FactGroup:
    report, analysis, group = stored.report, stored.result.analysis, stored.result.group
    consent = {True: texts.consent_yes, False: texts.consent_no, None: texts.consent_unsaid}[report.consent_given]
    return _facts(
        texts.report,
        (texts.analysis_code, f"{analysis.value} ({analysis.system}, {analysis.responsible})"),
        (texts.own_group, group.name if group else None),
        (texts.report_status, texts.report_statuses[report.status] if report.status else None),
        (texts.letter_number, f"{report.letter_identifier} ({report.standard} {report.version})"),
        (texts.consent, consent),
    )


def party(told: Party) -> str:
    """A party on one line: organisation, department, unit, and the number they are known by."""
    names = [name for name in (told.organisation, told.department, told.unit) if name and name != "_"]
    return f"{', '.join(names)} ({told.identifier})" if names else told.identifier


def _told(stored: StoredResult, texts: Texts) -> tuple[Told, ...]:
    result = stored.result
    told = [Told(texts.texts, text) for text in result.text_values]
    told += [Told(texts.comments, text) for text in result.comments]
    if stored.report.comments:
        told.append(Told(texts.report_comment, stored.report.comments))
    return tuple(told)


def _versions(history: PatientHistory, stored: StoredResult, texts: Texts) -> tuple[Version, ...]:
    """All rows of the same chain: the one in force first, then by authorisation, newest first."""
    chain = [other for other in history.rows if other.chain == stored.chain]
    chain.sort(key=lambda s: (s.current, s.report.authorised_at, s.letter_key.hex, s.result.ordinal), reverse=True)
    return tuple(
        Version(line_of(other, texts), formats.moment(other.report.authorised_at), other is stored) for other in chain
    )
