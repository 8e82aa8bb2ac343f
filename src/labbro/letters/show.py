"""Shows a letter to a person: as text for a terminal, as a page, and as a tree that hides nothing."""

from __future__ import annotations

from html import escape
from itertools import zip_longest
from textwrap import wrap

from labbro.letters.labels import Language, name_label
from labbro.letters.letter import Letter
from labbro.letters.registry import Registry, registry
from labbro.letters.tree import Element
from labbro.letters.view import Field, Section, Table, Teller, View

WIDTH = 100
# Columns for a value whose label leaves less.
LEAST_WIDTH = 20


def view(letter: Letter, language: Language = "da", known: Registry | None = None) -> View:
    """The page of a letter, as its type declares it."""
    declared = (known or registry()).by_key[letter.version]
    standard = declared.standard
    teller = Teller(letter.root, language, letter.assumed)
    sections = standard.sections(teller) if standard.sections is not None else []
    rest = teller.rest()
    name = standard.english if language == "en" else standard.danish
    title = f"{name} ({declared.version.code})"
    return View(title, language, (*sections, *((rest,) if rest is not None else ())))


# --- text ----------------------------------------------------------------------------------------------------------


def show_text(letter: Letter, language: Language = "da", known: Registry | None = None) -> str:
    """The letter for a terminal, at most 100 columns wide."""
    page = view(letter, language, known)
    lines = [page.title, "=" * len(page.title)]
    for section in page.sections:
        lines += ["", section.title, "-" * len(section.title)]
        lines += [section.notice] if section.notice else []
        lines += _text_lines(section)
        lines += _field_lines(section.fields, "")
        lines += _table_lines(section.table) if section.table is not None else []
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
    columns = list(zip(table.header, *(row.cells for row in table.rows), strict=False))
    widths = [min(max(len(cell) for cell in column), 34) for column in columns]
    lines = [_cells(table.header, widths), _cells(tuple("-" * width for width in widths), widths)]
    for row in table.rows:
        lines.append(_cells(row.cells, widths))
        lines += _field_lines(row.notes, "    ")
    return lines


def _cells(cells: tuple[str, ...], widths: list[int]) -> str:
    """One row; what is wider than its column goes on in the next line."""
    wrapped = [wrap(cell, max(width, 1)) for cell, width in zip(cells, widths, strict=True)]
    lines = zip_longest(*wrapped, fillvalue="")
    return "\n".join(
        "  ".join(f"{part:<{width}}" for part, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


# --- HTML ----------------------------------------------------------------------------------------------------------


def html_fragment(letter: Letter, language: Language = "da", known: Registry | None = None) -> str:
    """The letter as markup to stand in a page: headings from h2, classes but no styles and no scripts."""
    page = view(letter, language, known)
    parts = [f'<article class="letter" lang="{page.language}"><h2>{escape(page.title)}</h2>']
    parts += [_section(section) for section in page.sections]
    parts.append("</article>")
    return "".join(parts)


def _section(section: Section) -> str:
    parts = [f"<section><h3>{escape(section.title)}</h3>"]
    if section.notice:
        parts.append(f'<p class="letter-notice">{escape(section.notice)}</p>')
    if section.text:
        kind = "letter-text letter-fixed" if section.fixed else "letter-text"
        parts.append(f'<p class="{kind}">{_lines(section.text)}</p>')
    if section.fields:
        parts.append(f"<dl>{_definitions(section.fields)}</dl>")
    if section.table is not None:
        parts.append(_table(section.table, section.title))
    parts.append("</section>")
    return "".join(parts)


def _definitions(fields: tuple[Field, ...]) -> str:
    return "".join(f"<div><dt>{escape(field.label)}</dt><dd>{_lines(field.value)}</dd></div>" for field in fields)


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.split("\n"))


def _table(table: Table, title: str) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.header)
    caption = f'<caption class="letter-caption">{escape(title)}</caption>'
    parts = [f'<table class="letter-results">{caption}<thead><tr>{head}</tr></thead><tbody>']
    for row in table.rows:
        mark = f' class="letter-{row.mark}"' if row.mark else ""
        first, *rest = row.cells
        notes = f'<dl class="letter-notes">{_definitions(row.notes)}</dl>' if row.notes else ""
        cells = "".join(f"<td>{_lines(cell)}</td>" for cell in rest)
        parts.append(f'<tr{mark}><th scope="row">{escape(first)}{notes}</th>{cells}</tr>')
    parts.append("</tbody></table>")
    return "".join(parts)


STYLE = """
body{font:16px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1f24;background:#fff}
h2{font-size:1.5rem}h3{font-size:1.1rem;border-bottom:1px solid #c5ccd3;margin:1.6rem 0 .5rem}
dl{margin:0}dl>div{display:flex;gap:1rem;flex-wrap:wrap}dt{min-width:14rem;color:#4a5560}dd{margin:0;flex:1}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem .4rem 0}
tbody tr{border-top:1px solid #dde2e7}td{font-variant-numeric:tabular-nums}
.letter-caption{position:absolute;clip-path:inset(50%);height:1px;width:1px;overflow:hidden}
.letter-notes{font-weight:400;font-size:.85rem;color:#4a5560}.letter-notes dt{min-width:6rem}
.letter-high td:nth-of-type(1),.letter-low td:nth-of-type(1),.letter-abnormal td:nth-of-type(1){font-weight:700}
.letter-waiting td:nth-of-type(1){font-style:italic}
.letter-notice{padding:.5rem .8rem;border-left:4px solid #8a5a00;background:#fff6e3}
.letter-text{margin:.3rem 0;max-width:48rem}.letter-fixed{font-family:ui-monospace,monospace;white-space:pre-wrap}
@media print{body{margin:0;font-size:11pt}tr{break-inside:avoid}}
"""


def show_html(letter: Letter, language: Language = "da", known: Registry | None = None) -> str:
    """The letter as a whole page that prints well and loads nothing."""
    page = view(letter, language, known)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(page.title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{html_fragment(letter, language, known)}</main></body></html>"
    )


def tree_html(letter: Letter, language: Language = "da") -> str:
    """Every element with its value, as nested lists; the standard's names first, what they mean beside them."""
    return f'<ul class="letter-tree">{_branch(letter.root, language)}</ul>'


def _branch(element: Element, language: Language) -> str:
    label = name_label(element.name, language)
    name = f'<span class="letter-name">{escape(element.name)}</span>'
    meaning = f' <span class="letter-meaning">{escape(label)}</span>' if label != element.name else ""
    if isinstance(element.content, str) or any(isinstance(part, str) for part in element.content):
        return f'<li>{name}{meaning} <span class="letter-value">{_lines(element.value)}</span></li>'
    return f"<li>{name}{meaning}<ul>{''.join(_branch(child, language) for child in element.children)}</ul></li>"
