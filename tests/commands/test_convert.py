"""`labbro convert`: versions, several cores, long inputs, and what a killed run leaves behind."""

from __future__ import annotations

import datetime as dt
import json
import os
import pty
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.letters.building import document as document_of
from tests.letters.building import edi, interchange, letter_edi, letter_xml, xml

from labbro import cli, letters
from labbro.commands import convert as convert_module
from labbro.letters import vans

LABBRO = (sys.executable, "-c", "from labbro.cli import main; main()")
UUIDS = ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222")
SENT = dt.datetime(2024, 5, 6, 7, 8, tzinfo=dt.UTC)
LETTER = letter_edi()


@pytest.fixture
def run(capfdbinary):
    """Runs a command in this process: exit code, standard output, standard error."""

    def labbro(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main([str(word) for word in words])
        out, err = capfdbinary.readouterr()
        return int(ended.value.code or 0), out.decode(), err.decode()

    return labbro


def lines(out: str) -> list[dict]:
    return [json.loads(line) for line in out.splitlines()]


def long_interchange(count: int) -> bytes:
    """More than several shares."""
    return interchange(*(LETTER.replace("BREV1", f"B{number}") for number in range(count)))


def visible(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and ".labbro" not in str(path.relative_to(folder))
    )


# --- versions --------------------------------------------------------------------------------------------------------


def test_a_letter_is_moved_in_the_syntax_it_came_in(run, tmp_path):
    given = ("--given", "Sender/FromLabIdentifier=OEB", "--given")
    status = "LaboratoryResults/GeneralResultInformation/ReportStatusCode=komplet_svar"
    (tmp_path / "old.edi").write_bytes(edi("R0130K"))
    (tmp_path / "old.xml").write_bytes(xml("XR0130K"))
    code, told, _ = run(
        "convert", "--version", "XR0131K", *given, status, "--out", tmp_path / "out", "--format", "json", tmp_path
    )
    assert code == 0
    assert sorted(Path(line["out"]).name for line in lines(told)) == ["old.edi", "old.xml"]
    for name, syntax in (("old.edi", "edifact"), ("old.xml", "xml")):
        (reading,) = letters.read((tmp_path / "out" / name).read_bytes())
        assert (reading.ok, reading.syntax) == (True, syntax)
        assert reading.letter.version == "XR0131K"
    assert all("given" in [finding["code"] for finding in line["findings"]] for line in lines(told))


def test_what_stands_in_the_way_of_moving_is_told_with_its_path(run, tmp_path):
    (tmp_path / "old.xml").write_bytes(xml("XR0130K"))
    code, told, _ = run(
        "convert",
        "--version",
        "R0131K",
        "--to",
        "xml",
        "--out",
        tmp_path / "o",
        "--format",
        "json",
        tmp_path / "old.xml",
    )
    (line,) = lines(told)
    assert (code, line["ok"], line["out"]) == (1, False, None)
    assert [(found["code"], found["path"]) for found in line["findings"] if found["severity"] == "error"] == [
        ("move-not-said", "LaboratoryReport/Sender/FromLabIdentifier"),
        ("move-not-said", "LaboratoryReport/LaboratoryResults/GeneralResultInformation/ReportStatusCode"),
    ]
    assert not visible(tmp_path / "o")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--version", "XR9999X"),
        ("--to", "xml", "--given", "Sender/FromLabIdentifier=OEB"),
        ("--version", "XR0131K", "--given", "Sender/FromLabIdentifier"),
        ("--version", "XR0131K", "--given", "Sender/Nothing=1"),
        ("--to", "xml", "--workers", "0"),
    ],
)
def test_wrong_use_is_told_before_anything_is_read(run, tmp_path, words):
    (tmp_path / "a.edi").write_bytes(edi())
    code, out, err = run("convert", *words, tmp_path / "a.edi")
    assert (code, out) == (2, "")
    assert err


# --- documents -------------------------------------------------------------------------------------------------------


def test_letters_to_different_receivers_become_interchanges_of_their_own(run, tmp_path):
    other = letter_xml().replace("5790000000012", "5790000000029").replace("BREV1", "BREV2")
    (tmp_path / "two.xml").write_text(document_of(letter_xml(), other, letter_xml().replace("BREV1", "BREV3")))
    code, told, _ = run(
        "convert", "--to", "edifact", "--out", tmp_path / "out", "--format", "json", tmp_path / "two.xml"
    )
    assert code == 0
    assert [Path(line["out"]).name for line in lines(told)] == ["two.edi", "two-2.edi", "two.edi"]
    first, second = (list(letters.read((tmp_path / "out" / name).read_bytes())) for name in ("two.edi", "two-2.edi"))
    assert [reading.reference for reading in first] == ["BREV1", "BREV3"]
    assert [reading.letter.receiver_ean for reading in second] == ["5790000000029"]
    assert all(not reading.findings for reading in first)


