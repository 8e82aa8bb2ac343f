"""Shows a letter to a person: as text for a terminal, as a page, and as a tree of every element."""

from __future__ import annotations

from html import escape
from itertools import zip_longest
from textwrap import wrap

from labbro.letters.labels import Language, name_label
from labbro.letters.letter import Letter
from labbro.letters.protection import held_back
from labbro.letters.registry import Registry, registry
from labbro.letters.tree import Element
from labbro.letters.view import LOCK, Field, Section, Table, Teller, View

WIDTH = 100
# Columns for a value whose label leaves less.
LEAST_WIDTH = 20
# Below this a column of a table does not shrink.
LEAST_COLUMN = 5
_GAP = "  "
_PADLOCK = (
    '<svg class="letter-lock" aria-hidden="true" viewBox="0 0 12 14" width="12" height="14">'
    '<path d="M3.5 6V4a2.5 2.5 0 0 1 5 0v2" fill="none" stroke="currentColor" stroke-width="1.6"/>'
    '<rect x="1.5" y="6" width="9" height="7" rx="1.2" fill="currentColor"/></svg>'
)


def view(letter: Letter, language: Language = "da", known: Registry | None = None) -> View:
    """The page of a letter, as its type declares it."""
    declared = (known or registry()).by_key[letter.version]
    standard = declared.standard
    teller = Teller(letter.root, language, letter.assumed)
    sections = standard.sections(teller) if standard.sections is not None else []
    if letter.root.text("Letter/StatisticalCode") == letter.root.text("Letter/TypeCode"):
        teller.value(letter.root, "Letter/StatisticalCode")  # nothing but the type again, as EDIFACT has it
    rest = teller.rest()
    name = standard.english if language == "en" else standard.danish
    title = f"{name} ({declared.version.code})"
    return View(title, language, (*sections, *((rest,) if rest is not None else ())))


# --- text ----------------------------------------------------------------------------------------------------------


def show_text(letter: Letter, language: Language = "da", known: Registry | None = None) -> str:
    """The letter for a terminal, at most 100 columns wide."""
    return text_of(view(letter, language, known))


def text_of(page: View) -> str:
    """A page for a terminal, at most 100 columns wide."""
    lines = [page.title, "=" * len(page.title)]
    for section in page.sections:
        title = wrap(section.title, WIDTH) or [""]
        lines += ["", *title, "-" * max(map(len, title))]
        lines += [section.notice] if section.notice else []
        lines += _text_lines(section)
        lines += _field_lines(section.fields, "")
        if section.table is not None:
            lines += (
                ["", *_table_lines(section.table)] if lines[-1][:1] not in {"-", "="} else _table_lines(section.table)
            )
    return "\n".join(lines) + "\n"


def _text_lines(section: Section) -> list[str]:
    """Running text; lines of one width are left as they are."""
    lines = section.text.split("\n") if section.text else []
    return [part for line in lines for part in _wrapped(line, section.fixed)]


def _wrapped(line: str, fixed: bool) -> list[str]:
    """A line in pieces that fit; blanks of a line that counts on its columns are kept."""
    return [line] if fixed and len(line) <= WIDTH else wrap(line, WIDTH) or [""]


def _field_lines(fields: tuple[Field, ...], indent: str) -> list[str]:
    width = max((len(field.label) for field in fields), default=0) + 2
    lines: list[str] = []
    for field in fields:
        label = f"{indent}{field.label + ':':<{width}}"
        parts = [
            part
            for text in field.value.split("\n")
            for part in wrap(text, max(WIDTH - len(label), LEAST_WIDTH)) or [""]
        ]
        for number, part in enumerate(parts):
            lines.append((label if not number else " " * len(label)) + part)
    return lines


