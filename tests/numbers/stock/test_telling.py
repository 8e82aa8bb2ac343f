"""Warnings reach people by mail, in two languages, and the settings that say whom."""

from __future__ import annotations

import email
import smtplib
import socketserver
import threading
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from labbro.errors import NotConfigured
from labbro.numbers.stock.alarms import Alarm, Kind, Level
from labbro.numbers.stock.configuration import Mail, stock_settings
from labbro.numbers.stock.telling import Teller
from labbro.platform.clock import FixedClock

from .fakes import START

MAIL = Mail(to=("lab@nord.example",), host="127.0.0.1", port=25, security="none", user=None, password=None,
            sender="stock@nord.example")  # fmt: skip


class Post:
    """A mail server in memory."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.sent: list[EmailMessage] = []
        self.fault = fault

    def __call__(self, _: Mail) -> Any:
        if self.fault:
            raise self.fault
        return self

    def quit(self) -> None:
        raise smtplib.SMTPServerDisconnected("went away after it was sent")

    def send_message(self, message: EmailMessage) -> None:
        self.sent.append(message)


def told(kind: Kind, level: Level, weeks: float | None = 7.46, detail: str | None = None) -> EmailMessage:
    post = Post()
    teller = Teller("Klinisk Biokemi\nBcc: x@evil.example", MAIL, FixedClock(START), post)
    assert teller.tell(kind, Alarm(level=level), weeks, detail)
    return post.sent[0]


def test_a_low_stock_is_told_in_danish_and_english_with_what_to_do() -> None:
    with pytest.raises(ValueError, match="linefeed"):  # a name cannot smuggle a header in
        told("stock", "warning")
    post = Post()
    Teller("Klinisk Biokemi", MAIL, FixedClock(START), post).tell("stock", Alarm(level="warning"), 7.46, None)
    (message,) = post.sent
    assert message["Subject"] == "[advarsel] Prøvenumre: 7,5 uger på lager - Klinisk Biokemi"
    text = message.get_content()
    assert "rækker til 7,5 uger" in text
    assert "lasts for 7.5 weeks" in text
    assert message["Auto-Submitted"] == "auto-generated"
    email.message_from_bytes(message.as_bytes())


@pytest.mark.parametrize("kind", ["stock", "service", "hold"])
@pytest.mark.parametrize("level", ["ok", "critical"])
def test_every_warning_and_its_end_can_be_told(kind: Kind, level: Level) -> None:
    post = Post()
    teller = Teller("Lab", MAIL, FixedClock(START), post)
    assert teller.tell(kind, Alarm(level=level), None, "account-closed")
    assert ("In order again." in post.sent[0].get_content()) == (level == "ok")


@pytest.mark.parametrize("fault", [OSError("no route"), smtplib.SMTPServerDisconnected("gone"), TimeoutError()])
def test_a_mail_that_does_not_go_out_is_said_so(fault: Exception) -> None:
    assert not Teller("Lab", MAIL, FixedClock(START), Post(fault)).tell("stock", Alarm(level="critical"), 1.0, None)


def test_without_a_mail_server_the_log_is_enough() -> None:
    assert Teller("Lab", None, FixedClock(START)).tell("stock", Alarm(level="critical"), 1.0, None)


class _Smtp(socketserver.StreamRequestHandler):
    """As little of SMTP as a mail needs."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        inside = False
        for line in self.rfile:
            if inside:
                self.server.mail += line  # type: ignore[attr-defined]
                if line == b".\r\n":
                    inside = False
                    self.wfile.write(b"250 kept\r\n")
            elif line.upper().startswith(b"DATA"):
                inside = True
                self.wfile.write(b"354 go on\r\n")
            else:
                self.wfile.write(b"250 fine\r\n")


def test_a_mail_goes_out_over_a_real_connection() -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), _Smtp) as server:
        server.mail = b""  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        mail = Mail(to=MAIL.to, host="127.0.0.1", port=server.server_address[1], security="none", user=None,
                    password=None, sender=MAIL.sender)  # fmt: skip
        assert Teller("Lab", mail, FixedClock(START)).tell("stock", Alarm(level="critical"), 1.0, None)
        thread.join(10)
        assert b"lab@nord.example" in server.mail  # type: ignore[attr-defined]


# --- settings ----------------------------------------------------------------------------------------------------


def test_the_settings_of_a_laboratory(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text("{}")
    settings = stock_settings(
        {
            "LABBRO_STOCK_FILE": str(tmp_path / "a.db"),
            "LABBRO_STOCK_SERVICE": "https://numbers.example/",
            "LABBRO_STOCK_CLIENT_ID": "00000000-0000-0000-0000-00000000002a",
            "LABBRO_STOCK_KEY": str(key),
            "LABBRO_STOCK_MAIL_TO": "a@x.example, b@y.example",
            "LABBRO_STOCK_LABORATORY": " Klinisk\n Biokemi ",
            "LABBRO_STOCK_CRITICAL_WEEKS": "2",
            "LABBRO_SMTP_HOST": "mail.example",
            "LABBRO_SMTP_USER": "u",
            "LABBRO_SMTP_PASSWORD": "secret-word",
        }
    )
    assert settings.service == "https://numbers.example"
    assert settings.laboratory == "Klinisk Biokemi"
    assert settings.rules.critical_weeks == 2
    assert settings.mail is not None
    assert settings.mail.to == ("a@x.example", "b@y.example")
    assert "secret-word" not in repr(settings)


def test_everything_has_a_default() -> None:
    settings = stock_settings({})
    assert settings.file.name == "stock.db"
    assert settings.port == 8410
    assert settings.service is None is settings.mail


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"LABBRO_STOCK_SERVICE": "http://numbers.example"}, "LABBRO_STOCK_SERVICE must begin with https"),
        ({"LABBRO_STOCK_SERVICE": "https://numbers.example"}, "set together"),
        ({"LABBRO_STOCK_CLIENT_ID": "42"}, "LABBRO_STOCK_CLIENT_ID"),
        ({"LABBRO_STOCK_KEY": "/nowhere"}, "LABBRO_STOCK_KEY"),
        ({"LABBRO_STOCK_MAIL_TO": "a@x.example"}, "LABBRO_SMTP_HOST"),
        ({"LABBRO_STOCK_MAIL_TO": "nobody", "LABBRO_SMTP_HOST": "x"}, "LABBRO_STOCK_MAIL_TO"),
        ({"LABBRO_STOCK_TARGET_WEEKS": "18"}, "LABBRO_STOCK_CRITICAL_WEEKS"),
        ({"LABBRO_STOCK_PORT": "0"}, "LABBRO_STOCK_PORT"),
    ],
)
def test_a_wrong_setting_is_named(changes: dict[str, str], words: str) -> None:
    with pytest.raises(NotConfigured, match=words):
        stock_settings(changes)
