"""The agreement board: each duty of the connection agreement with its state and the evidence for it. Pure.

`Evidence` is what is known of one laboratory on a day; `laboratory_duties` and `vendor_duties` judge it. A vendor's
duty is as good as that of its worst laboratory.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final, Literal
from uuid import UUID

import msgspec

State = Literal["met", "due-soon", "missing", "not-applicable"]
Code = Literal[
    "certified",
    "automatic-drawing",
    "half-year-stock",
    "https",
    "functional-mailboxes",
    "contacts-confirmed",
    "first-level-support",
]

FORTNIGHT_DAYS: Final = 15  # two weeks and a day to spare
HALF_YEAR_DAYS: Final = 182
# What is left of half a year just before the next draw of every second week: that is in order.
FULL_STOCK_DAYS: Final = HALF_YEAR_DAYS - FORTNIGHT_DAYS
LOW_STOCK_DAYS: Final = 126  # eighteen weeks: below, a duty is missing, not only due
LATE_DAYS: Final = 21
CONFIRMED_DAYS: Final = 365
REMINDED_DAYS: Final = 335
CERTIFICATE_WARNING_DAYS: Final = 60
_WORST_FIRST: Final[tuple[State, ...]] = ("missing", "due-soon", "met", "not-applicable")


class DrawFacts(msgspec.Struct, frozen=True):
    """What the number service knows of a laboratory: the last automatic draw, and its stock as it said itself."""

    last_automatic_on: dt.date | None = None
    stock_days: int | None = None
    stock_told_on: dt.date | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one laboratory. `accounts`: open ones; `personal_mailboxes`: how many of theirs look personal.

    `plain_calls`: calls over plain HTTP in the last four weeks. `contacts_confirmed_on`: the oldest confirmation.
    """

    today: dt.date
    accounts: int
    certified_until: dt.date | None
    missing_formats: tuple[str, ...]
    manual_until: dt.date | None
    draws: DrawFacts
    plain_calls: int
    plain_until: dt.date | None
    personal_mailboxes: int
    contacts: int
    contacts_confirmed_on: dt.date | None
    unreachable_contacts: int
    support_contacts: int


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """One duty. `due`: the day on which the state gets worse by itself, where there is one."""

    code: Code
    state: State
    title_da: str
    title_en: str
    evidence_da: str
    evidence_en: str
    due: dt.date | None = None


class LaboratoryBoard(msgspec.Struct, frozen=True):
    """The duties of one laboratory."""

    laboratory_id: UUID
    duties: tuple[Duty, ...]


_TITLES: Final[dict[Code, tuple[str, str]]] = {
    "certified": ("System certificeret", "System certified"),
    "automatic-drawing": ("Automatisk træk hver anden uge", "Automatic drawing every second week"),
    "half-year-stock": ("Lager til et halvt år", "Half a year's stock"),
    "https": ("Kun krypteret forbindelse", "Encrypted connections only"),
    "functional-mailboxes": ("Konti på funktionspostkasser", "Accounts on functional mailboxes"),
    "contacts-confirmed": ("Kontakter bekræftet inden for et år", "Contacts confirmed within the year"),
    "first-level-support": ("Førstelinjesupport udpeget", "First-level support named"),
}


def laboratory_duties(evidence: Evidence) -> tuple[Duty, ...]:
    """Every duty of a laboratory, always in the same order."""
    if not evidence.accounts:
        none = ("Laboratoriet har ingen åben konto.", "The laboratory has no open account.")
        drawing = tuple(
            _duty(code, "not-applicable", *none)
            for code in _TITLES
            if code not in ("contacts-confirmed", "first-level-support")
        )
        return (*drawing, _contacts(evidence), _support(evidence))
    return (
        _certified(evidence),
        _automatic(evidence),
        _stock(evidence),
        _https(evidence),
        _mailboxes(evidence),
        _contacts(evidence),
        _support(evidence),
    )


def vendor_duties(boards: Sequence[LaboratoryBoard], own: Evidence) -> tuple[Duty, ...]:
    """A vendor's duties: the worst of its laboratories, with how many are well; contacts and support are its own."""
    told: list[Duty] = []
    for code in _TITLES:
        if code == "contacts-confirmed":
            told.append(_contacts(own))
        elif code == "first-level-support":
            told.append(_support(own))
        else:
            told.append(_together(code, [_find(board, code) for board in boards]))
    return tuple(told)


def _together(code: Code, duties: Sequence[Duty]) -> Duty:
    counted = [one for one in duties if one.state != "not-applicable"]
    if not counted:
        return _duty(
            code, "not-applicable", "Ingen laboratorier med åben konto.", "No laboratory with an open account."
        )
    state = _worst({one.state for one in counted})
    well = sum(one.state == "met" for one in counted)
    due = min((one.due for one in counted if one.due is not None), default=None)
    return _duty(
        code,
        state,
        f"Opfyldt af {well} ud af {len(counted)} laboratorier.",
        f"Met by {well} out of {len(counted)} laboratories.",
        due,
    )


def _worst(states: AbstractSet[State]) -> State:
    for state in _WORST_FIRST:
        if state in states:
            return state
    return "not-applicable"


