"""A patient's rows as they are stored -> the history that is told. Pure; the hot path of every look-up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from labbro.databank import answering, reports
from labbro.databank.history import Answer, PatientHistory, PatientSummary, ReportSummary, StoredResult
from labbro.records import editions, origin_of_result
from labbro.records.answers import RequestState
from labbro.records.chains import ChainKey, Link, Occurrence, SampleKeys, chain_key, resolve
from labbro.records.model import IdentifierKind, Person, Report, Result, Sample
from labbro.records.requisition import Requisition

_REPORT: Final = msgspec.json.Decoder(Report).decode
_REQUISITION: Final = msgspec.json.Decoder(Requisition).decode
_SAMPLES: Final = msgspec.json.Decoder(tuple[Sample, ...]).decode
_RESULTS: Final = msgspec.json.Decoder(tuple[Result, ...]).decode
_LONG_AGO: Final = dt.datetime.min  # noqa: DTZ901 - local, as in letters
BY_RESULT: Final = frozenset({"biochemistry", "foot-status"})  # kinds that are read result by result

# identifier, its kind, letter key, received at, report, samples, results; without a letter all but the first two are
# None, and of a requisition those two and the last two.
StoredRow = tuple[str | None, IdentifierKind | None, UUID | None, dt.datetime, str, str | None, str | None]


def known_by(rows: Sequence[StoredRow], moment: dt.datetime) -> list[StoredRow]:
    """The rows of what had been received by a moment: the patient's history as it could be told then."""
    found = [row for row in rows if row[2] is None or row[3] <= moment]
    if rows and not any(row[0] is not None for row in found):
        patient = next((row for row in rows if row[0] is not None), rows[0])
        found.append((patient[0], patient[1], None, moment, "", None, None))
    return found


class _Told(msgspec.Struct, frozen=True, gc=False):
    """One result with its surroundings, before it is known what superseded it."""

    report: ReportSummary
    sample: Sample
    result: Result
    key: ChainKey


def history(patient_key: UUID, rows: Sequence[StoredRow]) -> PatientHistory | None:
    """The history from the rows of the query `history`; None where there is no such patient."""
    if not rows:
        return None
    letters: list[reports.Letter] = []
    requisitions: list[answering.Stored] = []
    patient: tuple[str, IdentifierKind] | None = None
    for identifier, kind, letter_key, received_at, body, samples, results in rows:
        if identifier is None or kind is None:
            assert letter_key is not None
            requisitions.append(answering.Stored(letter_key, received_at, _REQUISITION(body)))
            continue
        patient = identifier, kind
        if letter_key is not None:
            told = _REPORT(body), _SAMPLES(samples or "[]"), _RESULTS(results or "[]")
            letters.append(reports.Letter(letter_key, received_at, *told))
    assert patient is not None
    answers = answering.matched(requisitions, letters)
    stored = _results((letter for letter in letters if letter.report.kind in BY_RESULT), answers)
    whole = reports.stored((letter for letter in letters if letter.report.kind not in BY_RESULT), answers)
    return PatientHistory(
        patient=patient_summary(patient_key, *patient, len(letters), _newest(letters), _newest_asked(requisitions)),
        rows=tuple(stored),
        reports=whole,
        requisitions=answering.stored(requisitions, answers, stored, whole),
    )


def letters(rows: Sequence[StoredRow]) -> tuple[reports.Letter, ...]:
    """Every report from the rows of the query `history`, with its samples and results in it, oldest first."""
    found = [
        reports.Letter(key, received_at, _REPORT(body), _SAMPLES(samples or "[]"), _RESULTS(results or "[]"))
        for identifier, _, key, received_at, body, samples, results in rows
        if identifier is not None and key is not None
    ]
    found.sort(key=lambda one: (one.report.authorised_at, one.report.results_at, one.letter_key))
    return tuple(
        msgspec.structs.replace(
            one, report=msgspec.structs.replace(one.report, samples=one.samples, results=one.results)
        )
        for one in found
    )


def _newest(letters: Iterable[reports.Letter]) -> Report | None:
    newest: reports.Letter | None = None
    for letter in letters:
        authorised_at = letter.report.authorised_at
        if newest is None or (authorised_at, newest.letter_key) > (newest.report.authorised_at, letter.letter_key):
            newest = letter
    return None if newest is None else newest.report


def _newest_asked(requisitions: Sequence[answering.Stored]) -> Requisition | None:
    newest = max(requisitions, key=lambda one: (one.requisition.requested_at, -one.letter_key.int), default=None)
    return None if newest is None else newest.requisition


