"""Mail goes out once for each recipient, by a real SMTP server, however often and by whomever the outbox is run."""

from __future__ import annotations

import datetime as dt
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psycopg
import pytest
from aiosmtpd.controller import Controller

from labbro.errors import NotFound
from labbro.members import acts
from labbro.members.changes import HOUSE
from labbro.members.outbox import LEASE, Outbox
from labbro.platform.settings import Settings

from .building import DAY, NOW, World, contact_fields

HOUR = dt.timedelta(hours=1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Inbox:
    """What a mail server took, and how it answers each recipient."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.answers: dict[str, list[str]] = {}

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        waiting = self.answers.get(address, [])
        answer = waiting.pop(0) if waiting else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return "250 taken"

    def recipients(self) -> list[str]:
        return sorted(str(one["To"]) for one in self.taken)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(inbox: Inbox) -> Iterator[Controller]:
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    with suppress(AssertionError, RuntimeError):  # a test may have stopped it
        controller.stop()


@pytest.fixture
def settings(server: Controller, tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        secret=bytes(32),
        smtp_host="127.0.0.1",
        smtp_port=server.port,
        smtp_tls="none",
        smtp_sender="labbro@operator.example",
    )


@pytest.fixture
def outbox(world: World, settings: Settings) -> Outbox:
    for vendor in ("alfa", "beta"):
        fields = contact_fields(f"drift@{vendor}.example") | {"purpose": "operations"}
        world.do(HOUSE, acts.AddContact, vendor_id=world.ids[vendor], **fields)
    fields = contact_fields("lab@nord.example") | {"purpose": "operations"}
    world.do(HOUSE, acts.AddContact, laboratory_id=world.ids["nord"], **fields)
    return Outbox(world.database, settings, world.clock)


def write(world: World, **changes: Any) -> str:
    fields: dict[str, Any] = {
        "kind": "planned",
        "title_da": "Opdatering på søndag",
        "title_en": "Update on Sunday",
        "text_da": "Tjenesten er lukket en time. Æ, ø og å.",
        "text_en": "The service is down for an hour.",
        "starts_at": NOW + DAY,
        "ends_at": NOW + DAY + HOUR,
    }
    return str(world.do(world.person("operator"), acts.WriteNotice, **(fields | changes)).id)


def states(outbox: Outbox, notice: str) -> dict[str, tuple[str, str | None]]:
    return {one.recipient: (one.state, one.answer) for one in outbox.mails(f"notice:{notice}")}


def test_a_notice_reaches_the_right_contacts_once_in_both_languages(world: World, outbox: Outbox, inbox: Inbox) -> None:
    world.do(
        HOUSE,
        acts.AddContact,
        vendor_id=world.ids["alfa"],
        **contact_fields("sikkerhed@alfa.example") | {"purpose": "security"},
    )
    write(world)
    while outbox.once():
        pass
    assert inbox.recipients() == ["drift@alfa.example", "drift@beta.example", "lab@nord.example"]
    message = inbox.taken[0]
    assert message["Subject"] == "[Labbro] Opdatering på søndag / Update on Sunday"
    assert "Æ, ø og å." in message.get_content()
    assert "down for an hour" in message.get_content()
    assert "12.05.2026 09:00" in message.get_content()  # Danish summer time
    assert message["Auto-Submitted"] == "auto-generated"
    assert outbox.once() == 0


def test_a_notice_for_one_vendor_reaches_it_and_its_laboratories_only(
    world: World, outbox: Outbox, inbox: Inbox
) -> None:
    write(world, vendor_ids=(world.ids["alfa"],))
    outbox.once()
    assert inbox.recipients() == ["drift@alfa.example", "lab@nord.example"]


def test_a_mailbox_named_twice_gets_one_mail(world: World, outbox: Outbox, inbox: Inbox) -> None:
    world.do(HOUSE, acts.AddContact, vendor_id=world.ids["alfa"], **contact_fields("Drift@alfa.example"))
    write(world, vendor_ids=(world.ids["alfa"],))
    outbox.once()
    assert len(inbox.taken) == 2


def test_a_mail_server_that_is_busy_is_asked_again_later_and_later(world: World, outbox: Outbox, inbox: Inbox) -> None:
    inbox.answers["drift@beta.example"] = ["450 busy", "450 busy"]
    notice = write(world)
    outbox.once()
    assert states(outbox, notice)["drift@beta.example"] == ("waiting", "450")
    assert outbox.once() == 0
    world.clock.advance(dt.timedelta(minutes=1))
    assert outbox.once() == 1
    world.clock.advance(dt.timedelta(minutes=1))
    assert outbox.once() == 0
    world.clock.advance(dt.timedelta(minutes=4))
    assert outbox.once() == 1
    assert states(outbox, notice)["drift@beta.example"] == ("sent", "250")
    assert len(inbox.taken) == 3


def test_a_refused_recipient_is_noted_and_does_not_hold_up_the_others(
    world: World, outbox: Outbox, inbox: Inbox
) -> None:
    inbox.answers["drift@alfa.example"] = ["550 no such mailbox"]
    notice = write(world)
    outbox.once()
    assert states(outbox, notice)["drift@alfa.example"] == ("refused", "550")
    assert inbox.recipients() == ["drift@beta.example", "lab@nord.example"]
    assert outbox.refusing_mailboxes() == {"drift@alfa.example"}
    world.clock.advance(5 * DAY)
    assert outbox.once() == 0


def test_a_mail_that_came_back_later_is_noted_as_a_bounce(world: World, outbox: Outbox) -> None:
    write(world)
    outbox.once()
    sent = outbox.mails()[0]
    world.do(world.person("operator"), acts.NoteBounce, mail_id=sent.mail_id)
    assert outbox.refusing_mailboxes() == {sent.recipient}
    with pytest.raises(NotFound):
        world.do(world.person("operator"), acts.NoteBounce, mail_id=sent.mail_id)


def test_a_mail_server_that_is_away_costs_nothing_but_time(
    world: World, outbox: Outbox, inbox: Inbox, settings: Settings, server: Controller
) -> None:
    notice = write(world)
    server.stop()
    assert outbox.once() == 3
    assert {state for state, _ in states(outbox, notice).values()} == {"waiting"}
    world.clock.advance(HOUR)
    again = Controller(inbox, hostname="127.0.0.1", port=settings.smtp_port)
    again.start()
    try:
        assert outbox.once() == 3
    finally:
        again.stop()
    assert len(inbox.taken) == 3


def test_after_three_days_a_mail_is_given_up(world: World, outbox: Outbox, inbox: Inbox) -> None:
    inbox.answers["drift@beta.example"] = ["450 busy"] * 99
    notice = write(world)
    for _ in range(4):
        outbox.once()
        world.clock.advance(DAY)
    outbox.once()
    assert states(outbox, notice)["drift@beta.example"] == ("given-up", "450")


def test_several_processes_send_each_mail_once(world: World, outbox: Outbox, inbox: Inbox, settings: Settings) -> None:
    for number in range(4):
        write(world, title_en=f"Update {number}")
    others = [Outbox(world.database, settings, world.clock) for _ in range(4)]
    threads = [threading.Thread(target=other.once) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(inbox.taken) == 12
    assert len({str(one["Message-ID"]) for one in inbox.taken}) == 12


def test_a_process_that_died_while_sending_is_followed_by_the_same_message_once(
    world: World, outbox: Outbox, inbox: Inbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(world, vendor_ids=(world.ids["beta"],))
    dying = Outbox(world.database, settings, world.clock)

    def died(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(dying, "_settle", died)
    with pytest.raises(SystemExit):
        dying.once()
    assert outbox.once() == 0
    world.clock.advance(LEASE)
    assert outbox.once() == 1
    world.clock.advance(DAY)
    assert outbox.once() == 0
    assert len({str(one["Message-ID"]) for one in inbox.taken}) == 1


def test_a_withdrawn_notice_is_not_sent_any_more(world: World, outbox: Outbox, inbox: Inbox) -> None:
    notice = write(world)
    world.do(HOUSE, acts.WithdrawNotice, notice_id=notice)
    assert outbox.once() == 0
    assert {state for state, _ in states(outbox, notice).values()} == {"given-up"}
    assert inbox.taken == []


def test_without_a_mail_server_everything_waits(world: World, outbox: Outbox, tmp_path: Path) -> None:
    write(world)
    assert Outbox(world.database, Settings(data_dir=tmp_path, secret=bytes(32)), world.clock).once() == 0


def test_the_database_keeps_one_mail_a_recipient_and_occasion(world: World, outbox: Outbox) -> None:
    write(world)
    with pytest.raises(psycopg.errors.UniqueViolation), world.database.connection() as connection:
        connection.execute(
            b"INSERT INTO members.mail"
            b" (mail_id, occasion, recipient, subject, body, state, attempts, made_at, next_at)"
            b" SELECT gen_random_uuid(), occasion, recipient, subject, body, state, attempts, made_at, next_at"
            b" FROM members.mail"
        )
