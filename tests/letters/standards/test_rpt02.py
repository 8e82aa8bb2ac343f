"""RPT02: the microbiology report that has an EDIFACT form (facts: rpt02.md)."""

from __future__ import annotations

import pytest

from labbro import letters
from labbro.letters import Element, Letter

from .microbiology import ENVELOPE, PATIENT, RECEIVER, SAMPLE, SENDER, changed, codes, when
from .pairs import check_edifact_settles, check_other_pairs, check_trusted_pairs

VERSIONS = ("XR0230M/2005", "XR0230M", "XR0231M")
# What the defects and notes of the manifest change: elements in reading, segments in writing.
ELEMENTS = {
    "local_elements": {"*"},
    "several_letters_not_read": {"*"},
    "mds_not_written": {"AnalysisCodeType"},
    "unb_year_pivot": {"Envelope"},
    "rpt02_heading_guess": {"MicroscopicFindings", "CultureWithoutFindings", "Headline", "Comment", "Comments"},
    "rpt02_sample_received_not_read": {"ResultStatusCode"},
    "to_lab_dropped": {"ToLabIdentifier"},
    "read_as_2007": {"Letter"},
    "s19_group_written": {"ProducerOfLabResult", "ReferenceInterval"},
    "reading_not_stable": set(),
}
SEGMENTS = {
    "references_dropped": ("FTX+URL", "FTX+SUP", "FTX+BIN", "kurve?", ":"),
    "rpt02_producer_of_first_result": ("REL+PRF",),
    "rpt02_interval_type_constant": ("RND",),
    "space_drops_text": ("FTX",),
    "rpt02_heading_guess": ("INV+OE",),
    "unlisted_write": ("RSL+AV",),
    "s19_group_written": ("S19", "REL+PRF"),
}
HEAD = "LaboratoryResults/GeneralResultInformation"
CULTURE = "LaboratoryResults/CultureWithFindings"
RESULT = "LaboratoryResults/Result/0"

VALUES = {
    "Letter": {"Identifier": "BREV1", "Authorisation": when(6)},
    "Sender": SENDER | {"FromLabIdentifier": "OEB"},
    "Receiver": RECEIVER,
    "Patient": PATIENT,
    "RequisitionInformation": {"Sample": SAMPLE},
    "LaboratoryResults": {
        "GeneralResultInformation": {
            "ReportStatusCode": "komplet_svar",
            "LaboratoryInternalProductionIdentifier": "P1",
            "ResultsDateTime": when(6),
        },
        "Result": [
            {
                "ResultStatusCode": "svar_endeligt",
                "Analysis": {
                    "ExaminationTypeCode": "maalbar_kvantitet",
                    "MICAnalysisCode": "MIK1",
                    "AnalysisCodeType": "lokal",
                    "AnalysisCodeResponsible": "OEB",
                    "AnalysisMDSName": {"Examination": "Dyrkning", "Material": "Urin"},
                },
                "ProducerOfLabResult": {"Identifier": "Ørby KMA", "IdentifierCode": "OEB"},
                "ResultType": "alfanumerisk",
                "Value": "Vækst",
            }
        ],
    },
}
MICROSCOPY = {"Headline": "Mikroskopi", "Comments": "Mange leukocytter\n"}
NEGATIVE = {"Headline": "Dyrkning", "Comments": "Ingen vækst\n"}


def entry(isolate: int, antibiotic: int, word: str) -> dict:
    return {"RefMicroorganism": str(isolate), "RefAntibiotic": str(antibiotic), "Sensitivity": word}


def culture(isolates: list[str], antibiotics: list[str], entries: list[dict]) -> dict:
    return {
        "Headline": "Dyrkning med fund",
        "Microorganism": [{"Name": name, "GrowthValue": "10.000"} for name in isolates],
        "Pattern": {
            "Headline": "Antibiotikafølsomhed",
            "Antibiotic": [{"Name": name} for name in antibiotics],
            "PatternEntry": entries,
            "SensitivityInterpretation": "S=følsom\n",
        },
    }


FOUND = culture(
    ["E. coli", "Proteus"], ["Ampicillin", "Mecillinam"], [entry(1, 1, "R"), entry(1, 2, "S"), entry(2, 1, "I")]
)


