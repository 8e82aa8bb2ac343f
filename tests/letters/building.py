"""Letters as they look on the wire, written by hand from the facts, and ways to change one thing in them.

Persons are invented: the CPR numbers fail modulus 11.
"""

from __future__ import annotations

import re

from labbro import letters
from labbro.letters import Element, Envelope, Finding, Letter, Reading
from labbro.letters.standard import namespace_of

SENDER, RECEIVER = "5790000000005", "5790000000012"
CPR = "0102701234"
DATE_OF = {
    "XR0130K/2005": "2005/08/07",
    "XR0130K": "2007/02/01",
    "XR0131K": "2014/10/08",
    "XR0130F": "2014/10/08",
    "XC0130Q": "2005/08/07",
    "XC0230Q": "2005/08/07",
    "XC0330Q": "2005/08/07",
}
VERSIONS = tuple(DATE_OF)
REPORTS = VERSIONS[:4]
RECEIPTS = VERSIONS[4:]

# --- XML -------------------------------------------------------------------------------------------------------------

ENVELOPE = (
    "<Envelope><Sent><Date>2024-05-06</Date><Time>07:10</Time></Sent><Identifier>KUVERT1</Identifier>"
    "<AcknowledgementCode>minuspositivkvitt</AcknowledgementCode></Envelope>"
)
_HEAD = (
    "<Letter><Identifier>BREV1</Identifier><VersionCode>{code}</VersionCode><StatisticalCode>XRPT01</StatisticalCode>"
    "<Authorisation><Date>2024-05-06</Date><Time>07:08</Time></Authorisation><TypeCode>XRPT01</TypeCode></Letter>"
)
_PARTIES = (
    f"<Sender><EANIdentifier>{SENDER}</EANIdentifier><Identifier>4201050</Identifier>"
    "<IdentifierCode>sygehusafdelingsnummer</IdentifierCode><OrganisationName>Ørby Sygehus</OrganisationName>"
    "<DepartmentName>Klinisk biokemi</DepartmentName><MedicalSpecialityCode>klin_biokemi</MedicalSpecialityCode>"
    "{from_lab}</Sender>"
    f"<Receiver><EANIdentifier>{RECEIVER}</EANIdentifier><Identifier>000123</Identifier>"
    "<IdentifierCode>ydernummer</IdentifierCode><OrganisationName>Lægerne i Ørby</OrganisationName></Receiver>"
)
_PATIENT = (
    f"<Patient><CivilRegistrationNumber>{CPR}</CivilRegistrationNumber><PersonSurnameName>Prøve</PersonSurnameName>"
    "<PersonGivenName>Åse</PersonGivenName></Patient>"
)
_SAMPLE = (
    "<RequisitionInformation><Sample><LaboratoryInternalSampleIdentifier>LAB1</LaboratoryInternalSampleIdentifier>"
    "<SamplingDateTime><Date>2024-05-05</Date><Time>06:30</Time></SamplingDateTime></Sample></RequisitionInformation>"
)
RESULT = (
    "<Result><ResultStatusCode>svar_endeligt</ResultStatusCode><Analysis><AnalysisCode>NPU01807</AnalysisCode>"
    "<AnalysisCodeType>iupac</AnalysisCodeType><AnalysisCodeResponsible>SST</AnalysisCodeResponsible>"
    "<AnalysisShortName>Kreatinin;P</AnalysisShortName>"
    "<AnalysisCompleteName>P-Kreatininium; stofk.<Break/></AnalysisCompleteName></Analysis>{producer}"
    "<ResultType>numerisk</ResultType><Value>128</Value><Unit>µmol/l</Unit></Result>"
)
PRODUCER = (
    "<ProducerOfLabResult><Identifier>Ørby KKA</Identifier><IdentifierCode>OEB</IdentifierCode></ProducerOfLabResult>"
)
_GENERAL = (
    "<LaboratoryResults><GeneralResultInformation>{status}<LaboratoryInternalProductionIdentifier>0000426825"
    "</LaboratoryInternalProductionIdentifier><ResultsDateTime><Date>2024-05-06</Date><Time>06:00</Time></ResultsDateTime>"
    "</GeneralResultInformation>"
)
_ORIGINAL = (
    "<OriginalEmessage><OriginalEnvelopeIdentifier>KUVERT9</OriginalEnvelopeIdentifier>"
    f"<OriginalSender><EANIdentifier>{RECEIVER}</EANIdentifier></OriginalSender>"
    f"<OriginalReceiver><EANIdentifier>{SENDER}</EANIdentifier></OriginalReceiver>{{refusal}}"
    "<OriginalLetter><OriginalLetterIdentifier>BREV9</OriginalLetterIdentifier>"
    "<OriginalVersionCode>XR0131K</OriginalVersionCode>{refusal}</OriginalLetter></OriginalEmessage>"
)
REFUSAL = "<RefuseCode>syntaksfejl</RefuseCode><RefuseText>Dato mangler<Break/></RefuseText>"
ROOT_OF = {"XR0130F": "DiabeticFootStatus", "XC0130Q": "NegativeVansReceipt", "XC0230Q": "NegativeReceipt"} | {
    "XC0330Q": "PositiveReceipt"
}


