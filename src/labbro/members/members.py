"""The room as one value: opened once for a process, passed to whoever needs members."""

from __future__ import annotations

from typing import Self

import msgspec

from labbro.members.authentication import Authentication
from labbro.members.changes import Changes
from labbro.members.directory import Directories, Directory
from labbro.members.outbox import Outbox
from labbro.platform.clock import Clock
from labbro.platform.database import Database
from labbro.platform.identities import Identities
from labbro.platform.settings import Settings


class Members(msgspec.Struct, frozen=True):
    """Snapshot, changes, authentication and mail over one database."""

    database: Database
    settings: Settings
    clock: Clock
    identities: Identities
    directories: Directories
    changes: Changes
    authentication: Authentication
    outbox: Outbox

    @classmethod
    def open(cls, database: Database, settings: Settings, clock: Clock, identities: Identities) -> Self:
        """Opens nothing of its own; the database stays the caller's."""
        directories = Directories(database)
        return cls(
            database=database,
            settings=settings,
            clock=clock,
            identities=identities,
            directories=directories,
            changes=Changes(database, clock, identities, directories.outdated),
            authentication=Authentication(database, directories, settings, clock, identities),
            outbox=Outbox(database, settings, clock),
        )

    def current(self) -> Directory:
        """The members as they are, for views: one small query. Whoever issues something asks in the transaction."""
        with self.database.connection() as connection:
            return self.directories.in_transaction(connection)
