"""Two charts as inline SVG: use by week with what is expected, and how the stock will run down. No script, no style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from labbro.numbers.stock.policy import Rules
from labbro.numbers.stock.status import Status

_WIDTH: Final = 760
_HEIGHT: Final = 240
_LEFT: Final = 64
_BOTTOM: Final = 34
_TOP: Final = 12
_RIGHT: Final = 12

Point = tuple[float, float]


class _Frame:
    """A plot from values to places on the paper."""

    def __init__(self, columns: int, top: float) -> None:
        self.columns = max(1, columns)
        self.top = max(1.0, top)

    def x(self, column: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * column / self.columns

    def y(self, value: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - min(value, self.top) / self.top)


def use_chart(status: Status, title: str, axis: str) -> str:
    """Weekly use that is known as bars, expected as a line in its band."""
    top = _round_up(
        max([week.used or 0 for week in status.used] + [week.high or 0.0 for week in status.expected], default=1.0)
    )
    known = len(status.used)
    frame = _Frame(known + len(status.expected), top)
    bars = [
        f'<rect class="bar" x="{frame.x(place) + 1:.1f}" y="{frame.y(week.used or 0):.1f}" '
        f'width="{max(1.0, frame.x(1) - frame.x(0) - 2):.1f}" '
        f'height="{frame.y(0) - frame.y(week.used or 0):.1f}"><title>{week.monday}: {week.used}</title></rect>'
        for place, week in enumerate(status.used)
    ]
    ahead = [(known + number + 0.5, week) for number, week in enumerate(status.expected)]
    band = _area(
        [(frame.x(x), frame.y(week.high or 0)) for x, week in ahead],
        [(frame.x(x), frame.y(week.low or 0)) for x, week in ahead],
    )
    line = _line([(frame.x(x), frame.y(week.expected or 0)) for x, week in ahead])
    today = (
        f'<line class="today" x1="{frame.x(known):.1f}" x2="{frame.x(known):.1f}" y1="{_TOP}" y2="{frame.y(0):.1f}"/>'
    )
    labels = [
        _label(frame.x(place), frame.y(0) + 16, f"{week.monday:%d.%m}")
        for place, week in enumerate([*status.used, *status.expected])
        if place % 6 == 0
    ]
    return _svg(title, [*_grid(frame, top), *bars, band, line, today, *labels, _axis(axis)])


def course_chart(status: Status, rules: Rules, title: str, axis: str, words: Mapping[str, str]) -> str:
    """What is left week by week if nothing is drawn, with its band and the weeks in which the warnings come.

    `words` names the levels.
    """
    top = _round_up(max((point.high for point in status.course), default=1.0))
    last = next((point.weeks for point in status.course if point.high <= 0), len(status.course) - 1)
    shown = [point for point in status.course if point.weeks <= max(last, 4)]
    frame = _Frame(max(4, last), top)
    band = _area(
        [(frame.x(point.weeks), frame.y(point.high)) for point in shown],
        [(frame.x(point.weeks), frame.y(point.low)) for point in shown],
    )
    line = _line([(frame.x(point.weeks), frame.y(point.expected)) for point in shown])
    marks: list[str] = []
    if status.weeks is not None:
        for level, weeks in (
            ("notice", rules.notice_weeks),
            ("warning", rules.warning_weeks),
            ("critical", rules.critical_weeks),
        ):
            place = status.weeks - weeks
            if 0 <= place <= frame.columns:
                marks.append(
                    f'<line class="{level}" x1="{frame.x(place):.1f}" x2="{frame.x(place):.1f}" y1="{_TOP}" '
                    f'y2="{frame.y(0):.1f}"/><text class="label" x="{frame.x(place) + 5:.1f}" y="{_TOP + 10}">'
                    f"{escape(words[level])}</text>"
                )
    labels = [_label(frame.x(week), frame.y(0) + 16, str(week)) for week in range(0, frame.columns + 1, 4)]
    return _svg(title, [*_grid(frame, top), band, *marks, line, *labels, _axis(axis)])


def _svg(title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


def _grid(frame: _Frame, top: float) -> list[str]:
    lines: list[str] = []
    for part in range(5):
        value = top * part / 4
        y = frame.y(value)
        lines.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(
            f'<text class="label" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_thousands(value)}</text>'
        )
    return lines


def _axis(text: str) -> str:
    return f'<text class="label" x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 2}" text-anchor="end">{escape(text)}</text>'


def _label(x: float, y: float, text: str) -> str:
    return f'<text class="label" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(text)}</text>'


def _line(points: Sequence[Point]) -> str:
    told = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline class="line" points="{told}"/>' if points else ""


def _area(upper: Sequence[Point], lower: Sequence[Point]) -> str:
    told = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*upper, *reversed(lower)])
    return f'<polygon class="band" points="{told}"/>' if upper else ""


def _round_up(value: float) -> float:
    """The next figure that four steps of a grid look well with."""
    step = 4.0
    while step * 2 < value:
        step *= 10
    for factor in (0.25, 0.5, 1, 2, 3, 4, 5, 10):
        if step * factor >= value:
            return step * factor
    return value


def _thousands(value: float) -> str:
    return f"{value:,.0f}".replace(",", ".")
