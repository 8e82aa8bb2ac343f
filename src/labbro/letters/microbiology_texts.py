"""What the pages of microbiology letters share: texts with codes, antibiotics by isolates with S/I/R in words."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from labbro.letters.report_view import reference_text
from labbro.letters.tree import Element
from labbro.letters.view import Field, Row, Section, Table, Teller, party

# More isolates than this are columns by their number alone; the table of isolates above tells their names.
NAMED_COLUMNS = 3
OPERATORS = {"mindre_end": "< ", "stoerre_end": "> "}
SUSCEPTIBILITY = {
    "S": ("følsom", "susceptible"),
    "I": ("intermediær", "intermediate"),
    "R": ("resistent", "resistant"),
}


class Cell(msgspec.Struct, frozen=True):
    """What one antibiotic does to one isolate, by their numbers."""

    isolate: int
    antibiotic: int
    said: str


def susceptibility_table(
    teller: Teller, isolates: dict[int, str], antibiotics: dict[int, Row], cells: Iterable[Cell]
) -> tuple[Table, tuple[Field, ...]]:
    """Antibiotics by isolates, and what has no place in the table. A row holds an antibiotic's name and notes."""
    told: dict[tuple[int, int], str] = {}
    lost: list[Field] = []
    for cell in cells:
        place = (cell.isolate, cell.antibiotic)
        if cell.isolate in isolates and cell.antibiotic in antibiotics:
            told[place] = f"{told[place]} / {cell.said}" if place in told else cell.said
        else:
            isolate = isolates.get(cell.isolate, f"{teller.say('isolat', 'isolate')} {cell.isolate}")
            row = antibiotics.get(cell.antibiotic)
            name = row.cells[0] if row else f"{teller.say('antibiotikum', 'antibiotic')} {cell.antibiotic}"
            lost.append(Field(teller.say("Uden plads i skemaet", "Without a place"), f"{isolate}, {name}: {cell.said}"))
    named = len(isolates) <= NAMED_COLUMNS
    header = [f"{number} {name}" if named else str(number) for number, name in isolates.items()]
    rows = [
        Row((*row.cells, *(told.get((isolate, antibiotic), "–") for isolate in isolates)), row.notes)
        for antibiotic, row in antibiotics.items()
    ]
    return Table((teller.say("Antibiotikum", "Antibiotic"), *header), tuple(rows)), tuple(lost)


def susceptibility_word(teller: Teller, code: str) -> str:
    """S, I or R with its meaning; whatever else a laboratory writes stands as it is."""
    word = SUSCEPTIBILITY.get(code.strip().upper())
    return code if word is None else f"{code} {teller.say(*word)}"


def paragraphs(teller: Teller, holder: Element | None) -> str:
    """The lines of a text of paragraphs."""
    if holder is None:
        return ""
    return "\n".join(teller.element(line) for line in holder.all("Paragraph"))


def protected(element: Element) -> bool:
    """Whether a sender marked this as not for everybody (facts: rpt06.md, d; the number's meaning is not public)."""
    return is_above_zero(element.text("Protected") or "")


def is_above_zero(number: str) -> bool:
    """Whether a whole number in any spelling of XML Schema is another than 0."""
    return number.strip().lstrip("+-0") != ""


def place_number(said: str, otherwise: int = 0) -> int:
    """The number of a row or column; letters with faults may say anything there."""
    digits = said.strip().removeprefix("+")
    return int(digits) if digits.isdecimal() and len(digits) < 10 else otherwise


def said(teller: Teller, element: Element | None) -> str:
    """A text that may have a code: the text alone, or that it is protected."""
    if element is None:
        return ""
    if protected(element):
        teller.tell(element)
        return teller.say("(beskyttet af afsenderen)", "(protected by the sender)")
    teller.value(element, "Protected")
    text = element.find("Text")
    in_paragraphs = text is not None and text.find("Paragraph") is not None
    return paragraphs(teller, text) if in_paragraphs else teller.value(element, "Text")


def code_of(teller: Teller, element: Element | None) -> str:
    """The code of a text, with its table and who is responsible for it."""
    code = teller.joined(element, ("Code", "CodeType", "CodeResponsible", "CodeQualifier"))
    return "" if element is not None and protected(element) else code


def said_with_code(teller: Teller, element: Element | None) -> str:
    """The text and its code on one line."""
    code, text = code_of(teller, element), said(teller, element)
    return f"{text} ({code})" if code else text


def code_note(teller: Teller, element: Element | None) -> tuple[Field, ...]:
    code = code_of(teller, element)
    return (Field(teller.say("Kode", "Code"), code),) if code else ()


def comments(teller: Teller, holder: Element | None, name: str = "Comments") -> tuple[Field, ...]:
    """Comments, each a text that may have a code."""
    label = teller.say("Kommentar", "Comment")
    return tuple(Field(label, said_with_code(teller, each)) for each in (holder.all(name) if holder else ()))


def one_line(text: str) -> str:
    """The lines of a text as they may stand in a cell."""
    return " / ".join(line for line in text.split("\n") if line.strip())


def measured(teller: Teller, holder: Element | None) -> str:
    """Operator, value and unit; 'not stated' and 'equal' need no sign."""
    if holder is None:
        return ""
    operator = OPERATORS.get(holder.text("Operator") or "", "")
    teller.value(holder, "Operator")
    return f"{operator}{teller.joined(holder, ('Value', 'Unit'), ' ')}"


def references(teller: Teller, holder: Element) -> tuple[Field, ...]:
    """Pictures, pages and other things that a finding refers to."""
    label = teller.say("Henvisning", "Reference")
    return tuple(Field(label, reference_text(teller, each)) for each in holder.all("Reference"))


def prompts(teller: Teller) -> list[Section]:
    """Questions and their answers, of a request or of a report that repeats them."""
    fields: list[Field] = []
    for prompt in (*teller.root.all("LaboratoryResults/Prompt"), *teller.root.all("Requests/Prompt")):
        question = prompt.find("Question")
        code = teller.joined(question, ("Code", "CodeType", "CodeResponsible"))
        answer = [teller.element(each) for part in prompt.all("Answer") for each in part.children]
        fields.append(Field(f"{teller.value(question, 'CodeText')} ({code})", ", ".join(answer)))
    return [Section(teller.say("Spørgsmål og svar", "Questions and answers"), tuple(fields))] if fields else []


def parties(teller: Teller) -> list[Section]:
    """Sender, receiver and copy receiver; of a request also who pays and who takes the sample."""
    sections: list[Section] = []
    titles = (
        ("Sender", "Afsender", "Sender"),
        ("Receiver", "Modtager", "Receiver"),
        ("CCReceiver", "Kopi til", "Copy to"),
        ("Payer", "Betaler", "Payer"),
        ("Collector", "Prøvetager", "Sample taken by"),
    )
    for name, danish, english in titles:
        holder = teller.root.find(name)
        if holder is not None:
            sections.append(Section(teller.say(danish, english), party(teller, holder)))
    return sections
