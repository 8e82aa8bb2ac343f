"""The reference pages of `docs/letters`, made from the declarations: a page a letter type, in Danish and English."""

from __future__ import annotations

from collections.abc import Sequence

from labbro.letters.reference.examples import ENVELOPE
from labbro.letters.reference.findings_page import findings_page, readme_page, rules_page, specialities_page
from labbro.letters.reference.letter_page import letter_page
from labbro.letters.reference.words import LANGUAGES
from labbro.letters.registry import registry
from labbro.letters.standard import Standard

_FIRST_PAGE = """# Letters · Breve

Reference pages of every letter type that Labbro knows, made from its own declarations (`make docs`).

- [Dansk](da/README.md)
- [English](en/README.md)
"""


def pages(standards: Sequence[Standard] = ()) -> dict[str, str]:
    """Every page by its path below `docs/letters`; of the packaged letter types, or of those given."""
    known = tuple(standards) or (*registry().standards, ENVELOPE)
    found = {"README.md": _FIRST_PAGE}
    for language in LANGUAGES:
        for standard in known:
            found[f"{language}/{standard.name.lower()}.md"] = letter_page(standard, language)
        found[f"{language}/rules.md"] = rules_page(known, language)
        found[f"{language}/findings.md"] = findings_page(known, language)
        found[f"{language}/specialities.md"] = specialities_page(language)
        found[f"{language}/README.md"] = readme_page(known, language)
    return found
