"""Warnings to people: a line in the log and, where a mail server is set, an e-mail in Danish and English."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any, Final

from labbro.numbers.stock.alarms import Alarm, Kind, Level
from labbro.numbers.stock.configuration import Mail
from labbro.platform import logs
from labbro.platform.clock import Clock

SMTP_SECONDS: Final = 20

_log = logs.get_logger(__name__)
_LEVELS_DA: Final[dict[Level, str]] = {
    "ok": "i orden",
    "notice": "bemærk",
    "warning": "advarsel",
    "critical": "kritisk",
}
_WORDS: Final[dict[Kind, tuple[str, str, str, str]]] = {
    "stock": (
        "Lageret af prøvenumre rækker til {weeks_da} uger.",
        "The stock of sample numbers lasts for {weeks} weeks.",
        "Er nummertjenesten nede, eller er forbruget steget? Se lagerets side, og ring til jeres leverandør.",
        "Is the number service down, or has consumption risen? Look at the stock's page, and call your vendor.",
    ),
    "service": (
        "Nummertjenesten svarer ikke eller afviser lagerets træk ({detail}).",
        "The number service does not answer, or refuses the stock's draws ({detail}).",
        "Lageret bruges, så længe det rækker. Ring til jeres leverandør.",
        "The stock is used as long as it lasts. Call your vendor.",
    ),
    "hold": (
        "Lageret udleverer ikke numre: tjenesten har fundet, at en kopi af det er i brug ({detail}).",
        "The stock hands out no numbers: the service found that a copy of it is in use ({detail}).",
        "Find den anden kopi, tag den ud af brug, og kør så: labbro stock adopt.",
        "Find the other copy, take it out of use, then run: labbro stock adopt.",
    ),
}

Connect = Callable[[Mail], smtplib.SMTP]


class Teller:
    """Tells people what the agent finds. A failed mail is tried again by the agent."""

    def __init__(self, laboratory: str, mail: Mail | None, clock: Clock, connect: Connect | None = None) -> None:
        self._laboratory = laboratory
        self._mail = mail
        self._clock = clock
        self._connect = connect or _connect

    def happened(self, event: str, **facts: Any) -> None:
        """A line in the log."""
        _log.info(event, **facts)

    def tell(self, kind: Kind, alarm: Alarm, weeks: float | None, detail: str | None) -> bool:
        """Logs and mails; False when the mail did not go out."""
        log = _log.info if alarm.level in ("ok", "notice") else _log.warning
        log(
            "stock warning",
            kind=kind,
            stage=alarm.level,
            weeks=None if weeks is None else round(weeks, 1),
            detail=detail,
        )
        if self._mail is None:
            return True
        try:
            server = self._connect(self._mail)
            try:
                server.send_message(self.message(kind, alarm, weeks, detail))
            finally:
                with contextlib.suppress(OSError, smtplib.SMTPException):  # it is sent, however the farewell goes
                    server.quit()
        except (OSError, smtplib.SMTPException) as error:
            _log.warning("mail of a stock warning did not go out", kind=kind, error=type(error).__name__)
            return False
        return True

    def message(self, kind: Kind, alarm: Alarm, weeks: float | None, detail: str | None) -> EmailMessage:
        """The mail, in two languages."""
        assert self._mail is not None
        told = EmailMessage()
        domain = self._mail.sender.rpartition("@")[2]
        told["From"] = self._mail.sender
        told["To"] = ", ".join(self._mail.to)
        told["Date"] = format_datetime(self._clock.now())
        told["Message-ID"] = make_msgid(domain=domain)
        told["Auto-Submitted"] = "auto-generated"
        told["Subject"] = f"[{_LEVELS_DA[alarm.level]}] {_subject(kind, weeks)} - {self._laboratory}"
        told.set_content(_text(kind, alarm, weeks, detail, self._laboratory))
        return told


def _subject(kind: Kind, weeks: float | None) -> str:
    if kind == "stock":
        return f"Prøvenumre: {_danish(weeks)} uger på lager"
    return "Prøvenumre: lageret er stoppet" if kind == "hold" else "Prøvenumre: ingen forbindelse til nummertjenesten"


def _text(kind: Kind, alarm: Alarm, weeks: float | None, detail: str | None, laboratory: str) -> str:
    danish, english, do_da, do_en = _WORDS[kind]
    facts = {
        "weeks": "an unknown number of" if weeks is None else f"{weeks:.1f}",
        "weeks_da": _danish(weeks),
        "detail": detail or "service-unreachable",
    }
    if alarm.level == "ok":
        da = ["I orden igen.", *([danish.format(**facts)] if kind == "stock" else [])]
        en = ["In order again.", *([english.format(**facts)] if kind == "stock" else [])]
    else:
        da, en = [danish.format(**facts), do_da], [english.format(**facts), do_en]
    return "\n".join([laboratory, "", *da, "", *en, ""])


def _danish(weeks: float | None) -> str:
    return "ukendt antal" if weeks is None else f"{weeks:.1f}".replace(".", ",")


def _connect(mail: Mail) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if mail.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=SMTP_SECONDS, context=context)
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=SMTP_SECONDS)
    try:
        if mail.security == "starttls":
            server.starttls(context=context)
        if mail.user is not None:
            server.login(mail.user, mail.password or "")
    except BaseException:
        server.close()
        raise
    return server
