"""The table of the cumulated view as HTML. Pure.

It is written here and not in a template because it has thousands of cells and must be fast; every text from a letter
goes through `escape`.
"""

from __future__ import annotations

from markupsafe import Markup, escape

from labbro.portal import formats
from labbro.portal.cumulated import Column, Row, Value, View
from labbro.portal.i18n.comparability import comparing_words
from labbro.portal.texts import Texts

_SIGNS = {"high": "▲", "low": "▼", "abnormal": "◆"}
_LOCK = '<svg class="sign"><use href="#lock"/></svg>'


def table(view: View, texts: Texts) -> Markup:
    """The whole table; links are relative to the address of the patient's results and keep how its rows are made."""
    kept = view.filters.way(view.version)
    writer = _Writer(texts, str(escape(kept)))
    parts = [
        '<table class="grid"><caption class="unseen">',
        str(escape(texts.table_caption)),
        '</caption><thead><tr><th scope="col" class="corner">',
        str(escape(texts.analysis)),
        "</th>",
        *map(writer.head, view.columns),
        "</tr></thead>",
    ]
    days = [str(escape(formats.moment(column.at) if column.at else texts.time_unknown)) for column in view.columns]
    span = len(view.columns)
    for group in view.groups:
        head = f'<th scope="rowgroup" colspan="{span + 1}"><span>{escape(group.name)}</span></th>'
        parts.append(f'<tbody><tr class="group">{head}</tr>')
        parts.extend(writer.row(row, days, view.columns) for row in group.rows)
        parts.append("</tbody>")
    parts.append("</table>")
    return Markup("".join(parts))  # noqa: S704 - every text in it was escaped above and below


class _Writer:
    """Writes heads, rows and values in one language, its words escaped once."""

    def __init__(self, texts: Texts, way: str) -> None:
        self._texts = texts
        self._way = way
        self._words = {
            "high": str(escape(texts.above)),
            "low": str(escape(texts.below)),
            "abnormal": str(escape(texts.abnormal)),
        }
        self._corrected = f'<small class="tag">{escape(texts.corrected_short)}</small>'
        self._preliminary = f'<small class="tag">{escape(texts.preliminary_short)}</small>'
        self._ambiguous = f'<small class="tag warn">{escape(texts.ambiguous_short)}</small>'
        self._locked = f" {escape(texts.locked_short)}"
        self._remarks = f" {escape(texts.has_remarks)}"
        self._danish = "" if texts.language == "da" else ' lang="da"'  # names and texts are the laboratories' own
        self._interval = f'<span class="unseen">{escape(texts.interval)} </span>'
        self._no_unit = str(escape(texts.no_unit))
        self._no_interval = str(escape(texts.no_interval))
        words = comparing_words(texts.language)
        self._why = str(escape(words.why))
        self._step = f'<small class="tag step">{escape(words.step)}</small>'
        self._converted = f'<span class="unseen">{escape(words.converted)} </span>'

    def head(self, column: Column) -> str:
        at = column.at
        year = ' class="new-year"' if column.new_year else ""
        if at is None:
            return f'<th scope="col"{year}>{escape(self._texts.time_unknown)}</th>'
        samples = self._texts.samples.format(count=column.samples) if column.samples > 1 else ""
        several = f"<small>{escape(samples)}</small>" if samples else ""
        return (
            f'<th scope="col"{year}><time datetime="{at.isoformat(timespec="minutes")}"><span>{at.year:04d}</span> '
            f"<b>{at.day:02d}.{at.month:02d}</b> <span>{formats.clock_time(at)}</span></time>{several}</th>"
        )

    def row(self, row: Row, days: list[str], columns: tuple[Column, ...]) -> str:
        unit = f'<span class="unit">{escape(row.unit)}</span> ' if row.unit else ""
        interval = f'{self._interval}<span class="interval">{escape(row.interval)}</span>' if row.interval else ""
        full = f' title="{escape(row.complete_name)}"' if row.complete_name != row.name else ""
        code = f'<span class="code">{escape(row.code)}</span> ' if row.twin or row.heads else ""
        name = f'<a href="rows/{row.address}{self._way}"{self._danish}{full}>{escape(row.name)}</a>'
        method = self._method(row) if row.mark or row.method or row.heads else ""
        parts = [f'<tr><th scope="row">{name}<span class="basis">{code}{unit}{interval}</span>{method}</th>']
        for cell, day, column in zip(row.cells, days, columns, strict=True):
            year = column.new_year
            if not cell:
                parts.append('<td class="new-year"></td>' if year else "<td></td>")
            elif year:
                parts.append(f'<td class="new-year" data-at="{day}">{"".join(map(self.value, cell))}</td>')
            else:
                parts.append(f'<td data-at="{day}">{"".join(map(self.value, cell))}</td>')
        parts.append("</tr>")
        return "".join(parts)

    def _method(self, row: Row) -> str:
        """Below a row's name, by comparability: its method, its mark, and behind a summary why it is as it is."""
        told = f'<span class="method">{escape(row.method)}</span>' if row.method else ""
        mark = f'<small class="tag mark">{escape(row.mark)}</small>' if row.mark else ""
        if not row.heads and not row.method:
            return told + mark  # nobody has assessed it, and nothing else is to be told apart from it
        head = escape(" · ".join(row.heads))
        notes = "".join(f"<li>{escape(note)}</li>" for note in row.notes)
        return f'{told}{mark}<details class="why"><summary>{head or self._why}</summary><ul>{notes}</ul></details>'

    def value(self, value: Value) -> str:
        mark = value.mark
        kind = f"v {mark}" if mark else "v"
        if value.step:
            kind += " step"
        if value.worded:
            kind += " words" if value.arrived else " words waiting"
        parts = [
            f'<a class="{kind}" href="values/{value.letter}/{value.ordinal}{self._way}"><b>{escape(value.shown)}</b>'
        ]
        if mark or value.remarks or value.locked:
            parts.append(self._signs(value))
        if value.original:
            parts.append(f'<small class="original">{self._converted}{escape(value.original)}</small>')
        if value.unit is not None:
            parts.append(f"<small>{escape(value.unit) if value.unit else self._no_unit}</small>")
        if value.interval is not None:
            parts.append(
                f'<small class="own">({escape(value.interval) if value.interval else self._no_interval})</small>'
            )
        if value.step:
            parts.append(self._step)
        if value.corrected:
            parts.append(self._corrected)
        if value.preliminary:
            parts.append(self._preliminary)
        if value.ambiguous:
            parts.append(self._ambiguous)
        parts.append("</a>")
        return "".join(parts)

    def _signs(self, value: Value) -> str:
        """The narrow column behind a number: arrow, asterisk, padlock, each with a word for those who do not see it."""
        shown, words = "", ""
        if value.mark:
            shown, words = _SIGNS[value.mark], f" {self._words[value.mark]}"
        if value.remarks:
            shown, words = f"{shown}*", words + self._remarks
        if value.locked:
            shown, words = shown + _LOCK, words + self._locked
        return f'<i aria-hidden="true">{shown}</i><span class="unseen">{words}</span>'
