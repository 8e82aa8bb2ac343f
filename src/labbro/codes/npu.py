"""The parts of a name as the NPU terminology writes it: system, component, kind of property, procedure, unit.

`P(vB)—Glucose; stofk.(enz.) = ? mmol/L`: the kind of property *stofk.*, measured by the procedure *enz.*, of the
component *Glucose* in the system *P* (specification *vB*), in mmol/L. Source: NPU's concept model; comparability.md
section 2: `proc.` says that a result depends on the procedure.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

import msgspec

KindOfQuantity = Literal["substance", "mass", "arbitrary", "catalytic", "number", "fraction", "taxon", "other"]

_DASH = re.compile(r"\s*[—–]\s*|--")
_UNIT = re.compile(r"\s*=\s*\?\s*")
_SPECIFIED = re.compile(r"^(?P<main>[^()]*(?:\([^()]*\)[^()]+)*)\((?P<spec>(?:[^()]|\([^()]*\))*)\)$")
_KINDS: tuple[tuple[str, KindOfQuantity], ...] = (
    ("arb.", "arbitrary"),
    ("arbitrary", "arbitrary"),
    ("kat.", "catalytic"),
    ("catalytic", "catalytic"),
    ("taxon", "taxon"),
    ("antal", "number"),
    ("number", "number"),
    ("stoffr", "fraction"),
    ("massefr", "fraction"),
    ("vol.fr", "fraction"),
    ("fraction", "fraction"),
    ("stof", "substance"),
    ("substance", "substance"),
    ("masse", "mass"),
    ("mass", "mass"),
)


class NpuName(msgspec.Struct, frozen=True, kw_only=True):
    """A name in its parts; empty where the name does not say."""

    system: str = ""
    system_specification: str = ""
    component: str = ""
    component_specification: str = ""
    kind: str = ""
    procedure: str = ""
    unit: str = ""

    @property
    def depends_on_procedure(self) -> bool:
        """Whether the name itself says that results of two procedures are not to be compared."""
        return "proc." in self.procedure or self.quantity == "arbitrary"

    @property
    def quantity(self) -> KindOfQuantity:
        """What kind of quantity it is."""
        kind = self.kind.casefold()
        for start, found in _KINDS:
            if kind.startswith(start):
                return found
        return "other"


@lru_cache(maxsize=20_000)
def parse(name: str) -> NpuName | None:
    """The parts of a name; None where it is not written in this form."""
    parts = _DASH.split(name.strip(), maxsplit=1)
    if len(parts) != 2 or not parts[0]:
        return None
    left, right = parts
    component, kind = _at_last_semicolon(right)
    kind, unit = _before_and_after(kind)
    system, system_specification = _specified(left)
    component, component_specification = _specified(component)
    kind, procedure = _specified(kind)
    return NpuName(
        system=system,
        system_specification=system_specification,
        component=component,
        component_specification=component_specification,
        kind=kind,
        procedure=procedure,
        unit=unit,
    )


def _at_last_semicolon(text: str) -> tuple[str, str]:
    """Component and kind: parted by the last semicolon that stands in no brackets."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(text[at], 0)
        if text[at] == ";" and depth == 0:
            return text[:at].strip(), text[at + 1 :].strip()
    return text.strip(), ""


def _before_and_after(text: str) -> tuple[str, str]:
    parts = _UNIT.split(text, maxsplit=1)
    return parts[0].strip(), parts[1].strip() if len(parts) == 2 else ""


def _specified(text: str) -> tuple[str, str]:
    found = _SPECIFIED.match(text.strip())
    return (found["main"].strip(), found["spec"].strip()) if found else (text.strip(), "")
