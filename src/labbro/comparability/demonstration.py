"""The registry that a demonstration starts with: the seed cases, proposed and released by two invented persons."""

from __future__ import annotations

from uuid import UUID

from labbro.comparability.seed import SEED, SOURCE
from labbro.comparability.store import RegistryStore, changes_of

PROPOSER = "demonstration:carla"
RELEASER = "demonstration:didrik"
_REQUEST = UUID("0192f0c0-0000-7000-8000-5eed00000001")  # the same on every start: one proposal, however often


def found(store: RegistryStore) -> None:
    """Makes the seed cases version 1 where the registry knows nothing yet. Started again, it changes nothing."""
    if store.current().version == 0:
        proposal = store.propose(_REQUEST, changes_of(SEED), by=PROPOSER, note=SOURCE)
        store.release(proposal.proposal_id, by=RELEASER)
