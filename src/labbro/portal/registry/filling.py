"""What the forms of the registry have in common: fields, numbers, and structs from what was filled in. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from labbro.comparability.registry import Registry
from labbro.errors import WrongUse
from labbro.portal.numbers.blocks import Choice, Field

T = TypeVar("T", bound=msgspec.Struct)
Said = Callable[[str, str], str]


def why(said: Said) -> Field:
    """The field of the note that every proposal needs."""
    return Field("note", said("Hvorfor", "Why"), longest=300)


def measurands(registry: Registry, said: Said) -> tuple[Choice, ...]:
    """All measurands by their names."""
    found = sorted(registry.entries.measurands, key=lambda one: said(one.label_da, one.label_en))
    return tuple(Choice(one.measurand_id, said(one.label_da, one.label_en)) for one in found)


def struct(values: Mapping[str, Any], kind: type[T]) -> T:
    """The struct of filled values. Raises WrongUse."""
    try:
        return msgspec.convert(dict(values), kind, strict=False)
    except msgspec.ValidationError as error:
        raise WrongUse(
            f"The form cannot be read: {error}.", message_da=f"Formularen kan ikke læses: {error}.", code="form"
        ) from None


def number(text: str | None) -> float | None:
    """A number with point or comma; None for nothing. Raises WrongUse."""
    if text is None:
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise WrongUse(f"{text!r} is no number.", message_da=f"{text!r} er ikke et tal.", code="form") from None
