"""Adds active service notices to every answer, as the header Labbro-Notice.

Answers must not wait for a database that does not answer: what was known last is told when a fresh look takes too long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from litestar.concurrency import sync_to_thread
from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from labbro.errors import LabbroError
from labbro.members import notices
from labbro.members.directory import Directory
from labbro.members.members import Members
from labbro.members.model import Notice

_PATIENCE_SECONDS = 0.2


class NoticeHeader:
    """A hook for Litestar's `before_send`."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self._known: Directory | None = None
        self._looking: asyncio.Task[None] | None = None

    async def __call__(self, message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start" or scope["type"] != "http":
            return
        headers = MutableScopeHeaders(message)
        for notice in await self._active():
            headers.add(notices.HEADER, notices.header_of(notice))

    async def _active(self) -> Sequence[Notice]:
        fresh = self._members.directories.fresh()
        if fresh is not None:
            self._known = fresh
        else:
            await self._look()
        if self._known is None:
            return ()
        now = self._members.clock.now()
        told = notices.to_everyone(list(self._known.notices.values()), now)
        return [one for one in told if one.active(now)][: notices.AT_MOST]

    async def _look(self) -> None:
        """One look at a time, however many answers want one; only the one that began it waits, and not for long."""
        if self._looking is not None and not self._looking.done():
            return
        self._looking = asyncio.create_task(self._read())
        await asyncio.wait({self._looking}, timeout=_PATIENCE_SECONDS)

    async def _read(self) -> None:
        try:
            self._known = await sync_to_thread(self._members.directories.recent)
        except LabbroError:
            return  # told by whatever else needs the database
