"""From a planned letter to the letter itself, through the JSON form of the letters room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from labbro import letters
from labbro.letters.letter import NO_ACKNOWLEDGEMENT, PLEASE_ACKNOWLEDGE, Envelope, Letter

if TYPE_CHECKING:
    import datetime as dt

    from labbro.synthetic.country import Party
    from labbro.synthetic.plan import PlannedLetter, PlannedResult

Values = dict[str, Any]


def letter_of(planned: PlannedLetter) -> Letter:
    """The letter, with its envelope."""
    return letters.make(version=planned.version, envelope=_envelope(planned), values=values_of(planned))


def values_of(planned: PlannedLetter) -> Values:
    """The letter's elements in the JSON form; its codes are filled in by the letters room."""
    return {
        "Letter": {"Identifier": planned.number, "Authorisation": _moment(planned.authorised_at)},
        "Sender": _sender(planned),
        "Receiver": _receiver(planned),
        **({"CCReceiver": _identity(planned.copy)} if planned.copy is not None else {}),
        "Patient": _patient(planned),
        "RequisitionInformation": _requisition(planned),
        "LaboratoryResults": {
            "GeneralResultInformation": _general(planned),
            "Result": [_result(result, planned) for result in planned.results],
        },
    }


def _envelope(planned: PlannedLetter) -> Envelope:
    return Envelope(
        sent_date=f"{planned.sent_at:%Y-%m-%d}",
        sent_time=f"{planned.sent_at:%H:%M}",
        identifier=f"{planned.number}E",
        acknowledgement=PLEASE_ACKNOWLEDGE if planned.receipt_wanted else NO_ACKNOWLEDGEMENT,
    )


def _moment(moment: dt.datetime) -> Values:
    return {"Date": f"{moment:%Y-%m-%d}", "Time": f"{moment:%H:%M}"}


def _identity(party: Party) -> Values:
    return {"Identifier": party.identifier, "IdentifierCode": party.kind, "OrganisationName": party.organisation} | (
        {"DepartmentName": party.department} if party.department else {}
    )


def _sender(planned: PlannedLetter) -> Values:
    sender = planned.sender
    values: Values = {"EANIdentifier": sender.ean, **_identity(sender)}
    if sender.speciality:
        values["MedicalSpecialityCode"] = sender.speciality
    if planned.version == "XR0131K":
        values["FromLabIdentifier"] = planned.laboratory_code
    return values


def _receiver(planned: PlannedLetter) -> Values:
    receiver = planned.receiver
    values: Values = {"EANIdentifier": receiver.ean, **_identity(receiver)}
    if receiver.street and receiver.district and receiver.postcode:
        values["StreetName"] = receiver.street
        values["DistrictName"] = receiver.district
        values["PostCodeIdentifier"] = receiver.postcode
    if receiver.initials and planned.version != "XR0130F":
        values["Physician"] = {"PersonInitials": receiver.initials}
    return values


def _patient(planned: PlannedLetter) -> Values:
    person = planned.person
    kind = "CivilRegistrationNumber" if person.cpr.isdigit() else "AlternativeIdentifier"
    values: Values = {kind: person.cpr, "PersonSurnameName": person.surname, "PersonGivenName": person.given_name}
    if planned.consent_given is not None and planned.version == "XR0131K":
        values["Consent"] = {"Given": "true" if planned.consent_given else "false"}
    return values


def _requisition(planned: PlannedLetter) -> Values:
    taken = planned.sample
    sample: Values = {"LaboratoryInternalSampleIdentifier": taken.laboratory_number}
    if taken.requester_number is not None and planned.version != "XR0130F":
        sample["RequesterSampleIdentifier"] = taken.requester_number
    sample["SamplingDateTime"] = _moment(taken.taken_at)
    if taken.volume is not None:
        sample |= {"Volume": taken.volume, "UnitOfVolume": "mL"}
    if taken.collected_from is not None:
        interval = {"StartDateTime": _moment(taken.collected_from), "EndDateTime": _moment(taken.taken_at)}
        sample["SamplingInterval"] = interval
    return ({"Comments": planned.comments} if planned.comments else {}) | {"Sample": sample}


def _general(planned: PlannedLetter) -> Values:
    values: Values = {"ReportStatusCode": planned.status} if planned.version == "XR0131K" else {}
    return values | {
        "LaboratoryInternalProductionIdentifier": planned.sample.production,
        "ResultsDateTime": _moment(planned.results_at),
    }


def _result(result: PlannedResult, planned: PlannedLetter) -> Values:
    values: Values = {
        "ResultStatusCode": result.status,
        "Analysis": _analysis(result, planned.laboratory_code),
        "ProducerOfLabResult": {"Identifier": result.maker.name, "IdentifierCode": result.maker.code},
    }
    if result.interval is not None:
        values["ReferenceInterval"] = _interval(result)
    values["ResultType"] = "numerisk" if result.numeric else "alfanumerisk"
    if result.operator is not None:
        values["Operator"] = result.operator
    values["Value"] = result.value
    if result.unit:
        values["Unit"] = result.unit
    if result.flag is not None:
        values["ResultValidation"] = result.flag
    values |= _texts(result, planned)
    if result.link is not None:
        values["Reference"] = [{"RefDescription": result.link[0], "URL": result.link[1]}]
    if result.to_laboratory is not None:
        values["ToLabIdentifier"] = result.to_laboratory
    return values


def _texts(result: PlannedResult, planned: PlannedLetter) -> Values:
    if planned.version == "XR0130F":
        return {"ResultComments": list(result.comments)} if result.comments else {}
    told = [{"ResultTextValue": text} for text in result.texts] + [{"ResultComments": text} for text in result.comments]
    return {"ResultTextValue|ResultComments": told} if told else {}


def _analysis(result: PlannedResult, laboratory_code: str) -> Values:
    analysis = result.analysis
    values: Values = {
        "AnalysisCode": analysis.code,
        "AnalysisCodeType": analysis.system,
        "AnalysisCodeResponsible": analysis.responsible,
        "AnalysisShortName": analysis.short_name,
        "AnalysisCompleteName": analysis.complete_name,
    }
    if analysis.group is not None:
        identifier, name, order = analysis.group
        values["RequisitionGroup"] = {
            "Identifier": identifier,
            "IdentifierResponsible": laboratory_code,
            "Name": name,
        }
        values["Order"] = str(order)
    return values


def _interval(result: PlannedResult) -> Values:
    interval = result.interval
    assert interval is not None
    parts = (
        ("TypeOfInterval", interval.kind),
        ("LowerLimit", interval.lower),
        ("UpperLimit", interval.upper),
        ("IntervalText", interval.text),
    )
    return {name: value for name, value in parts if value}
