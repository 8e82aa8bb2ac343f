"""Changes: once each, decided on what is true, in one transaction with audit and mail."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import psycopg
import pytest

from labbro.errors import Conflict, LabbroError, NotAllowed, NotFound, WrongUse
from labbro.members import acts
from labbro.members.changes import HOUSE, Changed, Changes
from labbro.members.directory import Directories, Directory
from labbro.platform.identities import SeededIdentities

from .building import DAY, World, contact_fields, new_key, public


def seen(world: World) -> Directory:
    with world.database.connection() as connection:
        return Directories(world.database).in_transaction(connection)


def rows(world: World, query: bytes) -> list[tuple[Any, ...]]:
    with world.database.connection() as connection:
        return connection.execute(query).fetchall()


def test_the_same_request_again_gives_the_same_answer_and_changes_nothing(world: World) -> None:
    act = acts.OpenAccount(
        request_id=uuid.uuid4(), laboratory_id=world.ids["nord"], department="Blodbank", mailbox="blodbank@nord.example"
    )
    first = world.changes.do(world.person("alfa"), act)
    before = seen(world)
    assert world.changes.do(world.person("alfa"), act) == first
    after = seen(world)
    assert after.version == before.version
    assert len(after.accounts) == len(before.accounts)


def test_a_request_id_used_for_another_content_is_a_conflict(world: World) -> None:
    request_id = uuid.uuid4()
    world.changes.do(HOUSE, acts.AddVendor(request_id=request_id, name="Gamma"))
    with pytest.raises(Conflict) as told:
        world.changes.do(HOUSE, acts.AddVendor(request_id=request_id, name="Delta"))
    assert told.value.code == "request-id-reused"


def test_a_request_id_of_somebody_else_is_a_conflict_and_tells_nothing(world: World) -> None:
    act = acts.CloseAccount(request_id=uuid.uuid4(), account_id=world.ids["account-nord"])
    world.changes.do(world.person("alfa"), act)
    with pytest.raises(Conflict):
        world.changes.do(world.person("beta"), act)


def test_many_threads_with_one_request_do_it_once(world: World) -> None:
    act = acts.AddVendor(request_id=uuid.uuid4(), name="Gamma")
    answers: list[Changed] = []
    threads = [threading.Thread(target=lambda: answers.append(world.changes.do(HOUSE, act))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert len(set(answers)) == 1
    assert sum(one.name == "Gamma" for one in seen(world).vendors.values()) == 1


def test_a_refused_act_leaves_no_trace_and_its_request_id_can_be_used(world: World) -> None:
    before = seen(world).version
    request_id = uuid.uuid4()
    with pytest.raises(NotFound):
        world.changes.do(world.person("beta"), acts.CloseAccount(request_id=request_id, account_id=world.ids["alfa"]))
    assert seen(world).version == before
    assert rows(world, b"SELECT count(*) FROM members.request WHERE act = 'close-account'") == [(0,)]
    done = world.changes.do(
        world.person("beta"), acts.CloseAccount(request_id=request_id, account_id=world.ids["account-vest"])
    )
    assert done.act == "close-account"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (acts.AddVendor, {"name": "   "}),
        (acts.AddVendor, {"name": "line\nbreak"}),
        (acts.AddVendor, {"name": "x" * 121}),
        (acts.OpenAccount, {"laboratory_id": "nord", "department": "A", "mailbox": "no address"}),
        (acts.OpenAccount, {"laboratory_id": "nord", "department": "A", "mailbox": "a@b.dk\nBcc: x@y.dk"}),
        (acts.OpenAccount, {"department": "A", "mailbox": "a@b.dk"}),
        (acts.AddLaboratory, {"vendor_id": "alfa", "name": "L", "formats": ("letters",)}),
        (acts.AddLaboratory, {"vendor_id": "alfa", "name": "L", "formats": ("RPT01",), "gln": "12"}),
        (acts.AddLaboratory, {"vendor_id": "alfa", "name": "L", "formats": ("RPT01",), "sor": "x"}),
        (acts.AddLaboratory, {"vendor_id": "alfa", "name": "L", "formats": ()}),
    ],
)
def test_fields_are_held_to_their_rules_however_the_act_was_made(
    world: World, kind: type[acts.Act], fields: dict[str, Any]
) -> None:
    with pytest.raises(WrongUse) as told:
        world.do(
            HOUSE,
            kind,
            **{
                name: world.ids.get(value, value) if isinstance(value, str) else value for name, value in fields.items()
            },
        )
    assert told.value.message_da != told.value.message


def test_a_vendor_opens_closes_and_maintains_accounts_of_its_laboratories_and_its_own(world: World) -> None:
    alfa = world.person("alfa")
    own = world.do(
        alfa, acts.OpenAccount, vendor_id=world.ids["alfa"], department="Drift", mailbox="drift@alfa.example"
    )
    world.do(alfa, acts.ChangeAccount, account_id=own.id, department="Support", mailbox="support@alfa.example")
    world.do(alfa, acts.CloseAccount, account_id=world.ids["account-syd"])
    found = seen(world)
    assert (found.accounts[own.id].department, found.accounts[own.id].role) == ("Support", "vendor")
    assert found.accounts[world.ids["account-syd"]].state == "closed"
    world.do(alfa, acts.ReopenAccount, account_id=world.ids["account-syd"])
    assert seen(world).accounts[world.ids["account-syd"]].state == "open"


def test_a_personal_looking_mailbox_is_taken_with_a_warning(world: World) -> None:
    done = world.do(
        world.person("alfa"),
        acts.OpenAccount,
        laboratory_id=world.ids["nord"],
        department="Blodbank",
        mailbox="mette.hansen@nord.example",
    )
    assert [one.code for one in done.warnings] == ["mailbox-name"]
    assert done.warnings[0].message_da.startswith("Postkassen")


def test_a_change_of_a_contact_reaches_the_operator(world: World) -> None:
    world.do(
        HOUSE,
        acts.AddContact,
        purpose="agreement",
        name="Aftaler",
        mailbox="aftaler@labbro.example",
        telephone="+45 11 22 33 44",
    )
    world.do(world.person("alfa"), acts.AddContact, vendor_id=world.ids["alfa"], **contact_fields())
    told = rows(world, b"SELECT recipient, subject FROM members.mail")
    assert told == [("aftaler@labbro.example", "[Labbro] Kontakt tilføjet: Alfa Labsystemer")]


def test_a_laboratory_confirms_its_contacts(world: World) -> None:
    world.do(
        world.person("alfa"), acts.AddContact, laboratory_id=world.ids["nord"], **contact_fields("lab@nord.example")
    )
    world.clock.advance(400 * DAY)
    world.do(world.person("nord"), acts.ConfirmContacts, laboratory_id=world.ids["nord"])
    (contact,) = seen(world).contacts_of(world.ids["alfa"], world.ids["nord"])
    assert contact.confirmed_at == world.clock.now()


def test_keys_overlap_and_end_one_by_one(world: World) -> None:
    system, now = world.system("nord"), world.clock.now()
    world.do(
        system,
        acts.AddKey,
        installation_id=system.installation_id,
        jwk=public(new_key()),
        valid_from=now,
        valid_to=now + 300 * DAY,
    )
    world.do(system, acts.EndCredential, credential_id=world.ids["key-nord"], valid_to=now + 7 * DAY)
    held = seen(world).credentials_of(world.ids["installation-nord"])
    assert [key.holds(now + DAY) for key in held] == [True, True]
    assert sorted(key.holds(now + 8 * DAY) for key in held) == [False, True]


def test_a_key_is_one_installation_s_once_and_for_all(world: World) -> None:
    now = world.clock.now()
    fields = {"jwk": public(world.keys["nord"]), "valid_from": now, "valid_to": now + DAY}
    with pytest.raises(Conflict):
        world.do(HOUSE, acts.AddKey, installation_id=world.ids["installation-syd"], **fields)


def test_a_private_key_is_refused_and_not_kept(world: World) -> None:
    now = world.clock.now()
    key = new_key().as_dict(private=True)
    jwk = acts.PublicKey(kty=str(key["kty"]), crv=str(key["crv"]), x=str(key["x"]), y=str(key["y"]), d=str(key["d"]))
    with pytest.raises(WrongUse, match="private part"):
        world.do(
            HOUSE,
            acts.AddKey,
            installation_id=world.ids["installation-syd"],
            jwk=jwk,
            valid_from=now,
            valid_to=now + DAY,
        )


def test_a_system_of_another_vendor_cannot_be_installed(world: World) -> None:
    with pytest.raises(NotFound):
        world.do(
            world.person("alfa"),
            acts.Install,
            account_id=world.ids["account-nord"],
            system_id=world.ids["system-beta"],
            name="x",
        )


def test_a_moved_laboratory_takes_its_accounts_contacts_and_people_along(world: World) -> None:
    world.do(HOUSE, acts.AddContact, laboratory_id=world.ids["nord"], **contact_fields())
    world.do(HOUSE, acts.MoveLaboratory, laboratory_id=world.ids["nord"], to_vendor_id=world.ids["beta"])
    found = seen(world)
    assert found.accounts[world.ids["account-nord"]].vendor_id == world.ids["beta"]
    assert found.persons[world.ids["person-nord"]].vendor_id == world.ids["beta"]
    assert len(found.contacts_of(world.ids["beta"], world.ids["nord"])) == 1
    with pytest.raises(LabbroError):
        world.do(world.person("alfa"), acts.CloseAccount, account_id=world.ids["account-nord"])
    world.do(world.person("beta"), acts.CloseAccount, account_id=world.ids["account-nord"])


def test_a_person_who_was_ended_may_do_nothing_more(world: World) -> None:
    alfa = world.person("alfa")
    world.do(HOUSE, acts.EndPerson, person_id=world.ids["person-alfa"])
    with pytest.raises(NotAllowed):
        world.do(alfa, acts.CloseAccount, account_id=world.ids["account-nord"])


def test_the_last_person_of_the_operator_stays(world: World) -> None:
    with pytest.raises(WrongUse):
        world.do(world.person("operator"), acts.EndPerson, person_id=world.ids["person-operator"])


def test_nobody_of_a_vendor_makes_an_operator(world: World) -> None:
    fields = {"issuer": "https://login.example", "subject": "new", "name": "Ny", "role": "operator"}
    with pytest.raises(LabbroError):
        world.do(world.person("alfa"), acts.AddPerson, **fields)
    with pytest.raises(LabbroError):
        world.do(world.person("alfa"), acts.AddPerson, vendor_id=world.ids["alfa"], **fields)


def test_every_act_is_in_the_audit_with_ids_and_without_names(world: World) -> None:
    world.do(
        world.person("alfa"),
        acts.AddContact,
        vendor_id=world.ids["alfa"],
        **contact_fields("mette.hansen@alfa.example", "Mette Hansen"),
    )
    entries = rows(world, b"SELECT actor, act, detail FROM audit.entry WHERE chain = 'members' ORDER BY sequence")
    assert len(entries) == seen(world).version - 1
    actor, act, detail = entries[-1]
    assert (actor, act) == (world.person("alfa").actor, "add-contact")
    assert str(world.ids["alfa"]) in str(detail)
    assert "mette" not in str(entries).lower()


def test_what_looks_like_a_patient_is_not_taken_into_an_escalation(world: World) -> None:
    with pytest.raises(WrongUse, match="CPR"):
        world.do(
            world.person("alfa"),
            acts.Escalate,
            vendor_id=world.ids["alfa"],
            subject="Fejl",
            text="Svar mangler for 251248-9996.",
        )


def test_two_processes_see_each_other_s_changes_at_the_next_transaction(world: World) -> None:
    other = Directories(world.database)
    assert other.recent().accounts[world.ids["account-nord"]].state == "open"
    Changes(world.database, world.clock, SeededIdentities(8, world.clock)).do(
        HOUSE, acts.CloseAccount(request_id=uuid.uuid4(), account_id=world.ids["account-nord"])
    )
    with world.database.connection() as connection:
        assert other.in_transaction(connection).accounts[world.ids["account-nord"]].state == "closed"


def test_the_database_itself_forbids_two_living_people_of_one_sign_in(world: World) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation), world.database.connection() as connection:
        connection.execute(
            b"INSERT INTO members.person "
            b"SELECT gen_random_uuid(), issuer, subject, name, role, vendor_id, laboratory_id FROM members.person"
        )