def report(*changes: tuple[str, object], version: str = "XR0231M") -> Letter:
    return letters.make(version, ENVELOPE, changed(VALUES, *changes))


def segments(letter: Letter) -> list[str]:
    data, told = letters.losses(letter, "edifact")
    assert data is not None, told
    return data.decode("latin-1").split("'")


def lost(letter: Letter) -> list[str | None]:
    _, told = letters.losses(letter, "edifact")
    return [found.path for found in told if found.severity == "loss"]


def read(wire: list[str]) -> letters.Reading:
    """A letter whose segments were changed; UNT counts them."""
    start, end = next(at for at, one in enumerate(wire) if one.startswith("UNH")), len(wire) - 3
    wire = [*wire[:end], f"UNT+{end - start + 1}+BREV1", *wire[end + 1 :]]
    (reading,) = letters.read("'".join(wire).encode("latin-1"))
    return reading


def back(letter: Letter) -> Element:
    """What is read of a letter that was written as EDIFACT."""
    reading = read(segments(letter))
    assert reading.ok, reading.findings
    return reading.letter.root


def results(root: Element) -> Element:
    return root.find("LaboratoryResults")


def warned(reading: letters.Reading) -> list[str]:
    return [found.code for found in reading.findings if found.severity == "warning"]


def failed(reading: letters.Reading) -> list[str]:
    return [found.code for found in reading.findings if found.severity == "error"]


# --- beside MedCom -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["XR0230M", "XR0231M"])
def test_trusted_pairs_say_the_same(shared, version):
    check_trusted_pairs(shared, version)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_other_difference_has_a_named_defect(shared, version):
    check_other_pairs(shared, version, ELEMENTS, SEGMENTS)


@pytest.mark.parametrize("version", ["XR0230M", "XR0231M"])
def test_what_edifact_says_it_says_again(version):
    check_edifact_settles(version, 150)


# --- results -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "code"), [("mindre_end", "6"), ("stoerre_end", "7")])
def test_operators_are_the_reverse_of_those_of_rpt01(word, code):
    letter = report((f"{RESULT}/Operator", word), (f"{RESULT}/Value", "5"))
    assert f"RSL+AV+5:{code}" in segments(letter)
    assert results(back(letter)).text("Result/Operator") == word


@pytest.mark.parametrize(
    ("operator", "mark", "told"),
    [("mindre_end", "for_hoej", True), ("stoerre_end", "for_lav", True), ("mindre_end", "for_lav", False)],
)
def test_an_operator_that_contradicts_the_mark_is_told(operator, mark, told):
    letter = report((f"{RESULT}/Operator", operator), (f"{RESULT}/Value", "5"), (f"{RESULT}/ResultValidation", mark))
    assert (
        ("operator-contradicts", "MicrobiologyReport/LaboratoryResults/Result/Operator") in codes(letter, "warning")
    ) is told


@pytest.mark.parametrize("path", [f"{RESULT}/Value", f"{RESULT}/Analysis/MICAnalysisCode"])
def test_five_stars_in_either_place_mean_that_the_sample_is_received(path):
    letter = report((path, "*****"), (f"{RESULT}/ResultStatusCode", "proeve_modtaget"))
    assert lost(letter) == []
    assert results(back(letter)).text("Result/ResultStatusCode") == "proeve_modtaget"


def test_without_stars_a_value_is_lost_for_a_sample_that_is_only_received():
    letter = report((f"{RESULT}/ResultStatusCode", "proeve_modtaget"))
    assert lost(letter) == ["MicrobiologyReport/LaboratoryResults/Result/Value"]
    assert results(back(letter)).text("Result/Value") == "*****"


def test_corrected_with_mr_is_an_error_as_in_every_letter_but_rpt01():
    wire = segments(report())
    at = wire.index("STS++FR")
    wire[at], wire[at - 4] = "STS++MR", "GIS+M"
    assert "unknown-code" in failed(read(wire))


