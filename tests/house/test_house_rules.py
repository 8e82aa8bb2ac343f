"""The rules of the house, held by tests: what documents say is what the code does, and nothing private is kept."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from labbro import cli
from labbro.letters.registry import registry

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "labbro"
LONGEST_MODULE = 500  # lines
LONGEST_FUNCTION = 60  # lines


def tracked() -> list[Path]:
    """The files that git keeps or would keep, still there."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is an export, not a clone")
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[tuple[str, str]]:
    """Name and text of every tracked text file."""
    found: list[tuple[str, str]] = []
    for path in tracked():
        try:
            found.append((str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def rooms() -> list[Path]:
    return sorted(path for path in SOURCE.iterdir() if (path / "__init__.py").exists() and path.name != "commands")


def test_no_tracked_file_names_a_machine_path_or_a_package_index() -> None:
    # Written in parts, so that this file does not find itself.
    words = ["/wo" + "rk/", "/ro" + "ot/", "/home" + "/", "pyp" + "i.org", "index" + "-url =", "find" + "-links ="]
    wrong = [(name, word) for name, text in texts() for word in words if word in text]
    assert wrong == []


def test_pins_are_hashed_and_name_no_address() -> None:
    for path in ROOT.glob("requirements*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, path.name
        pins = re.findall(r"^([a-zA-Z0-9._-]+)(?:\[[a-z,]+\])?==", text, re.MULTILINE)
        assert pins, path.name
        assert len(re.findall(r"^[a-zA-Z0-9]", text, re.MULTILINE)) == len(pins), f"{path.name} has an unpinned line"
        assert text.count("--hash=sha256:") >= len(pins)


def test_no_module_is_too_long_to_read() -> None:
    lengths = {str(path.relative_to(SOURCE)): path.read_text("utf-8").count("\n") for path in SOURCE.rglob("*.py")}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long: list[str] = []
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = sum(_lines(part) for part in node.body if isinstance(part, ast.FunctionDef))
                lines = _lines(node) - inner  # a function of functions, as for routes, is read one at a time
                if lines > LONGEST_FUNCTION:
                    long.append(f"{path.relative_to(SOURCE)}:{node.lineno} {node.name} {lines}")
    assert long == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if (tree := ast.parse(path.read_text(encoding="utf-8"))).body and not ast.get_docstring(tree)
    ]
    assert silent == []


def test_every_room_has_a_readme_of_at_most_a_page() -> None:
    for room in rooms():
        readme = room / "README.md"
        assert readme.exists(), room.name
        assert readme.read_text(encoding="utf-8").count("\n") <= 70, room.name


def test_the_arrows_between_the_rooms_are_kept() -> None:
    finished = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stdout


def test_the_base_install_needs_no_server_and_no_command_line() -> None:
    code = (
        "import sys, importlib, pkgutil\n"
        "for room in ('letters', 'codes', 'records'):\n"
        "    package = importlib.import_module('labbro.' + room)\n"
        "    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        importlib.import_module(module.name)\n"
        "outside = {name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)\n"
        "print(*sorted(outside & {'litestar', 'psycopg', 'typer', 'rich', 'structlog', 'granian', 'jinja2'}))\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() == ""


@pytest.mark.parametrize("document", ["README.md", "CHANGELOG.md"])
def test_every_letter_type_is_named_to_a_stranger(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    assert [standard.name for standard in registry().standards if standard.name not in text] == []


def test_every_decision_is_in_the_list_and_every_listed_one_exists() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = set(re.findall(r"\]\((\d{4}-[a-z0-9-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8")))
    assert listed == {path.name for path in folder.glob("[0-9]*.md")}


def test_every_link_between_documents_leads_somewhere() -> None:
    broken: list[str] = []
    for path in tracked():
        if path.suffix != ".md":
            continue
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)} -> {target}")
    assert broken == []


def test_every_command_in_the_documents_exists() -> None:
    commands = set(cli.COMMANDS) | {"--help", "--version", "NAME"}
    for name in ("README.md", "docs/quickstart.md", "docs/settings.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        used = set(re.findall(r"(?:^|`|bin/|\$ )labbro ([a-z-]+)", text, re.MULTILINE))
        assert used <= commands, name


def test_every_make_target_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for name in ("README.md", "docs/quickstart.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert set(re.findall(r"(?:^|`)make ([a-z]+)\b", text, re.MULTILINE)) <= targets, name


@pytest.mark.parametrize("target", ["run", "test", "check", "bench", "help"])
def test_the_makefile_has_the_promised_targets(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_person_number_in_the_repository_belongs_to_nobody() -> None:
    """Anything that could be a CPR number of a date is invented: it fails modulus 11."""
    weights = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    found: set[tuple[str, str]] = set()
    for name, text in texts():
        if name.startswith("requirements"):
            continue
        for number in re.findall(
            r"(?<![0-9a-fA-F-])(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{6}(?![0-9a-fA-F])", text
        ):
            if sum(weight * int(digit) for weight, digit in zip(weights, number, strict=True)) % 11 == 0:
                found.add((name, number))
    assert found == set()
