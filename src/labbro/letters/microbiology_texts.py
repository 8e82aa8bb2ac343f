"""What the pages of microbiology letters share: texts with codes, antibiotics by isolates with S/I/R in words."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from labbro.letters.protection import protected
from labbro.letters.report_view import reference_text
from labbro.letters.tree import Element
from labbro.letters.view import Field, Row, Section, Table, Teller, party

# More isolates than this are columns by their number alone; the table of isolates above tells their names.
NAMED_COLUMNS = 3
OPERATORS = {"mindre_end": "< ", "stoerre_end": "> "}
SUSCEPTIBILITY = {
    "S": ("følsom", "susceptible"),
    "I": ("øget eksponering", "increased exposure"),
    "R": ("resistent", "resistant"),
}
# What `I` meant before 2019, and still means where a laboratory's own legend says so.
INTERMEDIATE = ("intermediær", "intermediate")
EXPLAINED = {
    "S": (
        "S: følsom. Midlet kan ventes at virke i almindelig dosis.",
        "S: susceptible. The drug can be expected to work at the standard dose.",
    ),
    "I": (
        "I: følsom ved øget eksponering. Midlet kan ventes at virke i højere dosis eller der, hvor det samles.",
        "I: susceptible, increased exposure. The drug can be expected to work at a higher dose or where it gathers.",
    ),
    "R": (
        "R: resistent. Midlet kan ikke ventes at virke.",
        "R: resistant. The drug cannot be expected to work.",
    ),
}
EXPLAINED_INTERMEDIATE = (
    "I: intermediær, som laboratoriet skriver. Virkningen er usikker. (Siden 2019 er I følsom ved øget eksponering.)",
    "I: intermediate, in the laboratory's words. The effect is uncertain. (Since 2019 I is increased exposure.)",
)


class Drug(msgspec.Struct, frozen=True):
    """An antibiotic of a table: its name, how it was tested, its code, and what is said of single isolates."""

    name: str
    method: str = ""
    code: str = ""
    notes: tuple[Field, ...] = ()


class Cell(msgspec.Struct, frozen=True):
    """What one antibiotic does to one isolate, by their numbers."""

    isolate: int
    antibiotic: int
    said: str


def susceptibility_table(
    teller: Teller, isolates: dict[int, str], drugs: dict[int, Drug], cells: Iterable[Cell]
) -> tuple[Table, tuple[Field, ...]]:
    """Antibiotics by isolates, and what has no place in the table."""
    told: dict[tuple[int, int], str] = {}
    lost: list[Field] = []
    for cell in cells:
        place = (cell.isolate, cell.antibiotic)
        if cell.isolate in isolates and cell.antibiotic in drugs:
            told[place] = f"{told[place]} / {cell.said}" if place in told else cell.said
        else:
            isolate = isolates.get(cell.isolate, f"{teller.say('isolat', 'isolate')} {cell.isolate}")
            drug = drugs.get(cell.antibiotic)
            name = drug.name if drug else f"{teller.say('antibiotikum', 'antibiotic')} {cell.antibiotic}"
            lost.append(Field(teller.say("Uden plads i skemaet", "Without a place"), f"{isolate}, {name}: {cell.said}"))
    named = len(isolates) <= NAMED_COLUMNS
    header = [teller.say("Antibiotikum", "Antibiotic")]
    header += [f"{number} {name}" if named else str(number) for number, name in isolates.items()]
    more = [
        (teller.say("Metode", "Method"), [drug.method for drug in drugs.values()]),
        (teller.say("Kode", "Code"), [drug.code for drug in drugs.values()]),
    ]
    more = [(title, column) for title, column in more if any(column)]
    rows = tuple(
        Row(
            (
                drug.name,
                *(told.get((isolate, antibiotic), "–") for isolate in isolates),
                *(column[at] for _, column in more),
            ),
            drug.notes,
        )
        for at, (antibiotic, drug) in enumerate(drugs.items())
    )
    return Table((*header, *(title for title, _ in more)), rows), tuple(lost)


def says_intermediate(legend: str) -> bool:
    """Whether a laboratory's own legend gives `I` its old meaning."""
    return "intermedi" in legend.lower()


def susceptibility_word(teller: Teller, code: str, legend: str) -> str:
    """S, I or R with its meaning; whatever else a laboratory writes stands as it is."""
    key = code.strip().upper()
    word = INTERMEDIATE if key == "I" and says_intermediate(legend) else SUSCEPTIBILITY.get(key)
    return code if word is None else f"{code} {teller.say(*word)}"


def explained(teller: Teller, codes: Iterable[str], legend: str) -> tuple[Field, ...]:
    """What the categories that occur mean, in plain words."""
    used = {code.strip().upper() for code in codes}
    old = says_intermediate(legend)
    lines = [
        teller.say(*(EXPLAINED_INTERMEDIATE if key == "I" and old else words))
        for key, words in EXPLAINED.items()
        if key in used
    ]
    return (Field(teller.say("Betydning", "Meaning"), "\n".join(lines)),) if lines else ()


def paragraphs(teller: Teller, holder: Element | None) -> str:
    """The lines of a text of paragraphs."""
    if holder is None:
        return ""
    return "\n".join(teller.element(line) for line in holder.all("Paragraph"))


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
            more = (*teller.field(holder, "TelephoneSubscriberIdentifier"), *teller.field(holder, "PayersTypeCode"))
            sections.append(Section(teller.say(danish, english), (*party(teller, holder), *more)))
    return sections
