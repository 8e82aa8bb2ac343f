"""The pages of the registry of comparable methods, for the portal to compose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.types import ControllerRouterHandler

from labbro.codes.lists import CodeLists
from labbro.comparability.csv_form import read_procedures, write_procedures
from labbro.comparability.model import Entries
from labbro.comparability.store import Change, Proposal, RegistryStore, changes_of
from labbro.comparability.usage import Usage, retired_codes
from labbro.errors import LabbroError, NotAllowed, WrongUse
from labbro.portal.numbers.blocks import Content, Form, Link, Section
from labbro.portal.registry import forms, forms_units, views, views_codes, views_office, views_proposals
from labbro.portal.registry.door import Desk, Reader, address_of, enter, proposal_id, shown
from labbro.portal.registry.then import Seen, chooser, look
from labbro.portal.web import AnyRequest, Page, Portal, check_form, go_to

FormData = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
FileData = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
_LONGEST_TABLE: Final = 8_000_000
_Told = Callable[[Reader], Page]


def handlers(
    portal: Portal, store: RegistryStore, usage: Usage, new_id: Callable[[], UUID], lists: CodeLists
) -> list[ControllerRouterHandler]:
    """Every page and form."""
    desk = Desk(portal, store, usage, new_id, lists)
    return [*_looking(desk), *_known(desk), *_proposing(desk), *_releasing(desk)]


def _opened(desk: Desk, request: AnyRequest, told: _Told) -> Page:
    reader = enter(desk, request)
    return reader if isinstance(reader, Response) else told(reader)


def _then(reader: Reader, here: str, content: Content, seen: Seen) -> Page:
    """A page of the registry as it was known then."""
    return shown(
        reader,
        here,
        content,
        status=seen.status,
        problem=seen.problem,
        version=seen.registry.version,
        then=chooser(reader, seen, here),
    )


def _looking(desk: Desk) -> list[ControllerRouterHandler]:
    @get("/method-registry", sync_to_thread=True)
    def codes_today(request: AnyRequest) -> Page:
        def told(reader: Reader) -> Page:
            counted = desk.usage.counted()
            content = views.codes_today(counted, desk.store.current(), reader.said)
            retired = retired_codes(counted.counts, desk.lists)
            last = views_codes.retired_section(retired, len(desk.lists), reader.said)
            return shown(reader, "", msgspec.structs.replace(content, sections=(*content.sections, last)))

        return _opened(desk, request, told)

    @get("/method-registry/suggestions", sync_to_thread=True)
    def suggestions(request: AnyRequest) -> Page:
        def told(reader: Reader) -> Page:
            content = views.suggested(desk.store.current(), reader.said, desk.lists)
            return shown(reader, "suggestions", views_office.without_ways(content) if reader.barred else content)

        return _opened(desk, request, told)

    @get("/method-registry/versions", sync_to_thread=True)
    def versions(request: AnyRequest) -> Page:
        def told(reader: Reader) -> Page:
            content = views_proposals.versions(desk.store.versions(), reader.said)
            return shown(reader, "versions", content, then=chooser(reader, None, "procedures", "groups"))

        return _opened(desk, request, told)

    return [codes_today, suggestions, versions]


def _known(desk: Desk) -> list[ControllerRouterHandler]:
    """Procedures and groups, now or as they were known then."""

    @get("/method-registry/procedures", sync_to_thread=True)
    def procedures(request: AnyRequest) -> Page:
        def told(reader: Reader) -> Page:
            seen = look(reader)
            content = views.procedures(seen.registry, reader.query("producer"), reader.said, seen.version)
            return _then(reader, "procedures", content, seen)

        return _opened(desk, request, told)

    @get("/method-registry/procedures.csv", sync_to_thread=True)
    def table(request: AnyRequest) -> Page:
        def told(reader: Reader) -> Page:
            headers = {"content-disposition": 'attachment; filename="procedures.csv"'}
            text = write_procedures(reader.registry().entries.procedures)
            return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

        return _opened(desk, request, told)

    @get("/method-registry/groups", sync_to_thread=True)
    def groups(request: AnyRequest) -> Page:
        def told(reader: Reader) -> Page:
            seen = look(reader)
            return _then(reader, "groups", views.groups(seen.registry, reader.said), seen)

        return _opened(desk, request, told)

    return [procedures, table, groups]


def _proposing(desk: Desk) -> list[ControllerRouterHandler]:
    @get("/method-registry/propose", sync_to_thread=True)
    def propose(request: AnyRequest) -> Page:
        return _opened(desk, request, _propose_page)

    @post("/method-registry/propose/{what:str}", sync_to_thread=True)
    def proposed(request: AnyRequest, what: FromPath[str], data: FormData) -> Page:
        def told(reader: Reader) -> Page:
            check_form(desk.portal, reader.visit, data)
            return _proposed(reader, data, lambda: _changes(reader, what, data))

        return _opened(desk, request, told)

    @post("/method-registry/propose/table", sync_to_thread=True)
    def proposed_table(request: AnyRequest, data: FileData) -> Page:
        def told(reader: Reader) -> Page:
            check_form(desk.portal, reader.visit, data)
            filled = {name: value for name, value in data.items() if isinstance(value, str)}
            return _proposed(reader, filled, lambda: _table_changes(data.get("table")))

        return _opened(desk, request, told)

    return [propose, proposed_table, proposed]


def _propose_page(reader: Reader, problem: str = "", status: int = 200) -> Page:
    desk, barred = reader.desk, reader.barred
    if barred is not None:
        content = views_office.propose_page(barred, reader.by, reader.said)
        return shown(reader, "propose", content, status=status)
    content = forms.page(desk.store.current(), reader.query, desk.new_id, reader.said)
    return shown(reader, "propose", content, problem=problem, status=status, upload=True)


def _changes(reader: Reader, what: str, data: dict[str, str]) -> Sequence[Change]:
    registry = reader.desk.store.current()
    told = {name: value for name, value in data.items() if name not in ("form_token", "request_id", "note")}
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


def _proposed(reader: Reader, data: dict[str, str], changes: Callable[[], Sequence[Change]]) -> Page:
    """Keeps the proposal and goes to it; what is wrong with it is said where it was written."""
    try:
        request_id = UUID(data.get("request_id", ""))
    except ValueError:
        raise NotAllowed("The form does not carry a request id.") from None
    try:
        reader.office.check(reader.by)
        kept = reader.desk.store.propose(request_id, changes(), by=reader.by, note=data.get("note", ""))
    except LabbroError as error:
        return _propose_page(reader, reader.sentence(error), error.status)
    return go_to(address_of("proposals", kept.proposal_id))


def _releasing(desk: Desk) -> list[ControllerRouterHandler]:
    @get("/method-registry/proposals", sync_to_thread=True)
    def proposals(request: AnyRequest) -> Page:
        def told(reader: Reader) -> Page:
            return shown(reader, "proposals", views_proposals.proposals(desk.store.proposals(), reader.said))

        return _opened(desk, request, told)

    @get("/method-registry/proposals/{told_id:str}", sync_to_thread=True)
    def proposal(request: AnyRequest, told_id: FromPath[str]) -> Page:
        return _opened(desk, request, lambda reader: _proposal_page(reader, proposal_id(told_id)))

    @post("/method-registry/proposals/{told_id:str}/{act:str}", sync_to_thread=True)
    def decided(request: AnyRequest, told_id: FromPath[str], act: FromPath[str], data: FormData) -> Page:
        def told(reader: Reader) -> Page:
            check_form(desk.portal, reader.visit, data)
            found = proposal_id(told_id)
            try:
                reader.office.check(reader.by)
                if act == "release":
                    reader.office.check_proposer(desk.store.proposal(found))
                    desk.store.release(found, by=reader.by)
                elif act == "refuse":
                    desk.store.refuse(found, by=reader.by)
            except LabbroError as error:
                return _proposal_page(reader, found, reader.sentence(error), error.status)
            return go_to(address_of("proposals", found))

        return _opened(desk, request, told)

    return [proposals, proposal, decided]


def _proposal_page(reader: Reader, found: UUID, problem: str = "", status: int = 200) -> Page:
    store, said = reader.desk.store, reader.said
    told = store.proposal(found)
    changes = views_proposals.change_table(told.changes, store.current(), said)
    sections = [Section(facts=views_proposals.proposal_facts(told, said))]
    if told.state == "open":
        faults = store.faults(found)
        sections.append(Section(tables=(views_proposals.fault_table(faults, said),)))
        sections.append(_decisions(reader, told, bool(faults)))
    sections.append(Section(tables=(changes,)))
    content = Content(
        title=told.note,
        sections=tuple(sections),
        back=Link(said("Til frigivelse", "For release"), address_of("proposals")),
    )
    return shown(reader, "proposals", content, problem=problem, status=status)


def _decisions(reader: Reader, told: Proposal, faulty: bool) -> Section:
    """Who proposed may take it back; another may release it where nothing contradicts, or refuse it."""
    said, own, barred = reader.said, told.proposed_by == reader.by, reader.barred
    if barred is not None:
        return views_office.barred(barred, reader.by, said)
    lead = ""
    try:
        reader.office.check_proposer(told)
    except LabbroError as error:
        lead, faulty = reader.sentence(error), True
    action = address_of("proposals", told.proposal_id)
    refuse = said("Træk forslaget tilbage", "Take the proposal back") if own else said("Afvis", "Refuse")
    release = Form(f"{action}/release", said("Frigiv som næste version", "Release as the next version"))
    offered = (*(() if own or faulty else (release,)), Form(f"{action}/refuse", refuse, grave=True))
    return Section(lead=lead, forms=offered)
