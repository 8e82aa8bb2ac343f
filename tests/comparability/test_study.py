"""Method comparison studies: the regressions against independent references and published figures, and the verdict."""

from __future__ import annotations

import itertools
import json
import math
import random
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st
from scipy import stats

from labbro.comparability.model import Evidence
from labbro.comparability.study.bland_altman import bland_altman
from labbro.comparability.study.deming import deming
from labbro.comparability.study.lines import Interval
from labbro.comparability.study.pairs import Pairs, read_pairs
from labbro.comparability.study.passing_bablok import linearity, passing_bablok
from labbro.comparability.study.report import report_html, report_text
from labbro.comparability.study.specification import from_biological_variation, stated
from labbro.comparability.study.study import study
from labbro.errors import WrongUse

LABBRO = Path(sys.executable).with_name("labbro")

# Twenty pairs whose line the R package mcr gives as 0.0125 + 1.0050 x (Passing-Bablok).
MCR_X = list(range(1, 21))
MCR_Y = [1.03, 2.05, 2.79, 3.67, 5.00, 5.82, 7.16, 7.69, 8.53, 10.38]
MCR_Y += [11.11, 12.17, 13.47, 13.83, 15.15, 16.12, 16.94, 18.09, 19.13, 19.54]
# Bland and Altman, Lancet 1986, table 1: peak expiratory flow by two meters, first readings (L/min).
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]


def made(seed: int, count: int, slope: float, intercept: float, error: float) -> tuple[list[float], list[float]]:
    chance = random.Random(seed)
    truth = [chance.uniform(5, 100) for _ in range(count)]
    x = [round(value + chance.gauss(0, error), 2) for value in truth]
    y = [round(intercept + slope * value + chance.gauss(0, error), 2) for value in truth]
    return x, y


DATA = {
    "mcr": (MCR_X, MCR_Y),
    "flow meters": (WRIGHT, MINI),
    "odd count of slopes": made(1, 11, 1.1, -2, 1.5),
    "even count of slopes": made(2, 40, 0.8, 5, 3),
    "many ties": tuple([round(value) for value in side] for side in made(3, 60, 1.0, 0, 4)),
    "steep": made(4, 45, 3.7, 10, 2),
    "shallow": made(5, 45, 0.2, 1, 0.5),
}


