"""The code lists that an installation has imported, and the parts of a code's name, from them or the packaged table.

Lists are the tables that `labbro codes import` writes, kept in the folder `codes` of LABBRO_DATA.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from labbro.codes import analyses
from labbro.codes.npu import NpuName
from labbro.codes.terminology import Concept, Imported, current, merged, read_table
from labbro.errors import WrongUse

Key = tuple[str, str, str]  # code, system, responsible


class CodeLists:
    """Concepts by code, system and responsible."""

    def __init__(self, concepts: Iterable[Concept] = ()) -> None:
        self._known: dict[Key, Concept] = {(one.code, one.system, one.responsible): one for one in concepts}
        self._by_code = {one.code: one for one in self._known.values() if one.system == "iupac"}

    def __len__(self) -> int:
        return len(self._known)

    def find(self, code: str, system: str, responsible: str) -> Concept | None:
        """What a list says of a code."""
        return self._known.get((code, system, responsible))

    def today(self, concept: Concept) -> tuple[str, ...]:
        """The codes in use that stand for a national code today."""
        return current(self._by_code, concept.code)

    def parts(self, code: str, system: str, responsible: str) -> NpuName | None:
        """The parts of a code's systematic name: from a list, else what the packaged table knows of them."""
        concept = self.find(code, system, responsible)
        if concept is not None and concept.parts is not None:
            return concept.parts
        known = analyses.find(code, system, responsible)
        if known is None:
            return None
        component, _, told = known.short_name.rpartition(";")
        return NpuName(system=told.strip(), component=component.strip(), kind=known.kind, unit=known.unit)


def read_folder(folder: Path) -> CodeLists:
    """All tables of a folder as one, in the order of their names; none where there is no such folder.

    Raises WrongUse `terminology-table` for a file that is no such table.
    """
    parts: list[Imported] = []
    for file in sorted(folder.glob("*.csv")):
        try:
            parts.append(read_table(file.read_bytes()))
        except WrongUse as error:
            raise WrongUse(f"{file.name}: {error.message}", code=error.code) from None
    return CodeLists(merged(*parts).concepts)
