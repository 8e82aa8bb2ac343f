"""Every text exists in both languages, with the same places to fill."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import get_args

import msgspec
import pytest

import labbro.portal
from labbro.databank.history import AccessAction
from labbro.portal.i18n import DANISH, ENGLISH, texts_in
from labbro.portal.texts import Counted
from labbro.records.answers import AnswerState, RequestState, Step
from labbro.records.model import ReportKind, ReportStatus, ResultStatus
from labbro.records.parts import Flag, RelationKind
from labbro.records.requisition import PayerKind, Pretreatment, Priority, RequisitionKind, SamplingPlace

FOLDER = Path(labbro.portal.__file__).parent
# Words that Danish and English share.
SAME = {"product", "status", "patient", "demonstration", "find", "find_patient", "new_patient", "origin_hospital"}


def flat(texts) -> dict[str, str]:
    told: dict[str, str] = {}
    for name, value in msgspec.structs.asdict(texts).items():
        if isinstance(value, str):
            told[name] = value
        elif isinstance(value, Counted):
            told |= {f"{name}.one": value.one, f"{name}.other": value.other}
        else:
            told |= {f"{name}.{key}": text for key, text in value.items()}
    return told


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_texts_with_the_same_places() -> None:
    danish, english = flat(DANISH), flat(ENGLISH)
    assert danish.keys() == english.keys()
    assert {name for name in danish if places(danish[name]) != places(english[name])} == set()


def test_no_text_is_empty_and_none_was_forgotten_in_translation() -> None:
    danish, english = flat(DANISH), flat(ENGLISH)
    assert [name for name in danish if not danish[name].strip() or not english[name].strip()] == []
    same = {name for name in danish if danish[name] == english[name]}
    assert same - SAME == set()


def test_every_text_is_used_and_every_used_text_exists() -> None:
    sources = [path.read_text(encoding="utf-8") for path in [*FOLDER.glob("*.py"), *FOLDER.glob("templates/*.html")]]
    used = set(re.findall(r"\b(?:t|texts|_texts)\.([a-z_]+)", "\n".join(s for s in sources)))
    known = set(DANISH.__struct_fields__)
    assert known - used == set()
    assert used - known - {"get", "py"} == set()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("report_kinds", ReportKind), ("requisition_kinds", RequisitionKind), ("answer_states", AnswerState),
        ("requested_states", RequestState), ("matched_by", Step), ("priorities", Priority), ("payers", PayerKind),
        ("sampling_places", SamplingPlace), ("pretreatments", Pretreatment), ("relations", RelationKind),
        ("flags", Flag), ("statuses", ResultStatus), ("report_statuses", ReportStatus),
        ("access_actions", AccessAction),
    ],
)  # fmt: skip
def test_there_are_words_for_everything_that_the_record_can_say(name: str, said: object) -> None:
    assert set(getattr(DANISH, name)) == set(get_args(said))


def test_templates_hold_no_words_of_their_own() -> None:
    for path in FOLDER.glob("templates/*.html"):
        words = re.sub(
            r"{% block width %}.*?{% endblock %}|{%.*?%}|{{.*?}}|{#.*?#}|<[^>]*>",
            " ",
            path.read_text(encoding="utf-8"),
            flags=re.DOTALL,
        )
        assert re.findall(r"[A-Za-zæøåÆØÅ]{3,}", words) == [], path.name


@pytest.mark.parametrize(("asked", "expected"), [("en", "en"), ("da", "da"), (None, "da"), ("xx", "da")])
def test_danish_is_the_default(asked: str | None, expected: str) -> None:
    assert texts_in(asked).language == expected


def test_one_is_said_as_one() -> None:
    assert [DANISH.samplings_counted.of(count) for count in (0, 1, 2)] == [
        "0 prøvetagninger",
        "1 prøvetagning",
        "2 prøvetagninger",
    ]
    assert [ENGLISH.results_counted.of(count) for count in (1, 2)] == ["1 result", "2 results"]
