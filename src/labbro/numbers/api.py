"""The REST door of the number service. Errors are problem documents; docs/problems.md lists their codes.

Drawing does not hold a thread while it waits: requests that arrive together share a transaction (decision 0051).
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from labbro.errors import WrongUse
from labbro.members.web import AnyRequest, Calls
from labbro.numbers import problems
from labbro.numbers.explaining import Explained
from labbro.numbers.looking_up import DrawnDay
from labbro.numbers.model import (
    Agent,
    Approval,
    Attendance,
    Attended,
    Claim,
    ClaimRequest,
    Drawn,
    DrawRequest,
    LifeEvent,
    NumberInformation,
    Release,
    ReleaseRequest,
    SeriesPage,
    SpaceState,
)
from labbro.numbers.service import ANSWER_SECONDS, NumberService
from labbro.platform.problems import Problem

_TAGS: Final = ["numbers"]
LifeOf = Callable[[str], tuple[LifeEvent, ...]]


class GiveBack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Numbers to give back: the whole series, or from `first_number` to `last_number`, both included.

    `series_id` may be told again here, as the typed client does; it must be the address's.
    """

    request_id: UUID
    reason: str
    series_id: UUID | None = None
    first_number: str | None = None
    last_number: str | None = None


class DrawProblem(Problem, frozen=True, kw_only=True, omit_defaults=True):
    """A draw that conflicts. `approval_id`: with `approval-needed`, what another person is to approve."""

    approval_id: UUID | None = None


class SecondWord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A second person's yes or no to a draw far above plan."""

    approve: bool


def no_life(_number: str) -> tuple[LifeEvent, ...]:
    """Where no databank stands beside the number service."""
    return ()


def routes(service: NumberService, calls: Calls, life_of: LifeOf = no_life) -> list[ControllerRouterHandler]:
    """All handlers. `life_of` tells what the databank knows of the sample that carries a number."""
    return [
        *_drawing(service, calls),
        *_giving_back(service, calls),
        *_listing(service, calls),
        *_looking(service, calls, life_of),
        *_deciding(service, calls),
        *_claiming(service, calls),
    ]


def _drawing(service: NumberService, calls: Calls) -> list[HTTPRouteHandler]:
    @post(
        "/numbers/series",
        status_code=HTTPStatus.OK,
        operation_id="draw-series",
        summary="Draw a series of numbers",
        responses=problem_specs(400, 401, 403, 404, 429, 503) | problem_specs(409, kind=DrawProblem),
        tags=_TAGS,
    )
    async def draw(request: AnyRequest, data: JSONBody[DrawRequest]) -> Drawn:
        """The same request_id gives the same series for ever. Store the id before you send it."""
        waiting = service.submit(calls.caller(request), data)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(waiting), ANSWER_SECONDS)
        except TimeoutError:
            raise problems.outcome_unknown() from None

    @post(
        "/numbers/attendances",
        status_code=HTTPStatus.OK,
        sync_to_thread=True,
        operation_id="attend",
        summary="A stock agent's sign of life",
        responses=problem_specs(400, 401, 403, 404, 409, 503),
        tags=_TAGS,
    )
    def attend(request: AnyRequest, data: JSONBody[Attendance]) -> Attended:
        """Confirms a draw: before it the agent hands out none of its numbers."""
        return service.attend(calls.caller(request), data)

    return [draw, attend]


def _giving_back(service: NumberService, calls: Calls) -> list[HTTPRouteHandler]:
    @post(
        "/numbers/series/{series_id:uuid}/releases",
        status_code=HTTPStatus.OK,
        sync_to_thread=True,
        operation_id="release-series",
        summary="Give a series back, or part of it",
        responses=problem_specs(400, 401, 403, 404, 409, 503),
        tags=_TAGS,
    )
    def release(request: AnyRequest, series_id: FromPath[UUID], data: JSONBody[GiveBack]) -> Release:
        """Released numbers are void, unless the operator's policy lets them rest and return."""
        caller = calls.caller(request)
        if data.series_id not in (None, series_id):
            raise WrongUse(
                "The body names another series than the address.",
                message_da="Indholdet nævner en anden serie end adressen.",
            )
        asked = ReleaseRequest(
            request_id=data.request_id,
            series_id=series_id,
            reason=data.reason,
            first_number=data.first_number,
            last_number=data.last_number,
        )
        return service.release(caller, asked)

    return [release]


