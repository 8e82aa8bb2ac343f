"""Laboratories, accounts with their systems and keys, contacts and people: whose they are and how they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from labbro.members import acts, problems, views
from labbro.members.mailboxes import looks_personal
from labbro.members.model import Contact, Credential, Person, Vendor
from labbro.members.views import AccountView, InstallationView
from labbro.portal import formats
from labbro.portal.numbers import saying
from labbro.portal.numbers.acting import do_address, system_name
from labbro.portal.numbers.blocks import Alert, Cell, Content, Fact, Link, Row, Section, Table
from labbro.portal.numbers.door import Guest, address_of, back_to

Ids = Mapping[str, UUID | None]


def links(guest: Guest, *wanted: tuple[type[acts.Act], Ids]) -> tuple[Link, ...]:
    """Ways to the forms of those acts that the role may do."""
    named = guest.words.act_links
    return tuple(Link(named[act.__name__], do_address(act, **ids)) for act, ids in wanted if guest.may(act))


def accounts(guest: Guest) -> Content:
    """Every vendor within reach with its laboratories and their accounts."""
    w, d = guest.words, guest.directory
    seen = views.accounts(d, guest.caller, guest.now)
    sections: list[Section] = [Section(links=links(guest, (acts.AddVendor, {})))]
    if guest.caller.role != "laboratory":
        for vendor in views.vendors(d, guest.caller):
            own = [one for one in seen if one.account.vendor_id == vendor.vendor_id]
            sections.append(_vendor_section(guest, vendor, own))
    for laboratory in sorted(views.laboratories(d, guest.caller), key=lambda one: (one.vendor_id, one.name)):
        own = [one for one in seen if one.account.laboratory_id == laboratory.laboratory_id]
        owner = {"laboratory_id": laboratory.laboratory_id}
        ids = [one for one in (laboratory.gln, laboratory.sor, laboratory.shak, laboratory.provider_number) if one]
        sections.append(
            Section(
                laboratory.name,
                facts=(
                    Fact(w.vendor, d.vendors[laboratory.vendor_id].name),
                    Fact(w.letter_formats, ", ".join(laboratory.formats)),
                    Fact(w.identifiers, ", ".join(ids)),
                ),
                tables=(_account_table(guest, own),),
                links=links(
                    guest,
                    (acts.OpenAccount, owner),
                    (acts.ChangeLaboratory, owner),
                    (acts.MoveLaboratory, owner),
                    (acts.PermitManual, owner),
                ),
            )
        )
    return Content(title=w.page_names["accounts"], lead=w.accounts_lead, sections=tuple(sections))


def _vendor_section(guest: Guest, vendor: Vendor, seen: list[AccountView]) -> Section:
    own = [one for one in seen if one.account.laboratory_id is None]
    owner = {"vendor_id": vendor.vendor_id}
    return Section(
        vendor.name,
        guest.words.roles["vendor"],
        tables=(_account_table(guest, own),) if own else (),
        links=links(
            guest,
            (acts.AddLaboratory, owner),
            (acts.OpenAccount, owner),
            (acts.RenameVendor, owner),
            (acts.PermitManual, owner),
        ),
    )


def _account_table(guest: Guest, found: Iterable[AccountView]) -> Table:
    w = guest.words
    rows = tuple(
        Row(
            (
                Cell(one.account.department, link=address_of("accounts", one.account.account_id)),
                mailbox(guest, one.account.mailbox),
                _state(guest, one),
                drawing(guest, one),
            )
        )
        for one in found
    )
    return Table(w.accounts_caption, (w.department, w.mailbox, w.state, w.drawing), rows, w.no_accounts)


def mailbox(guest: Guest, told: str) -> Cell:
    """A mailbox, with a warning where it looks like a person's."""
    found = looks_personal(told)
    return Cell(told, guest.said(found.reason_da, found.reason) if found else "", "soon" if found else "")


def _state(guest: Guest, one: AccountView) -> Cell:
    opened = one.account.state == "open"
    return Cell(guest.words.account_states[one.account.state], mark="good" if opened else "off")


def drawing(guest: Guest, one: AccountView) -> Cell:
    """How an account may draw today."""
    w, told = guest.words, one.drawing
    if told.automatic:
        return Cell(w.automatic_until.format(day=formats.day(told.certified_until)), mark="good")
    if told.manual_days_left is not None:
        left = w.days_left.of(told.manual_days_left)
        return Cell(w.by_hand_until.format(day=formats.day(told.manual_until)), left, "soon")
    return Cell(w.may_not_draw, w.missing_formats.format(formats=", ".join(told.missing_formats)), "bad")


