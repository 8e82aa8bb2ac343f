"""Reports that take the place of others under a new number: which number all of them go by. Pure, order-independent.

MedCom's letters repeat the production number. European documents may too, or name the report that they replace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from labbro.records.model import Report

Number = tuple[str, str]


def numbers(reports: Iterable[Report]) -> Mapping[Number, str]:
    """By sender and production number, the number that stands for all editions; without one that replaces, nothing.

    It is the smallest of those that are linked, whichever came first.
    """
    links: dict[Number, Number] = {}

    def root(number: Number) -> Number:
        while links.get(number, number) != number:
            number = links[number]
        return number

    for report in reports:
        for replaced in report.replaces:
            sender = sender_of(report)
            low, high = sorted((root((sender, report.production_number)), root((sender, replaced))))
            links[low], links[high] = low, low
    return {number: root(number)[1] for number in links}


def sender_of(report: Report) -> str:
    """Who gave a report its number."""
    return report.sender.ean or report.sender.identifier
