"""Checks an exported audit without any database: every entry, every binding, every signature. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from labbro.platform.audit import BEGINNING, Checkpoint, Kept, digest_of, signed_part
from labbro.platform.signing import signature_holds

MOST_FAULTS: Final = 1000


class Fault(msgspec.Struct, frozen=True):
    """Something that is not as it was written. `line` counts from 1 in the export, None for what is not in it."""

    line: int | None
    chain: str
    sequence: int
    what: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found. `unsigned`: entries after the newest checkpoint of their chain, bound but not yet signed.

    `known_signer` is False where no public key was given from elsewhere: then a forger's own key was not excluded.
    """

    entries: int
    checkpoints: int
    unsigned: int
    known_signer: bool
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was found changed, removed, put in, reordered or forged."""
        return not self.faults


def verify(lines: Iterable[bytes], *, public_key: str | None = None, outside: Iterable[bytes] = ()) -> Verdict:
    """Checks an export. `public_key`: of the installation, from elsewhere; `outside`: lines of the checkpoint file."""
    return _Verifier(public_key).run(lines, outside)


class _Verifier:
    def __init__(self, public_key: str | None) -> None:
        self._public_key = public_key
        self._heads: dict[str, tuple[int, str]] = {}
        self._signed: dict[str, int] = {}
        self._wanted: dict[tuple[str, int], set[str]] = {}
        self._faults: list[Fault] = []
        self._entries = 0
        self._checkpoints = 0
        self._ended = False

    def run(self, lines: Iterable[bytes], outside: Iterable[bytes]) -> Verdict:
        for content in _contents(outside):
            self._checkpoint(None, content)
        number = 0
        for number, content in enumerate(_contents(lines), 1):
            self._take(number, content)
        if not self._ended:
            self._fault(number, "", 0, "the export was cut off")
        for chain, sequence in sorted(self._wanted):
            self._fault(None, chain, sequence, "a checkpoint was signed for an entry that is not here")
        unsigned = sum(max(0, head - self._signed.get(chain, 0)) for chain, (head, _) in self._heads.items())
        return Verdict(
            entries=self._entries,
            checkpoints=self._checkpoints,
            unsigned=unsigned,
            known_signer=self._public_key is not None,
            faults=tuple(self._faults),
        )

    def _take(self, line: int, content: dict[str, Any]) -> None:
        kind = content.get("type")
        if self._ended:
            self._fault(line, "", 0, "something follows the end")
        elif kind == "export" and line == 1:
            told = content.get("public_key")
            if self._public_key is not None and told != self._public_key:
                self._fault(line, "", 0, "the export names another public key")
        elif kind == "checkpoint":
            self._checkpoint(line, content)
        elif kind == "entry":
            self._entry(line, content)
        elif kind == "end":
            self._end(line, content)
        else:
            self._fault(line, "", 0, "the line is nothing that an export has")

    def _checkpoint(self, line: int | None, content: dict[str, Any]) -> None:
        try:
            one = msgspec.convert(content, Checkpoint)
        except msgspec.ValidationError:
            self._fault(line, "", 0, "a checkpoint is malformed")
            return
        self._checkpoints += 1
        key = self._public_key or one.public_key
        signed = signed_part(one.chain, one.sequence, one.at, one.digest)
        if one.public_key != key or not signature_holds(key, one.signature, signed):
            self._fault(line, one.chain, one.sequence, "the signature of a checkpoint does not hold")
            return
        self._wanted.setdefault((one.chain, one.sequence), set()).add(one.digest)
        self._signed[one.chain] = max(one.sequence, self._signed.get(one.chain, 0))

    def _entry(self, line: int, content: dict[str, Any]) -> None:
        self._entries += 1
        try:
            one = msgspec.convert(content, Kept)
            previous = bytes.fromhex(one.previous)
        except (msgspec.ValidationError, ValueError):
            self._fault(line, "", 0, "an entry is malformed")
            return
        sequence, digest = self._heads.get(one.chain, (0, BEGINNING.hex()))
        if one.sequence != sequence + 1:
            self._fault(line, one.chain, one.sequence, f"entry {sequence + 1} of the chain should stand here")
        if one.previous != digest:
            self._fault(line, one.chain, one.sequence, "the entry is not bound to the one before it")
        made = digest_of(previous, one.chain, one.sequence, one.at, one.actor, one.act, one.subject, one.detail).hex()
        if made != one.digest:
            self._fault(line, one.chain, one.sequence, "the entry is not what its digest was made of")
        signed = self._wanted.pop((one.chain, one.sequence), set())
        if signed - {one.digest}:
            self._fault(line, one.chain, one.sequence, "the entry is not the one that was signed")
        self._heads[one.chain] = (one.sequence, one.digest)

    def _end(self, line: int, content: dict[str, Any]) -> None:
        self._ended = True
        try:
            told = {one.chain: (one.sequence, one.digest) for one in msgspec.convert(content, _End).heads}
        except msgspec.ValidationError:
            self._fault(line, "", 0, "the end is malformed")
            return
        for chain in sorted(told.keys() | self._heads.keys()):
            nothing = (0, BEGINNING.hex())
            if told.get(chain, nothing) != self._heads.get(chain, nothing):
                self._fault(line, chain, told.get(chain, nothing)[0], "the chain's head is another than its last entry")

    def _fault(self, line: int | None, chain: str, sequence: int, what: str) -> None:
        if len(self._faults) < MOST_FAULTS:
            self._faults.append(Fault(line, chain, sequence, what))


class _Head(msgspec.Struct, frozen=True):
    chain: str
    sequence: int
    digest: str


class _End(msgspec.Struct, frozen=True):
    heads: list[_Head]


def _contents(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            content = msgspec.json.decode(line, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError):
            content = {"type": "malformed"}
        yield content
