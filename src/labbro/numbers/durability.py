"""What the database must promise before a number is given out: read inside each transaction that issues.

Each of these, when off, gave out numbers twice in tests with kills and failovers (facts: anchors.md section 1).
"""

from __future__ import annotations

import msgspec

from labbro.errors import Unavailable
from labbro.numbers import problems


class Promises(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a database's session, as PostgreSQL tells them."""

    fsync: str
    full_page_writes: str
    synchronous_commit: str
    synchronous_standby_names: str
    in_recovery: bool


class Durability(msgspec.Struct, frozen=True, kw_only=True):
    """What is demanded. `standby`: synchronous_standby_names word for word, None where none is agreed.

    `of_disk=False` leaves out what only counts when the machine itself fails: for tests whose database is thrown away,
    and for the negative control of the proof. No setting reaches it.
    """

    standby: str | None = None
    of_disk: bool = True

    def missing(self, promises: Promises) -> Unavailable | None:
        """The problem `not-durable` with what is missing, or None."""
        if promises.in_recovery:
            return problems.not_durable("it is a standby", "den er en standby")
        if self.of_disk and promises.fsync != "on":
            return problems.not_durable("fsync is off", "fsync er slået fra")
        if self.of_disk and promises.full_page_writes != "on":
            return problems.not_durable("full_page_writes is off", "full_page_writes er slået fra")
        if self.of_disk and promises.synchronous_commit not in ("on", "remote_apply"):
            return problems.not_durable("synchronous_commit is not on", "synchronous_commit er ikke on")
        if self.standby is not None and promises.synchronous_standby_names != self.standby:
            return problems.not_durable(
                "synchronous_standby_names is not as agreed", "synchronous_standby_names er ikke som aftalt"
            )
        return None