def _listing(service: NumberService, calls: Calls) -> list[HTTPRouteHandler]:
    @get(
        "/numbers/series",
        sync_to_thread=True,
        operation_id="list-series",
        summary="My series, newest first, with the reason of every gap",
        responses=problem_specs(400, 401, 403, 404, 503),
        tags=_TAGS,
    )
    def list_series(
        request: AnyRequest,
        account_id: Annotated[UUID | None, QueryParameter(description="Of this account only.")] = None,
        before: Annotated[UUID | None, QueryParameter(description="From the page before.")] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=500)] = 100,
    ) -> SeriesPage:
        """Within the caller's reach: a system's own account, a laboratory's, a vendor's, all for the operator."""
        return service.my_series(calls.caller(request), account_id=account_id, before=before, limit=limit)

    @get(
        "/numbers/series/{series_id:uuid}",
        sync_to_thread=True,
        operation_id="show-series",
        summary="One series and its fate",
        responses=problem_specs(401, 403, 404, 503),
        tags=_TAGS,
    )
    def show_series(request: AnyRequest, series_id: FromPath[UUID]) -> SeriesPage:
        """The series, its releases, and every stretch of it."""
        return service.series(calls.caller(request), series_id)

    @get(
        "/numbers/space",
        sync_to_thread=True,
        operation_id="show-space",
        summary="How far the number space is used, and when it ends",
        responses=problem_specs(401, 403, 503),
        tags=_TAGS,
    )
    def show_space(request: AnyRequest) -> SpaceState:
        """`stopped` is the code of the problem for which nothing is issued now."""
        calls.caller(request)
        return service.state()

    @get(
        "/numbers/drawn",
        sync_to_thread=True,
        operation_id="list-drawn",
        summary="What was drawn, by day and account",
        responses=problem_specs(400, 401, 403, 404, 503),
        tags=_TAGS,
    )
    def list_drawn(
        request: AnyRequest,
        since: Annotated[dt.date, QueryParameter(description="The first day.")],
        account_id: Annotated[UUID | None, QueryParameter(description="Of this account only.")] = None,
    ) -> list[DrawnDay]:
        """Danish days, oldest first."""
        return list(service.drawn_by_day(calls.caller(request), since, account_id))

    return [list_series, show_series, show_space, list_drawn]


def _looking(service: NumberService, calls: Calls, life_of: LifeOf) -> list[HTTPRouteHandler]:
    @get(
        "/numbers/{number:str}",
        sync_to_thread=True,
        operation_id="look-up-number",
        summary="Who holds a number, since when, by which system, and what became of it",
        responses=problem_specs(400, 401, 403, 404, 503),
        tags=_TAGS,
    )
    def look_up(request: AnyRequest, number: FromPath[str]) -> NumberInformation:
        """Tells no person. The sample's life, where the databank knows it, is told to the number's holder only, to the
        holder's vendor and to the operator."""
        caller = calls.caller(request)
        found = service.look_up(_checked(number))
        if not service.holds(caller, found):
            return found
        return msgspec.structs.replace(found, life=life_of(found.number))

    @get(
        "/numbers/{number:str}/explanation",
        sync_to_thread=True,
        operation_id="explain-number",
        summary="What is likely wrong with a number",
        responses=problem_specs(400, 401, 403, 503),
        tags=_TAGS,
    )
    def explain(request: AnyRequest, number: FromPath[str]) -> Explained:
        """Which digit, which two that changed places, which other kind of number; judged by the caller's own series."""
        return service.explain(calls.caller(request), _checked(number))

    return [look_up, explain]


