"""SQL stands in .sql files beside the module that uses it; this reads the named queries of one file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: *([a-z][a-z0-9_]*)[ \t]*$", re.MULTILINE)


@cache
def load_sql(package: str, file: str) -> Mapping[str, bytes]:
    """The queries of `file` in `package`, by name. A query begins with a line `-- name: find_patient`.

    Bytes, because psycopg takes a string only where the type checker can see that it is no user's.
    Raises KeyError for a name used twice, FileNotFoundError for a missing file.
    """
    text = files(package).joinpath(file).read_text(encoding="utf-8")
    parts = _NAME.split(text)
    queries: dict[str, bytes] = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        if name in queries:
            raise KeyError(f"{file} names {name} twice")
        queries[name] = body.strip().rstrip(";").encode()
    return queries
