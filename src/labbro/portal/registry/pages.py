"""The pages of the registry of comparable methods, for the portal to compose."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from labbro.codes.lists import CodeLists
from labbro.comparability.csv_form import write_procedures
from labbro.comparability.store import Proposal, RegistryStore
from labbro.comparability.usage import Usage, retired_codes
from labbro.errors import LabbroError
from labbro.portal.numbers.blocks import Content, Form, Link, Section
from labbro.portal.registry import pages_proposing, views, views_changes, views_codes, views_office, views_proposals
from labbro.portal.registry.door import Desk, Reader, address_of, opened, proposal_id, shown
from labbro.portal.registry.pages_proposing import FormData
from labbro.portal.registry.then import Seen, chooser, look
from labbro.portal.web import AnyRequest, Page, Portal, check_form, go_to


def handlers(
    portal: Portal, store: RegistryStore, usage: Usage, new_id: Callable[[], UUID], lists: CodeLists
) -> list[ControllerRouterHandler]:
    """Every page and form."""
    desk = Desk(portal, store, usage, new_id, lists)
    return [*_looking(desk), *_known(desk), *pages_proposing.handlers(desk), *_releasing(desk)]


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

        return opened(desk, request, told)

    @get("/method-registry/suggestions", sync_to_thread=True)
    def suggestions(request: AnyRequest) -> Page:
        def told(reader: Reader) -> Page:
            content = views.suggested(desk.store.current(), reader.said, desk.lists)
            return shown(reader, "suggestions", views_office.without_ways(content) if reader.barred else content)

        return opened(desk, request, told)

    @get("/method-registry/versions", sync_to_thread=True)
    def versions(request: AnyRequest) -> Page:
        def told(reader: Reader) -> Page:
            content = views_proposals.versions(desk.store.versions(), reader.said)
            return shown(reader, "versions", content, then=chooser(reader, None, "procedures", "groups"))

        return opened(desk, request, told)

    return [codes_today, suggestions, versions]


def _known(desk: Desk) -> list[ControllerRouterHandler]:
    """Procedures and groups, now or as they were known then."""

    @get("/method-registry/procedures", sync_to_thread=True)
    def procedures(request: AnyRequest) -> Page:
        def told(reader: Reader) -> Page:
            seen = look(reader)
            producer, may_change = reader.query("producer"), seen.version is None and reader.barred is None
            content = views.procedures(seen.registry, producer, reader.said, seen.version, may_change=may_change)
            return _then(reader, "procedures", content, seen)

        return opened(desk, request, told)

    @get("/method-registry/procedures.csv", sync_to_thread=True)
    def table(request: AnyRequest) -> Page:
        def told(reader: Reader) -> Page:
            headers = {"content-disposition": 'attachment; filename="procedures.csv"'}
            text = write_procedures(reader.registry().entries.procedures)
            return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

        return opened(desk, request, told)

    @get("/method-registry/groups", sync_to_thread=True)
    def groups(request: AnyRequest) -> Page:
        def told(reader: Reader) -> Page:
            seen = look(reader)
            may_change = seen.version is None and reader.barred is None
            return _then(reader, "groups", views.groups(seen.registry, reader.said, may_change=may_change), seen)

        return opened(desk, request, told)

    return [procedures, table, groups]


def _releasing(desk: Desk) -> list[ControllerRouterHandler]:
    @get("/method-registry/proposals", sync_to_thread=True)
    def proposals(request: AnyRequest) -> Page:
        def told(reader: Reader) -> Page:
            return shown(reader, "proposals", views_proposals.proposals(desk.store.proposals(), reader.said))

        return opened(desk, request, told)

    @get("/method-registry/proposals/{told_id:str}", sync_to_thread=True)
    def proposal(request: AnyRequest, told_id: FromPath[str]) -> Page:
        return opened(desk, request, lambda reader: _proposal_page(reader, proposal_id(told_id)))

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

        return opened(desk, request, told)

    return [proposals, proposal, decided]


def _proposal_page(reader: Reader, found: UUID, problem: str = "", status: int = 200) -> Page:
    store, said = reader.desk.store, reader.said
    told = store.proposal(found)
    registry = store.current() if told.version is None else store.at(told.version - 1)
    changes = views_changes.change_table(told.changes, registry, said)
    evidence = views_changes.evidence_section(told.changes, registry, said)
    sections = [Section(facts=views_proposals.proposal_facts(told, said))]
    if told.state == "open":
        faults = store.faults(found)
        sections.append(Section(tables=(views_proposals.fault_table(faults, said),)))
        sections.append(_decisions(reader, told, bool(faults)))
    sections.append(Section(tables=(changes,)))
    if evidence is not None:
        sections.append(evidence)
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
