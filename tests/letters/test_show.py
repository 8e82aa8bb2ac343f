"""A letter as a person reads it: text, page, tree (facts: letters/README.md, 5; rpt01.md, d)."""

from __future__ import annotations

import re

import pytest
from lxml import html

from labbro import letters
from labbro.letters import tables
from labbro.letters.labels import WORDS, name_label, word_label

from .building import VERSIONS, edi, good, xml


def shown(data, language="da"):
    return letters.show_text(good(data), language)


def changed(*changes):
    return xml("XR0131K", *changes)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("language", ["da", "en"])
def test_every_kind_of_letter_is_shown_in_both_languages(version, language):
    text = letters.show_text(good(xml(version)), language)
    page = letters.show_html(good(xml(version)), language)
    assert version.partition("/")[0] in text
    assert f'lang="{language}"' in page
    assert text != letters.show_text(good(xml(version)), "en" if language == "da" else "da")


def test_the_result_stands_with_unit_name_and_status():
    text = shown(xml())
    assert re.search(r"Kreatinin;P +128 +µmol/l +Endeligt resultat", text)
    assert "0102701234" in text
    assert "Åse Prøve" in text
    assert "05.05.2024 06:30" in text


def test_long_texts_are_wrapped():
    long = "ord " * 60
    text = shown(
        changed(("P-Kreatininium; stofk.", long), ("</Unit>", f"</Unit><ResultComments>{long}</ResultComments>"))
    )
    assert max(map(len, text.splitlines())) <= 100


def test_a_table_of_many_columns_gives_way_at_its_widest_and_is_not_narrower_than_need_be():
    data = changed(("P-Kreatininium; stofk.", "navn " * 12), ("<Unit>µmol/l", "<Unit>µmol/l og mere"))
    table = [line for line in shown(data).splitlines() if line.startswith("----------")]
    assert any(90 < len(line) <= 100 for line in table) or all(len(line) <= 100 for line in table)


@pytest.mark.parametrize(
    ("flag", "sign", "mark"), [("for_hoej", "▲", "high"), ("for_lav", "▼", "low"), ("unormal", "●", "abnormal")]
)
def test_a_flag_is_a_sign_and_a_word_not_only_a_colour(flag, sign, mark):
    letter = good(changed(("</Unit>", f"</Unit><ResultValidation>{flag}</ResultValidation>")))
    assert f"128 {sign} {word_label(flag, 'da')}" in letters.show_text(letter)
    assert f'class="letter-{mark}"' in letters.html_fragment(letter)


@pytest.mark.parametrize(("operator", "sign"), [("mindre_end", "<"), ("stoerre_end", ">")])
def test_an_operator_stands_before_its_value(operator, sign):
    assert f"{sign}128" in shown(changed(("<Value>", f"<Operator>{operator}</Operator><Value>")))


@pytest.mark.parametrize("value", ["*****", "128"])
def test_what_has_not_been_measured_is_never_shown_as_a_value(value):
    data = changed((">svar_endeligt<", ">proeve_modtaget<"), ("<Value>128", f"<Value>{value}"))
    assert "afventer svar" in shown(data)
    assert not re.search(rf"{re.escape(value)} +µmol", shown(data))
    assert "awaiting result" in shown(data, "en")


def test_a_placeholder_is_never_shown_as_a_value_whatever_the_status_says():
    assert "*****" not in shown(changed(("<Value>128", "<Value>*****")))


@pytest.mark.parametrize("given", ["false", "0"])
def test_a_refused_consent_is_a_notice_with_a_lock(given):
    data = changed(("</Patient>", f"<Consent><Given>{given}</Given></Consent></Patient>"))
    assert "🔒" in shown(data)
    assert "has not consented" in shown(data, "en")


def test_given_consent_is_said_and_assumed_consent_is_not():
    given = changed(("</Patient>", "<Consent><Given>true</Given></Consent></Patient>"))
    assert re.search(r"Samtykke: +givet", shown(given))
    assert "samtykke" not in shown(edi())
    assert "samtykke" not in shown(xml())
    assert "samtykke" not in letters.show_html(good(edi()))


def test_a_refusal_in_edifact_is_shown():
    assert "🔒" in shown(edi("R0131K", ("+FO:Åse'", "+FO:Åse'\nHAN+CDS'")))


def test_a_lone_placeholder_for_a_name_is_left_out():
    text = shown(edi("R0131K", ("++Lægerne i Ørby:", "++_:")))
    assert not re.search(r"(^|[ ,])_([ ,]|$)", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ("<LowerLimit>60</LowerLimit><UpperLimit>130</UpperLimit>", "60 – 130"),
        ("<LowerLimit>60</LowerLimit>", "≥ 60"),
        ("<UpperLimit>130</UpperLimit>", "≤ 130"),
    ],
)
def test_a_reference_interval(limits, said):
    interval = (
        f"<ReferenceInterval><TypeOfInterval>fysiologisk</TypeOfInterval>{limits}</ReferenceInterval><ResultType>"
    )
    assert said in shown(changed(("<ResultType>", interval)))


