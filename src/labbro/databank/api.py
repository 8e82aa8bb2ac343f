"""For machines: POST /letters, GET /receipts, GET /receipts/{key}, GET /requisitions/{sender}/{letter}.

A letter that is refused is no failed request: every letter has its own answer, and its receipt lies ready.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Iterator, Sequence
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, QueryParameter

from labbro import letters
from labbro.databank import api_requisitions
from labbro.databank.api_description import PostLetters
from labbro.databank.databank import Databank
from labbro.databank.history import Outcome, Receipt
from labbro.databank.incoming import Incoming, Reader
from labbro.databank.keys import NOBODY
from labbro.databank.measures import count_outcomes
from labbro.errors import Conflict, LabbroError, NotAllowed, WrongUse
from labbro.platform import logs
from labbro.platform.clock import Clock
from labbro.platform.identities import Identities
from labbro.platform.problems import Problem, problem_of
from labbro.platform.settings import Settings

THIS_MACHINE: Final = "this machine"  # the name of a caller without a token
RECEIPTS_AT_ONCE: Final = 1000
# A receipt gets its time just before its commit. The place to go on from stays this far behind, so that one whose
# commit took long is not passed over; whoever asks again may see a receipt twice, never miss one.
SETTLED_AFTER: Final = dt.timedelta(seconds=60)

_TYPES: Final = frozenset(
    {"application/edifact", "application/xml", "application/octet-stream", "application/fhir+json", "application/json"}
)
_RECEIPT_TYPES: Final = {"edifact": "application/edifact", "xml": "application/xml"}


class LetterAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one letter. `ok`: the letter itself is without errors. `receipt`: its key, where one was made."""

    file: str | None
    reference: str | None
    sender: str | None
    standard: str | None
    version: str | None
    syntax: str | None
    ok: bool
    outcome: str
    receipt: UUID | None
    findings: list[dict[str, str | int | None]]
    problem: Problem | None


