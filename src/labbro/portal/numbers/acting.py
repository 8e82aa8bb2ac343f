"""Acts of the members room by form: from the address to a form, from what was filled in to the act. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, get_args
from uuid import UUID

import msgspec

from labbro.errors import LabbroError, WrongUse
from labbro.members import acts, permissions, problems, views
from labbro.members.changes import ACTS, name_of
from labbro.members.gate import danish_day
from labbro.members.model import Laboratory, NoticeKind, Purpose
from labbro.portal import formats
from labbro.portal.numbers import saying
from labbro.portal.numbers.asking import OWNER, SPECS, Asked, Kind, Spec
from labbro.portal.numbers.blocks import Choice, Field, Form
from labbro.portal.numbers.door import Guest, address_of

Values = Mapping[str, str | list[str]]

BY_NAME: Final = {name_of(act): act for act in ACTS if act in SPECS}
_INPUTS: Final[dict[Kind, str]] = {
    "moment": "datetime-local",
    "key": "area",
    "formats": "text",
    "limits": "number",
    "tick": "checks",
    "purposes": "checks",
    "vendors": "checks",
    "system": "select",
    "vendor": "select",
    "laboratory": "select",
    "purpose": "select",
    "notice-kind": "select",
}
_WORDS: Final = re.compile(r"[\s,;]+")


def do_address(act: type[acts.Act], **ids: UUID | None) -> str:
    """The address of the form for an act about something."""
    query = "&".join(f"{name}={value}" for name, value in ids.items() if value is not None)
    path = address_of("overview") + f"/do/{name_of(act)}"
    return f"{path}?{query}" if query else path


def ids_of(guest: Guest, act: type[acts.Act], told: Values) -> dict[str, UUID]:
    """The ids that name what an act is about, as told. Raises NotAllowed for the role, WrongUse."""
    if not guest.may(act):
        raise problems.not_for_you()
    found: dict[str, UUID] = {}
    for name in SPECS[act].about:
        value = told.get(name)
        if isinstance(value, str) and value:
            found[name] = _uuid(value)
    return found


def check_reach(guest: Guest, act: type[acts.Act], ids: Mapping[str, UUID]) -> None:
    """Raises NotFound for what does not exist, or not for the guest; and where the act wants more ids."""
    spec = SPECS[act]
    subject = permissions.subject_named(guest.directory, ids)
    wanted = bool(spec.about) and spec.about != OWNER and not ids
    if wanted or not permissions.reaches(guest.caller, subject):
        raise problems.not_found("organisation or thing", "organisation eller ting")


def form_of(guest: Guest, act: type[acts.Act], ids: Mapping[str, UUID], told: Values, request_id: UUID) -> Form:
    """The form for an act: with what was filled in before, else with what stands now."""
    spec, w = SPECS[act], guest.words
    known = {**_standing(guest, act, ids), **told}
    return Form(
        action=do_address(act),
        submit=w.acts[name_of(act)],
        grave=spec.grave,
        fields=tuple(_field(guest, act, one, known, ids) for one in spec.fields),
        hidden=(("request_id", str(request_id)), *((name, str(value)) for name, value in ids.items())),
    )


def act_of(guest: Guest, act: type[acts.Act], ids: Mapping[str, UUID], told: Values, request_id: UUID) -> acts.Act:
    """The act as it was filled in. Raises WrongUse with the field's label."""
    values: dict[str, Any] = {"request_id": request_id, **ids}
    limits: dict[str, Any] = {}
    for one in SPECS[act].fields:
        try:
            value = _read(one, told.get(one.name))
        except (ValueError, msgspec.MsgspecError):
            raise _misfit(guest, act, one.name) from None
        if one.kind == "limits":
            limits[one.name] = value
        elif value is not None:
            values[one.name] = value
    if limits:
        values["limits"] = limits
    if act is acts.AddPerson:
        values["role"] = "laboratory" if "laboratory_id" in ids else "vendor" if "vendor_id" in ids else "operator"
    try:
        return msgspec.convert(values, act, strict=False)
    except msgspec.ValidationError as error:
        place = str(error).rpartition("$.")[2].strip("`").split("[")[0].rpartition(".")[2]
        raise _misfit(guest, act, place) from None


