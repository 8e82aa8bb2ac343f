"""Read-only FHIR search: parameters, pages, and searchset Bundles. Pure.

A page goes on from the last resource that was given, not from a count: what comes in meanwhile moves nothing. Tokens
of pages are signed and hold no identity.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast
from uuid import UUID

import msgspec

from labbro.errors import WrongUse
from labbro.eu.bundle import Json
from labbro.eu.fields import codings, local_time, one_object

MOST: Final = 200
USUAL: Final = 50
_DATE: Final = re.compile(
    r"(eq|ge|le|gt|lt)?(\d{4})(?:-(\d\d)(?:-(\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)?"
)
_TAG_BYTES: Final = 16
_REPORT_ID: Final = re.compile(r"([0-9a-f]{32})")
_OBSERVATION_ID: Final = re.compile(r"([0-9a-f]{32})\.([1-9][0-9]{0,5})")


class Span(msgspec.Struct, frozen=True):
    """A condition on a time: a prefix, and the span from `low` up to but without `high`, local Danish time."""

    prefix: str
    low: dt.datetime
    high: dt.datetime

    def holds(self, start: dt.datetime, end: dt.datetime) -> bool:
        """Whether something that lasted from `start` to `end` meets it."""
        if self.prefix == "ge":
            return end >= self.low
        if self.prefix == "gt":
            return end >= self.high
        if self.prefix == "le":
            return start < self.high
        if self.prefix == "lt":
            return start < self.low
        return self.low <= start and end < self.high


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What is searched. `after`: the order of the last resource of the page before."""

    kind: str
    patient: UUID
    dates: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    count: int = USUAL
    after: tuple[str, int] | None = None

    def spans(self) -> list[Span]:
        """The conditions on time."""
        return [_span(one) for one in self.dates]


def search_of(kind: str, asked: Sequence[tuple[str, str]], secret: bytes) -> Search:
    """The search behind query parameters. Raises WrongUse for what is not supported: nothing is left out silently."""
    given: dict[str, list[str]] = {}
    for name, value in asked:
        given.setdefault(name, []).append(value)
    if "page" in given:
        return _opened(kind, given["page"][0], secret)
    allowed = {"patient", "subject", "date", "_count", "_format"} | ({"code"} if kind == "Observation" else set[str]())
    unknown = sorted(set(given) - allowed)
    if unknown:
        raise WrongUse(f"The parameter {unknown[0][:40]!r} is not supported; see /fhir/metadata.", code="not-supported")
    named = [*given.get("patient", ()), *given.get("subject", ())]
    if len(named) != 1:
        raise WrongUse("Name one patient: patient=KEY, the key that POST /patients/lookup gives.", code="required")
    count = given.get("_count", [str(USUAL)])[0]
    if not re.fullmatch(r"[0-9]{1,6}", count):
        raise WrongUse("_count must be a whole number.", code="value")
    search = Search(
        kind=kind,
        patient=_key(named[0].removeprefix("Patient/")),
        dates=tuple(given.get("date", ())),
        codes=tuple(given.get("code", ())),
        count=max(1, min(int(count), MOST)),
    )
    search.spans()
    return search


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise WrongUse(
            "patient must be the key that POST /patients/lookup gives, never a number of a person.", code="value"
        ) from None