def _table_lines(table: Table) -> list[str]:
    rows = [table.header, *(row.cells for row in table.rows)]
    widths = _widths(
        [max(len(line) for cell in column for line in cell.split("\n")) for column in zip(*rows, strict=True)]
    )
    lines = [_cells(table.header, widths), _cells(tuple("-" * width for width in widths), widths)]
    for row in table.rows:
        lines.append(_cells(row.cells, widths))
        lines += _field_lines(row.notes, "    ")
    return lines


def _widths(natural: list[int]) -> list[int]:
    """Columns that fit beside each other: the widest give way first, down to a few characters."""
    widths = [max(width, 1) for width in natural]
    most = WIDTH - len(_GAP) * (len(widths) - 1)
    while sum(widths) > most and max(widths) > LEAST_COLUMN:
        widest = widths.index(max(widths))
        # At once down to the next widest, or as far as is needed.
        others = max((width for at, width in enumerate(widths) if at != widest), default=LEAST_COLUMN)
        over = sum(widths) - most
        widths[widest] -= min(over, max(1, widths[widest] - max(others, LEAST_COLUMN)))
    return widths


def _cells(cells: tuple[str, ...], widths: list[int]) -> str:
    """One row; what is wider than its column goes on in the next line."""
    wrapped = [
        [part for line in cell.strip().split("\n") for part in wrap(line, width)]
        for cell, width in zip(cells, widths, strict=True)
    ]
    lines = zip_longest(*wrapped, fillvalue="")
    return "\n".join(
        _GAP.join(f"{part:<{width}}" for part, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


# --- HTML ----------------------------------------------------------------------------------------------------------


def html_fragment(letter: Letter, language: Language = "da", known: Registry | None = None) -> str:
    """The letter as markup to stand in a page: headings from h2, classes but no styles and no scripts."""
    return fragment_of(view(letter, language, known))


def fragment_of(page: View) -> str:
    """A page as markup to stand in another: headings from h2, classes but no styles and no scripts."""
    parts = [f'<article class="letter" lang="{page.language}"><h2>{escape(page.title)}</h2>']
    parts += [_section(section) for section in page.sections]
    parts.append("</article>")
    return "".join(parts)


def _section(section: Section) -> str:
    parts = [f"<section><h3>{escape(section.title)}</h3>"]
    if section.notice:
        parts.append(_notice(section.notice))
    if section.text:
        kind = "letter-text letter-fixed" if section.fixed else "letter-text"
        parts.append(f'<p class="{kind}">{_lines(section.text)}</p>')
    if section.fields:
        parts.append(f"<dl>{_definitions(section.fields)}</dl>")
    if section.table is not None:
        parts.append(_table(section.table, section.title))
    parts.append("</section>")
    return "".join(parts)


def _notice(notice: str) -> str:
    """What must be noticed; the lock is drawn, since not every machine has a letter for it."""
    if not notice.startswith(LOCK):
        return f'<p class="letter-notice">{escape(notice)}</p>'
    return f'<p class="letter-notice letter-locked">{_PADLOCK} {escape(notice.removeprefix(LOCK))}</p>'


def _definitions(fields: tuple[Field, ...]) -> str:
    return "".join(f"<div><dt>{escape(field.label)}</dt><dd>{_lines(field.value)}</dd></div>" for field in fields)


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.split("\n"))


def _table(table: Table, title: str) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.header)
    labels = [escape(cell) for cell in table.header[1:]]
    caption = f'<caption class="letter-caption">{escape(title)}</caption>'
    parts = [f'<table class="letter-results">{caption}<thead><tr>{head}</tr></thead><tbody>']
    for row in table.rows:
        mark = f' class="letter-{row.mark}"' if row.mark else ""
        first, *rest = row.cells
        notes = f'<dl class="letter-notes">{_definitions(row.notes)}</dl>' if row.notes else ""
        cells = "".join(
            f'<td data-label="{label}">{_lines(cell)}</td>' for label, cell in zip(labels, rest, strict=True)
        )
        parts.append(f'<tr{mark}><th scope="row">{escape(first)}{notes}</th>{cells}</tr>')
    parts.append("</tbody></table>")
    return "".join(parts)


