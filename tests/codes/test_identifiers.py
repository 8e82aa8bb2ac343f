"""Identifiers of persons, organisations and requisitions: form, check digit, and what they say."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labbro.codes import cpr, cvr, gln, modulus, provider, requisition, shak, sor

# Published by MedCom for test systems; none passes modulus 11.
TEST_PERSONS = [
    ("2512489996", dt.date(1948, 12, 25), "female"),
    ("0201609995", dt.date(1960, 1, 2), "male"),
    ("0504909995", dt.date(1990, 4, 5), "male"),
    ("2103009996", dt.date(2000, 3, 21), "female"),
    ("1306249995", dt.date(2024, 6, 13), "male"),
    ("0211223989", dt.date(1922, 11, 2), "male"),
    ("3101229995", dt.date(2022, 1, 31), "male"),
]
DIGITS = st.text("0123456789", min_size=1, max_size=17)


@pytest.mark.parametrize(("number", "born", "sex"), TEST_PERSONS)
def test_a_cpr_says_birth_date_and_sex(number: str, born: dt.date, sex: str) -> None:
    said = cpr.read(number)
    assert said == cpr.CivilRegistration("cpr", born, sex, modulus_11_holds=False)


@pytest.mark.parametrize(("number", "born", "sex"), TEST_PERSONS)
def test_a_cpr_that_fails_modulus_11_is_well_formed_and_gives_no_remark(number: str, born: dt.date, sex: str) -> None:
    explanation = cpr.explain(number)
    assert explanation.well_formed
    assert explanation.check_digit == "fails"
    assert explanation.remarks == ()


@pytest.mark.parametrize(
    ("digit", "year", "expected"),
    [
        ("0", 99, 1999),
        ("3", 0, 1900),
        ("4", 36, 2036),
        ("4", 37, 1937),
        ("9", 36, 2036),
        ("9", 37, 1937),
        ("5", 57, 2057),
        ("8", 58, 1858),
        ("5", 99, 1899),
        ("8", 0, 2000),
        ("6", 37, 2037),
    ],
)
def test_the_seventh_digit_and_the_year_give_the_century(digit: str, year: int, expected: int) -> None:
    assert cpr.century(digit, year) + year == expected


@pytest.mark.parametrize("number", ["", "123", "3202701234", "2902711234", "1013701234", "25124899960", "٢٥١٢٤٨٩٩٩٦"])
def test_what_is_no_cpr_is_told_as_malformed(number: str) -> None:
    assert cpr.read(number) is None
    assert [remark.code for remark in cpr.explain(number).remarks] == ["CPR-form"]


def test_a_leap_day_exists_only_in_leap_years() -> None:
    assert cpr.read("2902001234") is None  # 1900 was no leap year
    assert cpr.read("2902041234") is not None
    assert cpr.read("2902005234") is not None  # 2000 was one


def test_the_unknown_number_is_recognised() -> None:
    assert cpr.read("0000000000") == cpr.CivilRegistration("unknown")
    assert [remark.code for remark in cpr.explain("0000000000").remarks] == ["CPR-unknown"]


def test_replacement_numbers_are_recognised_and_give_no_birth_date() -> None:
    assert cpr.read("0703921VJ4") == cpr.CivilRegistration("x-ecpr", sex="female")
    assert cpr.read("1206550VK9") == cpr.CivilRegistration("d-ecpr", sex="male")
    assert cpr.read("9906550VK9") is None


def test_numbers_are_compared_without_hyphen_and_written_with_it() -> None:
    assert cpr.normal(" 251248-9996 ") == "2512489996"
    assert cpr.written("2512489996") == "251248-9996"
    assert cpr.read("251248-9996") == cpr.read("2512489996")


def test_modulus_11_holds_for_a_number_made_to_hold() -> None:
    # 10 February 1903, serial chosen so that 4,3,2,7,6,5,4,3,2,1 sums to a multiple of 11; long dead or never issued.
    holding = [f"10020300{n:02d}" for n in range(100) if cpr.modulus_11_holds(f"10020300{n:02d}")]
    assert 8 <= len(holding) <= 10


@given(st.text(max_size=14))
def test_no_text_makes_the_cpr_reader_fail(text: str) -> None:
    said = cpr.read(text)
    assert (said is not None) == cpr.explain(text).well_formed


def test_age_is_counted_in_completed_years() -> None:
    assert cpr.age_years(dt.date(1960, 5, 2), dt.date(2026, 5, 1)) == 65
    assert cpr.age_years(dt.date(1960, 5, 2), dt.date(2026, 5, 2)) == 66


@pytest.mark.parametrize("number", ["5798002472264", "5790001382445"])
def test_a_good_gln_passes(number: str) -> None:
    assert gln.explain(number).check_digit == "holds"
    assert gln.explain(number).remarks == ()


@pytest.mark.parametrize("number", ["5790000123456", "5790000120400", "5790000128700", "5790000143055"])
def test_the_odd_glns_of_medcoms_samples_are_well_formed_with_a_remark(number: str) -> None:
    explanation = gln.explain(number)
    assert explanation.well_formed
    assert [remark.code for remark in explanation.remarks] == ["GLN-check-digit"]


@given(st.text("0123456789", min_size=12, max_size=12))
def test_a_made_gln_holds_and_any_other_last_digit_fails(digits: str) -> None:
    made = gln.make(digits)
    assert gln.explain(made).check_digit == "holds"
    other = made[:12] + str((int(made[12]) + 1) % 10)
    assert gln.explain(other).check_digit == "fails"


def test_a_foreign_gln_is_remarked() -> None:
    assert "GLN-not-danish" in [remark.code for remark in gln.explain(gln.make("400000000001")).remarks]


@pytest.mark.parametrize("code", ["275871000016006", "61741000016007", "1133181000016000"])
def test_a_good_sor_code_passes(code: str) -> None:
    assert sor.explain(code).check_digit == "holds"


def test_the_dummy_sor_code_of_the_danish_core_profiles_fails_and_is_well_formed() -> None:
    assert sor.explain("12345678901").well_formed
    assert sor.explain("12345678901").check_digit == "fails"


@given(st.integers(1, 99_999_999))
def test_a_made_sor_code_holds(number: int) -> None:
    assert sor.explain(sor.make(number)).check_digit == "holds"


@given(DIGITS, st.data())
def test_verhoeff_finds_every_single_wrong_digit_and_every_swap_of_neighbours(digits: str, data: st.DataObject) -> None:
    code = digits + modulus.verhoeff_check_digit(digits)
    place = data.draw(st.integers(0, len(code) - 2))
    wrong = str((int(code[place]) + data.draw(st.integers(1, 9))) % 10)
    assert not modulus.verhoeff_holds(code[:place] + wrong + code[place + 1 :])
    if code[place] != code[place + 1]:
        assert not modulus.verhoeff_holds(code[:place] + code[place + 1] + code[place] + code[place + 2 :])


@pytest.mark.parametrize("number", ["64942212", "26919991"])
def test_a_good_cvr_passes_and_a_changed_one_fails(number: str) -> None:
    assert cvr.explain(number).check_digit == "holds"
    assert cvr.explain(number[:-1] + str((int(number[-1]) + 1) % 10)).check_digit == "fails"


@pytest.mark.parametrize(
    "number",
    [
        "12501200000174",
        "12501200000182",
        "12501200000190",
        "12501200000204",
        "12501200000212",
        "12501200000220",
        "12501200000239",
        "95100000809965",
    ],
)
def test_the_legacy_numbers_of_general_practice_hold(number: str) -> None:
    assert requisition.holds(number)
    assert requisition.explain(number).check_digit == "holds"
    assert requisition.read_practice_number(number) == requisition.PracticeNumber(number[:6], number[6:13], number[13])


@pytest.mark.parametrize("number", ["125001200000255", "125001200000204"])
def test_a_number_of_15_digits_is_remarked_and_not_refused(number: str) -> None:
    explanation = requisition.explain(number)
    assert explanation.well_formed
    assert [remark.code for remark in explanation.remarks] == ["requisition-length"]
    assert requisition.read_practice_number(number) is None


@given(DIGITS)
def test_a_made_requisition_number_holds_unless_its_check_digit_would_be_ten(digits: str) -> None:
    made = requisition.make(digits)
    assert made is None or requisition.holds(made)


def test_one_number_in_eleven_is_never_issued() -> None:
    missing = sum(requisition.make(f"{n:07d}") is None for n in range(11_000))
    assert missing == 1_000


@given(st.integers(0, 999_999))
def test_a_provider_number_is_compared_as_number_and_printed_with_six_digits(number: int) -> None:
    assert provider.explain(str(number)).normal == f"{number:06d}"
    assert provider.explain(f"{number:06d}").normal == f"{number:06d}"


@pytest.mark.parametrize("text", ["", "1234567", "12a456"])
def test_what_is_no_provider_number_is_told(text: str) -> None:
    assert not provider.explain(text).well_formed


def test_a_hospital_code_names_hospital_department_and_section() -> None:
    assert shak.read("1301") == shak.HospitalUnit("1301")
    assert shak.read("130112") == shak.HospitalUnit("1301", "130112")
    assert shak.read("1301123") == shak.HospitalUnit("1301", "130112", "1301123")
    assert shak.read("130") is None
    assert shak.read("13011") is None
    assert [remark.code for remark in shak.explain("13011234").remarks] == ["SHAK-regional"]


@given(st.text(max_size=20))
def test_no_text_makes_an_explanation_fail(text: str) -> None:
    for module in (cpr, gln, sor, provider, shak, cvr, requisition):
        explanation = module.explain(text)
        assert explanation.well_formed or explanation.remarks


@given(st.integers(10_000, 10**16))
def test_no_remark_repeats_the_identifier(number: int) -> None:
    for module in (cpr, gln, sor, provider, shak, cvr, requisition):
        for remark in module.explain(str(number)).remarks:
            assert str(number) not in remark.message + remark.message_da
