"""Code lists from files: any order of columns, replaced codes followed, every odd line told."""

from __future__ import annotations

import datetime as dt
import json
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labbro.codes.terminology import Concept, current, import_code_system, import_table, merged, write_table
from labbro.errors import WrongUse

DEFINITIONS = """NPU code;Short definition;Full definition;Unit;Scale type;Active from;Active to;Related code
NPU03429;Natrium;P;"P—Natrium-ion; stofk. = ? mmol/L";mmol/L;Ratio;1994-12-01;;
NPU01129;ALAT;"P—Alanintransaminase; kat.k. = ? U/L";U/L;Ratio;19950101;31-12-2005;NPU19651
NPU19651;ALAT;"P—Alanintransaminase; kat.k. = ? U/L";U/L;Ratio;2006-01-01;;
""".replace("Natrium;P;", '"Natrium;P";')


def test_definitions_are_read_with_their_parts_and_days() -> None:
    told = import_table(DEFINITIONS.encode(), "npu")
    assert told.remarks == ()
    sodium, old, new = told.concepts
    assert (sodium.code, sodium.short_name, sodium.unit, sodium.status) == ("NPU03429", "Natrium;P", "mmol/L", "active")
    assert sodium.parts is not None
    assert (sodium.parts.system, sodium.parts.component) == ("P", "Natrium-ion")
    assert (old.status, old.effective_to, old.replaced_by) == ("retired", dt.date(2005, 12, 31), ("NPU19651",))
    assert new.effective_from == dt.date(2006, 1, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_any_encoding_and_separator_reads_alike(encoding: str, separator: str) -> None:
    text = separator.join(["Enhed", "Kode", "Kort navn"]) + "\r\n" + separator.join(["µmol/L", "NPU18016", "Kreatinin"])
    (concept,) = import_table(text.encode(encoding), "npu").concepts
    assert (concept.code, concept.unit, concept.short_name) == ("NPU18016", "µmol/L", "Kreatinin")


def test_odd_lines_are_told_and_the_rest_goes_on() -> None:
    text = "code;name;effective from\nNPU1;x;\nNPU00001;a;soon\nNPU00002;b;\nNPU00002;c;\n\nNPU00003;d;\n"
    told = import_table(text.encode(), "npu")
    assert [one.code for one in told.concepts] == ["NPU00002", "NPU00003"]
    assert [remark.partition(":")[0] for remark in told.remarks] == ["line 2", "line 3", "line 5"]


def test_groups_and_replacements_come_in_files_of_their_own() -> None:
    groups = import_table(b"code,group\nNPU03429,10\n", "npu")
    replaced = import_table(b"code,replaced by\nNPU03429,NPU99999\n", "npu")
    told = merged(import_table(DEFINITIONS.encode(), "npu"), groups, replaced)
    sodium = next(one for one in told.concepts if one.code == "NPU03429")
    assert (sodium.groups, sodium.status, sodium.replaced_by) == (("10",), "retired", ("NPU99999",))
    assert sodium.short_name == "Natrium;P"
    assert any("NPU99999" in remark for remark in told.remarks)


def test_a_replaced_code_is_followed_through_every_step_and_circles_end() -> None:
    def concept(code: str, *replaced_by: str) -> Concept:
        status = "retired" if replaced_by else "active"
        return Concept(code=code, system="iupac", responsible="SST", status=status, replaced_by=replaced_by)

    told = [concept("A", "B"), concept("B", "C", "D"), concept("C"), concept("D", "E"), concept("E", "D")]
    known = {one.code: one for one in told}
    assert current(known, "A") == ("C",)
    assert current(known, "C") == ("C",)
    assert current(known, "Z") == ("Z",)
    assert current(known, "D") == ("D",)


def test_a_code_in_several_groups_or_with_several_successors_has_a_line_for_each() -> None:
    told = import_table(b"group,code\nA,NPU03429\nB,NPU03429\nB,DNK35131\n", "npu")
    assert told.remarks == ()
    assert [(one.code, one.groups) for one in told.concepts] == [("NPU03429", ("A", "B")), ("DNK35131", ("B",))]
    more = merged(told, import_table(b"code,group\nNPU03429,C\n", "npu"))
    assert more.concepts[0].groups == ("A", "B", "C")
    two = import_table(b"code,replaced by\nNPU00001,NPU00002\nNPU00001,NPU00003\n", "npu")
    assert two.remarks == ()
    assert two.concepts[0].replaced_by == ("NPU00002", "NPU00003")
    assert import_table(write_table(more.concepts).encode(), "npu").concepts == more.concepts


def test_the_packaged_table_reads_as_a_table_of_codes() -> None:
    data = resources.files("labbro.codes").joinpath("data/analyses.csv").read_bytes()
    told = import_table(data, "npu")
    assert len(told.concepts) > 150
    assert all("line " in remark and "no NPU or DNK code" in remark for remark in told.remarks)


def test_local_lists_need_their_keeper() -> None:
    (concept,) = import_table("kode;kort navn\nx-1;Særanalyse\n".encode(), "local", "OUH").concepts
    assert (concept.system, concept.responsible, concept.code) == ("lokal", "OUH", "x-1")
    for keeper in (None, "", "TOOLONG", "a b"):
        with pytest.raises(WrongUse) as told:
            import_table(b"code\nx\n", "local", keeper)
        assert told.value.code == "terminology-keeper"


def test_a_file_without_codes_is_refused_with_its_first_line() -> None:
    with pytest.raises(WrongUse, match="colour") as told:
        import_table(b"colour;size\n1;2\n", "npu")
    assert told.value.code == "terminology-table"


def test_a_code_system_is_read_by_its_properties() -> None:
    def concept(code: str, **properties: str) -> dict[str, object]:
        told = [{"code": name, "valueString": value} for name, value in properties.items()]
        return {"code": code, "display": f"{code} name", "property": told}

    new = concept(
        "NPU19651",
        system="P",
        component="Alanintransaminase",
        kind_of_property="kat.k.",
        unit="U/L",
        replaces="NPU01129",
    )
    told = import_code_system(
        json.dumps({"resourceType": "CodeSystem", "concept": [new, concept("NPU01129"), concept("x")]}).encode()
    )
    first, second = told.concepts
    assert first.parts is not None
    assert (first.parts.kind, first.unit) == ("kat.k.", "U/L")
    assert (second.status, second.replaced_by) == ("retired", ("NPU19651",))
    assert len(told.remarks) == 1
    for wrong in (b"{}", b"[", b'{"resourceType": "CodeSystem"}'):
        with pytest.raises(WrongUse, match="CodeSystem"):
            import_code_system(wrong)


def test_a_table_that_was_written_reads_back() -> None:
    concepts = import_table(DEFINITIONS.encode(), "npu").concepts
    assert import_table(write_table(concepts).encode(), "npu").concepts == concepts


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        import_table(b"code;name\n" + data, "npu")
    except WrongUse as error:
        raise AssertionError("a table with a head is always read") from error
