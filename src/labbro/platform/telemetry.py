"""Measures for Prometheus. Labels are of a closed list, so that no patient can become one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

# What a measure may be split by. Each has few values, none of them from a letter's text.
LABELS = frozenset(
    {"method", "route", "status", "standard", "version", "syntax", "outcome", "source", "kind", "language"}
)

REGISTRY = CollectorRegistry()
CONTENT_TYPE = CONTENT_TYPE_LATEST

_T = TypeVar("_T", Counter, Gauge, Histogram)
_made: dict[str, Counter | Gauge | Histogram] = {}


def counter(name: str, purpose: str, labels: Sequence[str] = ()) -> Counter:
    """A count that only grows, named `labbro_NAME_total`. The same name gives the same counter."""
    return _once(Counter(f"labbro_{name}", purpose, _checked(labels), registry=None), f"labbro_{name}")


def gauge(name: str, purpose: str, labels: Sequence[str] = ()) -> Gauge:
    """A figure that goes up and down, named `labbro_NAME`."""
    return _once(Gauge(f"labbro_{name}", purpose, _checked(labels), registry=None), f"labbro_{name}")


def seconds(name: str, purpose: str, labels: Sequence[str] = ()) -> Histogram:
    """How long something takes, named `labbro_NAME_seconds`; buckets from 1 ms to 30 s."""
    buckets = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
    made = Histogram(f"labbro_{name}_seconds", purpose, _checked(labels), registry=None, buckets=buckets)
    return _once(made, f"labbro_{name}_seconds")


def exposition() -> bytes:
    """All measures in Prometheus' text format."""
    return generate_latest(REGISTRY)


def _checked(labels: Sequence[str]) -> Sequence[str]:
    unknown = set(labels) - LABELS
    if unknown:
        raise ValueError(f"labels not on the list in telemetry.py: {sorted(unknown)}")
    return labels


def _once(made: _T, name: str) -> _T:
    known = _made.get(name)
    if isinstance(known, type(made)):
        return known
    REGISTRY.register(made)
    _made[name] = made
    return made
