"""The invented people of the number service whom a demonstration lets sign in, as its membership has them."""

from __future__ import annotations

from typing import Final

import msgspec

from labbro.members.directory import Directory
from labbro.members.model import Person, Role
from labbro.portal.sessions import Actor
from labbro.portal.web import Portal

ISSUER: Final = "demonstration"
_ROLES: Final[tuple[Role, ...]] = ("operator", "vendor", "laboratory")


class Offered(msgspec.Struct, frozen=True):
    """Somebody to sign in as. `first`: the one of the role that stands in front."""

    key: str
    name: str
    role: Role
    organisation: str
    first: bool


def invented_members(portal: Portal, operator: str) -> tuple[Offered, ...]:
    """All of them, by role; empty where no membership was founded. `operator` names the operator's house."""
    if portal.members is None:
        return ()
    directory = portal.members.current()
    people = [one for one in directory.persons.values() if one.issuer == ISSUER and one.ended_at is None]
    told: list[Offered] = []
    for role in _ROLES:
        of_role = sorted((one for one in people if one.role == role), key=lambda one: one.person_id)
        told.extend(
            Offered(one.subject, one.name, role, _organisation(directory, one) or operator, place == 0)
            for place, one in enumerate(of_role)
        )
    return tuple(told)


def member_actor(portal: Portal, subject: str) -> Actor | None:
    """The invented member with this subject, as a session keeps it; None when there is none."""
    if portal.members is None:
        return None
    directory = portal.members.current()
    person = directory.person_signed_in(f"{ISSUER}:{subject}")
    if person is None or person.issuer != ISSUER:
        return None
    return Actor(person.identifier, person.name, _organisation(directory, person) or None)


def _organisation(directory: Directory, person: Person) -> str:
    if person.laboratory_id is not None:
        return directory.laboratories[person.laboratory_id].name
    return directory.vendors[person.vendor_id].name if person.vendor_id is not None else ""
