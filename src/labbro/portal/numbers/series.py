"""Every series and its fate: the list with the reason of every gap, and one series with its releases. Pure views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from labbro.members import views
from labbro.members.gate import danish_day
from labbro.numbers.model import LONGEST_REASON, Release, Series, SeriesPage, Stretch
from labbro.portal.numbers import saying
from labbro.portal.numbers.blocks import (
    Alert,
    Cell,
    Choice,
    Content,
    Fact,
    Field,
    Form,
    Link,
    Mark,
    Row,
    Section,
    Table,
)
from labbro.portal.numbers.door import Guest, address_of, back_to

A_PAGE: Final = 50
_MARKS: Final[dict[str, Mark]] = {"held": "good", "released": "soon", "skipped": "bad", "others": "off"}


def all_series(guest: Guest, account_id: UUID | None, before: UUID | None) -> Content:
    """The series within reach, newest first, and every stretch from the lowest to the highest of them."""
    w = guest.words
    found = guest.rooms.numbers.my_series(guest.caller, account_id=account_id, before=before, limit=A_PAGE)
    older = ()
    if found.before is not None:
        chosen = f"account={account_id}&" if account_id else ""
        older = (Link(w.older, f"{address_of('series')}?{chosen}before={found.before}"),)
    return Content(
        title=w.page_names["series"],
        lead=w.series_lead,
        sections=(
            _chooser(guest, account_id),
            Section(tables=(_series_table(guest, found.series),), links=older),
            Section(w.line, w.line_lead, tables=(_stretch_table(guest, found.stretches),)),
        ),
    )


def one_series(guest: Guest, found: SeriesPage, *, new: bool) -> Content:
    """One series: who drew it and how, what became of each part, and a form to give numbers back."""
    w, (series,) = guest.words, found.series
    sections = [
        Section(alerts=(Alert(w.drawn_now, w.drawn_now_note),) if new else (), facts=_facts(guest, series)),
        Section(w.fate, tables=(_stretch_table(guest, found.stretches),)),
    ]
    if found.releases:
        sections.append(Section(w.releases, tables=(_release_table(guest, found.releases),)))
    if series.released < series.count:
        sections.append(Section(w.release_title, w.release_lead, forms=(release_form(guest, series),)))
    return Content(
        title=w.series_of.format(count=saying.count(series.count, w)),
        back=back_to(guest, "series"),
        sections=tuple(sections),
    )


def release_form(guest: Guest, series: Series, told: dict[str, str] | None = None) -> Form:
    """Gives a series back or part of it. `told`: what was filled in before."""
    w, told = guest.words, told or {}
    request_id = told.get("request_id") or str(guest.rooms.members.identities.new())
    return Form(
        action=f"{address_of('series', series.series_id)}/release",
        submit=w.release_button,
        grave=True,
        hidden=(("request_id", request_id),),
        fields=(
            Field("first_number", w.first_number, value=told.get("first_number", series.first_number), longest=20),
            Field("last_number", w.last_number, value=told.get("last_number", series.last_number), longest=20),
            Field("reason", w.reason, value=told.get("reason", ""), hint=w.reason_hint, longest=LONGEST_REASON),
        ),
    )


def _chooser(guest: Guest, account_id: UUID | None) -> Section:
    """Links to the series of each account, where there is more than one."""
    w = guest.words
    accounts = [one.account for one in views.accounts(guest.directory, guest.caller, guest.now)]
    if account_id is None and len(accounts) < 2:
        return Section()
    if account_id is not None:
        facts = (Fact(w.account, saying.account_name(guest.directory, account_id, w)),)
        return Section(facts=facts, links=(Link(w.all_accounts, address_of("series")),) if len(accounts) > 1 else ())
    choices = saying.account_choices(guest.directory, accounts, w)
    rows = tuple(Row((Cell(label, link=f"{address_of('series')}?account={value}"),)) for value, label in choices)
    return Section(tables=(Table(w.by_account, (w.account,), rows, folded=True),))


def _facts(guest: Guest, series: Series) -> tuple[Fact, ...]:
    w, directory = guest.words, guest.directory
    system = directory.systems.get(series.system_id) if series.system_id else None
    by = w.by_person if series.manual else w.by_system
    if system is not None:
        by = f"{by}: {directory.products[system.product_id].name} {system.version}"
    told = [
        Fact(w.account, saying.account_name(directory, series.account_id, w)),
        Fact(w.first_number, series.first_number),
        Fact(w.last_number, series.last_number),
        Fact(w.count, saying.count(series.count, w)),
        Fact(w.drawn_at, saying.moment(series.drawn_at)),
        Fact(w.drawn_by, by),
        Fact(w.given_back, saying.count(series.released, w)),
    ]
    if series.round > 1:
        told.append(Fact(w.round, str(series.round), w.round_note))
    return tuple(told)


def _series_table(guest: Guest, found: Sequence[Series]) -> Table:
    w = guest.words
    rows = tuple(
        Row(
            (
                Cell(saying.moment(one.drawn_at), link=address_of("series", one.series_id), figure=False),
                Cell(saying.account_name(guest.directory, one.account_id, w)),
                Cell(one.first_number, figure=True),
                Cell(one.last_number, figure=True),
                Cell(saying.count(one.count, w), figure=True),
                _state(guest, one),
                Cell(w.by_hand if one.manual else w.by_itself),
            )
        )
        for one in found
    )
    heads = (w.drawn_at, w.account, w.first_number, w.last_number, w.count, w.fate, w.way)
    return Table(w.series_caption, heads, rows, w.no_series)


def _state(guest: Guest, series: Series) -> Cell:
    w = guest.words
    if not series.released:
        return Cell(w.fates["held"], mark="good")
    if series.released == series.count:
        return Cell(w.fates["released"], mark="soon")
    return Cell(w.partly_released.format(count=saying.count(series.released, w)), mark="soon")


def _stretch_table(guest: Guest, found: Sequence[Stretch]) -> Table:
    w = guest.words
    rows = tuple(
        Row(
            (
                Cell(one.first_number, figure=True),
                Cell(one.last_number, figure=True),
                Cell(saying.count(one.count, w), figure=True),
                Cell(w.fates[one.kind], mark=_MARKS[one.kind]),
                Cell(guest.said(one.reason_da, one.reason), saying.moment(one.at)),
            )
        )
        for one in found
    )
    return Table(w.line_caption, (w.first_number, w.last_number, w.count, w.fate, w.reason), rows)


def _release_table(guest: Guest, found: Sequence[Release]) -> Table:
    w = guest.words
    rows = tuple(
        Row(
            (
                Cell(saying.moment(one.released_at)),
                Cell(one.first_number, figure=True),
                Cell(one.last_number, figure=True),
                Cell(saying.count(one.count, w), figure=True),
                Cell(one.reason),
                Cell(who(guest, one.actor)),
            )
        )
        for one in found
    )
    return Table(w.releases, (w.given_back_at, w.first_number, w.last_number, w.count, w.reason, w.by), rows)


def who(guest: Guest, actor: str) -> str:
    """An actor of the service in words: a person by name for their own house, else by role; a system by its name."""
    w, (kind, _, told) = guest.words, actor.partition(":")
    try:
        key = UUID(told)
    except ValueError:
        return w.actors.get(actor, w.unknown)
    if kind == "system":
        installation = guest.directory.installations.get(key)
        return installation.name if installation else w.unknown
    person = guest.directory.persons.get(key)
    if person is None:
        return w.unknown
    own = views.sees(guest.caller, person.vendor_id, person.laboratory_id)
    return person.name if own else w.roles[person.role]


def draw_choices(guest: Guest) -> tuple[Choice, ...]:
    """The accounts for which a person may draw by hand today."""
    told = [one.account for one in views.accounts(guest.directory, guest.caller, guest.now) if one.drawing.manual]
    choices = saying.account_choices(guest.directory, told, guest.words)
    return tuple(Choice(value, label) for value, label in choices)


def today(guest: Guest) -> str:
    """The Danish day, as dates are filled in."""
    return danish_day(guest.now).isoformat()
