"""Where the versions stand: which have been followed by another, and since when nobody is approved to send them.

The figures are ours, counted from MedCom's public tables of approved systems (repository medcomdk/GodkendteSystemer;
state of 9 July 2026, changes since 12 July 2024). They say what is approved, not what is sent: a warning, never more.
No clock is asked: a letter is judged by the day it was written.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from labbro.letters.remarks import Rule, Source, Spot
from labbro.letters.tree import Element

# The public record begins with the first of these days and ends with the last.
RECORD_FROM, RECORD_TO = "2024-07-12", "2026-07-09"
APPROVALS = Source(
    f"MedComs tabeller over godkendte systemer, {RECORD_FROM} til {RECORD_TO} (beslutning 0061)",
    f"MedCom's tables of approved systems, {RECORD_FROM} to {RECORD_TO} (decision 0061)",
)


class Standing(msgspec.Struct, frozen=True):
    """A version that another has followed: its key, the code of the one after it, systems approved for the old one.

    `until` is the day from which no system is known to be approved to send it (`RECORD_FROM`: then or earlier); None
    where some still are.
    """

    key: str
    followed_by: str
    senders: int
    receivers: int
    until: str | None


STANDINGS = (
    Standing("XR0130K/2005", "XR0131K", 0, 0, RECORD_FROM),
    Standing("XR0130K", "XR0131K", 2, 11, None),
    Standing("XR0230M/2005", "XR0231M", 0, 0, RECORD_FROM),
    Standing("XR0230M", "XR0231M", 0, 8, RECORD_FROM),
    Standing("XR0330P", "XR0331P", 0, 8, RECORD_FROM),
    Standing("XR0430P", "XR0432P", 0, 9, RECORD_FROM),
    Standing("XR0431P", "XR0432P", 0, 2, RECORD_FROM),
    Standing("XR0530M", "XR0532M", 0, 0, RECORD_FROM),
    Standing("XR0531M", "XR0532M", 3, 1, None),
    Standing("XR0730G", "XR0731G", 0, 0, RECORD_FROM),
    Standing("XQ0130K", "XQ0131K", 0, 0, RECORD_FROM),
    # In the course of 2009 microbiology requests became part of REQ01 (req02.md).
    Standing("XQ0230M", "XQ0131K", 0, 0, "2010-01-01"),
    Standing("XQ0330P", "XQ0331P", 0, 1, RECORD_FROM),
)


class Replacement(msgspec.Struct, frozen=True):
    """A letter type that another does the work of since a day, with the systems approved to receive each "
    "on that day."""

    name: str
    by: str
    since: str
    receivers: int
    receivers_of_new: int


# No day of replacement is published; the first day of the record is one on which more systems could receive XR0532M
# than R0231M. On the last day 21 and 11 could; three may still send RPT02, and XRPT02 as XML was never approved.
MICROBIOLOGY = Replacement("RPT02", "XRPT05", RECORD_FROM, 11, 15)


def _written(root: Element) -> tuple[str, Element] | None:
    """The day a letter was written, ccyy-mm-dd, and the element that names its version."""
    day, version = root.text("Letter/Authorisation/Date"), root.find("Letter/VersionCode")
    return None if day is None or version is None else (day, version)


def _old_version(standing: Standing, until: str) -> Rule:
    def notice(root: Element) -> Iterator[Spot]:
        found = _written(root)
        if found is not None and found[0] >= until:
            yield Spot("Letter/VersionCode", found[1], {"name": standing.followed_by, "found": until})

    return Rule(
        "old-version",
        "Versionen er afløst, og siden den angivne dag er intet system godkendt til at sende den. "
        "Modtagere skal stadig "
        "kunne læse den. Brevets egen dato afgør det.",
        "The version has been followed by another, and since the given day no system is approved to send "
        "it. Receivers "
        "must still be able to read it. The letter's own date decides.",
        APPROVALS,
        notice=notice,
        versions=(standing.key,),
    )


# One for each version that nobody is approved to send any more.
OLD_VERSIONS = tuple(_old_version(standing, standing.until) for standing in STANDINGS if standing.until is not None)


def microbiology_of_old(root: Element) -> Iterator[Spot]:
    """RPT02 that was written after XRPT05 had become what most systems receive."""
    found = _written(root)
    if found is not None and found[0] >= MICROBIOLOGY.since:
        yield Spot("Letter/TypeCode", root.find("Letter/TypeCode") or found[1], {"found": MICROBIOLOGY.since})


RPT02_AFTER_XRPT05 = Rule(
    "rpt02-after-xrpt05",
    f"Mikrobiologisvar sendes nu som XRPT05. Fra {MICROBIOLOGY.since} var {MICROBIOLOGY.receivers_of_new} "
    "systemer godkendt "
    f"til at modtage XRPT05 (XR0532M) og {MICROBIOLOGY.receivers} til RPT02 (R0231M): en modtager kan "
    "mangle RPT02. Enkelte "
    "systemer er stadig godkendt til at sende RPT02.",
    f"Microbiology is answered as XRPT05 now. From {MICROBIOLOGY.since} {MICROBIOLOGY.receivers_of_new} "
    "systems were approved "
    f"to receive XRPT05 (XR0532M) and {MICROBIOLOGY.receivers} RPT02 (R0231M): a receiver may be without "
    "RPT02. A few systems "
    "are still approved to send RPT02.",
    APPROVALS,
    notice=microbiology_of_old,
)
