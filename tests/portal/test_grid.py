"""The table as HTML: every text escaped, every mark said in words, a proper table for those who do not see it."""

from __future__ import annotations

import datetime as dt

from lxml import html

from labbro.portal import grid
from labbro.portal.cumulated import build
from labbro.portal.filters import Filters
from labbro.portal.i18n import DANISH
from labbro.records.model import Code, ReferenceInterval

from .histories import history, potassium, stored


def table(*rows):
    view = build(history(*rows), Filters(), texts=DANISH, today=dt.date(2026, 5, 10))
    return html.fromstring(str(grid.table(view, DANISH)))


def said(element) -> str:
    """The words of an element, with single blanks."""
    return " ".join(" ".join(element.itertext()).split())


def test_a_value_links_to_what_is_behind_it() -> None:
    (link,) = table(stored(number=7)).xpath("//td/a")
    assert link.get("href") == f"values/{stored(number=7).letter_key.hex}/1"


def test_an_abnormal_value_is_marked_by_sign_word_and_class() -> None:
    (link,) = table(stored(potassium(value="5,1"))).xpath("//td/a")
    assert "high" in link.get("class").split()
    assert said(link) == "5,1 ▲ over"
    assert link.xpath("i/@aria-hidden") == ["true"]


def test_every_other_mark_has_a_word() -> None:
    told = {
        "afventer": stored(potassium(status="received", value=None)),
        "rettet": stored(potassium(status="corrected")),
        "foreløbig": stored(potassium(status="preliminary")),
        "uklar rettelse": stored(ambiguous=True),
        "uden samtykke": stored(consent_given=False),
        "med bemærkning": stored(potassium(comments=("hæmolyse",))),
        "3,6–4,6": stored(potassium(interval=ReferenceInterval(None, "3,6", "4,6")), number=2),
    }
    for word, row in told.items():
        others = [stored(number=5), stored(number=6)]
        assert any(word in said(cell) for cell in table(row, *others).xpath("//td")), word


def test_texts_from_letters_are_escaped() -> None:
    evil = Code("X1", "lokal", "OPD", "<script>alert(1)</script>", '"><img src=x>')
    page = table(
        stored(
            potassium(
                analysis=evil,
                value="<b>4</b>",
                unit="<u>&",
                interval=ReferenceInterval(None, "<1", "2", "<i>"),
            )
        )
    )
    assert not page.xpath("//script | //img | //u | //td//b[. = '4'] | //i[not(@aria-hidden)]")
    assert "<script>alert(1)</script>" in said(page)


def test_the_table_has_a_caption_heads_and_row_heads() -> None:
    page = table(stored(number=1), stored(number=2, sampled="2026-01-01 08:00"), stored(number=3, sampled=None))
    assert page.xpath("count(caption)") == 1
    assert len(page.xpath("//thead//th[@scope='col']")) == 4
    assert page.xpath("//thead//time/@datetime") == ["2026-05-06T07:08", "2026-01-01T08:00"]
    assert page.xpath("//tbody/tr/th[@scope='row']/a/@href")[0].startswith("rows/")
    assert said(page.xpath("//tbody/tr/th[@scope='row']")[0]) == "Kalium;P mmol/L Referenceinterval 3,5–4,4"


def test_each_filled_cell_knows_its_time_for_print_and_phone() -> None:
    assert table(stored(), stored(number=2, sampled=None)).xpath("//td/@data-at") == ["06.05.2026 07:08", "Tid ukendt"]


def test_no_style_and_no_script_is_written_into_the_page() -> None:
    page = table(stored(potassium(value="5,1", comments=("x",)), consent_given=False))
    assert not page.xpath("//@style | //script | //@*[starts-with(name(), 'on')]")
