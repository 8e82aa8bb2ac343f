"""What today's codes hold, from counts: rows that mix methods, and local codes that a stated method would replace."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from labbro.codes.lists import CodeLists
from labbro.codes.terminology import import_table
from labbro.comparability.model import CodeRef, Entries
from labbro.comparability.registry import Registry
from labbro.comparability.seed import SEED, national
from labbro.comparability.usage import Count, Usage, local_codes, mixed_rows, retired_codes
from labbro.platform.clock import FixedClock
from labbro.platform.database import Database

LOCAL = CodeRef("lokal", "QEB1234", "QEB")
REGISTRY = Registry(SEED, 1)


def count(code: CodeRef | str, producer: str, results: int, unit: str = "ug/L", month: str = "2023-01-01") -> Count:
    ref = national(code) if isinstance(code, str) else code
    return Count(
        code=ref, name=ref.value, producer=producer, unit=unit, month=dt.date.fromisoformat(month), results=results
    )


def test_a_code_whose_methods_differ_by_decision_is_mixed() -> None:
    counts = [count("NPU08669", "QKL", 5, month="2021-01-01"), count("NPU08669", "QKL", 9), count("NPU08669", "QSL", 2)]
    (mixed,) = mixed_rows(counts, REGISTRY)
    assert (mixed.results, [(share.label_en, share.results) for share in mixed.shares]) == (
        16, [("Hybritech-kalibreret (QKL)", 9), ("PSA, WHO calibration", 7)],
    )  # fmt: skip


def test_codes_that_nobody_assessed_are_not_called_mixed() -> None:
    assert mixed_rows([count("NPU03230", "QKL", 5), count("NPU03230", "QSL", 5)], REGISTRY) == ()


def test_two_units_of_a_code_are_two_rows_by_code_already() -> None:
    counts = [count("NPU02319", "QKL", 5, "mmol/L"), count("NPU02319", "QSL", 5, "g/L")]
    assert mixed_rows(counts, REGISTRY) == ()


def test_a_local_code_whose_method_the_registry_knows_could_be_a_national_one() -> None:
    (psa,) = [one for one in SEED.procedures if one.procedure_id == "psa-qsl-who"]
    own = msgspec.structs.replace(psa, procedure_id="own", codes=(LOCAL,), producer="QEB")
    registry = Registry(Entries(measurands=SEED.measurands, procedures=(own,)), 1)
    unknown = CodeRef("lokal", "QKL9", "QKL")
    found = local_codes([count(unknown, "QKL", 900), count(LOCAL, "QEB", 4), count("NPU08669", "QKL", 1)], registry)
    assert [(one.code, one.results, one.instead) for one in found] == [
        (LOCAL, 4, (national("NPU08669"),)), (unknown, 900, ()),
    ]  # fmt: skip


def test_a_retired_code_in_use_is_told_with_what_stands_for_it_today() -> None:
    table = b"code;replaced by;effective to\nNPU01129;NPU19651;2005-12-31\nNPU19651;;\n"
    lists = CodeLists(import_table(table, "npu").concepts)
    counts = [
        count("NPU01129", "QKL", 7, "U/L", "2005-12-01"),
        count("NPU01129", "QKL", 5, "U/L", "2006-01-01"),
        count("NPU19651", "QSL", 9, "U/L"),
        count("NPU01280", "QSL", 9, "U/L"),
    ]
    (found,) = retired_codes(counts, lists)
    assert (found.code, found.producers, found.results, found.today) == (
        national("NPU01129"), ("QKL",), 5, ("NPU19651",),
    )  # fmt: skip


def test_codes_kept_by_medcom_are_no_laboratorys_own() -> None:
    assert local_codes([count(CodeRef("lokal", "MCS89001", "MCS"), "PNT", 3)], REGISTRY) == ()


def test_an_empty_databank_is_counted_and_the_count_is_kept_for_an_hour(database: Database) -> None:
    clock = FixedClock(dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC))
    usage = Usage(database, clock)
    first = usage.counted()
    assert (first.counts, first.percent) == ((), 100.0)
    assert usage.counted() is first


@pytest.mark.parametrize("clinic", ["PNT"])
def test_clinics_are_told_together(clinic: str) -> None:
    counts = [count("NPU02319", "QKL", 5, "mmol/L"), count("NPU02319", clinic, 2, "mmol/L")]
    (mixed,) = mixed_rows(counts, REGISTRY)
    assert [share.label_en for share in mixed.shares] == ["Haemoglobin", "clinics and patients"]
