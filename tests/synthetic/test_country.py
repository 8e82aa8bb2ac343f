"""The invented country keeps to numbers of its own, well formed and recognisable."""

import datetime as dt

from labbro.codes import gln, provider, requisition, shak
from labbro.synthetic.country import DEPARTMENTS, FOOT_THERAPISTS, LABORATORIES, PRACTICES, SHARED_DATABANK, Party
from labbro.synthetic.numbering import Numbering, tag_of

PARTIES: list[Party] = [
    *(laboratory.party for laboratory in LABORATORIES),
    *(practice.party for practice in PRACTICES),
    *FOOT_THERAPISTS.values(),
    *(place for d in DEPARTMENTS.values() for place in (d.ward, d.emergency, d.kidney_clinic, d.medical_clinic)),
    SHARED_DATABANK,
]


def test_every_location_number_is_of_the_invented_series_and_has_a_right_check_digit() -> None:
    assert all(party.ean.startswith("57900099") and gln.explain(party.ean).remarks == () for party in PARTIES)
    assert len({party.ean for party in PARTIES}) == len(PARTIES)


def test_identifiers_have_the_form_of_their_kind_and_are_recognisable_as_invented() -> None:
    for party in PARTIES:
        if party.kind == "ydernummer":
            assert provider.explain(party.identifier).normal == party.identifier
            assert party.identifier.startswith("99")
        elif party.kind == "sygehusafdelingsnummer":
            assert shak.read(party.identifier) is not None
            assert party.identifier.startswith("Q")
    assert all(laboratory.code.startswith("Q") for laboratory in LABORATORIES)


def test_names_fit_the_letters() -> None:
    for party in PARTIES:
        for text in (party.organisation, party.department or "", party.street or "", party.district or ""):
            assert len(text) <= 35
            text.encode("latin-1")


def test_every_laboratory_says_how_it_sends_on_every_day() -> None:
    for laboratory in LABORATORIES:
        for year in range(1990, 2040):
            assert laboratory.era(dt.date(year, 6, 1)).version in {"XR0130K", "XR0131K"}


def test_requisition_numbers_have_a_right_check_digit() -> None:
    numbering = Numbering("AAAA", 4711)
    for sample in range(1, 200):
        assert requisition.read_practice_number(numbering.practice_requisition("990101", sample)) is not None
        assert requisition.holds(numbering.hospital_requisition(sample))
        assert len(numbering.hospital_requisition(sample)) == 13


def test_letters_of_other_populations_have_other_numbers() -> None:
    assert tag_of(1, 3) != tag_of(2, 3)
    numbering, other = Numbering(tag_of(1, 3), 0), Numbering(tag_of(2, 3), 0)
    first, second = numbering.letter(), numbering.letter()
    assert len({first, second, other.letter()}) == 3
    assert len(f"{first}E") == 14
