"""How a receipt is shown: a sentence, and what it answers."""

from __future__ import annotations

from labbro.letters.view import Field, Section, Teller

SENTENCES = {
    "PositiveReceipt": ("Modtageren har modtaget brevet.", "The receiver has accepted the letter."),
    "NegativeReceipt": ("Modtageren har afvist brevet.", "The receiver has rejected the letter."),
    "NegativeVansReceipt": (
        "VANS-leverandøren kunne ikke aflevere brevet.",
        "The VANS provider could not deliver the letter.",
    ),
}


def receipt_sections(teller: Teller) -> list[Section]:
    """What happened, to which letter, and why."""
    root = teller.root
    original = root.find("OriginalEmessage")
    teller.value(root, "Letter/VersionCode")
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
    sections = [Section(teller.say("Kvittering", "Receipt"), fields, notice=teller.say(*SENTENCES[root.name]))]
    for letter in original.all("OriginalLetter") if original is not None else ():
        about: list[Field] = []
        for name in ("OriginalLetterIdentifier", "OriginalVersionCode", "RefuseCode", "RefuseText"):
            about.extend(teller.field(letter, name))
        sections.append(Section(teller.say("Brev", "Letter"), tuple(about)))
    return sections