def label_of(guest: Guest, act: type[acts.Act], name: str) -> str:
    """What a field is called; some are called otherwise in one act."""
    labels = guest.words.labels
    return labels.get(f"{name_of(act)} {name}") or labels.get(name, name)


def about(guest: Guest, ids: Mapping[str, UUID]) -> str:
    """What an act is about, by name."""
    for name, value in ids.items():
        return _NAMES[name](guest, value)
    return guest.words.operator


def system_name(guest: Guest, system_id: UUID) -> str:
    """A system version as `product version`."""
    system = guest.directory.systems[system_id]
    return f"{guest.directory.products[system.product_id].name} {system.version}"


def _installation(guest: Guest, installation_id: UUID) -> str:
    found = guest.directory.installations[installation_id]
    return f"{found.name}, {saying.account_name(guest.directory, found.account_id, guest.words)}"


def _notice(guest: Guest, notice_id: UUID) -> str:
    found = guest.directory.notices[notice_id]
    return guest.said(found.title_da, found.title_en)


_NAMES: Final[dict[str, Callable[[Guest, UUID], str]]] = {
    "account_id": lambda guest, one: saying.account_name(guest.directory, one, guest.words),
    "installation_id": _installation,
    "credential_id": lambda guest, one: guest.directory.credentials[one].key_id,
    "product_id": lambda guest, one: guest.directory.products[one].name,
    "system_id": system_name,
    "certificate_id": lambda guest, one: system_name(guest, guest.directory.certificates[one].system_id),
    "person_id": lambda guest, one: guest.directory.persons[one].name,
    "contact_id": lambda guest, one: guest.directory.contacts[one].name,
    "notice_id": _notice,
    "escalation_id": lambda guest, one: guest.directory.escalations[one].subject,
    "laboratory_id": lambda guest, one: guest.directory.laboratories[one].name,
    "vendor_id": lambda guest, one: guest.directory.vendors[one].name,
    "mail_id": lambda _, one: str(one),
}


def back_of(guest: Guest, spec: Spec, ids: Mapping[str, UUID]) -> str:
    """Where to go when it is done."""
    if spec.back != "account":
        return address_of(spec.back)
    d = guest.directory
    installation = ids.get("installation_id")
    if "credential_id" in ids:
        installation = d.credentials[ids["credential_id"]].installation_id
    account = d.installations[installation].account_id if installation else ids["account_id"]
    return address_of("accounts", account)


def _field(guest: Guest, act: type[acts.Act], one: Asked, known: Values, ids: Mapping[str, UUID]) -> Field:
    told = known.get(one.name, "")
    chosen = told if isinstance(told, list) else [told]
    w = guest.words
    return Field(
        name=one.name,
        label=label_of(guest, act, one.name),
        kind=_INPUTS.get(one.kind, one.kind),
        value="" if one.name in ("jwk", "pem") else chosen[0],
        hint=w.hints.get(f"{name_of(act)} {one.name}") or w.hints.get(one.name, ""),
        required=one.required,
        longest=one.longest,
        choices=tuple(Choice(value, label, value in chosen) for value, label in _choices(guest, one, ids)),
    )


def _choices(guest: Guest, one: Asked, ids: Mapping[str, UUID]) -> list[tuple[str, str]]:
    d, w = guest.directory, guest.words
    match one.kind:
        case "purpose" | "purposes":
            return [(name, w.purposes[name]) for name in get_args(Purpose)]
        case "notice-kind":
            return [(name, w.notice_kinds[name]) for name in get_args(NoticeKind)]
        case "tick":
            return [("yes", w.labels[f"{one.name} yes"])]
        case "vendor" | "vendors":
            return [(str(found.vendor_id), found.name) for found in d.vendors.values()]
        case "laboratory":
            seen = views.laboratories(d, guest.caller)
            return [("", w.none_of_them), *((str(found.laboratory_id), found.name) for found in seen)]
        case "system":
            vendor_id = permissions.subject_named(d, ids).vendor_id
            own = [found for found in d.systems.values() if found.vendor_id == vendor_id]
            return [(str(found.system_id), system_name(guest, found.system_id)) for found in own]
        case _:
            return []


