"""Behind a value: everything that is known of it, and every version."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from labbro.portal.detail import Detail, detail
from labbro.portal.i18n import DANISH
from labbro.records.model import Party, Producer, Reference, Sample

from .histories import at, history, potassium, stored


def told(row, *others) -> Detail:
    found = detail(history(row, *others), row.letter_key, row.result.ordinal, DANISH)
    assert found is not None
    return found


def facts(found: Detail) -> dict[str, str]:
    return {fact.label: fact.value for group in found.groups for fact in group.facts}


def test_who_where_and_when_are_all_told() -> None:
    row = stored(
        potassium(producer=Producer("KBA Opdigtet", "OPD"), to_laboratory="RH"),
        physician="FK",
        copy_receiver=Party("1", "ydernummer", organisation="Kopi"),
        consent_given=False,
    )
    assert facts(told(row)) == {
        "Producent": "KBA Opdigtet",
        "Producentkode": "OPD",
        "Afsender": "Opdigtet Sygehus, Klinisk Biokemi (4201050)",
        "Sendt videre til": "RH",
        "Modtager": "Lægehuset Fantasien (989897)",
        "Læge": "FK",
        "Kopimodtager": "Kopi (1)",
        "Svar fra": "Hospital",
        "Laboratoriets prøvenummer": "00000001",
        "Rekvirentens prøvenummer (NPN)": "9000000001",
        "Laboratoriets produktionsnummer": "SRI000001",
        "Prøve taget": "06.05.2026 07:08",
        "Svar afgivet": "06.05.2026 11:00",
        "Brev godkendt": "06.05.2026 12:00",
        "Modtaget her": "06.05.2026 12:30",  # Danish time; the databank keeps UTC
        "Analysekode": "NPU03230 (iupac, SST)",
        "Brevets status": "Komplet svar",
        "Brevets nummer": "BREV000001 (RPT01 XR0131K)",
        "Samtykke": "Ikke givet: patienten ønsker ikke, at andre ser svaret",
    }


def test_collection_over_time_and_volume_are_told() -> None:
    import msgspec

    sample = Sample(
        "1",
        sampled_at=at("2026-05-02 07:00"),
        interval_start=at("2026-05-01 07:00"),
        interval_end=at("2026-05-02 07:00"),
        volume="1800",
        volume_unit="ml",
    )
    found = facts(told(msgspec.structs.replace(stored(), sample=sample)))
    assert found["Opsamlet"] == "01.05.2026 07:00 – 02.05.2026 07:00"
    assert found["Mængde"] == "1800 ml"


def test_texts_and_remarks_keep_their_lines() -> None:
    found = told(stored(potassium(text_values=("a\nb",), comments=("c",)), comments="d"))
    assert [(part.heading, part.text) for part in found.told] == [
        ("Svar i tekst", "a\nb"),
        ("Laboratoriets bemærkninger", "c"),
        ("Bemærkning til hele svaret", "d"),
    ]


def test_only_web_addresses_become_links() -> None:
    references = (
        Reference("vejledning", url="https://eksempel.invalid/a"),
        Reference("ondt", url="javascript:alert(1)"),
        Reference("billede", object_identifier="f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
    )
    found = told(stored(potassium(references=references)))
    assert [(link.description, link.url) for link in found.links] == [
        ("vejledning", "https://eksempel.invalid/a"),
        ("ondt", None),
        ("billede", None),
    ]
    assert found.links[2].note == "Bilag sendt i et andet brev"


def test_the_history_of_a_value_has_the_one_in_force_first() -> None:
    first = stored(potassium(value="9,9"), number=1, chain="c", current=False, authorised_at=at("2026-05-06 12:00"))
    second = stored(
        potassium(value="8,8", status="corrected"),
        number=2,
        chain="c",
        current=False,
        authorised_at=at("2026-05-07 12:00"),
    )
    third = stored(
        potassium(value="4,1", status="corrected"), number=3, chain="c", authorised_at=at("2026-05-08 12:00")
    )
    other = stored(potassium(), number=4)
    found = told(first, second, third, other)
    assert [(version.line.shown, version.line.replaced, version.shown_here) for version in found.versions] == [
        ("4,1", False, False),
        ("8,8", True, False),
        ("9,9", True, True),
    ]
    assert found.replaced


def test_what_has_not_arrived_has_words_for_a_value() -> None:
    found = told(stored(potassium(status="received", value=None)))
    assert (found.shown, found.arrived, found.status) == ("afventer", False, "Prøve modtaget, svaret er ikke kommet")


def test_another_patients_letter_and_a_wrong_ordinal_are_nothing() -> None:
    told_history = history(stored())
    assert detail(told_history, UUID(int=9), 1, DANISH) is None
    assert detail(told_history, stored().letter_key, 2, DANISH) is None


def test_times_received_are_danish_in_winter_too() -> None:
    row = stored(received_at=dt.datetime(2026, 1, 6, 10, 30, tzinfo=dt.UTC))
    assert facts(told(row))["Modtaget her"] == "06.01.2026 11:30"
