"""Every version with a public schema beside MedCom's schema and generated letters; a new version is asked the same."""

from __future__ import annotations

import pytest

from labbro.letters.registry import registry

from .beside_medcom import check_declaration, check_identity, check_shown, check_verdicts

VERSIONS = [key for key, declared in registry().by_key.items() if declared.version.public]
MADE = 150


@pytest.mark.parametrize("version", VERSIONS)
def test_verdicts_are_those_of_the_schema(shared, version):
    check_verdicts(shared, version)
    check_declaration(shared, version, MADE)


@pytest.mark.parametrize("version", VERSIONS)
def test_reading_and_writing_is_the_identity_in_xml_and_json(shared, version):
    check_identity(shared, version)
    check_shown(shared, version)
