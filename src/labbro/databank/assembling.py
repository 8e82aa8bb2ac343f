"""A patient's rows as they are stored -> the history that is told. Pure; the hot path of every look-up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final
from uuid import UUID

import msgspec

from labbro.databank.history import PatientHistory, PatientSummary, ReportSummary, StoredResult
from labbro.records import origin_of_result
from labbro.records.chains import ChainKey, Occurrence, resolve
from labbro.records.model import IdentifierKind, Report, Result, Sample

_REPORT: Final = msgspec.json.Decoder(Report).decode
_SAMPLE: Final = msgspec.json.Decoder(Sample).decode
_RESULT: Final = msgspec.json.Decoder(Result).decode
_PATIENT: Final = msgspec.json.Decoder(tuple[str, IdentifierKind]).decode
_LONG_AGO: Final = dt.datetime.min  # noqa: DTZ901 - local, as in letters

StoredRow = tuple[str, UUID, int, dt.datetime, str]


def history(patient_key: UUID, rows: Iterable[StoredRow]) -> PatientHistory | None:
    """The history from the rows of the query `history`; None where there is no such patient."""
    patient: tuple[str, IdentifierKind] | None = None
    reports: dict[UUID, ReportSummary] = {}
    samples: dict[tuple[UUID, int], Sample] = {}
    results: list[tuple[UUID, Result]] = []
    for kind, letter_key, ordinal, received_at, body in rows:
        if kind == "v":
            results.append((letter_key, _RESULT(body)))
        elif kind == "s":
            samples[letter_key, ordinal] = _SAMPLE(body)
        elif kind == "r":
            reports[letter_key] = _summary(letter_key, received_at, _REPORT(body))
        else:
            patient = _PATIENT(body)
    if patient is None:
        return None
    stored = _linked(reports, samples, results)
    stored.sort(key=lambda row: (row.letter_key, row.result.ordinal))
    stored.sort(key=lambda row: row.sample.sampled_at or _LONG_AGO, reverse=True)
    newest = max(reports.values(), key=lambda report: (report.authorised_at, report.letter_key), default=None)
    return PatientHistory(patient_summary(patient_key, patient[0], patient[1], len(reports), newest), tuple(stored))


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


def _linked(
    reports: dict[UUID, ReportSummary], samples: dict[tuple[UUID, int], Sample], results: list[tuple[UUID, Result]]
) -> list[StoredResult]:
    occurrences = [
        _occurrence(reports[letter_key], samples[letter_key, result.sample], result) for letter_key, result in results
    ]
    rows: list[StoredResult] = []
    for (letter_key, result), link in zip(results, resolve(occurrences), strict=True):
        holder_key, holder = results[link.chain]
        rows.append(
            StoredResult(
                result=result,
                report=reports[letter_key],
                sample=samples[letter_key, result.sample],
                letter_key=letter_key,
                current=link.superseded_by is None,
                superseded_by=None if link.superseded_by is None else holder_key,
                chain=f"{holder_key}-{holder.ordinal}",
                ambiguous=link.ambiguous,
                origin="local" if reports[letter_key].origin == "local" else origin_of_result(result),
            )
        )
    return rows


def _occurrence(report: ReportSummary, sample: Sample, result: Result) -> Occurrence:
    analysis = result.analysis
    return Occurrence(
        key=ChainKey(
            report.sender.ean or "",
            report.production_number,
            sample.laboratory_number,
            sample.requester_number,
            analysis.value,
            analysis.system,
            analysis.responsible,
        ),
        letter_identifier=report.letter_identifier,
        ordinal=result.ordinal,
        status=result.status,
        measured=result.value is not None or bool(result.text_values),
        authorised_at=report.authorised_at,
        results_at=report.results_at,
    )


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
