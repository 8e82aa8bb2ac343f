"""The register of a laboratory's printed forms and pre-printed tubes: one SQLite file, durable before told.

It is a file of its own because it names patients, which the stock never does (docs/decisions/0058). Readable by its
owner only. Several processes may use it at once: SQLite lets them take turns.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import sqlite3
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

import msgspec

from labbro.errors import Conflict, LabbroError, NotFound, Unavailable, WrongUse
from labbro.numbers.paper.forms import PrintedForm, Reconciliation, reconcile
from labbro.numbers.paper.gs1 import TubeRule, read_element_string, sample_number_of
from labbro.platform.clock import Clock
from labbro.platform.queries import load_sql

APPLICATION_ID: Final = 0x4C625052  # "LbPR"
WAIT_SECONDS: Final = 10.0
_NAME = re.compile(r"[A-Za-z0-9ÆØÅæøå._-]{1,40}")
_PACKAGE: Final = "labbro.numbers.paper"
_LONGEST_TEXT: Final = 60


class Roll(msgspec.Struct, frozen=True, kw_only=True):
    """A roll of pre-printed tubes, from its order on. `used`: how many of its tubes are bound to a patient."""

    roll_id: str
    gtin: str
    made_for: str
    ordered_at: dt.datetime
    received_at: dt.datetime | None
    withdrawn_at: dt.datetime | None
    withdrawn_why: str | None
    count: int
    used: int


class Binding(msgspec.Struct, frozen=True, kw_only=True):
    """Which patient and requisition a tube belongs to, since when, and who said so. `again`: it was said before."""

    number: str
    patient: str
    requisition: str
    bound_at: dt.datetime
    bound_by: str
    again: bool = False


class Register:
    """An open register. One object a thread."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Opens the file, and makes it where there is none. Raises Unavailable `register-unreadable`."""
        self._clock = clock
        self._queries = {name: text.decode() for name, text in load_sql(_PACKAGE, "register.sql").items()}
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
            self._set_up()
        except (sqlite3.Error, OSError) as error:
            raise _unreadable() from error

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- emergency forms ---

    def add_batch(self, batch_id: str, layout: str, forms: Sequence[PrintedForm]) -> None:
        """Keeps a batch before it is printed. Raises Conflict where the batch or one of its numbers is known."""
        _check_name(batch_id)
        now = self._now()
        with self._change(_printed_before):
            self._run("add_batch", batch_id, layout, now, msgspec.json.encode(forms).decode())
            for form in forms:
                for number in (form.requisition_number, *form.tube_numbers):
                    self._run("add_form_number", number, batch_id)

    def batch(self, batch_id: str) -> tuple[PrintedForm, ...]:
        """The forms of a batch. Raises NotFound `batch-unknown`."""
        row = self._run("batch", batch_id).fetchone()
        if row is None:
            raise NotFound(
                f"There is no batch of forms {batch_id[:40]}.",
                message_da=f"Der er ingen stak blanketter {batch_id[:40]}.",
                code="batch-unknown",
            )
        return msgspec.json.decode(row[2], type=tuple[PrintedForm, ...])

    def batches(self) -> tuple[tuple[str, str, dt.datetime], ...]:
        """Every batch: its name, layout and time of printing."""
        return tuple((name, layout, _time(at)) for name, layout, at in self._run("batches"))

    def returned(self, batch_id: str, numbers: Iterable[str]) -> Reconciliation:
        """Keeps the numbers that came back, as scanned, and tells what became of the batch so far."""
        forms = self.batch(batch_id)
        now = self._now()
        with self._change():
            for number in numbers:
                told = number.strip()[:_LONGEST_TEXT]
                if told:
                    self._run("add_return", batch_id, told, now)
        seen = [number for number, times in self._run("returns", batch_id) for _ in range(times)]
        return reconcile(forms, seen)

    # --- pre-printed tubes ---

    def set_rule(self, rule: TubeRule) -> None:
        """How the serials of one article are read. Raises WrongUse `tube-rule` for a pattern without `number`."""
        try:
            names = re.compile(rule.serial_pattern).groupindex
        except re.error:
            names = {}
        if "number" not in names:
            raise WrongUse(
                "The rule's pattern must be a regular expression with a group named number.",
                message_da="Reglens mønster skal være et regulært udtryk med en gruppe ved navn number.",
                code="tube-rule",
            )
        with self._change():
            self._run("set_rule", rule.gtin, rule.serial_pattern)

    def rules(self) -> tuple[TubeRule, ...]:
        """The rules kept."""
        return tuple(TubeRule(*row) for row in self._run("rules"))

    def add_roll(self, roll_id: str, gtin: str, made_for: str, numbers: Sequence[str]) -> Roll:
        """Keeps a roll that is being ordered, with every number on it. Raises Conflict where one is known already."""
        _check_name(roll_id)
        with self._change(_printed_before):
            self._run("add_roll", roll_id, gtin, made_for[:_LONGEST_TEXT], self._now(), len(numbers))
            for number in numbers:
                self._run("add_tube", number, roll_id)
        return self.roll(roll_id)

    def roll(self, roll_id: str) -> Roll:
        """One roll. Raises NotFound `roll-unknown`."""
        row = self._run("roll", roll_id).fetchone()
        if row is None:
            raise NotFound(
                f"There is no roll of tubes {roll_id[:40]}.",
                message_da=f"Der er ingen rulle rør {roll_id[:40]}.",
                code="roll-unknown",
            )
        return _roll(row)

    def rolls(self) -> tuple[Roll, ...]:
        """Every roll, in the order of their orders."""
        return tuple(_roll(row) for row in self._run("rolls"))

    def numbers_of(self, roll_id: str) -> tuple[str, ...]:
        """The numbers on a roll."""
        return tuple(number for (number,) in self._run("tubes", self.roll(roll_id).roll_id))

    def receive(self, roll_id: str) -> Roll:
        """Notes that a roll has arrived; its tubes may be used from now on. Saying so again changes nothing."""
        self.roll(roll_id)
        with self._change():
            self._run("receive_roll", self._now(), roll_id)
        return self.roll(roll_id)

    def withdraw(self, roll_id: str, why: str) -> Roll:
        """Takes a roll out of use: lost, damaged, recalled. Tubes already bound stay bound."""
        self.roll(roll_id)
        with self._change():
            self._run("withdraw_roll", self._now(), why[:_LONGEST_TEXT], roll_id)
        return self.roll(roll_id)

    def number_on(self, scan: str) -> str:
        """The sample number that a scan of a tube tells: the number itself, or a GS1 element string by its rule."""
        told = scan.strip()
        if re.fullmatch(r"[0-9]{1,15}", told):
            return told
        element = read_element_string(told)
        if element.expiry is not None and element.expiry < self._clock.now().date():
            raise WrongUse(
                "The tube is past its expiry date; take another.",
                message_da="Røret er over udløbsdatoen; tag et andet.",
                code="tube-expired",
            )
        return sample_number_of(element, self.rules())

    def bind(self, scan: str, *, patient: str, requisition: str, by: str) -> Binding:
        """Binds a tube to its patient and requisition at sampling time. The same said again is answered again.

        Raises NotFound `tube-unknown`; Conflict `tube-seen-before`, `roll-not-received`, `roll-withdrawn`; WrongUse for
        a scan that is no tube's.
        """
        number = self.number_on(scan)
        _check_texts(patient, requisition, by)
        with self._change():
            known = self.binding(number)
            if known is not None:
                if (known.patient, known.requisition) == (patient, requisition):
                    return msgspec.structs.replace(known, again=True)
                raise _seen_before()
            self._check_usable(number)
            self._run("bind", number, patient, requisition, self._now(), by)
        bound = self.binding(number)
        assert bound is not None
        return bound

    def binding(self, number: str) -> Binding | None:
        """To whom a tube belongs; None while it belongs to nobody."""
        row = self._run("binding", number).fetchone()
        return None if row is None else _binding(row)

    def tubes_of(self, requisition: str) -> tuple[Binding, ...]:
        """The tubes of a requisition."""
        return tuple(_binding(row) for row in self._run("bindings_of_requisition", requisition))

    # --- the file ---

    def _check_usable(self, number: str) -> None:
        row = self._run("roll_of_tube", number).fetchone()
        if row is None:
            raise NotFound(
                "The tube's number is on no roll of this laboratory; do not use it.",
                message_da="Rørets nummer er på ingen af laboratoriets ruller; brug det ikke.",
                code="tube-unknown",
            )
        roll = self.roll(row[0])
        if roll.received_at is None:
            raise Conflict(
                f"Roll {roll.roll_id} is not registered as received; register it first.",
                message_da=f"Rulle {roll.roll_id} er ikke registreret modtaget; registrér den først.",
                code="roll-not-received",
            )
        if roll.withdrawn_at is not None:
            raise Conflict(
                f"Roll {roll.roll_id} is withdrawn; take a tube of another.",
                message_da=f"Rulle {roll.roll_id} er trukket tilbage; tag et rør fra en anden.",
                code="roll-withdrawn",
            )

    def _set_up(self) -> None:
        """Durable commits; and the tables, in a new file."""
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        with self._change():
            (kind,) = self._connection.execute("PRAGMA application_id").fetchone()
            (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            if tables and kind != APPLICATION_ID:
                raise _unreadable()
            if not tables:
                for statement in _statements():
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    @contextmanager
    def _change(self, twice: Any = None) -> Generator[None]:
        """One durable transaction. `twice` makes the error for a name or number that is kept already."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except sqlite3.IntegrityError as error:
            self._roll_back()
            raise (twice or _seen_before)() from error
        except sqlite3.Error as error:
            self._roll_back()
            raise _unreadable() from error
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _run(self, name: str, *values: object) -> sqlite3.Cursor:
        return self._connection.execute(self._queries[name], values)

    def _now(self) -> str:
        return self._clock.now().isoformat()


def _statements() -> list[str]:
    from importlib.resources import files

    text = files(_PACKAGE).joinpath("register.schema.sql").read_text(encoding="utf-8")
    found: list[str] = []
    begun = ""
    for line in text.splitlines(keepends=True):
        begun += line
        if sqlite3.complete_statement(begun):
            found.append(begun)
            begun = ""
    return found


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise WrongUse(
            "A batch or roll is named by 1 to 40 letters, digits and . _ -",
            message_da="En stak eller rulle navngives med 1 til 40 bogstaver, cifre og . _ -",
            code="register-name",
        )


def _check_texts(*texts: str) -> None:
    if any(not 1 <= len(text.strip()) <= _LONGEST_TEXT or not text.isprintable() for text in texts):
        raise WrongUse(
            f"Patient, requisition and who binds are told in 1 to {_LONGEST_TEXT} characters each.",
            message_da=f"Patient, rekvisition og hvem der binder angives hver med 1 til {_LONGEST_TEXT} tegn.",
            code="tube-binding",
        )


def _roll(row: tuple[Any, ...]) -> Roll:
    roll_id, gtin, made_for, ordered, received, withdrawn, why, count, used = row
    return Roll(
        roll_id=roll_id,
        gtin=gtin,
        made_for=made_for,
        ordered_at=_time(ordered),
        received_at=_time(received) if received else None,
        withdrawn_at=_time(withdrawn) if withdrawn else None,
        withdrawn_why=why,
        count=count,
        used=used,
    )


def _binding(row: tuple[Any, ...]) -> Binding:
    number, patient, requisition, at, by = row
    return Binding(number=number, patient=patient, requisition=requisition, bound_at=_time(at), bound_by=by)


def _time(told: str) -> dt.datetime:
    return dt.datetime.fromisoformat(told)


def _printed_before() -> LabbroError:
    return Conflict(
        "The name or one of the numbers was printed before; nothing was kept.",
        message_da="Navnet eller et af numrene er trykt før; intet er gemt.",
        code="printed-before",
    )


def _seen_before() -> LabbroError:
    return Conflict(
        "The tube was used before, for another patient or requisition; do not use it, take a new one.",
        message_da="Røret er brugt før, til en anden patient eller rekvisition; brug det ikke, tag et nyt.",
        code="tube-seen-before",
    )


def _unreadable() -> Unavailable:
    return Unavailable(
        "The register of forms and tubes cannot be read or written; see to its disk and file.",
        message_da="Registret over blanketter og rør kan ikke læses eller skrives; se til disk og fil.",
        code="register-unreadable",
    )