def account(guest: Guest, account_id: UUID) -> Content:
    """One account: limits, systems that run for it, their keys. Raises NotFound for what is not the guest's."""
    w = guest.words
    seen = views.accounts(guest.directory, guest.caller, guest.now)
    one = next((each for each in seen if each.account.account_id == account_id), None)
    if one is None:
        raise problems.account_unknown()
    told, owner = one.account, {"account_id": account_id}
    cell, box = drawing(guest, one), mailbox(guest, told.mailbox)
    state = _state(guest, one)
    facts = (
        Fact(w.organisation, saying.owner(guest.directory, told.vendor_id, told.laboratory_id, w)),
        Fact(w.department, told.department),
        Fact(w.mailbox, box.text, box.small, box.mark),
        Fact(w.state, state.text, saying.moment(told.closed_at), state.mark),
        Fact(w.drawing, cell.text, cell.small, cell.mark),
        Fact(w.labels["largest_series"], saying.count(told.limits.largest_series, w)),
        Fact(w.labels["numbers_a_day"], saying.count(told.limits.numbers_a_day, w)),
        Fact(w.labels["plan_a_fortnight"], saying.count(told.limits.plan_a_fortnight, w), w.plan_note),
    )
    change = acts.CloseAccount if told.state == "open" else acts.ReopenAccount
    running = [
        each
        for each in views.installations(guest.directory, guest.caller)
        if each.installation.account_id == account_id
    ]
    return Content(
        title=told.department,
        back=back_to(guest, "accounts"),
        sections=(
            Section(
                facts=facts,
                links=(
                    *links(guest, (acts.ChangeAccount, owner), (change, owner), (acts.SetLimits, owner)),
                    Link(w.page_names["series"], f"{address_of('series')}?account={account_id}"),
                ),
            ),
            Section(w.installations, w.installations_lead, links=links(guest, (acts.Install, owner))),
            *(_installation(guest, each) for each in running),
        ),
    )


def _installation(guest: Guest, one: InstallationView) -> Section:
    w, told = guest.words, one.installation
    owner = {"installation_id": told.installation_id}
    rows = tuple(_key_row(guest, each) for each in one.credentials)
    return Section(
        f"{told.name}: {system_name(guest, told.system_id)}",
        facts=(Fact(w.client_id, str(told.installation_id), w.client_id_note),),
        tables=(Table(w.keys_caption, (w.key, w.key_kind, w.state, w.valid_from, w.valid_to), rows, w.no_keys),),
        links=links(
            guest,
            (acts.AddKey, owner),
            (acts.AddClientCertificate, owner),
            (acts.UpgradeInstallation, owner),
            (acts.EndInstallation, owner),
        ),
    )


def _key_row(guest: Guest, one: Credential) -> Row:
    w, now = guest.words, guest.now
    if one.revoked_at is not None:
        state = Cell(w.key_states["revoked"], saying.moment(one.revoked_at), "off")
    elif one.holds(now):
        soon = (one.valid_to - now).days < 30
        state = Cell(w.key_states["valid"], mark="soon" if soon else "good")
    else:
        state = Cell(w.key_states["early" if now < one.valid_from else "over"], mark="off")
    owner = {"credential_id": one.credential_id}
    live = one.revoked_at is None and now < one.valid_to
    return Row(
        (
            Cell(one.key_id, one.thumbprint[:16] + "…"),
            Cell(w.key_kinds[one.kind]),
            state,
            Cell(saying.moment(one.valid_from)),
            Cell(saying.moment(one.valid_to)),
        ),
        links(guest, (acts.EndCredential, owner), (acts.RevokeCredential, owner)) if live else (),
    )


