"""The registry in the database: proposals by one person, releases by another, versions for ever.

A release applies its changes to the newest version, checks the whole for contradictions, and becomes the next version
in one transaction. What a version decided can be asked again at any time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec

from labbro.comparability.checking import Contradiction, contradictions
from labbro.comparability.model import Assertion, Conversion, Entries, Group, Measurand, Procedure
from labbro.comparability.moments import before_first, moment_of
from labbro.comparability.registry import EMPTY, Registry
from labbro.errors import Conflict, NotAllowed, NotFound, WrongUse
from labbro.platform.clock import Clock
from labbro.platform.database import Connection, Database, load_sql
from labbro.platform.identities import Identities

Kind = Literal["measurand", "procedure", "group", "assertion", "conversion"]
ProposalState = Literal["open", "released", "refused"]
Entry = Measurand | Procedure | Group | Assertion | Conversion

_SQL = load_sql("labbro.comparability", "store.sql")
_TYPES: dict[Kind, type[Entry]] = {
    "measurand": Measurand,
    "procedure": Procedure,
    "group": Group,
    "assertion": Assertion,
    "conversion": Conversion,
}
_CHANGES_AT_ONCE = 5_000
_PROPOSALS_TOLD = 200


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One entry set, or taken out where `body` is None. `body` is the struct as JSON values.

    `seen`: the version at which the entry was read that this changes; one changed by a release since is not set.
    """

    kind: Kind
    entry_id: str
    body: dict[str, Any] | None = None
    seen: int | None = None


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Changes that one person proposes. `version`: the one that it became."""

    proposal_id: UUID
    proposed_at: dt.datetime
    proposed_by: str
    note: str
    changes: tuple[Change, ...]
    state: ProposalState
    decided_at: dt.datetime | None = None
    decided_by: str | None = None
    version: int | None = None


class Released(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the registry, and who stands behind it."""

    version: int
    recorded_at: dt.datetime
    proposed_by: str
    released_by: str
    note: str
    proposal_id: UUID | None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A view as it was shown: when, to whom, by which version, with which filters."""

    shown_id: UUID
    at: dt.datetime
    actor: str
    version: int
    filters: str


class RegistryStore:
    """Proposes, releases and reads. One object for the life of a process; safe for threads."""

    def __init__(self, database: Database, clock: Clock, identities: Identities) -> None:
        self._database = database
        self._clock = clock
        self._identities = identities
        self._known: dict[int, Registry] = {0: EMPTY}

    def current(self) -> Registry:
        """The newest version."""
        with self._database.connection() as connection:
            return self._registry(connection, _head(connection))

    def at(self, version: int) -> Registry:
        """One version, as it decided then. Raises NotFound `registry-version`."""
        with self._database.connection() as connection:
            return self._registry(connection, version)

    def known_at(self, told: str) -> Registry:
        """The version that was in force at a moment, as `moments.moment_of` reads it, whose errors it raises.

        Raises NotFound `registry-before-first` where there was none yet.
        """
        moment = moment_of(told, self._clock.now())
        with self._database.connection() as connection:
            version, first = connection.execute(_SQL["version_at"], {"moment": moment}).fetchone() or (0, None)
            if version == 0:
                raise before_first(moment, first)
            return self._registry(connection, version)

    def versions(self) -> tuple[Released, ...]:
        """Every version, the newest first."""
        with self._database.connection() as connection:
            rows = connection.execute(_SQL["versions"]).fetchall()
        return tuple(
            Released(
                version=version, recorded_at=at, proposed_by=by, released_by=other, note=note, proposal_id=proposal
            )
            for version, at, by, other, note, proposal in rows
        )

    def history(self, kind: Kind, entry_id: str) -> tuple[tuple[int, int | None, Entry], ...]:
        """What was known of an entry: from which version, until which, and what."""
        told = {"kind": kind, "entry_id": entry_id}
        with self._database.connection() as connection:
            rows = connection.execute(_SQL["history"], told).fetchall()
        return tuple((since, until, msgspec.json.decode(body, type=_TYPES[kind])) for since, until, body in rows)

    def propose(self, request_id: UUID, changes: Sequence[Change], *, by: str, note: str) -> Proposal:
        """Keeps a proposal. The same request again gives the same proposal; with other content it is refused."""
        _check(changes, note)
        encoded = msgspec.json.encode(changes)
        digest = hashlib.sha256(b"\0".join((encoded, by.encode(), note.encode()))).digest()
        told = {
            "proposal_id": self._identities.new(),
            "request_id": request_id,
            "request_digest": digest,
            "proposed_at": self._clock.now(),
            "proposed_by": by,
            "note": note,
            "changes": encoded.decode(),
        }
        with self._database.connection() as connection:
            connection.execute(_SQL["add_proposal"], told)
            row = connection.execute(_SQL["proposal_of_request"], {"request_id": request_id}).fetchone()
            assert row is not None
            proposal_id, kept = row
            if bytes(kept) != digest:
                raise Conflict(
                    "The request id was used before for another proposal; make a new one.",
                    message_da="Anmodningens id er brugt før til et andet forslag; lav et nyt.",
                    code="request-id-reused",
                )
            return self._proposal(connection, proposal_id)

    def proposals(self) -> tuple[Proposal, ...]:
        """The newest proposals first."""
        with self._database.connection() as connection:
            rows = connection.execute(_SQL["proposals"], {"limit": _PROPOSALS_TOLD}).fetchall()
        return tuple(map(_proposal, rows))

    def proposal(self, proposal_id: UUID) -> Proposal:
        """One proposal. Raises NotFound `proposal-unknown`."""
        with self._database.connection() as connection:
            return self._proposal(connection, proposal_id)

    def faults(self, proposal_id: UUID) -> tuple[Contradiction, ...]:
        """What would be wrong with the registry if a proposal were released now."""
        with self._database.connection() as connection:
            proposal = self._proposal(connection, proposal_id)
            return _faults(connection, self._registry(connection, _head(connection)), proposal)

    def release(self, proposal_id: UUID, *, by: str) -> Released:
        """Makes a proposal the next version. Saying so again gives the same version.

        Raises NotAllowed `four-eyes` to the one who proposed it, Conflict `registry-contradiction` with what to mend,
        Conflict `proposal-decided` where it was refused.
        """
        with self._database.connection() as connection:
            connection.execute(_SQL["lock_head"])
            proposal = self._locked(connection, proposal_id, by)
            if proposal.version is not None:
                return _released_of(connection, proposal.version)
            head = _head(connection)
            found = _faults(connection, self._registry(connection, head), proposal)
            if found:
                raise _contradiction(found)
            self._add_version(connection, head + 1, proposal, by)
            return _released_of(connection, head + 1)

    def refuse(self, proposal_id: UUID, *, by: str) -> Proposal:
        """Says no to a proposal; who proposed it may take it back so."""
        with self._database.connection() as connection:
            proposal = self._locked(connection, proposal_id, None)
            if proposal.state == "released":
                raise _decided()
            if proposal.state == "open":
                self._decide(connection, proposal_id, "refused", by, None)
            return self._proposal(connection, proposal_id)

    def keep_shown(self, patient_key: UUID, *, actor: str, version: int, filters: str) -> UUID:
        """Keeps that a view was shown, before it is; gives the identity by which it can be shown again."""
        shown_id = self._identities.new()
        told = {
            "patient_key": patient_key,
            "shown_id": shown_id,
            "at": self._clock.now(),
            "actor": actor,
            "version": version,
            "filters": filters,
        }
        with self._database.connection() as connection:
            connection.execute(_SQL["add_shown"], told)
        return shown_id

    def shown(self, patient_key: UUID, shown_id: UUID) -> Shown:
        """A view as it was shown. Raises NotFound `view-unknown`."""
        told = {"patient_key": patient_key, "shown_id": shown_id}
        with self._database.connection() as connection:
            row = connection.execute(_SQL["shown"], told).fetchone()
        if row is None:
            raise NotFound(
                "There is no such view of this patient.",
                message_da="Der er ingen sådan visning af patienten.",
                code="view-unknown",
            )
        return Shown(shown_id=shown_id, at=row[0], actor=row[1], version=row[2], filters=row[3])

    def shown_of(self, patient_key: UUID, limit: int) -> tuple[Shown, ...]:
        """The newest views of a patient, the newest first."""
        told = {"patient_key": patient_key, "limit": limit}
        with self._database.connection() as connection:
            rows = connection.execute(_SQL["shown_of"], told).fetchall()
        return tuple(
            Shown(shown_id=key, at=at, actor=actor, version=version, filters=filters)
            for key, at, actor, version, filters in rows
        )

    def _registry(self, connection: Connection, version: int) -> Registry:
        known = self._known.get(version)
        if known is not None:
            return known
        row = connection.execute(_SQL["version"], {"version": version}).fetchone()
        if row is None:
            raise NotFound(
                f"The registry has no version {version}.",
                message_da=f"Registret har ingen version {version}.",
                code="registry-version",
            )
        rows = connection.execute(_SQL["entries"], {"version": version}).fetchall()
        # A version never changes once it is there, so every process may keep what it has read.
        known = self._known[version] = Registry(_entries(rows), version, row[0])
        return known

    def _proposal(self, connection: Connection, proposal_id: UUID) -> Proposal:
        row = connection.execute(_SQL["proposal"], {"proposal_id": proposal_id}).fetchone()
        if row is None:
            raise _no_proposal()
        return _proposal(row)

    def _locked(self, connection: Connection, proposal_id: UUID, releaser: str | None) -> Proposal:
        row = connection.execute(_SQL["lock_proposal"], {"proposal_id": proposal_id}).fetchone()
        if row is None:
            raise _no_proposal()
        proposal = _proposal(row)
        if releaser is not None and proposal.state == "refused":
            raise _decided()
        if releaser == proposal.proposed_by:
            raise NotAllowed(
                "A proposal is released by another person than the one who made it.",
                message_da="Et forslag frigives af en anden person end den, der har lavet det.",
                code="four-eyes",
            )
        return proposal

    def _add_version(self, connection: Connection, version: int, proposal: Proposal, by: str) -> None:
        told = {
            "version": version,
            "recorded_at": self._clock.now(),
            "proposal_id": proposal.proposal_id,
            "proposed_by": proposal.proposed_by,
            "released_by": by,
            "note": proposal.note,
        }
        connection.execute(_SQL["add_version"], told)
        for change in proposal.changes:
            entry = {"version": version, "kind": change.kind, "entry_id": change.entry_id}
            connection.execute(_SQL["close_entry"], entry)
            if change.body is not None:
                body = msgspec.json.encode(change.body).decode()
                connection.execute(_SQL["add_entry"], {**entry, "body": body})
        self._decide(connection, proposal.proposal_id, "released", by, version)

    def _decide(
        self, connection: Connection, proposal_id: UUID, state: ProposalState, by: str, version: int | None
    ) -> None:
        told = {
            "proposal_id": proposal_id,
            "state": state,
            "decided_at": self._clock.now(),
            "decided_by": by,
            "version": version,
        }
        connection.execute(_SQL["decide"], told)


def changes_of(entries: Entries) -> tuple[Change, ...]:
    """Changes that set every one of these entries."""
    return tuple(
        Change(kind=kind, entry_id=entry_id(entry), body=msgspec.to_builtins(entry))
        for kind, told in _by_kind(entries)
        for entry in told
    )


def entry_id(entry: Entry) -> str:
    """The identity of an entry among those of its kind."""
    match entry:
        case Measurand():
            return entry.measurand_id
        case Procedure():
            return entry.procedure_id
        case Group():
            return entry.group_id
        case Assertion():
            return entry.assertion_id
        case Conversion():
            return f"{entry.measurand_id}: {entry.from_unit} to {entry.to_unit}"


def applied(entries: Entries, changes: Sequence[Change]) -> Entries:
    """The entries after changes."""
    held: dict[Kind, dict[str, Entry]] = {kind: {} for kind in _TYPES}
    for kind, told in _by_kind(entries):
        held[kind] = {entry_id(entry): entry for entry in told}
    for change in changes:
        if change.body is None:
            held[change.kind].pop(change.entry_id, None)
        else:
            held[change.kind][change.entry_id] = msgspec.convert(change.body, _TYPES[change.kind], strict=False)
    return _gathered(held)


def _by_kind(entries: Entries) -> tuple[tuple[Kind, Sequence[Entry]], ...]:
    return (
        ("measurand", entries.measurands),
        ("procedure", entries.procedures),
        ("group", entries.groups),
        ("assertion", entries.assertions),
        ("conversion", entries.conversions),
    )


def _gathered(held: dict[Kind, dict[str, Any]]) -> Entries:
    return Entries(
        measurands=tuple(held["measurand"].values()),
        procedures=tuple(held["procedure"].values()),
        groups=tuple(held["group"].values()),
        assertions=tuple(held["assertion"].values()),
        conversions=tuple(held["conversion"].values()),
    )


def _entries(rows: Sequence[tuple[Kind, str]]) -> Entries:
    held: dict[Kind, dict[str, Any]] = {kind: {} for kind in _TYPES}
    for kind, body in rows:
        entry = msgspec.json.decode(body, type=_TYPES[kind])
        held[kind][entry_id(entry)] = entry
    return _gathered(held)


def _check(changes: Sequence[Change], note: str) -> None:
    """Refuses a proposal that no release could carry out."""
    if not 1 <= len(changes) <= _CHANGES_AT_ONCE or not note.strip():
        raise WrongUse(
            f"A proposal holds 1 to {_CHANGES_AT_ONCE} changes and says in a note why.",
            message_da=f"Et forslag rummer 1 til {_CHANGES_AT_ONCE} ændringer og siger i en note hvorfor.",
            code="proposal-empty",
        )
    for change in changes:
        if change.body is None:
            continue
        try:
            entry = msgspec.convert(change.body, _TYPES[change.kind], strict=False)
        except msgspec.ValidationError as error:
            raise WrongUse(
                f"The {change.kind} {change.entry_id} cannot be read: {error}.",
                message_da=f"{change.entry_id} kan ikke læses: {error}.",
                code="proposal-malformed",
            ) from None
        if entry_id(entry) != change.entry_id:
            raise WrongUse(
                f"The {change.kind} {change.entry_id} names itself {entry_id(entry)}; use one name.",
                message_da=f"{change.entry_id} kalder sig selv {entry_id(entry)}; brug ét navn.",
                code="proposal-malformed",
            )


def _proposal(row: Sequence[Any]) -> Proposal:
    proposal_id, at, by, note, changes, state, decided_at, decided_by, version = row
    return Proposal(
        proposal_id=proposal_id,
        proposed_at=at,
        proposed_by=by,
        note=note,
        changes=msgspec.json.decode(changes, type=tuple[Change, ...]),
        state=state,
        decided_at=decided_at,
        decided_by=decided_by,
        version=version,
    )


def _head(connection: Connection) -> int:
    row = connection.execute(_SQL["head"]).fetchone()
    assert row is not None
    return int(row[0])


def _faults(connection: Connection, registry: Registry, proposal: Proposal) -> tuple[Contradiction, ...]:
    moved = [one for change in proposal.changes for one in _moved(connection, change)]
    return (*moved, *contradictions(applied(registry.entries, proposal.changes)))


def _moved(connection: Connection, change: Change) -> list[Contradiction]:
    """That a release changed the entry since it was read: what that one set would be lost (decision 0089)."""
    if change.seen is None:
        return []
    told = {"kind": change.kind, "entry_id": change.entry_id}
    rows = connection.execute(_SQL["history"], told).fetchall()
    latest = max((version for since, until, _ in rows for version in (since, until or 0)), default=0)
    if latest <= change.seen:
        return []
    about = change.entry_id
    return [
        Contradiction(
            code="entry-moved",
            about=about,
            message=f"{about} was changed by version {latest}, and this change was made on version {change.seen}; "
            "refuse it, and make it anew on what is in force.",
            message_da=f"{about} blev ændret med version {latest}, og denne ændring er lavet på version "
            f"{change.seen}; afvis den, og lav den på ny ud fra det, der gælder.",
        )
    ]


def _released_of(connection: Connection, version: int) -> Released:
    for found, at, by, other, note, proposal in connection.execute(_SQL["versions"]).fetchall():
        if found == version:
            return Released(
                version=found, recorded_at=at, proposed_by=by, released_by=other, note=note, proposal_id=proposal
            )
    raise AssertionError("a version that was just recorded is gone")


def _contradiction(found: Sequence[Contradiction]) -> Conflict:
    told = " ".join(one.message for one in found[:5])
    told_da = " ".join(one.message_da for one in found[:5])
    return Conflict(
        f"The registry would contradict itself in {len(found)} places: {told}",
        message_da=f"Registret ville modsige sig selv {len(found)} steder: {told_da}",
        code="registry-contradiction",
    )


def _no_proposal() -> NotFound:
    return NotFound("There is no such proposal.", message_da="Der er intet sådant forslag.", code="proposal-unknown")


def _decided() -> Conflict:
    return Conflict("The proposal was decided before.", message_da="Forslaget er afgjort.", code="proposal-decided")
