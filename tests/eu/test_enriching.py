"""The registry fills what letters do not say of methods, marks it, and says which results may be compared."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.eu.test_document import SODIUM, all_reports, report, result

from labbro.comparability import seed
from labbro.comparability.decision import Placer
from labbro.comparability.model import CodeRef, Entries, Group, Measurand, Procedure
from labbro.comparability.registry import Registry
from labbro.databank.assembling import BY_RESULT
from labbro.eu.addresses import REFERENCE_MATERIAL, TEST_KIT, Addresses
from labbro.eu.document import Document, document
from labbro.eu.enriching import enrich, observed
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


def knowing_all(told: Report) -> Placer:
    """By a registry that knows everything of every method in a report."""
    asked = {
        (one.code, one.point_of_care, one.specimen): one for one in (observed(told, each) for each in told.results)
    }
    known = dict(enumerate(asked.values()))
    return Placer(
        Registry(
            Entries(
                measurands=tuple(
                    Measurand(
                        measurand_id=f"m{at}", label_da="Mål", label_en="Measurand", unit=one.unit or "1", codes=()
                    )
                    for at, one in known.items()
                ),
                procedures=tuple(
                    msgspec.structs.replace(
                        PROCEDURE,
                        procedure_id=f"p{at}",
                        measurand_id=f"m{at}",
                        codes=(one.code,),
                        producer=None,
                        specimen=one.specimen or "Plasma",
                        point_of_care=bool(one.point_of_care),
                        unit=one.unit,
                        valid_from=dt.date.min,
                    )
                    for at, one in known.items()
                ),
                groups=tuple(
                    Group(
                        group_id=f"g{at}",
                        measurand_id=f"m{at}",
                        anchor_procedure_id=f"p{at}",
                        label_da="Gruppe",
                        label_en="Group",
                        unit=one.unit or "1",
                    )
                    for at, one in known.items()
                ),
            ),
            17,
        )
    )


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


def test_one_document_of_every_version_passes_the_full_check_with_everything_from_the_registry(
    shared: Path, own_check: Callable[[str], list[Any]]
) -> None:
    """All letters have been through it by hand; here those that are read one by one, the largest of a version."""
    largest: dict[str, Report] = {}
    for _, told in all_reports(shared):
        if told.kind not in BY_RESULT or told.patient.identifier_kind == "unknown":
            continue  # HL7 Denmark asks for a number of the patient
        before = largest.get(told.version)
        if before is None or len(before.results) < len(told.results) <= 8:
            largest[told.version] = told
    assert len(largest) >= 4
    for version, told in largest.items():
        made = enriched(told, knowing_all(told))
        assert json.dumps(made.bundle, default=str).count(KNOWN.comparability) > 0, version
        assert [one for one in own_check(made.encoded().decode()) if one.severity == "error"] == [], version
