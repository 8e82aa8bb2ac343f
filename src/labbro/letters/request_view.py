"""How a request is shown: who asks for what, of which patient, with prompts, samples and tubes, and who pays."""

from __future__ import annotations

from labbro.letters.tree import Element
from labbro.letters.values import is_true
from labbro.letters.view import Field, Row, Section, Table, Teller, moment, party, patient

CERVIX = "Requests/SupplementaryCervixInformations"
UNKNOWN_DAY = "0001-01-01"


def request_sections(teller: Teller) -> list[Section]:
    """The page of a request."""
    root = teller.root
    sections = [
        _patient(teller),
        *_relative(teller),
        Section(teller.say("Rekvisition", "Request"), _requisition(teller)),
        *_samples(teller),
        Section(teller.say("Undersøgelser", "Analyses"), table=_analyses(teller)),
        *_prompts(teller),
        *_cervix(teller),
    ]
    for name, danish, english in (
        ("Sender", "Rekvirent", "Requester"),
        ("OriginalRequester", "Oprindelig rekvirent", "Original requester"),
        ("Receiver", "Modtager", "Receiver"),
        ("CCReceiver", "Kopi til", "Copy to"),
        ("Collector", "Prøvetager", "Collector"),
    ):
        holder = root.find(name)
        if holder is not None:
            sections.append(Section(teller.say(danish, english), (*party(teller, holder), *_contact(teller, holder))))
    return [*sections, *_payer(teller)]


def _contact(teller: Teller, holder: Element) -> tuple[Field, ...]:
    reply = holder.find("ReplyTo")
    if reply is None:
        return teller.field(holder, "TelephoneSubscriberIdentifier")
    teller.tell(reply)
    answered = teller.say("ja", "yes") if is_true(reply.value) else teller.say("nej", "no")
    return (
        *teller.field(holder, "TelephoneSubscriberIdentifier"),
        Field(teller.say("Svar sendes hertil", "Is answered"), answered),
    )


def _patient(teller: Teller) -> Section:
    section, holder = patient(teller), teller.root.find("Patient")
    place = teller.joined(holder, ("PostCodeIdentifier", "DistrictName"), " ")
    address = ", ".join(part for part in (teller.joined(holder, ("StreetName", "SuburbName")), place) if part)
    fields = (
        *section.fields,
        *((Field(teller.say("Adresse", "Address"), address),) if address else ()),
        *teller.field(holder, "TelephoneSubscriberIdentifier"),
    )
    return Section(section.title, fields, notice=section.notice)


def _relative(teller: Teller) -> tuple[Section, ...]:
    holder = teller.root.find("Relative")
    if holder is None:
        return ()
    name = teller.joined(holder, ("PersonGivenName", "PersonSurnameName"), " ")
    fields = (
        Field(teller.say("Navn", "Name"), name),
        *teller.field(holder, "RelationCode"),
        *teller.field(holder, "PersonIdentifier"),
    )
    return (Section(teller.say("Pårørende", "Relative"), fields),)


def _requisition(teller: Teller) -> tuple[Field, ...]:
    letter, information = teller.root.find("Letter"), teller.root.find("RequisitionInformation")
    for constant in ("VersionCode", "TypeCode"):
        teller.value(letter, constant)
    return (
        *_number(teller, information, "RequestersRequisitionIdentifier", "Rekvisitionsnummer", "Requisition number"),
        *_times(teller, information),
        *teller.field(information, "SamplingLocationCode"),
        *teller.field(information, "SamplingLocation"),
        *teller.field(information, "NumberOfTestTubes"),
        *teller.field(teller.root, "Requests/RequestedAnalysis/AnswerAtLatestDateTime"),
        *_indication(teller, information),
        *teller.field(information, "ClinicalInformation"),
        *teller.field(information, "Comments"),
        *teller.field(information, "CarbonCopyReceiver"),
        *teller.field(letter, "Authorisation"),
        *teller.field(letter, "Identifier", "Brevnummer", "Letter number"),
    )


def _number(
    teller: Teller, holder: Element | None, path: str, danish: str, english: str, kind: str = "SampleIdentifierType"
) -> tuple[Field, ...]:
    """A number, and whether it is a national sample number."""
    value, national = teller.value(holder, path), teller.value(holder, kind)
    return (Field(teller.say(danish, english), f"{value} ({national})" if national else value),) if value else ()


