"""Views by comparability that were shown, to be shown again as they were."""

from __future__ import annotations

from uuid import UUID

import msgspec

from labbro.comparability.store import Shown
from labbro.errors import NotFound
from labbro.portal import formats
from labbro.portal.demonstration import CLINICIANS
from labbro.portal.web import Portal

MOST_VIEWS = 100


class ViewLine(msgspec.Struct, frozen=True):
    """One view that was shown, in words. `key` says nothing of the patient."""

    key: str
    at: str
    who: str
    version: int


def views_of(portal: Portal, patient_key: UUID) -> list[ViewLine]:
    """The newest views of a patient, the newest first; none where there is no registry."""
    if portal.registry is None:
        return []
    names = {one.identifier: one.name for one in CLINICIANS.values()}
    return [
        ViewLine(
            one.shown_id.hex,
            formats.moment(formats.danish_time(one.at)),
            names.get(one.actor, one.actor),
            one.version,
        )
        for one in portal.registry.shown_of(patient_key, MOST_VIEWS)
    ]


def view_of(portal: Portal, patient_key: UUID, told: str) -> Shown:
    """A view by its key in an address. Raises NotFound, also where it is another patient's."""
    try:
        shown_id = UUID(hex=told)
    except ValueError:
        shown_id = None
    if portal.registry is None or shown_id is None:
        raise NotFound(
            "There is no such view of this patient.",
            message_da="Der er ingen sådan visning af patienten.",
            code="view-unknown",
        )
    return portal.registry.shown(patient_key, shown_id)
