"""Which letters Labbro knows: every module in `standards/` that declares a STANDARD.

Each version is compiled once, when a letter of it is first met: what is never met costs no time at the start, and the
garbage collector nothing to look at.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache, cached_property

from labbro.letters import standards
from labbro.letters.formreader import FormReader
from labbro.letters.formwriter import FormWriter
from labbro.letters.grammar import Part, Word, in_version
from labbro.letters.model import Model
from labbro.letters.parts import ENVELOPE
from labbro.letters.remarks import Rules
from labbro.letters.standard import Standard, Version, namespace_of

ENVELOPE_MODEL = Model(Part("Envelope", ENVELOPE, 1, 1))

# Schemas of MedCom that hold letters; a letter of theirs that is declared nowhere is told as not supported.
# Those of 2017 and 2020 are not public; their names are inferred (facts: letters/README.md, 2).
DATES = (
    "2005/08/07",
    "2006/07/01",
    "2007/02/01",
    "2011/06/15",
    "2012/03/28",
    "2013/11/26",
    "2014/10/08",
    "2017/02/17",
    "2020/03/30",
)
NAMESPACES = {namespace_of(date): date for date in DATES}
# Schemas that let a sender add elements of its own after a letter (medcom/README.md).
WITH_LOCAL_ELEMENTS = {namespace_of(date) for date in ("2005/08/07", "2006/07/01", "2007/02/01")}


class Declared:
    """One version, ready for use."""

    def __init__(self, standard: Standard, version: Version) -> None:
        self.standard = standard
        self.version = version
        with_form = standard.form is not None and version.has_edifact
        self.form = standard.form if with_form else None

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """What its letters hold."""
        return in_version(self.standard.tree, self.version.mark)

    @cached_property
    def model(self) -> Model:
        """The same, quick to check."""
        return Model(Part(self.version.root, self.words, 1, 1))

    @cached_property
    def rules(self) -> Rules:
        """What a good colleague notices about its letters."""
        return Rules(rule for rule in self.standard.rules if rule.holds_for(self.version.key))

    @cached_property
    def demands(self) -> Rules:
        """What its schema asks besides the shape."""
        return Rules(rule for rule in self.standard.demands if rule.holds_for(self.version.key))

    @cached_property
    def reader(self) -> FormReader | None:
        """Reads its EDIFACT; None where it has none."""
        return FormReader(self.form, self.version, self.words, self.standard.type_code) if self.form else None

    @cached_property
    def writer(self) -> FormWriter | None:
        """Writes its EDIFACT; None where it has none, or none that is public."""
        if self.form is None or not self.version.public:
            return None
        return FormWriter(self.form, self.version, self.standard.type_code)


class Registry:
    """Versions by their key, by XML namespace and root, and by EDIFACT message and code."""

    def __init__(self, declared: Iterable[Standard]) -> None:
        self.standards = tuple(declared)
        self.by_key: dict[str, Declared] = {}
        self.by_root: dict[tuple[str, str], Declared] = {}
        self.by_edifact: dict[tuple[str, str], Declared] = {}
        for standard in self.standards:
            for version in standard.versions:
                self._add(Declared(standard, version))

    def _add(self, declared: Declared) -> None:
        version = declared.version
        self.by_key[version.key] = declared
        self.by_root[(version.namespace, version.root)] = declared
        if declared.form is not None and version.from_edifact:
            self.by_edifact[(declared.form.message[0], version.edifact_code)] = declared

    def model_of(self, namespace: str, name: str) -> Model | None:
        """The model of a letter by its namespace and the name of its root."""
        declared = self.by_root.get((namespace, name)) if namespace in NAMESPACES else None
        return None if declared is None else declared.model


@cache
def registry() -> Registry:
    """The registry of the packaged standards."""
    found: list[Standard] = []
    for module in sorted(info.name for info in pkgutil.iter_modules(standards.__path__)):
        declared = getattr(importlib.import_module(f"{standards.__name__}.{module}"), "STANDARD", ())
        found.extend((declared,) if isinstance(declared, Standard) else declared)
    return Registry(found)