def test_every_result_has_its_own_producer_interval_and_references():
    one = VALUES["LaboratoryResults"]["Result"][0]
    other = one | {
        "ProducerOfLabResult": {"Identifier": "Vestby", "IdentifierCode": "VEB"},
        "ReferenceInterval": {
            "TypeOfInterval": "terapeutisk",
            "LowerLimit": "1",
            "UpperLimit": "2",
            "IntervalText": "t",
        },
        "ResultComments": "Se billede\n",
        "Reference": [{"RefDescription": "Billede", "SUP": "true"}],
        "ToLabIdentifier": "9",
    }
    letter = report(("LaboratoryResults/Result", [one, other]))
    assert lost(letter) == []
    assert results(back(letter)) == results(letter.root)


def test_consent_is_refused_by_a_bare_segment_and_never_stated_by_its_absence():
    refused = report(("Patient/Consent", {"Given": "0"}))
    assert "HAN+CDS" in segments(refused)
    assert back(refused).text("Patient/Consent/Given") == "false"
    reading = read(segments(report()))
    assert "Patient/Consent/Given" in reading.letter.assumed


def test_the_2005_report_has_no_visible_group_nineteen():
    older = (
        ("Sender/FromLabIdentifier", None),
        (f"{HEAD}/ReportStatusCode", None),
        (f"{HEAD}/ResultStatus", "komplet"),
    )
    letter = report(
        *older, (f"{RESULT}/ProducerOfLabResult", "Ørby KMA"), (f"{RESULT}/Unit", "g/l"), version="XR0230M/2005"
    )
    wire = segments(letter)
    assert "REL+PRF+POR:::Ørby KMA" in wire
    assert "RSL+AV+Vækst+++:::g/l" in wire or "RSL+AV+Vækst+++" not in wire
    assert not [one for one in wire if one.startswith("S19")]
    assert "MicrobiologyReport" in lost(letter)


# --- texts by place and headline -----------------------------------------------------------------------------------


@pytest.mark.parametrize("parts", range(16))
def test_texts_with_telling_headlines_come_back_where_they_stood(parts):
    values: list[tuple[str, object]] = []
    values += [("LaboratoryResults/MicroscopicFindings", MICROSCOPY)] if parts & 1 else []
    values += [("LaboratoryResults/CultureWithoutFindings", NEGATIVE)] if parts & 2 else []
    values += [(CULTURE, FOUND)] if parts & 4 else []
    values += [(f"{HEAD}/Headline", "Kommentar"), (f"{HEAD}/Comment", "Ring\n")] if parts & 8 else []
    letter = report(*values)
    reading = read(segments(letter))
    assert reading.ok
    assert results(reading.letter.root) == results(letter.root)
    assert warned(reading) == []


def test_two_texts_are_microscopy_and_culture_whatever_their_headlines():
    texts = {"Headline": "Følsomhed", "Comments": "a\n"}, {"Headline": "Diagnose", "Comments": "b\n"}
    letter = report(
        ("LaboratoryResults/MicroscopicFindings", texts[0]), ("LaboratoryResults/CultureWithoutFindings", texts[1])
    )
    assert results(back(letter)) == results(letter.root)


def test_one_text_that_nothing_tells_is_read_as_microscopy_and_told():
    letter = report(("LaboratoryResults/CultureWithoutFindings", {"Headline": "Svar", "Comments": "Intet\n"}))
    reading = read(segments(letter))
    assert warned(reading) == ["text-place-guessed"]
    assert results(reading.letter.root).text("MicroscopicFindings/Headline") == "Svar"
    plus = report(("LaboratoryResults/MicroscopicFindings", {"Headline": "Svar", "Comments": "+++ kokker\n"}))
    assert warned(read(segments(plus))) == []


def test_the_conclusion_keeps_its_headline_where_its_place_tells_what_it_is():
    own = ((f"{HEAD}/Headline", "Konklusion"), (f"{HEAD}/Comment", "Ring\n"))
    letter = report((CULTURE, FOUND), *own)
    assert results(back(letter)) == results(letter.root)
    alone = report(*own)
    assert lost(alone) == [f"MicrobiologyReport/{HEAD}/Headline"]
    assert results(back(alone)).text("GeneralResultInformation/Headline") == "Kommentar"
    assert results(back(alone)).text("GeneralResultInformation/Comment") == "Ring\n"


