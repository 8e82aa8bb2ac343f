"""The certification gate: who may draw numbers now, automatically or by hand. Pure; asked in the issuing transaction.

A system draws when its account is open, its key holds, and the version it runs has a certificate in force that covers
every format of its laboratory. A person draws by hand until the day that the operator set. See docs/decisions/0072.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from uuid import UUID

import msgspec

from labbro.members import problems
from labbro.members.directory import Directory
from labbro.members.model import Account, Caller, Certificate, Credential

_DENMARK = zoneinfo.ZoneInfo("Europe/Copenhagen")


class DrawingState(msgspec.Struct, frozen=True, kw_only=True):
    """How an account may draw today, to be shown to all three parties.

    `certified_until`: the last day on which some version that runs for the account may draw; None when none may.
    `missing_formats`: what no version in use is certified for. `manual_days_left`: 0 on the last day, None when over.
    """

    automatic: bool
    certified_until: dt.date | None
    missing_formats: tuple[str, ...]
    manual: bool
    manual_until: dt.date | None
    manual_days_left: int | None


def check_draw(
    directory: Directory, caller: Caller, *, manual: bool, now: dt.datetime, account_id: UUID | None = None
) -> Account:
    """The account to draw for. `manual`: a person asks, by hand, for `account_id`; a system draws for its own.

    Raises NotFound `account-unknown`; NotAllowed with `account-closed`, `system-not-certified`, `certificate-expired`,
    `key-expired`, `key-revoked`, `manual-drawing-ended`. `now` is aware; days are Danish days.
    """
    account = _account(directory, caller, account_id)
    if caller.kind == "system":
        check_credential(directory, caller, now)
    if account.state == "closed":
        raise problems.account_closed()
    if manual:
        if caller.kind != "person":
            raise problems.not_for_you()
        _check_manual(directory, account, danish_day(now))
    else:
        if caller.kind != "system" or caller.installation_id is None:
            raise problems.not_for_you()
        system_id = directory.installations[caller.installation_id].system_id
        check_certified(directory, system_id, formats_of(directory, account), danish_day(now))
    return account


def check_account(directory: Directory, caller: Caller, account_id: UUID | None = None) -> Account:
    """The account that a caller works for, open or closed: for reading and for releasing. Raises as `check_draw`."""
    return _account(directory, caller, account_id)


def check_credential(directory: Directory, caller: Caller, now: dt.datetime) -> Credential:
    """The credential that a system called with, which must still hold. Raises `key-revoked` or `key-expired`."""
    credential = directory.credentials.get(caller.credential_id) if caller.credential_id else None
    if credential is None or credential.revoked_at is not None:
        raise problems.key_revoked()
    installation = directory.installations.get(credential.installation_id)
    if installation is None or installation.ended_at is not None:
        raise problems.key_revoked()
    if not credential.holds(now):
        raise problems.key_expired()
    return credential


def check_certified(directory: Directory, system_id: UUID, formats: tuple[str, ...], today: dt.date) -> None:
    """Raises `certificate-expired` where all formats were covered once, else `system-not-certified`."""
    known = directory.certificates_of(system_id)
    missing = _missing(known, formats, today)
    if missing is None:
        return
    past = [_ended_on(one) for one in known if not one.holds(today) and _ended_on(one) < today]
    ever = {name for one in known if one.valid_from <= today for name in one.formats}
    if past and ever >= set(formats):
        raise problems.certificate_expired(max(past))
    raise problems.system_not_certified(missing)


def formats_of(directory: Directory, account: Account) -> tuple[str, ...]:
    """What a system must be certified for: the formats of the account's laboratory, or of all the vendor's."""
    if account.laboratory_id is not None:
        return directory.laboratories[account.laboratory_id].formats
    served = directory.laboratories_of(account.vendor_id)
    return tuple(sorted({name for laboratory in served for name in laboratory.formats}))


def drawing_state(directory: Directory, account: Account, today: dt.date) -> DrawingState:
    """How the account may draw today."""
    formats = formats_of(directory, account)
    running = {one.system_id for one in directory.installations_of(account.account_id)}
    until = [_covered_until(directory.certificates_of(one), formats, today) for one in running]
    good = [one for one in until if one is not None]
    missing = [_missing(directory.certificates_of(one), formats, today) or [] for one in running]
    manual_until = directory.manual_until(account.vendor_id, account.laboratory_id)
    left = (manual_until - today).days if manual_until is not None else -1
    opened = account.state == "open"
    return DrawingState(
        automatic=opened and bool(good),
        certified_until=max(good, default=None),
        missing_formats=() if good else tuple(min(missing, key=len, default=formats)),
        manual=opened and left >= 0,
        manual_until=manual_until,
        manual_days_left=left if left >= 0 else None,
    )


def danish_day(now: dt.datetime) -> dt.date:
    """The day in Denmark: what days in agreements and certificates mean."""
    return now.astimezone(_DENMARK).date()


def _account(directory: Directory, caller: Caller, account_id: UUID | None) -> Account:
    """The named account or the caller's own; of others only what the caller's role reaches."""
    wanted = account_id or caller.account_id
    account = directory.accounts.get(wanted) if wanted else None
    if account is None:
        raise problems.account_unknown()
    if caller.kind == "system":
        reached = account.account_id == caller.account_id
    elif caller.role == "operator":
        reached = True
    elif caller.role == "vendor":
        reached = account.vendor_id == caller.vendor_id
    else:
        reached = account.laboratory_id is not None and account.laboratory_id == caller.laboratory_id
    if not reached:
        raise problems.account_unknown()
    return account


def _check_manual(directory: Directory, account: Account, today: dt.date) -> None:
    until = directory.manual_until(account.vendor_id, account.laboratory_id)
    if until is None or today > until:
        raise problems.manual_drawing_ended(until)


def _missing(known: list[Certificate], formats: tuple[str, ...], today: dt.date) -> list[str] | None:
    """The formats without a certificate in force; None when nothing is missing. No certificate at all misses all."""
    holding = [one for one in known if one.holds(today)]
    covered = {name for one in holding for name in one.formats}
    missing = [name for name in formats if name not in covered]
    return None if holding and not missing else missing or list(formats)


def _covered_until(known: list[Certificate], formats: tuple[str, ...], today: dt.date) -> dt.date | None:
    """The last day on which today's certificates cover all formats."""
    if _missing(known, formats, today) is not None:
        return None
    holding = [one for one in known if one.holds(today)]
    return min(
        (max(_ended_on(one) for one in holding if name in one.formats) for name in formats),
        default=max(_ended_on(one) for one in holding),
    )


def _ended_on(certificate: Certificate) -> dt.date:
    """The last day on which it is or was in force."""
    if certificate.withdrawn_on is None:
        return certificate.valid_to
    return min(certificate.valid_to, certificate.withdrawn_on - dt.timedelta(days=1))
