"""The pages to propose on: something new, or a change of what is in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.types import ControllerRouterHandler

from labbro.comparability.csv_form import read_procedures
from labbro.comparability.model import Entries
from labbro.comparability.store import Change, changes_of
from labbro.errors import LabbroError, NotAllowed, NotFound, WrongUse
from labbro.portal.numbers.blocks import Content
from labbro.portal.registry import forms, forms_change, forms_units, views_office
from labbro.portal.registry.door import Desk, Reader, address_of, opened, shown
from labbro.portal.registry.filling import with_values
from labbro.portal.web import AnyRequest, Page, check_form, go_to

FormData = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
FileData = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
_LONGEST_TABLE: Final = 8_000_000
_NONE: Final[Mapping[str, str]] = {}


def handlers(desk: Desk) -> list[ControllerRouterHandler]:
    """The pages and what their forms send."""

    @get("/method-registry/propose", sync_to_thread=True)
    def propose(request: AnyRequest) -> Page:
        return opened(desk, request, _new_page)

    @get("/method-registry/propose/{what:str}", sync_to_thread=True)
    def change(request: AnyRequest, what: FromPath[str]) -> Page:
        return opened(desk, request, lambda reader: _change_page(reader, what, reader.query("entry")))

    @post("/method-registry/propose/{what:str}", sync_to_thread=True)
    def proposed(request: AnyRequest, what: FromPath[str], data: FormData) -> Page:
        def told(reader: Reader) -> Page:
            check_form(desk.portal, reader.visit, data)
            return _proposed(reader, what, data, lambda: _changes(reader, what, data))

        return opened(desk, request, told)

    @post("/method-registry/propose/table", sync_to_thread=True)
    def proposed_table(request: AnyRequest, data: FileData) -> Page:
        def told(reader: Reader) -> Page:
            check_form(desk.portal, reader.visit, data)
            filled = {name: value for name, value in data.items() if isinstance(value, str)}
            return _proposed(reader, "table", filled, lambda: _table_changes(data.get("table")))

        return opened(desk, request, told)

    return [propose, change, proposed_table, proposed]


def _changing(what: str, data: Mapping[str, str]) -> bool:
    """Whether a form changes an entry in force, rather than proposing something new."""
    return what in forms_change.KINDS and "entry" in data


def _new_page(
    reader: Reader, problem: str = "", status: int = 200, what: str = "", data: Mapping[str, str] = _NONE
) -> Page:
    desk = reader.desk
    if reader.barred is not None:
        return _barred_page(reader, reader.barred, status)
    content = _refilled(forms.page(desk.store.current(), reader.query, desk.new_id, reader.said), what, data)
    return shown(reader, "propose", content, problem=problem, status=status, upload=True)


def _change_page(
    reader: Reader, what: str, entry: str, problem: str = "", status: int = 200, data: Mapping[str, str] = _NONE
) -> Page:
    desk = reader.desk
    if what not in forms_change.KINDS:
        raise NotFound("There is no such form.", message_da="Der er ingen sådan formular.", code="form")
    if reader.barred is not None:
        return _barred_page(reader, reader.barred, status)
    content = forms_change.page(what, entry, desk.store.current(), desk.new_id(), reader.said)
    return shown(reader, "propose", _refilled(content, what, data), problem=problem, status=status)


def _barred_page(reader: Reader, why: LabbroError, status: int) -> Page:
    return shown(reader, "propose", views_office.propose_page(why, reader.by, reader.said), status=status)


def _refilled(content: Content, what: str, data: Mapping[str, str]) -> Content:
    """A page whose form `what` holds what was typed, so that a fault does not cost the work."""
    if not data:
        return content
    action = address_of("propose", what)
    sections = tuple(
        msgspec.structs.replace(
            section,
            forms=tuple(with_values(form, data) if form.action == action else form for form in section.forms),
        )
        for section in content.sections
    )
    return msgspec.structs.replace(content, sections=sections)


def _changes(reader: Reader, what: str, data: dict[str, str]) -> Sequence[Change]:
    registry = reader.desk.store.current()
    told = {name: value for name, value in data.items() if name not in ("form_token", "request_id", "note")}
    if _changing(what, data):
        return forms_change.changes(what, told, registry)
    if what == "procedure":
        return forms.procedure_change(told)
    if what == "group":
        return forms.group_change(told, registry)
    if what == "measurand":
        return forms_units.measurand_change(told, registry)
    if what == "conversion":
        return forms_units.conversion_change(told)
    if what == "assertion":
        return forms.assertion_change(told, reader.by)
    raise WrongUse("There is no such form.", message_da="Der er ingen sådan formular.", code="form")


def _table_changes(file: object) -> Sequence[Change]:
    raw = file.file.read(_LONGEST_TABLE + 1) if isinstance(file, UploadFile) else b""
    if not raw or len(raw) > _LONGEST_TABLE:
        raise WrongUse("Choose a table of at most 8 MB.", message_da="Vælg en tabel på højst 8 MB.", code="form")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")  # as spreadsheets write it in Denmark
    return changes_of(Entries(procedures=read_procedures(text)))


def _proposed(reader: Reader, what: str, data: dict[str, str], changes: Callable[[], Sequence[Change]]) -> Page:
    """Keeps the proposal and goes to it; what is wrong with it is said where it was written."""
    try:
        request_id = UUID(data.get("request_id", ""))
    except ValueError:
        raise NotAllowed("The form does not carry a request id.") from None
    try:
        reader.office.check(reader.by)
        kept = reader.desk.store.propose(request_id, changes(), by=reader.by, note=data.get("note", ""))
    except NotFound:
        raise
    except LabbroError as error:
        if _changing(what, data):
            return _change_page(reader, what, data["entry"], reader.sentence(error), error.status, data)
        return _new_page(reader, reader.sentence(error), error.status, what, data)
    return go_to(address_of("proposals", kept.proposal_id))