def test_a_headline_without_a_comment_is_lost_and_told():
    letter = report((f"{HEAD}/Headline", "Kommentar"))
    assert lost(letter) == [f"MicrobiologyReport/{HEAD}/Headline"]
    assert not [one for one in segments(letter) if "Kommentar" in one]


def test_a_text_too_many_is_an_error():
    wire = segments(report(("LaboratoryResults/MicroscopicFindings", MICROSCOPY)))
    at = next(at for at, one in enumerate(wire) if one == "INV+OE+:::Mikroskopi")
    block = wire[at - 1 : at + 3]
    more = [one.replace("Mikroskopi", f"Tekst {number}") for number in range(4) for one in block]
    assert "text-without-place" in failed(read([*wire[: at + 3], *more, *wire[at + 3 :]]))


def test_a_long_text_of_several_segments_is_one_text():
    lines = "".join(f"linje {number}\n" for number in range(40))
    letter = report(("LaboratoryResults/MicroscopicFindings", MICROSCOPY | {"Comments": lines}))
    assert results(back(letter)) == results(letter.root)
    longer = report(("LaboratoryResults/MicroscopicFindings", MICROSCOPY | {"Comments": lines + "x\n" * 6}))
    data, told = letters.losses(longer, "edifact")
    assert data is None
    assert [found.code for found in told if found.severity == "error"] == ["text-too-long"]


# --- the table of susceptibility -----------------------------------------------------------------------------------


def rows_of(letter: Letter) -> list[tuple[str, str, str]]:
    """Isolate, antibiotic and word of every entry, by names; the order of entries means nothing."""
    holder = letter.root.find(CULTURE)
    isolates = [each.text("Name") for each in holder.all("Microorganism")]
    antibiotics = [each.text("Name") for each in holder.all("Pattern/Antibiotic")]
    found = [
        (
            isolates[int(each.text("RefMicroorganism")) - 1],
            antibiotics[int(each.text("RefAntibiotic")) - 1],
            each.text("Sensitivity"),
        )
        for each in holder.all("Pattern/PatternEntry")
    ]
    return sorted(found)


def test_columns_point_at_the_table_and_cells_at_their_column():
    wire = segments(report((CULTURE, FOUND)))
    start = wire.index("INV+OE+:::Antibiotikafølsomhed")
    end = wire.index("INV+OE+:::Følsomhed")
    assert wire[start - 1 : end - 1] == [
        *("GIS+N", "INV+OE+:::Antibiotikafølsomhed", "SEQ++5", "RSL+SB+2"),
        *("GIS+N", "INV+MQ+:::E. coli", "SEQ++6", "RFF+ARL:5"),
        *("GIS+N", "INV+CO+:::Ampicillin", "SEQ++7", "RSL+AV+::R", "RFF+ARL:6"),
        *("GIS+N", "INV+CO+:::Mecillinam", "SEQ++8", "RSL+AV+::S", "RFF+ARL:6"),
        *("GIS+N", "INV+MQ+:::Proteus", "SEQ++9", "RFF+ARL:5"),
        *("GIS+N", "INV+CO+:::Ampicillin", "SEQ++10", "RSL+AV+::I", "RFF+ARL:9"),
        *("GIS+N", "INV+MM+:::Antibiotikafølsomhed", "SEQ++11", "RSL+SS+SKEMASLUT", "RFF+ARL:5"),
    ]


