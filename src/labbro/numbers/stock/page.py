"""The stock's page for people, and its figures for Prometheus. Danish, English at a click; no script."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import Final, Literal
from zoneinfo import ZoneInfo

from labbro.numbers.stock.alarms import LEVELS, Level
from labbro.numbers.stock.chart import course_chart, use_chart
from labbro.numbers.stock.policy import Rules
from labbro.numbers.stock.status import Status

Language = Literal["da", "en"]

POLICY: Final = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_DENMARK: Final = ZoneInfo("Europe/Copenhagen")
_MANY: Final = 12  # rows of a table

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Lager af prøvenumre", "Stock of sample numbers"),
    "weeks": ("uger på lager", "weeks of stock"),
    "left": ("numre kan udleveres", "numbers can be handed out"),
    "unconfirmed": ("venter på tjenestens bekræftelse", "wait for the service's confirmation"),
    "runs_out": ("rækker til", "lasts until"),
    "a_week": ("forventet forbrug om ugen", "expected use a week"),
    "next": ("næste automatiske træk", "next automatic draw"),
    "contact": ("tjenesten svarede senest", "the service last answered"),
    "never": ("aldrig", "never"),
    "unknown": ("ukendt", "unknown"),
    "ok": ("i orden", "in order"),
    "notice": ("bemærk", "notice"),
    "warning": ("advarsel", "warning"),
    "critical": ("kritisk", "critical"),
    "stock": ("lager", "stock"),
    "service": ("forbindelse til tjenesten", "connection to the service"),
    "hold": ("udlevering", "handing out"),
    "use": ("Forbrug pr. uge, og hvad der ventes", "Use by week, and what is expected"),
    "course": ("Lageret, hvis der ikke trækkes mere", "The stock, if nothing more is drawn"),
    "axis_use": ("uge fra mandag", "week from Monday"),
    "axis_course": ("uger fra nu", "weeks from now"),
    "band": (
        "Skraveringen er det område, forbruget efter prognosen holder sig i fire gange ud af fem.",
        "The shaded area is where use will lie four times out of five, by the forecast.",
    ),
    "no_forecast": (
        "Der er endnu ingen prognose: angiv laboratoriets årsproduktion, eller vent en uge.",
        "There is no forecast yet: state the laboratory's yearly production, or wait a week.",
    ),
    "calls": ("Seneste kald til nummertjenesten", "Last calls to the number service"),
    "series": ("Serier", "Series"),
    "doubt": ("Udleveret, uden at vide om svaret nåede frem", "Handed out without knowing whether the answer arrived"),
    "doubt_help": (
        "Find ud af, om numrene er brugt, og afslut med: labbro stock reconcile.",
        "Find out whether the numbers were used, and settle with: labbro stock reconcile.",
    ),
    "at": ("tid", "time"),
    "act": ("handling", "act"),
    "count": ("antal", "count"),
    "outcome": ("udfald", "outcome"),
    "drawn": ("trukket", "drawn"),
    "rest": ("tilbage", "left"),
    "state": ("tilstand", "state"),
    "ordinal": ("udlevering", "hand-out"),
    "state-drawn": ("venter på bekræftelse", "waits for confirmation"),
    "state-held": ("i brug", "in use"),
    "state-void": ("ugyldig", "void"),
    "draw": ("træk", "draw"),
    "attend": ("livstegn", "sign of life"),
    "other": ("In English", "På dansk"),
    "on_hold": (
        (
            "Tjenesten har fundet, at en kopi af dette lager er i brug. Der udleveres ingen numre. Find den anden "
            "kopi, og kør så: labbro stock adopt."
        ),
        (
            "The service found that a copy of this stock is in use. No number is handed out. Look for the other copy, "
            "then run: labbro stock adopt."
        ),
    ),
    "refused": ("Tjenesten afviste det seneste træk", "The service refused the last draw"),
}

STYLE: Final = """
body{font:16px/1.45 system-ui,sans-serif;margin:0 auto;max-width:62rem;padding:1rem;color:#1a1f24;background:#fff}
h1{font-size:1.4rem;margin:.2rem 0}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}
.top{display:flex;justify-content:space-between;align-items:baseline;gap:1rem}
.big{font-size:3rem;font-weight:700;line-height:1}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.8rem;margin:1rem 0}
.facts div{border-left:3px solid #b8c0c8;padding-left:.6rem}.facts b{display:block;font-size:1.1rem}
.level{display:inline-block;border-radius:.3rem;padding:.1rem .5rem;margin-right:.6rem;border:1px solid}
.level.ok{background:#e3f4e6;border-color:#1f7a33}.level.notice{background:#e7f0fb;border-color:#1c5d99}
.level.warning{background:#fff1d6;border-color:#8a5a00}.level.critical{background:#fde3e1;border-color:#a3170d}
.told{background:#fde3e1;border-left:4px solid #a3170d;padding:.6rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.2rem .6rem .2rem 0;border-bottom:1px solid #dde2e7}
svg{width:100%;height:auto}
.bar{fill:#5b7f9f}.band{fill:#f0b94f;fill-opacity:.35}.line{fill:none;stroke:#b06a00;stroke-width:2}
.grid{stroke:#dde2e7}.today{stroke:#1a1f24;stroke-dasharray:4 3}.label{font-size:11px;fill:#4a545e}
line.notice{stroke:#1c5d99}line.warning{stroke:#8a5a00}line.critical{stroke:#a3170d}
"""


def page(status: Status, rules: Rules, language: Language) -> str:
    """The whole page."""
    words = {name: pair[0 if language == "da" else 1] for name, pair in _WORDS.items()}
    other = "en" if language == "da" else "da"
    parts = [
        (
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="60">'
            f"<title>{words['title']} - {escape(status.laboratory)}</title>"
            f'<link rel="stylesheet" href="/style.css"></head><body><main>'
        ),
        (
            f'<div class="top"><h1>{words["title"]}: {escape(status.laboratory)}</h1>'
            f'<a href="/?language={other}" lang="{other}">{words["other"]}</a></div>'
        ),
        *_warnings(status, words),
        *_facts(status, words, language),
        *_charts(status, rules, words),
        *_tables(status, words),
        "</main></body></html>",
    ]
    return "".join(parts)


def metrics(status: Status, counts: dict[str, int]) -> str:
    """The figures in Prometheus' text format. `counts`: what the door answered, by outcome."""
    figures: list[tuple[str, str, str, float | None]] = [
        ("labbro_stock_numbers", "Numbers that can be handed out.", "gauge", status.numbers_left),
        ("labbro_stock_weeks", "Weeks that the stock lasts by the forecast.", "gauge", status.weeks),
        ("labbro_stock_level", "Worst warning: 0 ok, 1 notice, 2 warning, 3 critical.", "gauge", _rank(status.level)),
        ("labbro_stock_in_doubt", "Hand-outs whose delivery is not known.", "gauge", len(status.in_doubt)),
        ("labbro_stock_open_requests", "Requests to the service not yet answered.", "gauge", len(status.open_requests)),
        ("labbro_stock_on_hold", "1 when nothing is handed out.", "gauge", 1 if status.on_hold else 0),
        ("labbro_stock_hand_outs_total", "Ranges handed out ever.", "counter", status.hand_outs),
        (
            "labbro_stock_contact_timestamp_seconds",
            "When the service last answered.",
            "gauge",
            status.contact_at.timestamp() if status.contact_at else None,
        ),
    ]
    lines: list[str] = []
    for name, purpose, kind, value in figures:
        if value is not None:
            lines += [f"# HELP {name} {purpose}", f"# TYPE {name} {kind}", f"{name} {value:g}"]
    lines += [
        "# HELP labbro_stock_requests_total Local requests by outcome.",
        "# TYPE labbro_stock_requests_total counter",
    ]
    lines += [
        f'labbro_stock_requests_total{{outcome="{outcome}"}} {count}' for outcome, count in sorted(counts.items())
    ]
    return "\n".join(lines) + "\n"


def _warnings(status: Status, words: dict[str, str]) -> list[str]:
    parts = [
        f'<span class="level {alarm.level}">{words[alarm.kind]}: {words[alarm.level]}</span>' for alarm in status.alarms
    ]
    told = [f'<p class="told" role="alert">{words["on_hold"]}</p>'] if status.on_hold else []
    if status.refused:
        told.append(f'<p class="told" role="alert">{words["refused"]}: {escape(status.refused)}</p>')
    return [f"<p>{''.join(parts)}</p>", *told]


def _facts(status: Status, words: dict[str, str], language: Language) -> list[str]:
    weeks = words["unknown"] if status.weeks is None else _figure(status.weeks, language, 1)
    facts = [
        (words["left"], _figure(status.numbers_left, language)),
        (words["runs_out"], f"{status.runs_out:%d.%m.%Y}" if status.runs_out else words["unknown"]),
        (words["a_week"], _figure(status.a_week, language) if status.a_week is not None else words["unknown"]),
        (words["next"], _time(status.next_draw_at)),
        (words["contact"], _time(status.contact_at) if status.contact_at else words["never"]),
    ]
    if status.numbers_unconfirmed:
        facts.append((words["unconfirmed"], _figure(status.numbers_unconfirmed, language)))
    cells = "".join(f"<div><b>{value}</b>{name}</div>" for name, value in facts)
    return [f'<p><span class="big" id="weeks">{weeks}</span> {words["weeks"]}</p>', f'<div class="facts">{cells}</div>']


def _charts(status: Status, rules: Rules, words: dict[str, str]) -> list[str]:
    if not status.expected:
        return [f"<p>{words['no_forecast']}</p>"]
    return [
        f"<h2>{words['course']}</h2>",
        course_chart(status, rules, words["course"], words["axis_course"], words),
        f"<h2>{words['use']}</h2>",
        use_chart(status, words["use"], words["axis_use"]),
        f"<p>{words['band']}</p>",
    ]


def _tables(status: Status, words: dict[str, str]) -> list[str]:
    parts: list[str] = []
    if status.in_doubt:
        rows = [[_time(one.at), str(one.ordinal), str(one.count)] for one in status.in_doubt[:_MANY]]
        parts += [f"<h2>{words['doubt']}</h2><p>{words['doubt_help']}</p>"]
        parts += [_table([words["at"], words["ordinal"], words["count"]], rows)]
    calls = [
        [_time(call.at), words[call.act], "" if call.count is None else str(call.count), call.outcome]
        for call in status.calls[:_MANY]
    ]
    parts += [f"<h2>{words['calls']}</h2>", _table([words[n] for n in ("at", "act", "count", "outcome")], calls)]
    series = [
        [_time(one.drawn_at), str(one.past - one.first), str(one.left), words[f"state-{one.state}"]]
        for one in reversed(status.series[-_MANY:])
    ]
    parts += [f"<h2>{words['series']}</h2>", _table([words[n] for n in ("drawn", "count", "rest", "state")], series)]
    return parts


def _table(heads: list[str], rows: list[list[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _figure(value: float, language: Language, decimals: int = 0) -> str:
    told = f"{value:,.{decimals}f}"
    return told.translate(str.maketrans(",.", ".,")) if language == "da" else told


def _time(at: dt.datetime) -> str:
    return f"{at.astimezone(_DENMARK):%d.%m.%Y %H:%M}"


def _rank(level: Level) -> int:
    return LEVELS.index(level)
