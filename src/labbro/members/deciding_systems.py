"""Decisions about products, system versions, certificates, installations and their keys. Pure."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from msgspec.structs import replace

from labbro.members import acts, keys, problems
from labbro.members.decision import Caution, Decision, Given
from labbro.members.gate import danish_day
from labbro.members.model import Certificate, Credential, Installation, Product, SystemVersion

KEY_LASTS_AT_MOST = dt.timedelta(days=2 * 366)
KEYS_AT_MOST = 10  # that hold or will hold, of one installation


def add_product(given: Given, act: acts.AddProduct) -> Decision:
    """A new product of a vendor."""
    names = {one.name.casefold() for one in given.directory.products.values() if one.vendor_id == act.vendor_id}
    if act.name.casefold() in names:
        raise problems.taken("This name", "Dette navn")
    product = Product(product_id=given.new(), vendor_id=act.vendor_id, name=act.name)
    return Decision(entity_id=product.product_id, entities=(product,))


def add_system(given: Given, act: acts.AddSystem) -> Decision:
    """A new version of a product."""
    used = {one.version for one in given.directory.systems.values() if one.product_id == act.product_id}
    if act.version in used:
        raise problems.taken("This version", "Denne version")
    system = SystemVersion(
        system_id=given.new(),
        product_id=act.product_id,
        vendor_id=given.directory.products[act.product_id].vendor_id,
        version=act.version,
    )
    return Decision(entity_id=system.system_id, entities=(system,))


def issue_certificate(given: Given, act: acts.IssueCertificate) -> Decision:
    """A certificate; one for other formats or another time may stand beside it."""
    if not act.valid_from <= act.valid_to or act.valid_to > act.valid_from + dt.timedelta(days=3660):
        raise problems.wrong(
            "A certificate ends on or after the day it begins, within ten years.",
            "Et certifikat slutter tidligst den dag, det begynder, og inden for ti år.",
        )
    certificate = Certificate(
        certificate_id=given.new(),
        system_id=act.system_id,
        formats=tuple(sorted(set(act.formats))),
        valid_from=act.valid_from,
        valid_to=act.valid_to,
    )
    return Decision(entity_id=certificate.certificate_id, entities=(certificate,))


def withdraw_certificate(given: Given, act: acts.WithdrawCertificate) -> Decision:
    """From today on it does not hold."""
    found = given.directory.certificates[act.certificate_id]
    today = danish_day(given.now)
    withdrawn = replace(found, withdrawn_on=min(found.withdrawn_on or today, today))
    return Decision(entity_id=act.certificate_id, entities=(withdrawn,))


def install(given: Given, act: acts.Install) -> Decision:
    """A new OAuth client."""
    _check_system(given, act.account_id, act.system_id)
    installation = Installation(
        installation_id=given.new(), account_id=act.account_id, system_id=act.system_id, name=act.name
    )
    return Decision(entity_id=installation.installation_id, entities=(installation,))


def upgrade_installation(given: Given, act: acts.UpgradeInstallation) -> Decision:
    """Another version of the system, of the same vendor."""
    found = given.directory.installations[act.installation_id]
    _check_system(given, found.account_id, act.to_system_id)
    return Decision(entity_id=act.installation_id, entities=(replace(found, system_id=act.to_system_id),))


def end_installation(given: Given, act: acts.EndInstallation) -> Decision:
    """Over; its credentials with it."""
    found = given.directory.installations[act.installation_id]
    ended = replace(found, ended_at=found.ended_at or given.now)
    return Decision(entity_id=act.installation_id, entities=(ended,))


def add_key(given: Given, act: acts.AddKey) -> Decision:
    """A public key for private_key_jwt."""
    return _add_credential(given, act.installation_id, keys.named(act.jwk), act.valid_from, act.valid_to)


def add_client_certificate(given: Given, act: acts.AddClientCertificate) -> Decision:
    """A TLS client certificate; it holds as long as it says itself."""
    named = keys.certificate(act.pem)
    assert named.valid_from is not None
    assert named.valid_to is not None
    return _add_credential(given, act.installation_id, named, named.valid_from, named.valid_to)


def end_credential(given: Given, act: acts.EndCredential) -> Decision:
    """An earlier end. Later than it was is not possible: register a new key."""
    found = given.directory.credentials[act.credential_id]
    if act.valid_to > found.valid_to or act.valid_to <= found.valid_from:
        raise problems.wrong(
            "A key can only be ended earlier than it would end by itself, and after it began.",
            "En nøgle kan kun ophøre tidligere end af sig selv, og efter at den begyndte.",
        )
    return Decision(entity_id=act.credential_id, entities=(replace(found, valid_to=act.valid_to),))


def revoke_credential(given: Given, act: acts.RevokeCredential) -> Decision:
    """Over now, for good."""
    found = given.directory.credentials[act.credential_id]
    revoked = replace(found, revoked_at=found.revoked_at or given.now)
    return Decision(entity_id=act.credential_id, entities=(revoked,))


def _check_system(given: Given, account_id: UUID, system_id: UUID) -> None:
    """The system must be of the vendor that the account belongs to."""
    account = given.directory.accounts[account_id]
    system = given.directory.systems.get(system_id)
    if system is None or system.vendor_id != account.vendor_id:
        raise problems.not_found("system version of this vendor", "systemversion hos denne leverandør")


def _add_credential(
    given: Given, installation_id: UUID, named: keys.Named, valid_from: dt.datetime, valid_to: dt.datetime
) -> Decision:
    installation = given.directory.installations[installation_id]
    if installation.ended_at is not None:
        raise problems.wrong("The installation has ended.", "Installationen er ophørt.")
    if valid_to <= valid_from or valid_to <= given.now:
        raise problems.wrong("The key would never hold.", "Nøglen ville aldrig gælde.")
    if named.jwk and valid_to - valid_from > KEY_LASTS_AT_MOST:
        raise problems.wrong("A key holds for two years at most.", "En nøgle gælder højst to år.")
    if any(one.thumbprint == named.thumbprint for one in given.directory.credentials.values()):
        raise problems.taken("This key", "Denne nøgle")
    others = given.directory.credentials_of(installation.installation_id)
    if any(one.key_id == named.key_id for one in others):
        raise problems.taken("This key id", "Dette nøgle-id")
    living = [one for one in others if one.revoked_at is None and one.valid_to > given.now]
    if len(living) >= KEYS_AT_MOST:
        raise problems.wrong(
            f"The installation has {KEYS_AT_MOST} keys; revoke one first.",
            f"Installationen har {KEYS_AT_MOST} nøgler; spær først en.",
        )
    credential = Credential(
        credential_id=given.new(),
        installation_id=installation.installation_id,
        kind="key" if named.jwk else "tls",
        key_id=named.key_id,
        thumbprint=named.thumbprint,
        jwk=named.jwk or None,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    late = valid_from - given.now > dt.timedelta(0)
    warnings = (_NOT_YET,) if late else ()
    return Decision(entity_id=credential.credential_id, entities=(credential,), warnings=warnings)


_NOT_YET = Caution("key-not-yet", "The key does not hold yet.", "Nøglen gælder ikke endnu.")
