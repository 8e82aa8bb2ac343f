"""Layer two of a check, for requests (facts: req01.md, c and d)."""

from __future__ import annotations

from collections.abc import Iterator

from labbro.letters.remarks import Remark, Rule, civil_registration_number, location_numbers
from labbro.letters.tree import Element


def payer_number(root: Element) -> Iterator[Remark]:
    """A payer `anden` has no number, every other kind has one; the published converter refuses the rest."""
    payer = root.find("Payer")
    if payer is None:
        return
    number, other = payer.find("Identifier"), payer.text("PayersTypeCode") == "anden"
    if other and number is not None:
        yield Remark("payer-with-number", "Payer/Identifier", number.at)
    elif not other and number is None:
        yield Remark("payer-without-number", "Payer", payer.at)


def place_of_sampling(root: Element) -> Iterator[Remark]:
    """The name of an outside place although the sample is not taken there."""
    place = root.find("RequisitionInformation/SamplingLocation")
    if place is not None and root.text("RequisitionInformation/SamplingLocationCode") != "laboratoriet_eksternt":
        yield Remark("place-without-code", "RequisitionInformation/SamplingLocation", place.at)


def sampled_after_letter(root: Element) -> Iterator[Remark]:
    """A sample that is said to be taken already, but later than the letter was written."""
    information, written = root.find("RequisitionInformation"), root.find("Letter/Authorisation")
    sampled = information.find("SamplingDateTime") if information is not None else None
    if sampled is None or written is None or root.text("RequisitionInformation/SamplingDateTimeType") != "faktisk":
        return
    if _minute(written) < _minute(sampled):
        yield Remark("sampled-after-letter", "RequisitionInformation/SamplingDateTime", sampled.at)


def _minute(element: Element) -> str:
    return f"{element.text('Date')}T{element.text('Time')}"


def tubes_are_counted(root: Element) -> Iterator[Remark]:
    """A negative number of tubes, which some schemas allow."""
    tubes = root.find("RequisitionInformation/NumberOfTestTubes")
    if tubes is not None and tubes.value.strip().startswith("-"):
        yield Remark("negative-number", "RequisitionInformation/NumberOfTestTubes", tubes.at)


REQUEST_RULES: tuple[Rule, ...] = (
    location_numbers,
    civil_registration_number,
    payer_number,
    place_of_sampling,
    sampled_after_letter,
    tubes_are_counted,
)
