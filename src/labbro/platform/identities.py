"""New identities: UUID version 7 (RFC 9562), made by whoever creates the thing, never by the database."""

from __future__ import annotations

import random
import secrets
from typing import Protocol
from uuid import UUID

from labbro.platform.clock import Clock, SystemClock

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62
_RANDOM_A_BITS = 12
_RANDOM_B_BITS = 62


class Identities(Protocol):
    """Gives a new identity at every call."""

    def new(self) -> UUID: ...


class SystemIdentities:
    """Identities from the given clock (milliseconds) and the operating system's randomness."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def new(self) -> UUID:
        return uuid7(_milliseconds(self._clock), secrets.randbits(_RANDOM_A_BITS + _RANDOM_B_BITS))


class SeededIdentities:
    """The same identities again for the same seed and clock: for tests and invented data only."""

    def __init__(self, seed: int, clock: Clock) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._clock = clock

    def new(self) -> UUID:
        return uuid7(_milliseconds(self._clock), self._random.getrandbits(_RANDOM_A_BITS + _RANDOM_B_BITS))


def uuid7(milliseconds: int, random_bits: int) -> UUID:
    """A version 7 UUID from Unix time in milliseconds (48 bits) and 74 random bits."""
    random_a, random_b = divmod(random_bits, 1 << _RANDOM_B_BITS)
    return UUID(int=(milliseconds << 80) | _VERSION_7 | (random_a << 64) | _VARIANT | random_b)


def _milliseconds(clock: Clock) -> int:
    return int(clock.now().timestamp() * 1000)
