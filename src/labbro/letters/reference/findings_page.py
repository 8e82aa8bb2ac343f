"""The pages of layer two (remarks) and of every finding, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from labbro.letters import tables
from labbro.letters.labels import Language
from labbro.letters.messages import MESSAGES
from labbro.letters.reference.letter_page import header, row, title_of, version_name
from labbro.letters.reference.words import KINDS, phrase
from labbro.letters.remarks import Rule
from labbro.letters.standard import Standard

_SLOT = re.compile(r"\{[a-z]+\}")
_STARS = re.compile(r"\*{5}")


def _plain(sentence: str) -> str:
    """A sentence of a finding as a page says it: its words left open, stars as stars."""
    return _STARS.sub("`*****`", _SLOT.sub("…", sentence))


def _links(language: Language, name: str) -> str:
    other = "da" if language == "en" else "en"
    return f"[{phrase('other', language)}](../{other}/{name}) · [{phrase('all', language)}](README.md)"


class Listed:
    """A rule with the versions it is asked of, as a warning and as an error."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.warned: dict[str, list[str]] = {}
        self.demanded: list[str] = []
        self.sources = [rule.source]


def listed(standards: Sequence[Standard]) -> dict[str, Listed]:
    """Every rule by its code, with the letters it holds for."""
    found: dict[str, Listed] = {}
    for standard in standards:
        for rules, is_demand in ((standard.rules, False), (standard.demands, True)):
            for rule in rules:
                entry = found.setdefault(rule.code, Listed(rule))
                keys = [version.key for version in standard.versions if version.public and rule.holds_for(version.key)]
                if rule.source not in entry.sources:
                    entry.sources.append(rule.source)
                if is_demand:
                    entry.demanded.extend(keys)
                else:
                    entry.warned.setdefault(standard.name, []).extend(keys)
    return found


def _letters_of(entry: Listed, standards: Sequence[Standard]) -> Iterator[str]:
    """A type alone where the rule holds for all its versions, else the versions."""
    for standard in standards:
        keys = dict.fromkeys(entry.warned.get(standard.name, ()))
        if not keys:
            continue
        every = sum(1 for version in standard.versions if version.public)
        name = f"[{standard.name}]({standard.name.lower()}.md)"
        yield name if len(keys) == every else f"{name} ({', '.join(map(version_name, keys))})"


def rules_page(standards: Sequence[Standard], language: Language) -> str:
    """Layer two: every rule."""
    lines = [
        f"# {phrase('rules_title', language)}",
        "",
        _links(language, "rules.md"),
        "",
        phrase("rules_said", language),
        "",
    ]
    for code, entry in listed(standards).items():
        english, danish = MESSAGES[code]
        sentence = _plain(english if language == "en" else danish)
        why = entry.rule.english if language == "en" else entry.rule.danish
        lines += [f"## {code}", "", _plain(why), "", f"- *{phrase('sentence', language)}:* {sentence}"]
        letters = ", ".join(_letters_of(entry, standards))
        if letters:
            lines.append(f"- *{phrase('holds_for', language)}:* {letters}")
        if entry.demanded:
            lines.append(f"- {phrase('demand', language, names=', '.join(entry.demanded))}")
        sources = [source.english if language == "en" else source.danish for source in entry.sources]
        lines += [f"- *{phrase('rests_on', language)}:* {'; '.join(sources)}", ""]
    return "\n".join((*lines, "---", "", phrase("generated", language))) + "\n"


def findings_page(standards: Sequence[Standard], language: Language) -> str:
    """Every finding code with its sentence."""
    second = listed(standards)
    title, said = phrase("findings_title", language), phrase("findings_said", language)
    lines = [f"# {title}", "", _links(language, "findings.md"), "", said, "", phrase("severities", language), ""]
    for key, codes in (
        ("layer_one", [code for code in MESSAGES if code not in second]),
        ("layer_two", list(second)),
    ):
        lines += [f"## {phrase(key, language)}", "", *header(phrase("code", language), phrase("sentence", language))]
        for code in codes:
            english, danish = MESSAGES[code]
            name = f"[`{code}`](rules.md#{code})" if code in second else f"`{code}`"
            lines.append(row(name, _plain(english if language == "en" else danish)))
        lines.append("")
    return "\n".join((*lines, "---", "", phrase("generated", language))) + "\n"


def specialities_page(language: Language) -> str:
    """The list of medical specialities, which several letters share."""
    title = phrase("specialities", language)
    said = (phrase("specialities_said", language), "", phrase("trailing_blank", language))
    lines = [f"# {title}", "", _links(language, "specialities.md"), "", *said, ""]
    columns = ("word", "meaning")
    lines += header(*(phrase(key, language) for key in columns), "EDIFACT", phrase("since_year", language))
    for found in tables.SPECIALITIES:
        lines.append(row(f"`{found.word}`", found.danish, f"`{found.code}`", str(found.since_year)))
    return "\n".join((*lines, "", "---", "", phrase("generated", language))) + "\n"


def readme_page(standards: Sequence[Standard], language: Language) -> str:
    """The list of letter types in one language."""
    other = "da" if language == "en" else "en"
    link = f"[{phrase('other', language)}](../{other}/README.md)"
    lines = [f"# {phrase('readme_title', language)}", "", link, "", phrase("readme_said", language), ""]
    for kind, both in KINDS.items():
        lines += [f"## {both[language == 'en']}", ""]
        for standard in standards:
            if standard.kind == kind:
                versions = ", ".join(version_name(version.key) for version in standard.versions)
                lines.append(f"- [{title_of(standard, language)}]({standard.name.lower()}.md) · {versions}")
        lines.append("")
    others = (("rules", "rules"), ("findings", "findings"), ("specialities", "specialities"))
    lines += [" · ".join(f"[{phrase(key, language)}]({name}.md)" for key, name in others), "", "---", ""]
    return "\n".join((*lines, phrase("generated", language))) + "\n"
