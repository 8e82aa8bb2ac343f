"""Result groups and the packaged table of analyses."""

from pathlib import Path

import pytest

from labbro.codes.analyses import by_code, find, table
from labbro.codes.groups import BY_NUMBER, GROUPS, OTHER, group_of, rank_of
from labbro.codes.import_analyses import reduced


def test_there_are_24_groups_in_the_order_of_their_numbers() -> None:
    assert len(GROUPS) == 24
    assert [group.number for group in GROUPS] == sorted(BY_NUMBER) == list(range(5, 125, 5))


def test_groups_have_a_name_in_both_languages() -> None:
    assert BY_NUMBER[20].name("da") == "Hæmostase"
    assert BY_NUMBER[20].name("en") == "Haemostasis"
    assert all(group.name_da and group.name_en for group in GROUPS)


@pytest.mark.parametrize(
    ("code", "system", "responsible", "number"),
    [
        ("NPU03429", "iupac", "SST", 10),
        ("NPU27300", "iupac", "SST", 30),
        ("DNK35302", "iupac", "SST", 25),
        ("MCS89001", "lokal", "MCS", 115),
        ("DNK05472", "iupac", "SST", 120),
        (" NPU03429 ", "iupac", "SST", 10),
    ],
)
def test_a_known_analysis_has_its_group(code: str, system: str, responsible: str, number: int) -> None:
    assert group_of(code, system, responsible).number == number


def test_analyses_are_ranked_as_clinicians_list_them() -> None:
    listed = ["NPU02319", "NPU02593", "NPU02902", "NPU03568"]  # haemoglobin, leukocytes, neutrophils, thrombocytes
    ranks = [rank_of(code, "iupac", "SST") for code in listed]
    assert ranks == sorted(ranks)
    assert rank_of("NPU99999", "iupac", "SST") > max(ranks)


def test_an_unknown_analysis_is_among_the_others() -> None:
    assert group_of("NPU99999", "iupac", "SST") is OTHER


def test_a_local_code_in_the_shape_of_an_npu_code_is_not_taken_for_one() -> None:
    assert group_of("NPU03429", "lokal", "KMA") is OTHER
    assert find("NPU03429", "iupac", "KMA") is None


def test_every_row_of_the_table_says_where_its_name_comes_from_and_has_a_group() -> None:
    assert len(table()) > 200
    for analysis in table().values():
        assert analysis.name_origin in {"published", "second-hand"}
        assert analysis.group in BY_NUMBER


def test_names_fit_the_letters() -> None:
    for analysis in table().values():
        assert len(analysis.short_name) <= 35
        assert len(analysis.unit) <= 16
        analysis.short_name.encode("latin-1")
        analysis.unit.encode("latin-1")


def test_an_analysis_can_be_had_by_its_code_alone() -> None:
    assert by_code("NPU03230").short_name == "Kalium;P"
    with pytest.raises(KeyError):
        by_code("NPU00000")


def test_the_packaged_table_is_what_the_importer_makes_of_the_facts(shared: Path) -> None:
    packaged = (Path(__file__).parents[2] / "src/labbro/codes/data/analyses.csv").read_text("utf-8")
    with (shared / "facts/codes.csv").open(encoding="utf-8", newline="") as source:
        assert reduced(source) == packaged