@pytest.mark.parametrize("name", DATA)
def test_passing_bablok_agrees_with_the_definition_in_exact_fractions(name: str) -> None:
    x, y = ([Fraction(str(value)) for value in side] for side in DATA[name])
    slopes: list[Fraction | float] = []
    for (x1, y1), (x2, y2) in itertools.combinations(list(zip(x, y, strict=True)), 2):
        if x1 == x2 and y1 == y2:
            continue
        slope = math.copysign(math.inf, y2 - y1) if x1 == x2 else (y2 - y1) / (x2 - x1)
        if slope != -1:
            slopes.append(slope)
    slopes.sort()
    count, shift = len(slopes), sum(slope < -1 for slope in slopes)
    middle = (
        slopes[(count + 1) // 2 + shift - 1]
        if count % 2
        else (slopes[count // 2 + shift - 1] + slopes[count // 2 + shift]) / 2
    )
    rests = sorted(b - middle * a for a, b in zip(x, y, strict=True))
    half = len(rests) // 2
    intercept = rests[half] if len(rests) % 2 else (rests[half - 1] + rests[half]) / 2
    reach = stats.norm.ppf(0.975) * math.sqrt(len(x) * (len(x) - 1) * (2 * len(x) + 5) / 18)
    first = round((count - reach) / 2)
    line = passing_bablok(*DATA[name])
    assert line.slope == pytest.approx(float(middle), abs=1e-9)
    assert line.intercept == pytest.approx(float(intercept), abs=1e-9)
    assert line.slope_interval.low == pytest.approx(float(slopes[first + shift - 1]), abs=1e-9)
    assert line.slope_interval.high == pytest.approx(float(slopes[count - first + 1 + shift - 1]), abs=1e-9)


def test_passing_bablok_gives_the_line_that_mcr_gives() -> None:
    line = passing_bablok(MCR_X, MCR_Y)
    assert (round(line.slope, 4), round(line.intercept, 4)) == (1.0050, 0.0125)


@pytest.mark.parametrize("ratio", [0.25, 1.0, 4.0])
@pytest.mark.parametrize("name", DATA)
def test_deming_agrees_with_total_least_squares_by_singular_values(name: str, ratio: float) -> None:
    x, y = (np.array(side, float) for side in DATA[name])
    points = np.column_stack([x - x.mean(), (y - y.mean()) / math.sqrt(ratio)])
    axis = np.linalg.svd(points)[2][0]
    slope = axis[1] / axis[0] * math.sqrt(ratio)
    line = deming(x, y, ratio)
    assert line.slope == pytest.approx(slope, rel=1e-9)
    assert line.intercept == pytest.approx(y.mean() - slope * x.mean(), rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("name", DATA)
def test_demings_interval_is_linnets_jackknife(name: str) -> None:
    x, y = (list(side) for side in DATA[name])
    count, whole = len(x), deming(x, y)
    pseudo = [
        count * whole.slope - (count - 1) * deming(x[:at] + x[at + 1 :], y[:at] + y[at + 1 :]).slope
        for at in range(count)
    ]
    reach = stats.t.ppf(0.975, count - 2) * stats.sem(pseudo)
    assert whole.slope_interval.low == pytest.approx(whole.slope - reach, rel=1e-6)
    assert whole.slope_interval.high == pytest.approx(whole.slope + reach, rel=1e-6)


def test_bland_and_altmans_own_example_comes_out_as_they_printed_it() -> None:
    told = bland_altman(MINI, WRIGHT)
    assert (round(told.bias, 1), round(told.deviation, 1)) == (-2.1, 38.8)
    assert (round(told.bias - 2 * told.deviation, 1), round(told.bias + 2 * told.deviation, 1)) == (-79.6, 75.4)
    low, high = stats.t.interval(0.95, 16, told.bias, stats.sem([b - a for a, b in zip(MINI, WRIGHT, strict=True)]))
    assert told.bias_interval.low == pytest.approx(low)
    assert told.bias_interval.high == pytest.approx(high)


def test_percent_differences_are_of_the_pairs_mean() -> None:
    told = bland_altman([90.0, 100.0, 110.0], [110.0, 100.0, 90.0], percent=True)
    assert told.differences == (20.0, 0.0, -20.0)
    with pytest.raises(WrongUse, match="per cent"):
        bland_altman([1.0, -1.0, 2.0], [-1.0, 1.0, 2.0], percent=True)


@trying(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.2, 5), st.floats(-20, 20))
def test_exchanging_the_procedures_inverts_the_line(seed: int, slope: float, intercept: float) -> None:
    x, y = made(seed, 31, slope, intercept, 1.0)
    there, back = passing_bablok(x, y), passing_bablok(y, x)
    # Exactly so for an odd number of slopes; of an even number the two middle ones are averaged, not inverted.
    assert back.slope == pytest.approx(1 / there.slope, rel=5e-2)
    assert deming(y, x).slope == pytest.approx(1 / deming(x, y).slope, rel=1e-9)


def test_a_curve_is_told_from_a_line() -> None:
    x = [float(value) for value in range(1, 61)]
    chance = random.Random(4)
    straight = [value + chance.gauss(0, 1) for value in x]
    bent = [value + value**2 / 30 + chance.gauss(0, 1) for value in x]
    assert linearity(x, straight, passing_bablok(x, straight)).linear
    assert not linearity(x, bent, passing_bablok(x, bent)).linear


@pytest.mark.parametrize(
    ("slope", "intercept", "verdict"),
    [(1.0, 0.0, "comparable"), (1.06, 0.0, "caution"), (1.4, 0.0, "convertible")],
)
def test_the_verdict_follows_the_bias_at_the_decision_levels(slope: float, intercept: float, verdict: str) -> None:
    x, y = made(7, 80, slope, intercept, 0.8)
    assert study(Pairs(tuple(x), tuple(y)), stated(8.0), [20, 60]).verdict == verdict


def test_a_large_uncertain_bias_is_not_comparable() -> None:
    x, y = made(8, 45, 1.5, 0, 14)
    told = study(Pairs(tuple(x), tuple(y)), stated(2.0), [50])
    assert told.verdict == "not"


def test_nothing_is_concluded_from_few_pairs_outside_the_range_or_off_the_line() -> None:
    x, y = made(9, 39, 1, 0, 0.5)
    assert study(Pairs(tuple(x), tuple(y)), stated(10), [50]).verdict == "unknown"
    x, y = made(9, 60, 1, 0, 0.5)
    told = study(Pairs(tuple(x), tuple(y)), stated(10), [50, 500])
    assert (told.verdict, told.levels[1].inside_range) == ("unknown", False)
    assert "500" in told.reason
    x = [float(value) for value in range(1, 61)]
    bent = [value + value**2 / 30 for value in x]
    assert study(Pairs(tuple(x), tuple(bent)), stated(10), [30]).verdict == "unknown"


def test_the_same_study_gives_the_same_figures() -> None:
    x, y = made(10, 50, 1.02, 0.3, 1)
    first, second = (study(Pairs(tuple(x), tuple(y)), stated(5), [30, 70], seed=3) for _ in range(2))
    assert first == second


def test_the_specification_from_biological_variation_is_the_desirable_one() -> None:
    assert from_biological_variation(3.0, 4.0).allowable_percent == pytest.approx(1.25)
    assert stated(5, 0.4).allowable_at(2.0) == 0.4
    for wrong in (lambda: from_biological_variation(0, 4), lambda: stated(0)):
        with pytest.raises(WrongUse, match="above 0"):
            wrong()


def test_a_file_is_read_with_any_decimal_mark_and_what_is_left_out_is_told() -> None:
    rows = "\n".join(f"s{at};{at},5;{at},4;{at},6" for at in range(1, 13))
    told = read_pairs(f"\ufeffSample;x;y1;y2\n{rows}\n\ns13;<1;2;3\ns14;1;2;\n")
    assert told.count == 12
    assert (told.x[0], told.y[0], told.samples[0]) == (1.5, 1.5, "s1")
    assert told.left_out == ("line 15: x is no number", "line 16: y is no number")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "study-columns"),
        ("a,b\n1,2\n", "study-columns"),
        ("x,y\n" + "1,2\n" * 5, "study-pairs"),
        ("x,y\n" + "1,2\n" * 50, "study-flat"),
        ("x,y\n" + "nan,inf\n" * 50, "study-pairs"),
    ],
)
def test_a_file_without_a_comparison_is_refused_for_its_fault(text: str, code: str) -> None:
    with pytest.raises(WrongUse) as told:
        read_pairs(text)
    assert told.value.code == code