def _times(teller: Teller, information: Element | None) -> tuple[Field, ...]:
    said = "RequisitionInformation/SamplingDateTimeType" not in teller.assumed
    kind = information.text("SamplingDateTimeType") if information is not None and said else None
    teller.value(information, "SamplingDateTimeType")
    labels = {"faktisk": ("Prøve taget", "Sampled"), "oensket": ("Ønsket prøvetagning", "Wanted sampling")}
    danish, english = labels.get(kind or "", ("Prøvetagning", "Sampling"))
    asked = () if "RequisitionInformation/RequisitionDateTime" in teller.assumed else ("RequisitionDateTime",)
    fields = [field for path in asked for field in teller.field(information, path, "Rekvireret", "Requested")]
    if not asked:
        teller.value(information, "RequisitionDateTime")
    return (*fields, *teller.field(information, "SamplingDateTime", danish, english))


def _indication(teller: Teller, information: Element | None) -> tuple[Field, ...]:
    said = teller.joined(
        information, ("CodedClinicalInformation/IndicationText", "CodedClinicalInformation/IndicationCode")
    )
    return (Field(teller.say("Indikation", "Indication"), said),) if said else ()


def _samples(teller: Teller) -> tuple[Section, ...]:
    """The sample, or a table of them where there are several."""
    samples = list(teller.root.all("RequisitionInformation/Sample"))
    if len(samples) == 1:
        return (Section(teller.say("Prøve", "Sample"), _sample(teller, samples[0])),)
    header = (teller.say("Prøve", "Sample"), teller.say("Materiale", "Material"))
    rows = tuple(_sample_row(teller, sample, number) for number, sample in enumerate(samples, 1))
    return (Section(teller.say("Prøver", "Samples"), table=Table(header, rows)),)


def _sample_row(teller: Teller, sample: Element, number: int) -> Row:
    material = teller.value(sample, "MaterialDescription")
    return Row((str(number), material), tuple(note for note in _sample(teller, sample) if note.value != material))


def _sample(teller: Teller, sample: Element) -> tuple[Field, ...]:
    own, original = _kinds(teller, sample)
    number = teller.value(sample, "RequesterSampleIdentifier")
    asked_first = teller.value(sample, "OriginalRequesterSampleIdentifier")
    said = (
        (teller.say("Rekvirentens prøvenummer", "Requester's sample number"), number, own),
        (teller.say("Oprindelig rekvirents prøvenummer", "Original requester's sample number"), asked_first, original),
    )
    treated = ", ".join(teller.element(part) for part in sample.all("MaterialPreTreatment"))
    return (
        *(Field(label, f"{value} ({kind})" if kind else value) for label, value, kind in said if value),
        *teller.field(sample, "MaterialDescription"),
        *((Field(teller.say("Forbehandling", "Pre-treatment"), treated),) if treated else ()),
        *teller.field(sample, "MaterialTreatment"),
        *(
            Field(teller.say("Henvisning", "Reference"), reference_line(teller, reference))
            for reference in sample.all("Reference")
        ),
    )


def _kinds(teller: Teller, sample: Element) -> tuple[str, str]:
    """What kind of number the requester's is, and the original requester's: both elements have one name."""
    kinds, here = ["", ""], 0
    for part in sample.children:
        if part.name == "OriginalRequesterSampleIdentifier":
            here = 1
        elif part.name in {"SampleIdentifierType", "OriginalSampleIdentifierType"}:
            kinds[here] = teller.element(part)
    return kinds[0], kinds[1]


def reference_line(teller: Teller, reference: Element) -> str:
    """A reference in a line: what it is, and where."""
    description, url = teller.value(reference, "RefDescription"), teller.value(reference, "URL")
    binary = teller.joined(
        reference.find("BIN"), ("ObjectCode", "ObjectExtensionCode", "OriginalObjectSize", "ObjectIdentifier")
    )
    later = teller.say("eftersendes", "to follow") if teller.value(reference, "SUP") else ""
    return " · ".join(part for part in (description, url, binary, later) if part)


def _analyses(teller: Teller) -> Table:
    header = (teller.say("Analyse", "Analysis"), teller.say("Kode", "Code"), teller.say("Hast", "Priority"))
    return Table(header, tuple(_analysis(teller, asked) for asked in teller.root.all("Requests/RequestedAnalysis")))


