"""Recognises callers, gives tokens, and counts calls over plain HTTP.

`Authentication.caller_of` costs no query but one a second for the whole process; whoever issues something afterwards
asks the gate again, in the issuing transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec

from labbro.members import problems
from labbro.members.authentication import assertions, client_certificates, refusals
from labbro.members.authentication.refusals import TokenRefused
from labbro.members.authentication.tokens import LASTS, Access, Tokens
from labbro.members.directory import Directories, Directory
from labbro.members.gate import check_credential, danish_day
from labbro.members.model import Caller, Credential, Person
from labbro.platform.clock import Clock
from labbro.platform.database import Database, load_sql
from labbro.platform.identities import Identities
from labbro.platform.settings import Settings

TOKEN_PATH: Final = "/oauth/token"  # noqa: S105 - a path
NOBODY: Final = UUID(int=0)
_SQL = load_sql("labbro.members.authentication", "authentication.sql")


class CallFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a call shows of its caller.

    `client_certificate`: the header of a proxy that may be trusted, else empty. `signed_in`: the identifier of the
    person in the portal's session.
    """

    authorization: str = ""
    client_certificate: str = ""
    signed_in: str | None = None
    over_plain: bool = False


class TokenAnswer(msgspec.Struct, frozen=True):
    """RFC 6749, 5.1. `expires_in` is seconds."""

    access_token: str
    token_type: str
    expires_in: int


class PlainUse(msgspec.Struct, frozen=True):
    """How often a laboratory called over plain HTTP; the nil laboratory: callers that were not recognised."""

    laboratory_id: UUID
    calls: int
    last_at: dt.datetime


