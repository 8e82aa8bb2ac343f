"""CTL01-03 / XCTL01-03: receipts (EDIFACT CONTRL). Facts: receipts.md.

Versions: N XC0130Q (the VANS provider could not deliver), R XC0230Q (the receiver rejects), P XC0330Q (accepts).
"""

from __future__ import annotations

from labbro.letters import tables
from labbro.letters.form import HEAD, CodedText, Derived, Form, group, line
from labbro.letters.grammar import BREAKABLE, Word, many, maybe, one
from labbro.letters.parts import EAN
from labbro.letters.receipt_view import receipt_sections
from labbro.letters.remarks import GLN_CHECK_DIGIT, GLN_FORM
from labbro.letters.standard import Standard, Version
from labbro.letters.tree import Element
from labbro.letters.values import constant, text, words

REFUSAL: tuple[Word, ...] = (
    maybe("RefuseCode", words(*tables.REFUSALS), v="NR"),
    maybe("RefuseText", BREAKABLE, v="NR"),
)

TREE = (
    one(
        "Letter",
        one("Identifier", text(1, 14)),
        one("VersionCode", constant("XC0130Q"), v="N"),
        one("VersionCode", constant("XC0230Q"), v="R"),
        one("VersionCode", constant("XC0330Q"), v="P"),
        one("StatisticalCode", text(1, 8)),
    ),
    one("Sender", EAN),
    one("Receiver", EAN),
    one(
        "OriginalEmessage",
        one("OriginalEnvelopeIdentifier", text(1, 14)),
        one("OriginalSender", EAN),
        one("OriginalReceiver", EAN),
        *REFUSAL,
        many(
            "OriginalLetter",
            0,
            99,
            one("OriginalLetterIdentifier", text(1, 14)),
            one("OriginalVersionCode", text(1, 7)),
            *REFUSAL,
        ),
    ),
)


# First letter of a version code to message type; the last two are those of MedCom's letters outside this set.
MESSAGE_TYPES = {"R": "MEDRPT", "Q": "MEDREQ", "C": "CONTRL", "H": "MEDREF", "D": "MEDDIS"}


def _message_type(letter: Element) -> dict[str, str]:
    """UCM 2.1 from the version code of the letter it answers."""
    code = letter.text("OriginalVersionCode") or ""
    kind = MESSAGE_TYPES.get(code.removeprefix("X")[:1])
    return {"~type": "Ukendt" if kind is None else f"X{kind}" if code.startswith("X") else kind}


def _form(code: str, status: str) -> Form:
    reason = CodedText(tables.REFUSALS, "RefuseCode", "RefuseText", versions="NR")
    return Form(
        message=("CONTRL", "D", "93A", "ZZ"),
        code=code,
        asks_receipt=False,
        items=(
            line(
                "UCI+{OriginalEmessage/OriginalEnvelopeIdentifier}+{OriginalEmessage/OriginalSender/EANIdentifier}:14"
                f"+{{OriginalEmessage/OriginalReceiver/EANIdentifier}}:14+{status}"
            ),
            CodedText(tables.REFUSALS, "OriginalEmessage/RefuseCode", "OriginalEmessage/RefuseText", versions="NR"),
            group(
                "UCM",
                line(f"UCM+{{OriginalLetterIdentifier}}+{{~type}}:D:93A:UN:{{OriginalVersionCode}}+{status}"),
                Derived(lambda _codes, _value: [], _message_type, ("~type",), ""),
                reason,
                target="OriginalEmessage/OriginalLetter",
                opens="UCM",
                repeated=True,
                after=HEAD,
            ),
        ),
    )


def _standard(name: str, mark: str, version: str, root: str, status: str, danish: str, english: str) -> Standard:
    return Standard(
        name=name,
        type_code=f"X{name}",
        danish=danish,
        english=english,
        kind="receipt",
        versions=(Version(version, mark, version, "2005/08/07", root, newest=True),),
        tree=TREE,
        form=_form(name, status),
        # CTL01 is sent by a VANS provider, which has a name of its own and no location number.
        rules=() if name == "CTL01" else (GLN_FORM, GLN_CHECK_DIGIT),
        sections=receipt_sections,
    )


STANDARD = (
    _standard("CTL01", "N", "XC0130Q", "NegativeVansReceipt", "4", "Negativ VANS-kvittering", "Negative VANS receipt"),
    _standard("CTL02", "R", "XC0230Q", "NegativeReceipt", "4", "Negativ kvittering", "Negative receipt"),
    _standard("CTL03", "P", "XC0330Q", "PositiveReceipt", "7", "Positiv kvittering", "Positive receipt"),
)