@pytest.mark.parametrize("change", [{"levels": []}, {"levels": [-1]}, {"error_ratio": 0}, {"confidence": 1.0}])
def test_wrong_wishes_are_refused(change: dict[str, object]) -> None:
    arguments: dict[str, object] = {"levels": [10.0], **change}
    with pytest.raises(WrongUse) as told:
        study(Pairs(tuple(map(float, MCR_X)), tuple(MCR_Y)), stated(5), **arguments)  # type: ignore[arg-type]
    assert told.value.code == "study-arguments"


def test_procedures_that_run_against_each_other_have_no_line() -> None:
    with pytest.raises(WrongUse, match="positively related"):
        passing_bablok(MCR_X, [-value for value in MCR_Y])


def test_the_report_tells_every_figure_and_stands_alone_as_a_page() -> None:
    x, y = made(11, 60, 1.03, 0.5, 1)
    told = study(Pairs(tuple(x), tuple(y), left_out=("line 9: x is no number",)), stated(6), [40])
    text = report_text(told)
    for part in (told.verdict, told.reason, "Passing-Bablok: y =", "Deming: y =", "Cusum", "Bland-Altman", "line 9"):
        assert part in text
    page = report_html(told, "Kreatinin <A> mod B")
    assert "Kreatinin &lt;A&gt; mod B" in page
    assert re.search(r"<(script|link|img)[^>]*(src|href)=", page) is None
    assert Interval(0, 1).holds(1)


def test_the_command_prints_figures_and_keeps_a_page(tmp_path: Path) -> None:
    x, y = made(12, 60, 1.0, 0, 0.1)
    file = tmp_path / "pairs.csv"
    file.write_text("x,y\n" + "\n".join(f"{a},{b}" for a, b in zip(x, y, strict=True)), encoding="utf-8")
    page = tmp_path / "study.html"
    words = ["comparability", "study", str(file), "--levels", "20,60", "--within", "5", "--between", "20"]
    told = subprocess.run([LABBRO, *words, "--format", "json", "--html", page], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["verdict"] == "comparable"
    assert "<h1>pairs.csv: comparable</h1>" in page.read_text(encoding="utf-8")
    told = subprocess.run([LABBRO, *words, "--format", "evidence"], capture_output=True, text=True)
    evidence = msgspec.json.decode(told.stdout, type=Evidence)
    assert (evidence.kind, evidence.count, evidence.low, evidence.high) == ("study", 60, min(x), max(x))
    assert evidence.slope == pytest.approx(1, abs=0.01)
    assert evidence.bias_low is not None
    assert evidence.bias_percent is not None
    assert evidence.bias_low <= evidence.bias_percent


@pytest.mark.parametrize(
    "words",
    [["--levels", "20"], ["--levels", "x", "--allowable", "3"], ["--levels", "9", "--allowable", "3", "--within", "2"]],
)
def test_the_command_tells_wrong_use(tmp_path: Path, words: list[str]) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text("x,y\n" + "\n".join(f"{at},{at}" for at in range(50)), encoding="utf-8")
    told = subprocess.run([LABBRO, "comparability", "study", str(file), *words], capture_output=True, text=True)
    assert told.returncode == 2
    assert told.stderr.startswith("labbro: ")
    assert "Traceback" not in told.stderr
