"""The REST door of the registry: reading is open, since it holds no patient; changing needs people named for it.

Errors are problem documents.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from labbro.codes.units import normal_unit
from labbro.comparability.checking import Contradiction
from labbro.comparability.csv_form import read_procedures, write_procedures
from labbro.comparability.decision import Observed, Placer
from labbro.comparability.model import CodeRef, Entries, Procedure
from labbro.comparability.office import Office
from labbro.comparability.registry import Registry
from labbro.comparability.store import Change, Proposal, RegistryStore, Released, changes_of
from labbro.errors import NotAllowed, WrongUse
from labbro.platform.problems import Problem

AnyRequest = Request[Any, Any, Any]
Person = Callable[[AnyRequest], str | None]
Version = Annotated[int | None, QueryParameter(ge=0, description="A version of the registry; the newest without.")]
KnownAt = Annotated[
    str | None,
    QueryParameter(
        description="The version that was in force at a day or moment (RFC 3339; Danish time without an offset; a day "
        "stands for its end), instead of `version`."
    ),
]
VERSION_HEADER: Final = "Labbro-Registry-Version"
_TAGS: Final = ["comparability"]
_CSV = "text/csv"
_LONGEST_CSV = 8_000_000  # characters


class RegistryAt(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the registry knew at a version."""

    version: int
    recorded_at: dt.datetime | None
    entries: Entries


class ProposalRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes and why. Make `request_id` yourself and send the same again when in doubt: it is one proposal."""

    request_id: UUID
    note: str
    changes: tuple[Change, ...] = ()
    procedures_csv: str | None = None


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal as kept, and what would stand in the way of releasing it now."""

    proposal: Proposal
    contradictions: tuple[Contradiction, ...]


class ResultToPlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a decision needs of a result; no person. `unit` in any spelling."""

    code: CodeRef
    sampled_on: dt.date
    producer: str | None = None
    unit: str | None = None
    value: float | None = None
    specimen: str | None = None
    point_of_care: bool | None = None


class DecideRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two results, and the version to decide by, or a moment at which it was in force (the newest without)."""

    first: ResultToPlace
    second: ResultToPlace
    version: int | None = None
    known_at: str | None = None


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """Where one result stands. Rows are equal exactly where results share one."""

    row: tuple[str, ...]
    group_id: str | None
    procedure_id: str | None
    found_by: str
    verdict: str
    reason: str
    reason_da: str


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """Whether two results share a row, and why, in one sentence."""

    version: int
    same_row: bool
    reason: str
    reason_da: str
    first: Placed
    second: Placed


def routes(store: RegistryStore, person: Person, office: Office) -> list[ControllerRouterHandler]:
    """All handlers. `person` gives the identifier of a signed-in clinician, or None; `office`: who may change."""
    return [*_reading(store), *_proposing(store, person, office), *_deciding(store)]


def _reading(store: RegistryStore) -> list[ControllerRouterHandler]:
    @get("/comparability/registry", sync_to_thread=True, operation_id="registry", tags=_TAGS,
         summary="The registry at a version or moment", responses=_problems(400, 404))  # fmt: skip
    def registry(version: Version = None, known_at: KnownAt = None) -> RegistryAt:
        """A version never changes: what it said can be asked for ever."""
        found = _asked(store, version, known_at)
        return RegistryAt(version=found.version, recorded_at=found.recorded_at, entries=found.entries)

    @get("/comparability/versions", sync_to_thread=True, operation_id="registry-versions", tags=_TAGS,
         summary="Every version, the newest first")  # fmt: skip
    def versions() -> tuple[Released, ...]:
        """Who proposed and who released it, when, and why."""
        return store.versions()

    @get("/comparability/procedures", sync_to_thread=True, operation_id="registry-procedures", tags=_TAGS,
         summary="Measurement procedures, as JSON or CSV", responses=_problems(400, 404))  # fmt: skip
    def procedures(
        request: AnyRequest,
        version: Version = None,
        known_at: KnownAt = None,
        producer: Annotated[str | None, QueryParameter(description="Only this producer's.")] = None,
    ) -> Response[tuple[Procedure, ...] | str]:
        """CSV (docs/registry.md) where `text/csv` is accepted rather than JSON. A header tells the version."""
        found = _asked(store, version, known_at)
        headers = {VERSION_HEADER: str(found.version)}
        told = tuple(one for one in found.entries.procedures if producer is None or one.producer == producer)
        if request.accept.best_match(["application/json", _CSV]) == _CSV:
            return Response(write_procedures(told), media_type=f"{_CSV}; charset=utf-8", headers=headers)
        return Response(told, headers=headers)

    return [registry, versions, procedures]


