"""The outbox: sends what waits in members.mail by SMTP, again and again until it is taken, refused or too old.

A mail is claimed and committed before it is sent, so two processes never send the same one. A process that dies
between the mail server's yes and its own note sends that mail once more when the claim has run out; it then carries
the same Message-ID, by which mail programs know it for the same. More SMTP does not allow. See docs/decisions/0073.
"""

from __future__ import annotations

import datetime as dt
import smtplib
import ssl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg

from labbro.errors import LabbroError
from labbro.platform import logs, telemetry
from labbro.platform.clock import Clock
from labbro.platform.database import Database, load_sql
from labbro.platform.settings import Settings

LEASE: Final = dt.timedelta(minutes=10)
GIVEN_UP_AFTER: Final = dt.timedelta(days=3)
AT_ONCE: Final = 50
_WAITS_MINUTES: Final = (1, 5, 15, 60, 240)
_SMTP_SECONDS: Final = 20.0
_POLL_SECONDS: Final = 5.0
_LISTED: Final = 500
_PERMANENT: Final = 500  # from this reply code on, trying again is no use

_SQL = load_sql("labbro.members", "outbox.sql")
_log = logs.get_logger(__name__)
_mails = telemetry.counter("mails", "Mails that were settled or put off.", ("outcome",))
_TROUBLE = (smtplib.SMTPException, OSError)


class Waiting(msgspec.Struct, frozen=True):
    """A mail that was claimed."""

    mail_id: UUID
    recipient: str
    subject: str
    body: str
    attempts: int
    made_at: dt.datetime
    occasion: str


class Sent(msgspec.Struct, frozen=True):
    """A mail as operators see it. `answer`: the mail server's reply code, or what ended it."""

    mail_id: UUID
    occasion: str
    recipient: str
    subject: str
    state: str
    attempts: int
    made_at: dt.datetime
    told_at: dt.datetime | None
    answer: str | None


class Outbox:
    """One for a process, or several; safe beside others."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Clock,
        tls_context: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._tls_context = tls_context
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def once(self) -> int:
        """Sends what is due; how many were claimed. Without LABBRO_SMTP_HOST everything waits."""
        if self._settings.smtp_host is None:
            return 0
        now = self._clock.now()
        with self._database.connection() as connection:
            told = {"now": now, "lease_until": now + LEASE, "most": AT_ONCE}
            claimed = [Waiting(*row) for row in connection.execute(_SQL["claim"], told).fetchall()]
        if claimed:
            self._send_all(claimed)
        return len(claimed)

    def mails(self, occasion: str | None = None) -> list[Sent]:
        """The newest mails, of one occasion or of all."""
        with self._database.connection() as connection:
            rows = connection.execute(_SQL["list"], {"occasion": occasion, "most": _LISTED}).fetchall()
        return [Sent(*row) for row in rows]

    def refusing_mailboxes(self) -> frozenset[str]:
        """The mailboxes that the last mail did not reach."""
        with self._database.connection() as connection:
            return frozenset(row[0] for row in connection.execute(_SQL["refusing"]).fetchall())

    def start(self) -> None:
        """Sends in a thread of its own until `close`."""
        self._thread = threading.Thread(target=self._run, name="members-outbox", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stops the thread after the mail in hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_SMTP_SECONDS)
            self._thread = None

    def _run(self) -> None:
        while not self._stop.wait(_POLL_SECONDS):
            try:
                while self.once() == AT_ONCE and not self._stop.is_set():
                    pass
            except (LabbroError, psycopg.Error) as error:
                _log.error("mail could not be sent", exc_info=error)

    def _send_all(self, claimed: list[Waiting]) -> None:
        """Over one connection; when that breaks, the rest is put off."""
        left = list(claimed)
        try:
            with self._server() as server:
                while left and not self._stop.is_set():
                    self._send(server, left[0])
                    left.pop(0)
        except _TROUBLE as error:
            _log.warning("the mail server does not take mail", exc_info=error)
            for mail in left:
                self._put_off(mail, _code_of(error))

    def _send(self, server: smtplib.SMTP, mail: Waiting) -> None:
        """Settles one mail. What concerns the connection goes on to the caller."""
        try:
            server.send_message(self._message(mail), self._settings.smtp_sender, [mail.recipient])
        except smtplib.SMTPRecipientsRefused as error:
            code, _ = error.recipients.get(mail.recipient, (_PERMANENT, b""))
            self._refused(mail, code)
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            self._refused(mail, error.smtp_code)
        else:
            self._settle(mail, "sent", "250")

    def _refused(self, mail: Waiting, code: int) -> None:
        if code >= _PERMANENT:
            self._settle(mail, "refused", str(code))
        else:
            self._put_off(mail, str(code))

    def _settle(self, mail: Waiting, state: str, answer: str) -> None:
        told = {"mail_id": mail.mail_id, "state": state, "answer": answer, "now": self._clock.now()}
        with self._database.connection() as connection:
            connection.execute(_SQL["settle"], told)
        _mails.labels(state).inc()

    def _put_off(self, mail: Waiting, answer: str) -> None:
        now = self._clock.now()
        if now - mail.made_at > GIVEN_UP_AFTER:
            self._settle(mail, "given-up", answer)
            return
        wait = dt.timedelta(minutes=_WAITS_MINUTES[min(mail.attempts, len(_WAITS_MINUTES)) - 1])
        with self._database.connection() as connection:
            connection.execute(_SQL["put_off"], {"mail_id": mail.mail_id, "next_at": now + wait, "answer": answer})
        _mails.labels("put-off").inc()

    @contextmanager
    def _server(self) -> Generator[smtplib.SMTP]:
        settings = self._settings
        host, port = settings.smtp_host or "", settings.smtp_port
        if settings.smtp_tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_SMTP_SECONDS, context=self._tls_context())
        else:
            server = smtplib.SMTP(host, port, timeout=_SMTP_SECONDS)
        with server:
            if settings.smtp_tls == "starttls":
                server.starttls(context=self._tls_context())
            if settings.smtp_user and settings.smtp_password:
                server.login(settings.smtp_user, settings.smtp_password)
            yield server

    def _message(self, mail: Waiting) -> EmailMessage:
        sender = self._settings.smtp_sender
        message = EmailMessage()
        message["From"] = sender
        message["To"] = mail.recipient
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(mail.made_at.astimezone(dt.UTC))
        message["Message-ID"] = f"<{mail.mail_id}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.body)
        return message


def _code_of(error: Any) -> str:
    """The mail server's reply code where it gave one."""
    return str(error.smtp_code) if isinstance(error, smtplib.SMTPResponseException) else "no answer"
