"""The audit of dependencies fails on a known vulnerability, and on nothing that says nothing about the code."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "audit.py"


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_known_vulnerability_fails_and_is_named(audit: ModuleType) -> None:
    vulnerability = {"id": "PYSEC-2099-1", "fix_versions": ["2.0"], "aliases": [], "description": ""}
    answer = {"dependencies": [{"name": "wheel-of-time", "version": "1.0", "vulns": [vulnerability]}]}
    passed, lines = audit.verdict(json.dumps(answer), "Found 1 known vulnerability")
    assert not passed
    assert lines[0] == "wheel-of-time 1.0: PYSEC-2099-1, mended in 2.0"


def test_packages_without_vulnerabilities_pass(audit: ModuleType) -> None:
    passed, lines = audit.verdict('{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}', "")
    assert passed
    assert lines == ["1 packages, 0 vulnerable, 0 unknown to the advisory service"]


def test_a_package_that_the_service_does_not_know_passes_and_is_counted(audit: ModuleType) -> None:
    passed, lines = audit.verdict('{"dependencies": [{"name": "a", "skip_reason": "not found"}]}', "")
    assert passed
    assert lines == ["1 packages, 0 vulnerable, 1 unknown to the advisory service"]


def test_a_service_that_does_not_answer_passes_and_is_told(audit: ModuleType) -> None:
    passed, lines = audit.verdict("", "requests.exceptions.ConnectionError: refused")
    assert passed
    assert "does not answer" in lines[0]


def test_an_audit_that_fails_by_itself_fails(audit: ModuleType) -> None:
    assert not audit.verdict("", "error: requirements.txt has no hashes")[0]


def test_every_file_of_pins_is_audited(audit: ModuleType) -> None:
    assert set(audit.PINS) == {path.name for path in SCRIPT.parents[1].glob("requirements*.txt")}
