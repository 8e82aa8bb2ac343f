"""The registry fills what letters do not say of methods, marks it, and says which results may be compared."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.eu.test_document import SODIUM, all_reports, report, result

from labbro.comparability import seed
from labbro.comparability.decision import Placer
from labbro.comparability.model import CodeRef, Entries, Group, Measurand, Procedure
from labbro.comparability.registry import Registry
from labbro.eu.addresses import REFERENCE_MATERIAL, TEST_KIT, Addresses
from labbro.eu.document import Document, document
from labbro.eu.enriching import enrich
from labbro.eu.reading import read_document
from labbro.eu.showing import show_text
from labbro.records.model import Code, Producer, Report

KNOWN = Addresses()
CODE = CodeRef(SODIUM.system, SODIUM.value, SODIUM.responsible)
PROCEDURE = Procedure(
    procedure_id="na-ise",
    measurand_id="sodium",
    codes=(CODE,),
    producer="TST",
    principle="Ionselektiv elektrode",
    device="Analyse 1",
    kit="ISE-kit",
    calibrator="Kalibrator 7",
    site="Venstre arm",
    specimen="Plasma",
    unit="mmol/L",
    valid_from=dt.date(2020, 1, 1),
)
ENTRIES = Entries(
    measurands=(Measurand(measurand_id="sodium", label_da="Natrium", label_en="Sodium", unit="mmol/L", codes=(CODE,)),),
    procedures=(PROCEDURE,),
    groups=(
        Group(
            group_id="sodium-ise",
            measurand_id="sodium",
            anchor_procedure_id="na-ise",
            label_da="Natrium",
            label_en="Sodium",
            unit="mmol/L",
        ),
    ),
)
PLACER = Placer(Registry(ENTRIES, 17))


def sodium(**parts: Any) -> Report:
    return report(result(producer=Producer("Testlab", "TST"), **parts))


def observation(made: Document) -> dict[str, Any]:
    found = (one["resource"] for one in made.bundle["entry"])
    return next(one for one in found if one["resourceType"] == "Observation")


def enriched(told: Report, placer: Placer = PLACER) -> Document:
    return enrich(document(told), told, placer)


def test_what_the_letter_does_not_say_is_filled_and_marked():
    told = observation(enriched(sodium()))
    mark = [{"url": KNOWN.from_registry, "valueString": f"{KNOWN.registry}|17"}]
    assert told["method"] == {"extension": mark, "text": "Ionselektiv elektrode"}
    assert told["bodySite"] == {"extension": mark, "text": "Venstre arm"}
    assert told["device"]["extension"] == mark
    extensions = {one["url"]: one for one in told["extension"]}
    assert extensions[TEST_KIT]["valueReference"]["extension"] == mark
    assert extensions[REFERENCE_MATERIAL]["valueCodeableConcept"]["text"] == "Kalibrator 7"


def test_the_parameter_names_registry_group_version_and_verdict():
    extensions = {one["url"]: one for one in observation(enriched(sodium()))["extension"]}
    parts = {
        one["url"]: next(v for k, v in one.items() if k != "url")
        for one in extensions[KNOWN.comparability]["extension"]
    }
    assert parts == {
        "registry": KNOWN.registry,
        "group": "sodium-ise",
        "version": 17,
        "verdict": "same",
        "procedure": "na-ise",
    }


def test_what_the_registry_does_not_know_is_left_alone():
    told = report(result(analysis=Code("NPU99999", "iupac", "SST", "Ukendt")))
    assert enriched(told).bundle == document(told).bundle
    assert enriched(sodium(), Placer(Registry(Entries(), 3))).bundle == document(sodium()).bundle


def test_the_document_that_was_given_is_not_changed():
    made = document(sodium())
    before = json.dumps(made.bundle, default=str)
    enrich(made, sodium(), PLACER)
    assert json.dumps(made.bundle, default=str) == before


def test_what_is_from_the_registry_is_shown_as_such_and_not_read_back_as_the_laboratorys_word():
    told = read_document(enriched(sodium()).encoded())
    assert told.ok
    assert told.bundle is not None
    shown = show_text(told.bundle)
    assert "Ionselektiv elektrode (fra metoderegistret)" in shown
    assert "sodium-ise" in shown
    assert told.report is not None
    assert (told.report.results[0].method, told.report.results[0].location) == (None, None)


def test_the_validator_finds_nothing_in_an_enriched_document(own_check: Callable[[str], list[Any]]):
    found = own_check(enriched(sodium()).encoded().decode())
    assert [one for one in found if one.severity == "error"] == []


@pytest.mark.parametrize("every", [7])
def test_reports_of_letters_stay_valid_with_the_seed_registry(shared, fast_check, every):
    """Every seventh of all letters; the seed knows methods of some of their codes."""
    placer = Placer(Registry(seed.SEED, 1))
    for name, told in list(all_reports(shared))[::every]:
        plain = document(told)
        made = enrich(plain, told, placer)
        if made.bundle != plain.bundle:
            before = {(one.code, one.path) for one in fast_check(plain.encoded().decode()) if one.severity == "error"}
            after = {(one.code, one.path) for one in fast_check(made.encoded().decode()) if one.severity == "error"}
            assert after <= before, name
