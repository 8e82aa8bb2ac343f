"""The register of forms and tubes: a number is printed once and a tube is used once, whoever asks how often."""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.numbers.paper.reading_back import numbers_in_pdf, numbers_in_zpl

from labbro.errors import LabbroError, Unavailable
from labbro.numbers.paper.forms import forms_of, read_layout
from labbro.numbers.paper.gs1 import TubeRule, element_string
from labbro.numbers.paper.register import Register
from labbro.platform.clock import FixedClock

LABBRO = Path(sys.executable).with_name("labbro")
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
GTIN = "05790000000012"
TUBES = [f"{2000000000000 + at}" for at in range(6)]
LAYOUT = 'name = "x"\ntitle = "y"\n' + "".join(
    f'[[parts]]\nis = "barcode"\nx_mm = 10\ny_mm = {10 + 30 * at}\nnumber = {at}\n' for at in range(2)
)


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with Register(tmp_path / "register.sqlite", FixedClock(NOW)) as kept:
        kept.add_roll("rulle-1", GTIN, "Rørfabrikken", TUBES)
        kept.receive("rulle-1")
        kept.set_rule(TubeRule(GTIN))
        yield kept


def refused(call: object, *arguments: object, **named: object) -> str:
    with pytest.raises(LabbroError) as told:
        call(*arguments, **named)  # type: ignore[operator]
    assert told.value.message_da != told.value.message
    return told.value.code


def bind(register: Register, scan: str, patient: str = "P-1", requisition: str = "R-1") -> object:
    return register.bind(scan, patient=patient, requisition=requisition, by="ABC")


def test_a_tube_is_bound_by_its_number_or_by_its_gs1_string(register: Register) -> None:
    bind(register, TUBES[0])
    bind(register, element_string(GTIN, TUBES[1]))
    bind(register, f"]C101{GTIN}21{TUBES[2]}\x1d")
    assert [one.number for one in register.tubes_of("R-1")] == TUBES[:3]
    assert register.roll("rulle-1").used == 3
    bound = register.binding(TUBES[0])
    assert bound is not None
    assert (bound.patient, bound.requisition, bound.bound_by, bound.bound_at) == ("P-1", "R-1", "ABC", NOW)


def test_the_same_said_again_is_answered_again_and_anything_else_is_refused(register: Register) -> None:
    bind(register, TUBES[0])
    assert register.bind(TUBES[0], patient="P-1", requisition="R-1", by="XYZ").again
    assert refused(bind, register, TUBES[0], patient="P-2") == "tube-seen-before"
    assert refused(bind, register, TUBES[0], requisition="R-2") == "tube-seen-before"
    bound = register.binding(TUBES[0])
    assert bound is not None
    assert (bound.patient, bound.bound_by) == ("P-1", "ABC")


def test_unknown_unreceived_withdrawn_and_expired_tubes_are_refused(register: Register) -> None:
    assert refused(bind, register, "2000000000999") == "tube-unknown"
    register.add_roll("rulle-2", GTIN, "Rørfabrikken", ["3000000000000"])
    assert refused(bind, register, "3000000000000") == "roll-not-received"
    register.withdraw("rulle-1", "tabt")
    assert refused(bind, register, TUBES[0]) == "roll-withdrawn"
    assert refused(bind, register, f"(01){GTIN}(17)261031(21){TUBES[1]}") == "tube-expired"
    assert refused(bind, register, TUBES[0], patient=" ") == "tube-binding"
    assert refused(register.roll, "rulle-9") == "roll-unknown"


def test_withdrawing_a_roll_leaves_its_bound_tubes_bound(register: Register) -> None:
    bind(register, TUBES[0])
    register.withdraw("rulle-1", "tilbagekaldt")
    assert register.binding(TUBES[0]) is not None
    assert register.bind(TUBES[0], patient="P-1", requisition="R-1", by="ABC").again


def test_a_number_stands_on_one_roll_and_on_one_form_ever(register: Register) -> None:
    assert refused(register.add_roll, "rulle-3", GTIN, "m", ["4000000000000", TUBES[3]]) == "printed-before"
    assert refused(register.roll, "rulle-3") == "roll-unknown"
    forms = forms_of(read_layout(LAYOUT), ["1", "2", "3", "4"])
    register.add_batch("A", LAYOUT, forms)
    assert refused(register.add_batch, "B", LAYOUT, forms_of(read_layout(LAYOUT), ["5", "4"])) == "printed-before"
    assert refused(register.batch, "B") == "batch-unknown"
    assert refused(register.add_batch, "A", LAYOUT, ()) == "printed-before"


def test_returns_add_up_over_several_scans(register: Register) -> None:
    register.add_batch("A", LAYOUT, forms_of(read_layout(LAYOUT), ["1", "2", "3", "4"]))
    assert register.returned("A", ["1"]).partly == (1,)
    told = register.returned("A", ["2", "9"])
    assert (told.used, told.unused, told.unknown_numbers) == ((1,), (2,), ("9",))
    assert register.returned("A", ["2"]).twice == ("2",)


