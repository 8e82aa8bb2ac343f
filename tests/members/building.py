"""A small invented country of members, made by acts: two vendors, three laboratories, people, systems with keys."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import msgspec
from joserfc.jwk import ECKey

from labbro.members import acts
from labbro.members.changes import HOUSE, Changed, Changes
from labbro.members.model import Caller, Role
from labbro.platform.clock import Clock, FixedClock
from labbro.platform.database import Database
from labbro.platform.identities import SeededIdentities

NOW = dt.datetime(2026, 5, 11, 7, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


class World(msgspec.Struct):
    """What was made, by short names, and what makes more."""

    database: Database
    clock: FixedClock
    identities: SeededIdentities
    changes: Changes
    ids: dict[str, UUID]
    keys: dict[str, ECKey]

    def do(self, caller: Caller, kind: type[acts.Act], /, **fields: Any) -> Changed:
        """An act with a new request id."""
        return self.changes.do(caller, kind(request_id=self.identities.new(), **fields))

    def make(self, name: str, kind: type[acts.Act], /, **fields: Any) -> UUID:
        """An act of the house, its thing remembered by a name."""
        self.ids[name] = self.do(HOUSE, kind, **fields).id
        return self.ids[name]

    def person(self, name: str) -> Caller:
        """A person's caller, as the sign-in would give it."""
        roles: dict[str, tuple[Role, str | None, str | None]] = {
            "operator": ("operator", None, None),
            "alfa": ("vendor", "alfa", None),
            "beta": ("vendor", "beta", None),
            "nord": ("laboratory", "alfa", "nord"),
            "syd": ("laboratory", "alfa", "syd"),
            "vest": ("laboratory", "beta", "vest"),
        }
        role, vendor, laboratory = roles[name]
        person_id = self.ids[f"person-{name}"]
        return Caller(
            "person",
            role,
            None,
            self.ids[laboratory] if laboratory else None,
            self.ids[vendor] if vendor else None,
            None,
            None,
            person_id,
            f"person:{person_id}",
        )

    def system(self, name: str) -> Caller:
        """The caller that the installation of a laboratory is."""
        account, vendor = self.ids[f"account-{name}"], {"nord": "alfa", "syd": "alfa", "vest": "beta"}[name]
        installation = self.ids[f"installation-{name}"]
        return Caller(
            "system",
            "laboratory",
            account,
            self.ids[name],
            self.ids[vendor],
            self.ids[f"system-{vendor}"],
            self.ids[f"key-{name}"],
            None,
            f"system:{installation}",
            installation_id=installation,
        )


def new_world(database: Database, at: dt.datetime = NOW) -> World:
    """The country. Vendor alfa is certified, vendor beta is not; nord and syd are alfa's, vest is beta's."""
    clock = FixedClock(at)
    identities = SeededIdentities(7, clock)
    world = World(database, clock, identities, Changes(database, clock, identities), {}, {})
    for vendor in ("alfa", "beta"):
        world.make(vendor, acts.AddVendor, name=f"{vendor.title()} Labsystemer")
        world.make(f"product-{vendor}", acts.AddProduct, vendor_id=world.ids[vendor], name=f"{vendor.title()} LIS")
        world.make(f"system-{vendor}", acts.AddSystem, product_id=world.ids[f"product-{vendor}"], version="4.2")
    for name, vendor in (("nord", "alfa"), ("syd", "alfa"), ("vest", "beta")):
        laboratory = world.make(
            name,
            acts.AddLaboratory,
            vendor_id=world.ids[vendor],
            name=f"Laboratoriet i {name.title()}",
            formats=("RPT01", "REQ01"),
        )
        _equip(world, name, vendor, laboratory)
    world.make(
        "certificate-alfa",
        acts.IssueCertificate,
        system_id=world.ids["system-alfa"],
        formats=("RPT01", "REQ01"),
        valid_from=at.date() - 30 * DAY,
        valid_to=at.date() + 30 * DAY,
    )
    world.make("person-operator", acts.AddPerson, role="operator", **_who("operator"))
    for name in ("alfa", "beta"):
        world.make(f"person-{name}", acts.AddPerson, role="vendor", vendor_id=world.ids[name], **_who(name))
    for name in ("nord", "syd", "vest"):
        world.make(f"person-{name}", acts.AddPerson, role="laboratory", laboratory_id=world.ids[name], **_who(name))
    return world


def contact_fields(mailbox: str = "drift@alfa.example", name: str = "Vagten") -> dict[str, str]:
    """What a contact needs beside its organisation."""
    return {"purpose": "support", "name": name, "mailbox": mailbox, "telephone": "+45 12 34 56 78"}


def new_key() -> ECKey:
    """A private key of a system."""
    return ECKey.generate_key("P-256")


def public(key: ECKey) -> acts.PublicKey:
    """Its public part, as it is registered."""
    return msgspec.convert(key.as_dict(private=False), acts.PublicKey)


def clock_of(world: World) -> Clock:
    """The clock as the code sees it."""
    return world.clock


def _who(name: str) -> dict[str, str]:
    return {"issuer": "https://login.example", "subject": name, "name": f"Opdigtet {name.title()}"}


def _equip(world: World, name: str, vendor: str, laboratory: UUID) -> None:
    account = world.make(
        f"account-{name}",
        acts.OpenAccount,
        laboratory_id=laboratory,
        department="Klinisk Biokemi",
        mailbox=f"lab@{name}.example",
    )
    installation = world.make(
        f"installation-{name}",
        acts.Install,
        account_id=account,
        system_id=world.ids[f"system-{vendor}"],
        name="Driftsserver",
    )
    world.keys[name] = new_key()
    now = world.clock.now()
    world.make(
        f"key-{name}",
        acts.AddKey,
        installation_id=installation,
        jwk=public(world.keys[name]),
        valid_from=now - DAY,
        valid_to=now + 365 * DAY,
    )
