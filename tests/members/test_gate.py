"""The certification gate: certified systems draw by themselves, people by hand until a day."""

from __future__ import annotations

import datetime as dt

import pytest

from labbro.errors import LabbroError
from labbro.members import acts
from labbro.members.changes import HOUSE
from labbro.members.directory import Directories, Directory
from labbro.members.gate import check_draw, danish_day, drawing_state
from labbro.members.model import Caller

from .building import DAY, NOW, World, new_key, public


def seen(world: World) -> Directory:
    with world.database.connection() as connection:
        return Directories(world.database).in_transaction(connection)


def refusal(world: World, caller: Caller, *, manual: bool = False, at: dt.datetime = NOW, account: str = "") -> str:
    """The code of the refusal; empty where the draw is allowed."""
    try:
        check_draw(seen(world), caller, manual=manual, now=at, account_id=world.ids.get(account))
    except LabbroError as error:
        return error.code if error.message_da != error.message else "told in one language only"
    return ""


def test_a_certified_system_draws_for_its_own_account(world: World) -> None:
    account = check_draw(seen(world), world.system("nord"), manual=False, now=NOW)
    assert account.account_id == world.ids["account-nord"]


def test_a_system_without_a_certificate_does_not_draw(world: World) -> None:
    assert refusal(world, world.system("vest")) == "system-not-certified"


def test_a_certificate_ends_after_its_last_day_in_denmark(world: World) -> None:
    last = NOW.date() + 30 * DAY
    midnight = dt.datetime.combine(last + DAY, dt.time(0), dt.timezone(dt.timedelta(hours=2)))  # summer time
    assert refusal(world, world.system("nord"), at=midnight - dt.timedelta(seconds=1)) == ""
    assert refusal(world, world.system("nord"), at=midnight) == "certificate-expired"


def test_a_withdrawn_certificate_ends_on_that_day(world: World) -> None:
    world.do(HOUSE, acts.WithdrawCertificate, certificate_id=world.ids["certificate-alfa"])
    assert refusal(world, world.system("nord")) == "certificate-expired"


def test_a_certificate_must_cover_every_format_of_the_laboratory(world: World) -> None:
    fields = {"laboratory_id": world.ids["nord"], "name": "Nord", "formats": ("RPT01", "REQ01", "RPT02")}
    world.do(HOUSE, acts.ChangeLaboratory, **fields)
    with pytest.raises(LabbroError) as told:
        check_draw(seen(world), world.system("nord"), manual=False, now=NOW)
    assert told.value.code == "system-not-certified"
    assert "RPT02" in told.value.message
    assert "RPT01" not in told.value.message


def test_two_certificates_together_cover_what_one_does_not(world: World) -> None:
    test_a_certificate_must_cover_every_format_of_the_laboratory(world)
    world.do(
        HOUSE,
        acts.IssueCertificate,
        system_id=world.ids["system-alfa"],
        formats=("RPT02",),
        valid_from=NOW.date(),
        valid_to=NOW.date() + 10 * DAY,
    )
    assert refusal(world, world.system("nord")) == ""
    account = seen(world).accounts[world.ids["account-nord"]]
    assert drawing_state(seen(world), account, danish_day(NOW)).certified_until == NOW.date() + 10 * DAY


def test_an_upgrade_to_a_version_that_is_not_certified_ends_automatic_drawing(world: World) -> None:
    newer = world.do(HOUSE, acts.AddSystem, product_id=world.ids["product-alfa"], version="5.0")
    world.do(HOUSE, acts.UpgradeInstallation, installation_id=world.ids["installation-nord"], to_system_id=newer.id)
    assert refusal(world, world.system("nord")) == "system-not-certified"


def test_a_closed_account_draws_nothing(world: World) -> None:
    world.do(HOUSE, acts.CloseAccount, account_id=world.ids["account-nord"])
    assert refusal(world, world.system("nord")) == "account-closed"
    assert refusal(world, world.person("nord"), manual=True, account="account-nord") == "account-closed"


def test_a_revoked_or_expired_key_draws_nothing(world: World) -> None:
    assert refusal(world, world.system("nord"), at=NOW + 366 * DAY) == "key-expired"
    assert refusal(world, world.system("nord"), at=NOW - 2 * DAY) == "key-expired"
    world.do(world.person("nord"), acts.RevokeCredential, credential_id=world.ids["key-nord"])
    assert refusal(world, world.system("nord")) == "key-revoked"


def test_the_keys_of_an_ended_installation_draw_nothing(world: World) -> None:
    world.do(HOUSE, acts.EndInstallation, installation_id=world.ids["installation-nord"])
    assert refusal(world, world.system("nord")) == "key-revoked"


def test_a_new_key_goes_on_where_the_old_one_was_revoked(world: World) -> None:
    fields = {"jwk": public(new_key()), "valid_from": NOW, "valid_to": NOW + DAY}
    world.ids["key-nord"] = world.do(HOUSE, acts.AddKey, installation_id=world.ids["installation-nord"], **fields).id
    assert refusal(world, world.system("nord")) == ""


def test_people_draw_by_hand_until_the_operator_s_day_and_all_see_the_days_left(world: World) -> None:
    vest = world.person("vest")
    assert refusal(world, vest, manual=True, account="account-vest") == "manual-drawing-ended"
    world.do(HOUSE, acts.PermitManual, vendor_id=world.ids["beta"], until=NOW.date() + 3 * DAY)
    assert refusal(world, vest, manual=True, account="account-vest") == ""
    account = seen(world).accounts[world.ids["account-vest"]]
    state = drawing_state(seen(world), account, NOW.date())
    assert (state.automatic, state.manual, state.manual_days_left) == (False, True, 3)
    assert set(state.missing_formats) == {"RPT01", "REQ01"}
    assert refusal(world, vest, manual=True, account="account-vest", at=NOW + 4 * DAY) == "manual-drawing-ended"


def test_a_laboratory_s_own_day_counts_before_its_vendor_s(world: World) -> None:
    world.do(HOUSE, acts.PermitManual, vendor_id=world.ids["beta"], until=NOW.date() + 30 * DAY)
    world.do(HOUSE, acts.PermitManual, laboratory_id=world.ids["vest"], until=NOW.date() - DAY)
    assert refusal(world, world.person("vest"), manual=True, account="account-vest") == "manual-drawing-ended"


def test_a_system_never_draws_by_hand_and_a_person_never_automatically(world: World) -> None:
    world.do(HOUSE, acts.PermitManual, vendor_id=world.ids["alfa"], until=NOW.date() + DAY)
    assert refusal(world, world.system("nord"), manual=True) == "not-allowed"
    assert refusal(world, world.person("nord"), account="account-nord") == "not-allowed"


@pytest.mark.parametrize(
    ("who", "account", "code"),
    [
        ("syd", "account-nord", "account-unknown"),
        ("beta", "account-nord", "account-unknown"),
        ("alfa", "account-nord", ""),
        ("operator", "account-nord", ""),
        ("nord", "", "account-unknown"),
    ],
)
def test_a_person_draws_only_for_accounts_within_reach(world: World, who: str, account: str, code: str) -> None:
    world.do(HOUSE, acts.PermitManual, vendor_id=world.ids["alfa"], until=NOW.date() + DAY)
    assert refusal(world, world.person(who), manual=True, account=account) == code


def test_a_system_draws_for_no_other_account_than_its_own(world: World) -> None:
    assert refusal(world, world.system("nord"), account="account-syd") == "account-unknown"
