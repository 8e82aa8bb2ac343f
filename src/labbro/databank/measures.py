"""What operators are told of the intake: counts, never content."""

from __future__ import annotations

from collections.abc import Iterable

from labbro.databank.history import Outcome
from labbro.platform import telemetry

_letters = telemetry.counter("letters", "Letters that came in.", ("outcome", "source", "standard", "syntax"))


def count_outcomes(outcomes: Iterable[Outcome], source: str) -> None:
    """Counts letters by outcome. The standard of a refused letter is a sender's own word, so it is no label."""
    for outcome in outcomes:
        standard = outcome.standard if outcome.kind in {"stored", "again"} else None
        _letters.labels(outcome.kind, source, standard or "-", outcome.syntax or "-").inc()
