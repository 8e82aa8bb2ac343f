"""How numbers, days and names are written on the pages of the number service. Pure."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from labbro.members.directory import Directory
from labbro.members.model import Account
from labbro.portal import formats
from labbro.portal.numbers.words import Words


def count(number: float, words: Words) -> str:
    """A whole number with a mark between thousands, as the language has it."""
    return f"{number:,.0f}".replace(",", words.thousands)


def moment(at: dt.datetime | None) -> str:
    """A moment in Danish time, or ''."""
    return formats.moment(formats.danish_time(at)) if at is not None else ""


def day_of(at: dt.datetime | None) -> str:
    """The Danish day of a moment, or ''."""
    return formats.day(formats.danish_time(at)) if at is not None else ""


def owner(directory: Directory, vendor_id: UUID | None, laboratory_id: UUID | None, words: Words) -> str:
    """The name of an organisation as two ids name it."""
    laboratory = directory.laboratories.get(laboratory_id) if laboratory_id else None
    if laboratory is not None:
        return laboratory.name
    vendor = directory.vendors.get(vendor_id) if vendor_id else None
    return vendor.name if vendor is not None else words.operator


def account_name(directory: Directory, account_id: UUID, words: Words) -> str:
    """An account by its organisation, and its department where the name does not hold it already."""
    account = directory.accounts.get(account_id)
    if account is None:
        return words.unknown
    name = owner(directory, account.vendor_id, account.laboratory_id, words)
    return name if account.department in name else f"{name}, {account.department}"


def account_choices(directory: Directory, accounts: list[Account], words: Words) -> list[tuple[str, str]]:
    """Accounts to choose from, by name."""
    named = [(account_name(directory, one.account_id, words), str(one.account_id)) for one in accounts]
    return [(value, label) for label, value in sorted(named)]


def weeks(days: int | None) -> float | None:
    """Days as weeks with a decimal."""
    return None if days is None else round(days / 7, 1)


def decimal(number: float | None, words: Words) -> str:
    """A number with at most one decimal, or ''."""
    if number is None:
        return ""
    text = f"{number:.0f}" if number >= 10 or number == int(number) else f"{number:.1f}"
    return text.replace(".", words.decimal_mark)
