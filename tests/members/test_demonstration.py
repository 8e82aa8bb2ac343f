"""The invented membership: consistent with the invented country, made once, and with something to see on the board."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from labbro.members import demonstration
from labbro.members.authentication import CallFacts
from labbro.members.authentication.assertions import TYPE
from labbro.members.changes import Changes
from labbro.members.evidence import Counted, vendor_board
from labbro.members.gate import danish_day
from labbro.members.members import Members
from labbro.platform.clock import FixedClock
from labbro.platform.database import Database
from labbro.platform.identities import SeededIdentities
from labbro.platform.settings import Settings
from labbro.synthetic import country, specialists

from .building import NOW


@pytest.fixture
def members(database: Database, tmp_path: Path) -> Members:
    clock = FixedClock(NOW)
    settings = Settings(data_dir=tmp_path, secret=bytes(32), demonstration=True)
    return Members.open(database, settings, clock, SeededIdentities(3, clock))


def test_it_is_made_once(members: Members) -> None:
    demonstration.found(members)
    before = members.current()
    demonstration.found(members)
    assert members.current().version == before.version
    assert (len(before.vendors), len(before.laboratories), len(before.persons)) == (3, 6, 12)


def test_a_start_that_was_stopped_is_gone_on_with(members: Members, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Changes.do
    left = [30]

    def stopping(self: Changes, *given: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return whole(self, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Changes, "do", stopping)
        with pytest.raises(KeyboardInterrupt):
            demonstration.found(members)
    demonstration.found(members)
    assert len(members.current().laboratories) == 6
    assert len(members.current().persons) == 12


def test_its_laboratories_are_those_of_the_invented_country() -> None:
    departments = [one.party for one in (*specialists.MICROBIOLOGY.values(), *specialists.PATHOLOGY.values())]
    known = {
        f"{party.organisation}, {party.department}": party.ean
        for party in [*(one.party for one in country.LABORATORIES), *departments]
    }
    for told in demonstration.LABORATORIES:
        assert known[told.name] == country.location_number(told.gln_serial)


def test_the_board_shows_good_and_bad(members: Members) -> None:
    demonstration.found(members)
    directory = members.current()
    counted = Counted(draws={}, plain_calls={}, plain_until=None, refusing_mailboxes=())
    states = {
        directory.vendors[vendor].name: {
            duty.code: duty.state for duty in vendor_board(directory, vendor, counted, danish_day(NOW)).duties
        }
        for vendor in directory.vendors
    }
    assert states["Nordlys Labsystemer"]["certified"] == "met"
    assert states["Fjordsoft"]["certified"] == "missing"  # its pathology
    assert states["Havblik Data"]["certified"] == "missing"
    assert states["Havblik Data"]["functional-mailboxes"] == "missing"
    assert states["Havblik Data"]["first-level-support"] == "missing"
    assert states["Nordlys Labsystemer"]["first-level-support"] == "met"


def test_an_agent_can_use_the_key_that_was_made_for_it(members: Members, tmp_path: Path) -> None:
    demonstration.found(members)
    file = tmp_path / demonstration.KEYS_FOLDER / "klithavn.jwk"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    told = dict(
        line.removeprefix("export ").split("=", 1) for line in file.with_suffix(".env").read_text().splitlines()
    )
    client, seconds = told["LABBRO_STOCK_CLIENT_ID"], int(NOW.timestamp())
    claims = {"iss": client, "sub": client, "aud": told["LABBRO_STOCK_SERVICE"], "exp": seconds + 60, "jti": "x" * 20}
    key = ECKey.import_key(msgspec.json.decode(Path(told["LABBRO_STOCK_KEY"]).read_bytes()))
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": TYPE,
        "client_assertion": jwt.encode({"alg": "ES256", "kid": "klithavn-1"}, claims, key),
    }
    assert members.authentication.token(form, CallFacts()).token_type == "Bearer"


def test_its_people_sign_in_by_the_demonstration(members: Members) -> None:
    demonstration.found(members)
    for someone in demonstration.PEOPLE:
        caller = members.authentication.caller_of(CallFacts(signed_in=f"demonstration:{someone.subject}"))
        assert caller.role == someone.role
