"""A document that came in, as it is given out again: as it was, but for addresses with an official form. Pure.

NPU has one address (MedCom's own is another for the same), GLN is http. Nothing else changes: digits, order, extensions
and resources that Labbro does not know stay.
"""

from __future__ import annotations

from typing import Any, cast

from labbro.eu.addresses import OFFICIAL
from labbro.eu.bundle import Bundle, Json


def normalised(bundle: Bundle) -> Json:
    """The document's content; the bundle itself is not changed."""
    return cast("Json", _normal(bundle.content))


def _normal(told: object) -> object:
    if isinstance(told, dict):
        return {
            name: OFFICIAL.get(value, value) if name == "system" and isinstance(value, str) else _normal(value)
            for name, value in cast("Json", told).items()
        }
    return [_normal(one) for one in cast("list[Any]", told)] if isinstance(told, list) else told
