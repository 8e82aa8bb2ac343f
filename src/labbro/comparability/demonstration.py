"""The registry that a demonstration starts with: the seed cases, proposed and released by two invented persons."""

from __future__ import annotations

from uuid import UUID, uuid5

import msgspec

from labbro.comparability.seed import SEED, SOURCE
from labbro.comparability.store import RegistryStore, changes_of

PROPOSER = "demonstration:carla"
RELEASER = "demonstration:didrik"
_NAMESPACE = UUID("0192f0c0-0000-7000-8000-5eed00000001")


def found(store: RegistryStore) -> None:
    """Makes the seed cases version 1 where the registry knows nothing yet. Started again, it changes nothing."""
    if store.current().version == 0:
        changes = changes_of(SEED)
        # The same seed is one proposal, however often a start is broken off; a later Labbro's seed is another.
        request = uuid5(_NAMESPACE, msgspec.json.encode(changes).decode())
        proposal = store.propose(request, changes, by=PROPOSER, note=SOURCE)
        store.release(proposal.proposal_id, by=RELEASER)
