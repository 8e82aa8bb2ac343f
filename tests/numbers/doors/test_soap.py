"""The SOAP door with zeep as a real client over HTTPS, DGWS' header, and what a hostile envelope gets."""

from __future__ import annotations

import datetime as dt
import ssl
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
import zeep
from lxml import etree
from requests import Session
from zeep.plugins import HistoryPlugin
from zeep.transports import Transport

from labbro.numbers.soap import names
from labbro.numbers.space import Space

from .conftest import APPROVAL_FROM, Running

SPACE = Space("npn")
WRONG = SPACE.number(5)[:-1] + str((int(SPACE.number(5)[-1]) + 1) % 10)
DGWS, WSSE, WSU, OURS = names.DGWS, names.WSSE, names.WSU, names.OURS


class Soap:
    """zeep, as a laboratory system would use it."""

    def __init__(self, running: Running, name: str = "nord") -> None:
        session = Session()
        session.trust_env = False  # a machine's own bundle of certificates would take the place of ours
        session.verify = str(running.certificate)
        session.headers["Authorization"] = f"Bearer {running.token(name)}"
        self.history = HistoryPlugin()
        self.client = zeep.Client(
            f"{running.address}/soap/numbers?wsdl", transport=Transport(session=session), plugins=[self.history]
        )

    def headers(self, **changes: Any) -> list[Any]:
        linking = {"FlowID": str(uuid.uuid4()), "MessageID": str(uuid.uuid4())}
        told = {"SecurityLevel": 1, "Linking": linking, "RequireNonRepudiationReceipt": "no", **changes}
        header = self.client.get_element(f"{{{DGWS}}}Header")(**told)
        created = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        security = self.client.get_element(f"{{{WSSE}}}Security")(Timestamp={"Created": created})
        return [header, security]

    def call(self, operation: str, **parts: Any) -> Any:
        return getattr(self.client.service, operation)(**parts, _soapheaders=self.headers()).body


@pytest.fixture(scope="module")
def soap(running: Running) -> Soap:
    return Soap(running)


def test_zeep_makes_the_three_calls(soap: Soap) -> None:
    drawn = soap.call("GetAnalysisIdentifiers", RequestId=str(uuid.uuid4()), NumberOfIdentifiers=12)
    assert drawn.NumberOfIdentifiers == 12
    assert SPACE.position(drawn.LastIdentifier) - SPACE.position(drawn.FirstIdentifier) == 11
    told = soap.call("GetAnalysisIdentifierInformation", Identifier=drawn.FirstIdentifier)
    assert (told.State, told.SeriesId) == ("issued", drawn.SeriesId)
    freed = soap.call(
        "SetAnalysisIdentifiersFree", RequestId=str(uuid.uuid4()), SeriesId=drawn.SeriesId, Reason="bestilt ved en fejl"
    )
    assert freed.NumberOfIdentifiers == 12
    assert soap.call("GetAnalysisIdentifierInformation", Identifier=drawn.FirstIdentifier).State == "released"


def test_the_same_request_id_gives_the_same_series_with_its_numbers(soap: Soap) -> None:
    request = str(uuid.uuid4())
    parts = {"RequestId": request, "NumberOfIdentifiers": 5, "IncludeIdentifiers": True}
    first = soap.call("GetAnalysisIdentifiers", **parts)
    again = soap.call("GetAnalysisIdentifiers", **parts)
    assert (first.SeriesId, first.DrawnBefore, again.DrawnBefore) == (again.SeriesId, False, True)
    assert len(first.Identifier) == 5
    assert all(SPACE.holds(number) for number in first.Identifier)


def test_the_answer_links_to_the_request_as_dgws_wants(soap: Soap) -> None:
    soap.call("GetAnalysisIdentifiers", RequestId=str(uuid.uuid4()), NumberOfIdentifiers=1)
    sent, received = soap.history.last_sent["envelope"], soap.history.last_received["envelope"]

    def linked(envelope: etree._Element, name: str) -> str | None:
        return envelope.findtext(f".//{{{DGWS}}}{name}")

    assert linked(received, "FlowID") == linked(sent, "FlowID")
    assert linked(received, "InResponseToMessageID") == linked(sent, "MessageID")
    assert linked(received, "FlowStatus") == "flow_finalized_succesfully"
    created = received.findtext(f".//{{{WSU}}}Created")
    assert created is not None
    assert created.endswith("Z")


@pytest.mark.parametrize(
    ("operation", "parts", "fault", "code"),
    [
        ("GetAnalysisIdentifiers", {"NumberOfIdentifiers": 10**9}, "processing_problem", "series-too-large"),
        ("GetAnalysisIdentifierInformation", {"Identifier": WRONG}, "processing_problem", "number-check-digit"),
        ("GetAnalysisIdentifierInformation", {"Identifier": "abc"}, "syntax_error", "number-malformed"),
        (
            "SetAnalysisIdentifiersFree",
            {"SeriesId": str(uuid.uuid4()), "Reason": "x"},
            "processing_problem",
            "series-unknown",
        ),
    ],
)
def test_each_problem_is_a_fault_with_both_codes(
    soap: Soap, operation: str, parts: dict[str, Any], fault: str, code: str
) -> None:
    request = {} if operation == "GetAnalysisIdentifierInformation" else {"RequestId": str(uuid.uuid4())}
    with pytest.raises(zeep.exceptions.Fault) as told:
        soap.call(operation, **request, **parts)
    detail = told.value.detail
    assert detail.findtext(f"{{{DGWS}}}FaultCode") == fault
    assert detail.findtext(f"{{{OURS}}}Code") == code
    assert told.value.message != detail.findtext(f"{{{OURS}}}Message")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"SecurityLevel": 3}, "security_level_failed"),
        ({"RequireNonRepudiationReceipt": "yes"}, "nonrepudiation_not_supported"),
        ({"Linking": {"MessageID": "æ" * 10}}, "syntax_error"),
    ],
)
def test_what_dgws_asks_of_the_header_is_checked(soap: Soap, change: dict[str, Any], fault: str) -> None:
    with pytest.raises(zeep.exceptions.Fault) as told:
        soap.client.service.GetAnalysisIdentifierInformation(
            Identifier="1000000000037", _soapheaders=soap.headers(**change)
        )
    assert told.value.detail.findtext(f"{{{DGWS}}}FaultCode") == fault


