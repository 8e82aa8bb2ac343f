"""Requests: what was ordered of whom, with the numbers by which the answers find it again."""

from __future__ import annotations

import datetime as dt

import msgspec

from labbro.synthetic.country import Party
from labbro.synthetic.documents import Desk, Document, Taken, Values, address, identity, moment
from labbro.synthetic.microbiology import Examination
from labbro.synthetic.plan import PlannedLetter
from labbro.synthetic.specialists import Specialist

_TELEPHONE = "99 99 00 00"  # no Danish number begins so


class Asked(msgspec.Struct, frozen=True):
    """One analysis asked for: code, system, responsible, name, and of what it is made."""

    code: str
    system: str
    responsible: str
    name: str
    material: str = ""
    location: str = ""
    tube: str = ""


def of_microbiology(
    desk: Desk, department: Specialist, taken: Taken, examinations: tuple[Examination, ...], *, clinical: str, why: str
) -> Document:
    """A request (REQ01) for examinations of one sample, with the prompts that microbiology asks."""
    asked = [
        Asked(
            one.code,
            one.system,
            "SST" if one.system == "iupac" else department.code,
            one.short_name,
            one.material,
            one.location,
            f"{taken.requester_number}-{number}",
        )
        for number, one in enumerate(examinations, 1)
    ]
    prompts = [
        _prompt(department.code, "Antibiotika før prøven", "Nej"),
        _prompt(department.code, "Undersøgt fordi", why),
    ]
    return _request(desk, department.party, taken, asked, clinical, prompts)


def of_biochemistry(desk: Desk, letter: PlannedLetter) -> Document:
    """The request that a laboratory report answers: everything that its letter names, answered or not."""
    sample = letter.sample
    taken = Taken(sample.taken_at, letter.receiver, sample.requester_number or "", sample.laboratory_number)
    asked = [
        Asked(one.code, one.system, one.responsible, one.short_name, tube=f"{taken.requester_number}-{tube}")
        for one, tube in ((result.analysis, 1 + number % 3) for number, result in enumerate(letter.results))
    ]
    return of(desk, letter.sender, taken, asked, letter.comments or "")


def of(desk: Desk, to: Party, taken: Taken, asked: list[Asked], clinical: str = "") -> Document:
    """A request (REQ01) for any analyses of one sample."""
    return _request(desk, to, taken, asked, clinical, [])


def of_pathology(
    desk: Desk, department: Specialist, taken: Taken, materials: tuple[str, ...], clinical: str
) -> Document:
    """A request (REQ03) for tissue or cells."""
    samples = [
        {
            "RequesterSampleIdentifier": f"{taken.requester_number[:14]}{number}",
            "MaterialDescription": material,
            "MaterialPreTreatment": ["fikseret"],
        }
        for number, material in enumerate(materials, 1)
    ]
    values: Values = {
        "Sender": _requester(taken.requester),
        "Receiver": {"EANIdentifier": department.party.ean, **identity(department.party)},
        "Patient": desk.patient(),
        "RequisitionInformation": {
            "RequestersRequisitionIdentifier": taken.requester_number,
            "RequisitionDateTime": moment(taken.at - dt.timedelta(minutes=12)),
            "SamplingLocationCode": "rekvirenten",
            "SamplingDateTimeType": "faktisk",
            "SamplingDateTime": moment(taken.at),
            "Sample": samples,
            "NumberOfTestTubes": str(len(samples)),
            "ClinicalInformation": clinical,
        },
        "Requests": {
            "RequestedAnalysis": {
                "Analysis": {"AnalysisCode": "S100", "AnalysisCodeType": "PA1", "AnalysisShortName": "Histologi"}
            }
        },
    }
    return desk.document("XQ0331P", "xml", taken.at + dt.timedelta(minutes=6), values)


def _request(desk: Desk, to: Party, taken: Taken, asked: list[Asked], clinical: str, prompts: list[Values]) -> Document:
    values: Values = {
        "Sender": _requester(taken.requester) | {"ReplyTo": "true"},
        "Receiver": {"EANIdentifier": to.ean, **identity(to)},
        "Patient": desk.patient(),
        "RequisitionInformation": {
            "RequisitionDateTime": moment(taken.at - dt.timedelta(minutes=12)),
            "SamplingLocationCode": "rekvirenten",
            "SamplingDateTimeType": "faktisk",
            "SamplingDateTime": moment(taken.at),
            "Sample": {"RequesterSampleIdentifier": taken.requester_number},
            "NumberOfTestTubes": str(len({one.tube for one in asked})),
            **({"ClinicalInformation": clinical} if clinical else {}),
        },
        "Requests": {"RequestedAnalysis": [_asked(one) for one in asked]} | ({"Prompt": prompts} if prompts else {}),
    }
    return desk.document("XQ0131K", "edifact", taken.at + dt.timedelta(minutes=6), values)


def _requester(party: Party) -> Values:
    values: Values = {"EANIdentifier": party.ean, **identity(party), **address(party)}
    values["TelephoneSubscriberIdentifier"] = _TELEPHONE
    values["MedicalSpecialityCode"] = party.speciality or "intern_medicin_sygehus"
    return values | ({"Physician": {"PersonInitials": party.initials}} if party.initials else {})


def _asked(one: Asked) -> Values:
    values: Values = {
        "ResultPriority": "rutine",
        "Analysis": {
            "AnalysisCode": one.code,
            "AnalysisCodeType": one.system,
            "AnalysisCodeResponsible": one.responsible,
            "AnalysisShortName": one.name,
            "LineComment": {"TextLine": [one.name]},
        },
    }
    parts = {"SampleLocation": one.location, "SampleMaterial": one.material, "TestTubeIdentifier": one.tube}
    return values | {name: text for name, text in parts.items() if text}


def _prompt(responsible: str, question: str, answer: str) -> Values:
    code = {
        "Code": "ANTIBIO" if "ntibio" in question else "AARSAG",
        "CodeType": "lokal",
        "CodeResponsible": responsible,
    }
    return {"Question": code | {"CodeText": question}, "Answer": {"Text": answer}}