STYLE = """
@page{margin:16mm 14mm}
body{font:16px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1f24;background:#fff}
h2{font-size:1.5rem;margin:0 0 .5rem}h3{font-size:1.1rem;border-bottom:1px solid #c5ccd3;margin:1.6rem 0 .5rem}
dl{margin:0}dl>div{display:grid;grid-template-columns:17rem 1fr;gap:1rem;padding:.1rem 0}
dt{color:#4a5560}dd{margin:0;overflow-wrap:anywhere}dl+table{margin-top:.6rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .9rem .4rem 0}
thead th{color:#4a5560;font-size:.9rem}tbody tr{border-top:1px solid #dde2e7}
td{font-variant-numeric:tabular-nums;overflow-wrap:break-word}
.letter-caption{position:absolute;clip-path:inset(50%);height:1px;width:1px;overflow:hidden}
.letter-notes{font-weight:400;font-size:.85rem;color:#4a5560}.letter-notes>div{grid-template-columns:7rem 1fr;padding:0}
.letter-high td:nth-of-type(1),.letter-low td:nth-of-type(1),.letter-abnormal td:nth-of-type(1){font-weight:700}
.letter-waiting td:nth-of-type(1){font-style:italic}
.letter-notice{padding:.5rem .8rem;border-left:4px solid #8a5a00;background:#fff6e3}.letter-lock{vertical-align:-1px}
.letter-text{margin:.3rem 0;max-width:48rem}.letter-fixed{font-family:ui-monospace,monospace;white-space:pre-wrap}
@media (max-width:40rem){body{margin:1rem auto}dl>div{grid-template-columns:1fr;gap:0;padding:.25rem 0}
.letter-results thead{position:absolute;clip-path:inset(50%)}.letter-results,.letter-results tbody,.letter-results tr,
.letter-results th,.letter-results td{display:block;padding:0}.letter-results tbody tr{padding:.5rem 0}
.letter-notes>div{display:flex;gap:.5rem}
.letter-results td:not(:empty)::before{content:attr(data-label) ": ";font-weight:400;font-style:normal;color:#4a5560}}
@media print{body{margin:0;max-width:none;padding:0;font-size:10.5pt}tr,.letter-notice,dl>div{break-inside:avoid}
h2,h3{break-after:avoid}a{color:inherit}.letter-notice{background:none;border:1px solid #8a5a00;border-left-width:4px}}
"""


def show_html(letter: Letter, language: Language = "da", known: Registry | None = None) -> str:
    """The letter as a whole page that prints well and loads nothing."""
    return html_of(view(letter, language, known))


def html_of(page: View) -> str:
    """A whole page that prints well and loads nothing."""
    return (
        f'<!doctype html><html lang="{page.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(page.title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{fragment_of(page)}</main></body></html>"
    )


def tree_html(letter: Letter, language: Language = "da") -> str:
    """Every element with its value, as nested lists; the standard's names first, what they mean beside them.

    What a sender has protected is named, but its content is not told.
    """
    hidden = held_back(letter.root)
    return f'<ul class="letter-tree">{_branch(letter.root, language, hidden)}</ul>'


def _branch(element: Element, language: Language, hidden: frozenset[int]) -> str:
    label = name_label(element.name, language)
    name = f'<span class="letter-name">{escape(element.name)}</span>'
    meaning = f' <span class="letter-meaning">{escape(label)}</span>' if label != element.name else ""
    if id(element) in hidden:
        words = "(protected by the sender)" if language == "en" else "(beskyttet af afsenderen)"
        return f'<li>{name}{meaning} <span class="letter-hidden">{words}</span></li>'
    if isinstance(element.content, str) or any(isinstance(part, str) for part in element.content):
        return f'<li>{name}{meaning} <span class="letter-value">{_lines(element.value)}</span></li>'
    return f"<li>{name}{meaning}<ul>{''.join(_branch(child, language, hidden) for child in element.children)}</ul></li>"