class Authentication:
    """One for the process. Safe for threads."""

    def __init__(
        self, database: Database, directories: Directories, settings: Settings, clock: Clock, identities: Identities
    ) -> None:
        self._database = database
        self._directories = directories
        self._settings = settings
        self._clock = clock
        self._identities = identities
        self._tokens = Tokens(settings.secret, settings.public_url)
        self._audiences = frozenset({settings.public_url, settings.public_url + TOKEN_PATH})

    def token(self, form: Mapping[str, str], facts: CallFacts) -> TokenAnswer:
        """An access token for a system: client credentials by private_key_jwt or by a TLS client certificate.

        Raises TokenRefused, Unavailable.
        """
        if form.get("grant_type") != "client_credentials":
            raise TokenRefused(
                "unsupported_grant_type",
                "grant_type must be client_credentials.",
                "grant_type skal være client_credentials.",
            )
        now = self._clock.now()
        access = self._by_assertion(form, now) if "client_assertion" in form else self._by_certificate(form, facts, now)
        if facts.over_plain:
            self._count_plain(self._laboratory_of(access), now)
        return TokenAnswer(self._tokens.make(access, now, self._identities.new()), "Bearer", int(LASTS.total_seconds()))

    def caller_of(self, facts: CallFacts) -> Caller:
        """Who calls. A token counts first, then a client certificate, then a session of the portal.

        Raises NotRecognised (401), NotAllowed `key-revoked`, `key-expired`, `person-unknown`, Unavailable.
        """
        now = self._clock.now()
        try:
            caller = self._caller(facts, self._directories.recent(), now)
        except refusals.NotRecognised:
            if facts.over_plain:
                self._count_plain(NOBODY, now)
            raise
        if facts.over_plain:
            self._count_plain(caller.laboratory_id or NOBODY, now)
        return caller

    def plain_use(self, since: dt.date) -> list[PlainUse]:
        """The calls over plain HTTP from a day on, by laboratory."""
        with self._database.connection() as connection:
            rows = connection.execute(_SQL["plain_calls"], {"since": since}).fetchall()
        return [PlainUse(*row) for row in rows]

    def _caller(self, facts: CallFacts, directory: Directory, now: dt.datetime) -> Caller:
        scheme, _, shown = facts.authorization.partition(" ")
        certificate = client_certificates.thumbprint(facts.client_certificate)
        if scheme.lower() == "bearer":
            return self._by_token(shown.strip(), certificate, directory, facts, now)
        if facts.client_certificate:
            credential = directory.credential_of_certificate(certificate) if certificate else None
            if credential is None:
                raise refusals.unknown_certificate()
            return _checked(system_caller(directory, credential, facts.over_plain), directory, now)
        if facts.signed_in is not None:
            person = directory.person_signed_in(facts.signed_in)
            invented = person is not None and person.issuer == "demonstration"
            if person is None or (invented and not self._settings.demonstration):
                raise refusals.unknown_person()
            return person_caller(person, facts.over_plain)
        raise refusals.nobody()

    def _by_token(
        self, token: str, certificate: str | None, directory: Directory, facts: CallFacts, now: dt.datetime
    ) -> Caller:
        access = self._tokens.read(token, now)
        if access is None:
            raise refusals.bad_token()
        shown = client_certificates.bound_form(certificate) if certificate else None
        if access.certificate is not None and access.certificate != shown:
            raise refusals.bad_token()
        credential = directory.credentials.get(access.credential_id)
        if credential is None:  # registered less than a second ago: this copy does not know it yet
            with self._database.connection() as connection:
                directory = self._directories.in_transaction(connection)
            credential = directory.credentials.get(access.credential_id)
        if credential is None or credential.installation_id != access.installation_id:
            raise refusals.bad_token()
        return _checked(system_caller(directory, credential, facts.over_plain), directory, now)

    def _by_assertion(self, form: Mapping[str, str], now: dt.datetime) -> Access:
        if form.get("client_assertion_type") != assertions.TYPE:
            raise TokenRefused(
                "invalid_client",
                f"client_assertion_type must be {assertions.TYPE}.",
                f"client_assertion_type skal være {assertions.TYPE}.",
            )
        with self._database.connection() as connection:
            directory = self._directories.in_transaction(connection)
            found = assertions.check(form["client_assertion"], directory, self._audiences, now)
            installation_id = found.credential.installation_id
            if form.get("client_id", str(installation_id)) != str(installation_id):
                raise _unknown_client()
            connection.execute(_SQL["forget"], {"now": now})
            told = {
                "installation_id": installation_id,
                "assertion_id": found.assertion_id,
                "expires_at": found.expires_at,
            }
            if connection.execute(_SQL["remember"], told).fetchone() is None:
                raise assertions.used_before()
        return Access(installation_id, found.credential.credential_id)

    def _by_certificate(self, form: Mapping[str, str], facts: CallFacts, now: dt.datetime) -> Access:
        certificate = client_certificates.thumbprint(facts.client_certificate)
        with self._database.connection() as connection:
            directory = self._directories.in_transaction(connection)
        credential = directory.credential_of_certificate(certificate) if certificate else None
        if credential is None or form.get("client_id") != str(credential.installation_id):
            raise _unknown_client()
        try:
            check_credential(directory, system_caller(directory, credential), now)
        except problems.NotAllowed as error:
            raise TokenRefused("invalid_client", error.message, error.message_da, error.code) from error
        return Access(
            credential.installation_id,
            credential.credential_id,
            client_certificates.bound_form(credential.thumbprint),
        )

    def _laboratory_of(self, access: Access) -> UUID:
        directory = self._directories.recent()
        installation = directory.installations.get(access.installation_id)
        account = directory.accounts.get(installation.account_id) if installation else None
        return (account.laboratory_id if account else None) or NOBODY

    def _count_plain(self, laboratory_id: UUID, now: dt.datetime) -> None:
        told = {"laboratory_id": laboratory_id, "day": danish_day(now), "now": now}
        with self._database.connection() as connection:
            connection.execute(_SQL["count_plain"], told)


def system_caller(directory: Directory, credential: Credential, over_plain: bool = False) -> Caller:
    """The system that a credential stands for, with the version it runs now."""
    installation = directory.installations[credential.installation_id]
    account = directory.accounts[installation.account_id]
    return Caller(
        kind="system",
        role=account.role,
        account_id=account.account_id,
        laboratory_id=account.laboratory_id,
        vendor_id=account.vendor_id,
        system_id=installation.system_id,
        credential_id=credential.credential_id,
        person_id=None,
        actor=f"system:{installation.installation_id}",
        over_plain=over_plain,
        installation_id=installation.installation_id,
    )


def person_caller(person: Person, over_plain: bool = False) -> Caller:
    """A person in their role."""
    return Caller(
        kind="person",
        role=person.role,
        account_id=None,
        laboratory_id=person.laboratory_id,
        vendor_id=person.vendor_id,
        system_id=None,
        credential_id=None,
        person_id=person.person_id,
        actor=f"person:{person.person_id}",
        over_plain=over_plain,
    )


def _checked(caller: Caller, directory: Directory, now: dt.datetime) -> Caller:
    check_credential(directory, caller, now)
    return caller


def _unknown_client() -> TokenRefused:
    return TokenRefused(
        "invalid_client",
        "Show a client_assertion (private_key_jwt), or a registered client certificate with its client_id.",
        "Vis en client_assertion (private_key_jwt) eller et registreret klientcertifikat med dets client_id.",
    )