def _analysis(teller: Teller, asked: Element) -> Row:
    lines = [teller.element(line) for line in asked.all("Analysis/LineComment/TextLine")]
    described = teller.joined(asked, (f"Analysis/AnalysisMDSName/{name}" for name in ("Examination", "Material")))
    where = teller.value(asked, "Analysis/AnalysisMDSName/Location")
    name = teller.value(asked, "Analysis/AnalysisShortName") or ", ".join(part for part in (described, where) if part)
    code = teller.value(asked, "Analysis/AnalysisCode") or teller.value(asked, "Analysis/MICAnalysisCode")
    kind = teller.joined(asked, ("Analysis/AnalysisCodeType", "Analysis/AnalysisCodeResponsible"))
    comment = "\n".join(lines)
    notes = (
        *((Field(teller.say("Beskrivelse", "Description"), comment),) if comment and name else ()),
        *teller.field(asked, "SampleMaterial"),
        *teller.field(asked, "SampleLocation"),
        *teller.field(asked, "SupplementaryLocation"),
        *teller.field(asked, "SupplementaryAnalysis"),
        *_number(teller, asked, "TestTubeIdentifier", "Glas", "Tube"),
    )
    return Row(
        (name or comment or code, f"{code} ({kind})" if kind else code, teller.value(asked, "ResultPriority")), notes
    )


def _prompts(teller: Teller) -> tuple[Section, ...]:
    prompts = list(teller.root.all("Requests/Prompt"))
    if not prompts:
        return ()
    header = (teller.say("Spørgsmål", "Question"), teller.say("Svar", "Answer"))
    rows = tuple(
        Row((_question(teller, prompt), _answer(teller, prompt)), _about(teller, prompt)) for prompt in prompts
    )
    return (Section(teller.say("Spørgsmål til rekvirenten", "Questions to the requester"), table=Table(header, rows)),)


def _question(teller: Teller, prompt: Element) -> str:
    question = prompt.find("Question")
    if question is None or not question.children:
        return teller.value(prompt, "Question")
    return teller.value(question, "CodeText")


def _about(teller: Teller, prompt: Element) -> tuple[Field, ...]:
    code = teller.joined(prompt, (f"Question/{name}" for name in ("Code", "CodeType", "CodeResponsible")))
    related = teller.joined(prompt, (f"Question/Relation/{name}" for name in ("AnalysisCode", "SampleIdentifier")))
    return (
        *((Field(teller.say("Kode", "Code"), code),) if code else ()),
        *((Field(teller.say("Angår", "About"), related),) if related else ()),
    )


def _answer(teller: Teller, prompt: Element) -> str:
    logical = prompt.find("Answer/Logical")
    if logical is not None:
        teller.tell(logical)
        return teller.say("ja", "yes") if is_true(logical.value) else teller.say("nej", "no")
    number = teller.joined(prompt, ("Answer/Numerical/Value", "Answer/Numerical/Unit"), " ")
    said = [number, *(teller.value(prompt, f"Answer/{name}") for name in ("Text", "DiagnoseCode", "DateTime"))]
    numerical = prompt.find("Answer/Numerical")
    if numerical is not None and not numerical.children:
        said.append(teller.element(numerical))
    return "".join(said)


def _cervix(teller: Teller) -> tuple[Section, ...]:
    """What was told of the cervix before 2014: conditions, treatments and their dates."""
    holder = teller.root.find(CERVIX)
    if holder is None:
        return ()
    fields: list[Field] = []
    for part in holder.children:
        value = teller.element(part)
        if part.name in {"Condyloma", "IUD", "Pregnant"}:
            value = teller.say("ja", "yes") if is_true(part.value) else teller.say("nej", "no")
        elif value == UNKNOWN_DAY:
            value = teller.say("ja, dato ikke kendt", "yes, date not known")
        elif part.name.startswith("DateOf"):
            value = moment(Element(part.name, (Element("Date", value),)))
        fields.extend(Field(label.label, value) for label in teller.field(holder, part.name))
    return (Section(teller.say("Oplysninger om cervix", "Cervix information"), tuple(fields)),)


def _payer(teller: Teller) -> tuple[Section, ...]:
    holder = teller.root.find("Payer")
    if holder is None:
        return ()
    number, kind = teller.value(holder, "Identifier"), teller.value(holder, "IdentifierCode")
    name = teller.joined(holder, ("OrganisationName",))
    fields = (
        *teller.field(holder, "PayersTypeCode"),
        *((Field(teller.say("Navn", "Name"), name),) if name else ()),
        *((Field(kind or teller.say("Nummer", "Number"), number),) if number else ()),
        *((Field(teller.say("Nummerets art", "Kind of number"), kind),) if kind and not number else ()),
        *teller.field(holder, "OrderIdentifier"),
        *teller.field(holder, "AccountIdentifier"),
    )
    return (Section(teller.say("Betaler", "Payer"), fields),)
