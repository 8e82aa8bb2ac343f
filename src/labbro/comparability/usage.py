"""What today's codes hold: rows by code that mix methods, and local codes that a stated method would make needless.

Counts come from one aggregate query over the databank, kept for an hour; of a large databank from a sample of its
pages, which is told. No patient is named or counted.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import defaultdict
from collections.abc import Sequence

import msgspec

from labbro.codes.lists import CodeLists
from labbro.codes.units import normal_unit
from labbro.comparability.decision import Observed, Placement, Placer, method_name
from labbro.comparability.model import CodeRef
from labbro.comparability.registry import Registry
from labbro.platform.clock import Clock
from labbro.platform.database import Database, load_sql

_SQL = load_sql("labbro.comparability", "usage.sql")
_KEPT = dt.timedelta(hours=1)
_MOST_READ = 1_000_000  # results; beyond that a sample of pages is enough
_CLINIC = "PNT"
_NATIONAL_KEEPER = "MCS"  # MedCom keeps codes of its own, such as those of foot status


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many results came in one way in one month. `producer` PNT stands for all clinics and patients."""

    code: CodeRef
    name: str
    producer: str | None
    unit: str | None
    month: dt.date
    results: int


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """All counts, when they were made, and of how many per cent of the databank."""

    at: dt.datetime
    percent: float
    counts: tuple[Count, ...]


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a code's row that stands on one row by comparability."""

    label_da: str
    label_en: str
    assessed: bool
    results: int


class Mixed(msgspec.Struct, frozen=True, kw_only=True):
    """A row by code that holds methods which do not share a row by comparability, at least one of them by decision."""

    code: CodeRef
    name: str
    unit: str
    results: int
    shares: tuple[Share, ...]


class LocalCode(msgspec.Struct, frozen=True, kw_only=True):
    """A local code in use; `instead` are the national codes that with its method stated would say the same."""

    code: CodeRef
    name: str
    producers: tuple[str, ...]
    results: int
    measurand: str | None
    instead: tuple[CodeRef, ...]


class RetiredCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code in use that its list has retired; `today` are the codes in use that stand for it, if any."""

    code: CodeRef
    name: str
    producers: tuple[str, ...]
    results: int
    today: tuple[str, ...]


class Usage:
    """Counts the databank's results, at most once an hour. Safe for threads: one counts, the others wait for it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._known: Counted | None = None

    def counted(self) -> Counted:
        """The counts, not older than an hour."""
        with self._lock:
            now = self._clock.now()
            if self._known is None or now - self._known.at > _KEPT:
                self._known = self._count(now)
            return self._known

    def _count(self, now: dt.datetime) -> Counted:
        with self._database.connection() as connection:
            size = connection.execute(_SQL["size"]).fetchone()
            percent = 100.0 if size is None or size[0] <= _MOST_READ else round(100 * _MOST_READ / size[0], 3)
            rows = connection.execute(_SQL["counts"], {"percent": percent}).fetchall()
        counts = tuple(
            Count(
                code=CodeRef(system, code, responsible),
                name=name,
                producer=producer,
                unit=normal_unit(unit),
                month=month,
                results=round(results * 100 / percent),
            )
            for code, system, responsible, name, producer, unit, month, results in rows
        )
        return Counted(at=now, percent=percent, counts=counts)


def mixed_rows(counts: Sequence[Count], registry: Registry) -> tuple[Mixed, ...]:
    """Rows by code that mix methods, the largest minority first: what most is wrong with today."""
    placer = Placer(registry)
    rows: dict[tuple[CodeRef, str], list[tuple[Count, Placement]]] = defaultdict(list)
    for one in counts:
        if one.unit:
            rows[one.code, one.unit].append((one, placer.place(_observed(one))))
    found = (_mixed(code, unit, held) for (code, unit), held in rows.items())
    return tuple(sorted((one for one in found if one), key=lambda one: (-_minority(one), one.code, one.unit)))


def _mixed(code: CodeRef, unit: str, held: Sequence[tuple[Count, Placement]]) -> Mixed | None:
    by_row: dict[tuple[str, ...], list[tuple[Count, Placement]]] = defaultdict(list)
    for one, placement in held:
        by_row[placement.row].append((one, placement))
    decided = any(placement.group is not None or placement.verdict == "not" for _, placement in held)
    if len(by_row) < 2 or not decided:
        return None
    shares = sorted((_share(told) for told in by_row.values()), key=lambda one: (-one.results, one.label_en))
    return Mixed(
        code=code,
        name=next((one.name for one, _ in held if one.name), code.value),
        unit=unit,
        results=sum(one.results for one in shares),
        shares=tuple(shares),
    )


def _share(told: Sequence[tuple[Count, Placement]]) -> Share:
    first, placement = told[0]
    if placement.row[0] == "group" and placement.group is not None:
        da, en = placement.group.label_da, placement.group.label_en
    else:
        da = en = method_name(placement.procedure) if placement.procedure else (first.producer or "?")
        if placement.procedure is None and first.producer == _CLINIC:
            da, en = "klinikker og patienter", "clinics and patients"
    return Share(
        label_da=da,
        label_en=en,
        assessed=placement.verdict != "unknown",
        results=sum(one.results for one, _ in told),
    )


def _minority(one: Mixed) -> int:
    return one.results - one.shares[0].results


def local_codes(counts: Sequence[Count], registry: Registry) -> tuple[LocalCode, ...]:
    """Local codes in use, those that the registry can replace first, then by use."""
    by_code: dict[CodeRef, list[Count]] = defaultdict(list)
    for one in counts:
        if one.code.system == "lokal" and one.code.responsible != _NATIONAL_KEEPER:
            by_code[one.code].append(one)
    found: list[LocalCode] = []
    for code, held in by_code.items():
        known = registry.procedures_of(code)
        measurand = registry.measurands.get(known[0].measurand_id) if known else registry.measurand_of(code)
        instead = tuple(other for other in measurand.codes if other.system != "lokal") if measurand else ()
        found.append(
            LocalCode(
                code=code,
                name=next((one.name for one in held if one.name), code.value),
                producers=tuple(sorted({one.producer for one in held if one.producer})),
                results=sum(one.results for one in held),
                measurand=measurand.measurand_id if measurand else None,
                instead=instead,
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.instead, -one.results, one.code)))


def retired_codes(counts: Sequence[Count], lists: CodeLists) -> tuple[RetiredCode, ...]:
    """Codes that results came under after the day their list ended them, the most used first."""
    by_code: dict[CodeRef, list[Count]] = defaultdict(list)
    for one in counts:
        concept = lists.find(one.code.value, one.code.system, one.code.responsible)
        if concept is not None and concept.status == "retired":
            ended = concept.effective_to
            if ended is None or one.month > ended:
                by_code[one.code].append(one)
    found: list[RetiredCode] = []
    for code, held in by_code.items():
        concept = lists.find(code.value, code.system, code.responsible)
        today = tuple(other for other in lists.today(concept) if other != code.value) if concept else ()
        found.append(
            RetiredCode(
                code=code,
                name=next((one.name for one in held if one.name), code.value),
                producers=tuple(sorted({one.producer for one in held if one.producer})),
                results=sum(one.results for one in held),
                today=today,
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.results, one.code)))


def _observed(one: Count) -> Observed:
    return Observed(
        code=one.code,
        producer=one.producer,
        unit=one.unit,
        sampled_on=one.month,
        point_of_care=one.producer == _CLINIC,
    )
