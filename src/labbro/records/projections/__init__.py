"""The projections letter -> record: one visible place per letter type, registered here by the root of the letter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from labbro.letters.letter import Letter
from labbro.records.projections import req01, req02, req03, rpt01, rpt02, rpt03, rpt04, rpt05, rpt07
from labbro.records.projections.reading import Projection, Requested

PROJECTIONS: Mapping[str, Callable[[Letter], Projection]] = MappingProxyType(
    {
        "LaboratoryReport": rpt01.project,
        "DiabeticFootStatus": rpt01.project,
        "MicrobiologyReport": rpt02.project,
        "CervixcytologyReport": rpt03.project,
        "HistopathologyReport": rpt04.project,
        "MicrobiologyWebReport": rpt05.project,
        "MiBaReport": rpt05.project,
        "GeneticsReport": rpt07.project,
    }
)
REQUESTS: Mapping[str, Callable[[Letter], Requested]] = MappingProxyType(
    {
        "LaboratoryRequest": req01.project,
        "MicrobiologyRequest": req02.project,
        "MultiSampleMicrobiologyRequest": req02.project,
        "PathologyRequest": req03.project,
    }
)
