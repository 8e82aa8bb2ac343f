"""One version of the registry, indexed for decisions. Immutable: the same version decides the same for ever."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import lru_cache

from labbro.codes.conversion import safe_factor
from labbro.comparability.model import (
    Assertion,
    CodeRef,
    Conversion,
    Entries,
    Group,
    Measurand,
    Procedure,
)

_ORDER = {"same": 0, "comparable": 1, "caution": 2, "convertible": 3, "not": 4, "unknown": 5}


class Registry:
    """What was known at one version. Version 0 knows nothing."""

    def __init__(self, entries: Entries, version: int = 0, recorded_at: dt.datetime | None = None) -> None:
        self.entries = entries
        self.version = version
        self.recorded_at = recorded_at
        self.measurands = {one.measurand_id: one for one in entries.measurands}
        self.procedures = {one.procedure_id: one for one in entries.procedures}
        self.groups = {one.group_id: one for one in entries.groups}
        self._assertions = {one.assertion_id: one for one in entries.assertions}
        self._by_code: dict[CodeRef, list[Procedure]] = defaultdict(list)
        for procedure in sorted(entries.procedures, key=lambda one: (one.valid_from, one.procedure_id)):
            for code in procedure.codes:
                self._by_code[code].append(procedure)
        self._by_procedure: dict[str, list[Assertion]] = defaultdict(list)
        for assertion in sorted(entries.assertions, key=lambda one: (_ORDER[one.verdict], one.assertion_id)):
            self._by_procedure[assertion.procedure_id].append(assertion)
        self._anchored: dict[str, list[Group]] = defaultdict(list)
        for group in sorted(entries.groups, key=lambda one: (one.display_order, one.group_id)):
            if group.status == "released":
                self._anchored[group.anchor_procedure_id].append(group)
        self._measurand_of: dict[CodeRef, Measurand] = {
            code: measurand for measurand in entries.measurands for code in measurand.codes
        }
        self._conversions = {(one.measurand_id, one.from_unit, one.to_unit): one for one in entries.conversions}

    def procedures_of(self, code: CodeRef) -> list[Procedure]:
        """Every procedure that answers under a code, the oldest first."""
        return self._by_code.get(code, [])

    def measurand_of(self, code: CodeRef) -> Measurand | None:
        """What a code means, where the registry knows it."""
        return self._measurand_of.get(code)

    def anchored_by(self, procedure_id: str) -> Group | None:
        """The released group whose anchor a procedure is."""
        found = self._anchored.get(procedure_id)
        return found[0] if found else None

    def assertion(self, assertion_id: str) -> Assertion:
        """One assertion. Raises KeyError."""
        return self._assertions[assertion_id]

    def assertions_of(self, procedure_id: str, day: dt.date) -> list[Assertion]:
        """What released groups say of a procedure for samples of a day, the friendliest verdict first."""
        return [
            one
            for one in self._by_procedure.get(procedure_id, [])
            if one.holds_on(day) and one.group_id in self.groups and self.groups[one.group_id].status == "released"
        ]

    def turning_days(self, procedure: Procedure) -> set[dt.date]:
        """The days on which a procedure, or something that is said of it, begins or ceases to hold."""
        said = self._by_procedure.get(procedure.procedure_id, [])
        return {day for one in (procedure, *said) for day in (one.valid_from, one.valid_to)}

    def conversion(self, measurand_id: str, from_unit: str, to_unit: str) -> Conversion | None:
        """The fixed equation between two units of a measurand, either way round; else the factor that UCUM knows."""
        direct = self._conversions.get((measurand_id, from_unit, to_unit))
        if direct is not None:
            return direct
        back = self._conversions.get((measurand_id, to_unit, from_unit))
        if back is None or back.factor == 0:
            return _by_ucum(measurand_id, from_unit, to_unit)
        return Conversion(
            measurand_id=measurand_id,
            from_unit=from_unit,
            to_unit=to_unit,
            factor=1 / back.factor,
            offset=-back.offset / back.factor,
            equation=back.equation,
            source=back.source,
        )


@lru_cache(maxsize=4096)
def _by_ucum(measurand_id: str, from_unit: str, to_unit: str) -> Conversion | None:
    """The factor between two units of one kind, such as mg/L and µg/L; never between mass and amount, nor of shares."""
    factor = safe_factor(from_unit, to_unit)
    if factor is None:
        return None
    return Conversion(
        measurand_id=measurand_id,
        from_unit=from_unit,
        to_unit=to_unit,
        factor=factor,
        equation="UCUM",
        source="UCUM",
    )


EMPTY = Registry(Entries())
