"""The door to a patient's pages: only through a handle of one's own session, and never without a line in the log."""

from __future__ import annotations

from uuid import UUID

from labbro.databank import AccessEntry
from labbro.databank.history import AccessAction
from labbro.errors import NotFound
from labbro.platform import logs
from labbro.portal.i18n import DANISH
from labbro.portal.seals import Seen
from labbro.portal.sessions import Session
from labbro.portal.web import Portal

REASONS = tuple(DANISH.reasons)
Action = AccessAction


def log_view(portal: Portal, session: Session, seen: Seen, action: Action, letter_key: UUID | None = None) -> None:
    """Writes who looks at whom; durable when it returns. Call before anything is shown: if it fails, nothing is."""
    portal.databank.log_access(
        AccessEntry(
            patient_key=seen.patient_key,
            at=portal.clock.now(),
            actor=session.actor.identifier,
            actor_name=session.actor.name,
            action=action,
            request_id=logs.request_id.get() or "",
            organisation=session.actor.organisation,
            letter_key=letter_key,
            purpose=seen.reason or None,
        )
    )


def opened(portal: Portal, session: Session, handle: str) -> Seen:
    """The patient behind a handle. Raises NotFound when it was not made in this session."""
    seen = portal.seals.open_handle(session.token, handle, REASONS)
    if seen is None:
        raise NotFound("The address does not belong to this session.")
    return seen
