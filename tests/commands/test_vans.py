"""`labbro vans open` and `wrap`."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from tests.letters.building import edi, xml

from labbro import cli, letters
from labbro.letters import vans

NUMBERS = [f"{digit}" * 8 + "-1111-4111-8111-" + f"{digit}" * 12 for digit in range(1, 7)]
SENT = dt.datetime(2024, 5, 6, 7, 8, tzinfo=dt.UTC)


@pytest.fixture
def run(capfdbinary):
    def labbro(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main([str(word) for word in words])
        out, err = capfdbinary.readouterr()
        return int(ended.value.code or 0), out.decode(), err.decode()

    return labbro


@pytest.fixture
def folder(tmp_path) -> Path:
    """A message, sent again, repeated in a new envelope; a number used twice; a receipt."""
    letter = next(letters.read(edi())).letter
    cover = vans.wrap(letter, "edifact", identifier=NUMBERS[0], message_identifier=NUMBERS[1], sent=SENT)
    other = vans.wrap(letter, "xml", identifier=NUMBERS[0], message_identifier=NUMBERS[2], sent=SENT)
    repeated = vans.sent_again(cover.envelope, identifier=NUMBERS[3], sent=SENT)
    receipt = vans.receipt_for(cover.envelope, "PositiveMessage", identifier=NUMBERS[4], sent=SENT)
    for name, data in (
        ("1-first", cover.data),
        ("2-again", cover.data),
        ("3-repeated", vans.write(repeated)),
        ("4-receipt", vans.write(receipt)),
        ("5-conflict", other.data),
    ):
        (tmp_path / f"{name}.xml").write_bytes(data)
    return tmp_path


def test_envelopes_are_told_with_what_came_before(run, folder):
    code, out, _ = run("vans", "open", "--format", "json", folder)
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [(line["kind"], line["arrival"], line["ok"], line["letters"]) for line in told] == [
        ("message", "new", True, ["BREV1"]),
        ("message", "again", True, ["BREV1"]),
        ("message", "repeated", True, ["BREV1"]),
        ("receipt", None, True, []),
        ("message", "conflict", False, ["BREV1"]),
    ]
    assert (told[0]["envelope"], told[0]["message"], told[0]["sender"]) == (*NUMBERS[:2], "5790000000005")
    assert "has accepted RPT01" in told[3]["says"]


def test_people_are_told_in_sentences(run, folder):
    code, out, _ = run("vans", "open", "--language", "da", folder)
    assert code == 1
    assert "RPT01 fra 5790000000005 til 5790000000012." in out
    assert "Samme kuvert er kommet før" in out
    assert "Modtageren har modtaget RPT01" in out


def test_what_is_no_envelope_is_told_so(run, tmp_path):
    (tmp_path / "a.edi").write_bytes(edi())
    (tmp_path / "b.txt").write_bytes(b"hello")
    code, out, _ = run("vans", "open", tmp_path)
    assert code == 1
    assert out.count("no envelope") == 2


def test_letters_are_wrapped_as_they_are(run, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.edi").write_bytes(edi())
    (tmp_path / "in" / "b.xml").write_bytes(xml())
    code, _, _ = run("vans", "wrap", "--out", tmp_path / "out", tmp_path / "in")
    assert code == 0
    numbers = set()
    for name, syntax in (("a.xml", "edifact"), ("b.xml", "xml")):
        opened = vans.open_envelope((tmp_path / "out" / name).read_bytes())
        assert [(reading.ok, reading.syntax, reading.reference) for reading in opened.readings] == [
            (True, syntax, "BREV1")
        ]
        assert not [found for found in opened.findings if found.severity != "info"]
        numbers.add(opened.envelope.identifier)
    assert len(numbers) == 2
    code, _, err = run("vans", "wrap", "--out", tmp_path / "out", tmp_path / "in")
    assert code == 2
    assert "already" in err


def test_a_letter_with_errors_is_not_wrapped(run, tmp_path):
    (tmp_path / "bad.xml").write_bytes(xml("XR0131K", ("<Value>128", "<Value>")))
    code, out, err = run("vans", "wrap", tmp_path / "bad.xml")
    assert (code, out) == (1, "")
    assert "REFUSED" in err


def test_several_files_need_a_folder(run, folder):
    code, _, err = run("vans", "wrap", folder)
    assert code == 2
    assert "--out" in err
