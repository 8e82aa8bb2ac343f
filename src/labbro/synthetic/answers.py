"""From a measured number to a result as a laboratory sends it: rounding, limits, flags, operators, remarks."""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec

from labbro.codes.analyses import by_code
from labbro.letters.remarks import NOT_YET
from labbro.synthetic.catalogue import Analyte, Limits, catalogue
from labbro.synthetic.panels import DIPSTICK, REQUISITION_GROUPS
from labbro.synthetic.plan import Flag, Interval, Maker, Named, Operator, PlannedResult, ResultStatus

# Above these the laboratory rings the requester.
_RUNG_ABOVE = {"potassium": 6.0, "inr": 5.0, "lithium": 1.2, "troponin-t": 500}
# What laboratories write where the unit is 1. Transferrin saturation goes without: a reader may warn of it.
_UNIT_OF_ONE = {"inr": "INR", "ph": "pH"}
_GUIDANCE = ("Vejledning om nedsat nyrefunktion", "https://vejledning.example/nyre")


class Style(msgspec.Struct, frozen=True):
    """How a sender writes results about one person."""

    maker: Maker
    male: bool
    age_years: int
    decimal_mark: Literal[".", ","] = "."
    flags: bool = True
    groups: bool = False


def answer(analyte: Analyte, number: float, style: Style, status: ResultStatus = "svar_endeligt") -> PlannedResult:
    """The result of a measurement."""
    if analyte.key in DIPSTICK:
        return _dipstick(analyte, number, style, status)
    limits = analyte.limits(male=style.male, age_years=style.age_years)
    value, operator = _written(analyte, number)
    return PlannedResult(
        analysis=_named(analyte.key, style),
        maker=style.maker,
        value=value.replace(".", style.decimal_mark),
        status=status,
        operator=operator,
        unit=_unit(analyte),
        flag=_flag(float(value), limits) if style.flags else None,
        interval=_interval(analyte, limits, style.decimal_mark),
        comments=_remarks(analyte, number),
        link=_GUIDANCE if analyte.key == "egfr" and number < 30 else None,
    )


def not_yet(analyte: Analyte, style: Style, to_laboratory: str | None = None) -> PlannedResult:
    """The placeholder of a result that is still to come: the sample has been received."""
    return PlannedResult(
        analysis=_named(analyte.key, style),
        maker=style.maker,
        value=NOT_YET,
        status="proeve_modtaget",
        numeric=False,
        unit=_unit(analyte),
        to_laboratory=to_laboratory,
    )


def failed(analyte: Analyte, style: Style) -> PlannedResult:
    """An analysis that could not be done."""
    return PlannedResult(
        analysis=_named(analyte.key, style),
        maker=style.maker,
        value="Ej udført",
        numeric=False,
        comments=("Utilstrækkeligt prøvemateriale. Send venligst ny prøve.",),
    )


def in_words(code: str, name: str, text: str, maker: Maker) -> PlannedResult:
    """A result told in words under the laboratory's own code."""
    analysis = Named(code, "lokal", maker.code, name, f"{name.rpartition(';')[0]}, beskrivelse")
    return PlannedResult(analysis, maker, "Se tekst", numeric=False, texts=(text,))


def foot_answer(code: str, value: str, maker: Maker, *comments: str) -> PlannedResult:
    """One finding of a foot status (codes of responsible MCS)."""
    analysis = by_code(code)
    named = Named(code, "lokal", "MCS", analysis.short_name, analysis.short_name)
    return PlannedResult(named, maker, value, numeric=False, comments=comments)


def shown(value: float, decimals: int) -> str:
    """A number rounded to the analyte's decimals; never minus nought."""
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _written(analyte: Analyte, number: float) -> tuple[str, Operator | None]:
    value = shown(number, analyte.decimals)
    if analyte.lowest is not None and float(value) < analyte.lowest:
        return shown(analyte.lowest, analyte.decimals), "mindre_end"
    if analyte.highest is not None and float(value) > analyte.highest:
        return shown(analyte.highest, analyte.decimals), "stoerre_end"
    return value, None


def _flag(value: float, limits: Limits) -> Flag | None:
    if limits.upper and value > float(limits.upper):
        return "for_hoej"
    if limits.lower and value < float(limits.lower):
        return "for_lav"
    return None


def _interval(analyte: Analyte, limits: Limits, mark: str) -> Interval | None:
    if analyte.interval_text:
        return Interval(text=analyte.interval_text)
    if not limits.lower and not limits.upper:
        return None
    return Interval(analyte.kind, limits.lower.replace(".", mark), limits.upper.replace(".", mark))


def _remarks(analyte: Analyte, number: float) -> tuple[str, ...]:
    rung = _RUNG_ABOVE.get(analyte.latent)
    return ("Meddelt telefonisk til rekvirenten.",) if rung is not None and number > rung else ()


def _dipstick(analyte: Analyte, number: float, style: Style, status: ResultStatus) -> PlannedResult:
    grade = max(0, min(3, round(number)))
    positive = "Positiv" if analyte.key == "u-nitrite" else f"{grade}+"
    return PlannedResult(
        analysis=_named(analyte.key, style),
        maker=style.maker,
        value=positive if grade else "Negativ",
        status=status,
        numeric=False,
        flag="unormal" if grade else None,
        interval=Interval(text="Negativ"),
    )


def _unit(analyte: Analyte) -> str:
    unit = analyte.analysis.unit
    return _UNIT_OF_ONE.get(analyte.latent, "") if unit == "1" else unit


def _named(key: str, style: Style) -> Named:
    return _names(key, style.groups)


@cache
def _names(key: str, grouped: bool) -> Named:
    analyte = catalogue()[key]
    analysis = analyte.analysis
    named = Named(analysis.code, analysis.system, analysis.responsible, analysis.short_name, analyte.complete_name)
    return msgspec.structs.replace(named, group=_group(key)) if grouped else named


def _group(key: str) -> tuple[str, str, int] | None:
    for identifier, name, keys in REQUISITION_GROUPS:
        if key in keys:
            return identifier, name, 10 * (keys.index(key) + 1)
    return None
