"""An independent reader of what was printed: pdfium draws the pages, ZXing reads the bars.

For ZPL, which only a printer draws, a small interpreter of the few words we use; its patterns are reportlab's.
"""

from __future__ import annotations

import re

import pypdfium2
import zxingcpp
from PIL import Image, ImageDraw
from reportlab.graphics.barcode import code128 as patterns


def numbers_in_pdf(data: bytes, dpi: int = 300) -> list[list[str]]:
    """The Code 128 numbers of each page, from the top row to the bottom, from left to right."""
    document = pypdfium2.PdfDocument(data)
    return [_read(document[at].render(scale=dpi / 72, grayscale=True).to_pil()) for at in range(len(document))]


def numbers_in_zpl(text: str) -> list[str]:
    """The number of each format as its bars say it."""
    return [_read(_drawn(one))[0] for one in re.findall(r"\^XA.*?\^XZ", text, re.DOTALL)]


def _read(page: Image.Image) -> list[str]:
    found = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.Code128)
    placed = sorted(found, key=lambda one: (round(one.position.top_left.y / 100), one.position.top_left.x))
    return [one.text for one in placed]


def _drawn(label: str) -> Image.Image:
    width = int(re.search(r"\^PW(\d+)", label)[1])
    height = int(re.search(r"\^LL(\d+)", label)[1])
    left, top, module, tall, data = re.search(
        r"\^FO(\d+),(\d+)\^BY(\d+)\^BCN,(\d+),N,N,N\^FD([^^]+)\^FS", label
    ).groups()
    bars = _modules(_characters(data))
    assert int(left) + len(bars) * int(module) <= width
    assert int(top) + int(tall) <= height
    picture = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(picture)
    for at, black in enumerate(bars):
        if black:
            x = int(left) + at * int(module)
            draw.rectangle((x, int(top), x + int(module) - 1, int(top) + int(tall) - 1), fill=0)
    return picture


def _characters(data: str) -> list[int]:
    """Values of the symbol characters, by ZPL's marks: `>:` starts in B, `>;` in C, `>5` changes to C."""
    values: list[int] = []
    subset = ""
    rest = data
    while rest:
        mark = rest[:2]
        if mark in (">:", ">;"):
            subset, rest = ("B" if mark == ">:" else "C"), rest[2:]
            values.append(104 if subset == "B" else 105)
        elif mark == ">5":
            subset, rest = "C", rest[2:]
            values.append(99)
        elif subset == "C":
            values.append(int(rest[:2]))
            rest = rest[2:]
        else:
            values.append(ord(rest[0]) - 32)
            rest = rest[1:]
    check = (values[0] + sum(place * value for place, value in enumerate(values[1:], start=1))) % 103
    return [*values, check, 106]


def _modules(values: list[int]) -> list[bool]:
    """Bars and spaces; reportlab keeps each character as letters, upper case for bars, a = 1 module."""
    bars: list[bool] = []
    for value in values:
        for letter in patterns._patterns[value]:
            bars += [letter.isupper()] * (ord(letter.lower()) - ord("a") + 1)
    return bars
