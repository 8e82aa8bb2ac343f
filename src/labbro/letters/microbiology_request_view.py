"""How a microbiology request of several samples is shown: what is asked, the samples, prompts and tubes."""

from __future__ import annotations

from labbro.letters.microbiology_texts import parties, prompts, references
from labbro.letters.view import Field, Row, Section, Table, Teller, patient


def multi_sample_request_sections(teller: Teller) -> list[Section]:
    """Patient, request, samples, questions with answers, and the parties."""
    root = teller.root
    holder = root.find("Patient")
    address = teller.joined(holder, ("StreetName", "SuburbName"))
    place = teller.joined(holder, ("PostCodeIdentifier", "DistrictName"), " ")
    person = patient(teller)
    where = ", ".join(part for part in (address, place) if part)
    fields = (
        *person.fields,
        *((Field(teller.say("Adresse", "Address"), where),) if where else ()),
        *teller.field(holder, "TelephoneSubscriberIdentifier", "Telefon", "Telephone"),
    )
    return [
        Section(person.title, fields, notice=person.notice),
        Section(teller.say("Rekvisition", "Request"), (*_asked(teller), *_circumstances(teller))),
        Section(teller.say("Prøver", "Samples"), table=_samples(teller)),
        *prompts(teller),
        *parties(teller),
    ]


def _asked(teller: Teller) -> tuple[Field, ...]:
    request = teller.root.find("Requests/RequestedAnalysis")
    names = [f"Analysis/AnalysisMDSName/{part}" for part in ("Examination", "Material", "Location")]
    codes = [f"Analysis/{part}" for part in ("MICAnalysisCode", "AnalysisCodeType", "AnalysisCodeResponsible")]
    return (
        Field(teller.say("Undersøgelse", "Examination"), teller.joined(request, names)),
        Field(teller.say("Kode", "Code"), teller.joined(request, codes)),
        *teller.field(request, "SupplementaryLocation", "Supplerende lokalisation", "Further location"),
        *teller.field(request, "SupplementaryAnalysis", "Supplerende undersøgelse", "Further examination"),
    )


def _circumstances(teller: Teller) -> tuple[Field, ...]:
    letter, information = teller.root.find("Letter"), teller.root.find("RequisitionInformation")
    for constant in ("VersionCode", "TypeCode"):
        teller.value(letter, constant)
    time, kind = teller.value(information, "SamplingDateTime"), teller.value(information, "SamplingDateTimeType")
    return (
        *teller.field(information, "RequestersRequisitionIdentifier", "Rekvisitionsnummer", "Requisition number"),
        *teller.field(information, "RequisitionDateTime", "Rekvireret", "Requested"),
        Field(teller.say("Prøvetagning", "Sampling"), f"{time} ({kind})" if kind else time),
        *teller.field(information, "SamplingLocationCode", "Prøven tages hos", "Sample taken at"),
        *teller.field(information, "NumberOfTestTubes", "Antal glas", "Number of tubes"),
        *teller.field(information, "ClinicalInformation", "Kliniske oplysninger", "Clinical information"),
        *teller.field(information, "Comments"),
        *teller.field(information, "CarbonCopyReceiver", "Kopi til", "Copy to"),
        *teller.field(letter, "Authorisation"),
        *teller.field(letter, "Identifier", "Brevnummer", "Letter number"),
    )


def _samples(teller: Teller) -> Table:
    rows = [
        Row((str(number), teller.value(sample, "RequesterSampleIdentifier")), references(teller, sample))
        for number, sample in enumerate(teller.root.all("RequisitionInformation/Sample"), 1)
    ]
    return Table(
        (teller.say("Nr.", "No."), teller.say("Rekvirentens prøvenummer", "Requester's sample number")), tuple(rows)
    )
