"""Changes: every write of the members room goes through `Changes.do`, one transaction an act.

The transaction holds the one row of members.state from its beginning, so acts are done one after another and each is
decided on what is true. In it: permission, decision, rows, mail, audit, the remembered answer, and the raised version.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final, cast
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from labbro.errors import LabbroError, Unavailable
from labbro.members import acts, problems
from labbro.members import deciding_parties as parties
from labbro.members import deciding_systems as systems
from labbro.members import deciding_words as words
from labbro.members.decision import Caution, Decision, Given
from labbro.members.directory import Directory, read_directory
from labbro.members.gate import check_credential
from labbro.members.model import Account, Caller, Entity
from labbro.members.permissions import Subject, check_act
from labbro.platform import audit
from labbro.platform.clock import Clock
from labbro.platform.database import Connection, Database, load_sql
from labbro.platform.identities import Identities

AUDIT_CHAIN: Final = "members"
_PLAIN_WORDS: Final = frozenset({"purpose", "role", "kind", "version"})  # words of a closed list, or of no person
_WORDS: Final = (str, acts.PublicKey)
_SQL = load_sql("labbro.members", "changes.sql")
_DECIDE: Final[dict[type[acts.Act], Callable[[Given, Any], Decision]]] = {
    acts.AddVendor: parties.add_vendor,
    acts.RenameVendor: parties.rename_vendor,
    acts.AddLaboratory: parties.add_laboratory,
    acts.ChangeLaboratory: parties.change_laboratory,
    acts.MoveLaboratory: parties.move_laboratory,
    acts.OpenAccount: parties.open_account,
    acts.ChangeAccount: parties.change_account,
    acts.CloseAccount: parties.close_account,
    acts.ReopenAccount: parties.reopen_account,
    acts.SetLimits: parties.set_limits,
    acts.AddProduct: systems.add_product,
    acts.AddSystem: systems.add_system,
    acts.IssueCertificate: systems.issue_certificate,
    acts.WithdrawCertificate: systems.withdraw_certificate,
    acts.Install: systems.install,
    acts.UpgradeInstallation: systems.upgrade_installation,
    acts.EndInstallation: systems.end_installation,
    acts.AddKey: systems.add_key,
    acts.AddClientCertificate: systems.add_client_certificate,
    acts.EndCredential: systems.end_credential,
    acts.RevokeCredential: systems.revoke_credential,
    acts.AddPerson: parties.add_person,
    acts.EndPerson: parties.end_person,
    acts.AddContact: parties.add_contact,
    acts.ChangeContact: parties.change_contact,
    acts.RemoveContact: parties.remove_contact,
    acts.ConfirmContacts: parties.confirm_contacts,
    acts.PermitManual: parties.permit_manual,
    acts.WriteNotice: words.write_notice,
    acts.WithdrawNotice: words.withdraw_notice,
    acts.Escalate: words.escalate,
    acts.AnswerEscalation: words.answer_escalation,
    acts.NoteBounce: words.note_bounce,
}

ACTS: Final = tuple(_DECIDE)


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What an act did. `id`: of what it made or changed; `version`: of the directory from then on."""

    request_id: UUID
    act: str
    id: UUID
    version: int
    warnings: tuple[Caution, ...] = ()


