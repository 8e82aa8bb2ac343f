"""What a good colleague would notice about letters of pathology and genetics (layer two)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from labbro.letters import result_rules as common
from labbro.letters.remarks import NOT_YET, PARTY_RULES, RELATIVE_CPR_FORM, Rule, Spot, minute_of
from labbro.letters.standing import OLD_VERSIONS
from labbro.letters.tree import Element

GENERAL = "LaboratoryResults/GeneralResultInformation"
TABLE_RESULT = "LaboratoryResults/TableFormat/TableResult"


def placeholder_with_final(root: Element) -> Iterator[Spot]:
    """The result `*****` with a status that says it is there."""
    result, status = root.find(TABLE_RESULT), root.text(f"{GENERAL}/ResultStatusCode")
    if result is not None and result.value == NOT_YET and status not in {"proeve_modtaget", "svar_midlertidigt"}:
        yield Spot(TABLE_RESULT, result)


def value_before_measurement(root: Element) -> Iterator[Spot]:
    """A result with the status 'sample received'."""
    result, status = root.find(TABLE_RESULT), root.text(f"{GENERAL}/ResultStatusCode")
    if result is not None and result.value != NOT_YET and status == "proeve_modtaget":
        yield Spot(TABLE_RESULT, result)


def received_before_sampling(root: Element) -> Iterator[Spot]:
    """A sample received before it was taken."""
    path = "RequisitionInformation"
    taken, received = root.find(f"{path}/SamplingDateTime"), root.find(f"{path}/SampleReceivedDateTime")
    if taken is not None and received is not None and minute_of(received) < minute_of(taken):
        yield Spot(f"{path}/SampleReceivedDateTime", received)


def result_before_sampling(root: Element) -> Iterator[Spot]:
    """A result older than its sample."""
    taken, results = root.find("RequisitionInformation/SamplingDateTime"), root.find(f"{GENERAL}/ResultsDateTime")
    if taken is not None and results is not None and minute_of(results) < minute_of(taken):
        yield Spot(f"{GENERAL}/ResultsDateTime", results)


PATHOLOGY_RULES: tuple[Rule, ...] = (
    *PARTY_RULES,
    RELATIVE_CPR_FORM,
    *OLD_VERSIONS,
    replace(common.PLACEHOLDER_WITH_FINAL, notice=placeholder_with_final, each=None),
    replace(common.VALUE_BEFORE_MEASUREMENT, notice=value_before_measurement, each=None),
    replace(common.RECEIVED_BEFORE_SAMPLING, notice=received_before_sampling),
    replace(common.RESULT_BEFORE_SAMPLING, notice=result_before_sampling),
)