def _certified(known: Evidence) -> Duty:
    until = known.certified_until
    if until is None:
        formats = ", ".join(known.missing_formats) or "?"
        manual_da = f" Manuelt træk er muligt til {_day(known.manual_until)}." if known.manual_until else ""
        manual_en = f" Drawing by hand is possible until {known.manual_until}." if known.manual_until else ""
        return _duty(
            "certified",
            "missing",
            f"Intet system i drift er certificeret; der mangler {formats}.{manual_da}",
            f"No system in use is certified; {formats} is missing.{manual_en}",
            known.manual_until,
        )
    soon = (until - known.today).days < CERTIFICATE_WARNING_DAYS
    return _duty(
        "certified",
        "due-soon" if soon else "met",
        f"Certificeret til {_day(until)}.",
        f"Certified until {until}.",
        until,
    )


def _automatic(known: Evidence) -> Duty:
    last = known.draws.last_automatic_on
    if last is None:
        return _duty(
            "automatic-drawing",
            "missing",
            "Der er endnu ikke trukket automatisk.",
            "Nothing was drawn automatically yet.",
        )
    days = (known.today - last).days
    state: State = "met" if days <= FORTNIGHT_DAYS else "due-soon" if days <= LATE_DAYS else "missing"
    return _duty(
        "automatic-drawing",
        state,
        f"Seneste automatiske træk {_day(last)}; dage siden: {days}.",
        f"Last drawn automatically on {last}; days ago: {days}.",
        last + dt.timedelta(days=FORTNIGHT_DAYS),
    )


def _stock(known: Evidence) -> Duty:
    days = known.draws.stock_days
    if days is None:
        return _duty("half-year-stock", "missing", "Lageret er ikke oplyst.", "The stock was not told.")
    state: State = "met" if days >= FULL_STOCK_DAYS else "due-soon" if days >= LOW_STOCK_DAYS else "missing"
    on = known.draws.stock_told_on
    on_da, on_en = (f" (oplyst {_day(on)})", f" (told on {on})") if on else ("", "")
    return _duty(
        "half-year-stock", state, f"Lager til {days // 7} uger{on_da}.", f"Stock for {days // 7} weeks{on_en}."
    )


def _https(known: Evidence) -> Duty:
    if known.plain_calls == 0:
        return _duty("https", "met", "Ingen ukrypterede kald i fire uger.", "No plain calls in four weeks.")
    open_still = known.plain_until is not None and known.today <= known.plain_until
    end_da = f"; det er muligt til {_day(known.plain_until)}" if open_still else ""
    end_en = f"; possible until {known.plain_until}" if open_still else ""
    return _duty(
        "https",
        "due-soon" if open_still else "missing",
        f"Ukrypterede kald i fire uger: {known.plain_calls}{end_da}.",
        f"Plain calls in four weeks: {known.plain_calls}{end_en}.",
        known.plain_until if open_still else None,
    )


def _mailboxes(known: Evidence) -> Duty:
    count, wrong = known.accounts, known.personal_mailboxes
    return _duty(
        "functional-mailboxes",
        "missing" if wrong else "met",
        f"Postkasser, der ligner en persons: {wrong} af {count}."
        if wrong
        else f"Konti med funktionspostkasse: {count} af {count}.",
        f"Mailboxes that look like a person's: {wrong} of {count}."
        if wrong
        else f"Accounts on a functional mailbox: {count} of {count}.",
    )


def _contacts(known: Evidence) -> Duty:
    on = known.contacts_confirmed_on
    if on is None:
        return _duty("contacts-confirmed", "missing", "Der er ingen kontakter.", "There are no contacts.")
    days = (known.today - on).days
    state: State = "met" if days < REMINDED_DAYS else "due-soon" if days <= CONFIRMED_DAYS else "missing"
    lost = known.unreachable_contacts
    lost_da, lost_en = (f" Post kom ikke frem til: {lost}.", f" Mail did not reach: {lost}.") if lost else ("", "")
    return _duty(
        "contacts-confirmed",
        "missing" if lost else state,
        f"Kontakter: {known.contacts}, ældste bekræftelse {_day(on)}.{lost_da}",
        f"Contacts: {known.contacts}, oldest confirmation {on}.{lost_en}",
        on + dt.timedelta(days=CONFIRMED_DAYS),
    )


def _support(known: Evidence) -> Duty:
    count = known.support_contacts
    if not count:
        return _duty(
            "first-level-support",
            "missing",
            "Leverandøren har ingen supportkontakt.",
            "The vendor has no support contact.",
        )
    return _duty(
        "first-level-support", "met", f"Leverandørens supportkontakter: {count}.", f"Support contacts: {count}."
    )


def _find(board: LaboratoryBoard, code: Code) -> Duty:
    return next(one for one in board.duties if one.code == code)


def _duty(code: Code, state: State, evidence_da: str, evidence_en: str, due: dt.date | None = None) -> Duty:
    title_da, title_en = _TITLES[code]
    return Duty(
        code=code,
        state=state,
        title_da=title_da,
        title_en=title_en,
        evidence_da=evidence_da,
        evidence_en=evidence_en,
        due=due,
    )


def _day(day: dt.date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""
