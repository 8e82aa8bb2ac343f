"""Documents that are one element of a letter, such as `<StreetName>`: valid by MedCom's schemas, though no letters.

Only elements of plain text are known here. Source: the global elements of the schemas (../shared/medcom/README.md).
"""

from __future__ import annotations

from labbro.letters.registry import NAMESPACES
from labbro.letters.values import Value, text

_SHORT = {"AnalysisCodeResponsible": text(1, 3)}
_PERSON = dict.fromkeys(("PersonGivenName", "PersonSurnameName"), text(1, 70))
_NUMBER = dict.fromkeys(("Identifier", "MICAnalysisCode"), text(1, 17))
_TELEPHONE = dict.fromkeys(("TelefaxSubscriberIdentifier", "TelephoneSubscriberIdentifier"), text(1, 25))
_LINE = dict.fromkeys(
    (
        "AnalysisShortName", "DepartmentName", "DistrictName", "EANIdentifier", "EmailIdentifier", "OccupancyText",
        "OrganisationName", "StreetName", "SuburbName", "UnitName",
    ),
    text(1, 35),
)  # fmt: skip
_ALWAYS = {
    **_SHORT, **_PERSON, **_NUMBER, **_TELEPHONE, **_LINE,
    "PersonIdentifier": text(1, 10), "PostCodeIdentifier": text(0, 9),
}  # fmt: skip
_ATC = {"ATCCode": text(1, 17), "ATCCodeResponsible": text(1, 3)}
_CODE_8, _CODE_17, _OBJECT = (
    {"AnalysisCode": text(1, 8)},
    {"AnalysisCode": text(1, 17)},
    {"ObjectIdentifier": text(1, 35)},
)
_OWN: dict[str, dict[str, Value]] = {
    "2005/08/07": {**_ATC, **_CODE_8, **_OBJECT, "TitleAndName": text(1, 70)},
    "2006/07/01": {**_CODE_17, **_OBJECT, "PostCodeIdentifier": text(1, 9)},
    "2007/02/01": {**_ATC, **_CODE_17, **_OBJECT},
    "2011/06/15": {**_CODE_17, **_OBJECT},
    "2012/03/28": _CODE_8,
    "2013/11/26": _CODE_17,
    "2014/10/08": {**_ATC, **_CODE_8, "PersonInitials": text(1, 17)},
}


def is_valid(namespace: str, name: str, value: str) -> bool:
    """Whether a document that is nothing but this element, with this text, is valid by the schema of its namespace."""
    own = _OWN.get(NAMESPACES[namespace])
    declared = None if own is None else own.get(name) or _ALWAYS.get(name)
    return declared is not None and declared.checker()(value) is None
