"""What the parts of one document share: who, when, which sample, and the identity of each resource."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

from labbro.eu.addresses import DK_CORE, EU_LAB, Addresses, profiles
from labbro.eu.words import LABORATORY
from labbro.records.model import Report, Sample

Json = dict[str, Any]

_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://labbro.example/eu-document")
_DENMARK = ZoneInfo("Europe/Copenhagen")
_STANDARD_TIME_SINCE = 1895
_NORMAL_TIME = dt.timezone(dt.timedelta(hours=1))
_OBSERVATION_META = profiles(EU_LAB + "Observation-resultslab-eu-lab", DK_CORE + "dk-core-observation")


def instant(local: dt.datetime) -> str:
    """A local Danish time, as letters have them, with its offset. Of an hour that comes twice, the first."""
    # Before there was Danish standard time its offset had seconds, which FHIR cannot say.
    zone = _DENMARK if local.year >= _STANDARD_TIME_SINCE else _NORMAL_TIME
    return local.replace(tzinfo=zone).isoformat(timespec="seconds")


class Frame:
    """One document under construction. Resources are added in order; `rows` become the narrative."""

    def __init__(self, report: Report, known: Addresses) -> None:
        sender = report.sender.ean or report.sender.identifier
        self.key = f"{sender}|{report.production_number}|{report.letter_identifier}|{report.standard}"
        self._own = uuid.uuid5(_SPACE, self.key)
        self.report = report
        self.known = known
        self.issued = instant(report.results_at)
        self.performer: list[Json] = []
        self.subject: Json = {"reference": self.reference("patient")}
        self.resources: list[Json] = []
        self.results: list[Json] = []
        self.rows: list[tuple[str, str, str, str, str]] = []
        self.effective = [_effective(sample, report) for sample in report.samples] or [_fallback(report)]
        self._count = 0

    def identity(self, name: str) -> str:
        """The identity of a resource: the same report gives the same, always."""
        return str(uuid.uuid5(self._own, name))

    def reference(self, name: str) -> str:
        """The address of a resource in the document."""
        return f"urn:uuid:{uuid.uuid5(self._own, name)}"

    def observation(self, code: Json, status: str, sample: int = 0) -> Json:
        """A new Observation, in the order of the document; the caller adds its value."""
        self._count += 1
        found: Json = {
            "resourceType": "Observation",
            "id": self.identity(f"observation {self._count}"),
            "meta": _OBSERVATION_META,
            "status": status,
            "category": LABORATORY,
            "code": code,
            "subject": self.subject,
            **(self.effective[sample] if sample < len(self.effective) else self.effective[0]),
            "issued": self.issued,
            "performer": self.performer,
        }
        self.resources.append(found)
        return found

    @staticmethod
    def refer(resource: Json) -> Json:
        """A reference to a resource of the document."""
        return {"reference": f"urn:uuid:{resource['id']}"}


def _effective(sample: Sample, report: Report) -> Json:
    if sample.interval_start is not None and sample.interval_end is not None:
        if sample.interval_start <= sample.interval_end:
            return {"effectivePeriod": {"start": instant(sample.interval_start), "end": instant(sample.interval_end)}}
        return {"effectiveDateTime": instant(sample.interval_end)}
    taken = sample.sampled_at or sample.interval_end or sample.interval_start
    return {"effectiveDateTime": instant(taken)} if taken is not None else _fallback(report)


def _fallback(report: Report) -> Json:
    """The time of the results, where no letter says when the sample was taken; a note tells so."""
    return {"effectiveDateTime": instant(report.results_at)}