def root_of(version: str) -> str:
    return ROOT_OF.get(version, "LaboratoryReport")


def letter_xml(version: str = "XR0131K") -> str:
    """The markup of one plain letter."""
    root, code = root_of(version), version.partition("/")[0]
    if version in RECEIPTS:
        codes = f"<VersionCode>{code}</VersionCode><StatisticalCode>XCTL0{code[3]}</StatisticalCode>"
        head = f"<Letter><Identifier>KVIT1</Identifier>{codes}</Letter>"
        sender, receiver = (f"<EANIdentifier>{ean}</EANIdentifier>" for ean in (SENDER, RECEIVER))
        parties = f"<Sender>{sender}</Sender><Receiver>{receiver}</Receiver>"
        return f"<{root}>{head}{parties}{_ORIGINAL.format(refusal='' if code == 'XC0330Q' else REFUSAL)}</{root}>"
    from_lab = "<FromLabIdentifier>OEB</FromLabIdentifier>" if version == "XR0131K" else ""
    status = "<ReportStatusCode>komplet_svar</ReportStatusCode>" if version == "XR0131K" else ""
    producer = "<ProducerOfLabResult>Ørby KKA</ProducerOfLabResult>" if version == "XR0130K/2005" else PRODUCER
    body = (
        _HEAD.format(code=code),
        _PARTIES.format(from_lab=from_lab),
        _PATIENT,
        _SAMPLE,
        _GENERAL.format(status=status),
    )
    return f"<{root}>{''.join(body)}{RESULT.format(producer=producer)}</LaboratoryResults></{root}>"


def document(*bodies: str, version: str = "XR0131K", envelope: str = ENVELOPE) -> str:
    """An Emessage in the namespace of a version."""
    return f'<Emessage xmlns="{namespace_of(DATE_OF[version])}">{envelope}{"".join(bodies)}</Emessage>'


def replaced(text: str, *changes: tuple[str, str]) -> str:
    """The text with each first part replaced once; a part that is not there is a fault of the test."""
    for old, new in changes:
        assert old in text, f"{old} is not in the letter"
        text = text.replace(old, new, 1)
    return text


def xml(version: str = "XR0131K", *changes: tuple[str, str]) -> bytes:
    """A document with one letter, changed as told."""
    return replaced(document(letter_xml(version), version=version), *changes).encode()


# --- EDIFACT ---------------------------------------------------------------------------------------------------------

