"""All pages of the number service, for the portal to compose."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from labbro.members.members import Members
from labbro.numbers.service import NumberService
from labbro.portal.numbers import pages_acts, pages_numbers, pages_people
from labbro.portal.numbers.door import Rooms
from labbro.portal.web import Portal


def handlers(portal: Portal, members: Members, numbers: NumberService) -> list[ControllerRouterHandler]:
    """Every page and form."""
    rooms = Rooms(portal, members, numbers)
    return [*pages_numbers.handlers(rooms), *pages_people.handlers(rooms), *pages_acts.handlers(rooms)]