def contacts(guest: Guest) -> Content:
    """Contacts of every organisation within reach, and whom to ask first."""
    w, d, caller = guest.words, guest.directory, guest.caller
    found = views.contacts(d, caller)
    owners: dict[tuple[UUID | None, UUID | None], list[Contact]] = {}
    for vendor in views.vendors(d, caller) if caller.role != "laboratory" else []:
        owners[vendor.vendor_id, None] = []
    for laboratory in views.laboratories(d, caller):
        owners[laboratory.vendor_id, laboratory.laboratory_id] = []
    if caller.role == "operator":
        owners[None, None] = []
    first: list[Contact] = []
    for one in found:
        if (one.vendor_id, one.laboratory_id) in owners:
            owners[one.vendor_id, one.laboratory_id].append(one)
        else:
            first.append(one)
    sections = [
        Section(
            w.ask_first,
            w.ask_first_lead[caller.role],
            alerts=() if first or caller.role == "operator" else (Alert(w.nobody_to_ask),),
            tables=(_contact_table(guest, first),) if first else (),
        )
    ]
    if caller.role == "operator":
        sections = []
    sections += [
        _contact_section(guest, vendor_id, laboratory_id, own) for (vendor_id, laboratory_id), own in owners.items()
    ]
    return Content(title=w.page_names["contacts"], lead=w.contacts_lead, sections=tuple(sections))


def _contact_section(guest: Guest, vendor_id: UUID | None, laboratory_id: UUID | None, own: list[Contact]) -> Section:
    w = guest.words
    owner = {"laboratory_id": laboratory_id} if laboratory_id else {"vendor_id": vendor_id}
    wanted = links(guest, (acts.AddContact, owner), *(((acts.ConfirmContacts, owner),) if own else ()))
    name = saying.owner(guest.directory, vendor_id, laboratory_id, w)
    return Section(name, tables=(_contact_table(guest, own),), links=wanted)


def _contact_table(guest: Guest, found: list[Contact]) -> Table:
    w = guest.words
    refusing = guest.rooms.members.outbox.refusing_mailboxes()
    rows: list[Row] = []
    for one in found:
        owner = {"contact_id": one.contact_id}
        days = (guest.now - one.confirmed_at).days
        own = views.sees(guest.caller, one.vendor_id, one.laboratory_id)
        lost = one.mailbox in refusing
        rows.append(
            Row(
                (
                    Cell(one.name, w.purposes[one.purpose]),
                    Cell(one.mailbox, w.does_not_arrive if lost else "", "bad" if lost else ""),
                    Cell(one.telephone),
                    Cell(
                        saying.day_of(one.confirmed_at), mark="good" if days < 335 else "soon" if days <= 365 else "bad"
                    ),
                ),
                links(guest, (acts.ChangeContact, owner), (acts.RemoveContact, owner)) if own else (),
            )
        )
    return Table(
        w.contacts_caption,
        (w.labels["name"], w.mailbox, w.labels["telephone"], w.confirmed),
        tuple(rows),
        w.no_contacts,
    )


def people(guest: Guest) -> Content:
    """Who may sign in, by organisation."""
    w, d, caller = guest.words, guest.directory, guest.caller
    found = views.persons(d, caller)
    rows = tuple(_person_row(guest, one) for one in sorted(found, key=lambda one: (one.role, one.name)))
    owners: list[Ids] = []
    if caller.role != "laboratory":
        owners += [{"vendor_id": one.vendor_id} for one in views.vendors(d, caller)]
    owners += [{"laboratory_id": one.laboratory_id} for one in views.laboratories(d, caller)]
    add: list[Link] = []
    if guest.may(acts.AddPerson):
        if caller.role == "operator":
            add.append(Link(w.operator, do_address(acts.AddPerson)))
        for owner in owners:
            name = saying.owner(d, owner.get("vendor_id"), owner.get("laboratory_id"), w)
            add.append(Link(name, do_address(acts.AddPerson, **owner)))
    table = Table(w.people_caption, (w.labels["name"], w.role, w.organisation), rows)
    adding = Table(
        w.add_person_to, (w.organisation,), tuple(Row((Cell(one.text, link=one.address),)) for one in add), folded=True
    )
    return Content(
        title=w.page_names["people"],
        lead=w.people_lead,
        sections=(Section(tables=(table, *((adding,) if add else ()))),),
    )


def _person_row(guest: Guest, one: Person) -> Row:
    w = guest.words
    own = one.person_id != guest.caller.person_id
    return Row(
        (
            Cell(one.name),
            Cell(w.roles[one.role]),
            Cell(saying.owner(guest.directory, one.vendor_id, one.laboratory_id, w)),
        ),
        links(guest, (acts.EndPerson, {"person_id": one.person_id})) if own else (),
    )
