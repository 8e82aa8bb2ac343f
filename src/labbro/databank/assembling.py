"""A patient's rows as they are stored -> the history that is told. Pure; the hot path of every look-up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from labbro.databank.history import PatientHistory, PatientSummary, ReportSummary, StoredResult
from labbro.records import origin_of_result
from labbro.records.chains import Occurrence, SampleKeys, chain_key, resolve
from labbro.records.model import IdentifierKind, Report, Result, Sample

_REPORT: Final = msgspec.json.Decoder(Report).decode
_SAMPLES: Final = msgspec.json.Decoder(tuple[Sample, ...]).decode
_RESULTS: Final = msgspec.json.Decoder(tuple[Result, ...]).decode
_LONG_AGO: Final = dt.datetime.min  # noqa: DTZ901 - local, as in letters

# identifier, its kind, letter key, received at, report, samples, results; all but the first two None without a letter
StoredRow = tuple[str, IdentifierKind, UUID | None, dt.datetime, str, str | None, str | None]


class _Told(msgspec.Struct, frozen=True, gc=False):
    """One result with its surroundings, before it is known what superseded it."""

    report: ReportSummary
    sample: Sample
    result: Result
    occurrence: Occurrence


def history(patient_key: UUID, rows: Sequence[StoredRow]) -> PatientHistory | None:
    """The history from the rows of the query `history`; None where there is no such patient."""
    if not rows:
        return None
    told: list[_Told] = []
    newest: ReportSummary | None = None
    sample_keys = SampleKeys()
    for _, _, letter_key, received_at, body, samples, results in rows:
        if letter_key is None:
            continue
        report = _summary(letter_key, received_at, _REPORT(body))
        _tell(report, _SAMPLES(samples or "[]"), _RESULTS(results or "[]"), sample_keys, told)
        if newest is None or (report.authorised_at, newest.letter_key) > (newest.authorised_at, report.letter_key):
            newest = report
    stored = _linked(told)
    stored.sort(key=lambda row: (row.letter_key.int, row.result.ordinal))
    stored.sort(key=lambda row: row.sample.sampled_at or _LONG_AGO, reverse=True)
    reports = 0 if newest is None else len(rows)
    return PatientHistory(patient_summary(patient_key, rows[0][0], rows[0][1], reports, newest), tuple(stored))


def patient_summary(
    patient_key: UUID, identifier: str, kind: IdentifierKind, reports: int, newest: ReportSummary | Report | None
) -> PatientSummary:
    """The patient as the newest report names them."""
    return PatientSummary(
        key=patient_key,
        identifier=identifier,
        identifier_kind=kind,
        surname="" if newest is None else newest.patient.surname,
        given_name=None if newest is None else newest.patient.given_name,
        reports=reports,
        newest_report_at=None if newest is None else newest.authorised_at,
    )


def report_body(body: str) -> Report:
    """A stored report; its samples and results are stored beside it."""
    return _REPORT(body)


def _tell(
    report: ReportSummary,
    samples: Sequence[Sample],
    results: Sequence[Result],
    sample_keys: SampleKeys,
    told: list[_Told],
) -> None:
    sender_ean = report.sender.ean or ""
    numbers = [sample_keys.number(sender_ean, report.production_number, sample) for sample in samples]
    for result in results:
        occurrence = Occurrence(
            key=chain_key(numbers[result.sample], result.analysis),
            letter_identifier=report.letter_identifier,
            ordinal=result.ordinal,
            status=result.status,
            measured=result.value is not None or bool(result.text_values),
            authorised_at=report.authorised_at,
            results_at=report.results_at,
        )
        told.append(_Told(report, samples[result.sample], result, occurrence))


def _linked(told: Sequence[_Told]) -> list[StoredResult]:
    rows: list[StoredResult] = []
    names = {key: str(key) for key in {one.report.letter_key for one in told}}
    for one, link in zip(told, resolve([one.occurrence for one in told]), strict=True):
        report, result = one.report, one.result
        holder = told[link.chain]
        holder_key = holder.report.letter_key
        rows.append(
            StoredResult(
                result=result,
                report=report,
                sample=one.sample,
                letter_key=report.letter_key,
                current=link.superseded_by is None,
                superseded_by=None if link.superseded_by is None else holder_key,
                chain=f"{names[holder_key]}-{holder.result.ordinal}",
                ambiguous=link.ambiguous,
                origin="local" if report.origin == "local" else origin_of_result(result),
            )
        )
    return rows


def _summary(letter_key: UUID, received_at: dt.datetime, report: Report) -> ReportSummary:
    return ReportSummary(
        letter_key=letter_key,
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
        received_at=received_at,
        status=report.status,
        consent_given=report.consent_given,
        comments=report.comments,
        origin=report.origin,
    )
