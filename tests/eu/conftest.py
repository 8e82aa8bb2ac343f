"""The validator of the shared material, and the reports that letters give."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.databank.conftest import clock, databank, settings

__all__ = ["clock", "databank", "settings"]  # a databank on a real database, as its own tests have it


@pytest.fixture(scope="session")
def validator(shared: Path) -> Any:
    """The module `validate.py` that stands beside the profiles."""
    place = shared / "fhir" / "validate.py"
    spec = importlib.util.spec_from_file_location("shared_fhir_validate", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def fast_check(validator: Any) -> Callable[[str], list[Any]]:
    """All rules of HL7 Europe and HL7 Denmark but the slow check of structure."""
    return validator.Checker(dk=True, structure=False).check_text


@pytest.fixture(scope="session")
def full_check(validator: Any) -> Callable[[str], list[Any]]:
    """Everything that the validator finds."""
    return validator.Checker(dk=True).check_text


@pytest.fixture(scope="session")
def own_check(shared: Path, validator: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Any]]:
    """The same, which also knows the extensions that Labbro defines itself."""
    packages = tmp_path_factory.mktemp("packages")
    for folder in (shared / "fhir" / "packages").iterdir():
        (packages / folder.name).symlink_to(folder)
    own = packages / "labbro-0.1.0"
    own.mkdir()
    for file in (Path(__file__).parents[2] / "docs" / "fhir").glob("*.json"):
        (own / file.name).symlink_to(file)
    checker = validator.Checker(dk=True, structure=False)
    checker.defs = validator.Definitions(packages)
    checker.structure = validator.Structure(checker.defs, packages)
    return checker.check_text
