"""What is wrong with a registry before it is released: every contradiction at once, each with what to mend. Pure."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations

import msgspec

from labbro.comparability.equations import faults_of
from labbro.comparability.model import JOINS, Assertion, Conversion, Entries, Evidence, Group, Procedure, Round
from labbro.comparability.registry import Registry
from labbro.comparability.rounds import bias_of, contradicts, figures_of, is_borne_out, is_complete

_LARGEST_VARIATION = 300  # per cent


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """One fault: a stable code, what it is about, and a sentence that says what to mend."""

    code: str
    about: str
    message: str
    message_da: str


def contradictions(entries: Entries) -> tuple[Contradiction, ...]:
    """Every contradiction in the entries of a registry; empty when it may be released."""
    registry = Registry(entries)
    return tuple(
        sorted(
            {
                *_twins(entries),
                *_lost_references(entries, registry),
                *_overlapping_validity(entries),
                *_overlapping_assertions(entries),
                *_groups(entries, registry),
                *_in_two_groups(entries, registry),
                *_conversions(entries, registry),
                *_evidence(entries, registry),
                *_between_members(entries, registry),
                *_figures(entries),
                *_rounds(entries, registry),
            },
            key=lambda one: (one.code, one.about, one.message),
        )
    )


def _twins(entries: Entries) -> Iterator[Contradiction]:
    for name, identities in (
        ("measurand", [one.measurand_id for one in entries.measurands]),
        ("procedure", [one.procedure_id for one in entries.procedures]),
        ("group", [one.group_id for one in entries.groups]),
        ("assertion", [one.assertion_id for one in entries.assertions]),
    ):
        for twice in (one for one, times in Counter(identities).items() if times > 1):
            yield _fault(
                "twice", twice, f"The {name} {twice} is there twice; name one of them anew.",
                f"{twice} findes to gange; giv den ene et nyt navn.",
            )  # fmt: skip


def _lost_references(entries: Entries, registry: Registry) -> Iterator[Contradiction]:
    for procedure in entries.procedures:
        if procedure.measurand_id not in registry.measurands:
            yield _lost(procedure.procedure_id, "measurand", procedure.measurand_id)
        if procedure.valid_to <= procedure.valid_from:
            yield _fault(
                "validity-empty", procedure.procedure_id,
                f"The procedure {procedure.procedure_id} ends before it begins; mend its days.",
                f"Målemetoden {procedure.procedure_id} slutter, før den begynder; ret dagene.",
            )  # fmt: skip
    for assertion in entries.assertions:
        if assertion.group_id not in registry.groups:
            yield _lost(assertion.assertion_id, "group", assertion.group_id)
        if assertion.procedure_id not in registry.procedures:
            yield _lost(assertion.assertion_id, "procedure", assertion.procedure_id)


def _overlapping_validity(entries: Entries) -> Iterator[Contradiction]:
    """Two procedures that would both answer for the same code, producer and day."""
    by_use: dict[tuple[object, ...], list[Procedure]] = defaultdict(list)
    for procedure in entries.procedures:
        for code in procedure.codes:
            use = (code, procedure.producer, procedure.point_of_care, procedure.specimen)
            by_use[use].append(procedure)
    for (code, producer, *_), found in by_use.items():
        for a, b in combinations(sorted(found, key=lambda one: one.procedure_id), 2):
            if a.valid_from < b.valid_to and b.valid_from < a.valid_to:
                where = f"{getattr(code, 'value', code)} at {producer or 'any producer'}"
                names = f"{a.procedure_id} and {b.procedure_id}"
                yield _fault(
                    "overlapping-validity",
                    a.procedure_id,
                    f"{names} are valid on the same days for {where}; end one before the other begins.",
                    f"{a.procedure_id} og {b.procedure_id} gælder samme dage; afslut den ene, før den anden går ind.",
                )


def _overlapping_assertions(entries: Entries) -> Iterator[Contradiction]:
    by_pair: dict[tuple[str, str], list[Assertion]] = defaultdict(list)
    for assertion in entries.assertions:
        by_pair[assertion.group_id, assertion.procedure_id].append(assertion)
    for found in by_pair.values():
        for a, b in combinations(sorted(found, key=lambda one: one.assertion_id), 2):
            days = a.valid_from < b.valid_to and b.valid_from < a.valid_to
            if days and a.scope.purpose == b.scope.purpose and _ranges_meet(a, b):
                yield _fault(
                    "overlapping-assertions",
                    a.assertion_id,
                    f"{a.assertion_id} and {b.assertion_id} speak of the same procedure, group, days and range; "
                    "end one, or part their ranges.",
                    f"{a.assertion_id} og {b.assertion_id} handler om samme metode, gruppe, dage og område; "
                    "afslut den ene, eller del områderne.",
                )


def _ranges_meet(a: Assertion, b: Assertion) -> bool:
    low = max(_low(a), _low(b))
    high = min(_high(a), _high(b))
    return low < high


def _low(one: Assertion) -> float:
    return float("-inf") if one.scope.low is None else one.scope.low


def _high(one: Assertion) -> float:
    return float("inf") if one.scope.high is None else one.scope.high


def _in_two_groups(entries: Entries, registry: Registry) -> Iterator[Contradiction]:
    """A procedure whose results could stand in either of two groups: the groups would have to be one."""
    joined: dict[str, list[Assertion]] = defaultdict(list)
    for assertion in entries.assertions:
        group = registry.groups.get(assertion.group_id)
        if assertion.verdict in (*JOINS, "convertible") and group is not None and group.status == "released":
            joined[assertion.procedure_id].append(assertion)
    for procedure_id, found in joined.items():
        anchored = registry.anchored_by(procedure_id)
        for one in found:
            if anchored is not None and anchored.group_id != one.group_id:
                yield _two_groups(one, procedure_id, anchored.group_id)
        for a, b in combinations(sorted(found, key=lambda one: one.assertion_id), 2):
            days = a.valid_from < b.valid_to and b.valid_from < a.valid_to
            if a.group_id != b.group_id and days and a.scope.purpose == b.scope.purpose and _ranges_meet(a, b):
                yield _two_groups(a, procedure_id, b.group_id)


def _two_groups(one: Assertion, procedure_id: str, other: str) -> Contradiction:
    return _fault(
        "in-two-groups",
        one.assertion_id,
        f"{procedure_id} belongs to {one.group_id} and to {other} for the same days and values; take it out of one, or "
        "make the two groups one.",
        f"{procedure_id} hører til både {one.group_id} og {other} for samme dage og værdier; tag den ud af den ene, "
        "eller gør grupperne til én.",
    )


def _conversions(entries: Entries, registry: Registry) -> Iterator[Contradiction]:
    """An equation agrees with UCUM, says whose it is, can be turned round, and is there once for two units."""
    seen: dict[tuple[str, frozenset[str]], Conversion] = {}
    for one in entries.conversions:
        about = f"{one.measurand_id}: {one.from_unit} to {one.to_unit}"
        if one.measurand_id not in registry.measurands:
            yield _lost(about, "measurand", one.measurand_id)
        if not (math.isfinite(one.factor) and one.factor > 0 and math.isfinite(one.offset)):
            yield _fault(
                "conversion-factor", about,
                f"The equation {about} needs a factor above 0; mend it.",
                f"Omregningen {about} kræver en faktor over 0; ret den.",
            )  # fmt: skip
        for fault in faults_of(one):
            yield _fault(fault.code, about, fault.message, fault.message_da)
        if not one.source.strip():
            yield _fault(
                "conversion-source", about,
                f"The equation {about} has no source; state whose it is, and its molar mass if it has one.",
                f"Omregningen {about} har ingen kilde; angiv, hvis den er, og molmassen, hvis der er en.",
            )  # fmt: skip
        units = one.measurand_id, frozenset((one.from_unit, one.to_unit))
        if units in seen or one.from_unit == one.to_unit:
            yield _fault(
                "conversion-twice", about,
                f"The equation {about} is there twice, or leads to its own unit; keep one.",
                f"Omregningen {about} findes to gange, eller fører til sin egen enhed; behold én.",
            )  # fmt: skip
        seen[units] = one


def _groups(entries: Entries, registry: Registry) -> Iterator[Contradiction]:
    for group in entries.groups:
        anchor = registry.procedures.get(group.anchor_procedure_id)
        if anchor is None:
            yield _lost(group.group_id, "anchor procedure", group.anchor_procedure_id)
            continue
        if anchor.measurand_id != group.measurand_id:
            yield _other_measurand(group, anchor)
        for assertion in entries.assertions:
            member = registry.procedures.get(assertion.procedure_id)
            if assertion.group_id != group.group_id or member is None:
                continue
            if member.measurand_id != group.measurand_id:
                yield _other_measurand(group, member)
            yield from _member(group, member, assertion, registry)


def _member(group: Group, member: Procedure, assertion: Assertion, registry: Registry) -> Iterator[Contradiction]:
    joins = assertion.verdict in JOINS or assertion.verdict == "convertible"
    if assertion.procedure_id == group.anchor_procedure_id and assertion.verdict != "same":
        yield _fault(
            "anchor-against-itself",
            assertion.assertion_id,
            f"{assertion.assertion_id} judges the anchor of {group.group_id} against itself as {assertion.verdict}; "
            "choose another anchor, or remove the assertion.",
            f"{assertion.assertion_id} vurderer ankeret for {group.group_id} mod sig selv; vælg et andet anker, "
            "eller fjern vurderingen.",
        )
    other_unit = member.unit if member.unit and member.unit != group.unit else None
    if joins and other_unit and registry.conversion(group.measurand_id, other_unit, group.unit) is None:
        yield _fault(
            "unit-not-convertible",
            assertion.assertion_id,
            f"{member.procedure_id} answers in {member.unit}, {group.group_id} in {group.unit}, and no equation is "
            "registered between them; register one with its source, or take the procedure out.",
            f"{member.procedure_id} svarer i {member.unit}, {group.group_id} i {group.unit}, og der er ingen "
            "omregning; registrér en med kilde, eller tag metoden ud.",
        )


def _evidence(entries: Entries, registry: Registry) -> Iterator[Contradiction]:
    """Rule 6: against the anchor, at most half the allowable bias; and no assertion wider than what was measured."""
    for assertion in entries.assertions:
        low, high = assertion.scope.low, assertion.scope.high
        if low is not None and high is not None and low >= high:
            yield _range_empty(assertion.assertion_id)
        if assertion.verdict not in JOINS or assertion.group_id not in registry.groups:
            continue
        anchor = registry.groups[assertion.group_id].anchor_procedure_id
        against_anchor = [one for one in assertion.evidence if one.against in (None, anchor)]
        yield from _bias_of(assertion, assertion.assertion_id, assertion.bias_percent)
        for evidence in against_anchor:
            yield from _bias_of(assertion, evidence.source, bias_of(evidence))
        yield from _range_of(assertion, against_anchor)


def _bias_of(assertion: Assertion, source: str, bias: float | None) -> Iterator[Contradiction]:
    allowable = assertion.allowable_percent
    if allowable is None or bias is None:
        return
    limit = allowable / 2 if assertion.verdict in ("same", "comparable") else allowable
    if abs(bias) > limit:
        yield _fault(
            "bias-above-limit",
            assertion.assertion_id,
            f"{assertion.assertion_id} says {assertion.verdict}, but {source} shows a bias of {bias:g} % where "
            f"{limit:g} % is the limit; change the verdict or the evidence.",
            f"{assertion.assertion_id} siger {assertion.verdict}, men {source} viser en bias på {bias:g} %, hvor "
            f"grænsen er {limit:g} %; ret vurderingen eller grundlaget.",
        )


def _range_of(assertion: Assertion, found: list[Evidence]) -> Iterator[Contradiction]:
    """Several pieces of evidence count together, where their ranges meet."""
    spans = sorted((one.low, one.high) for one in found if one.low is not None and one.high is not None)
    if not spans:
        return
    if any(low > high for low, high in spans):
        yield _range_empty(assertion.assertion_id)
        return
    reach, gap = spans[0][1], False
    for low, high in spans[1:]:
        gap = gap or (low > reach and _low(assertion) < low and _high(assertion) > reach)
        reach = max(reach, high)
    if _low(assertion) < spans[0][0] or _high(assertion) > reach or gap:
        sources = ", ".join(dict.fromkeys(one.source for one in found if one.low is not None))
        told = " and ".join(f"{low:g} to {high:g}" for low, high in spans)
        told_da = " og ".join(f"{low:g} til {high:g}" for low, high in spans)
        yield _fault(
            "evidence-out-of-range",
            assertion.assertion_id,
            f"{assertion.assertion_id} reaches beyond {told}, which {sources} covers; narrow its scope, or add "
            "evidence.",
            f"{assertion.assertion_id} rækker ud over {told_da}, som {sources} dækker; indsnævr området, eller tilføj "
            "grundlag.",
        )


def _range_empty(about: str) -> Contradiction:
    return _fault(
        "range-empty",
        about,
        f"A range of {about} ends before it begins; exchange its limits.",
        f"Et område i {about} slutter, før det begynder; byt grænserne om.",
    )


def _between_members(entries: Entries, registry: Registry) -> Iterator[Contradiction]:
    """Evidence between two members that contradicts their both being comparable with the anchor."""
    joined = {
        (one.group_id, one.procedure_id): one for one in entries.assertions if one.verdict in ("same", "comparable")
    }
    for assertion in entries.assertions:
        for evidence in assertion.evidence:
            other = evidence.against
            mine = joined.get((assertion.group_id, assertion.procedure_id))
            theirs = joined.get((assertion.group_id, other)) if other else None
            allowable, bias = assertion.allowable_percent, bias_of(evidence)
            if mine is None or theirs is None or allowable is None or bias is None:
                continue
            if abs(bias) > allowable:
                group = registry.groups.get(assertion.group_id)
                yield _fault(
                    "members-contradict",
                    assertion.assertion_id,
                    f"{assertion.procedure_id} and {other} are both comparable in "
                    f"{group.group_id if group else assertion.group_id}, but {evidence.source} shows "
                    f"{bias:g} % between them where {allowable:g} % is allowed; take one out.",
                    f"{assertion.procedure_id} og {other} er begge i gruppen som sammenlignelige, men "
                    f"{evidence.source} viser {bias:g} % imellem dem, hvor {allowable:g} % er "
                    "tilladt; tag den ene ud.",
                )


def _figures(entries: Entries) -> Iterator[Contradiction]:
    """Coefficients of variation that none can be, or that nobody stands behind."""
    told = [(one.measurand_id, one.within) for one in entries.measurands]
    told += [(one.group_id, one.analytical) for one in entries.groups]
    for about, figure in told:
        if figure is not None and not (0 < figure.percent <= _LARGEST_VARIATION and figure.source.strip()):
            yield _fault(
                "variation-unusable",
                about,
                f"{about} gives a variation of {figure.percent:g} % from {figure.source.strip() or 'nobody'}; "
                f"give one above 0 and at most {_LARGEST_VARIATION} %, with its source.",
                f"{about} angiver en variation på {figure.percent:g} % fra {figure.source.strip() or 'ingen'}; "
                f"angiv en over 0 og højst {_LARGEST_VARIATION} %, med kilde.",
            )


def _rounds(entries: Entries, registry: Registry) -> Iterator[Contradiction]:
    """Rounds of external quality control that tell no bias, or not the one that is stated."""
    for assertion in entries.assertions:
        group = registry.groups.get(assertion.group_id)
        for evidence in assertion.evidence:
            if evidence.rounds and evidence.kind != "external-quality":
                yield _fault(
                    "rounds-of-other-evidence", assertion.assertion_id,
                    f"{assertion.assertion_id} gives rounds with evidence of the kind {evidence.kind} "
                    f"({evidence.source}); call it external-quality, or leave the rounds out.",
                    f"{assertion.assertion_id} angiver runder med et grundlag af arten {evidence.kind} "
                    f"({evidence.source}); kald det external-quality, eller udelad runderne.",
                )  # fmt: skip
            for one in dict.fromkeys(evidence.rounds):
                yield from _round(assertion, evidence, one, group, registry)
            yield from _rounds_together(assertion, evidence)


def _round(
    assertion: Assertion, evidence: Evidence, one: Round, group: Group | None, registry: Registry
) -> Iterator[Contradiction]:
    about, where = assertion.assertion_id, f"{one.name.strip() or '?'} ({evidence.source})"
    if evidence.rounds.count(one) > 1:
        yield _fault(
            "round-twice", about,
            f"The round {where} of {about} is there twice with the same figures; keep one, or name the samples apart.",
            f"Runden {where} i {about} findes to gange med samme tal; behold én, eller giv prøverne hver sit navn.",
        )  # fmt: skip
    if not is_complete(one):
        yield _fault(
            "round-incomplete", about,
            f"The round {where} of {about} needs a name, and our value with a target above 0 or a bias in per cent; "
            "a number of participants and an allowable bias are above 0. Mend it, or leave it out.",
            f"Runden {where} i {about} kræver et navn og vores værdi med en målværdi over 0 eller en bias i procent; "
            "deltagerantal og tilladt bias er over 0. Ret den, eller udelad den.",
        )  # fmt: skip
    elif not is_borne_out(one):
        yield _fault(
            "round-bias", about,
            f"The round {where} of {about} states a bias of {one.bias_percent:g} %, which our value and the target do "
            "not give; mend one of the three, or leave the bias out.",
            f"Runden {where} i {about} angiver en bias på {one.bias_percent:g} %, som vores værdi og målværdien ikke "
            "giver; ret en af de tre, eller udelad biasen.",
        )  # fmt: skip
    if group is not None and one.value is not None and one.unit and one.unit != group.unit:
        known = registry.conversion(group.measurand_id, one.unit, group.unit)
        if known is None or known.offset != 0:
            yield _fault(
                "round-unit", about,
                f"The round {where} of {about} is in {one.unit}, from which a bias in per cent cannot be carried to "
                f"{group.unit}; give value and target in {group.unit}.",
                f"Runden {where} i {about} er i {one.unit}, hvorfra en bias i procent ikke kan overføres til "
                f"{group.unit}; angiv værdi og målværdi i {group.unit}.",
            )  # fmt: skip


def _rounds_together(assertion: Assertion, evidence: Evidence) -> Iterator[Contradiction]:
    figures, stated = figures_of(evidence.rounds), evidence.bias_percent
    if figures is None or stated is None or not contradicts(figures, stated):
        return
    low, high, mean = (f"{one:.1f} %" for one in (figures.low_percent, figures.high_percent, figures.mean_percent))
    about, source, count = assertion.assertion_id, evidence.source, figures.count
    yield _fault(
        "rounds-against-bias",
        about,
        f"{about} states a bias of {stated:g} % for {source}, but its {count} rounds show {mean} in the mean ({low} to "
        f"{high}); state a bias among them and no nearer to none than their mean, leave it out, or mend the rounds.",
        f"{about} angiver en bias på {stated:g} % for {source}, men de {count} runder viser {mean} i gennemsnit "
        f"({low} til {high}); angiv en bias blandt dem, som ikke er tættere på nul end gennemsnittet, udelad den, "
        "eller ret runderne.",
    )


def _other_measurand(group: Group, procedure: Procedure) -> Contradiction:
    return _fault(
        "other-measurand",
        group.group_id,
        f"{procedure.procedure_id} measures {procedure.measurand_id}, but {group.group_id} is of {group.measurand_id}; "
        "put it in a group of its own measurand.",
        f"{procedure.procedure_id} måler {procedure.measurand_id}, men {group.group_id} er af {group.measurand_id}; "
        "læg den i en gruppe for dens egen størrelse.",
    )


def _lost(about: str, what: str, named: str) -> Contradiction:
    return _fault(
        "unknown-reference",
        about,
        f"{about} names the {what} {named}, which the registry does not have; add it or correct the name.",
        f"{about} nævner {named}, som registret ikke har; tilføj den, eller ret navnet.",
    )


def _fault(code: str, about: str, message: str, message_da: str) -> Contradiction:
    return Contradiction(code=code, about=about, message=message, message_da=message_da)