def _standing(guest: Guest, act: type[acts.Act], ids: Mapping[str, UUID]) -> Values:
    """What a form begins with."""
    d, today = guest.directory, danish_day(guest.now)
    if act in (acts.ChangeAccount, acts.SetLimits):
        account = d.accounts[ids["account_id"]]
        limits: dict[str, Any] = msgspec.structs.asdict(account.limits)
        return {"department": account.department, "mailbox": account.mailbox} | {n: str(v) for n, v in limits.items()}
    if act is acts.ChangeLaboratory:
        return _laboratory(d.laboratories[ids["laboratory_id"]])
    if act is acts.ChangeContact:
        contact = d.contacts[ids["contact_id"]]
        return {"name": contact.name, "mailbox": contact.mailbox, "telephone": contact.telephone}
    if act is acts.RenameVendor:
        return {"name": d.vendors[ids["vendor_id"]].name}
    if act is acts.AddKey:
        return {"valid_from": _local(guest.now), "valid_to": _local(guest.now + dt.timedelta(days=365))}
    if act is acts.EndCredential:
        return {"valid_to": _local(guest.now + dt.timedelta(days=7))}
    if act is acts.WriteNotice:
        start = guest.now.replace(minute=0) + dt.timedelta(hours=1)
        return {
            "starts_at": _local(start),
            "ends_at": _local(start + dt.timedelta(hours=2)),
            "purposes": ["operations", "support"],
        }
    if act is acts.IssueCertificate:
        return {"valid_from": today.isoformat(), "valid_to": (today + dt.timedelta(days=365)).isoformat()}
    if act is acts.PermitManual:
        owner = permissions.subject_named(d, ids)
        until = d.manual_until(owner.vendor_id, owner.laboratory_id) if owner.vendor_id else None
        return {"until": (until or today + dt.timedelta(days=90)).isoformat()}
    return {}


def _laboratory(one: Laboratory) -> Values:
    ids = {"gln": one.gln, "sor": one.sor, "shak": one.shak, "provider_number": one.provider_number}
    return {"name": one.name, "formats": ", ".join(one.formats)} | {name: value or "" for name, value in ids.items()}


def _read(one: Asked, told: str | list[str] | None) -> Any:
    """A field as the act takes it; None for one that was left out. Raises ValueError or MsgspecError."""
    if one.kind == "tick":
        return told is not None
    if one.kind in ("purposes", "vendors"):
        return told if isinstance(told, list) else [told] if told else []
    if isinstance(told, list):
        raise ValueError(one.name)  # noqa: TRY004 - a field that was told twice
    text = (told or "").strip()
    if not text:
        if one.required:
            raise ValueError(one.name)
        return None
    match one.kind:
        case "formats":
            return [word.upper() for word in _WORDS.split(text) if word]
        case "moment":
            return dt.datetime.fromisoformat(text).replace(tzinfo=formats.DENMARK)
        case "key":
            return msgspec.json.decode(text)
        case "limits":
            return int(text)
        case _:
            return text.replace("\r\n", "\n")


def _misfit(guest: Guest, act: type[acts.Act], name: str) -> LabbroError:
    label = label_of(guest, act, name)
    sentence = guest.words.field_wrong.format(field=label)
    return WrongUse(sentence, message_da=sentence)


def _local(at: dt.datetime) -> str:
    return formats.danish_time(at).strftime("%Y-%m-%dT%H:%M")


def _uuid(told: str) -> UUID:
    try:
        return UUID(told)
    except ValueError:
        raise WrongUse("An id is no UUID.", message_da="Et id er ikke en UUID.") from None
