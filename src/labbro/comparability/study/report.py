"""A comparison for people: text for the terminal, and one HTML file with its plots that needs no network."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib import import_module
from typing import Any

from labbro.comparability.study.lines import Interval, Line
from labbro.comparability.study.study import Study

_POINT = "#1f5f8b"
_LINE = "#b3440f"
_SAME = "#6b6b6b"


def report_text(study: Study) -> str:
    """What a terminal shows."""
    return "\n".join(_lines(study)) + "\n"


def report_html(study: Study, title: str) -> str:
    """One page with both plots; plotly's script stands in it."""
    text = escape(report_text(study))
    first = _figure_html(_scatter(study), script=True)
    second = _figure_html(_differences(study), script=False)
    return (
        "<!doctype html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        "<style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
        "pre{font:14px/1.5 ui-monospace,monospace;white-space:pre-wrap}</style></head>"
        f"<body><h1>{escape(title)}</h1><pre>{text}</pre>{first}{second}</body></html>\n"
    )


def _lines(study: Study) -> Iterator[str]:
    yield f"Verdict: {study.verdict}. {study.reason}"
    span = f"x from {study.range_x.low:g} to {study.range_x.high:g}"
    yield f"{study.pairs.count} pairs, {span}, r = {study.correlation:.4f}"
    for left_out in study.pairs.left_out:
        yield f"Left out: {left_out}"
    yield _line(study.passing_bablok)
    yield _line(study.deming)
    linear = "no deviation from a line" if study.linearity.p_below is None else f"p < {study.linearity.p_below:g}"
    yield f"Cusum test for linearity: {study.linearity.statistic:.3f}, {linear}"
    differences = study.differences
    yield (
        f"Bland-Altman: bias {differences.bias:.4g} {_interval(differences.bias_interval)}, "
        f"limits of agreement {differences.lower_limit:.4g} to {differences.upper_limit:.4g}"
    )
    if study.percent_differences is not None:
        percent = study.percent_differences
        yield (
            f"  in per cent: bias {percent.bias:.3g} {_interval(percent.bias_interval)}, "
            f"limits {percent.lower_limit:.3g} to {percent.upper_limit:.3g}"
        )
    yield f"Specification: {study.specification.source}; allowable bias {study.specification.allowable_percent:.3g} %"
    for level in study.levels:
        outside = "" if level.inside_range else " (outside the samples' range)"
        yield (
            f"  at {level.level:g}: bias {level.bias:+.4g} ({level.percent:+.2f} %) {_interval(level.interval)}, "
            f"Deming {level.deming_bias:+.4g} {_interval(level.deming_interval)}, "
            f"half the allowable {level.allowed:.4g}{outside}"
        )


def _line(line: Line) -> str:
    sign = "+" if line.slope >= 0 else "-"
    return (
        f"{line.method}: y = {line.intercept:.4g} {sign} {abs(line.slope):.4g} x; "
        f"slope {_interval(line.slope_interval)}, intercept {_interval(line.intercept_interval)}"
    )


def _interval(interval: Interval) -> str:
    return f"[{interval.low:.4g}; {interval.high:.4g}]"


def _scatter(study: Study) -> Any:
    figure = _figure("Paired results", "x (anchor procedure)", "y (compared procedure)")
    _points(figure, study.pairs.x, study.pairs.y, study.pairs.samples)
    ends = (study.range_x.low, study.range_x.high)
    _drawn(figure, ends, ends, "y = x", _SAME, "dot")
    line = study.passing_bablok
    _drawn(figure, ends, [line.at(x) for x in ends], "Passing-Bablok", _LINE, "solid")
    _drawn(figure, ends, [study.deming.at(x) for x in ends], "Deming", _LINE, "dash")
    return figure


def _differences(study: Study) -> Any:
    told = study.percent_differences or study.differences
    unit = "y - x, per cent of the mean" if told.percent else "y - x"
    figure = _figure("Differences", "mean of x and y", unit)
    _points(figure, told.means, told.differences, study.pairs.samples)
    ends = (min(told.means), max(told.means))
    _drawn(figure, ends, (told.bias, told.bias), "bias", _LINE, "solid")
    _drawn(figure, ends, (told.lower_limit, told.lower_limit), "lower limit of agreement", _LINE, "dash")
    _drawn(figure, ends, (told.upper_limit, told.upper_limit), "upper limit of agreement", _LINE, "dash")
    return figure


def _figure(title: str, across: str, along: str) -> Any:
    # The module has no types; by its name it is one Any.
    figure: Any = import_module("plotly.graph_objects").Figure()
    figure.update_layout(
        title=title, xaxis_title=across, yaxis_title=along, template="plotly_white", height=460, legend_orientation="h"
    )
    return figure


def _points(figure: Any, across: Any, along: Any, names: Any) -> None:
    marker = {"color": _POINT, "size": 7, "opacity": 0.7}
    figure.add_scatter(x=list(across), y=list(along), text=list(names), mode="markers", name="samples", marker=marker)


def _drawn(figure: Any, across: Any, along: Any, name: str, colour: str, dash: str) -> None:
    line = {"color": colour, "dash": dash}
    figure.add_scatter(x=list(across), y=list(along), mode="lines", name=name, line=line)


def _figure_html(figure: Any, *, script: bool) -> str:
    return str(figure.to_html(full_html=False, include_plotlyjs=script, config={"displaylogo": False}))