def _deciding(service: NumberService, calls: Calls) -> list[HTTPRouteHandler]:
    @get(
        "/numbers/approvals",
        sync_to_thread=True,
        operation_id="list-approvals",
        summary="Draws far above plan that wait for a second person, and those decided",
        responses=problem_specs(401, 403, 503),
        tags=_TAGS,
    )
    def list_approvals(request: AnyRequest) -> list[Approval]:
        """Within the caller's reach."""
        return list(service.approvals(calls.caller(request)))

    @post(
        "/numbers/approvals/{approval_id:uuid}/decision",
        status_code=HTTPStatus.OK,
        sync_to_thread=True,
        operation_id="decide-approval",
        summary="A second person's yes or no",
        responses=problem_specs(400, 401, 403, 404, 409, 503),
        tags=_TAGS,
    )
    def decide(request: AnyRequest, approval_id: FromPath[UUID], data: JSONBody[SecondWord]) -> Approval:
        """Afterwards the same request_id draws. Saying the same again changes nothing."""
        return service.approve(calls.caller(request), approval_id, approve=data.approve)

    @get(
        "/numbers/agents",
        sync_to_thread=True,
        operation_id="list-agents",
        summary="Stock agents as the service hears them",
        responses=problem_specs(401, 403, 503),
        tags=_TAGS,
    )
    def list_agents(request: AnyRequest) -> list[Agent]:
        """Within the caller's reach."""
        return list(service.agents(calls.caller(request)))

    @post(
        "/numbers/agents/{agent_id:uuid}/acknowledgement",
        status_code=HTTPStatus.OK,
        sync_to_thread=True,
        operation_id="acknowledge-agent",
        summary="Take note that an agent's disk was cloned or restored",
        responses=problem_specs(401, 403, 404, 409, 503),
        tags=_TAGS,
    )
    def acknowledge(request: AnyRequest, agent_id: FromPath[UUID]) -> Agent:
        """The agent is retired: what it drew is never given out again, and it begins anew under another id."""
        return service.acknowledge(calls.caller(request), agent_id)

    return [list_approvals, decide, list_agents, acknowledge]


def _claiming(service: NumberService, calls: Calls) -> list[HTTPRouteHandler]:
    @post(
        "/numbers/claims",
        status_code=HTTPStatus.OK,
        sync_to_thread=True,
        operation_id="claim-numbers",
        summary="Say that an account holds numbers which a restore lost",
        responses=problem_specs(400, 401, 403, 404, 409, 503),
        tags=_TAGS,
    )
    def claim(request: AnyRequest, data: JSONBody[ClaimRequest]) -> Claim:
        """Only numbers that were skipped can be claimed. It gives nothing out: a look-up tells who holds them."""
        return service.claim(calls.caller(request), data)

    @get(
        "/numbers/claims",
        sync_to_thread=True,
        operation_id="list-claims",
        summary="What accounts say to hold of the numbers that a restore lost",
        responses=problem_specs(401, 403, 503),
        tags=_TAGS,
    )
    def list_claims(request: AnyRequest) -> list[Claim]:
        """Within the caller's reach, newest first."""
        return list(service.claims(calls.caller(request)))

    return [claim, list_claims]


def _checked(number: str) -> str:
    if len(number) > 40:
        raise WrongUse(
            "A sample number has at most 15 characters.",
            message_da="Et prøvenummer har højst 15 tegn.",
            code="number-malformed",
        )
    return number


def problem_specs(*statuses: int, kind: type[Problem] = Problem) -> dict[int, ResponseSpec]:
    """How an operation's problems are described."""
    return {
        status: ResponseSpec(
            kind,
            description=HTTPStatus(status).phrase,
            media_type="application/problem+json",
            generate_examples=False,
        )
        for status in statuses
    }
