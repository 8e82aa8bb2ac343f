"""For machines: a patient's documents, and read-only FHIR search.

Callers show a token of LABBRO_READER_TOKENS: that of a sender lets nobody read. No address holds a person's number;
POST /patients/lookup turns one into a key. Every look is kept in the patient's access log before it is answered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from labbro import __version__
from labbro.comparability.decision import Placer
from labbro.comparability.store import RegistryStore
from labbro.databank import AccessEntry, Databank
from labbro.databank.api import check_caller
from labbro.databank.history import AccessAction
from labbro.errors import NotAllowed, NotFound
from labbro.eu import searching
from labbro.eu.addresses import DEFAULT, Addresses
from labbro.eu.searching import Search
from labbro.eu.served import Given, Served, in_force_at
from labbro.platform import logs
from labbro.platform.clock import Clock
from labbro.platform.problems import problem_of
from labbro.platform.settings import Settings

AnyRequest = Request[Any, Any, Any]
FHIR: Final = "application/fhir+json"
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode
_ISSUES: Final = {400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 429: "throttled", 503: "transient"}


class Lookup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to find: a CPR or another number, in the body, so that it stands in no address and no log."""

    identifier: str


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A patient's key for further questions, and how many reports there are."""

    key: UUID
    reports: int


class DocumentLine(msgspec.Struct, frozen=True, kw_only=True):
    """One document that can be fetched. Times are local Danish time. `in_force`: not replaced by a later one."""

    document: UUID
    kind: str
    standard: str
    sender: str
    report: str
    authorised_at: dt.datetime
    version: int
    replaces: str | None
    in_force: bool


def routes(
    *,
    databank: Databank,
    settings: Settings,
    clock: Clock,
    registry: RegistryStore | None = None,
    known: Addresses = DEFAULT,
) -> Sequence[HTTPRouteHandler]:
    """The handlers."""
    door = _Door(databank, settings, clock)
    served = Served(databank, known, _Newest(registry).placer)

    @post(
        "/patients/lookup", status_code=HTTPStatus.OK, sync_to_thread=True, summary="A patient's key", tags=["patients"]
    )
    def lookup(request: AnyRequest, data: JSONBody[Lookup]) -> list[Found]:
        """The number stands in the body; nobody is found: an empty list."""
        caller = door.caller(request)
        found = databank.find_patients(data.identifier) if "\x00" not in data.identifier else []
        for one in found:
            door.log(caller, one.key, "search")
        return [Found(key=one.key, reports=one.reports) for one in found]

    @get(
        "/patients/{patient:str}/documents",
        sync_to_thread=True,
        summary="A patient's European documents",
        tags=["documents"],
    )
    def documents(request: AnyRequest, patient: FromPath[str]) -> list[DocumentLine]:
        """Newest first. Reports whose patient refused consent are not among them."""
        key = door.enter(request, patient, "document")
        return [_line(one) for one in served.all_of(key)]

    @get(
        "/patients/{patient:str}/documents/{document:uuid}",
        sync_to_thread=True,
        media_type=FHIR,
        summary="One European document",
        tags=["documents"],
    )
    def one_document(request: AnyRequest, patient: FromPath[str], document: FromPath[UUID]) -> Response[bytes]:
        """A FHIR Bundle: made of the letter, or the document as it came."""
        key = door.enter(request, patient, "document", document)
        return Response(_encode(served.one_of(key, document).bundle), media_type=FHIR)

    return [lookup, documents, one_document, *_fhir(served, door, settings, clock)]


