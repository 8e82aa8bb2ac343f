"""What the page of today's codes says of codes that their list has retired. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from labbro.comparability.usage import RetiredCode
from labbro.portal import formats
from labbro.portal.numbers.blocks import Cell, Row, Section, Table
from labbro.portal.registry.words import Said

_MOST_ROWS = 100


def retired_section(found: Sequence[RetiredCode], lists: int, said: Said) -> Section:
    """Retired codes in use, and the codes that stand for them today. `lists`: how many codes lists have."""
    rows = tuple(
        Row(
            (
                Cell(one.name, f"{one.code.value} · {one.code.responsible}"),
                Cell(", ".join(one.producers)),
                Cell(formats.count(one.results), figure=True),
                Cell(", ".join(one.today), mark="good")
                if one.today
                else Cell(said("ingen afløser", "none"), mark="off"),
            )
        )
        for one in found[:_MOST_ROWS]
    )
    none = said("Ingen udgåede koder i brug.", "No retired codes in use.")
    unknown = said(
        "Der er ikke indlæst nogen kodeliste (labbro codes import).", "No code list was imported (labbro codes import)."
    )
    return Section(
        heading=said("Udgåede koder", "Retired codes"),
        lead=said(
            "Svar, der er sendt med en kode, efter at dens liste har afsluttet den.",
            "Results that came under a code after its list ended it.",
        ),
        tables=(
            Table(
                caption=said("Udgåede koder i brug", "Retired codes in use"),
                heads=(
                    said("Analyse", "Analysis"),
                    said("Producent", "Producer"),
                    said("Svar", "Results"),
                    said("I dag", "Today"),
                ),
                rows=rows,
                empty=none if lists else unknown,
            ),
        ),
    )
