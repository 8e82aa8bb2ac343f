"""The projection letter -> record: one visible place per letter type, registered here by the root of the letter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from labbro.letters.letter import Letter
from labbro.records.projections import rpt01
from labbro.records.projections.reading import Projection

PROJECTIONS: Mapping[str, Callable[[Letter], Projection]] = MappingProxyType(
    {
        "LaboratoryReport": rpt01.project,
        "DiabeticFootStatus": rpt01.project,
    }
)