def patient_summary(
    patient_key: UUID,
    identifier: str,
    kind: IdentifierKind,
    count: int,
    newest: Report | None,
    asked: Requisition | None,
) -> PatientSummary:
    """The patient as the newest report names them, or, without any, the newest requisition."""
    named = _named(newest, asked)
    return PatientSummary(
        key=patient_key,
        identifier=identifier,
        identifier_kind=kind,
        surname="" if named is None else named.surname,
        given_name=None if named is None else named.given_name,
        reports=count,
        newest_report_at=None if newest is None else newest.authorised_at,
    )


def _named(report: Report | None, requisition: Requisition | None) -> Person | None:
    if report is not None:
        return report.patient
    return None if requisition is None else requisition.patient


def report_body(body: str) -> Report:
    """A stored report; its samples and results are stored beside it."""
    return _REPORT(body)


def requisition_body(body: str) -> Requisition:
    """A stored requisition."""
    return _REQUISITION(body)


def _results(letters: Iterable[reports.Letter], answers: Mapping[UUID, tuple[Answer, ...]]) -> list[StoredResult]:
    told: list[_Told] = []
    sample_keys = SampleKeys()
    letters = tuple(letters)
    numbers = editions.numbers(letter.report for letter in letters)
    for letter in letters:
        requested = answering.of_letter(letter, answers)
        summary = _summary(letter, requested, answers.get(letter.letter_key, ()))
        sender = editions.sender_of(letter.report)
        number = numbers.get((sender, summary.production_number), summary.production_number)
        samples = [sample_keys.number(sender, number, sample) for sample in letter.samples]
        _tell(summary, letter, samples, told)
    stored = _linked(told)
    stored.sort(key=lambda row: (row.letter_key.int, row.result.ordinal))
    stored.sort(key=lambda row: row.sample.sampled_at or _LONG_AGO, reverse=True)
    return stored


def _tell(report: ReportSummary, letter: reports.Letter, numbers: Sequence[int], told: list[_Told]) -> None:
    """`numbers`: of the letter's samples."""
    samples = letter.samples
    for result in letter.results:
        key = chain_key(numbers[result.sample], result.analysis)
        told.append(_Told(report, samples[result.sample], result, key))


def _linked(told: Sequence[_Told]) -> list[StoredResult]:
    rows: list[StoredResult] = []
    names = {key: str(key) for key in {one.report.letter_key for one in told}}
    links = _links(told)
    for at, one in enumerate(told):
        report, result = one.report, one.result
        link = links.get(at)
        holder = one if link is None else told[link.chain]
        holder_key = holder.report.letter_key
        superseded = link is not None and link.superseded_by is not None
        rows.append(
            StoredResult(
                result=result,
                report=report,
                sample=one.sample,
                letter_key=report.letter_key,
                current=not superseded,
                superseded_by=holder_key if superseded else None,
                chain=f"{names[holder_key]}-{holder.result.ordinal}",
                ambiguous=link is not None and link.ambiguous,
                origin="local" if report.origin == "local" else origin_of_result(result),
            )
        )
    return rows


def _links(told: Sequence[_Told]) -> dict[int, Link]:
    """The links of results that tell of the same measurement as another one; almost all stand alone and have none."""
    first: dict[ChainKey, int] = {}
    repeated: set[int] = set()
    for at, one in enumerate(told):
        other = first.setdefault(one.key, at)
        if other != at:
            repeated.update((other, at))
    places = sorted(repeated)
    links = resolve([_occurrence(told[at]) for at in places])
    return {at: msgspec.structs.replace(link, chain=places[link.chain]) for at, link in zip(places, links, strict=True)}


def _occurrence(one: _Told) -> Occurrence:
    report, result = one.report, one.result
    return Occurrence(
        key=one.key,
        letter_identifier=report.letter_identifier,
        ordinal=result.ordinal,
        status=result.status,
        measured=result.value is not None or bool(result.text_values),
        authorised_at=report.authorised_at,
        results_at=report.results_at,
    )


def _summary(letter: reports.Letter, requested: RequestState, answers: tuple[Answer, ...]) -> ReportSummary:
    report = letter.report
    return ReportSummary(
        letter_key=letter.letter_key,
        letter_identifier=report.letter_identifier,
        kind=report.kind,
        standard=report.standard,
        version=report.version,
        sender=report.sender,
        receiver=report.receiver,
        copy_receiver=report.copy_receiver,
        physician=report.physician,
        patient=report.patient,
        production_number=report.production_number,
        authorised_at=report.authorised_at,
        results_at=report.results_at,
        received_at=letter.received_at,
        status=report.status,
        consent_given=report.consent_given,
        comments=report.comments,
        origin=report.origin,
        requested=requested,
        requisitions=answers,
    )
