"""The parts of a systematic name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labbro.codes import analyses
from labbro.codes.npu import NpuName, parse


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (
            "P—Creatininium; stofk.(enz.) = ? µmol/L",
            NpuName(system="P", component="Creatininium", kind="stofk.", procedure="enz.", unit="µmol/L"),
        ),
        (
            "P(vB)—Glucose; stofk. = ? mmol/L",
            NpuName(system="P", system_specification="vB", component="Glucose", kind="stofk.", unit="mmol/L"),
        ),
        (
            "B—Hæmoglobin(Fe); stofk. = ? mmol/L",
            NpuName(system="B", component="Hæmoglobin", component_specification="Fe", kind="stofk.", unit="mmol/L"),
        ),
        (
            "Nyre—Glomerulusfiltration; rel.vol.hast.(CKD-EPI; proc.) = ? mL/min",
            NpuName(
                system="Nyre",
                component="Glomerulusfiltration",
                kind="rel.vol.hast.",
                procedure="CKD-EPI; proc.",
                unit="mL/min",
            ),
        ),
        (
            "U(midtstråle)—Bacterium+fungus; taxon(proc.) = ?",
            NpuName(
                system="U",
                system_specification="midtstråle",
                component="Bacterium+fungus",
                kind="taxon",
                procedure="proc.",
            ),
        ),
        ("P—Antitrombin", NpuName(system="P", component="Antitrombin")),
    ],
)
def test_a_name_has_these_parts(name: str, parts: NpuName) -> None:
    assert parse(name) == parts


@pytest.mark.parametrize("name", ["", "Iskæmi", "Neuropati;højre fod", "(not seen)", "—x"])
def test_what_is_written_otherwise_has_no_parts(name: str) -> None:
    assert parse(name) is None


def test_proc_and_arbitrary_kinds_say_that_the_procedure_matters() -> None:
    def depends(name: str) -> bool:
        found = parse(name)
        assert found is not None
        return found.depends_on_procedure

    assert depends("P—Ferritin; massek.(proc.) = ? µg/L")
    assert depends("P—X; arb.stofk. = ? IU/L")
    assert not depends("P—Natrium; stofk. = ? mmol/L")


@given(st.text(max_size=80))
def test_any_text_is_parsed_or_not(name: str) -> None:
    parse(name)


def test_the_packaged_table_names_kinds_that_are_known() -> None:
    kinds = {NpuName(kind=one.kind).quantity for one in analyses.table().values() if one.kind}
    assert kinds >= {"substance", "mass", "catalytic", "number", "fraction", "arbitrary", "taxon"}
