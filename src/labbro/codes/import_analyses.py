"""Makes data/analyses.csv from gathered facts: `python -m labbro.codes.import_analyses FACTS_CSV > analyses.csv`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

from labbro.codes.analyses import FIELDS

_HEADER = """\
# Analyses with our assignment to MedCom's result groups. Made by labbro.codes.import_analyses; do not edit by hand.
# name_origin "published": short name or meaning read in a public terminology resource or MedCom sample letter.
# name_origin "second-hand": found in public code or data sets; the wording is ours in the national style.
# Not official: replace by the monthly NPU file of npu-terminology.org before use outside demonstration.
"""
_RENAMED = {"system": "code_type", "short_name": "short_da"}


def reduced(lines: Iterable[str]) -> str:
    """The reduced table as text, rows in the order of the gathered table: that order is how a page lists them."""
    out = StringIO()
    out.write(_HEADER)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    rows = ([row[_RENAMED.get(field, field)] for field in FIELDS] for row in csv.DictReader(lines))
    writer.writerows(rows)
    return out.getvalue()


def main() -> None:
    """Reads the file named on the command line, writes the reduced table to standard output."""
    with Path(sys.argv[1]).open(encoding="utf-8", newline="") as source:
        sys.stdout.buffer.write(reduced(source).encode("utf-8"))


if __name__ == "__main__":
    main()
