"""What the documents say of the stock is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CODE = ROOT / "src" / "labbro" / "numbers" / "stock"


def test_every_problem_of_the_stock_has_a_row() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in CODE.glob("*.py"))
    codes = set(re.findall(r'code="([a-z-]+)"', source)) | set(
        re.findall(r'^    "([a-z-]+)": \($', source, re.MULTILINE)
    )
    text = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"`([a-z-]+)`", text))
    words = {"stock", "service", "hold"}  # kinds of warnings, of the same shape
    assert {code for code in codes - words if "-" in code or code == "closed"} <= rows


def test_every_command_of_the_readme_exists() -> None:
    from labbro.commands.stock import stock

    known = {command.name or command.callback.__name__ for command in stock.registered_commands if command.callback}
    texts = [
        (CODE / "README.md").read_text(encoding="utf-8"),
        (ROOT / "docs" / "problems.md").read_text(encoding="utf-8"),
    ]
    used = {word for text in texts for word in re.findall(r"labbro stock ([a-z-]+)", text)}
    assert used <= known
