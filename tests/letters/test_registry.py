"""A letter type is declared once, and everything follows from the declaration: one invented here is read, checked,
converted and shown without a line of code of its own."""

from __future__ import annotations

import pytest

from labbro import letters
from labbro.letters import Envelope, tables
from labbro.letters.form import Derived, Form, Presence, Texts, group, line
from labbro.letters.grammar import BREAKABLE, either, many, maybe, one
from labbro.letters.registry import Registry, registry
from labbro.letters.remarks import Rule, Source, Spot
from labbro.letters.standard import Standard, Version, namespace_of
from labbro.letters.values import BOOLEAN, DATE, TIME, constant, text, whole, words

MOMENT = (one("Date", DATE), one("Time", TIME))
TREE = (
    one(
        "Letter",
        one("Identifier", text(1, 14)),
        one("VersionCode", constant("XW0130N"), v="O"),
        one("VersionCode", constant("XW0131N"), v="N"),
        one("StatisticalCode", text(1, 8)),
        one("Authorisation", *MOMENT),
        one("TypeCode", constant("XWTR01")),
    ),
    one("Sender", one("EANIdentifier", text(1, 35))),
    one("Receiver", one("EANIdentifier", text(1, 35))),
    one(
        "Station",
        one("Name", text(1, 20)),
        maybe("Height", whole(0, 9000), v="N"),
        maybe("Open", one("Given", BOOLEAN), v="N"),
    ),
    many(
        "Reading",
        1,
        9,
        one("Sky", words("clear", "cloud")),
        one("Value", text(1, 8)),
        either(one("Remark", BREAKABLE), low=0, high=3),
    ),
)
SKY = Derived(
    lambda codes, _value: (
        [("Sky", word)] if (word := {"C": "clear", "O": "cloud"}.get(codes.get("~sky", ""))) else "unknown-code"
    ),
    lambda reading: {"~sky": {"clear": "C", "cloud": "O"}[reading.text("Sky") or ""]},
    ("~sky",),
    "Sky",
)
FORM = Form(
    message=("WEATHR", "D", "93A", "UN"),
    code="WTR01",
    items=(
        line("DTM+137:{Letter/Authorisation|minute}:203"),
        group(
            "S01",
            line("LOC+{Name}+{Height}"),
            Presence("HAN+CDS", "Open/Given", "false", "true", "N"),
            target="Station",
        ),
        group(
            "S02",
            line("MEA+{~sky}+{Value}"),
            SKY,
            Texts((("RMK", "Remark"),), joined=False, most=3),
            target="Reading",
            repeated=True,
        ),
    ),
)


def cold(root):
    for number, reading in enumerate(root.all("Reading"), 1):
        if (reading.text("Value") or "").startswith("-"):
            yield Spot(f"Reading[{number}]/Value", reading)


WEATHER = Standard(
    name="WTR01",
    type_code="XWTR01",
    danish="Vejrmelding",
    english="Weather report",
    kind="report",
    versions=(
        Version("XW0130N", "O", "XW0130N", "2005/08/07", "WeatherReport"),
        Version("XW0131N", "N", "XW0131N", "2014/10/08", "WeatherReport", newest=True),
    ),
    tree=TREE,
    form=FORM,
    rules=(Rule("no-unit", "Koldt.", "Cold.", Source("opdigtet", "invented"), notice=cold),),
)
KNOWN = Registry([WEATHER])
SEGMENTS = (
    "UNH+VEJR1+WEATHR:D:93A:UN:W0131N+WTR01'DTM+137:202405060708:203'S01+01'LOC+Fanø+12'HAN+CDS'"
    "S02+02'MEA+C+21'S02+02'MEA+O+-3'FTX+RMK+P00++Blæst'UNT+11+VEJR1'"
)
EDI = ("UNA:+.? 'UNB+UNOC:3+579:14+578:14+240506:0710+K1++++0'" + SEGMENTS + "UNZ+1+K1'").encode("latin-1")


def weather(data=EDI):
    (reading,) = letters.read(data, KNOWN)
    return reading


def test_it_is_read_from_edifact():
    reading = weather()
    assert (reading.ok, reading.standard, reading.version_code) == (True, "WTR01", "W0131N")
    root = reading.letter.root
    assert (root.name, root.text("Station/Name"), root.text("Station/Height")) == ("WeatherReport", "Fanø", "12")
    assert root.text("Station/Open/Given") == "false"
    assert [each.text("Sky") for each in root.all("Reading")] == ["clear", "cloud"]
    assert [each.text("Remark") for each in root.all("Reading")] == [None, "Blæst\n"]


