"""Letters moved to a newer version of their type (labbro.letters.moving)."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.letters.building import xml as xml_of
from tests.letters.generating import Maker

from labbro import letters
from labbro.errors import WrongUse
from labbro.letters import Element, Finding, Letter
from labbro.letters.moving import move_to, version_of
from labbro.letters.registry import registry

# What the newer versions ask for and older letters do not say, by type.
GIVEN = {
    "RPT01": {
        "Sender/FromLabIdentifier": "OEB",
        "LaboratoryResults/GeneralResultInformation/ReportStatusCode": "komplet_svar",
        "LaboratoryResults/Result/ProducerOfLabResult/Identifier": "Ørby KKA",
        "LaboratoryResults/Result/ProducerOfLabResult/IdentifierCode": "OEB",
    },
    "RPT02": {
        "Sender/FromLabIdentifier": "OEB",
        "LaboratoryResults/Result/ProducerOfLabResult/Identifier": "Ørby KMA",
        "LaboratoryResults/Result/ProducerOfLabResult/IdentifierCode": "OEB",
    },
    "RPT03": {
        "Sender/FromLabIdentifier": "OEB",
        "LaboratoryResults/GeneralResultInformation/ReportStatusCode": "komplet_svar",
    },
    "RPT04": {
        "Sender/FromLabIdentifier": "OEB",
        "LaboratoryResults/GeneralResultInformation/ReportStatusCode": "komplet_svar",
    },
    "XRPT05": {
        "Sender/FromLabIdentifier": "OEB",
        "LaboratoryResults/Investigation/Examination/ProducerOfLabResult/Identifier": "Ørby KMA",
        "LaboratoryResults/Investigation/Examination/ProducerOfLabResult/IdentifierCode": "OEB",
    },
    "REQ01": {
        "Requests/RequestedAnalysis/Analysis/LineComment/TextLine": "P-Kreatininium",
        "Requests/Prompt/Question/Code": "SP1",
        "Requests/Prompt/Question/CodeType": "lokal",
        "Requests/Prompt/Question/CodeResponsible": "OEB",
    },
    "REQ03": {},
}


def pairs() -> list[tuple[str, str]]:
    """Every older version with every newer one of its type that is public."""
    found: list[tuple[str, str]] = []
    for standard in registry().standards:
        public = [version for version in standard.versions if version.public]
        for place, old in enumerate(public):
            found += [(old.key, new.key) for new in public[place + 1 :] if new.root == old.root]
    return found


def given_for(version: str) -> dict[str, str]:
    """The values of its type, as far as a version has a place for them."""
    declared = registry().by_key[version]
    found: dict[str, str] = {}
    for path, value in GIVEN[declared.standard.name].items():
        model = declared.model
        for name in path.split("/"):
            model = model.children.get(name) if model is not None else None
        if model is not None and model.kind != "container":
            found[path] = value
    return found


def read(data: bytes) -> Letter:
    (reading,) = letters.read(data)
    assert reading.ok, reading.findings
    assert reading.letter is not None
    return reading.letter


def codes(findings: tuple[Finding, ...], severity: str = "") -> list[tuple[str, str | None]]:
    return [(found.code, found.path) for found in findings if severity in {"", found.severity}]


def old_report(*changes: tuple[str, str]) -> Letter:
    return read(xml_of("XR0130K", *changes))


# --- what is refused, and why ----------------------------------------------------------------------------------------


def test_a_letter_in_the_version_asked_for_stays_as_it_is():
    letter = read(xml_of("XR0131K"))
    assert move_to(letter, "XR0131K") == letters.Moved(letter, ())


def test_what_the_new_version_asks_for_and_the_letter_does_not_say_is_named_and_not_invented():
    moved = move_to(old_report(), "XR0131K")
    assert moved.letter is None
    assert codes(moved.findings) == [
        ("move-not-said", "LaboratoryReport/Sender/FromLabIdentifier"),
        ("move-not-said", "LaboratoryReport/LaboratoryResults/GeneralResultInformation/ReportStatusCode"),
    ]
    assert "XR0131K asks for FromLabIdentifier" in moved.findings[0].message


def test_what_is_given_is_taken_and_told():
    moved = move_to(old_report(), "R0131K", given=given_for("XR0131K"))
    assert moved.letter is not None
    assert moved.letter.version == "XR0131K"
    assert moved.letter.root.text("Letter/VersionCode") == "XR0131K"
    assert moved.letter.root.text("Sender/FromLabIdentifier") == "OEB"
    assert codes(moved.findings) == [
        ("given", "LaboratoryReport/Sender/FromLabIdentifier"),
        ("given", "LaboratoryReport/LaboratoryResults/GeneralResultInformation/ReportStatusCode"),
    ]
    assert not [found for found in letters.check(moved.letter) if found.severity == "error"]


def test_a_value_that_is_given_must_fit():
    moved = move_to(old_report(), "XR0131K", given=given_for("XR0131K") | {"Sender/FromLabIdentifier": "OERBY"})
    assert moved.letter is None
    assert codes(moved.findings, "error") == [("move-no-room", "LaboratoryReport/Sender/FromLabIdentifier")]


def test_a_value_that_the_new_version_cannot_hold_is_named_with_its_path():
    letter = old_report((">NPU01807<", ">NPU01807-LANG<"), (">ydernummer<", ">amt<"))
    moved = move_to(letter, "XR0131K", given=given_for("XR0131K"))
    assert moved.letter is None
    assert codes(moved.findings, "error") == [
        ("move-no-room", "LaboratoryReport/Receiver/IdentifierCode"),
        ("move-no-room", "LaboratoryReport/LaboratoryResults/Result/Analysis/AnalysisCode"),
    ]
    assert "amt" in moved.findings[1].message
    assert "NPU01807-LANG" in moved.findings[-1].message


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("XR0131K", "XR0130K", "move-to-older"),
        ("XR0130K", "XR0130K/2005", "move-to-older"),
        ("XR0231M", "XR0532M", "move-other-type"),
        ("XR0131K", "XR0130F", "move-other-type"),
        ("XR0730G", "XR0731G", "move-not-public"),
        ("XQ0131K", "XQ0132K", "move-not-public"),
    ],
)
def test_older_versions_other_types_and_unpublished_schemas_are_refused_with_the_reason(old, new, reason):
    moved = move_to(Maker(1).letter(old), new)
    assert moved.letter is None
    assert [found.code for found in moved.findings] == [reason]
    assert moved.findings[0].severity == "error"


def test_a_letter_with_errors_is_not_moved():
    letter = old_report()
    broken = Letter(letter.version, Element(letter.root.name, letter.root.content[1:]), letter.envelope)
    moved = move_to(broken, "XR0131K", given=given_for("XR0131K"))
    assert moved.letter is None
    assert [found.code for found in moved.findings] == ["missing"]


def test_unknown_versions_and_paths_are_wrong_use():
    with pytest.raises(WrongUse, match="XR9999X"):
        move_to(old_report(), "XR9999X")
    with pytest.raises(WrongUse, match="Sender/Nothing"):
        move_to(old_report(), "XR0131K", given={"Sender/Nothing": "x"})
    with pytest.raises(WrongUse, match="no value at Sender"):
        move_to(old_report(), "XR0131K", given={"Sender": "x"})


def test_a_version_is_named_by_its_key_or_by_its_code():
    assert version_of("R0130K").version.date == "2007/02/01"
    assert version_of("XR0130K/2005").version.date == "2005/08/07"


# --- what is said otherwise ------------------------------------------------------------------------------------------


def moved_from_xml(old: str, new: str, *changes: tuple[str, str]) -> letters.Moved:
    return move_to(read(xml_of(old, *changes)), new, given=given_for(new))


def test_the_state_of_a_microbiology_report_keeps_its_meaning_under_its_new_name():
    for old, words in (("XR0230M", ("komplet", "komplet_svar")), ("XR0531M", ("delvis", "del_svar"))):
        new = {"XR0230M": "XR0231M", "XR0531M": "XR0532M"}[old]
        letter = _with_text(_movable(old, new), "LaboratoryResults/GeneralResultInformation/ResultStatus", words[0])
        moved = move_to(letter, new, given=given_for(new))
        assert moved.letter is not None, moved.findings
        assert moved.letter.root.text("LaboratoryResults/GeneralResultInformation/ReportStatusCode") == words[1]
        state = next(found for found in moved.findings if found.code == "said-otherwise")
        assert state.path is not None
        assert state.path.endswith("GeneralResultInformation/ResultStatus")


def test_a_refused_consent_stays_refused_and_what_was_agreed_to_is_told_as_lost():
    for old, new in (("XR0330P", "XR0331P"), ("XR0431P", "XR0432P")):
        for said in ("false", "0", "true"):
            letter = _with_consent(_movable(old, new), said)
            moved = move_to(letter, new, given=given_for(new))
            assert moved.letter is not None, moved.findings
            assert moved.letter.root.text("Patient/Consent/Given") == said
            lost = [found for found in moved.findings if found.severity == "loss" and "Consent" in (found.path or "")]
            assert [(found.path, "Til egen læge" in found.message) for found in lost] == [
                (f"{letter.root.name}/Patient/Consent/Text", True)
            ]
            # The segment of a refusal in the newer version is the one that gave consent in the older.
            edifact, _ = letters.losses(moved.letter, "edifact")
            assert edifact is None or (b"HAN+CDS" in edifact) is (said != "true")


def test_the_word_for_pathology_practice_loses_its_blank():
    moved = moved_from_xml("XR0130K", "XR0131K", (">klin_biokemi<", ">patologi <"))
    assert moved.letter is not None
    assert moved.letter.root.text("Sender/MedicalSpecialityCode") == "patologi"


def test_the_producer_of_2005_becomes_the_identifier_of_the_producer():
    letter = read(xml_of("XR0130K/2005"))
    assert letter.root.text("LaboratoryResults/Result/ProducerOfLabResult") == "Ørby KKA"
    refused = move_to(letter, "XR0130K")
    where = "LaboratoryReport/LaboratoryResults/Result/ProducerOfLabResult/IdentifierCode"
    assert codes(refused.findings, "error") == [("move-not-said", where)]
    moved = move_to(letter, "XR0131K", given=given_for("XR0131K") | {where.partition("/")[2]: "KKA"})
    assert moved.letter is not None
    assert moved.letter.root.text("LaboratoryResults/Result/ProducerOfLabResult/Identifier") == "Ørby KKA"
    assert moved.letter.root.text("LaboratoryResults/Result/ProducerOfLabResult/IdentifierCode") == "KKA"


def test_a_request_of_2005_wants_its_answer_itself():
    moved = move_to(_movable("XQ0130K", "XQ0131K"), "XQ0131K", given=given_for("XQ0131K"))
    assert moved.letter is not None
    assert moved.letter.root.text("Sender/ReplyTo") == "true"
    assert ("implied", "LaboratoryRequest/Sender/ReplyTo") in codes(moved.findings)


def test_a_numeric_answer_keeps_its_unit():
    letter = _movable("XQ0130K", "XQ0131K")
    requests = letter.root.find("Requests")
    assert requests is not None
    number = Element("Numerical", (Element("Value", "70"), Element("Unit", "kg")))
    prompt = Element("Prompt", (Element("Question", "Vægt"), Element("Answer", (number,))))
    asked = tuple(requests.all("RequestedAnalysis"))
    changed = _replaced(letter.root, requests, Element("Requests", (*asked, prompt)))
    moved = move_to(_new(letter, changed), "XQ0131K", given=given_for("XQ0131K"))
    assert moved.letter is not None, moved.findings
    assert moved.letter.root.text("Requests/Prompt/Question/CodeText") == "Vægt"
    assert moved.letter.root.text("Requests/Prompt/Answer/Text") == "70 kg"


def test_cervix_informations_become_the_questions_of_their_codes():
    letter = _movable("XQ0330P", "XQ0331P")
    requests = letter.root.find("Requests")
    assert requests is not None
    said = (
        ("Condyloma", "true"),
        ("Pregnant", "0"),
        ("DateOfPeriod", "2014-03-02"),
        ("HormonTherapy", "p-piller"),
        ("DateOfLaser", "0001-01-01"),
    )
    cervix = Element("SupplementaryCervixInformations", tuple(Element(name, value) for name, value in said))
    asked = tuple(requests.all("RequestedAnalysis"))
    changed = _replaced(letter.root, requests, Element("Requests", (*asked, cervix)))
    moved = move_to(_new(letter, changed), "XQ0331P")
    assert moved.letter is not None, moved.findings
    prompts = [
        (prompt.text("Question/Code"), prompt.text("Question/CodeText"), *answer_of(prompt))
        for prompt in moved.letter.root.all("Requests/Prompt")
    ]
    assert prompts == [
        ("ADP101", "Kondylomer", "Logical", "true"),
        ("ADP103", "Patienten er gravid", "Logical", "0"),
        ("ADP201", "Menstruation", "Text", "2014-03-02"),
        ("ADP202", "Hormonbehandling", "Text", "p-piller"),
        ("ADP204", "Laser", "Logical", "true"),
    ]
    assert sum(found.code == "said-otherwise" for found in moved.findings) == len(said)


def answer_of(prompt: Element) -> tuple[str, str]:
    answer = prompt.find("Answer")
    assert answer is not None
    return answer.children[0].name, answer.children[0].value


def test_an_empty_post_code_is_left_out_where_it_may_not_be_empty():
    letter = _movable("XQ0130K", "XQ0131K")
    sender = letter.root.find("Sender")
    assert sender is not None
    before = [child for child in sender.children if child.name != "PostCodeIdentifier"]
    at = next(
        i for i, child in enumerate(before) if child.name in {"TelephoneSubscriberIdentifier", "MedicalSpecialityCode"}
    )
    content = (*before[:at], Element("PostCodeIdentifier", ""), *before[at:])
    changed = _new(letter, _replaced(letter.root, sender, Element("Sender", content)))
    moved = move_to(changed, "XQ0131K", given=given_for("XQ0131K"))
    assert moved.letter is not None, moved.findings
    assert moved.letter.root.find("Sender/PostCodeIdentifier") is None
    assert ("not-carried", "LaboratoryRequest/Sender/PostCodeIdentifier") in codes(moved.findings, "loss")


def test_elements_of_the_senders_own_stay_where_the_schema_lets_them_and_are_told_as_lost_elsewhere():
    space = registry().by_key["XR0130K/2005"].version.namespace
    own = f'<Local_Elements xmlns="{space}"><Own>note</Own></Local_Elements>'
    letter = read(xml_of("XR0130K/2005"))
    with_own = Letter(letter.version, letter.root, letter.envelope, own)
    near = move_to(with_own, "XR0130K", given=given_for("XR0130K"))
    assert near.letter is not None
    assert near.letter.local_elements == own.replace("2005/08/07", "2007/02/01")
    far = move_to(with_own, "XR0131K", given=given_for("XR0131K"))
    assert far.letter is not None
    assert far.letter.local_elements == ""
    assert ("not-carried", "Local_Elements") in codes(far.findings, "loss")


def test_what_edifact_could_not_say_stays_marked_as_assumed():
    letter = old_report()
    marked = Letter(letter.version, letter.root, letter.envelope, assumed=("Letter/StatisticalCode", "No/Such"))
    moved = move_to(marked, "XR0131K", given=given_for("XR0131K"))
    assert moved.letter is not None
    assert moved.letter.assumed == ("Letter/StatisticalCode",)


# --- every letter of every version -----------------------------------------------------------------------------------


@cache
def schema_of(folder: Path, date: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(folder / "medcom" / "official" / "schemas" / date / "EMessage.xsd"))


def accounted(letter: Letter, moved: letters.Moved) -> None:
    """Every text of the letter is in the moved one, or named in a finding with its path."""
    assert moved.letter is not None
    here = Counter(_texts(moved.letter.root))
    told = {found.path: found for found in moved.findings if found.code in {"not-carried", "said-otherwise"}}
    for path, element in letter.root.walk():
        own = element.value if isinstance(element.content, str) else ""
        if path.endswith("/Letter/VersionCode") or not own:
            continue
        if path in told:
            assert own in told[path].message, path
            continue
        here[own] -= 1
        assert here[own] >= 0, f"{path} is gone"


def _texts(root: Element) -> list[str]:
    return [element.content for _, element in root.walk() if isinstance(element.content, str) and element.content]


def looked_at(letter: Letter, new: str, folder: Path) -> bool:
    """Moves a letter; True where it could be moved, and then it is right by the official schema."""
    moved = move_to(letter, new, given=given_for(new))
    errors = [found for found in moved.findings if found.severity == "error"]
    if moved.letter is None:
        assert errors
        assert all(found.path and found.message and found.message_da for found in errors)
        return False
    assert not errors
    assert not [found for found in letters.check(moved.letter) if found.severity == "error"]
    schema = schema_of(folder, registry().by_key[new].version.date)
    document = etree.fromstring(letters.write(moved.letter, "xml").data)
    assert schema.validate(document), schema.error_log
    accounted(letter, moved)
    return True


@pytest.mark.parametrize(("old", "new"), pairs())
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_valid_letter_becomes_one_that_the_official_schema_accepts_or_is_refused_with_the_reason(
    shared: Path, old: str, new: str, seed: int
):
    looked_at(Maker(seed, wide=True).letter(old), new, shared)


@pytest.mark.parametrize(("old", "new"), pairs())
def test_what_could_be_moved_is_moved(shared: Path, old: str, new: str):
    assert sum(looked_at(Maker(seed, rare=False).letter(old), new, shared) for seed in range(40)) >= 2


@pytest.mark.parametrize(("old", "new"), pairs())
def test_the_generated_letters_of_medcoms_schemas_are_moved_or_refused_with_the_reason(
    shared: Path, old: str, new: str
):
    folder = shared / "medcom" / "generated" / "xml" / old.replace("/", "-")
    for path in sorted(folder.glob("*.xml")):
        for reading in letters.read(path.read_bytes()):
            if reading.letter is not None and reading.letter.version == old:
                looked_at(reading.letter, new, shared)


def _movable(old: str, new: str) -> Letter:
    """Some letter that can be moved."""
    for seed in range(200):
        letter = Maker(seed, rare=False).letter(old)
        if move_to(letter, new, given=given_for(new)).letter is not None:
            return letter
    raise AssertionError(f"no letter of {old} can be moved to {new}")


def _new(letter: Letter, root: Element) -> Letter:
    return Letter(letter.version, root, letter.envelope)


def _replaced(element: Element, old: Element, new: Element) -> Element:
    if isinstance(element.content, str):
        return element
    content = tuple(
        new if part is old else part if isinstance(part, str) else _replaced(part, old, new) for part in element.content
    )
    return Element(element.name, content)


def _with_text(letter: Letter, path: str, value: str) -> Letter:
    old = letter.root.find(path)
    assert old is not None
    return _new(letter, _replaced(letter.root, old, Element(old.name, value)))


def _with_consent(letter: Letter, given: str) -> Letter:
    patient = letter.root.find("Patient")
    assert patient is not None
    consent = Element("Consent", (Element("Given", given), Element("Text", "Til egen læge")))
    content = (*(child for child in patient.children if child.name != "Consent"), consent)
    return _new(letter, _replaced(letter.root, patient, Element("Patient", content)))