def _span(text: str) -> Span:
    found = _DATE.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        prefix, year, month, day, clock = found.groups()
        if clock is not None:
            low = local_time(f"{year}-{month}-{day}{clock}".replace("Z", "+00:00"))
            assert low is not None
            seconds = clock.count(":") - ("+" in clock or "-" in clock)
            return Span(
                prefix or "eq", low, low + (dt.timedelta(seconds=1) if seconds > 1 else dt.timedelta(minutes=1))
            )
        low = dt.datetime(int(year), int(month or 1), int(day or 1))  # noqa: DTZ001 - local, as in letters
        if day:
            return Span(prefix or "eq", low, low + dt.timedelta(days=1))
        if month:
            return Span(prefix or "eq", low, low.replace(year=low.year + low.month // 12, month=low.month % 12 + 1))
        return Span(prefix or "eq", low, low.replace(year=low.year + 1))
    except (ValueError, OverflowError):
        raise WrongUse("date takes a day or a time, with eq, ge, le, gt or lt before it.", code="value") from None


# --- pages -----------------------------------------------------------------------------------------------------------


def sealed(search: Search, secret: bytes) -> str:
    """The token of a page: what is searched and where to go on, signed."""
    content = msgspec.json.encode(search)
    return base64.urlsafe_b64encode(_tag(content, secret) + content).decode().rstrip("=")


def _opened(kind: str, token: str, secret: bytes) -> Search:
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        tag, content = data[:_TAG_BYTES], data[_TAG_BYTES:]
        if not hmac.compare_digest(tag, _tag(content, secret)):
            raise ValueError("another's")
        search = msgspec.json.decode(content, type=Search)
        if search.kind != kind:
            raise ValueError("another's")
    except (ValueError, msgspec.MsgspecError):
        raise WrongUse("This page token was not made here; begin the search again.", code="value") from None
    return search


def _tag(content: bytes, secret: bytes) -> bytes:
    return hmac.digest(hmac.digest(secret, b"labbro fhir page 1", "sha256"), content, "sha256")[:_TAG_BYTES]


def after(search: Search, order: tuple[str, int]) -> Search:
    """The search of the page that begins behind a resource."""
    return msgspec.structs.replace(search, after=order)


# --- what fits -------------------------------------------------------------------------------------------------------


def fits(resource: Json, search: Search, now: Callable[[str], str]) -> bool:
    """Whether a resource meets the conditions. `now`: the address that a system has today, by any it has had."""
    start, end = _lasting(resource)
    if any(start is None or end is None or not span.holds(start, end) for span in search.spans()):
        return False
    return all(_has_code(resource, codes, now) for codes in search.codes)


def _lasting(resource: Json) -> tuple[dt.datetime | None, dt.datetime | None]:
    period = one_object(resource.get("effectivePeriod"))
    if period:
        start = local_time(period.get("start"))
        return start, local_time(period.get("end")) or start
    at = local_time(resource.get("effectiveDateTime"))
    return at, at


def _has_code(resource: Json, wanted: str, now: Callable[[str], str]) -> bool:
    told = codings(resource.get("code"))
    for one in wanted.split(","):
        system, stroke, code = one.rpartition("|")
        if any(value == code and (not stroke or now(of) == now(system)) for of, value in told):
            return True
    return False


# --- answers ---------------------------------------------------------------------------------------------------------


def searchset(entries: Sequence[Json], base: str, total: int | None, own: str, following: str | None) -> Json:
    """A searchset Bundle with links to itself and to the next page."""
    links = [{"relation": "self", "url": own}]
    if following is not None:
        links.append({"relation": "next", "url": following})
    found: Json = {"resourceType": "Bundle", "type": "searchset"}
    if total is not None:
        found["total"] = total
    found["link"] = links
    told = [
        {
            "fullUrl": f"{base}/{one['resourceType']}/{one['id']}",
            "resource": one,
            "search": {"mode": "match"},
        }
        for one in entries
    ]
    if told:
        found["entry"] = told
    return found


def outside(resource: Json, bundle: Json, patient: UUID, document: UUID) -> Json:
    """A resource as it stands outside its document: references by type and id, the patient by the key.

    Its id is the document's key, and of an Observation its place in the document besides: by it the resource is found
    again without its patient being told.
    """
    names: dict[str, str] = {}
    given = ""
    place = 0
    for one in bundle["entry"]:
        told = one["resource"]
        kind = str(told.get("resourceType"))
        place += kind == "Observation"
        own = _own_id(one, kind, place, patient, document)
        names[str(one["fullUrl"])] = f"{kind}/{own}"
        names[f"{kind}/{told.get('id')}"] = f"{kind}/{own}"
        given = own if told is resource else given
    return {**cast("Json", _renamed(resource, names)), "id": given}


def _own_id(entry: Json, kind: str, place: int, patient: UUID, document: UUID) -> str:
    if kind == "Patient":
        return str(patient)
    if kind == "DiagnosticReport":
        return document.hex
    if kind == "Observation":
        return f"{document.hex}.{place}"
    return str(entry["resource"].get("id") or str(entry["fullUrl"]).rsplit(":", 1)[-1])


def named(kind: str, told: str) -> tuple[UUID, int] | None:
    """The document behind an id that `outside` gave, and the Observation's place in it (0: the report); else None."""
    found = _OBSERVATION_ID.fullmatch(told) if kind == "Observation" else _REPORT_ID.fullmatch(told)
    return None if found is None else (UUID(found[1]), int(found[2]) if kind == "Observation" else 0)


def _renamed(told: object, names: Mapping[str, str]) -> object:
    if isinstance(told, dict):
        return {
            name: names.get(value, value) if name == "reference" and isinstance(value, str) else _renamed(value, names)
            for name, value in cast("Json", told).items()
        }
    return [_renamed(one, names) for one in cast("list[Any]", told)] if isinstance(told, list) else told


def outcome(code: str, text: str) -> Json:
    """An OperationOutcome with one error."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": code, "details": {"text": text}, "diagnostics": text}],
    }


def capability(url: str, version: str, made_on: str) -> Json:
    """What this server can: read reports and observations, and search those of a patient."""

    def searched(kind: str, *names: tuple[str, str]) -> Json:
        return {
            "type": kind,
            "interaction": [{"code": "read"}, {"code": "search-type"}],
            "searchParam": [{"name": name, "type": of} for name, of in names],
        }

    patient, date = ("patient", "reference"), ("date", "date")
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": made_on,
        "kind": "instance",
        "software": {"name": "Labbro", "version": version},
        "implementation": {"description": "Labbro, read only", "url": url},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "documentation": "Read only. Page tokens are opaque. A patient's key comes from POST /patients/lookup.",
                "resource": [
                    searched("DiagnosticReport", patient, date),
                    searched("Observation", patient, date, ("code", "token")),
                ],
            }
        ],
    }
