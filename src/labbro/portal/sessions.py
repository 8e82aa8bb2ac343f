"""Who is signed in, and how often they have looked: kept in PostgreSQL, so that a sign-out is one everywhere.

The browser holds a random token; the database holds only its SHA-256. See docs/decisions/0030.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from typing import Literal

import msgspec

from labbro.errors import TooMany
from labbro.platform.clock import Clock
from labbro.platform.database import Database, load_sql
from labbro.platform.identities import Identities

IDLE = dt.timedelta(minutes=30)
ABSOLUTE = dt.timedelta(hours=10)
_TOUCH_EVERY = dt.timedelta(minutes=1)
_KEEP = dt.timedelta(days=2)
_WINDOW = dt.timedelta(hours=1)

Way = Literal["demonstration", "openid"]
_SQL = load_sql("labbro.portal", "sessions.sql")


class Actor(msgspec.Struct, frozen=True):
    """A person who may look: a lasting identifier, the name others see, and where they work."""

    identifier: str
    name: str
    organisation: str | None = None


class Session(msgspec.Struct, frozen=True):
    """A living session. `token` is the cookie's secret."""

    token: str
    actor: Actor
    way: Way


class Sessions:
    """Begins, finds and ends sessions, and counts look-ups. Raises Unavailable when the database does not answer."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        identities: Identities,
        lookups_per_hour: int,
        new_token: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._database = database
        self._clock = clock
        self._identities = identities
        self._lookups_per_hour = lookups_per_hour
        self._new_token = new_token

    def begin(self, actor: Actor, way: Way) -> Session:
        """A new session with a new token, whatever the browser had before; old ones are cleared away meanwhile."""
        token = self._new_token()
        now = self._clock.now()
        with self._database.connection() as connection:
            connection.execute(_SQL["forget_sessions"], {"before": now - _KEEP})
            connection.execute(_SQL["forget_look_ups"], {"before": now - _KEEP})
            connection.execute(
                _SQL["begin"],
                {
                    "session_id": _digest(token),
                    "actor": actor.identifier,
                    "actor_name": actor.name,
                    "organisation": actor.organisation,
                    "way": way,
                    "now": now,
                },
            )
        return Session(token, actor, way)

    def find(self, token: str | None) -> Session | None:
        """The session of a token; None when there is none, it was ended, or one of its two times has run out."""
        if not token or len(token) > 100:
            return None
        now = self._clock.now()
        told = {"session_id": _digest(token), "idle_since": now - IDLE, "signed_in_since": now - ABSOLUTE}
        with self._database.connection() as connection:
            found = connection.execute(_SQL["find"], told).fetchone()
            if found is None:
                return None
            actor, name, organisation, way, _, seen_at = found
            if now - seen_at > _TOUCH_EVERY:
                connection.execute(_SQL["touch"], {"session_id": told["session_id"], "now": now})
        return Session(token, Actor(actor, name, organisation), way)

    def end(self, token: str) -> None:
        """Ends a session for good."""
        with self._database.connection() as connection:
            connection.execute(_SQL["finish"], {"session_id": _digest(token), "now": self._clock.now()})

    def count_look_up(self, actor: Actor) -> None:
        """Counts one look-up before it is carried out. Raises TooMany when this hour's are used up."""
        now = self._clock.now()
        with self._database.connection() as connection:
            connection.execute(_SQL["one_at_a_time"], {"actor": actor.identifier})
            used = connection.execute(_SQL["count_look_ups"], {"actor": actor.identifier, "since": now - _WINDOW})
            (count,) = used.fetchone() or (self._lookups_per_hour,)
            if count >= self._lookups_per_hour:
                raise TooMany("The look-ups of this hour are used up.", message_da="Timens opslag er brugt.")
            told = {"actor": actor.identifier, "now": now, "look_up_id": self._identities.new()}
            connection.execute(_SQL["note_look_up"], told)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
