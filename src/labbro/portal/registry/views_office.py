"""What those see who read the registry and may not change it: no forms, and why there are none. Pure."""

from __future__ import annotations

import msgspec

from labbro.errors import LabbroError
from labbro.portal.numbers.blocks import Alert, Content, Section
from labbro.portal.registry.words import Said


def barred(why: LabbroError, identifier: str, said: Said) -> Section:
    """In the place of forms: why they are not there, and how whoever reads is named for the office."""
    return Section(
        alerts=(
            Alert(
                heading=said("Her kan du læse, ikke ændre", "You can read here, not change"),
                text=said(why.message_da, why.message),
                todo=said(f"Du er logget ind som {identifier}.", f"You are signed in as {identifier}."),
            ),
        )
    )


def propose_page(why: LabbroError, identifier: str, said: Said) -> Content:
    """The page to propose on, for those who may not."""
    return Content(title=said("Foreslå", "Propose"), sections=(barred(why, identifier, said),))


def without_ways(content: Content) -> Content:
    """A page whose tables lead nowhere: no way to a form that is not there."""
    sections = (
        msgspec.structs.replace(
            section,
            tables=tuple(
                msgspec.structs.replace(table, rows=tuple(msgspec.structs.replace(row, links=()) for row in table.rows))
                for table in section.tables
            ),
        )
        for section in content.sections
    )
    return msgspec.structs.replace(content, sections=tuple(sections))
