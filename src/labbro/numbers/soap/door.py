"""The SOAP door: three operations, the same inside as the REST door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final
from uuid import UUID

from litestar import HttpMethod, Response, route
from litestar.types import ControllerRouterHandler

from labbro.errors import LabbroError, WrongUse
from labbro.members.model import Caller
from labbro.members.web import AnyRequest, Calls
from labbro.numbers.api import LifeOf, no_life
from labbro.numbers.model import DrawRequest, NumberInformation, ReleaseRequest
from labbro.numbers.service import NumberService
from labbro.numbers.soap import envelope, names
from labbro.numbers.soap.envelope import Asked, DgwsFault, Linking, zulu
from labbro.numbers.soap.wsdl import wsdl
from labbro.platform import logs
from labbro.platform.clock import Clock
from labbro.platform.identities import Identities

PATH: Final = "/soap/numbers"
MOST_LISTED: Final = 100_000
_MEDIA: Final = "text/xml; charset=utf-8"
_log = logs.get_logger(__name__)

Parts = Sequence[tuple[str, str]]


class _Door:
    def __init__(self, service: NumberService, life_of: LifeOf) -> None:
        self._service = service
        self._life_of = life_of
        self._operations: dict[str, Callable[[Caller, dict[str, str]], Parts]] = {
            names.DRAW: self._draw,
            names.FREE: self._free,
            names.INFORMATION: self._information,
        }

    def do(self, caller: Caller, asked: Asked) -> Parts:
        return self._operations[asked.operation](caller, asked.parts)

    def _draw(self, caller: Caller, told: dict[str, str]) -> Parts:
        listed = told.get("IncludeIdentifiers", "").lower() in ("true", "1")
        count = _count(told["NumberOfIdentifiers"])
        if listed and count > MOST_LISTED:
            raise WrongUse(
                f"At most {MOST_LISTED} identifiers are listed; ask without IncludeIdentifiers.",
                message_da=f"Højst {MOST_LISTED} numre kan oplistes; spørg uden IncludeIdentifiers.",
                code="series-too-large",
            )
        drawn = self._service.draw(caller, DrawRequest(request_id=_uuid(told["RequestId"]), count=count))
        series = drawn.series
        return [
            ("SeriesId", str(series.series_id)),
            ("NumberOfIdentifiers", str(series.count)),
            ("FirstIdentifier", series.first_number),
            ("LastIdentifier", series.last_number),
            ("Drawn", zulu(series.drawn_at)),
            ("DrawnBefore", str(drawn.again).lower()),
            *(("Identifier", number) for number in (self._service.numbers(series) if listed else ())),
        ]

    def _free(self, caller: Caller, told: dict[str, str]) -> Parts:
        asked = ReleaseRequest(
            request_id=_uuid(told["RequestId"]),
            series_id=_uuid(told["SeriesId"]),
            reason=told["Reason"],
            first_number=told.get("FirstIdentifier") or None,
            last_number=told.get("LastIdentifier") or None,
        )
        release = self._service.release(caller, asked)
        return [
            ("ReleaseId", str(release.release_id)),
            ("SeriesId", str(release.series_id)),
            ("NumberOfIdentifiers", str(release.count)),
            ("FirstIdentifier", release.first_number),
            ("LastIdentifier", release.last_number),
            ("Released", zulu(release.released_at)),
            ("ReleasedBefore", str(release.again).lower()),
        ]

    def _information(self, caller: Caller, told: dict[str, str]) -> Parts:
        found = self._service.look_up(told["Identifier"][:40])
        events = self._events(found) if self._service.holds(caller, found) else ()
        return [("Identifier", found.number), ("State", found.state), *_holder(found), *events]

    def _events(self, found: NumberInformation) -> Parts:
        life = self._life_of(found.number)
        return [("Event", f"{zulu(event.at)} {event.place}: {event.text_da}") for event in life]


def routes(
    service: NumberService,
    calls: Calls,
    *,
    public_url: str,
    clock: Clock,
    identities: Identities,
    life_of: LifeOf = no_life,
) -> list[ControllerRouterHandler]:
    """The handler of the door. `GET ...?wsdl` gives its description."""
    door = _Door(service, life_of)
    description = wsdl(public_url + PATH)

    @route(
        PATH,
        http_method=[HttpMethod.GET, HttpMethod.POST],
        status_code=HTTPStatus.OK,
        include_in_schema=False,
    )
    async def soap(request: AnyRequest) -> Response[bytes]:
        if request.method == "GET":
            if "wsdl" in {name.lower() for name in request.query_params}:
                return Response(description, media_type=_MEDIA)
            return _refused(_wrong_method(), None)
        data = await request.body()
        return await _in_thread(lambda: _answered(request, data))

    def _answered(request: AnyRequest, data: bytes) -> Response[bytes]:
        asked = None
        try:
            asked = envelope.read(data)
            parts = door.do(calls.caller(request), asked)
        except LabbroError as error:
            return _refused(error, asked)
        except Exception as error:
            _log.error("soap request failed", exc_info=error)
            return _refused(_broken(), asked)
        return Response(envelope.answer(asked.operation, parts, _linking(asked), clock.now()), media_type=_MEDIA)

    def _refused(error: LabbroError, asked: Asked | None) -> Response[bytes]:
        # SOAP 1.1 over HTTP tells every fault with status 500.
        status = HTTPStatus.METHOD_NOT_ALLOWED if error.code == "illegal-method" else HTTPStatus.INTERNAL_SERVER_ERROR
        return Response(envelope.fault(error, _linking(asked), clock.now()), status_code=status, media_type=_MEDIA)

    def _linking(asked: Asked | None) -> Linking:
        own = str(identities.new())
        return Linking(asked.flow_id if asked else own, own, asked.message_id if asked else "")

    return [soap]


async def _in_thread(work: Callable[[], Response[bytes]]) -> Response[bytes]:
    from litestar.concurrency import sync_to_thread

    return await sync_to_thread(work)


def _holder(found: NumberInformation) -> Parts:
    if not found.holdings:
        return []
    series, release = found.holdings[0].series, found.holdings[0].release
    told: list[tuple[str, object]] = [
        ("SeriesId", series.series_id),
        ("AccountId", series.account_id),
        ("LaboratoryId", series.laboratory_id),
        ("SystemId", series.system_id),
    ]
    parts = [(name, str(value)) for name, value in told if value is not None]
    parts.append(("Drawn", zulu(series.drawn_at)))
    if release is not None:
        parts.append(("Released", zulu(release.released_at)))
    return parts


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise DgwsFault(
            "syntax_error", "NumberOfIdentifiers must be a whole number.", "NumberOfIdentifiers skal være et heltal."
        )
    return int(text)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise DgwsFault("syntax_error", "An id is no UUID.", "Et id er ikke en UUID.") from None


def _wrong_method() -> DgwsFault:
    error = DgwsFault(
        "illegal_http_method",
        "Send SOAP by POST; the description is at ?wsdl.",
        "Send SOAP med POST; beskrivelsen findes på ?wsdl.",
    )
    error.code = "illegal-method"
    return error


def _broken() -> LabbroError:
    return LabbroError(
        "Labbro failed at this request; the log tells more.", message_da="Labbro fejlede; loggen fortæller mere."
    )
