"""The WSDL of the SOAP door, made from the names (document/literal, SOAP 1.1)."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from labbro.numbers.soap import names


def wsdl(address: str) -> bytes:
    """The whole document; `address` is where the door stands."""
    return "\n".join(_lines(address)).encode()


def _lines(address: str) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<wsdl:definitions name="{names.SERVICE}" targetNamespace="{names.OURS}" xmlns:wsdl="{names.WSDL}" '
        f'xmlns:soap="{names.WSDL_SOAP}" xmlns:xsd="{names.XSD}" xmlns:dgws="{names.DGWS}" '
        f'xmlns:wsse="{names.WSSE}" xmlns:wsu="{names.WSU}" xmlns:own="{names.OURS}">'
    )
    yield "<wsdl:types>"
    yield from _own_types()
    yield _DGWS_TYPES
    yield _SECURITY_TYPES
    yield _TIME_TYPES
    yield "</wsdl:types>"
    yield '<wsdl:message name="DgwsHeader"><wsdl:part name="dgws" element="dgws:Header"/></wsdl:message>'
    yield '<wsdl:message name="SecurityHeader"><wsdl:part name="security" element="wsse:Security"/></wsdl:message>'
    yield '<wsdl:message name="Problem"><wsdl:part name="problem" element="own:Code"/></wsdl:message>'
    for operation in names.OPERATIONS:
        for ending in ("", "Response"):
            yield (
                f'<wsdl:message name="{operation}{ending}Message"><wsdl:part name="parameters" '
                f'element="own:{operation}{ending}"/></wsdl:message>'
            )
    yield from _port()
    yield from _binding()
    yield (
        f'<wsdl:service name="{names.SERVICE}"><wsdl:port name="{names.PORT}" binding="own:{names.SERVICE}Binding">'
        f"<soap:address location={quoteattr(address)}/></wsdl:port></wsdl:service>"
    )
    yield "</wsdl:definitions>"


def _own_types() -> Iterator[str]:
    yield f'<xsd:schema targetNamespace="{names.OURS}" elementFormDefault="qualified" xmlns:own="{names.OURS}">'
    pattern = quoteattr("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
    yield f'<xsd:simpleType name="UUID"><xsd:restriction base="xsd:string"><xsd:pattern value={pattern}/>'
    yield "</xsd:restriction></xsd:simpleType>"
    yield '<xsd:simpleType name="Identifier"><xsd:restriction base="xsd:string"><xsd:maxLength value="15"/>'
    yield "</xsd:restriction></xsd:simpleType>"
    for name, kind in names.DETAIL:
        yield f'<xsd:element name="{name}" type="{_type(kind)}"/>'
    for operation in names.OPERATIONS:
        yield from _element(operation, names.REQUESTS[operation])
        yield from _element(f"{operation}Response", names.ANSWERS[operation])
    yield "</xsd:schema>"


def _element(name: str, parts: names.Parts) -> Iterator[str]:
    yield f'<xsd:element name="{name}"><xsd:complexType><xsd:sequence>'
    for part, kind, least, most in parts:
        yield f'<xsd:element name="{part}" type="{_type(kind)}" minOccurs="{least}" maxOccurs="{most or "unbounded"}"/>'
    yield "</xsd:sequence></xsd:complexType></xsd:element>"


def _type(kind: str) -> str:
    return kind if ":" in kind else f"own:{kind}"


def _port() -> Iterator[str]:
    yield f'<wsdl:portType name="{names.SERVICE}PortType">'
    for operation in names.OPERATIONS:
        yield (
            f'<wsdl:operation name="{operation}"><wsdl:input message="own:{operation}Message"/>'
            f'<wsdl:output message="own:{operation}ResponseMessage"/>'
            '<wsdl:fault name="Problem" message="own:Problem"/></wsdl:operation>'
        )
    yield "</wsdl:portType>"


def _binding() -> Iterator[str]:
    header = (
        '<soap:header message="own:DgwsHeader" part="dgws" use="literal"/>'
        '<soap:header message="own:SecurityHeader" part="security" use="literal"/><soap:body use="literal"/>'
    )
    yield f'<wsdl:binding name="{names.SERVICE}Binding" type="own:{names.SERVICE}PortType">'
    yield '<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>'
    for operation in names.OPERATIONS:
        yield (
            f'<wsdl:operation name="{operation}"><soap:operation soapAction="{names.OURS}:{operation}"/>'
            f"<wsdl:input>{header}</wsdl:input><wsdl:output>{header}</wsdl:output>"
            '<wsdl:fault name="Problem"><soap:fault name="Problem" use="literal"/></wsdl:fault></wsdl:operation>'
        )
    yield "</wsdl:binding>"


_DGWS_TYPES = (
    f'<xsd:schema targetNamespace="{names.DGWS}" elementFormDefault="qualified"><xsd:element name="Header">'
    '<xsd:complexType><xsd:sequence><xsd:element name="SecurityLevel" type="xsd:int" minOccurs="0"/>'
    '<xsd:element name="TimeOut" type="xsd:string" minOccurs="0"/><xsd:element name="Linking"><xsd:complexType>'
    '<xsd:sequence><xsd:element name="FlowID" type="xsd:string" minOccurs="0"/>'
    '<xsd:element name="MessageID" type="xsd:string"/>'
    '<xsd:element name="InResponseToMessageID" type="xsd:string" minOccurs="0"/></xsd:sequence></xsd:complexType>'
    '</xsd:element><xsd:element name="FlowStatus" type="xsd:string" minOccurs="0"/>'
    '<xsd:element name="Priority" type="xsd:string" minOccurs="0"/>'
    '<xsd:element name="RequireNonRepudiationReceipt" type="xsd:string" minOccurs="0"/></xsd:sequence>'
    '</xsd:complexType></xsd:element><xsd:element name="FaultCode" type="xsd:string"/></xsd:schema>'
)
_SECURITY_TYPES = (
    f'<xsd:schema targetNamespace="{names.WSSE}" elementFormDefault="qualified"><xsd:import namespace="{names.WSU}"/>'
    '<xsd:element name="Security"><xsd:complexType><xsd:sequence><xsd:element ref="wsu:Timestamp"/></xsd:sequence>'
    "</xsd:complexType></xsd:element></xsd:schema>"
)
_TIME_TYPES = (
    f'<xsd:schema targetNamespace="{names.WSU}" elementFormDefault="qualified"><xsd:element name="Timestamp">'
    '<xsd:complexType><xsd:sequence><xsd:element name="Created" type="xsd:string"/></xsd:sequence></xsd:complexType>'
    "</xsd:element></xsd:schema>"
)