def test_its_rules_are_asked():
    assert [(found.severity, found.code, found.path) for found in weather().findings] == [
        ("warning", "no-unit", "WeatherReport/Reading[2]/Value")
    ]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (b"MEA+C+", b"MEA+X+", "WeatherReport/Reading[1]/Sky"),
        (b"+12'", b"+9999'", "WeatherReport/Station/Height"),
        (b"LOC+Fan\xf8+12'", b"", "WeatherReport/Station/Name"),
    ],
)
def test_its_faults_are_told(old, new, path):
    data = EDI.replace(old, new).replace(b"UNT+11", b"UNT+10" if not new else b"UNT+11")
    assert path in [found.path for found in weather(data).findings if found.severity == "error"]


def test_it_is_written_in_both_syntaxes_and_comes_back():
    letter = weather().letter
    assert letters.write(letter, "edifact", KNOWN).data == EDI
    as_xml = letters.write(letter, "xml", KNOWN).data
    assert f'xmlns="{namespace_of("2014/10/08")}"'.encode() in as_xml
    assert weather(as_xml).letter.root == letter.root


def test_its_versions_differ_as_declared():
    old = weather(
        EDI.replace(b"W0131N", b"W0130N").replace(b"+12'", b"'").replace(b"HAN+CDS'", b"").replace(b"UNT+11", b"UNT+10")
    )
    assert (old.ok, old.letter.version) == (True, "XW0130N")
    assert old.letter.root.find("Station/Open") is None
    assert not weather(letters.write(weather().letter, "xml", KNOWN).data.replace(b"2014/10/08", b"2005/08/07")).ok


def test_it_is_said_in_json_and_made_from_it():
    letter = weather().letter
    assert letters.from_json(letters.to_json(letter, KNOWN), KNOWN) == letter
    made = letters.make(
        "XW0131N", Envelope("2024-05-06", "07:10", "K1"), letters.to_json(letter, KNOWN)["WeatherReport"], KNOWN
    )
    assert letters.check(made, KNOWN) == letters.check(letter, KNOWN)


@pytest.mark.parametrize("language", ["da", "en"])
def test_it_is_shown_with_everything_it_holds(language):
    for shown in (
        letters.show_text(weather().letter, language, KNOWN),
        letters.show_html(weather().letter, language, KNOWN),
    ):
        assert {"da": "Vejrmelding", "en": "Weather report"}[language] in shown
        assert all(value in shown for value in ("Fanø", "12", "21", "-3", "Blæst"))


def test_nobody_else_knows_it():
    (reading,) = letters.read(EDI)
    assert (reading.letter, [found.code for found in reading.findings]) == (None, ["not-supported"])


# --- the packaged declarations ---------------------------------------------------------------------------------------


def test_every_declared_version_has_its_own_key_root_and_edifact_code():
    keys = [version.key for standard in registry().standards for version in standard.versions]
    assert len(keys) == len(set(keys)) == len(registry().by_key)
    roots = [(version.namespace, version.root) for standard in registry().standards for version in standard.versions]
    assert len(roots) == len(set(roots))


def test_the_versions_of_rpt01_and_the_receipts_are_all_declared():
    assert {"XR0130K/2005", "XR0130K", "XR0131K", "XR0130F", "XC0130Q", "XC0230Q", "XC0330Q"} <= set(registry().by_key)


def test_edifact_of_r0130k_is_read_as_the_schema_of_2007():
    assert registry().by_edifact[("MEDRPT", "R0130K")].version.key == "XR0130K"


def test_every_path_of_an_edifact_form_is_declared_in_its_tree():
    for declared in registry().by_key.values():
        if declared.writer is not None:
            paths = {path.rstrip("/") for path in declared.writer.covered if "~" not in path}
            known = _paths(declared.model, "")
            missing = {path for path in paths if path not in known and not _in_another_version(declared, path)}
            assert not missing, (declared.version.key, missing)


def _paths(model, path):
    found = set()
    for name, inner in model.children.items():
        here = f"{path}/{name}" if path else name
        found.add(here)
        if inner.kind == "container":
            found |= _paths(inner, here)
    return found


def _in_another_version(declared, path):
    """Forms are declared for all versions at once: a path may exist in a sister version only."""
    sisters = [registry().by_key[version.key] for version in declared.standard.versions]
    return (
        any(path in _paths(sister.model, "") for sister in sisters)
        or path in {"Letter/TypeCode", ""}
        or path.endswith("IdentifierLocal")
    )


def test_every_word_of_the_tables_has_a_label():
    from labbro.letters.labels import WORDS

    for table in (
        tables.RESULT_STATUS,
        tables.REPORT_STATUS,
        tables.OPERATOR,
        tables.VALIDATION,
        tables.INTERVAL_TYPE,
        tables.REFUSALS,
    ):
        assert set(table) <= set(WORDS)
