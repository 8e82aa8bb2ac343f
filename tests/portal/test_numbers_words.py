"""Every word of the number service's pages stands in both languages, with the same places to fill, and is used."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

import labbro.portal
from labbro.members.board import State
from labbro.members.changes import ACTS, name_of
from labbro.members.model import EscalationState, NoticeKind, Purpose
from labbro.numbers.model import GapReason, NumberState, StretchKind
from labbro.portal.numbers.asking import SPECS
from labbro.portal.numbers.danish import DANISH
from labbro.portal.numbers.english import ENGLISH
from labbro.portal.numbers.words import Words

from .test_texts import flat, places

FOLDER = Path(labbro.portal.__file__).parent
# Words that Danish and English share.
SHARED = {"system", "labels.version", "purposes.support", "feed", "client_id_note", "labels.system_id", "organisation"}


def test_both_languages_have_the_same_words_with_the_same_places() -> None:
    danish, english = flat(DANISH), flat(ENGLISH)
    assert danish.keys() == english.keys()
    assert {name for name in danish if places(danish[name]) != places(english[name])} == set()


def test_no_word_is_empty_and_none_was_forgotten_in_translation() -> None:
    danish, english = flat(DANISH), flat(ENGLISH)
    assert [name for name in danish if not danish[name].strip() or not english[name].strip()] == []
    same = {name for name in danish if danish[name] == english[name] and not name.startswith("signs.")}
    assert same - SHARED == set()


def test_every_word_is_used() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in [*FOLDER.glob("numbers/*.py"), *FOLDER.glob("templates/numbers/*.html")]
        if path.name not in ("words.py", "danish.py", "english.py")
    )
    used = set(re.findall(r"\b(?:w|words)\.([a-z_]+)", sources))
    assert set(Words.__struct_fields__) - used == set()


def test_templates_hold_no_words_of_their_own() -> None:
    for path in FOLDER.glob("templates/numbers/*.html"):
        text = path.read_text(encoding="utf-8")
        bare = re.sub(r"{% block width %}.*?{% endblock %}|{%.*?%}|{{.*?}}|<[^>]*>", " ", text, flags=re.DOTALL)
        assert re.findall(r"[A-Za-zæøåÆØÅ]{3,}", bare) == [], path.name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("duty_states", State), ("notice_kinds", NoticeKind), ("purposes", Purpose),
        ("question_states", EscalationState),
        ("gap_reasons", GapReason), ("number_states", NumberState), ("fates", StretchKind),
    ],
)  # fmt: skip
def test_there_are_words_for_everything_that_the_service_can_say(name: str, said: object) -> None:
    assert set(getattr(DANISH, name)) == set(get_args(said))


def test_every_act_and_every_field_of_it_has_a_name() -> None:
    assert set(DANISH.acts) == {name_of(act) for act in ACTS}
    assert set(DANISH.act_links) == {act.__name__ for act in ACTS}
    for act, spec in SPECS.items():
        for field in spec.fields:
            assert field.name in DANISH.labels, (act, field.name)


def test_every_field_that_an_act_needs_is_asked_for() -> None:
    for act, spec in SPECS.items():
        asked = {*spec.about, *(field.name for field in spec.fields), "request_id", "role"}
        needed = {field.name for field in msgspec.structs.fields(act) if field.required}
        assert needed - asked - {"limits"} == set(), act