def test_json_is_a_list_of_letters_and_a_single_letter_stands_alone(run, tmp_path):
    (tmp_path / "one.edi").write_bytes(edi())
    (tmp_path / "two.edi").write_bytes(interchange(LETTER, LETTER.replace("BREV1", "BREV2")))
    code, _, _ = run("convert", "--to", "json", "--out", tmp_path / "out", tmp_path / "one.edi", tmp_path / "two.edi")
    assert code == 0
    one = json.loads((tmp_path / "out" / "one.json").read_text())
    two = json.loads((tmp_path / "out" / "two.json").read_text())
    assert letters.from_json(one) == next(letters.read(edi())).letter
    assert [letters.from_json(each).identifier for each in two] == ["BREV1", "BREV2"]
    assert (tmp_path / "out" / "one.json").read_text().startswith('{\n  "version"')


def test_another_source_is_never_overwritten(run, tmp_path):
    (tmp_path / "a.xml").write_bytes(xml())
    (tmp_path / "a.edi").write_bytes(edi())
    before = (tmp_path / "a.edi").read_bytes()
    code, _, err = run("convert", "--to", "edifact", "--out", tmp_path, tmp_path / "a.xml", tmp_path / "a.edi")
    assert (code, (tmp_path / "a.edi").read_bytes()) == (2, before)
    assert "overwrite" in err
    assert len(visible(tmp_path)) == 2


def test_a_file_named_as_the_folder_is_wrong_use(run, tmp_path):
    out = tmp_path / "one.json"
    out.write_bytes(b"")
    source = tmp_path / "long.edi"
    source.write_bytes(long_interchange(1))
    code, _, err = run("convert", "--to", "json", source, "--out", out)
    assert (code, "one.json is a file; name a folder with --out." in err) == (2, True), err
    assert out.read_bytes() == b""


def test_nothing_is_left_where_nothing_was_written(run, tmp_path):
    (tmp_path / "bad.edi").write_bytes(b"hello")
    code, _, _ = run("convert", "--to", "xml", "--out", tmp_path / "deep" / "out", tmp_path / "bad.edi")
    assert code == 1
    assert not (tmp_path / "deep").exists()


# --- several cores, long inputs --------------------------------------------------------------------------------------


@pytest.fixture
def material(tmp_path, monkeypatch) -> Path:
    """Every kind of input: long and short, in both syntaxes, good and bad. Shares are small, so that there are many."""
    monkeypatch.setattr(convert_module, "SHARE_BYTES", 10_000)
    monkeypatch.setattr(convert_module, "WHOLE_BYTES", 100_000)
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / "long.edi").write_bytes(long_interchange(150))
    odd = long_interchange(90).replace(b"RSL+NV+128", b"RSL+XX+128", 3).replace(b"UNZ+90", b"UNZ+91")
    (folder / "odd.edi").write_bytes(odd)
    (folder / "debris.edi").write_bytes(odd.replace(b"UNH+B50", b"XXX+1'UNH+B50"))
    (folder / "long.xml").write_text(document_of(*(letter_xml().replace("BREV1", f"X{at}") for at in range(150))))
    (folder / "junk.txt").write_bytes(b"hello")
    for number in range(40):
        (folder / "deep" / f"{number:03}.edi").write_bytes(edi())
        (folder / "deep" / f"{number:03}.xml").write_bytes(xml("XR0130K" if number % 7 else "XR0131K"))
    return folder


@pytest.mark.parametrize("to", ["xml", "edifact", "json"])
def test_on_several_cores_the_same_is_written_and_told_in_the_same_order(run, tmp_path, material, to):
    found = []
    for workers in (1, 2):
        out = tmp_path / f"out{workers}"
        code, told, _ = run("convert", "--to", to, "--workers", workers, "--out", out, "--format", "json", material)
        assert code == 1
        files = {str(path.relative_to(out)): path.read_bytes() for path in visible(out)}
        found.append((told.replace(str(out), "OUT"), files))
    assert found[0] == found[1]
    told = lines(found[0][0])
    assert [line["file"] for line in told] == sorted((line["file"] for line in told), key=lambda name: Path(name).parts)
    odd = [line for line in told if line["file"].endswith("odd.edi")]
    assert [line["ok"] for line in odd].count(False) == 3
    assert "unz-count" in [finding["code"] for finding in odd[-1]["findings"]]
    ending = {"xml": "xml", "edifact": "edi", "json": "json"}[to]
    if to != "json":
        whole = list(letters.read(found[0][1][f"odd.{ending}"]))
        assert len(whole) == 87
        assert all(reading.ok for reading in whole)
    else:
        assert len(json.loads(found[0][1]["odd.json"])) == 87


def test_a_long_interchange_from_standard_input_is_converted_to_standard_output(tmp_path):
    done = subprocess.run(
        [*LABBRO, "convert", "--to", "xml", "--workers", "2", "-"], input=long_interchange(1200), capture_output=True
    )
    assert done.returncode == 0, done.stderr
    found = list(letters.read(done.stdout))
    assert [reading.reference for reading in found] == [f"B{number}" for number in range(1200)]


