"""`labbro synthetic` writes letters as files or to standard output."""

from pathlib import Path

import typer
from typer.testing import CliRunner

from labbro import letters
from labbro.commands.synthetic import register


def _run(*arguments: str) -> bytes:
    app = typer.Typer()
    register(app)
    result = CliRunner().invoke(app, [*arguments])
    assert result.exit_code == 0, result.output
    return result.stdout_bytes


def test_the_same_seed_writes_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        _run("--patients", "3", "--years", "2", "--seed", "5", "--out", str(tmp_path / name))
    first = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert first
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}


def test_files_end_by_their_syntax_and_hold_valid_letters(tmp_path: Path) -> None:
    _run("--patients", "3", "--years", "4", "--out", str(tmp_path))
    for path in tmp_path.iterdir():
        (reading,) = letters.read(path.read_bytes())
        assert reading.ok
        assert path.suffix == (".xml" if reading.syntax == "xml" else ".edi")


def test_one_syntax_may_be_asked_for(tmp_path: Path) -> None:
    _run("--patients", "2", "--years", "2", "--syntax", "edifact", "--out", str(tmp_path))
    assert {path.suffix for path in tmp_path.iterdir()} == {".edi"}


def test_several_letters_may_share_an_interchange(tmp_path: Path) -> None:
    _run("--patients", "3", "--years", "4", "--out", str(tmp_path / "single"))
    _run("--patients", "3", "--years", "4", "--interchange", "20", "--out", str(tmp_path / "shared"))
    single, shared = list((tmp_path / "single").iterdir()), list((tmp_path / "shared").iterdir())
    assert len(shared) < len(single) / 3
    found = [reading for path in shared for reading in letters.read(path.read_bytes())]
    assert all(reading.ok for reading in found)
    assert len(found) == len(single)


def test_without_a_folder_letters_go_to_standard_output() -> None:
    data = _run("--patients", "1", "--years", "1", "--syntax", "edifact", "--interchange", "1")
    assert data.startswith(b"UNA:+.? '")
