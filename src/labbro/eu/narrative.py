"""The readable part of a document: XHTML in Danish, made of the record and of nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

Json = dict[str, Any]
_BEGIN = '<div xmlns="http://www.w3.org/1999/xhtml" lang="da">'
_HEAD = (
    "<table><thead><tr><th>Analyse</th><th>Resultat</th><th>Enhed</th><th>Referenceinterval</th><th>Bemærkning</th>"
    "</tr></thead><tbody>"
)


def table(rows: Iterable[Sequence[str]]) -> Json:
    """A narrative with one row a result: analysis, result, unit, reference interval, remark."""
    body = "".join(f"<tr>{''.join(f'<td>{text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    if not body:
        return words("Ingen resultater.")
    return {"status": "generated", "div": f"{_BEGIN}{_HEAD}{body}</tbody></table></div>"}


def words(*paragraphs: str) -> Json:
    """A narrative of paragraphs."""
    body = "".join(f"<p>{text(paragraph)}</p>" for paragraph in paragraphs if paragraph.strip())
    return {"status": "generated", "div": f"{_BEGIN}{body or '<p>-</p>'}</div>"}


def text(told: str) -> str:
    """Characters as XHTML; line feeds become breaks."""
    plain = escape(told.strip("\n"), quote=False)
    return plain.replace("\n", "<br/>") if "\n" in plain else plain