@pytest.mark.parametrize(
    ("isolates", "antibiotics", "entries"),
    [
        (["A"], ["x"], [entry(1, 1, "S")]),
        (
            ["A", "B"],
            ["x", "y"],
            [entry(2, 1, "S"), entry(2, 2, "R"), entry(1, 2, "I")],
        ),  # the second column is complete
        (["A", "B"], ["x", "y", "z"], [entry(1, 1, "S"), entry(2, 2, "R")]),  # no column is, and z has no entry
        (["A", "A"], ["x", "y"], [entry(2, 1, "S"), entry(1, 2, "R")]),  # two isolates of one name
        (["A", "B"], ["x", "x"], [entry(1, 1, "S"), entry(1, 2, "R"), entry(2, 2, "I")]),  # two antibiotics of one name
        (["A:B'", "C+?"], ["x:1", "y'"], [entry(1, 1, "S:?"), entry(2, 2, "R+'")]),  # signs of the syntax
    ],
)
def test_a_table_comes_back_as_it_was(isolates, antibiotics, entries):
    letter = report((CULTURE, culture(isolates, antibiotics, entries)))
    (reading,) = letters.read(letters.write(letter, "edifact").data)
    assert (reading.ok, warned(reading), lost(letter)) == (True, [], [])
    made = results(reading.letter.root).find("CultureWithFindings")
    assert [each.text("Name") for each in made.all("Microorganism")] == isolates
    assert [each.text("Name") for each in made.all("Pattern/Antibiotic")] == antibiotics
    said = [tuple(part.value for part in each.children) for each in made.all("Pattern/PatternEntry")]
    assert sorted(said) == sorted(tuple(each.values()) for each in entries)


def test_an_antibiotic_that_the_first_column_lacks_is_a_row_all_the_same():
    wire = segments(report((CULTURE, culture(["A", "B"], ["x"], [entry(1, 1, "S"), entry(2, 1, "R")]))))
    other = wire.index("RSL+AV+::R")
    wire[other - 2] = "INV+CO+:::y"
    reading = read(wire)
    assert reading.ok
    assert rows_of(reading.letter) == [("A", "x", "S"), ("B", "y", "R")]


def test_an_entry_that_points_nowhere_or_repeats_a_cell_is_lost_and_told():
    values = culture(["A"], ["x"], [entry(1, 1, "S"), entry(1, 1, "R"), entry(2, 1, "I"), entry(1, 2, "I")])
    letter = report((CULTURE, values))
    path = f"MicrobiologyReport/{CULTURE}/Pattern/PatternEntry"
    assert lost(letter) == [f"{path}[2]", f"{path}[3]", f"{path}[4]"]
    assert [code for code, _ in codes(letter, "warning")] == ["no-such-number", "no-such-number", "cell-repeated"]
    assert rows_of(Letter("XR0231M", back(letter))) == [("A", "x", "S")]


def test_a_cell_that_belongs_to_no_column_is_an_error():
    wire = segments(report((CULTURE, FOUND)))
    wire[wire.index("RFF+ARL:9")] = "RFF+ARL:77"
    assert failed(read(wire)) == ["cell-without-place"]


def test_a_column_that_is_no_isolate_is_an_error():
    wire = segments(report((CULTURE, FOUND)))
    columns = [at for at, one in enumerate(wire) if one == "INV+MQ+:::Proteus"]
    wire[columns[1]] = "INV+MQ+:::Klebsiella"
    assert "cell-without-place" in failed(read(wire))


def test_what_a_laboratory_sends_to_is_no_link_of_the_table():
    letter = report((CULTURE, FOUND), (f"{RESULT}/ToLabIdentifier", "5"))
    assert results(back(letter)) == results(letter.root)


def test_codes_of_atc_are_lost_and_told():
    letter = report((CULTURE, FOUND), (f"{CULTURE}/Microorganism/0/ATCCCode", "25922"))
    assert lost(letter) == [f"MicrobiologyReport/{CULTURE}/Microorganism[1]/ATCCCode"]


# --- shown ---------------------------------------------------------------------------------------------------------


def test_antibiotics_stand_by_isolates_with_words_for_the_letters():
    page = letters.show_text(report((CULTURE, FOUND)))
    cells = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in page.splitlines()]
    assert ["Antibiotikum", "1 E. coli", "2 Proteus"] in cells
    assert ["Ampicillin", "R resistent", "I øget eksponering"] in cells
    assert ["Mecillinam", "S følsom", "–"] in cells


def test_a_text_says_what_it_is_beside_its_headline():
    page = letters.show_text(
        report(("LaboratoryResults/CultureWithoutFindings", {"Headline": "Svar", "Comments": "Intet\n"}))
    )
    assert "Dyrkning uden fund: Intet" in page
    assert "afventer svar" in letters.show_text(
        report((f"{RESULT}/Value", "*****"), (f"{RESULT}/ResultStatusCode", "proeve_modtaget"))
    )
