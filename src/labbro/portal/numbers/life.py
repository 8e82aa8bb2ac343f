"""A sample's life for whoever looks its number up: the databank's times and places in words, and no person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from labbro.databank import Databank
from labbro.databank.sample_life import EventKind
from labbro.members.members import Members
from labbro.numbers.model import LifeEvent

_WORDS: Final[dict[EventKind, tuple[str, str]]] = {
    "sampled": ("The sample was taken", "Prøven blev taget"),
    "received-by-laboratory": ("The laboratory received the sample", "Laboratoriet modtog prøven"),
    "answered": ("The laboratory answered", "Laboratoriet svarede"),
    "stored": ("The answer was stored in the databank", "Svaret blev gemt i databanken"),
}


def reader(databank: Databank, members: Members) -> Callable[[str], tuple[LifeEvent, ...]]:
    """A function that tells the life of the sample with a number; empty where the databank knows none."""

    def life_of(number: str) -> tuple[LifeEvent, ...]:
        found = databank.sample_life(number)
        if not found:
            return ()
        names = {one.gln: one.name for one in members.current().laboratories.values() if one.gln}
        told: list[LifeEvent] = []
        for one in found:
            english, danish = _WORDS[one.kind]
            told.append(
                LifeEvent(
                    at=one.at,
                    kind=one.kind,
                    place=names.get(one.place, one.place),
                    text=f"{english} ({one.standard}).",
                    text_da=f"{danish} ({one.standard}).",
                )
            )
        return tuple(told)

    return life_of