def _proposing(store: RegistryStore, person: Person, office: Office) -> list[ControllerRouterHandler]:
    @get("/comparability/proposals", sync_to_thread=True, operation_id="registry-proposals", tags=_TAGS,
         summary="Proposals, the newest first", responses=_problems(403))  # fmt: skip
    def proposals(request: AnyRequest) -> tuple[Proposal, ...]:
        """The newest two hundred."""
        _who(request, person)
        return store.proposals()

    @post("/comparability/proposals", sync_to_thread=True, operation_id="propose", tags=_TAGS,
          summary="Propose changes of the registry", responses=_problems(400, 403, 409))  # fmt: skip
    def propose(request: AnyRequest, data: JSONBody[ProposalRequest]) -> Proposed:
        """Nothing counts before another person releases it. `procedures_csv`: procedures as docs/registry.md says."""
        by = _officer(request, person, office)
        changes = (*data.changes, *_from_csv(data.procedures_csv))
        kept = store.propose(data.request_id, changes, by=by, note=data.note)
        return Proposed(proposal=kept, contradictions=store.faults(kept.proposal_id))

    @post("/comparability/proposals/{proposal_id:uuid}/release", status_code=HTTPStatus.OK, sync_to_thread=True,
          operation_id="release-proposal", tags=_TAGS, summary="Release a proposal as the second person",
          responses=_problems(403, 404, 409))  # fmt: skip
    def release(request: AnyRequest, proposal_id: FromPath[UUID]) -> Released:
        """It becomes the next version; again gives the same version. Contradictions refuse it and say what to mend."""
        by = _officer(request, person, office)
        office.check_proposer(store.proposal(proposal_id))
        return store.release(proposal_id, by=by)

    @post("/comparability/proposals/{proposal_id:uuid}/refuse", status_code=HTTPStatus.OK, sync_to_thread=True,
          operation_id="refuse-proposal", tags=_TAGS, summary="Say no to a proposal, or take one's own back",
          responses=_problems(403, 404, 409))  # fmt: skip
    def refuse(request: AnyRequest, proposal_id: FromPath[UUID]) -> Proposal:
        """The proposal stays, refused."""
        return store.refuse(proposal_id, by=_officer(request, person, office))

    return [proposals, propose, release, refuse]


def _deciding(store: RegistryStore) -> list[ControllerRouterHandler]:
    @post("/comparability/decide", status_code=HTTPStatus.OK, sync_to_thread=True, operation_id="decide", tags=_TAGS,
          summary="Whether two results share a row, and why", responses=_problems(400, 404))  # fmt: skip
    def decide(data: JSONBody[DecideRequest]) -> Decided:
        """The same version decides the same for ever."""
        registry = _asked(store, data.version, data.known_at)
        told = Placer(registry).same_row(_observed(data.first), _observed(data.second))
        first, second = (
            Placed(
                row=one.row,
                group_id=one.group.group_id if one.group else None,
                procedure_id=one.procedure.procedure_id if one.procedure else None,
                found_by=one.step,
                verdict=one.verdict,
                reason=one.reason_en,
                reason_da=one.reason_da,
            )
            for one in (told.first, told.second)
        )
        return Decided(
            version=registry.version,
            same_row=told.same,
            reason=told.reason_en,
            reason_da=told.reason_da,
            first=first,
            second=second,
        )

    return [decide]


def _asked(store: RegistryStore, version: int | None, known_at: str | None) -> Registry:
    """The registry that a call asks for: by version, by moment, else the newest."""
    if version is not None and known_at is not None:
        raise WrongUse(
            "Ask by version or by known_at, not by both.",
            message_da="Spørg med version eller med known_at, ikke med begge.",
            code="registry-version-or-moment",
        )
    if known_at is not None:
        return store.known_at(known_at)
    return store.current() if version is None else store.at(version)


def _observed(told: ResultToPlace) -> Observed:
    return Observed(
        code=told.code,
        producer=told.producer,
        unit=normal_unit(told.unit),
        sampled_on=told.sampled_on,
        value=told.value,
        specimen=told.specimen,
        point_of_care=told.point_of_care,
    )


def _from_csv(text: str | None) -> tuple[Change, ...]:
    if text is None:
        return ()
    if len(text) > _LONGEST_CSV:
        raise WrongUse("The table is too long; send it in parts.", code="registry-csv")
    return changes_of(Entries(procedures=read_procedures(text)))


def _who(request: AnyRequest, person: Person) -> str:
    by = person(request)
    if by is None:
        raise NotAllowed("Sign in as a professional to work on the registry.", code="sign-in-needed")
    return by


def _officer(request: AnyRequest, person: Person, office: Office) -> str:
    by = _who(request, person)
    office.check(by)
    return by


def _problems(*statuses: int) -> dict[int, ResponseSpec]:
    return {
        status: ResponseSpec(
            Problem,
            description=HTTPStatus(status).phrase,
            media_type="application/problem+json",
            generate_examples=False,
        )
        for status in statuses
    }
