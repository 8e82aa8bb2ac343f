"""Code lists that an installation keeps: read from a folder, asked for names and for the codes in use today."""

from __future__ import annotations

from pathlib import Path

import pytest

from labbro.codes.lists import CodeLists, read_folder
from labbro.codes.terminology import import_table, merged, read_table, write_table
from labbro.errors import WrongUse

NPU = 'code;name;replaced by\nNPU01129;"P—Alanintransaminase; kat.k.(proc.) = ? U/L";NPU19651\nNPU19651;P—ALAT;\n'


def test_tables_of_a_folder_are_one_and_keep_their_systems(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(write_table(import_table(NPU.encode(), "npu").concepts), encoding="utf-8")
    own = import_table(b"code;short name\nx1;Own\n", "local", "QKL")
    (tmp_path / "b.csv").write_text(write_table(own.concepts), encoding="utf-8")
    lists = read_folder(tmp_path)
    assert len(lists) == 3
    old, mine = lists.find("NPU01129", "iupac", "SST"), lists.find("x1", "lokal", "QKL")
    assert old is not None
    assert mine is not None
    assert (lists.today(old), mine.short_name) == (("NPU19651",), "Own")
    parts = lists.parts("NPU01129", "iupac", "SST")
    assert parts is not None
    assert parts.depends_on_procedure
    assert len(read_folder(tmp_path / "none")) == 0


def test_a_table_reads_back_as_it_was_written() -> None:
    told = merged(import_table(NPU.encode(), "npu"), import_table(b"code,group\nNPU19651,A\nNPU19651,B\n", "npu"))
    assert read_table(write_table(told.concepts).encode()).concepts == told.concepts


def test_a_file_that_was_not_imported_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "raw.csv").write_text(NPU, encoding="utf-8")
    with pytest.raises(WrongUse, match=r"raw\.csv: .*labbro codes import"):
        read_folder(tmp_path)


def test_without_a_list_the_packaged_table_tells_system_and_kind() -> None:
    parts = CodeLists().parts("NPU02319", "iupac", "SST")
    assert parts is not None
    assert (parts.system, parts.component, parts.quantity) == ("B", "Hæmoglobin", "substance")
    assert CodeLists().parts("NPU99999", "iupac", "SST") is None
