"""What the forms of the registry have in common: fields, values, numbers, and structs from what was filled in. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from labbro.comparability.registry import Registry
from labbro.errors import WrongUse
from labbro.portal.numbers.blocks import Choice, Field, Form
from labbro.portal.registry.words import Said

T = TypeVar("T", bound=msgspec.Struct)


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
        found = float(text.replace(",", ".").replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise WrongUse(f"{text!r} is no number.", message_da=f"{text!r} er ikke et tal.", code="form")
    return found


def stated(told: Mapping[str, str]) -> dict[str, str]:
    """What was filled in, without blanks around it and without fields left empty."""
    return {name: value.strip() for name, value in told.items() if value.strip()}


def with_values(form: Form, values: Mapping[str, str]) -> Form:
    """A form filled with values; what it was made on (`seen`) among them. Fields without a value stay as they are."""
    fields = tuple(_with_value(one, values[one.name]) if one.name in values else one for one in form.fields)
    hidden = tuple((name, values.get(name, value) if name == "seen" else value) for name, value in form.hidden)
    return msgspec.structs.replace(form, fields=fields, hidden=hidden)


def _with_value(field: Field, value: str) -> Field:
    if field.kind != "select":
        return msgspec.structs.replace(field, value=value)
    choices = tuple(msgspec.structs.replace(one, chosen=one.value == value) for one in field.choices)
    return msgspec.structs.replace(field, choices=choices)
