"""`labbro codes` as a person calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LABBRO = Path(sys.executable).with_name("labbro")


def labbro(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LABBRO, "codes", *words], capture_output=True, text=True)


def test_lists_become_one_table_and_a_replaced_code_is_followed(tmp_path: Path) -> None:
    definitions, replaced, out = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "npu.csv"
    definitions.write_text("code;name\nNPU01129;P—ALAT; kat.k.\nNPU19651;P—ALAT\n", encoding="utf-8")
    replaced.write_text("code,replaced by\nNPU01129,NPU19651\nX,Y\n", encoding="utf-8")
    told = labbro("import", definitions, replaced, "--out", out)
    assert (told.returncode, told.stdout) == (1, "2 codes, 1 of them retired, 1 remarks.\n")
    assert "line 3: 'X' is no NPU or DNK code" in told.stderr
    shown = json.loads(labbro("show", "NPU01129", out).stdout)
    assert (shown["status"], shown["use"], shown["parts"]["component"]) == ("retired", ["NPU19651"], "ALAT")


def test_a_value_is_converted_with_the_original_beside_it() -> None:
    told = labbro("convert", "5,0", "mmol/L", "mg/dL", "--molar-mass", "180.156")
    assert told.stdout.startswith("90.078 mg/dL  (original: 5.0 mmol/L; molar mass 180.156 g/mol")
    refused = labbro("convert", "5", "mmol/L", "mg/dL")
    assert (refused.returncode, "state the molar mass" in refused.stderr) == (2, True)
