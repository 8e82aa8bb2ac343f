"""From an HTTP request to its caller: what every door of the number service uses.

A session of the portal counts only for requests from our own pages: a page elsewhere could otherwise let a browser act.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from litestar import Request

from labbro.members.authentication import CallFacts
from labbro.members.authentication.client_certificates import HEADER as CERTIFICATE_HEADER
from labbro.members.members import Members
from labbro.members.model import Caller
from labbro.platform.plain import is_plain
from labbro.platform.settings import Settings

AnyRequest = Request[Any, Any, Any]
SignedIn = Callable[[AnyRequest], str | None]


class Calls:
    """Finds callers of requests. `signed_in` gives the identifier of the person in the portal's session, or None."""

    def __init__(self, members: Members, signed_in: SignedIn = lambda _: None) -> None:
        self._members = members
        self._signed_in = signed_in

    def facts(self, request: AnyRequest) -> CallFacts:
        """What the request shows of its caller."""
        settings = self._members.settings
        authorization = request.headers.get("authorization", "")
        certificate = request.headers.get(CERTIFICATE_HEADER, "") if _from_proxy(request, settings) else ""
        person = None
        if not authorization and not certificate and _from_our_page(request, settings):
            person = self._signed_in(request)
        return CallFacts(
            authorization=authorization,
            client_certificate=certificate,
            signed_in=person,
            over_plain=is_plain(request.scope),
        )

    def caller(self, request: AnyRequest) -> Caller:
        """Who calls. Raises as Authentication.caller_of."""
        return self._members.authentication.caller_of(self.facts(request))


def _from_proxy(request: AnyRequest, settings: Settings) -> bool:
    if request.client is None or not settings.proxies:
        return False
    try:
        return str(ipaddress.ip_address(request.client.host)) in settings.proxies
    except ValueError:
        return False


def _from_our_page(request: AnyRequest, settings: Settings) -> bool:
    site = request.headers.get("sec-fetch-site", "none")
    origin = request.headers.get("origin")
    return site in {"none", "same-origin"} and origin in {None, settings.public_url}
