"""The REST door of the members room."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from labbro.members import api_token
from labbro.members.members import Members
from labbro.members.web import Calls


def routes(members: Members, calls: Calls) -> list[ControllerRouterHandler]:
    """All handlers."""
    return [*api_token.routes(members, calls)]
