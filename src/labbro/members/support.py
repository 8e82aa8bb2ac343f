"""Support: whom a laboratory calls first, and what a vendor shows the operator when it passes a question on. Pure.

Diagnostics hold ids, states, days and counts of the members room, nothing else: no names of people, no mailboxes, no
sample numbers, and nothing of the databank, which this room cannot even reach.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from labbro import __version__
from labbro.members.directory import Directory
from labbro.members.gate import danish_day, drawing_state
from labbro.members.model import Account, Contact, Credential


def first_level(directory: Directory, laboratory_id: UUID) -> list[Contact]:
    """Whom a laboratory asks first: its vendor's support contacts."""
    return directory.contacts_of(directory.laboratories[laboratory_id].vendor_id, None, "support")


def diagnostics(directory: Directory, vendor_id: UUID, laboratory_id: UUID | None, now: dt.datetime) -> dict[str, Any]:
    """What the operator needs to see of a vendor, or of one of its laboratories. Fit for JSON."""
    accounts = directory.accounts_of(vendor_id=vendor_id, laboratory_id=laboratory_id)
    return {
        "made_at": now.isoformat(timespec="seconds"),
        "labbro": __version__,
        "directory_version": directory.version,
        "vendor_id": str(vendor_id),
        "laboratory_id": str(laboratory_id) if laboratory_id else None,
        "accounts": [_account(directory, one, now) for one in accounts],
        "systems": [_system(directory, one, now) for one in _systems(directory, accounts)],
    }


def _account(directory: Directory, account: Account, now: dt.datetime) -> dict[str, Any]:
    state = drawing_state(directory, account, danish_day(now))
    return {
        "account_id": str(account.account_id),
        "laboratory_id": str(account.laboratory_id) if account.laboratory_id else None,
        "state": account.state,
        "limits": {
            "largest_series": account.limits.largest_series,
            "numbers_a_day": account.limits.numbers_a_day,
            "plan_a_fortnight": account.limits.plan_a_fortnight,
        },
        "automatic": state.automatic,
        "missing_formats": list(state.missing_formats),
        "manual_until": state.manual_until.isoformat() if state.manual_until else None,
        "installations": [
            {
                "installation_id": str(one.installation_id),
                "system_id": str(one.system_id),
                "keys": [_key(key, now) for key in directory.credentials_of(one.installation_id)],
            }
            for one in directory.installations_of(account.account_id)
        ],
    }


def _key(key: Credential, now: dt.datetime) -> dict[str, Any]:
    return {
        "credential_id": str(key.credential_id),
        "kind": key.kind,
        "holds": key.holds(now),
        "revoked": key.revoked_at is not None,
        "valid_from": key.valid_from.isoformat(timespec="seconds"),
        "valid_to": key.valid_to.isoformat(timespec="seconds"),
    }


def _systems(directory: Directory, accounts: list[Account]) -> list[UUID]:
    running = {one.system_id for account in accounts for one in directory.installations_of(account.account_id)}
    return sorted(running)


def _system(directory: Directory, system_id: UUID, now: dt.datetime) -> dict[str, Any]:
    today = danish_day(now)
    return {
        "system_id": str(system_id),
        "certificates": [
            {"formats": list(one.formats), "valid_to": one.valid_to.isoformat(), "holds": one.holds(today)}
            for one in directory.certificates_of(system_id)
        ],
    }
