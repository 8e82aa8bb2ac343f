"""An operator's own addresses are written, and those before still understood."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from tests.databank.building import NOW
from tests.eu.test_document import NANCY, report, result
from tests.eu.test_incoming import history

from labbro.errors import NotConfigured
from labbro.eu import api, incoming
from labbro.eu.address_file import addresses_of
from labbro.eu.addresses import DEFAULT, NPU, NPU_OF_MEDCOM, Addresses
from labbro.eu.document import Version, document
from labbro.eu.reading import read_document
from labbro.platform import problems
from labbro.records.model import Code, Person

LAB = "https://lab.example/sid/"
OWN = f"""
[in_force]
report = "{LAB}report"
letter = "{LAB}letter/{{}}"
requisition = "{LAB}requisition"
sample_number = "{LAB}sample"
laboratory_sample_number = "{LAB}accession/{{}}"
local_patient = "urn:oid:1.2.208.999.1:{{}}"
local_organisation = "{LAB}organisation/{{}}"
codes = "{LAB}codes/{{}}"
comparability = "https://lab.example/fhir/StructureDefinition/comparability-group"
from_registry = "https://lab.example/fhir/StructureDefinition/from-registry"
registry = "https://lab.example/comparability"

[in_force.organisations]
"5790000000012" = "1234567890123456"

