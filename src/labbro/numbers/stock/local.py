"""Asks the process that has the stock open, over its door: how commands work while `labbro stock serve` runs."""

from __future__ import annotations

import http.client
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from labbro.errors import Conflict, LabbroError, NotAllowed, NotFound, Unavailable, WrongUse
from labbro.numbers.stock.ledger import lock_path
from labbro.numbers.stock.place import address_of_holder

_SECONDS: Final = 60
_ERRORS: Final[dict[int, type[LabbroError]]] = {400: WrongUse, 403: NotAllowed, 404: NotFound, 409: Conflict}


def ask(stock: Path, method: str, path: str, body: object | None = None) -> Any:
    """The JSON answer of the process that holds the stock.

    Raises Unavailable `stock-in-use` when that process has no door, and the errors that it answers with.
    """
    address = urlsplit(address_of_holder(lock_path(stock)) or "")
    if address.hostname != "127.0.0.1" or address.port is None:
        raise Unavailable(
            "Another process has this stock open and has no door; wait until it ends.",
            message_da="En anden proces har dette lager åbent og har ingen dør; vent, til den slutter.",
            code="stock-in-use",
        )
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=_SECONDS)
    try:
        headers = {"content-type": "application/json"} if body is not None else {}
        connection.request(method, path, None if body is None else msgspec.json.encode(body), headers)
        answer = connection.getresponse()
        told = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable("The process that has the stock open does not answer.", code="stock-in-use") from error
    finally:
        connection.close()
    if answer.status != HTTPStatus.OK:
        problem = msgspec.json.decode(told, type=dict[str, Any])
        kind = _ERRORS.get(answer.status, Unavailable)
        raise kind(problem["detail"], message_da=problem.get("detail_da"), code=problem["code"])
    return msgspec.json.decode(told)
