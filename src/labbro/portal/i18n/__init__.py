"""The portal's words: one module a language, each a complete `Texts`."""

from __future__ import annotations

from collections.abc import Mapping

from labbro.portal.i18n.danish import DANISH
from labbro.portal.i18n.english import ENGLISH
from labbro.portal.texts import Language, Texts

LANGUAGES: Mapping[Language, Texts] = {"da": DANISH, "en": ENGLISH}


def texts_in(language: str | None) -> Texts:
    """The words of a language; Danish for any other."""
    return ENGLISH if language == "en" else DANISH