UNA = "UNA:+.? '"
UNB = f"UNB+UNOC:3+{SENDER}:14+{RECEIVER}:14+240506:0710+KUVERT1++++0'"
_R0131K = """UNH+BREV1+MEDRPT:D:93A:UN:R0131K+RPT01'
BGM+LRP++9+NA'
DTM+137:202405060708:203'
S01+01'
NAD+SLA+4201050:SKS:SST++Ørby Sygehus:Klinisk biokemi::::US'
RFF+AHI:OEB'
SEQ++1'
SPR+ORG+60:SKS:SST+RPT01:SKS:SST'
S01+01'
NAD+PO+000123:YNR:SFU++Lægerne i Ørby:::::US'
SEQ++2'
S02+02'
GIS+N'
RFF+SRI:0000426825'
STS++K'
DTM+ISR:202405060600:203'
S04+04'
RFF+SOI:LAB1'
DTM+4:202405050630:203'
S06+06'
S07+07'
PNA+PAT+0102701234:::CPR:IM+++SU:Prøve+FO:Åse'
S16+16'
SPC+SCI+ATT'
GIS+N'
INV+MQ+NPU01807:CQU:SST:Kreatinin;P'
RSL+NV+128++:::µmol/l'
STS++FR'
FTX+ACM+P00++P-Kreatininium; stofk.'
REL+PRF+POR:91:OEB:Ørby KKA'
UNT+31+BREV1'
"""
_RECEIPT = """UNH+KVIT1+CONTRL:D:93A:ZZ:{code}+CTL0{number}'
UCI+KUVERT9+5790000000012:14+5790000000005:14+{status}'
UCM+BREV9+XMEDRPT:D:93A:UN:XR0131K+{status}'
UNT+4+KVIT1'
"""


def letter_edi(version: str = "R0131K") -> str:
    """The segments of one plain letter, one a line."""
    if version.startswith("C"):
        return _RECEIPT.format(code=version, number=version[2], status="7" if version == "C0330Q" else "4")
    text = _R0131K.replace("R0131K", version)
    return text if version == "R0131K" else counted(text.replace("RFF+AHI:OEB'\n", ""))


def counted(text: str) -> str:
    """A letter whose UNT counts right."""
    return re.sub(r"UNT\+[0-9]+", f"UNT+{text.count(chr(39)) - text.count('?' + chr(39))}", text)


def segments(version: str = "R0131K", *changes: tuple[str, str]) -> str:
    """A letter with segments replaced, and UNT counted again."""
    return counted(replaced(letter_edi(version), *changes))


def interchange(*bodies: str, una: str = UNA, unb: str = UNB, unz: str | None = None) -> bytes:
    """An interchange around letters, in ISO 8859-1."""
    end = f"UNZ+{len(bodies)}+KUVERT1'" if unz is None else unz
    return (una + unb + "".join(bodies) + end).encode("latin-1")


def edi(version: str = "R0131K", *changes: tuple[str, str]) -> bytes:
    """An interchange with one letter, changed as told."""
    return interchange(segments(version, *changes))


# --- reading ---------------------------------------------------------------------------------------------------------


def read_one(data: bytes) -> Reading:
    (reading,) = letters.read(data)
    return reading


def good(data: bytes) -> Letter:
    """The letter of an input that must be right."""
    reading = read_one(data)
    assert reading.ok, [(found.code, found.path, found.message) for found in reading.findings]
    assert reading.letter is not None
    return reading.letter


def codes(data: bytes) -> list[str]:
    return [found.code for found in read_one(data).findings]


def errors(findings: tuple[Finding, ...]) -> list[str]:
    return [found.code for found in findings if found.severity == "error"]


def only(reading: Reading, code: str) -> Finding:
    """The one finding with this code."""
    (found,) = [found for found in reading.findings if found.code == code]
    return found


def to_edifact(letter: Letter) -> list[str]:
    """The segments that a letter is written as."""
    data, findings = letters.losses(letter, "edifact")
    assert data is not None, findings
    return data.decode("latin-1").removeprefix(UNA).split("'")


def lost(letter: Letter) -> list[tuple[str | None, str]]:
    """What writing as EDIFACT cannot say: path and sentence."""
    _, findings = letters.losses(letter, "edifact")
    return [(found.path, found.message) for found in findings if found.severity == "loss"]


def content_of(element: Element) -> object:
    """An element for comparison: neighbouring characters joined, an empty content a string."""
    if isinstance(element.content, str):
        return (element.name, element.content)
    parts: list[object] = []
    for part in element.content:
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        else:
            parts.append(part if isinstance(part, str) else content_of(part))
    return (element.name, tuple(parts) or "")


def letter_in_envelope(letter: Letter, acknowledgement: str = "minuspositivkvitt") -> Letter:
    return Letter(letter.version, letter.root, Envelope("2024-05-06", "07:10", "KUVERT1", acknowledgement))