class Changes:
    """Does acts. Safe for threads and for several processes. `on_change` is called after each commit."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        identities: Identities,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._identities = identities
        self._on_change = on_change

    def do(self, caller: Caller, act: acts.Act) -> Changed:
        """Does an act once; the same request again is answered the same.

        Raises NotAllowed for the role, NotFound for what does not exist for the caller, WrongUse for fields, Conflict
        `request-id-reused` or `already-used`. Then nothing was changed.
        """
        checked = _checked(act)
        digest = sha256(msgspec.json.encode([caller.actor, name_of(type(act)), checked])).digest()
        with self._database.connection() as connection:
            if connection.execute(_SQL["lock"]).fetchone() is None:
                raise Unavailable("The table members.state is empty; the schema was not made as it should be.")
            done = connection.execute(_SQL["request"], {"request_id": act.request_id}).fetchone()
            if done is not None:
                return _again(done, digest)
            changed = self._do(connection, caller, checked, digest)
        self._on_change()
        return changed

    def done(self, request_id: UUID) -> Changed | None:
        """What a request did, where it was done; None where it was not."""
        with self._database.connection() as connection:
            row = connection.execute(_SQL["request"], {"request_id": request_id}).fetchone()
        return msgspec.convert(row[1], Changed) if row else None

    def diagnostics(self, escalation_id: UUID) -> dict[str, Any]:
        """The diagnostics that were kept with an escalation. Raises NotFound. Whoever asks was checked before."""
        with self._database.connection() as connection:
            row = connection.execute(_SQL["diagnostics"], {"escalation_id": escalation_id}).fetchone()
        if row is None:
            raise problems.not_found("escalation", "henvendelse")
        return cast("dict[str, Any]", row[0])

    def _do(self, connection: Connection, caller: Caller, act: acts.Act, digest: bytes) -> Changed:
        now = self._clock.now()
        directory = read_directory(connection)
        check_caller(directory, caller, now)
        subject = check_act(directory, caller, act)
        decision = _DECIDE[type(act)](Given(directory, caller, now, self._identities.new), act)
        self._write(connection, decision, now)
        row = connection.execute(_SQL["raise_version"]).fetchone()
        name = name_of(type(act))
        changed = Changed(
            request_id=act.request_id,
            act=name,
            id=decision.entity_id,
            version=row[0] if row else 0,
            warnings=decision.warnings,
        )
        told = {"act": name, "actor": caller.actor, "digest": digest, "at": now}
        result = Jsonb(msgspec.to_builtins(changed))
        connection.execute(_SQL["put_request"], {**told, "request_id": act.request_id, "result": result})
        entry = audit.Entry(caller.actor, name, str(changed.id), _audited(act, subject, digest))
        audit.append(connection, self._clock, AUDIT_CHAIN, [entry])
        return changed

    def _write(self, connection: Connection, decision: Decision, now: dt.datetime) -> None:
        for entity in decision.entities:
            connection.execute(_SQL[type(entity).__name__.lower()], _row(entity))
        if decision.cancelled_occasion is not None:
            connection.execute(_SQL["cancel_mail"], {"occasion": decision.cancelled_occasion, "now": now})
        if decision.bounced_mail is not None:
            told = {"mail_id": decision.bounced_mail, "now": now}
            if connection.execute(_SQL["bounced"], told).fetchone() is None:
                raise problems.not_found("mail that was sent", "afsendt mail")
        if decision.diagnostics is not None:
            told = {"escalation_id": decision.entity_id, "content": Jsonb(decision.diagnostics)}
            connection.execute(_SQL["put_diagnostics"], told)
        for mail in decision.mails:
            mail_row = {"mail_id": self._identities.new(), "now": now, **msgspec.structs.asdict(mail)}
            connection.execute(_SQL["put_mail"], mail_row)


def name_of(act: type[acts.Act]) -> str:
    """An act's name in addresses, in the audit and in the request table: open-account."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in act.__name__).strip("-")


# Whoever runs commands on the machine itself: makes the first operator, and the demonstration.
HOUSE: Final = Caller("person", "operator", None, None, None, None, None, None, "command-line")


def check_caller(directory: Directory, caller: Caller, now: dt.datetime) -> None:
    """Whether the caller still is who it was when it was recognised. Raises NotAllowed."""
    if caller is HOUSE:
        return
    if caller.kind == "system":
        check_credential(directory, caller, now)
        return
    person = directory.persons.get(caller.person_id) if caller.person_id else None
    known = (caller.role, caller.vendor_id, caller.laboratory_id)
    if person is None or person.ended_at is not None or (person.role, person.vendor_id, person.laboratory_id) != known:
        raise problems.not_for_you()


def _audited(act: acts.Act, subject: Subject, digest: bytes) -> dict[str, Any]:
    """What the audit keeps of an act: ids, days, limits, kinds; never names, addresses or texts.

    The digest is that of the whole act with its actor, so that what was asked for can be proved later.
    """
    fields: dict[str, Any] = msgspec.structs.asdict(act)
    told = {name: value for name, value in fields.items() if name in _PLAIN_WORDS or not isinstance(value, _WORDS)}
    concerned = {"of_vendor": subject.vendor_id, "of_laboratory": subject.laboratory_id}
    kept = {name: value for name, value in {**told, **concerned}.items() if value is not None}
    return {**msgspec.to_builtins(kept), "digest": digest.hex()}


def _checked(act: acts.Act) -> acts.Act:
    """The act with every field held to its rules, however it was made; texts without blanks around them."""
    try:
        told = {name: _trimmed(value) for name, value in msgspec.to_builtins(act).items()}
        return msgspec.convert(told, type(act))
    except msgspec.ValidationError as error:
        raise _misfit(error) from None


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _misfit(error: msgspec.ValidationError) -> LabbroError:
    place = str(error).rpartition("$.")[2].strip("`") if "$." in str(error) else "the act"
    return problems.wrong(
        f"The field {place} does not hold what it may; see the API's description.",
        f"Feltet {place} er ikke udfyldt som det skal; se API'ets beskrivelse.",
    )


def _again(done: tuple[Any, ...], digest: bytes) -> Changed:
    if bytes(done[0]) != digest:
        raise problems.request_id_reused()
    return msgspec.convert(done[1], Changed)


def _row(entity: Entity) -> dict[str, Any]:
    """The columns of an entity; tuples as arrays, limits as columns of their own."""
    fields: dict[str, Any] = msgspec.structs.asdict(entity)
    row = {
        name: list(cast("tuple[Any, ...]", told)) if isinstance(told, tuple) else told for name, told in fields.items()
    }
    if isinstance(entity, Account):
        del row["limits"]
        row |= msgspec.structs.asdict(entity.limits)
    return row
