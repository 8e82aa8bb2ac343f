"""`labbro check`, `convert` and `show` (shared/design/contract.md)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.letters.building import document as document_of
from tests.letters.building import edi, interchange, letter_edi, letter_xml, segments, xml

from labbro import cli, letters

LABBRO = (sys.executable, "-c", "from labbro.cli import main; main()")
FINDING_KEYS = {"severity", "code", "path", "line", "column", "segment", "message"}
BAD = xml("XR0131K", ("<Value>128", "<Value>"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "good.edi").write_bytes(edi())
    (tmp_path / "deep" / "good.xml").write_bytes(xml())
    return tmp_path


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


# --- check -----------------------------------------------------------------------------------------------------------


def test_check_ends_with_0_where_all_are_valid(run, folder):
    code, out, _ = run("check", folder)
    assert code == 0
    assert "2 letters, 0 invalid." in out


def test_check_ends_with_1_where_one_is_not(run, folder):
    (folder / "bad.xml").write_bytes(BAD)
    code, out, _ = run("check", folder)
    assert code == 1
    assert "3 letters, 1 invalid." in out
    assert "error empty-value: LaboratoryReport/LaboratoryResults/Result/Value (line 1, column" in out


@pytest.mark.parametrize(
    "words",
    [
        ("check", "/no/such/file"),
        ("check",),
        ("check", "--format", "yaml", "x"),
        ("convert", "--to", "pdf", "x"),
        ("convert", "x"),
        ("show",),
    ],
)
def test_wrong_use_ends_with_2(run, words):
    code, _, err = run(*words)
    assert code == 2
    assert err


def test_check_prints_one_object_a_line_and_a_letter(run, folder):
    code, out, _ = run("check", "--format", "json", folder)
    assert code == 0
    by_file = {Path(line["file"]).name: line for line in lines(out)}
    assert by_file["good.edi"] == {
        "file": str(folder / "good.edi"),
        "letter": "BREV1",
        "syntax": "edifact",
        "standard": "RPT01",
        "version": "R0131K",
        "namespace": None,
        "ok": True,
        "findings": [],
    }
    assert by_file["good.xml"]["syntax"] == "xml"
    assert by_file["good.xml"]["version"] == "XR0131K"
    assert by_file["good.xml"]["namespace"] == "http://rep.oio.dk/medcom.dk/xml/schemas/2014/10/08/"


def test_findings_in_json_have_every_key_of_the_contract(run, folder):
    (folder / "bad.xml").write_bytes(BAD)
    _, out, _ = run("check", "--format", "json", folder / "bad.xml")
    ((finding,),) = [line["findings"] for line in lines(out)]
    assert set(finding) >= FINDING_KEYS
    assert (finding["severity"], finding["code"], finding["line"], finding["segment"]) == (
        "error",
        "empty-value",
        1,
        None,
    )


def test_ok_is_false_exactly_when_a_finding_is_an_error(run, folder):
    (folder / "warned.edi").write_bytes(interchange(letter_edi(), una=""))
    (folder / "bad.edi").write_bytes(interchange(letter_edi().replace("UNT+31", "UNT+3")))
    (folder / "junk.txt").write_bytes(b"hello")
    _, out, _ = run("check", "--format", "json", folder)
    for line in lines(out):
        assert line["ok"] is not any(finding["severity"] == "error" for finding in line["findings"]), line
    assert [line["ok"] for line in lines(out) if line["file"].endswith("warned.edi")] == [True]


def test_several_letters_in_a_file_are_several_lines_and_a_file_without_one_is_one(run, folder):
    (folder / "many.edi").write_bytes(interchange(letter_edi(), letter_edi("R0130K")))
    (folder / "junk.txt").write_bytes(b"hello")
    _, out, _ = run("check", "--format", "json", folder / "many.edi", folder / "junk.txt")
    assert [(Path(line["file"]).name, line["version"], line["ok"]) for line in lines(out)] == [
        ("many.edi", "R0131K", True),
        ("many.edi", "R0130K", True),
        ("junk.txt", None, False),
    ]


def test_the_rest_of_a_folder_is_checked_behind_a_bad_file(run, folder):
    (folder / "aaa.xml").write_bytes(b"<")
    _, out, _ = run("check", "--format", "json", folder)
    assert [line["ok"] for line in lines(out)] == [False, True, True]


def test_a_minus_is_standard_input():
    done = subprocess.run([*LABBRO, "check", "--format", "json", "-"], input=edi(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (json.loads(done.stdout)["file"], json.loads(done.stdout)["ok"]) == ("-", True)


def test_findings_are_told_in_danish_if_asked(run, folder):
    (folder / "bad.xml").write_bytes(BAD)
    _, out, _ = run("check", "--language", "da", folder / "bad.xml")
    assert "Værdien er tom" in out


# --- convert ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("to", "ending"), [("xml", "xml"), ("edifact", "edi"), ("json", "json")])
def test_convert_writes_files_named_after_their_source(run, folder, tmp_path, to, ending):
    out = tmp_path / "out"
    code, told, _ = run("convert", "--to", to, "--out", out, "--format", "json", folder / "good.edi", folder / "deep")
    assert code == 0
    assert [set(line) >= {"file", "ok", "out", "findings"} for line in lines(told)] == [True, True]
    assert (out / f"good.{ending}").exists()
    assert all(Path(line["out"]).suffix == f".{ending}" for line in lines(told))


def test_convert_without_a_folder_prints_the_letter(run, folder):
    code, out, _ = run("convert", "--to", "xml", folder / "good.edi")
    assert code == 0
    (reading,) = letters.read(out.encode())
    assert reading.letter.root == next(letters.read(edi())).letter.root


def test_edifact_goes_out_on_one_line_in_latin_1(folder):
    done = subprocess.run(
        [*LABBRO, "convert", "--to", "edifact", folder / "deep" / "good.xml"], capture_output=True, check=False
    )
    assert done.stdout.startswith(b"UNA:+.? 'UNB")
    assert b"\n" not in done.stdout
    assert "Ørby".encode("latin-1") in done.stdout


def test_a_letter_with_errors_is_refused_and_nothing_written(run, folder, tmp_path):
    (folder / "bad.xml").write_bytes(BAD)
    out = tmp_path / "out"
    code, told, _ = run("convert", "--to", "edifact", "--out", out, "--format", "json", folder / "bad.xml")
    assert code == 1
    (line,) = lines(told)
    assert (line["ok"], line["out"]) == (False, None)
    assert [finding["code"] for finding in line["findings"]] == ["empty-value"]
    assert not out.exists() or not list(out.iterdir())


def test_what_the_target_cannot_say_is_refused_too(run, folder):
    (folder / "mds.xml").write_bytes(xml("XR0131K", (">iupac<", ">mds<")))
    code, out, err = run("convert", "--to", "edifact", folder / "mds.xml")
    assert (code, out) == (1, "")
    assert "no-code" in err


def test_losses_are_findings_of_severity_loss(run, folder, tmp_path):
    (folder / "own.xml").write_bytes(xml("XR0131K", (">XRPT01</Stat", ">EGEN</Stat")))
    code, told, _ = run("convert", "--to", "edifact", "--out", tmp_path / "out", "--format", "json", folder / "own.xml")
    (line,) = lines(told)
    assert (code, line["ok"]) == (0, True)
    assert [(finding["severity"], finding["path"]) for finding in line["findings"]] == [
        ("loss", "LaboratoryReport/Letter/StatisticalCode")
    ]


def test_the_good_letters_of_a_file_are_converted_beside_a_bad_one(run, folder, tmp_path):
    bad = segments().replace("RSL+NV+128", "RSL+XX+128")
    (folder / "mixed.edi").write_bytes(interchange(letter_edi(), bad, letter_edi()))
    code, told, _ = run("convert", "--to", "xml", "--out", tmp_path / "out", "--format", "json", folder / "mixed.edi")
    assert code == 1
    assert [line["ok"] for line in lines(told)] == [True, False, True]
    found = list(letters.read((tmp_path / "out" / "mixed.xml").read_bytes()))
    assert [reading.ok for reading in found] == [True, True]


def test_letters_of_two_schemas_become_two_documents(run, folder, tmp_path):
    (folder / "mixed.edi").write_bytes(interchange(letter_edi(), letter_edi("R0130K")))
    code, told, _ = run("convert", "--to", "xml", "--out", tmp_path / "out", "--format", "json", folder / "mixed.edi")
    assert code == 0
    names = {line["out"] for line in lines(told)}
    assert len(names) == 2
    assert all(next(letters.read(Path(name).read_bytes())).ok for name in names)


def test_a_file_is_never_written_over_its_source(run, folder):
    before = (folder / "good.edi").read_bytes()
    code, _, err = run("convert", "--to", "edifact", "--out", folder, folder / "good.edi")
    assert (code, (folder / "good.edi").read_bytes()) == (2, before)
    assert "overwrite" in err


def test_several_files_need_a_folder(run, folder):
    code, _, err = run("convert", "--to", "xml", folder)
    assert code == 2
    assert "--out" in err


def test_json_that_was_converted_is_the_letter(run, folder):
    _, out, _ = run("convert", "--to", "json", folder / "good.edi")
    (reading,) = letters.read(edi())
    assert letters.from_json(json.loads(out)) == reading.letter


# --- show ------------------------------------------------------------------------------------------------------------


def test_show_prints_the_letter_for_a_person(run, folder):
    code, out, _ = run("show", folder / "good.edi")
    assert code == 0
    assert "Laboratoriesvar" in out
    assert "Kreatinin;P" in out


def test_show_prints_a_page_and_english_if_asked(run, folder):
    code, out, _ = run("show", "--html", "--language", "en", folder / "good.edi")
    assert code == 0
    assert out.startswith("<!doctype html>")
    assert "Laboratory report" in out


def test_show_tells_the_faults_of_a_letter_below_it(run, folder):
    (folder / "bad.xml").write_bytes(BAD)
    code, out, err = run("show", folder / "bad.xml")
    assert code == 1
    assert "Kreatinin;P" in out
    assert "empty-value" in err


def test_show_of_what_is_no_letter(run, folder):
    (folder / "junk.txt").write_bytes(b"hello")
    code, out, err = run("show", folder / "junk.txt")
    assert (code, out) == (1, "")
    assert "not-a-letter" in err


def test_every_letter_of_a_file_is_shown(run, folder):
    (folder / "many.xml").write_bytes(document_of(letter_xml(), letter_xml().replace("BREV1", "BREV2")).encode())
    _, out, _ = run("show", folder / "many.xml")
    assert "BREV1" in out
    assert "BREV2" in out


def test_an_unreadable_file_is_wrong_use(run, folder):
    code, _, err = run("check", folder / "deep" / "missing.xml")
    assert code == 2
    assert "missing.xml" in err
    assert "Traceback" not in err


def test_two_sources_of_one_name_do_not_overwrite_each_other(run, folder, tmp_path):
    (folder / "other").mkdir()
    (folder / "other" / "good.edi").write_bytes(edi())
    sources = (folder / "good.edi", folder / "other" / "good.edi")
    code, told, _ = run("convert", "--to", "xml", "--out", tmp_path / "out", "--format", "json", *sources)
    assert code == 0
    assert [Path(line["out"]).name for line in lines(told)] == ["good.xml", "good-2.xml"]


def test_a_letter_that_the_target_cannot_say_does_not_stop_its_neighbours(run, folder, tmp_path):
    unsayable = letter_xml("XR0131K").replace("iupac", "mds")
    (folder / "two.xml").write_text(document_of(letter_xml("XR0131K"), unsayable))
    code, told, _ = run("convert", "--to", "edifact", "--out", tmp_path / "out", "--format", "json", folder / "two.xml")
    assert code == 1
    assert [line["ok"] for line in lines(told)] == [True, False]
    assert "no-code" in [finding["code"] for finding in lines(told)[1]["findings"]]
    assert len(list(letters.read((tmp_path / "out" / "two.edi").read_bytes()))) == 1
