"""Layer two: what a good colleague notices. Warnings only; the verdict stays that of the schema."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from labbro import letters
from labbro.letters.messages import MESSAGES
from labbro.letters.registry import registry
from labbro.letters.remarks import RELATIVE_CPR_FORM, Rules, number_of
from labbro.letters.standing import MICROBIOLOGY, STANDINGS

from .building import PRODUCER, RESULT, edi, only, read_one, xml

VALUE = "LaboratoryReport/LaboratoryResults/Result/Value"


def told(*changes):
    reading = read_one(xml("XR0131K", *changes))
    assert reading.ok
    return [(found.severity, found.code, found.path) for found in reading.findings]


def test_a_good_letter_gives_nothing_to_remark():
    assert told() == []


@pytest.mark.parametrize("value", ["5.2", "-5", "+5", "0"])
def test_numbers_have_a_point(value):
    assert told(("<Value>128", f"<Value>{value}")) == []
    assert number_of(value) is not None


@pytest.mark.parametrize("value", ["5,2", "0,0", "-1,5"])
def test_a_number_with_a_comma_is_read_and_noticed(value):
    assert told(("<Value>128", f"<Value>{value}")) == [("warning", "decimal-comma", VALUE)]
    assert told(("<Value>128", f"<Value>{value}"), (">numerisk<", ">alfanumerisk<")) == []
    assert number_of(value) is not None


@pytest.mark.parametrize(
    ("code", "system", "responsible", "noticed"),
    [
        ("NPU01807", "iupac", "SST", False),
        ("DNK35302", "iupac", "SST", False),
        ("NPU1807", "iupac", "SST", True),
        ("npu01807", "iupac", "SST", True),
        ("MCS89001", "iupac", "MCS", True),
        ("MCS89001", "lokal", "MCS", False),
        # Some laboratories have codes of their own that look like NPU codes; the owner tells.
        ("NPU01807", "lokal", "OEB", False),
        ("NPU01807", "lokal", "SST", True),
        ("10001", "mds", "MDS", False),
        ("1000A", "mds", "MDS", True),
    ],
)
def test_an_analysis_code_that_does_not_fit_its_code_type_is_noticed(code, system, responsible, noticed):
    path = "LaboratoryReport/LaboratoryResults/Result/Analysis/AnalysisCode"
    changes = ((">NPU01807<", f">{code}<"), (">iupac<", f">{system}<"), (">SST<", f">{responsible}<"))
    assert told(*changes) == ([("warning", "code-type", path)] if noticed else [])


def test_an_analysis_that_is_known_to_have_no_unit_needs_none():
    inr = (">NPU01807<", ">NPU01685<")
    assert told(inr, ("<Unit>µmol/l</Unit>", "")) == []


@pytest.mark.parametrize(("count", "noticed"), [(20, False), (21, True)])
def test_more_results_than_every_receiver_shows_are_noticed(count, noticed):
    more = RESULT.format(producer=PRODUCER) * (count - 1)
    found = told(("</LaboratoryResults>", f"{more}</LaboratoryResults>"))
    assert found == ([("warning", "many-results", "LaboratoryReport/LaboratoryResults")] if noticed else [])


@pytest.mark.parametrize(
    ("version", "written", "noticed"),
    [
        ("XR0130K/2005", "2024-07-12", True),
        ("XR0130K/2005", "2024-07-11", False),
        # Two systems are still approved to send R0130K, and nothing has followed XR0131K.
        ("XR0130K", "2026-10-01", False),
        ("XR0131K", "2026-10-01", False),
    ],
)
def test_a_version_that_nobody_is_approved_to_send_is_noticed_by_the_day_of_the_letter(version, written, noticed):
    day = ("<Authorisation><Date>2024-05-06", f"<Authorisation><Date>{written}")
    found = [(found.code, found.path) for found in read_one(xml(version, day)).findings]
    assert found == ([("old-version", "LaboratoryReport/Letter/VersionCode")] if noticed else [])


def test_the_warning_about_an_old_version_names_its_successor_and_the_day():
    day = ("<Authorisation><Date>2024-05-06", "<Authorisation><Date>2025-01-01")
    found = only(read_one(xml("XR0130K/2005", day)), "old-version")
    assert "XR0131K" in found.message
    assert "2024-07-12" in found.message_da


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"version": "XR0231M", "written": "2024-07-11"}, []),
        ({"version": "XR0231M", "written": "2024-07-12"}, ["rpt02-after-xrpt05"]),
        ({"version": "XR0230M", "written": "2024-07-12"}, ["old-version", "rpt02-after-xrpt05"]),
    ],
)
def test_rpt02_is_noticed_after_xrpt05_has_taken_its_place(changes, codes):
    date = letters.Element("Date", changes["written"])
    head = letters.Element(
        "Letter",
        (
            letters.Element("VersionCode", changes["version"]),
            letters.Element("Authorisation", (date, letters.Element("Time", "12:00"))),
            letters.Element("TypeCode", "XRPT02"),
        ),
    )
    root = letters.Element("MicrobiologyReport", (head,))
    wanted = {"old-version", "rpt02-after-xrpt05"}
    rules = [r for r in registry().by_key[changes["version"]].standard.rules if r.code in wanted]
    held = Rules(rule for rule in rules if rule.holds_for(changes["version"]))
    assert [remark.code for remark in held.remarks(root)] == codes


def test_every_standing_is_of_a_version_that_exists_and_has_been_followed_by_a_newer_one():
    known = registry().by_key
    for standing in STANDINGS:
        old = known[standing.key].version
        new = known[standing.followed_by].version
        assert new.date > old.date, standing.key
        assert standing.until is None or standing.senders == 0, standing.key


def test_the_figures_are_those_of_the_public_tables(shared):
    """Counted anew from the tables; what the package keeps is a few numbers."""
    rows = list(csv.DictReader((shared / "medcom/approvals/approvals.csv").open(encoding="utf-8")))
    approved = Counter(
        (row["version"].removeprefix("X"), row["channel"]) for row in rows if row["status"] == "Godkendt"
    )
    for standing in STANDINGS:
        if standing.key.endswith("/2005"):
            continue  # the tables do not tell the two schemas of one version code apart
        code = standing.key.removeprefix("X")
        assert (approved[code, "Sende"], approved[code, "Modtage"]) == (standing.senders, standing.receivers), code
    history = csv.DictReader((shared / "medcom/approvals/history.csv").open(encoding="utf-8"))
    changes = [row for row in history if "Godkendt" in {row["from"], row["to"]}]
    # Nobody lost or gained the approval to send an old version while the record ran: it holds from its first day.
    gone = {standing.key.removeprefix("X") for standing in STANDINGS if standing.until is not None}
    assert not [row for row in changes if row["channel"] == "Sende" and row["version"].removeprefix("X") in gone]
    gained = Counter[str]()
    for row in changes:
        if row["channel"] == "Modtage":
            gained[row["version"]] += (row["to"] == "Godkendt") - (row["from"] == "Godkendt")
    on_the_first_day = {
        code: approved[code.removeprefix("X"), "Modtage"] - gained[code] for code in ("XR0532M", "R0231M")
    }
    assert on_the_first_day == {"XR0532M": MICROBIOLOGY.receivers_of_new, "R0231M": MICROBIOLOGY.receivers}


@pytest.mark.parametrize("value", ["<5", "5 2", "1.2.3", "positiv", "5,", ".5", "1e3"])
def test_a_numeric_result_that_is_no_number_is_noticed(value):
    assert told(("<Value>128", f"<Value>{value.replace('<', '&lt;')}")) == [("warning", "not-numeric", VALUE)]


def test_an_alphanumeric_result_may_be_anything():
    assert told(("<Value>128", "<Value>2;20111115"), (">numerisk<", ">alfanumerisk<")) == []


def test_a_numeric_result_without_a_unit_is_noticed():
    assert told(("<Unit>µmol/l</Unit>", "")) == [("warning", "no-unit", VALUE)]
    assert told(("<Unit>µmol/l</Unit>", ""), (">numerisk<", ">alfanumerisk<")) == []


@pytest.mark.parametrize(
    ("status", "value", "code"),
    [
        ("svar_endeligt", "*****", "placeholder-with-final"),
        ("svar_rettet", "*****", "placeholder-with-final"),
        ("svar_midlertidigt", "*****", None),
        ("proeve_modtaget", "*****", None),
        ("proeve_modtaget", "128", "value-before-measurement"),
    ],
)
def test_status_and_placeholder_that_contradict_each_other_are_noticed(status, value, code):
    found = told((">svar_endeligt<", f">{status}<"), ("<Value>128", f"<Value>{value}"))
    assert found == ([("warning", code, VALUE)] if code else [])


def test_a_placeholder_is_neither_a_number_nor_without_a_unit():
    assert (
        told((">svar_endeligt<", ">proeve_modtaget<"), ("<Value>128", "<Value>*****"), ("<Unit>µmol/l</Unit>", ""))
        == []
    )


@pytest.mark.parametrize(
    ("lower", "upper", "noticed"),
    [("60", "130", False), ("130", "60", True), ("1,5", "1.4", True), ("60", "60", False), ("&lt;5", "1", False)],
)
def test_limits_the_wrong_way_round_are_noticed(lower, upper, noticed):
    limits = f"<LowerLimit>{lower}</LowerLimit><UpperLimit>{upper}</UpperLimit>"
    kind = "<TypeOfInterval>terapeutisk</TypeOfInterval>"
    interval = f"<ReferenceInterval>{kind}{limits}</ReferenceInterval><ResultType>"
    path = "LaboratoryReport/LaboratoryResults/Result/ReferenceInterval/LowerLimit"
    assert told(("<ResultType>", interval)) == ([("warning", "interval-upside-down", path)] if noticed else [])


def test_a_location_number_with_a_wrong_check_digit_is_noticed_and_never_refused():
    assert told(("5790000000005", "5790000000006")) == [
        ("warning", "gln-check-digit", "LaboratoryReport/Sender/EANIdentifier")
    ]


@pytest.mark.parametrize("number", ["579000000000", "57900000000051", "579000000000A", "???"])
def test_a_location_number_that_is_not_13_digits_is_noticed(number):
    path = "LaboratoryReport/Sender/EANIdentifier"
    assert told(("5790000000005", number)) == [("warning", "gln-form", path)]


def test_a_party_known_by_its_location_number_is_looked_at_too():
    known_by = (
        "<Identifier>000123</Identifier><IdentifierCode>ydernummer<",
        "<Identifier>123</Identifier><IdentifierCode>lokationsnummer<",
    )
    assert told(known_by) == [("warning", "gln-form", "LaboratoryReport/Receiver/Identifier")]


@pytest.mark.parametrize(
    ("number", "noticed"), [("0102701234", False), ("0000000000", False), ("3113701234", True), ("9999999999", True)]
)
def test_a_cpr_number_that_begins_with_no_day_is_noticed(number, noticed):
    path = "LaboratoryReport/Patient/CivilRegistrationNumber"
    assert told((">0102701234<", f">{number}<")) == ([("warning", "cpr-form", path)] if noticed else [])


@pytest.mark.parametrize(
    ("number", "noticed"), [("3113701234", True), ("0102701234", False), ("19700201", False), ("A123456789", False)]
)
def test_a_relative_with_ten_digits_that_begin_with_no_day_is_noticed(number, noticed):
    relative = letters.Element("Relative", (letters.Element("PersonIdentifier", number),))
    rules = Rules([RELATIVE_CPR_FORM])
    found = [remark.path for remark in rules.remarks(letters.Element("HistopathologyReport", (relative,)))]
    assert found == (["Relative/PersonIdentifier"] if noticed else [])


def test_results_older_than_their_sample_are_noticed():
    path = "LaboratoryReport/LaboratoryResults/GeneralResultInformation/ResultsDateTime"
    assert told(("<Date>2024-05-05<", "<Date>2024-05-07<")) == [("warning", "result-before-sampling", path)]


def test_remarks_about_one_of_several_results_name_which_and_where():
    second = RESULT.format(producer=PRODUCER).replace("<Unit>µmol/l</Unit>", "")
    found = only(read_one(xml("XR0131K", ("</LaboratoryResults>", f"\n{second}</LaboratoryResults>"))), "no-unit")
    assert (found.path, found.line) == ("LaboratoryReport/LaboratoryResults/Result[2]/Value", 2)


def test_remarks_about_edifact_name_their_segment():
    found = only(read_one(edi("R0131K", ("RSL+NV+128++:::µmol/l'", "RSL+NV+128'"))), "no-unit")
    assert (found.segment, found.position) == (27, "2.1")


def test_a_letter_with_errors_gets_no_remarks():
    reading = read_one(xml("XR0131K", ("<Unit>µmol/l</Unit>", ""), (">iupac<", ">npu<")))
    assert [found.severity for found in reading.findings] == ["error"]


def test_remarks_never_say_the_value():
    found = only(read_one(xml("XR0131K", ("<Value>128", "<Value>positiv"))), "not-numeric")
    assert "positiv" not in found.message + found.message_da


def test_every_rule_has_a_sentence_and_a_reason_in_both_languages_and_a_source():
    for standard in registry().standards:
        for rule in (*standard.rules, *standard.demands):
            assert rule.code in MESSAGES
            assert all((rule.danish, rule.english, rule.source.danish, rule.source.english))
            assert (rule.notice is None) != (rule.each is None), rule.code
            assert set(rule.versions) <= set(registry().by_key)


def test_the_official_samples_are_not_drowned_in_warnings(shared):
    """What is told about them is true: location numbers that are none, and a relative born in a 27th month."""
    told_of = {}
    for path in sorted((shared / "medcom/official").glob("[se]*/*/*")):
        if path.suffix in {".xml", ".edi"}:
            for reading in letters.read(path.read_bytes()):
                codes = [found.code for found in reading.findings if found.severity == "warning"]
                if codes:
                    told_of[path.stem] = codes
    assert told_of == {
        "6092035412": ["gln-form"],
        "Eksempel_Dyrkning_1": ["gln-form"],
        "RPT01_1": ["gln-check-digit", "gln-check-digit"],
        "RPT04_1": ["cpr-form"],
    }
