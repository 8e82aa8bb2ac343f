"""Every problem has a code of its own, a sentence in both languages, and a row in docs/problems.md."""

from __future__ import annotations

import datetime as dt
import inspect
import re
import uuid
from collections import Counter
from pathlib import Path

import pytest

from labbro.errors import LabbroError
from labbro.members import problems as members_problems
from labbro.numbers import problems

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = {"int": 7, "str": "npn", "dt.date": dt.date(2026, 3, 2), "UUID": uuid.UUID(int=7)}


def every(module) -> list[LabbroError]:
    made = [problems.ApprovalNeeded(uuid.UUID(int=7))] if module is problems else []
    for _, function in inspect.getmembers(module, inspect.isfunction):
        names = inspect.signature(function).parameters.values()
        if function.__module__ == module.__name__ and all(str(one.annotation) in SAMPLES for one in names):
            error = function(*(SAMPLES[str(one.annotation)] for one in names))
            made += [error] if isinstance(error, LabbroError) else []
    return made


@pytest.mark.parametrize("error", every(problems), ids=lambda error: error.code)
def test_a_problem_says_what_to_do_in_two_languages(error: LabbroError) -> None:
    assert error.message.endswith(".")
    assert error.message_da.endswith(".")
    assert error.message != error.message_da
    assert 400 <= error.status < 600


def test_no_two_problems_share_a_code() -> None:
    assert [code for code, count in Counter(error.code for error in every(problems)).items() if count > 1] == []


def test_every_problem_has_a_row_and_every_row_its_status() -> None:
    text = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", text, re.MULTILINE))
    general = {"error", "wrong-use", "not-found", "not-allowed", "conflict"}
    made = {error.code: str(error.status) for error in [*every(members_problems), *every(problems)]}
    assert {code: status for code, status in made.items() if code not in general and rows.get(code) != status} == {}
