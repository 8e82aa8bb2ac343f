"""The forms of evidence: fields that an assertion's form has too, and one more piece for an assertion. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from labbro.comparability.csv_form import read_rounds
from labbro.comparability.model import Assertion, Evidence
from labbro.comparability.registry import Registry
from labbro.errors import WrongUse
from labbro.portal.numbers.blocks import Choice, Field, Form
from labbro.portal.registry.door import address_of
from labbro.portal.registry.filling import number, stated, struct, why
from labbro.portal.registry.views_evidence import KINDS
from labbro.portal.registry.words import Said

_FIGURES = ("count", "bias_percent")
_ROUNDS_HINT_DA = (
    "Runde; antal deltagere; vores værdi; målværdi; enhed; bias i procent; tilladt bias i procent. Skilt af semikolon "
    "eller tabulator, som fra et regneark. Værdi og målværdi, eller bias, er nok. Fx 2026-1; 14; 103; 100; µmol/L"
)
_ROUNDS_HINT = (
    "Round; number of participants; our value; target; unit; bias in per cent; allowable bias in per cent. Parted by "
    "semicolon or tab, as from a spreadsheet. Value and target, or the bias, are enough. Such as "
    "2026-1; 14; 103; 100; µmol/L"
)


def fields(said: Said) -> tuple[Field, ...]:
    """What is asked of a piece of evidence."""
    return (
        Field("evidence_kind", said("Grundlag", "Evidence"), "select", choices=tuple(
            Choice(kind, said(*KINDS[kind])) for kind in KINDS)),
        Field("evidence_source", said("Hvor grundlaget findes", "Where the evidence is"), longest=300),
        Field("study", said("Forsøgets tal", "Figures of the study"), "area", required=False, longest=4000,
              hint=said("Fra labbro comparability study --format evidence; så er felterne herunder unødvendige.",
                        "From labbro comparability study --format evidence; the fields below are then not needed.")),
        Field("rounds", said("Runder af ekstern kvalitetskontrol, én på hver linje",
                             "Rounds of external quality control, one on each line"), "area", required=False,
              longest=20_000,
              hint=said(_ROUNDS_HINT_DA, _ROUNDS_HINT)),
        Field("evidence_low", said("Prøver fra værdi", "Samples from value"), required=False),
        Field("evidence_high", said("Prøver til værdi", "Samples to value"), required=False),
        Field("count", said("Antal prøver", "Number of samples"), "number", required=False),
        Field("bias_percent", said("Største bias i procent", "Largest bias in per cent"), required=False,
              hint=said("Uden den gælder gennemsnittet af runderne.", "Without it the mean of the rounds counts.")),
    )  # fmt: skip


def form(one: Assertion, hidden: tuple[tuple[str, str], ...], said: Said) -> Form:
    """One more piece of evidence for an assertion, and the range that it then bears."""
    low, high, allowable = (
        "" if each is None else said(f"{each:.12g}".replace(".", ","), f"{each:.12g}")
        for each in (one.scope.low, one.scope.high, one.allowable_percent)
    )
    scope = (
        Field("low", said("Vurderingen gælder fra værdi", "The verdict holds from value"), value=low, required=False),
        Field("high", said("Vurderingen gælder til værdi", "The verdict holds to value"), value=high, required=False),
        Field("allowable_percent", said("Tilladt bias i procent", "Allowable bias in per cent"), value=allowable,
              required=False),
    )  # fmt: skip
    return Form(
        action=address_of("propose", "evidence"),
        submit=said("Foreslå grundlaget", "Propose the evidence"),
        fields=(*fields(said), *scope, why(said)),
        hidden=hidden,
    )


def evidence_of(told: Mapping[str, str]) -> Evidence:
    """The evidence that was pasted as a study gives it, else what the fields and the rounds say. Raises WrongUse."""
    filled = stated(told)
    if "study" in filled and "rounds" in filled:
        raise WrongUse(
            "A study has no rounds; propose them as a piece of evidence of their own.",
            message_da="Et forsøg har ingen runder; foreslå dem som et grundlag for sig.",
            code="form",
        )
    if "study" in filled:
        return _study(filled["study"], filled.get("evidence_source", ""))
    values: dict[str, Any] = {name: number(filled.get(name)) for name in _FIGURES}
    values |= {
        "kind": filled.get("evidence_kind"),
        "source": filled.get("evidence_source", ""),
        "low": number(filled.get("evidence_low")),
        "high": number(filled.get("evidence_high")),
        "rounds": read_rounds(filled.get("rounds", "")),
    }
    return struct(values, Evidence)


def _study(pasted: str, source: str) -> Evidence:
    try:
        told = msgspec.json.decode(pasted, type=Evidence)
    except msgspec.MsgspecError as error:
        raise WrongUse(
            f"The figures of the study cannot be read: {error}.",
            message_da=f"Forsøgets tal kan ikke læses: {error}.",
            code="form",
        ) from None
    return msgspec.structs.replace(told, source=source or told.source)


def with_evidence(one: Assertion, told: Mapping[str, str]) -> Assertion:
    """The assertion with the piece of evidence that was filled in after those it has. Raises WrongUse."""
    more, filled = evidence_of(told), stated(told)
    if more in one.evidence:
        raise WrongUse(
            "The assertion has this evidence already.",
            message_da="Vurderingen har dette grundlag i forvejen.",
            code="evidence-twice",
        )
    # A field that was emptied takes its figure out; one that was not sent leaves it.
    figures = {name: number(filled.get(name)) for name in ("low", "high", "allowable_percent") if name in told}
    allowable = figures.pop("allowable_percent", one.allowable_percent)
    scope = msgspec.structs.replace(one.scope, **figures)
    return msgspec.structs.replace(one, evidence=(*one.evidence, more), scope=scope, allowable_percent=allowable)


def assertion_of(registry: Registry, assertion_id: str) -> Assertion | None:
    """An assertion of a version, or None."""
    try:
        return registry.assertion(assertion_id)
    except KeyError:
        return None
