"""The interface for programs that embed Labbro is what docs/library.md says, and needs nothing but the base."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

from labbro import letters
from labbro.errors import WrongUse
from labbro.letters.reference.examples import example_of
from labbro.letters.registry import registry

from .building import edi, read_one, xml

PAGE = Path(__file__).resolve().parents[2] / "docs" / "library.md"
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EVERY_TYPE = [standard.name for standard in registry().standards]


def files_of_the_page(folder: Path) -> None:
    folder.joinpath("svar.edi").write_bytes(letters.write(example_of("RPT01"), "edifact").data)
    folder.joinpath("gammelt-svar.edi").write_bytes(edi("R0130K"))


def examples() -> list[tuple[str, str]]:
    """Each example of the page with what it prints."""
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    found: list[tuple[str, str]] = []
    for number, (kind, text) in enumerate(blocks):
        if kind == "python":
            following = blocks[number + 1] if number + 1 < len(blocks) else ("", "")
            found.append((text, following[1] if following[0] == "text" else ""))
    return found


def test_every_example_of_the_page_runs_and_prints_what_it_says(tmp_path, monkeypatch):
    files_of_the_page(tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    assert len(examples()) > 10
    for code, expected in examples():
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            exec(code, names)  # our own page
        assert told.getvalue() == expected, code


def test_the_public_names_are_those_that_the_page_explains():
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in letters.__all__ if not re.search(rf"`{name}`|\b{name}\(", page)] == []
    used = set(re.findall(r"\bletters\.([A-Za-z_]+)\b", "".join(code for code, _ in examples())))
    assert used <= set(letters.__all__)
    assert len(set(letters.__all__)) == len(letters.__all__)
    assert all(hasattr(letters, name) for name in letters.__all__)


def test_the_page_can_be_followed_with_the_base_install_alone(tmp_path):
    """In a process that can import nothing but the standard library, msgspec, lxml and labbro itself."""
    files_of_the_page(tmp_path)
    guard = """
import sys
from importlib.machinery import PathFinder
ALLOWED = set(sys.stdlib_module_names) | {"labbro", "lxml", "msgspec"}
class Guard:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] not in ALLOWED:
            raise ModuleNotFoundError(f"{name} is not part of the base install", name=name)
sys.meta_path.insert(0, Guard)
"""
    script = guard + "\n".join(code for code, _ in examples())
    finished = subprocess.run(
        [sys.executable, "-X", "utf8", "-"],
        input=script,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout == "".join(expected for _, expected in examples())


# --- convert ---


def test_converting_gives_a_document_for_each_letter_and_goes_on_after_a_bad_one():
    good, bad = xml("XR0131K"), xml("XR0131K", (">iupac<", ">npu<"))
    assert [made.ok for made in letters.convert(good, "edifact")] == [True]
    (made,) = letters.convert(bad, "edifact")
    assert (made.data, [found.code for found in made.findings]) == (None, ["not-in-list"])


def test_converting_tells_what_the_target_cannot_say():
    (made,) = letters.convert(xml("XR0131K", ("<StatisticalCode>XRPT01<", "<StatisticalCode>STAT<")), "edifact")
    assert made.ok
    assert [(found.severity, found.code) for found in made.findings] == [("loss", "not-carried")]


def test_a_letter_that_was_built_is_converted_as_one_that_was_read():
    letter = read_one(xml("XR0131K")).letter
    (built,), (read,) = letters.convert(letter, "edifact"), letters.convert(xml("XR0131K"), "edifact")
    assert built.data == read.data
    assert built.reading.standard == "RPT01"


def test_converting_to_a_version_that_does_not_exist_is_told_at_once():
    with pytest.raises(WrongUse):
        list(letters.convert(b"", "xml", version="XR9999K"))


def test_converting_moves_each_letter_where_a_version_is_asked_for():
    (refused,) = letters.convert(edi("R0130K"), "xml", version="XR0131K")
    assert not refused.ok
    given = {
        "Sender/FromLabIdentifier": "OEB",
        "LaboratoryResults/GeneralResultInformation/ReportStatusCode": "komplet_svar",
    }
    (made,) = letters.convert(edi("R0130K"), "xml", version="XR0131K", given=given)
    assert made.ok
    assert read_one(made.data).version_code == "XR0131K"


# --- structs ---


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_a_letter_of_every_type_is_a_struct_and_the_same_letter_again(name):
    letter = example_of(name)
    again = letters.from_struct(letters.to_struct(letter), letter.version, letter.envelope)
    assert again == letter


@pytest.mark.parametrize("key", [known.key for known in letters.versions()])
def test_every_version_has_a_struct_and_a_json_schema(key):
    assert letters.json_schema(key)["$ref"].endswith(letters.struct_of(key).__name__)


def test_a_letter_that_does_not_fit_is_told_without_its_value():
    letter = read_one(xml("XR0131K", (">klin_biokemi<", ">Prøve Åse<"))).letter
    with pytest.raises(WrongUse) as told:
        letters.to_struct(letter)
    assert "MedicalSpecialityCode" in told.value.message
    assert "Prøve" not in told.value.message


@pytest.mark.parametrize(
    ("version", "path"), [("XR9999K", ""), ("XR0131K", "Sneder"), ("XR0131K", "Letter/Identifier")]
)
def test_a_struct_of_what_is_no_element_of_parts_is_wrong_use(version, path):
    with pytest.raises(WrongUse):
        letters.struct_of(version, path)


def test_a_struct_of_another_version_makes_no_letter():
    with pytest.raises(WrongUse):
        letters.from_struct(letters.to_struct(example_of("RPT01")), "XR0130K")


def test_every_generated_letter_is_a_struct_and_the_same_letter_again(shared):
    looked = 0
    for path in sorted((shared / "medcom/generated/xml").glob("*/*.xml")):
        for reading in letters.read(path.read_bytes()):
            if reading.ok:
                letter, looked = reading.letter, looked + 1
                again = letters.from_struct(letters.to_struct(letter), letter.version, letter.envelope)
                assert again.root == letter.root, path
    assert looked > 200