def test_a_letter_in_a_file_of_its_own_that_is_long_becomes_one_json_letter(run, tmp_path, monkeypatch):
    monkeypatch.setattr(convert_module, "SHARE_BYTES", 100)
    (tmp_path / "one.edi").write_bytes(edi())
    code, _, _ = run("convert", "--to", "json", "--out", tmp_path / "out", tmp_path / "one.edi")
    assert code == 0
    assert letters.from_json(json.loads((tmp_path / "out" / "one.json").read_text())).identifier == "BREV1"


def test_how_far_the_work_is_stands_on_a_terminal_and_nowhere_else(tmp_path):
    (tmp_path / "long.edi").write_bytes(long_interchange(300))
    words = [*LABBRO, "convert", "--to", "xml", "--out", str(tmp_path / "out"), str(tmp_path / "long.edi")]
    quiet = subprocess.run([*words, "--format", "json"], capture_output=True, check=True)
    assert quiet.stderr == b""
    master, slave = pty.openpty()
    with subprocess.Popen([*words, "--format", "json"], stdout=subprocess.PIPE, stderr=slave) as process:
        os.close(slave)
        assert process.stdout is not None
        shown = b""
        told = process.stdout.read()
        try:
            while more := os.read(master, 65536):
                shown += more
        except OSError:
            pass
    os.close(master)
    assert told == quiet.stdout
    assert b"300 letters" in shown


# --- stopped on the way ----------------------------------------------------------------------------------------------


@pytest.fixture
def plenty(tmp_path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(600):
        (folder / f"{number:04}.edi").write_bytes(edi())
    (folder / "long.edi").write_bytes(long_interchange(900))
    return folder


def started(plenty: Path, out: Path) -> subprocess.Popen:
    words = ("convert", "--to", "xml", "--workers", "2", "--format", "json", "--out", str(out), str(plenty))
    with (out.parent / "told").open("wb") as told:  # a pipe that nobody reads would hold the run back
        return subprocess.Popen([*LABBRO, *words], stdout=told, stderr=subprocess.PIPE)


def wait_for_some(out: Path, files: int) -> None:
    ends = time.monotonic() + 60
    while len(list(out.glob("*.xml"))) < files and time.monotonic() < ends:
        time.sleep(0.01)


@pytest.mark.parametrize("files", [1, 250, 590])
def test_a_run_that_is_killed_leaves_only_whole_documents(run, tmp_path, plenty, files):
    out = tmp_path / "out"
    process = started(plenty, out)
    wait_for_some(out, files)
    process.kill()
    process.communicate()
    for path in visible(out):
        assert all(reading.ok for reading in letters.read(path.read_bytes())), path
    time.sleep(1.2)  # workers look for their parent every half second
    code, told, _ = run("convert", "--to", "xml", "--format", "json", "--out", out, plenty)
    assert code == 0
    assert len(lines(told)) == 1500
    assert [path.name for path in out.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_stopped_ends_cleanly_and_tells_only_what_is_there(tmp_path, plenty, number, code):
    out = tmp_path / "out"
    process = started(plenty, out)
    wait_for_some(out, random.Random(number).randint(1, 400))
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode in {code, 0}, err
    assert b"Traceback" not in err
    assert [path.name for path in out.iterdir() if path.name.startswith(".")] == []
    assert all(Path(line["out"]).exists() for line in lines((tmp_path / "told").read_text()))


# --- envelopes of VANS providers -------------------------------------------------------------------------------------


@pytest.fixture
def wrapped(tmp_path) -> Path:
    letter = next(letters.read(edi())).letter
    cover = vans.wrap(letter, "edifact", identifier=UUIDS[0], message_identifier=UUIDS[1], sent=SENT)
    (tmp_path / "cover.xml").write_bytes(cover.data)
    receipt = vans.receipt_for(cover.envelope, "PositiveMessage", identifier=UUIDS[1], sent=SENT)
    (tmp_path / "receipt.xml").write_bytes(vans.write(receipt))
    return tmp_path


def test_the_letter_in_an_envelope_is_converted_and_shown(run, wrapped):
    code, out, _ = run("convert", "--to", "xml", wrapped / "cover.xml")
    assert code == 0
    assert next(letters.read(out.encode())).reference == "BREV1"
    code, out, _ = run("show", wrapped / "cover.xml")
    assert code == 0
    assert "Kreatinin;P" in out


def test_a_receipt_of_the_transport_is_told_and_not_refused(run, wrapped):
    code, told, _ = run("convert", "--to", "xml", "--format", "json", "--out", wrapped / "out", wrapped / "receipt.xml")
    (line,) = lines(told)
    assert (code, line["ok"], line["out"]) == (0, True, None)
    assert [finding["code"] for finding in line["findings"]] == ["vans-receipt"]
    code, out, err = run("convert", "--to", "xml", wrapped / "receipt.xml")
    assert (code, out) == (0, "")
    assert "The receiver has accepted RPT01" in err
    assert "REFUSED" not in err


def test_a_receipt_of_the_transport_is_shown_in_a_sentence(run, wrapped):
    code, out, _ = run("show", wrapped / "receipt.xml")
    assert code == 0
    assert "Modtageren har modtaget RPT01" in out
    code, out, _ = run("show", "--html", "--language", "en", wrapped / "receipt.xml")
    assert code == 0
    assert "The receiver has accepted RPT01" in out