[[earlier]]
codes = "https://old.example/codes/{{}}"
local_patient = "https://old.example/patient/{{}}"
"""
LOCAL = Code("GLU-P", "lokal", "OUH", short_name="Glukose;P")
UNNUMBERED = Person("K-77", "alternative", "Berggren", "Nancy")


def file_of(folder: Path, text: str) -> Path:
    path = folder / "addresses.toml"
    path.write_text(text)
    return path


@pytest.fixture
def own(tmp_path: Path) -> Addresses:
    return addresses_of(file_of(tmp_path, OWN))


@pytest.fixture
def old(own: Addresses) -> Addresses:
    return own.earlier[0]


def test_without_a_file_the_packaged_addresses_are_in_force():
    assert addresses_of(None) is DEFAULT


def test_what_a_set_does_not_name_is_as_packaged(own, old):
    assert (own.codes, old.codes, old.letter) == (f"{LAB}codes/{{}}", "https://old.example/codes/{}", DEFAULT.letter)
    assert own.organisations == {"5790000000012": "1234567890123456"}


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("[in_force", "Expected ']'"),
        ("", "in_force"),
        ("[in_force]\nrapport = 'https://lab.example/r'", "rapport"),
        ("[in_force]\nreport = 5", "report"),
        ("[in_force]\nreport = 'lab.example/report'", "absolute"),
        ("[in_force]\nreport = 'javascript:alert(1)'", "absolute"),
        ("[in_force]\nreport = 'https://lab.example/a report'", "absolute"),
        ("[in_force]\nreport = 'https://lab.example/{}'", "absolute"),
        ("[in_force]\ncodes = 'https://lab.example/codes/'", "must end in {}"),
        ("[in_force]\ncodes = 'https://lab.example/codes{}'", "must end in {}"),
        ("[in_force]\ncodes = 'https://lab.example/{}/{}'", "absolute"),
        ("[in_force]\ncomparability = 'https://lab.example/parameter'", "/comparability-group"),
        ("[in_force]\nfrom_registry = 'https://lab.example/mark'", "/from-registry"),
        ("[in_force]\nreport = 'https://lab.example/n'\nrequisition = 'https://lab.example/n'", "told apart"),
        ("[in_force]\nreport = 'https://lab.example/n/r'\ncodes = 'https://lab.example/n/{}'", "told apart"),
        ("[in_force]\nletter = 'https://lab.example/n/{}'\ncodes = 'https://lab.example/n/c/{}'", "told apart"),
        (f"[in_force]\nletter = '{DEFAULT.codes}'", "told apart"),
        ("[in_force]\n[[earlier]]\n[earlier.organisations]\n'5790000000012' = '1234567890123456'", "organisations"),
        ("[in_force]\n[[in_force.earlier]]", "[[earlier]]"),
        ("[in_force.organisations]\n'579' = '1234567890123456'", "13 digits"),
        ("[in_force.organisations]\n'5790000000012' = '12'", "11 to 18"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_mend(tmp_path, fault, said):
    with pytest.raises(NotConfigured) as told:
        addresses_of(file_of(tmp_path, fault))
    assert "LABBRO_EU_ADDRESSES" in str(told.value)
    assert said in str(told.value)


def test_a_file_that_is_gone_or_no_text_is_told(tmp_path):
    with pytest.raises(NotConfigured, match="cannot be read"):
        addresses_of(tmp_path / "gone.toml")
    (tmp_path / "latin.toml").write_bytes(b"[in_force]\nreport = '\xe6'")
    with pytest.raises(NotConfigured, match="cannot be used"):
        addresses_of(tmp_path / "latin.toml")


def test_documents_are_written_with_the_addresses_in_force(own):
    told = report(result(analysis=LOCAL), patient=UNNUMBERED)
    assert b"example.org" in document(told).encoded()
    made = document(told, own).encoded()
    assert b"example.org" not in made
    assert b"old.example" not in made
    assert b'"urn:oid:1.2.208.999.1:5790000000012"' in made


def test_a_patient_known_by_a_senders_number_stays_one_over_a_change_of_addresses(databank, own, old):
    read = incoming.reader(own)
    keys = set()
    for at, known in enumerate((DEFAULT, old, own)):
        told = report(result(), patient=UNNUMBERED, letter_identifier=f"BREV-{at}", production_number=f"P-{at}")
        (outcome,) = databank.intake(list(read(document(told, known).encoded())), NOW, "request", "api")
        assert outcome.kind == "stored", outcome
        keys.add(outcome.patient_key)
    assert len(keys) == 1


def test_a_senders_number_under_an_address_that_was_never_ours_is_another_patient(databank, own):
    for at, known in enumerate((own, msgspec.structs.replace(own, local_patient="https://else.example/p/{}"))):
        told = report(result(), patient=UNNUMBERED, letter_identifier=f"BREV-{at}", production_number=f"P-{at}")
        databank.intake(list(incoming.read(document(told, known).encoded(), own)), NOW, "request", "api")
    assert len(databank.find_patients(UNNUMBERED.identifier)) == 2


def test_the_letter_that_a_document_replaces_is_no_report_under_any_address_of_ours(own, old):
    version = Version(number=2, replaces="BREV-0")
    for known in (own, old, DEFAULT):
        read = read_document(document(report(), known, version).encoded(), own).report
        assert read is not None
        assert read.replaces == ()
    unknown = read_document(document(report(), own, version).encoded()).report
    assert unknown is not None
    assert unknown.replaces == ("BREV-0",)


def test_search_finds_a_local_code_by_every_address_it_had(databank, settings, clock, own, old):
    for at, known in enumerate((old, own)):
        told = report(result(analysis=LOCAL), letter_identifier=f"BREV-{at}", production_number=f"P-{at}")
        databank.intake(list(incoming.read(document(told, known).encoded(), own)), NOW, "request", "api")
    handlers = api.routes(databank=databank, settings=settings, clock=clock, known=own)
    app = Litestar(list(handlers), exception_handlers={Exception: problems.handle}, logging_config=None)
    (patient,) = databank.find_patients(NANCY.identifier)
    told = [row.result.analysis.value for row in history(databank).rows]
    assert told == [LOCAL.value] * 2
    keeper = document(report(result(analysis=LOCAL)), own).bundle
    (system,) = {
        one["resource"]["code"]["coding"][0]["system"]
        for one in keeper["entry"]
        if one["resource"]["resourceType"] == "Observation"
    }
    with TestClient(app) as client:
        for prefix in (own.codes, old.codes, DEFAULT.codes):
            code = f"{prefix.removesuffix('{}')}{system.removeprefix(own.codes.removesuffix('{}'))}|{LOCAL.value}"
            found = client.get("/fhir/Observation", params={"patient": str(patient.key), "code": code}).json()
            assert found["total"] == 2, (prefix, found)
        other = {"patient": str(patient.key), "code": f"https://else.example/codes/OUH|{LOCAL.value}"}
        assert client.get("/fhir/Observation", params=other).json()["total"] == 0


def test_every_form_of_an_address_has_one_of_today(own):
    assert own.now("https://old.example/codes/ouh") == f"{LAB}codes/ouh"
    assert own.now(DEFAULT.report) == own.report
    assert own.now(NPU_OF_MEDCOM) == NPU
    assert own.now("http://loinc.org") == "http://loinc.org"