class ReceiptLine(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt that can be fetched by its key. The receiver of a receipt is the sender of the original letter."""

    key: UUID
    positive: bool
    sender: str
    receiver: str
    original_envelope: str
    original_letter: str
    created_at: dt.datetime
    version: str
    syntax: str


class Place(msgspec.Struct, frozen=True, order=True):
    """Where the next question goes on: receipts made after this time, or at it with a key above this one."""

    since: dt.datetime
    after: UUID


class ReceiptList(msgspec.Struct, frozen=True, kw_only=True):
    """Receipts, oldest first. Ask again with both parts of `next`; receipts may come twice, known by their key."""

    receipts: list[ReceiptLine]
    next: Place


def routes(
    *, databank: Databank, settings: Settings, clock: Clock, identities: Identities, read: Reader = letters.read
) -> Sequence[HTTPRouteHandler]:
    """The handlers. Callers show a bearer token of LABBRO_INTAKE_TOKENS; without tokens only this machine may call.

    `read`: how inputs are read; a reader of a room above knows European documents too.
    """
    del identities

    def allow(request: Request[Any, Any, Any]) -> str:
        return check_caller(request, settings)

    @post(
        "/letters",
        status_code=HTTPStatus.OK,
        operation_class=PostLetters,
        responses=_problems(400, 401, 403, 413, 415, 503) | _many(),
        summary="Take letters in, exactly once",
        tags=["letters"],
    )
    async def post_letters(request: Request[Any, Any, Any]) -> Response[list[LetterAnswer]]:
        """One letter or interchange as the body, or many as multipart/form-data. Either syntax, any mixture.

        A European document (a FHIR Bundle) is taken in as a letter is; it has no receipt, this answer tells.

        Answers when everything is durable: 200 when all letters are kept, 207 when some were refused.
        """
        allow(request)
        inputs = await _inputs(request)
        answers = await sync_to_thread(take, databank, inputs, clock.now(), logs.request_id.get() or "", read)
        status = HTTPStatus.MULTI_STATUS if any(answer.problem for answer in answers) else HTTPStatus.OK
        return Response(answers, status_code=status)

    @get(
        "/receipts",
        sync_to_thread=True,
        responses=_problems(400, 401, 403, 503),
        summary="Receipts that wait for their receiver",
        tags=["receipts"],
    )
    def get_receipts(
        request: Request[Any, Any, Any],
        since: Annotated[dt.datetime | None, QueryParameter(description="`next.since` of the last answer.")] = None,
        after: Annotated[UUID | None, QueryParameter(description="`next.after` of the last answer.")] = None,
        receiver: Annotated[
            str | None, QueryParameter(description="EAN of the receiver.", min_length=1, max_length=35)
        ] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=RECEIPTS_AT_ONCE)] = RECEIPTS_AT_ONCE,
    ) -> ReceiptList:
        """Oldest first, from `since` on."""
        allow(request)
        if receiver is not None and "\x00" in receiver:  # no stored text holds it, and the database refuses to look
            return ReceiptList(receipts=[], next=_next([], limit, clock.now()))
        start = since if since is None or since.tzinfo else since.replace(tzinfo=dt.UTC)
        found = databank.receipts(receiver_ean=receiver, since=start, after=after or NOBODY, limit=limit)
        return ReceiptList(receipts=[_line(one) for one in found], next=_next(found, limit, clock.now()))

    @get(
        "/receipts/{key:uuid}",
        sync_to_thread=True,
        media_type="application/edifact",
        responses=_problems(400, 401, 403, 404, 503),
        summary="One receipt",
        tags=["receipts"],
    )
    def get_receipt(request: Request[Any, Any, Any], key: FromPath[UUID]) -> Response[bytes]:
        """The receipt's bytes, in the syntax of the original letter."""
        allow(request)
        receipt = databank.receipt(key)
        return Response(receipt.raw, media_type=_RECEIPT_TYPES[receipt.syntax])

    requisitions = api_requisitions.route(databank, allow, clock, _problems(400, 401, 403, 404, 503))
    return [post_letters, get_receipts, get_receipt, requisitions]


def take(
    databank: Databank,
    inputs: Sequence[tuple[str | None, bytes]],
    received_at: dt.datetime,
    request_id: str,
    read: Reader = letters.read,
) -> list[LetterAnswer]:
    """Takes all letters of some inputs in; an answer for each, in order. `inputs`: file name and bytes."""
    files: list[str | None] = []

    def readings() -> Iterator[Incoming]:
        for name, data in inputs:
            for reading in read(data):
                files.append(name)
                yield reading

    outcomes = databank.intake(readings(), received_at, request_id, "api")
    count_outcomes(outcomes, "api")
    return [_answer(name, outcome) for name, outcome in zip(files, outcomes, strict=True)]


def check_caller(request: Request[Any, Any, Any], settings: Settings) -> str:
    """Lets only machines in that show a token; without tokens, only programs on this machine. The caller's name.

    Raises NotAuthorizedException or NotAllowed. A page of another site, open in a browser here, is not let in either.
    """
    if not settings.intake_tokens:
        site = request.headers.get("sec-fetch-site", "none")
        foreign = site not in {"none", "same-origin"}
        origin = request.headers.get("origin")
        if not settings.loopback or foreign or (origin is not None and origin != settings.public_url):
            raise NotAllowed(
                "Letters are taken from other machines and pages only with a token; set LABBRO_INTAKE_TOKENS.",
                message_da="Breve modtages kun med adgangsnøgle fra andre maskiner og sider.",
            )
        return THIS_MACHINE
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    digest = sha256(token.strip().encode()).hexdigest()
    # Every token is compared, in a time that tells nothing about them.
    matches = [hmac.compare_digest(digest, known.digest) for known in settings.intake_tokens]
    if scheme.lower() != "bearer" or not any(matches):
        raise NotAuthorizedException(
            "Show a bearer token that this server knows.", headers={"www-authenticate": 'Bearer realm="labbro"'}
        )
    return next(known.name for known, same in zip(settings.intake_tokens, matches, strict=True) if same)


async def _inputs(request: Request[Any, Any, Any]) -> list[tuple[str | None, bytes]]:
    kind, _ = request.content_type
    inputs: list[tuple[str | None, bytes]]
    if kind == "multipart/form-data":
        form = await request.form()
        inputs = [await _part(part) for _, part in form.multi_items()]
    elif kind in _TYPES or kind.startswith("text/") or not kind:
        inputs = [(None, await request.body())]
    else:
        raise HTTPException(
            "Send letters as application/edifact, application/xml, text, application/octet-stream or "
            "multipart/form-data, European documents as application/fhir+json or application/json.",
            status_code=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        )
    if not inputs:
        raise WrongUse("The request holds no letter.", message_da="Forespørgslen indeholder intet brev.")
    return inputs


async def _part(part: object) -> tuple[str | None, bytes]:
    if isinstance(part, UploadFile):
        return part.filename or None, await part.read()
    return None, str(part).encode()


def _answer(name: str | None, outcome: Outcome) -> LetterAnswer:
    return LetterAnswer(
        file=name,
        reference=outcome.reference,
        sender=outcome.sender_ean,
        standard=outcome.standard,
        version=outcome.version_code,
        syntax=outcome.syntax,
        ok=not any(finding.severity == "error" for finding in outcome.findings),
        outcome=outcome.kind,
        receipt=outcome.receipt_key,
        findings=[finding.as_json() for finding in outcome.findings],
        problem=None if outcome.taken else problem_of(_error(outcome)),
    )


def _error(outcome: Outcome) -> LabbroError:
    """A refused letter as an error of the tree: another content under a used name is a conflict."""
    reason, reason_da = outcome.reason or "", outcome.reason_da
    if outcome.code == "conflict":
        return Conflict(reason, message_da=reason_da)
    error = WrongUse(reason, message_da=reason_da, code=outcome.code)
    error.status = HTTPStatus.UNPROCESSABLE_ENTITY
    return error


def _line(receipt: Receipt) -> ReceiptLine:
    return ReceiptLine(
        key=receipt.key,
        positive=receipt.positive,
        sender=receipt.sender_ean,
        receiver=receipt.receiver_ean,
        original_envelope=receipt.original_envelope,
        original_letter=receipt.original_letter,
        created_at=receipt.created_at,
        version=receipt.version,
        syntax=receipt.syntax,
    )


def _next(found: Sequence[Receipt], limit: int, now: dt.datetime) -> Place:
    """Where to go on: after a full page at its last receipt, else not beyond what is surely settled."""
    settled = Place(now - SETTLED_AFTER, NOBODY)
    if not found:
        return settled
    last = Place(found[-1].created_at.astimezone(dt.UTC), found[-1].key)
    return last if len(found) == limit else min(last, settled)


def _many() -> dict[int, ResponseSpec]:
    return {207: ResponseSpec(list[LetterAnswer], description="Some letters were refused", generate_examples=False)}


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
