"""An invented membership for the demonstration: an operator, three vendors, six laboratories. Nobody here exists.

The laboratories are those of the invented country (labbro.synthetic.country and .specialists); a test holds them
together. Each does something different well or badly, so that the agreement board has something to show.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec
from joserfc.jwk import ECKey

from labbro.codes import gln
from labbro.members import acts
from labbro.members.changes import HOUSE, Changes
from labbro.members.gate import danish_day
from labbro.members.members import Members
from labbro.members.model import Limits, Role
from labbro.platform.clock import FixedClock

KEYS_FOLDER: Final = "demonstration-keys"
_BEGINNING: Final = dt.timedelta(days=400)
_REQUESTS: Final = UUID("6f1c6f0e-7a55-4d0b-9a53-6c6162627261")
_DAY: Final = dt.timedelta(days=1)


class Someone(msgspec.Struct, frozen=True):
    """An invented person who can sign in: `organisation` names a vendor or laboratory below, empty for the operator."""

    subject: str
    name: str
    role: Role
    organisation: str


class _Laboratory(msgspec.Struct, frozen=True):
    key: str
    vendor: str
    name: str
    gln_serial: int
    formats: tuple[str, ...]
    mailbox: str
    plan_a_fortnight: int


PEOPLE: Final = (
    Someone("olga", "Olga Driftsen (opdigtet)", "operator", ""),
    Someone("oskar", "Oskar Vagtmand (opdigtet)", "operator", ""),
    Someone("nora", "Nora Kodeby (opdigtet)", "vendor", "nordlys"),
    Someone("frode", "Frode Fjordmand (opdigtet)", "vendor", "fjordsoft"),
    Someone("hedda", "Hedda Havblik (opdigtet)", "vendor", "havblik"),
    Someone("karla", "Karla Prøvesen (opdigtet)", "laboratory", "klithavn"),
    Someone("kasper", "Kasper Glasby (opdigtet)", "laboratory", "klithavn"),
    Someone("mille", "Mille Podning (opdigtet)", "laboratory", "klithavn-mikrobiologi"),
    Someone("sune", "Sune Serum (opdigtet)", "laboratory", "sonderlund"),
    Someone("paula", "Paula Snit (opdigtet)", "laboratory", "sonderlund-patologi"),
    Someone("egil", "Egil Egeskov (opdigtet)", "laboratory", "egebro"),
    Someone("emmy", "Emmy Dyrkning (opdigtet)", "laboratory", "egebro-mikrobiologi"),
)
_VENDORS: Final = {
    "nordlys": ("Nordlys Labsystemer", "Nordlys LIS", "7.1"),
    "fjordsoft": ("Fjordsoft", "Fjord Lab", "3.4"),
    "havblik": ("Havblik Data", "Havblik", "12"),
}
_BIOCHEMISTRY, _MICROBIOLOGY, _PATHOLOGY = ("REQ01", "RPT01"), ("REQ02", "RPT02"), ("REQ03", "RPT03")
LABORATORIES: Final = (
    _Laboratory(
        "klithavn",
        "nordlys",
        "Klithavn Universitetshospital, Klinisk Biokemisk Afdeling",
        1,
        _BIOCHEMISTRY,
        "kba.drift@klithavn.example",
        60_000,
    ),
    _Laboratory(
        "klithavn-mikrobiologi",
        "nordlys",
        "Klithavn Universitetshospital, Klinisk Mikrobiologisk Afdeling",
        41,
        _MICROBIOLOGY,
        "kma.drift@klithavn.example",
        20_000,
    ),
    _Laboratory(
        "sonderlund",
        "fjordsoft",
        "Sønderlund Sygehus, Klinisk Biokemisk Afdeling",
        2,
        _BIOCHEMISTRY,
        "laboratoriet@sonderlund.example",
        30_000,
    ),
    _Laboratory(
        "sonderlund-patologi",
        "fjordsoft",
        "Sønderlund Sygehus, Patologiafdelingen",
        52,
        _PATHOLOGY,
        "patologi.post@sonderlund.example",
        5_000,
    ),
    _Laboratory(
        "egebro",
        "havblik",
        "Egebro Hospital, Klinisk Biokemisk Afdeling",
        3,
        _BIOCHEMISTRY,
        "hjk@egebro.example",
        25_000,
    ),
    _Laboratory(
        "egebro-mikrobiologi",
        "havblik",
        "Egebro Hospital, Klinisk Mikrobiologisk Afdeling",
        43,
        _MICROBIOLOGY,
        "mikrobiologi@egebro.example",
        8_000,
    ),
)


def found(members: Members) -> None:
    """Makes the membership, where it is not made yet; what a stopped start had begun is gone on with.

    Private keys of the invented systems are made now, each of its own, and kept in the data folder for their agents.
    """
    founder = _Founder(members)
    if founder.finished():
        return
    founder.found()


def made(members: Members, key: str) -> UUID | None:
    """What was made under a key of this module, as `account klithavn`; None where it was not."""
    done = members.changes.done(uuid5(_REQUESTS, key))
    return done.id if done else None


class _Founder:
    """Does each act once: request ids come from the names of what is made."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self._now = members.clock.now()
        self._long_ago = Changes(members.database, FixedClock(self._now - _BEGINNING), members.identities)
        self._ids: dict[str, UUID] = {}
        self._folder = members.settings.data_dir / KEYS_FOLDER

    def finished(self) -> bool:
        return self._members.changes.done(uuid5(_REQUESTS, "finished")) is not None

    def found(self) -> None:
        for key, (name, product, version) in _VENDORS.items():
            self._vendor(key, name, product, version)
        for laboratory in LABORATORIES:
            self._laboratory(laboratory)
        self._certificates()
        self._people()
        self._contacts()
        self._words()

    def _make(self, key: str, kind: type[acts.Act], /, *, long_ago: bool = False, **fields: Any) -> UUID:
        request_id = uuid5(_REQUESTS, key)
        changes = self._long_ago if long_ago else self._members.changes
        done = changes.done(request_id) or changes.do(HOUSE, kind(request_id=request_id, **fields))
        self._ids[key] = done.id
        return done.id

    def _vendor(self, key: str, name: str, product: str, version: str) -> None:
        vendor = self._make(key, acts.AddVendor, long_ago=True, name=name)
        made = self._make(f"product {key}", acts.AddProduct, long_ago=True, vendor_id=vendor, name=product)
        self._make(f"system {key}", acts.AddSystem, long_ago=True, product_id=made, version=version)

    def _laboratory(self, told: _Laboratory) -> None:
        laboratory = self._make(
            told.key,
            acts.AddLaboratory,
            long_ago=True,
            vendor_id=self._ids[told.vendor],
            name=told.name,
            formats=told.formats,
            gln=gln.make(f"57900099{told.gln_serial:04d}"),
        )
        account = self._make(
            f"account {told.key}",
            acts.OpenAccount,
            long_ago=True,
            laboratory_id=laboratory,
            department=told.name.partition(", ")[2],
            mailbox=told.mailbox,
        )
        limits = Limits(
            largest_series=20 * told.plan_a_fortnight,
            numbers_a_day=20 * told.plan_a_fortnight,
            plan_a_fortnight=told.plan_a_fortnight,
        )
        self._make(f"limits {told.key}", acts.SetLimits, long_ago=True, account_id=account, limits=limits)
        self._installation(told, account)

    def _installation(self, told: _Laboratory, account: UUID) -> None:
        installation = self._make(
            f"installation {told.key}",
            acts.Install,
            long_ago=True,
            account_id=account,
            system_id=self._ids[f"system {told.vendor}"],
            name="Driftsserver",
        )
        self._make(
            f"key {told.key}",
            acts.AddKey,
            installation_id=installation,
            jwk=self._new_key(told.key, installation),
            valid_from=self._now - 300 * _DAY,
            valid_to=self._now + 365 * _DAY,
        )

    def _new_key(self, key: str, installation: UUID) -> acts.PublicKey:
        """A key pair whose private part stays in the data folder, beside the settings of an agent that uses it."""
        path = self._folder / f"{key}.jwk"
        self._folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            made = ECKey.generate_key("P-256", {"kid": f"{key}-1", "use": "sig", "alg": "ES256"})
            _write_private(path, msgspec.json.encode(made.as_dict(private=True)))
        lines = (
            f"export LABBRO_STOCK_SERVICE={self._members.settings.public_url}",
            f"export LABBRO_STOCK_CLIENT_ID={installation}",
            f"export LABBRO_STOCK_KEY={path}",
        )
        (self._folder / f"{key}.env").write_text("\n".join((*lines, "")), encoding="utf-8")
        told = ECKey.import_key(msgspec.json.decode(path.read_bytes(), type=dict[str, Any])).as_dict(private=False)
        return msgspec.convert(told, acts.PublicKey)

    def _certificates(self) -> None:
        today = danish_day(self._now)
        for key, formats, days in (
            ("nordlys", (*_BIOCHEMISTRY, *_MICROBIOLOGY), 500),
            ("fjordsoft", _BIOCHEMISTRY, 25),
        ):
            self._make(
                f"certificate {key}",
                acts.IssueCertificate,
                system_id=self._ids[f"system {key}"],
                formats=formats,
                valid_from=today - 200 * _DAY,
                valid_to=today + days * _DAY,
            )
        for key, days in (("havblik", 120), ("fjordsoft", 45)):
            self._make(f"manual {key}", acts.PermitManual, vendor_id=self._ids[key], until=today + days * _DAY)

    def _people(self) -> None:
        for someone in PEOPLE:
            field = {"operator": "", "vendor": "vendor_id", "laboratory": "laboratory_id"}[someone.role]
            owner: dict[str, Any] = {field: self._ids[someone.organisation]} if field else {}
            self._make(
                f"person {someone.subject}",
                acts.AddPerson,
                issuer="demonstration",
                subject=someone.subject,
                name=someone.name,
                role=someone.role,
                **owner,
            )

    def _contacts(self) -> None:
        for purpose in ("support", "agreement", "operations"):
            self._contact("operator", {}, purpose, f"{purpose}@nummertjenesten.example", "Nummertjenestens vagt")
        for key in ("nordlys", "fjordsoft"):  # the third vendor has not named its support yet
            owner = {"vendor_id": self._ids[key]}
            self._contact(key, owner, "support", f"support@{key}.example", "Supportvagten")
            self._contact(key, owner, "operations", f"drift@{key}.example", "Driftsvagten")
        self._contact("havblik", {"vendor_id": self._ids["havblik"]}, "operations", "drift@havblik.example", "Drift")
        for laboratory in LABORATORIES:
            owner = {"laboratory_id": self._ids[laboratory.key]}
            late = laboratory.vendor == "havblik"  # nobody confirmed these for more than a year
            box = f"vagt@{laboratory.key}.example"
            self._contact(laboratory.key, owner, "operations", box, "Laboratoriets vagt", long_ago=late)

    def _contact(
        self, key: str, owner: dict[str, UUID], purpose: str, mailbox: str, name: str, *, long_ago: bool = False
    ) -> None:
        telephone = "+45 70 00 00 00"
        fields: dict[str, Any] = {"purpose": purpose, "name": name, "mailbox": mailbox, "telephone": telephone, **owner}
        self._make(f"contact {key} {purpose}", acts.AddContact, long_ago=long_ago, **fields)

    def _words(self) -> None:
        self._make(
            "question",
            acts.Escalate,
            vendor_id=self._ids["havblik"],
            subject="Hvornår kan version 12 prøves?",
            text="Vi er klar til at afprøve RPT01 og REQ01 og vil gerne have en tid.",
        )
        hour = self._now.replace(minute=0, second=0, microsecond=0)
        self._make(
            "maintenance",
            acts.WriteNotice,
            kind="planned",
            title_da="Nummertjenesten lukkes kort",
            title_en="The number service closes for a short time",
            text_da="Tjenesten opdateres. Træk numre før eller efter; lageret rækker.",
            text_en="The service is being updated. Draw before or after; the stock lasts.",
            starts_at=hour + 10 * _DAY,
            ends_at=hour + 10 * _DAY + dt.timedelta(hours=2),
        )
        self._make(
            "finished",
            acts.WriteNotice,
            kind="change",
            title_da="Prøvedrift med opdigtede deltagere",
            title_en="Demonstration with invented members",
            text_da="Alle leverandører, laboratorier og personer her er opdigtede.",
            text_en="All vendors, laboratories and people here are invented.",
            starts_at=hour,
            ends_at=hour + 365 * _DAY,
        )


def _write_private(path: Path, content: bytes) -> None:
    """Writes a file that only its owner can read."""
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
