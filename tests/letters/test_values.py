"""Kinds of value, with the meaning of the official schemas (facts: valuelists.md, 10; medcom/README.md)."""

from __future__ import annotations

import pytest

from labbro.letters import tables
from labbro.letters.values import BOOLEAN, DATE, TIME, TRUE, UUID, constant, is_true, matching, text, whole, words


def fault(value, found):
    return value.checker()(found)


@pytest.mark.parametrize(
    ("found", "told"),
    [("a", None), ("abc", None), (" b ", None), ("", "empty-value"), ("abcd", "too-long"), ("æøå", None)],
)
def test_a_text_has_a_length_in_characters_and_blanks_count(found, told):
    assert fault(text(1, 3), found) == told


def test_a_text_may_be_too_short_or_allowed_to_be_empty():
    assert fault(text(10, 10), "123456789") == "too-short"
    assert fault(text(0, 9), "") is None


@pytest.mark.parametrize("found", ["iupac ", " iupac", "IUPAC", ""])
def test_words_have_no_blanks_around_them(found):
    assert fault(words("iupac", "lokal"), found) == "not-in-list"
    assert fault(constant("XRPT01"), found) == "not-in-list"


@pytest.mark.parametrize(
    "found",
    [
        "2024-02-29",
        "2000-02-29",
        "0001-01-01",
        "12024-05-06",
        "-2024-05-06",
        "2024-05-06Z",
        "2024-05-06+14:00",
        "2024-05-06-13:59",
    ],
)
def test_dates_that_the_schema_accepts(found):
    assert fault(DATE, found) is None


@pytest.mark.parametrize(
    "found",
    [
        *(
            "",
            "2023-02-29",
            "1900-02-29",
            "2024-04-31",
            "2024-13-01",
            "2024-00-10",
            "2024-05-00",
            "24-05-06",
            "2024-5-6",
        ),
        *(" 2024-05-06", "2024-05-06 ", "2024-05-06\n", "0000-05-06", "02024-05-06", "2024-05-06+14:01", "2024-05-06z"),
        *("06-05-2024", "20240506", "2024-05-06T07:08", "２０２４-05-06", "2024-05-06+2:00"),
    ],
)
def test_dates_that_it_refuses(found):
    assert fault(DATE, found) == "not-a-date"


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ("00:00", None),
        ("23:59", None),
        ("24:00", "wrong-form"),
        ("7:08", "wrong-form"),
        (" 07:08", "wrong-form"),
        ("07:08:00", "wrong-form"),
        ("07:60", "wrong-form"),
        ("٠٧:٠٨", "wrong-form"),
    ],
)
def test_times_are_a_plain_pattern(found, told):
    assert fault(TIME, found) == told


@pytest.mark.parametrize("found", ["true", "false", "1", "0", " true", "0\n"])
def test_booleans_have_four_spellings_and_blanks_around_them_do_not_count(found):
    assert fault(BOOLEAN, found) is None


@pytest.mark.parametrize(("found", "told"), [("true", None), (" true\n", None), ("1", "not-in-list")])
def test_a_boolean_that_may_only_be_true(found, told):
    assert fault(TRUE, found) == told


@pytest.mark.parametrize("found", ["TRUE", "ja", "", "2", "True", "tr ue"])
def test_nothing_else_is_a_boolean(found):
    assert fault(BOOLEAN, found) == "not-a-boolean"


@pytest.mark.parametrize(
    ("found", "meaning"), [("true", True), ("1", True), (" 1 ", True), ("false", False), ("0", False), ("", False)]
)
def test_what_a_boolean_means(found, meaning):
    assert is_true(found) is meaning


@pytest.mark.parametrize(
    ("found", "told"),
    [
        *(
            ("1", None),
            ("999", None),
            ("+7", None),
            ("007", None),
            (" 7 ", None),
            ("000000000000000000000000000007", None),
        ),
        *(("0", "number-outside"), ("1000", "number-outside"), ("-1", "number-outside"), ("-0", "number-outside")),
        *(
            ("1.0", "not-a-number"),
            ("", "not-a-number"),
            ("1e2", "not-a-number"),
            ("٧", "not-a-number"),
            ("1 2", "not-a-number"),
        ),
    ],
)
def test_whole_numbers(found, told):
    assert fault(whole(1, 999), found) == told


def test_a_number_of_a_million_digits_costs_nothing():
    assert fault(whole(1), "9" * 1_000_000) == "number-outside"


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ("0a1B2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f", None),
        ("{0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f}", "wrong-form"),
        ("x", "wrong-form"),
    ],
)
def test_object_numbers_of_2012_and_later(found, told):
    assert fault(UUID, found) == told


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ("0000000000", None),
        ("9999999999", None),
        ("010270-1234", "wrong-form"),
        ("٠١٢٣٤٥٦٧٨٩", "wrong-form"),
        ("123456789", "wrong-form"),
    ],
)
def test_a_cpr_number_is_just_ten_digits(found, told):
    assert fault(matching("[0-9]{10}"), found) == told


@pytest.mark.parametrize("value", [text(1, 3), words("a"), matching("x"), whole(1), DATE, BOOLEAN])
def test_every_kind_says_what_it_expects_in_two_languages(value):
    assert value.describe()
    assert value.describe("da") != value.describe()


# --- lists by year (facts: valuelists.md, 6 and 7) -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "count"), [(2005, 72), (2006, 72), (2007, 73), (2011, 73), (2012, 72), (2013, 73), (2014, 95)]
)
def test_every_schema_has_its_own_number_of_specialities(year, count):
    assert len(tables.speciality_words(year)) == count


def test_pathology_practice_ends_in_a_blank_before_2014():
    for year in (2005, 2006, 2007, 2011, 2012, 2013):
        assert "patologi " in tables.speciality_words(year)
        assert "patologi" not in tables.speciality_words(year)
    assert "patologi" in tables.speciality_words(2014)
    assert "patologi " not in tables.speciality_words(2014)


def test_codes_of_specialities_are_unique():
    codes = [item.code for item in tables.SPECIALITIES]
    assert len(codes) == len(set(codes)) == 95


@pytest.mark.parametrize(
    ("year", "missing"),
    [(2005, {"fnx"}), (2006, {"plo", "fnx"}), (2007, {"fnx"}), (2011, {"fnx"}), (2012, set()), (2014, set())],
)
def test_object_extensions_by_year(year, missing):
    assert set(tables.OBJECT_EXTENSIONS) - set(tables.extension_words(year)) == missing
    assert len(tables.OBJECT_EXTENSIONS) == 26


def test_the_tables_are_those_of_the_facts(shared):
    """Every speciality of the facts, with its code, word and year."""
    rows = [
        line.split("|")[1:-1]
        for line in (shared / "facts" / "letters" / "edifact.md").read_text().splitlines()
        if line.startswith("| ")
    ]
    said = {
        (row[0].strip(), row[1].strip().strip("`"), row[3].strip())
        for row in rows
        if len(row) == 5 and row[3].strip().isdigit()
    }
    ours = {(item.code, item.word, str(item.since_year)) for item in tables.SPECIALITIES}
    assert said == ours
