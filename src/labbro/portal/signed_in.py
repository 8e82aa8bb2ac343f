"""Who is signed in, for rooms that serve people beside the pages: the identifier in the session of a request."""

from __future__ import annotations

from collections.abc import Callable

from labbro.platform.settings import Settings
from labbro.portal.sessions import Sessions
from labbro.portal.web import AnyRequest, cookie_name


def reader(sessions: Sessions, settings: Settings) -> Callable[[AnyRequest], str | None]:
    """A function that gives the identifier of the person of a request, or None."""
    name = cookie_name("session", secure=settings.reached_by_tls)

    def signed_in(request: AnyRequest) -> str | None:
        session = sessions.find(request.cookies.get(name))
        return session.actor.identifier if session else None

    return signed_in