def _fhir(served: Served, door: _Door, settings: Settings, clock: Clock) -> list[HTTPRouteHandler]:
    """Search, with errors as OperationOutcome."""

    def search(request: AnyRequest, kind: str) -> Response[bytes]:
        caller = door.caller(request)
        wanted = searching.search_of(kind, list(request.query_params.multi_items()), settings.secret)
        door.known(wanted.patient)
        door.log(caller, wanted.patient, "document")
        base = f"{settings.public_url or str(request.base_url).rstrip('/')}/fhir"
        return Response(_encode(_page(served, wanted, base, settings.secret)), media_type=FHIR)

    def read(request: AnyRequest, kind: str, name: str) -> Response[bytes]:
        caller = door.caller(request)
        wanted = searching.named(kind, name)
        patient = None if wanted is None else door.patient_of(wanted[0])
        if wanted is None or patient is None:
            raise _not_there()
        document, place = wanted
        door.log(caller, patient, "document", document)
        given = served.one_of(patient, document)
        found = in_force_at(given, place)
        if found is None:
            raise _not_there()
        return Response(_encode(searching.outside(found, given.bundle, patient, document)), media_type=FHIR)

    told: dict[str, Any] = {"sync_to_thread": True, "media_type": FHIR, "exception_handlers": {Exception: _failed}}

    @get("/fhir/DiagnosticReport", summary="Search a patient's reports (FHIR)", tags=["fhir"], **told)
    def diagnostic_reports(request: AnyRequest) -> Response[bytes]:
        """Parameters: patient, date, _count; page for what the link `next` gives. Only what is in force."""
        return search(request, "DiagnosticReport")

    @get("/fhir/Observation", summary="Search a patient's results (FHIR)", tags=["fhir"], **told)
    def observations(request: AnyRequest) -> Response[bytes]:
        """Parameters: patient, code, date, _count; page for what the link `next` gives. Only what is in force."""
        return search(request, "Observation")

    @get("/fhir/metadata", summary="What the FHIR search can (CapabilityStatement)", tags=["fhir"], **told)
    def metadata(request: AnyRequest) -> Response[bytes]:
        """Open to everybody: it holds no patient."""
        base = f"{settings.public_url or str(request.base_url).rstrip('/')}/fhir"
        told = searching.capability(base, __version__, clock.now().date().isoformat())
        return Response(_encode(told), media_type=FHIR)

    @get("/fhir/DiagnosticReport/{name:str}", summary="One report (FHIR)", tags=["fhir"], **told)
    def diagnostic_report(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
        """By the id that search gives. Not found once it is replaced: search gives what is in force."""
        return read(request, "DiagnosticReport", name)

    @get("/fhir/Observation/{name:str}", summary="One result (FHIR)", tags=["fhir"], **told)
    def observation(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
        """By the id that search gives. Not found once it is replaced: search gives what is in force."""
        return read(request, "Observation", name)

    return [diagnostic_reports, observations, diagnostic_report, observation, metadata]


def _not_there() -> NotFound:
    return NotFound(
        "There is no such resource in force; search gives what is in force.",
        message_da="Der er ingen sådan gældende oplysning; søgning giver det, der gælder.",
    )


def _page(served: Served, wanted: Search, base: str, secret: bytes) -> dict[str, Any]:
    """One page: as many resources as asked for, and one looked at further to know whether there are more."""
    found: list[dict[str, Any]] = []
    last: tuple[str, int] | None = None
    following: str | None = None
    for order, resource, given in _resources(served, wanted):
        if len(found) == wanted.count:
            assert last is not None
            following = f"{base}/{wanted.kind}?page={searching.sealed(searching.after(wanted, last), secret)}"
            break
        found.append(searching.outside(resource, given.bundle, wanted.patient, given.key))
        last = order
    own = f"{base}/{wanted.kind}?page={searching.sealed(wanted, secret)}"
    total = len(found) if following is None and wanted.after is None else None
    return searching.searchset(found, base, total, own, following)


def _resources(served: Served, wanted: Search) -> Any:
    """Resources that fit, in order, behind the place where the page before ended."""
    begin = wanted.after
    for given in served.all_of(wanted.patient):
        name = f"{given.report.authorised_at.isoformat()} {given.key}"
        if not given.in_force or (begin is not None and name > begin[0]):
            continue
        told = given.observations() if wanted.kind == "Observation" else ((1, given.diagnostic_of(given.bundle)),)
        for place, resource in told:
            if begin is not None and name == begin[0] and place <= begin[1]:
                continue
            if searching.fits(resource, wanted, served.known.now):
                yield (name, place), resource, given


class _Door:
    """Who may come in, and what is kept of it."""

    def __init__(self, databank: Databank, settings: Settings, clock: Clock) -> None:
        self._databank, self._settings, self._clock = databank, settings, clock

    def caller(self, request: AnyRequest) -> str:
        """The caller's name. Tokens of senders do not count; where there are such, readers need tokens too."""
        settings = self._settings
        if settings.intake_tokens and not settings.reader_tokens:
            raise NotAllowed(
                "Documents are given only to callers with a token of their own; set LABBRO_READER_TOKENS.",
                message_da="Dokumenter udleveres kun til kaldere med egen adgangsnøgle.",
            )
        return check_caller(request, msgspec.structs.replace(settings, intake_tokens=settings.reader_tokens))

    def enter(self, request: AnyRequest, patient: str, action: AccessAction, document: UUID | None = None) -> UUID:
        """Lets a caller in to a patient, and keeps that they looked."""
        caller = self.caller(request)
        try:
            key = UUID(patient)
        except ValueError:
            raise NotFound("There is no such patient.", message_da="Patienten findes ikke.") from None
        self.known(key)
        self.log(caller, key, action, document)
        return key

    def known(self, key: UUID) -> None:
        """Raises NotFound for a key that is no patient's."""
        self._databank.patient(key)

    def patient_of(self, document: UUID) -> UUID | None:
        """Whose document it is; None where there is no such document."""
        return self._databank.patient_of_letter(document)

    def log(self, caller: str, key: UUID, action: AccessAction, document: UUID | None = None) -> None:
        """Durable when it returns."""
        entry = AccessEntry(
            patient_key=key,
            at=self._clock.now(),
            actor=caller,
            actor_name=caller,
            action=action,
            request_id=logs.request_id.get() or "",
            letter_key=document,
        )
        self._databank.log_access(entry)


class _Newest:
    """The newest version of the registry, kept while it is the newest."""

    def __init__(self, store: RegistryStore | None) -> None:
        self._store = store
        self._placer: Placer | None = None

    def placer(self) -> Placer | None:
        """None where nothing was released."""
        if self._store is None:
            return None
        newest = self._store.current()
        if newest.version == 0:
            return None
        if self._placer is None or self._placer.registry.version != newest.version:
            self._placer = Placer(newest)
        return self._placer


def _line(one: Given) -> DocumentLine:
    return DocumentLine(
        document=one.key,
        kind=one.report.kind,
        standard=one.report.standard,
        sender=one.report.sender.ean or one.report.sender.identifier,
        report=one.report.letter_identifier,
        authorised_at=one.report.authorised_at,
        version=one.version.number,
        replaces=None if one.version.adds else one.version.replaces,
        in_force=one.in_force,
    )


def _failed(_request: AnyRequest, error: Exception) -> Response[bytes]:
    """Any error as an OperationOutcome; of a fault of ours nothing but that it was one."""
    told = problem_of(error)
    if told.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logs.get_logger(__name__).error("request failed", code=told.code, exc_info=error)
    code = _ISSUES.get(told.status, "exception")
    headers = getattr(error, "headers", None)
    return Response(
        _encode(searching.outcome(code, told.detail)), status_code=told.status, media_type=FHIR, headers=headers
    )