def test_a_system_that_may_not_draw_is_told_so_in_dgws_words(running: Running) -> None:
    with pytest.raises(zeep.exceptions.Fault) as told:
        Soap(running, "vest").call("GetAnalysisIdentifiers", RequestId=str(uuid.uuid4()), NumberOfIdentifiers=1)
    assert told.value.detail.findtext(f"{{{DGWS}}}FaultCode") == "not_authorized"


def schema_of(running: Running, folder: Path) -> etree.XMLSchema:
    """The types of the WSDL as one XML Schema: each namespace in a file, imported by one that declares nothing."""
    told = etree.fromstring(posted(running, b"", "GET", path="?wsdl").content)
    imports = []
    for number, schema in enumerate(told.iterfind(f"{{{names.WSDL}}}types/{{{names.XSD}}}schema")):
        (folder / f"{number}.xsd").write_bytes(etree.tostring(schema))
        imports.insert(0, f'<xsd:import namespace="{schema.get("targetNamespace")}" schemaLocation="{number}.xsd"/>')
    whole = folder / "whole.xsd"
    whole.write_text(f'<xsd:schema xmlns:xsd="{names.XSD}">{"".join(imports)}</xsd:schema>')
    return etree.XMLSchema(etree.parse(whole))


def test_every_answer_and_fault_holds_to_the_types_of_the_description(
    soap: Soap, running: Running, tmp_path: Path
) -> None:
    schema = schema_of(running, tmp_path)
    drawn = soap.call(
        "GetAnalysisIdentifiers", RequestId=str(uuid.uuid4()), NumberOfIdentifiers=3, IncludeIdentifiers=True
    )
    envelopes = [soap.history.last_sent["envelope"], soap.history.last_received["envelope"]]
    soap.call("SetAnalysisIdentifiersFree", RequestId=str(uuid.uuid4()), SeriesId=drawn.SeriesId, Reason="fejl")
    envelopes.append(soap.history.last_received["envelope"])
    for number in (drawn.FirstIdentifier, WRONG):
        told = soap.client.create_message(
            soap.client.service, "GetAnalysisIdentifierInformation", Identifier=number, _soapheaders=soap.headers()
        )
        envelopes.append(etree.fromstring(posted(running, etree.tostring(told)).content))
    far = soap.client.create_message(
        soap.client.service,
        "GetAnalysisIdentifiers",
        RequestId=str(uuid.uuid4()),
        NumberOfIdentifiers=APPROVAL_FROM,
        _soapheaders=soap.headers(),
    )
    fault = etree.fromstring(posted(running, etree.tostring(far)).content)
    assert fault.findtext(f".//{{{OURS}}}Code") == "approval-needed"
    assert uuid.UUID(fault.findtext(f".//{{{OURS}}}ApprovalId"))
    assert [one.tag for one in fault[1][0]] == ["faultcode", "faultstring", "detail"]
    for envelope in [*envelopes, fault]:
        header, body = envelope
        detail = body[0].find("detail")
        for part in [*header, *(body if detail is None else detail)]:
            schema.assertValid(etree.ElementTree(part))


def posted(
    running: Running, content: bytes, method: str = "POST", token: str | None = None, path: str = ""
) -> httpx.Response:
    trusted = ssl.create_default_context(cafile=str(running.certificate))
    headers = {"content-type": "text/xml", "authorization": f"Bearer {token or running.token()}"}
    return httpx.request(
        method, f"{running.address}/soap/numbers{path}", verify=trusted, headers=headers, content=content
    )


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
FILE = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>'
EMPTY = f'<s:Envelope xmlns:s="{names.SOAP}"><s:Body/></s:Envelope>'.encode()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "syntax_error"),
        (b"<x/>", "syntax_error"),
        (b"<x" * 3000, "syntax_error"),
        (BOMB, "syntax_error"),
        (FILE, "syntax_error"),
        (b"<x>" + b"a" * 70_000 + b"</x>", "syntax_error"),
        (EMPTY, "missing_required_header"),
    ],
)
def test_a_hostile_or_broken_envelope_is_a_fault_and_tells_nothing(
    running: Running, content: bytes, fault: str
) -> None:
    answer = posted(running, content)
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("text/xml")
    told = etree.fromstring(answer.content)
    assert told.findtext(f".//{{{DGWS}}}FaultCode") == fault
    assert b"root:" not in answer.content


def test_another_method_and_no_token_are_faults_too(running: Running) -> None:
    assert b"illegal_http_method" in posted(running, b"", "GET").content
    soap = Soap(running)
    envelope = soap.client.create_message(
        soap.client.service, "GetAnalysisIdentifierInformation", Identifier="1", _soapheaders=soap.headers()
    )
    answer = posted(running, etree.tostring(envelope), token="x")
    assert etree.fromstring(answer.content).findtext(f".//{{{DGWS}}}FaultCode") == "not_authorized"
