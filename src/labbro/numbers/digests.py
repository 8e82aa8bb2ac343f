"""What a request asks for, as a digest: another content under the same request id has another. Pure."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec


def digest_of(*content: Any) -> bytes:
    """SHA-256 over what a request asks for: another content under the same request id has another digest."""
    return hashlib.sha256(msgspec.json.encode(content)).digest()


def draw_digest(space: str, count: int) -> bytes:
    """The content of a draw."""
    return digest_of("draw", space, count)