def test_a_bad_rule_or_name_is_refused(register: Register) -> None:
    assert refused(register.set_rule, TubeRule(GTIN, "[0-9")) == "tube-rule"
    assert refused(register.set_rule, TubeRule(GTIN, "[0-9]+")) == "tube-rule"
    assert refused(register.add_roll, "a/b", GTIN, "m", ["7"]) == "register-name"


def test_of_many_who_bind_one_tube_at_once_one_wins(register: Register, tmp_path: Path) -> None:
    def one(patient: int) -> str:
        with Register(tmp_path / "register.sqlite", FixedClock(NOW)) as own:
            try:
                own.bind(TUBES[4], patient=f"P-{patient}", requisition="R-7", by="ABC")
            except LabbroError as error:
                return error.code
            return "bound"

    with ThreadPoolExecutor(8) as threads:
        told = sorted(threads.map(one, range(16)))
    assert told == ["bound"] + ["tube-seen-before"] * 15


def test_what_was_told_survives_and_the_file_is_its_owners_only(register: Register, tmp_path: Path) -> None:
    bind(register, TUBES[0])
    path = tmp_path / "register.sqlite"
    assert path.stat().st_mode & 0o077 == 0
    with Register(path, FixedClock(NOW)) as again:
        assert again.binding(TUBES[0]) is not None
        for change in ("UPDATE binding SET patient = 'x'", "DELETE FROM binding"):
            with pytest.raises(sqlite3.IntegrityError, match="never"):
                again._connection.execute(change)


def test_a_file_that_is_no_register_is_refused(tmp_path: Path) -> None:
    for name, data in (("text", b"hello" * 200), ("other", None)):
        path = tmp_path / name
        if data is None:
            with sqlite3.connect(path) as other:
                other.execute("CREATE TABLE x (y)")
        else:
            path.write_bytes(data)
        with pytest.raises(Unavailable) as told:
            Register(path, FixedClock(NOW))
        assert told.value.code == "register-unreadable"


def labbro(folder: Path, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([LABBRO, *words], cwd=folder, input=given, capture_output=True, text=True, env=os.environ)


def test_numbers_go_from_the_command_line_to_paper_and_glass_and_back(tmp_path: Path) -> None:
    given = "\n".join(TUBES)
    assert labbro(tmp_path, "labels", "-", "--out", "a.pdf", given=given).returncode == 0
    assert numbers_in_pdf((tmp_path / "a.pdf").read_bytes()) == [[*TUBES[:5], TUBES[5]]]
    assert labbro(tmp_path, "labels", "-", "--out", "a.zpl", "--layout", "roll-50x25", given=given).returncode == 0
    assert numbers_in_zpl((tmp_path / "a.zpl").read_text()) == TUBES

    printed = labbro(tmp_path, "forms", "print", *TUBES[:5], "--batch", "nov-1", "--out", "f.pdf")
    assert printed.returncode == 0, printed.stderr
    assert sorted(numbers_in_pdf((tmp_path / "f.pdf").read_bytes())[0]) == TUBES[:5]
    assert labbro(tmp_path, "forms", "again", "nov-1", "--out", "g.pdf").returncode == 0
    assert (tmp_path / "g.pdf").read_bytes() == (tmp_path / "f.pdf").read_bytes()
    told = labbro(tmp_path, "forms", "reconcile", "nov-1", *TUBES[:5])
    assert (told.returncode, json.loads(told.stdout)["used"]) == (0, [1])
    assert labbro(tmp_path, "forms", "reconcile", "nov-1", "999").returncode == 1


def test_a_roll_goes_from_order_to_patient_on_the_command_line(tmp_path: Path) -> None:
    order = ("tubes", "order", "-", "--roll", "r1", "--gtin", GTIN, "--maker", "M", "--out", "m.csv")
    assert labbro(tmp_path, *order, given="\n".join(TUBES)).returncode == 0
    lines = (tmp_path / "m.csv").read_text().splitlines()
    assert lines[1] == f"r1;1;{TUBES[0]};(01){GTIN}(21){TUBES[0]}"
    assert labbro(tmp_path, "tubes", "receive", "r1").returncode == 0
    scan = lines[1].split(";")[3]
    bound = labbro(tmp_path, "tubes", "bind", scan, "--requisition", "R1", "--by", "ABC", given="P-1\n")
    assert (bound.returncode, json.loads(bound.stdout)["number"]) == (0, TUBES[0])
    again = labbro(tmp_path, "tubes", "bind", scan, "--requisition", "R1", "--by", "ABC", given="P-2\n")
    assert again.returncode == 3
    assert again.stderr.startswith("labbro: The tube was used before")
    assert "P-" not in again.stderr
    assert json.loads(labbro(tmp_path, "tubes", "show").stdout)["used"] == 1
    assert labbro(tmp_path, "tubes", "find", "R1").stdout.count(TUBES[0]) == 1
