"""What the pages of proposals and versions say. Pure: what the store keeps in, page content out."""

from __future__ import annotations

from collections.abc import Sequence

from labbro.comparability.checking import Contradiction
from labbro.comparability.store import Proposal, Released
from labbro.portal import formats
from labbro.portal.numbers.blocks import Cell, Content, Fact, Link, Row, Section, Table
from labbro.portal.registry.door import address_of, name_of
from labbro.portal.registry.words import Said

_STATES_DA = {"open": "venter", "released": "frigivet", "refused": "afvist"}


def versions(told: Sequence[Released], said: Said) -> Content:
    """Every version, who proposed it and who released it."""
    rows = tuple(
        Row(
            (
                Cell(str(one.version), figure=True),
                Cell(formats.moment(formats.danish_time(one.recorded_at))),
                Cell(name_of(one.proposed_by)),
                Cell(name_of(one.released_by)),
                Cell(one.note),
            ),
            (
                *(
                    (Link(said("Ændringer", "Changes"), address_of("proposals", one.proposal_id)),)
                    * bool(one.proposal_id)
                ),
                Link(said("Målemetoder da", "Procedures then"), f"{address_of('procedures')}?version={one.version}"),
                Link(said("Grupper da", "Groups then"), f"{address_of('groups')}?version={one.version}"),
            ),
        )
        for one in told
    )
    heads = (
        said("Version", "Version"), said("Frigivet", "Released"), said("Foreslået af", "Proposed by"),
        said("Frigivet af", "Released by"), said("Hvorfor", "Why"),
    )  # fmt: skip
    table = Table(
        caption=said("Versioner", "Versions"), heads=heads, rows=rows, empty=said("Ingen endnu.", "None yet.")
    )
    return Content(
        title=said("Versioner", "Versions"),
        lead=said(
            "En version ændres aldrig: det, den viste, kan vises igen.",
            "A version never changes: what it showed can be shown again.",
        ),
        sections=(Section(tables=(table,)),),
    )


def proposals(told: Sequence[Proposal], said: Said) -> Content:
    """Proposals, those that wait first."""
    ordered = sorted(told, key=lambda one: one.state != "open")
    rows = tuple(
        Row(
            (
                Cell(formats.moment(formats.danish_time(one.proposed_at))),
                Cell(one.note),
                Cell(str(len(one.changes)), figure=True),
                Cell(name_of(one.proposed_by)),
                Cell(state_word(one, said), mark="soon" if one.state == "open" else ""),
            ),
            (Link(said("Se", "Look"), address_of("proposals", one.proposal_id)),),
        )
        for one in ordered
    )
    heads = (
        said("Foreslået", "Proposed"), said("Hvorfor", "Why"), said("Ændringer", "Changes"), said("Af", "By"),
        said("Status", "State"),
    )  # fmt: skip
    table = Table(caption=said("Forslag", "Proposals"), heads=heads, rows=rows, empty=said("Ingen.", "None."))
    return Content(
        title=said("Til frigivelse", "For release"),
        lead=said(
            "Intet gælder, før en anden person end forslagsstilleren har frigivet det.",
            "Nothing counts before another person than the proposer has released it.",
        ),
        sections=(Section(tables=(table,)),),
    )


def state_word(one: Proposal, said: Said) -> str:
    """What became of a proposal."""
    word = said(_STATES_DA[one.state], one.state)
    return f"{word}, version {one.version}" if one.version is not None else word


def proposal_facts(one: Proposal, said: Said) -> tuple[Fact, ...]:
    """Who, when, what became of it."""
    told = [
        Fact(said("Foreslået af", "Proposed by"), name_of(one.proposed_by)),
        Fact(said("Foreslået", "Proposed"), formats.moment(formats.danish_time(one.proposed_at))),
        Fact(said("Status", "State"), state_word(one, said)),
    ]
    if one.decided_by and one.decided_at:
        told.append(Fact(said("Afgjort af", "Decided by"), name_of(one.decided_by)))
        told.append(Fact(said("Afgjort", "Decided"), formats.moment(formats.danish_time(one.decided_at))))
    return tuple(told)


def fault_table(found: Sequence[Contradiction], said: Said) -> Table:
    """What stands in the way of a release, each with what to mend."""
    rows = tuple(Row((Cell(one.about, one.code, mark="bad"), Cell(said(one.message_da, one.message)))) for one in found)
    return Table(
        said("Modsigelser, der skal rettes først", "Contradictions to mend first"),
        (said("Hvad", "What"), said("Hvad der skal rettes", "What to mend")),
        rows,
        empty=said("Ingen modsigelser.", "No contradictions."),
    )
