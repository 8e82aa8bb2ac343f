"""The REST door of the members room: every act as POST /members/<act>, every view as GET /members/<what>.

Errors are problem documents; docs/problems.md lists their codes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from labbro.members import acts, api_token, notices, views
from labbro.members.authentication.callers import PlainUse
from labbro.members.board import DrawFacts
from labbro.members.changes import ACTS, Changed, name_of
from labbro.members.directory import Directory
from labbro.members.evidence import Counted
from labbro.members.gate import danish_day
from labbro.members.members import Members
from labbro.members.model import Caller, Contact, Escalation, Laboratory, Notice, Person, Vendor
from labbro.members.outbox import Sent
from labbro.members.permissions import Subject, check_read, subject_of_escalation
from labbro.members.problems import not_found
from labbro.members.web import AnyRequest, Calls
from labbro.platform.problems import Problem

PLAIN_DAYS: Final = dt.timedelta(days=28)  # over how long plain calls count against a laboratory
DrawFactsOf = Callable[[], Mapping[UUID, DrawFacts]]
_TAGS: Final = ["members"]


def routes(members: Members, calls: Calls, draw_facts: DrawFactsOf = dict) -> list[ControllerRouterHandler]:
    """All handlers. `draw_facts` gives, by laboratory, what the number service knows for the agreement board."""
    return [
        *api_token.routes(members, calls),
        *(_act(kind, members, calls) for kind in ACTS),
        *_views(members, calls),
        *_mixed_views(members, calls, draw_facts),
        _feed(members),
    ]


def counted(members: Members, draws: Mapping[UUID, DrawFacts], now: dt.datetime) -> Counted:
    """What the agreement board needs beside the directory."""
    uses = members.authentication.plain_use(danish_day(now) - PLAIN_DAYS)
    return Counted(
        draws=draws,
        plain_calls={one.laboratory_id: one.calls for one in uses},
        plain_until=members.settings.plain_until,
        refusing_mailboxes=members.outbox.refusing_mailboxes(),
    )


def _act(kind: type[acts.Act], members: Members, calls: Calls) -> HTTPRouteHandler:
    """The handler of one act: its fields are the body, its first line the summary."""

    def handle(request: Any, data: Any) -> Response[Changed]:
        changed = members.changes.do(calls.caller(request), data)
        return Response(changed)

    handle.__annotations__.update(request=AnyRequest, data=JSONBody[kind])
    name = name_of(kind)
    summary, _, more = (kind.__doc__ or "").partition("\n")
    described = post(
        f"/members/{name}",
        status_code=HTTPStatus.OK,
        sync_to_thread=True,
        operation_id=name,
        summary=summary.rstrip("."),
        description=f"{more.strip()} The same request_id with the same content is done once.".strip(),
        responses=_problems(400, 401, 403, 404, 409, 503),
        tags=_TAGS,
    )
    return described(handle)


def _views(members: Members, calls: Calls) -> list[HTTPRouteHandler]:
    """Views that come from the directory alone."""

    def now() -> dt.datetime:
        return members.clock.now()

    told: list[tuple[str, str, Any, Callable[[Directory, Caller], Any]]] = [
        ("me", "Who the service takes you for", views.Me, lambda _, caller: views.me(caller)),
        ("vendors", "Vendors", list[Vendor], views.vendors),
        ("laboratories", "Laboratories", list[Laboratory], views.laboratories),
        (
            "accounts",
            "Accounts, and how each may draw today",
            list[views.AccountView],
            lambda directory, caller: views.accounts(directory, caller, now()),
        ),
        ("systems", "System versions with their certificates", list[views.SystemView], views.systems),
        ("installations", "Installations with their keys", list[views.InstallationView], views.installations),
        ("persons", "People who may sign in", list[Person], views.persons),
        ("contacts", "Contacts, and whom to ask for support", list[Contact], views.contacts),
        (
            "notices",
            "Service notices that have not ended",
            list[Notice],
            lambda directory, caller: views.notices(directory, caller, now()),
        ),
        ("escalations", "Questions passed on to the operator", list[Escalation], views.escalations),
    ]
    return [_view(members, calls, what, summary, kind, find) for what, summary, kind, find in told]


def _view(
    members: Members, calls: Calls, what: str, summary: str, kind: Any, find: Callable[[Directory, Caller], Any]
) -> HTTPRouteHandler:
    def handle(request: Any) -> Any:
        caller = calls.caller(request)
        check_read(caller, what)
        return find(members.current(), caller)

    handle.__annotations__.update({"request": AnyRequest, "return": kind})
    described = get(
        f"/members/{what}",
        sync_to_thread=True,
        operation_id=f"list-{what}",
        summary=summary,
        responses=_problems(401, 403, 503),
        tags=_TAGS,
    )
    return described(handle)


def _mixed_views(members: Members, calls: Calls, draw_facts: DrawFactsOf) -> list[HTTPRouteHandler]:
    """Views that need the database beside the directory."""

    @get(
        "/members/board",
        sync_to_thread=True,
        summary="The agreement board",
        responses=_problems(401, 403, 503),
        tags=_TAGS,
    )
    def get_board(request: AnyRequest) -> views.Boards:
        """Each duty of the agreement with its state and evidence."""
        caller = calls.caller(request)
        check_read(caller, "board")
        now = members.clock.now()
        return views.boards(members.current(), caller, counted(members, draw_facts(), now), now)

    @get(
        "/members/plain-calls",
        sync_to_thread=True,
        summary="Calls over plain HTTP",
        responses=_problems(400, 401, 403, 503),
        tags=_TAGS,
    )
    def get_plain_calls(
        request: AnyRequest,
        days: Annotated[int, QueryParameter(ge=1, le=3660, description="Over how many days back.")] = PLAIN_DAYS.days,
    ) -> list[PlainUse]:
        """By laboratory; the nil laboratory stands for callers that were not recognised."""
        caller = calls.caller(request)
        check_read(caller, "plain-calls")
        found = members.authentication.plain_use(danish_day(members.clock.now()) - dt.timedelta(days=days))
        return views.plain_calls(members.current(), caller, found)

    @get(
        "/members/mails",
        sync_to_thread=True,
        summary="Mail that waits, was sent, or was refused",
        responses=_problems(400, 401, 403, 503),
        tags=_TAGS,
    )
    def get_mails(
        request: AnyRequest,
        occasion: Annotated[
            str | None, QueryParameter(max_length=80, pattern=r"^[!-~]+$", description="As notice:<id>.")
        ] = None,
    ) -> list[Sent]:
        """The newest 500, of one occasion or of all."""
        check_read(calls.caller(request), "mails")
        return members.outbox.mails(occasion)

    @get(
        "/members/escalations/{escalation_id:uuid}/diagnostics",
        sync_to_thread=True,
        summary="What was kept with an escalation",
        responses=_problems(400, 401, 403, 404, 503),
        tags=_TAGS,
    )
    def get_diagnostics(request: AnyRequest, escalation_id: FromPath[UUID]) -> dict[str, Any]:
        """Ids, states, days and counts. No patient, no person, no mailbox."""
        caller = calls.caller(request)
        check_read(caller, "diagnostics")
        subject: Subject = subject_of_escalation(members.current(), escalation_id)
        if not views.sees(caller, subject.vendor_id, subject.laboratory_id):
            raise not_found("escalation", "henvendelse")
        return members.changes.diagnostics(escalation_id)

    return [get_board, get_plain_calls, get_mails, get_diagnostics]


def _feed(members: Members) -> HTTPRouteHandler:
    @get(
        "/notices.atom",
        sync_to_thread=True,
        media_type="application/atom+xml",
        summary="Service notices as a feed",
        responses=_problems(503),
        tags=_TAGS,
    )
    def get_feed() -> Response[bytes]:
        """Notices for everyone that have not ended. Needs no sign-in."""
        found = notices.to_everyone(list(members.current().notices.values()), members.clock.now())
        content = notices.feed(found, members.settings.public_url)
        return Response(content, media_type="application/atom+xml", headers={"cache-control": "public, max-age=60"})

    return get_feed


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
