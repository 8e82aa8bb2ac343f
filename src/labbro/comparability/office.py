"""Who may propose and release in the registry: the people whom the operator names. Pure. Decision 0088."""

from __future__ import annotations

import msgspec

from labbro.comparability.store import Proposal
from labbro.errors import NotAllowed
from labbro.platform.settings import Settings


class Office(msgspec.Struct, frozen=True):
    """The people by their identifiers in sessions, `ISSUER#SUBJECT`; None: everybody, as in a demonstration."""

    people: frozenset[str] | None

    def holds(self, identifier: str) -> bool:
        """Whether somebody is one of them."""
        return self.people is None or _normal(identifier) in self.people

    def check(self, identifier: str) -> None:
        """Lets only them pass. Raises NotAllowed `registry-office`."""
        if self.holds(identifier):
            return
        if not self.people:
            raise NotAllowed(
                "Nobody is named to change the registry here; whoever runs Labbro names them in "
                "LABBRO_REGISTRY_PEOPLE. Reading is open.",
                message_da="Ingen er udpeget til at ændre registret her. Den, der driver Labbro, udpeger dem i "
                "LABBRO_REGISTRY_PEOPLE. Alt kan læses.",
                code="registry-office",
            )
        raise NotAllowed(
            "Only people who are named for it propose and release changes of the registry, and you are not one of "
            "them. Reading is open.",
            message_da="Kun de, der er udpeget til det, foreslår og frigiver ændringer i registret, og du er ikke en "
            "af dem. Alt kan læses.",
            code="registry-office",
        )

    def check_proposer(self, proposal: Proposal) -> None:
        """Both persons of a release hold the office now. Raises NotAllowed `proposer-without-office`."""
        if proposal.state == "open" and not self.holds(proposal.proposed_by):
            raise NotAllowed(
                "Whoever made the proposal may not change the registry now; refuse it, and have it proposed anew.",
                message_da="Den, der har lavet forslaget, må ikke ændre registret nu; afvis det, og få det foreslået "
                "på ny.",
                code="proposer-without-office",
            )


def office_of(settings: Settings) -> Office:
    """The people whom the settings name; without, everybody in a demonstration and nobody elsewhere."""
    if settings.demonstration and not settings.registry_people:
        return Office(None)
    return Office(frozenset(map(_normal, settings.registry_people)))


def _normal(identifier: str) -> str:
    """An identifier whose issuer has no slash at its end: some providers name themselves with one."""
    issuer, sign, subject = identifier.partition("#")
    return f"{issuer.rstrip('/')}{sign}{subject}"