def test_comments_keep_their_lines():
    data = changed(
        ("<RequisitionInformation>", "<RequisitionInformation><Comments>Første<Break/>Anden<Break/></Comments>")
    )
    assert re.search(r"Første\n +Anden", shown(data))
    assert "Første<br>Anden" in letters.html_fragment(good(data))


def test_nothing_of_a_letter_is_hidden():
    group = (
        "<RequisitionGroup><Identifier>NYRE</Identifier><IdentifierResponsible>OEB</IdentifierResponsible>"
        "<Name>Nyretal</Name></RequisitionGroup><Order>77</Order></Analysis>"
    )
    reference = "<Reference><RefDescription>Bilag</RefDescription><URL>https://lab.example/1</URL></Reference><ToLabIdentifier>KBH</ToLabIdentifier></Result>"
    number = "<Identifier>555</Identifier><IdentifierLocal>XYZ</IdentifierLocal>"
    copy = f"</Receiver><CCReceiver>{number}<UnitName>Etage 2</UnitName></CCReceiver>"
    data = changed(
        ("</Analysis>", group), ("</Result>", reference), ("</Receiver>", copy), (">XRPT01</Stat", ">EGEN</Stat")
    )
    letter = good(data)
    for page in (letters.show_text(letter), letters.show_html(letter)):
        for value in (
            "NYRE",
            "OEB",
            "Nyretal",
            "77",
            "Bilag",
            "https://lab.example/1",
            "KBH",
            "555",
            "XYZ",
            "Etage 2",
            "EGEN",
            "LAB1",
        ):
            assert value in page, value


def test_markup_in_values_stays_text():
    data = changed(("Ørby Sygehus", "&lt;script&gt;alert(1)&lt;/script&gt;"), ("BREV1", "&lt;b&gt;&quot;1"))
    letter = good(data)
    for page in (letters.show_html(letter), letters.html_fragment(letter), letters.tree_html(letter)):
        assert "<script" not in page
        assert "&lt;script&gt;" in page


def test_a_page_loads_nothing_and_runs_nothing():
    page = letters.show_html(good(xml()))
    assert not re.search(r"<script|<link|<img|<iframe|url\(|@import|javascript:|\son[a-z]+=", page)
    assert "http" not in page
    assert ' style="' not in letters.html_fragment(good(xml()))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_page_is_well_formed_with_headings_and_headers(version):
    page = html.fromstring(letters.show_html(good(xml(version))))
    assert page.xpath("count(//main)") == 1
    assert page.xpath("//h2|//h3")[0].tag == "h2"
    assert all(cell.get("scope") for cell in page.xpath("//th"))
    assert all(table.xpath("caption") for table in page.xpath("//table"))


def test_the_tree_shows_every_element_by_its_name_and_meaning():
    tree = letters.tree_html(good(xml()))
    assert '<span class="letter-name">EANIdentifier</span>' in tree
    assert '<span class="letter-value">5790000000005</span>' in tree
    assert name_label("EANIdentifier", "da") in tree


@pytest.mark.parametrize(
    ("version", "danish"),
    [("XC0330Q", "har modtaget"), ("XC0230Q", "har afvist"), ("XC0130Q", "kunne ikke aflevere")],
)
def test_a_receipt_says_what_happened_to_which_letter(version, danish):
    text = shown(xml(version))
    assert danish in text
    assert "BREV9" in text
    if version != "XC0330Q":
        assert "Dato mangler" in text
        assert word_label("syntaksfejl", "da") in text


@pytest.mark.parametrize(
    "word",
    [
        *tables.RESULT_STATUS,
        *tables.REPORT_STATUS,
        *tables.VALIDATION,
        *tables.REFUSALS,
        *tables.IDENTIFIER_WORDS_WITH_AMT,
    ],
)
def test_code_words_have_a_name_in_both_languages(word):
    assert all(WORDS[word])


def test_no_official_or_generated_letter_is_wider_than_a_terminal_or_has_words_of_the_schema_in_it(shared):
    found = [*shared.glob("medcom/official/samples/*/*"), *shared.glob("medcom/official/examples/*/*.xml")]
    found += shared.glob("medcom/generated/xml/*/00[0-9].xml")
    for path in sorted(found):
        for reading in letters.read(path.read_bytes()):
            if reading.letter is not None:
                text = letters.show_text(reading.letter)
                assert max(map(len, text.splitlines())) <= 100, path.name
                # One sender's own word has a low line.
                assert set(re.findall(r"\b[a-zæøå]+_[a-zæøå0-9_]+\b", text)) <= {"lok_kvalifik"}, path.name
