"""What all pages of a patient share: the door, the banner with the ways to the other pages, keys in addresses."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from labbro.codes import cpr
from labbro.databank import PatientHistory, PatientSummary
from labbro.errors import NotFound
from labbro.portal import formats, reports
from labbro.portal.access import Action, log_view, opened
from labbro.portal.seals import Seen
from labbro.portal.texts import Texts
from labbro.portal.web import AnyRequest, Page, Portal, Visit, check_clinician, go_to, visit

OLDEST_YEARS = 120
Where = Literal["results", "microbiology", "pathology", "genetics", "requisitions", "access", "letter"]
_MICROBIOLOGY, _PATHOLOGY = frozenset({"RPT02", "RPT05", "RPT06"}), frozenset({"RPT03", "RPT04"})


class Place(msgspec.Struct, frozen=True):
    """A page of the patient's, with how much there is on it where that is known."""

    name: str
    path: str
    count: int | None
    here: bool


class Banner(msgspec.Struct, frozen=True):
    """The patient at the head of every page of theirs."""

    name: str
    identifier: str
    age: str
    sex: str
    address: str
    places: tuple[Place, ...]


class Opened(msgspec.Struct, frozen=True):
    """A request that may go on: whose session, which patient."""

    visit: Visit
    seen: Seen
    address: str


def enter(
    portal: Portal, request: AnyRequest, handle: str, action: Action, letter_key: UUID | None = None
) -> Opened | Page:
    """Who asks, for whom, and the line in the log; the sign-in page when nobody is signed in."""
    told = visit(portal, request)
    if told.session is None:
        return go_to("/sign-in?late")
    check_clinician(told)
    seen = opened(portal, told.session, handle)
    log_view(portal, told.session, seen, action, letter_key)
    return Opened(told, seen, f"/patients/{handle}")


def letter_key(told: str) -> UUID:
    """A letter's key in an address: 32 hexadecimal digits. Raises NotFound for anything else."""
    try:
        key = UUID(hex=told)
    except ValueError:
        raise NotFound("There is no such letter.") from None
    if key.hex != told:
        raise NotFound("There is no such letter.")
    return key


def home_of(standard: str) -> Where:
    """The page on which letters of a standard are listed."""
    code = standard.removeprefix("X")
    if code.startswith("REQ"):
        return "requisitions"
    if code in _MICROBIOLOGY:
        return "microbiology"
    return "pathology" if code in _PATHOLOGY else "genetics" if code == "RPT07" else "results"


def name_of(where: Where, texts: Texts) -> str:
    """What a page is called."""
    named = {"results": texts.results, "requisitions": texts.requisitions, "access": texts.who_has_looked}
    return named.get(where) or texts.fields[where]


def banner(
    portal: Portal, told: Opened, patient: PatientSummary, here: Where, history: PatientHistory | None = None
) -> Banner:
    """The patient, and the ways to their pages; with counts where the history is known."""
    texts = told.visit.texts
    said = cpr.read(patient.identifier) if patient.identifier_kind == "cpr" else None
    born = said.birth_date if said else None
    age = sex = ""
    if born is not None:
        years = cpr.age_years(born, formats.danish_time(portal.clock.now()).date())
        # Test numbers and numbers given at need may say a century that nobody alive was born in.
        age = texts.years.format(age=years) if 0 <= years <= OLDEST_YEARS else ""
    if said is not None and said.sex:
        sex = texts.male if said.sex == "male" else texts.female
    return Banner(
        name=formats.person_name(patient.surname, patient.given_name) or texts.patient,
        identifier=formats.identifier(patient.identifier) or texts.identifier_unknown,
        age=age,
        sex=sex,
        address=told.address,
        places=_places(told.address, here, history, texts),
    )


def _places(address: str, here: Where, history: PatientHistory | None, texts: Texts) -> tuple[Place, ...]:
    found: dict[str, int] = {}
    if history is not None:
        found = {**reports.counts(history), "requisitions": len(history.requisitions)}
    order: tuple[Where, ...] = ("results", *reports.FIELDS, "requisitions", "access")
    return tuple(Place(name_of(where, texts), f"{address}/{where}", found.get(where), where == here) for where in order)
