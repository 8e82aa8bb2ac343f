"""Layer two of a check, for requests (facts: req01.md, c and d)."""

from __future__ import annotations

from collections.abc import Iterator

from labbro.letters.remarks import PARTY_RULES, RELATIVE_CPR_FORM, SENSE, Rule, Source, Spot, minute_of
from labbro.letters.result_rules import code_type_at
from labbro.letters.standing import OLD_VERSIONS
from labbro.letters.tree import Element


def payer_with_number(root: Element) -> Iterator[Spot]:
    """A payer `anden` that has a number."""
    payer = root.find("Payer")
    number = payer.find("Identifier") if payer is not None else None
    if payer is not None and number is not None and payer.text("PayersTypeCode") == "anden":
        yield Spot("Payer/Identifier", number)


def payer_without_number(root: Element) -> Iterator[Spot]:
    """A payer of any other kind that has none."""
    payer = root.find("Payer")
    if payer is not None and payer.find("Identifier") is None and payer.text("PayersTypeCode") != "anden":
        yield Spot("Payer", payer)


def place_of_sampling(root: Element) -> Iterator[Spot]:
    """The name of an outside place although the sample is not taken there."""
    place = root.find("RequisitionInformation/SamplingLocation")
    if place is not None and root.text("RequisitionInformation/SamplingLocationCode") != "laboratoriet_eksternt":
        yield Spot("RequisitionInformation/SamplingLocation", place)


def sampled_after_letter(root: Element) -> Iterator[Spot]:
    """A sample that is said to be taken already, but later than the letter was written."""
    information, written = root.find("RequisitionInformation"), root.find("Letter/Authorisation")
    sampled = information.find("SamplingDateTime") if information is not None else None
    if sampled is None or written is None or root.text("RequisitionInformation/SamplingDateTimeType") != "faktisk":
        return
    if minute_of(written) < minute_of(sampled):
        yield Spot("RequisitionInformation/SamplingDateTime", sampled)


def tubes_are_counted(root: Element) -> Iterator[Spot]:
    """A negative number of tubes, which some schemas allow."""
    tubes = root.find("RequisitionInformation/NumberOfTestTubes")
    if tubes is not None and tubes.value.strip().startswith("-"):
        yield Spot("RequisitionInformation/NumberOfTestTubes", tubes)


PAYER_WITH_NUMBER = Rule(
    "payer-with-number",
    "En betaler af arten 'anden' har intet nummer; MedComs offentlige konverter afviser rekvisitionen.",
    "A payer of the kind 'other' has no number; MedCom's public converter refuses the request.",
    Source("MedComs offentlige konverter", "MedCom's public converter"),
    notice=payer_with_number,
)
PAYER_WITHOUT_NUMBER = Rule(
    "payer-without-number",
    "En sygesikring eller rekvirent, der betaler, angives med sit nummer; ellers kan rekvisitionen blive afvist.",
    "A health insurance or requester that pays is named by its number; the request may be refused without.",
    Source("MedComs offentlige konverter", "MedCom's public converter"),
    notice=payer_without_number,
)
PLACE_WITHOUT_CODE = Rule(
    "place-without-code",
    "Der er angivet et sted, hvor prøven tages, men koden siger ikke 'laboratoriet, eksternt'; stedet "
    "bliver let overset.",
    "A place of sampling is named, but the code does not say 'the laboratory, elsewhere'; the place is "
    "easily overlooked.",
    SENSE,
    notice=place_of_sampling,
)
SAMPLED_AFTER_LETTER = Rule(
    "sampled-after-letter",
    "Prøvetagningstiden angives som faktisk, men ligger efter det tidspunkt, brevet er skrevet.",
    "The sampling time is said to be actual but is later than the letter.",
    SENSE,
    notice=sampled_after_letter,
)
NEGATIVE_NUMBER = Rule(
    "negative-number",
    "Antallet af glas er negativt; nogle skemaer tillader det, men det er altid en fejl.",
    "The number of tubes is negative; some schemas allow it, but it is always a mistake.",
    SENSE,
    notice=tubes_are_counted,
)
CODES = code_type_at("Requests/RequestedAnalysis/Analysis")
REQUEST_RULES = (
    *PARTY_RULES,
    *OLD_VERSIONS,
    PAYER_WITH_NUMBER,
    PAYER_WITHOUT_NUMBER,
    PLACE_WITHOUT_CODE,
    SAMPLED_AFTER_LETTER,
    NEGATIVE_NUMBER,
    CODES,
)
PATHOLOGY_REQUEST_RULES = (*REQUEST_RULES, RELATIVE_CPR_FORM)
SAMPLES_REQUEST_RULES = (*PARTY_RULES, NEGATIVE_NUMBER, CODES)
