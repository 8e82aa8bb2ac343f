"""What a good colleague would notice about letters of pathology and genetics (layer two)."""

from __future__ import annotations

from collections.abc import Iterator

from labbro.letters.remarks import NOT_YET, Remark, Rule, civil_registration_number, location_numbers
from labbro.letters.tree import Element

GENERAL = "LaboratoryResults/GeneralResultInformation"
TABLE_RESULT = "LaboratoryResults/TableFormat/TableResult"


def placeholder(root: Element) -> Iterator[Remark]:
    """The result `*****`, or the status 'received', where the other contradicts it."""
    status = root.text(f"{GENERAL}/ResultStatusCode")
    result = root.find(TABLE_RESULT)
    if result is None:
        return
    if result.value == NOT_YET and status not in {"proeve_modtaget", "svar_midlertidigt"}:
        yield Remark("placeholder-with-final", TABLE_RESULT, result.at)
    elif result.value != NOT_YET and status == "proeve_modtaget":
        yield Remark("value-before-measurement", TABLE_RESULT, result.at)


def order_of_times(root: Element) -> Iterator[Remark]:
    """A sample received before it was taken, or a result older than its sample."""
    request, results = root.find("RequisitionInformation"), root.find(f"{GENERAL}/ResultsDateTime")
    taken = request.find("SamplingDateTime") if request is not None else None
    received = request.find("SampleReceivedDateTime") if request is not None else None
    if taken is None:
        return
    since = _minute(taken)
    if received is not None and _minute(received) < since:
        yield Remark("received-before-sampling", "RequisitionInformation/SampleReceivedDateTime", received.at)
    if results is not None and _minute(results) < since:
        yield Remark("result-before-sampling", f"{GENERAL}/ResultsDateTime", results.at)


def _minute(element: Element) -> list[str]:
    return [part.value for part in element.children]


PATHOLOGY_RULES: tuple[Rule, ...] = (location_numbers, civil_registration_number, placeholder, order_of_times)
