"""European documents at the command line: made of letters, checked and shown."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from tests.letters.building import edi, interchange, letter_edi, xml
from tests.records.specialities import laboratory_request

from labbro import cli
from labbro.eu.of_letters import document_of
from labbro.eu.reading import read_document


@pytest.fixture
def run(capfdbinary):
    """Runs a command in this process: exit code, standard output, standard error."""

    def labbro(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main([str(word) for word in words])
        out, err = capfdbinary.readouterr()
        return int(ended.value.code or 0), out.decode(), err.decode()

    return labbro


@pytest.fixture
def document(run, tmp_path) -> Path:
    """A document made of a letter."""
    (tmp_path / "letter.edi").write_bytes(edi())
    code, _, _ = run("convert", "--to", "eu", "--out", tmp_path / "made", tmp_path / "letter.edi")
    assert code == 0
    return tmp_path / "made" / "letter.json"


def test_a_letter_becomes_a_document_in_a_file_of_its_name(document):
    told = read_document(document.read_bytes())
    assert told.ok
    assert [one.analysis.short_name for one in told.report.results] == ["Kreatinin;P"]


def test_one_letter_goes_to_standard_output(run, tmp_path, document):
    _, out, _ = run("convert", "--to", "eu", tmp_path / "letter.edi")
    assert out.encode() == document.read_bytes()


def test_each_letter_of_an_interchange_is_a_document_of_its_own(run, tmp_path):
    letter = letter_edi()
    (tmp_path / "two.edi").write_bytes(interchange(*(letter.replace("BREV1", f"B{one}") for one in (1, 2))))
    code, out, _ = run("convert", "--to", "eu", "--out", tmp_path / "out", "--format", "json", tmp_path / "two.edi")
    assert code == 0
    names = [Path(json.loads(line)["out"]).name for line in out.splitlines()]
    assert names == ["two.json", "two-2.json"]
    read = [read_document((tmp_path / "out" / name).read_bytes()) for name in names]
    assert len({one.reference for one in read}) == 2


def test_what_the_document_has_no_place_for_is_told_as_a_loss(run, tmp_path):
    (tmp_path / "letter.edi").write_bytes(edi())
    _, out, _ = run("convert", "--to", "eu", "--out", tmp_path / "out", "--format", "json", tmp_path / "letter.edi")
    findings = json.loads(out)["findings"]
    assert {"loss"} == {one["severity"] for one in findings if one["code"] == "no-place-in-eu"}


def test_a_receipt_is_refused_with_a_reason(run, tmp_path):
    (tmp_path / "no.xml").write_bytes(xml("XC0330Q"))
    code, out, _ = run("convert", "--to", "eu", "--out", tmp_path / "out", "--format", "json", tmp_path / "no.xml")
    assert code == 1
    assert "no-document" in [one["code"] for one in json.loads(out)["findings"]]
    assert not (tmp_path / "out").exists()


def test_a_requisition_is_refused_with_a_reason():
    made, findings = document_of(laboratory_request())
    assert made is None
    assert [(one.severity, one.code) for one in findings] == [("error", "no-document")]


def test_a_document_is_not_made_into_a_letter(run, document):
    code, _, err = run("convert", "--to", "xml", document)
    assert code == 1
    assert "is-a-document" in err


def test_a_document_is_checked_with_the_fields_of_the_contract(run, document):
    code, out, _ = run("check", "--format", "json", document)
    line = json.loads(out)
    assert code == 0
    assert (line["syntax"], line["standard"], line["version"], line["ok"]) == ("json", "EU-LAB", "2.0.0", True)
    assert line["letter"].startswith("urn:uuid:")


def test_a_broken_reference_is_told_with_what_to_mend(run, document):
    content = json.loads(document.read_bytes())
    del content["entry"][2]
    document.write_text(json.dumps(content))
    code, out, _ = run("check", document)
    assert code == 1
    assert "add the resource or correct it" in out


def test_a_document_is_shown_as_text_and_as_a_page(run, document):
    code, out, _ = run("show", document)
    assert code == 0
    assert "Kreatinin;P" in out
    assert "Endeligt" in out
    code, out, _ = run("show", "--html", "--language", "en", document)
    assert code == 0
    assert "<table" in out
    assert "Final" in out


def test_a_document_on_standard_input_is_known_from_a_letter(run, document, monkeypatch):
    for data, standard in ((document.read_bytes(), "EU-LAB"), (edi(), "RPT01")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(_Pipe(data)))
        code, out, _ = run("check", "--format", "json", "-")
        assert (code, json.loads(out)["standard"]) == (0, standard)


class _Pipe(io.BytesIO):
    """Bytes that cannot be gone back in."""

    def seekable(self) -> bool:
        return False


def test_a_document_is_made_with_the_operators_own_addresses(run, tmp_path, document, monkeypatch):
    (tmp_path / "own.toml").write_text("[in_force]\nreport = 'https://lab.example/sid/report'")
    monkeypatch.setenv("LABBRO_EU_ADDRESSES", str(tmp_path / "own.toml"))
    code, out, _ = run("convert", "--to", "eu", tmp_path / "letter.edi")
    assert code == 0
    packaged = document.read_text()
    assert out == packaged.replace("https://example.org/fhir/sid/laboratory-report", "https://lab.example/sid/report")
    assert out != packaged


def test_addresses_that_cannot_be_used_stop_the_conversion(run, tmp_path, document, monkeypatch):
    (tmp_path / "own.toml").write_text("[in_force]\nreport = 'nowhere'")
    monkeypatch.setenv("LABBRO_EU_ADDRESSES", str(tmp_path / "own.toml"))
    code, out, err = run("convert", "--to", "eu", tmp_path / "letter.edi")
    assert (code, out) == (2, "")
    assert "LABBRO_EU_ADDRESSES" in err
