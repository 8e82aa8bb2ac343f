"""The stock of numbers that a laboratory keeps: `Stock.open(path)`, `stock.take(3)`. See README.md."""

from labbro.numbers.stock.founding import Adopted, adopt
from labbro.numbers.stock.model import HandOut
from labbro.numbers.stock.stock import Stock

__all__ = ["Adopted", "HandOut", "Stock", "adopt"]
