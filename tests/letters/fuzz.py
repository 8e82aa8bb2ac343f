"""Spoils letters at random and reads them: nothing may raise, hang, or be written that does not read again.

    python -m tests.letters.fuzz [--count 20000] [--seed 1] [--file FILE ...]

A fault prints the seed of the one input that shows it; `--seed SEED --count 1` repeats it.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

from labbro import letters
from labbro.letters import Reading

from .building import VERSIONS, document, edi, interchange, letter_edi, letter_xml, xml
from .generating import Maker
from .generating import document as varied

SLOW_SECONDS = 5.0
EDIFACT_PIECES = [
    *(b"'", b"+", b":", b"?", b"''", b"?'", b"?\r", b"\r\n", b"\x00", b"\xff", b" ", b"*****", b"_", b"."),
    *(b"UNA:+.? '", b"UNB+", b"UNH+", b"UNT+", b"UNZ+", b"UNHX+", b"GIS+N'", b"GIS+M'", b"HAN+CDS'", b"STS++PR'"),
    *(b"S01+01'", b"S02+02'", b"S06+06'", b"S07+07'", b"S16+16'", b"S18+18'", b"S19+19'", b"S20+20'", b"S+'", b"S99'"),
    *(b"FTX+RIT+P00++a\\'", b"FTX+SPC+P0M++.'", b"FTX+BIN'", b"FTX+URL+P00++a:b\\'", b"FTX'", b"RSL'", b"NAD+SLA'"),
]
XML_PIECES = [
    *(b"<", b">", b"/>", b"&", b"&amp;", b"&#0;", b"&#xD;", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?a ?>", b"\x00"),
    *(
        b"<Result>",
        b"</Result>",
        b"<Value>",
        b"<Break/>",
        b"<Bold>",
        b' a="1"',
        b' xmlns=""',
        b"\xff",
        b"\xc3",
        b"stray",
    ),
    *(b"<!DOCTYPE a>", b"<Local_Elements/>", b'<?xml version="1.0" encoding="utf-16"?>', b"</Emessage>", b"<Emessage>"),
]


def seeds() -> list[bytes]:
    """Right letters in both syntaxes, plain and made."""
    found = [xml(version) for version in VERSIONS]
    found += [edi(code) for code in ("R0131K", "R0130K", "R0130F", "C0130Q", "C0230Q", "C0330Q")]
    found += [interchange(letter_edi(), letter_edi("R0130K")), document(letter_xml(), letter_xml()).encode()]
    for seed in range(24):
        letter = Maker(seed).letter(VERSIONS[seed % len(VERSIONS)])
        data, _ = letters.losses(letter, "edifact")
        found += [varied(letter, random.Random(seed)), *([data] if data else [])]
    return found


def spoilt(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """The bytes with one to five changes."""
    out = bytearray(data)
    pieces = XML_PIECES if data.lstrip(b"\xef\xbb\xbf\xff\xfe").startswith(b"<") else EDIFACT_PIECES
    mark = b">" if pieces is XML_PIECES else b"'"
    for _ in range(chance.randint(1, 5)):
        here = chance.randrange(len(out) + 1)
        until = min(len(out), here + chance.randrange(1, 60))
        change = chance.randrange(9)
        if change == 0:
            del out[here:until]
        elif change == 1:
            out[here:here] = out[here:until]
        elif change == 2:
            out[here : here + 1] = bytes([chance.randrange(256)])
        elif change in {3, 4}:
            out[here:here] = chance.choice(pieces)
        elif change == 5:
            other = chance.choice(others)
            begin = chance.randrange(len(other))
            out[here:here] = other[begin : begin + chance.randrange(300)]
        elif change == 6 and chance.random() < 0.2:
            del out[here:]
        else:
            out = bytearray(_moved(bytes(out), mark, chance))
    return bytes(out)


def _moved(data: bytes, mark: bytes, chance: random.Random) -> bytes:
    """Segments or tags dropped, doubled, moved."""
    parts = data.split(mark)
    part = parts.pop(chance.randrange(len(parts)))
    for _ in range(chance.choice((0, 1, 2))):
        parts.insert(chance.randint(0, len(parts)), part)
    return mark.join(parts)


def hold(data: bytes) -> list[Reading]:
    """Everything that is done with a letter; raises where something does not hold."""
    found = list(letters.read(data))
    assert found, "nothing was told"
    for reading in found:
        assert reading.ok or reading.findings
        assert all(finding.message and finding.message_da for finding in reading.findings)
        letter = reading.letter
        if letter is None:
            assert not reading.ok
            continue
        letters.show_text(letter, "da")
        letters.show_html(letter, "en")
        letters.tree_html(letter)
        if not reading.ok:
            continue
        assert letters.from_json(letters.to_json(letter)) == letter
        for syntax in ("xml", "edifact"):
            written, told = letters.losses(letter, syntax)
            if written is None:
                assert any(finding.severity == "error" for finding in told)
                continue
            if syntax == "edifact" and letter.version == "XR0130K/2005":
                continue  # read as the schema of 2007, which asks for more
            (again,) = letters.read(written)
            assert again.ok, (syntax, again.findings)
            if syntax == "xml":
                assert again.letter.root == letter.root
    return found


def run(first: int, count: int, inputs: list[bytes]) -> list[str]:
    """One sentence for each seed that shows a fault."""
    faults = []
    for seed in range(first, first + count):
        chance = random.Random(seed)
        data = spoilt(chance.choice(inputs), inputs, chance)
        start = time.monotonic()
        try:
            hold(data)
        except Exception as fault:
            faults.append(f"seed {seed}: {type(fault).__name__}: {str(fault)[:300]}")
        if time.monotonic() - start > SLOW_SECONDS:
            faults.append(f"seed {seed}: more than {SLOW_SECONDS} s for {len(data)} bytes")
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description="Spoils letters at random and reads them.")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", type=Path, action="append", default=[], help="further letters to start from")
    said = parser.parse_args()
    inputs = seeds() + [path.read_bytes() for path in said.file]
    faults = run(said.seed, said.count, inputs)
    print("\n".join([*faults, f"{said.count} inputs, {len(faults)} faults"]))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
