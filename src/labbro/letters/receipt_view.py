"""How a receipt is shown: a sentence, and what it answers."""

from __future__ import annotations

from labbro.letters.labels import word_label
from labbro.letters.tree import Element
from labbro.letters.view import Field, Section, Teller

# What happened: {who} is the sender of the receipt, {what} the letter or letters, {to} who sent them.
SENTENCES = {
    "PositiveReceipt": (
        "Modtageren {who} har modtaget {what} fra {to}.",
        "The receiver {who} has accepted {what} from {to}.",
    ),
    "NegativeReceipt": (
        "Modtageren {who} har afvist {what} fra {to}{why}.",
        "The receiver {who} has rejected {what} from {to}{why}.",
    ),
    "NegativeVansReceipt": (
        "VANS-leverandøren {who} kunne ikke aflevere {what} fra {to}{why}.",
        "The VANS provider {who} could not deliver {what} from {to}{why}.",
    ),
}
# The code of statistics of a receipt, which says no more than its version.
_OWN_STATISTICS = frozenset({"XCTL01", "XCTL02", "XCTL03"})


def receipt_sections(teller: Teller) -> list[Section]:
    """What happened, to which letter, and why."""
    root = teller.root
    original = root.find("OriginalEmessage")
    teller.value(root, "Letter/VersionCode")
    if root.text("Letter/StatisticalCode") in _OWN_STATISTICS:
        teller.value(root, "Letter/StatisticalCode")
    fields = (
        *teller.field(root, "Sender/EANIdentifier", "Afsender af kvitteringen", "Sender of the receipt"),
        *teller.field(root, "Receiver/EANIdentifier", "Modtager af kvitteringen", "Receiver of the receipt"),
        *teller.field(root, "Letter/Identifier", "Kvitteringens nummer", "Receipt's number"),
        *teller.field(original, "OriginalEnvelopeIdentifier"),
        *teller.field(original, "OriginalSender/EANIdentifier", "Oprindelig afsender", "Original sender"),
        *teller.field(original, "OriginalReceiver/EANIdentifier", "Oprindelig modtager", "Original receiver"),
        *teller.field(original, "RefuseCode"),
        *teller.field(original, "RefuseText"),
    )
    sections = [Section(teller.say("Kvittering", "Receipt"), fields, text=_sentence(teller, original))]
    for letter in original.all("OriginalLetter") if original is not None else ():
        about: list[Field] = []
        for name in ("OriginalLetterIdentifier", "OriginalVersionCode", "RefuseCode", "RefuseText"):
            about.extend(teller.field(letter, name))
        sections.append(Section(teller.say("Brev", "Letter"), tuple(about)))
    return sections


def _sentence(teller: Teller, original: Element | None) -> str:
    """The whole receipt in a sentence."""
    root = teller.root
    found = list(original.all("OriginalLetter")) if original is not None else []
    numbers = [
        f"{one.text('OriginalLetterIdentifier') or '?'} ({one.text('OriginalVersionCode') or '?'})" for one in found
    ]
    envelope = original.text("OriginalEnvelopeIdentifier") if original is not None else None
    if len(numbers) == 1:
        what = teller.say(f"brevet {numbers[0]}", f"the letter {numbers[0]}")
    elif numbers:
        what = teller.say(f"brevene {', '.join(numbers)}", f"the letters {', '.join(numbers)}")
    else:
        what = teller.say(f"kuverten {envelope or '?'}", f"the envelope {envelope or '?'}")
    reasons = dict.fromkeys(
        word_label(code, teller.language)
        for holder in (original, *found)
        if holder is not None and (code := holder.text("RefuseCode"))
    )
    return teller.say(*SENTENCES[root.name]).format(
        who=root.text("Sender/EANIdentifier") or "?",
        what=what,
        to=root.text("Receiver/EANIdentifier") or "?",
        why=f": {', '.join(reasons)}" if reasons else "",
    )
