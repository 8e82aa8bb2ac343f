"""Spoils letters of every type at random and reads them: nothing may raise, hang, or be written and not read again.

    python -m tests.letters.fuzz [--count 100000] [--seed 1] [--file FILE ...]

A fault prints the seed of the one input that shows it; `--seed SEED --count 1` repeats it. Some inputs are spoilt as
bytes, some as trees or segments before they are written, so that faults lie deep in letters that are right elsewhere.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from labbro import letters
from labbro.letters import Letter, Reading, reading, vans
from labbro.letters.checking import check_tree
from labbro.letters.registry import registry

from .building import VERSIONS, document, edi, interchange, letter_edi, letter_xml, xml
from .generating import Maker, spoiled
from .generating import document as varied

HANG_SECONDS = 10
LETTERS_A_VERSION = 3
PROGRESS = 50_000
# Of so many inputs one is also shown as a page and as a tree, which costs more than all the rest.
SHOWN = 10
EDIFACT_PIECES = [
    *(b"'", b"+", b":", b"?", b"''", b"?'", b"?\r", b"\r\n", b"\x00", b"\xff", b" ", b"*****", b"_", b"."),
    *(b"UNA:+.? '", b"UNB+", b"UNH+", b"UNT+", b"UNZ+", b"UNHX+", b"GIS+N'", b"GIS+M'", b"HAN+CDS'", b"STS++PR'"),
    *(b"S01+01'", b"S02+02'", b"S06+06'", b"S07+07'", b"S16+16'", b"S18+18'", b"S19+19'", b"S20+20'", b"S+'", b"S99'"),
    *(b"FTX+RIT+P00++a\\'", b"FTX+SPC+P0M++.'", b"FTX+BIN'", b"FTX+URL+P00++a:b\\'", b"FTX'", b"RSL'", b"NAD+SLA'"),
    *(
        b"INV+'",
        b"INV+MQ'",
        b"SEQ++1'",
        b"RFF+ASL:1'",
        b"RFF+'",
        b"PDI+1'",
        b"PNA+PAT'",
        b"ADR'",
        b"SPC+SKR'",
        b"CIN+'",
    ),
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
    *(
        b"<!-- a -->",
        b"\r",
        b"\r\n",
        b"\t",
        b"&#10;",
        b"&lt;",
        b"\xef\xbb\xbf",
        b"\xef\xbf\xbe",
        b"\x85",
        b"\xc2\xa0",
        b" ",
    ),
]
COMPONENTS = [
    "",
    " ",
    "0",
    "1",
    "-1",
    "99999",
    "x",
    "x" * 80,
    "?",
    "\\",
    ".",
    "*****",
    "æ",
    "NPU01807",
    "240230",
    "202402301299",
    "2561",
]


class Corpus(msgspec.Struct, frozen=True):
    """What is spoilt: right letters as bytes and as trees, in a fixed order."""

    inputs: list[bytes]
    letters: list[Letter]


def seeds() -> Corpus:
    """Right letters of every version in both syntaxes, plain and made, some in envelopes of VANS providers."""
    inputs = [xml(version) for version in VERSIONS]
    inputs += [edi(code) for code in ("R0131K", "R0130K", "R0130F", "C0130Q", "C0230Q", "C0330Q")]
    inputs += [interchange(letter_edi(), letter_edi("R0130K")), document(letter_xml(), letter_xml()).encode()]
    trees: list[Letter] = []
    for number, version in enumerate(registry().by_key):
        for seed in range(number * 100, number * 100 + LETTERS_A_VERSION):
            letter = Maker(seed).letter(version)
            trees.append(letter)
            data, _ = letters.losses(letter, "edifact")
            inputs += [varied(letter, random.Random(seed)), *([data] if data else [])]
    inputs += [_wrapped(letter, number) for number, letter in enumerate(trees[:: 2 * LETTERS_A_VERSION])]
    return Corpus(inputs, trees)


def _wrapped(letter: Letter, number: int) -> bytes:
    """A letter in a VANSEnvelope; one that has no location numbers gets them from the cover."""
    point = vans.EndPoint("5790000000012")
    uuid = f"00000000-0000-4000-8000-{number:012}"
    sent = datetime(2024, 5, 6, 7, 8, tzinfo=UTC)
    try:
        found = vans.wrap(
            letter, "xml", identifier=uuid, message_identifier=uuid, sent=sent, sender=point, receiver=point
        )
    except letters.CannotConvert:
        return xml()
    return found.data


def spoilt(corpus: Corpus, chance: random.Random) -> bytes:
    """An input of the corpus with one to five changes, of its bytes or of its structure."""
    way = chance.random()
    if way < 0.4:
        letter = chance.choice(corpus.letters)
        root = letter.root
        for _ in range(chance.choice((1, 1, 2, 3))):
            root = spoiled(root, chance)
        data = varied(Letter(letter.version, root, letter.envelope), chance)
        return data if way < 0.35 else _bytes_spoilt(data, corpus.inputs, chance)
    data = chance.choice(corpus.inputs)
    if way < 0.65 and not data.lstrip(b"\xef\xbb\xbf\xff\xfe").startswith(b"<"):
        return _segments_spoilt(data, chance)
    return _bytes_spoilt(data, corpus.inputs, chance)


def _segments_spoilt(data: bytes, chance: random.Random) -> bytes:
    """Segments whose components are changed, lost, doubled; and rows of segments that are moved, doubled or lost."""
    parts = data.decode("latin-1").split("'")
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(parts))
        until = min(len(parts), at + chance.choice((1, 1, 1, 2, 5, 20)))
        change = chance.randrange(7)
        if change == 0:
            del parts[at:until]
        elif change == 1:
            parts[at:at] = parts[at:until]
        elif change == 2:
            row = parts[at:until]
            del parts[at:until]
            here = chance.randint(0, len(parts))
            parts[here:here] = row
        else:
            parts[at] = _segment_spoilt(parts[at], chance)
        if not parts:
            break
    return "'".join(parts).encode("latin-1", "replace")


def _segment_spoilt(segment: str, chance: random.Random) -> str:
    elements = [element.split(":") for element in segment.split("+")]
    element = chance.choice(elements)
    at = chance.randrange(len(element))
    change = chance.randrange(6)
    if change == 0:
        element[at] = ""
    elif change == 1:
        element.insert(at, chance.choice(COMPONENTS))
    elif change == 2:
        elements.insert(chance.randint(0, len(elements)), [chance.choice(COMPONENTS)])
    elif change == 3:
        del element[at]
    else:
        element[at] = chance.choice(COMPONENTS)
    return "+".join(":".join(parts) for parts in elements)


def _bytes_spoilt(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
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


def hold(data: bytes, shown: bool = True) -> list[Reading]:
    """Everything that is done with a letter; raises where something does not hold."""
    found = list(letters.read(data))
    assert found, "nothing was told"
    # What is right went the quick way; a sample of the rest shows that faults are told the same whichever was tried.
    if found[0].syntax == "xml" and (shown or any(one.ok for one in found)):
        assert found == thoroughly(data), "the quick way and the thorough way differ"
    for one in found:
        assert one.ok or one.findings
        assert all(finding.message and finding.message_da for finding in one.findings)
        if one.letter is None:
            assert not one.ok or one.standard == "VANSEnvelope"
            continue
        if shown:
            letters.show_text(one.letter, "da")
            letters.show_html(one.letter, "en")
            letters.tree_html(one.letter)
        if one.ok:
            _hold_right(one.letter)
    return found


def thoroughly(data: bytes) -> list[Reading]:
    """What is read when no document may go the quick way."""
    ways = reading.read_plain, reading.read_canonical
    reading.read_plain = reading.read_canonical = lambda *_: None
    try:
        return list(letters.read(data))
    finally:
        reading.read_plain, reading.read_canonical = ways


def _hold_right(letter: Letter) -> None:
    """A right letter survives its JSON form, and what is written of it is right too."""
    declared = registry().by_key[letter.version]
    again = letters.from_json(letters.to_json(letter))
    # What an unpublished version may hold is not known for certain; its letters are right with misfits, too.
    assert again == letter or (not declared.version.public and check_tree(letter.root, declared.model))
    for syntax in ("xml", "edifact"):
        written, told = letters.losses(letter, syntax)
        if written is None:
            assert any(finding.severity == "error" for finding in told)
            continue
        if syntax == "edifact" and not declared.version.from_edifact:
            continue  # read as the next schema, which asks for more
        (again,) = letters.read(written)
        assert again.ok, (syntax, again.findings)
        if syntax == "xml":
            assert again.letter.root == letter.root


@contextmanager
def _hang_is_a_fault():
    def stop(_signal: int, _frame: object) -> None:
        raise TimeoutError(f"more than {HANG_SECONDS} s of processor time")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, HANG_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def run(first: int, count: int, corpus: Corpus, seen: Counter[str] | None = None) -> list[str]:
    """One sentence for each seed that shows a fault. `seen` counts what kinds of readings there were."""
    faults: list[str] = []
    begun = time.monotonic()
    for seed in range(first, first + count):
        data = spoilt(corpus, random.Random(seed))
        try:
            with _hang_is_a_fault():
                found = hold(data, seed % SHOWN == 0)
        except Exception as fault:
            faults.append(f"seed {seed}: {type(fault).__name__}: {str(fault)[:300]}")
            print(faults[-1], flush=True)
            continue
        if seen is not None:
            seen.update(f"{one.syntax} {one.standard or 'no letter'} {'ok' if one.ok else 'faulty'}" for one in found)
            done = seed - first + 1
            if not done % PROGRESS:
                print(f"{done} inputs, {len(faults)} faults, {time.monotonic() - begun:.0f} s", flush=True)
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description="Spoils letters at random and reads them.")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", type=Path, action="append", default=[], help="further letters to start from")
    said = parser.parse_args()
    corpus = seeds()
    corpus.inputs.extend(path.read_bytes() for path in said.file)
    seen: Counter[str] = Counter()
    begun = time.monotonic()
    faults = run(said.seed, said.count, corpus, seen)
    for kind, number in sorted(seen.items()):
        print(f"  {kind}: {number}")
    print(f"{said.count} inputs from seed {said.seed}, {len(faults)} faults, {time.monotonic() - begun:.0f} s")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
