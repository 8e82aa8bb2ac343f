"""What microbiology finds in the invented country: examinations ready to be answered, in Danish as laboratories write.

Categories and concentrations are made up to look at; they are no guidance.
"""

from __future__ import annotations

from labbro.synthetic.microbiology import Culture, Examination, Finding, Isolate, Tested

# Codes of NPU from the public table (facts); the others are the departments' own.
URINE, BLOOD, THROAT, SPUTUM, SCREENING, FAECES = (
    "NPU16328", "BLODDYRK", "SVAELG", "EKSPEK", "MRSA-SCR", "FAECES",
)  # fmt: skip
COLI, ENTEROCOCCUS = "Escherichia coli", "Enterococcus faecalis"
PNEUMOCOCCUS = "Streptococcus pneumoniae"
_NOT_TESTED = ("-", "")


def urine(culture: Culture, microscopy: str = "") -> Examination:
    """Culture of a mid-stream urine."""
    name, material = "Dyrkning og resistens", "Urin, midtstråle"
    return Examination(
        URINE, "Dyrkning;U(midt)", name, material, system="iupac", culture=culture, microscopy=microscopy
    )


def no_growth_in_urine() -> Examination:
    """A urine in which nothing grew."""
    return urine(Culture(text="Ingen vækst af signifikante mikroorganismer."))


def coli_in_urine(*, nitrofurantoin: tuple[str, str] = ("S", "16")) -> Examination:
    """Escherichia coli, resistant to the oldest antibiotics."""
    isolate = Isolate(COLI, "10E8 CFU/L")
    answers = (
        ("Ampicillin", ("R", ">32")), ("Mecillinam", ("S", "0.5")), ("Nitrofurantoin", nitrofurantoin),
        ("Trimethoprim", ("R", ">16")), ("Sulfametizol", ("R", "")), ("Ciprofloxacin", ("S", "0.03")),
    )  # fmt: skip
    return urine(Culture((isolate,), _tested(*answers)), "Leukocytter: mange\nPladeepitelceller: få")


def two_in_urine() -> Examination:
    """Two species, with a table of two columns."""
    isolates = (Isolate(COLI, "10E8 CFU/L"), Isolate(ENTEROCOCCUS, "10E7 CFU/L"))
    tested = (
        Tested("Ampicillin", (("S", "4"), ("S", "1"))),
        Tested("Mecillinam", (("S", "0.25"), _NOT_TESTED)),
        Tested("Nitrofurantoin", (("S", "16"), ("S", "8"))),
        Tested("Trimethoprim", (("S", "0.5"), _NOT_TESTED)),
        Tested("Ciprofloxacin", (("I", "0.5"), ("R", ">4"))),
        Tested("Vancomycin", (_NOT_TESTED, ("S", "2"))),
    )
    return urine(Culture(isolates, tested), "Leukocytter: mange\nBakterier: mange stave, moderat kokker")


def resistant_in_urine() -> Examination:
    """A multi-resistant Escherichia coli."""
    isolate = Isolate(COLI, "10E8 CFU/L", "Multiresistent: danner ESBL")
    answers = (
        ("Ampicillin", ("R", ">32")), ("Cefuroxim", ("R", ">32")), ("Mecillinam", ("I", "8")),
        ("Nitrofurantoin", ("S", "32")), ("Trimethoprim", ("R", ">16")), ("Ciprofloxacin", ("R", ">2")),
        ("Gentamicin", ("S", "1")), ("Meropenem", ("S", "<0.06")),
    )  # fmt: skip
    return urine(Culture((isolate,), _tested(*answers)))


def blood(culture: Culture, microscopy: str = "") -> Examination:
    """Culture of blood, aerobic and anaerobic."""
    name, place = "Bloddyrkning, aerob og anaerob", "Venepunktur"
    return Examination(BLOOD, "Bloddyrkning", name, "Blod", place, culture=culture, microscopy=microscopy)


def pneumococci_in_blood(*, penicillin: tuple[str, str] = ("S", "0.03")) -> Examination:
    """Pneumococci in a bottle of two."""
    isolate = Isolate(PNEUMOCOCCUS, "Vækst i 1 af 2 kolber")
    answers = (
        ("Penicillin G", penicillin), ("Ampicillin", ("S", "0.06")), ("Cefuroxim", ("S", "0.125")),
        ("Erythromycin", ("R", ">2")), ("Moxifloxacin", ("S", "0.125")), ("Vancomycin", ("S", "0.5")),
    )  # fmt: skip
    return blood(Culture((isolate,), _tested(*answers)), "Gram-positive diplokokker")


def no_growth_in_blood(days: int, *, so_far: bool = False) -> Examination:
    """Bottles in which nothing grew; `so_far`: they stand on."""
    text = f"Ingen vækst efter {days} døgn{'. Kolberne inkuberes fortsat' if so_far else ''}."
    return blood(Culture(text=text))


def throat(found: str, *, abnormal: bool) -> Examination:
    """Haemolytic streptococci in a throat swab, by culture."""
    isolates = (Isolate("Streptococcus pyogenes (gruppe A)", "Moderat vækst"),) if abnormal else ()
    tested = _tested(("Penicillin V", ("S", "")), ("Erythromycin", ("S", "")), ("Clindamycin", ("S", "")))
    culture = Culture(isolates, tested if abnormal else (), found)
    return Examination(
        THROAT, "Dyrkning svælg", "Dyrkning for hæmolytiske streptokokker", "Podning", "Svælg", culture=culture
    )


def sputum_so_far() -> Examination:
    """Sputum of which only the microscopy is done."""
    microscopy = "Mange leukocytter\nFå pladeepitelceller\nMange Gram-positive diplokokker"
    culture = Culture(text="Dyrkning pågår.")
    return Examination(
        SPUTUM, "Ekspektorat", "Dyrkning og resistens", "Ekspektorat", culture=culture, microscopy=microscopy
    )


def airways(*positive: str) -> Examination:
    """PCR for viruses of the airways."""
    viruses = ("Influenza A-virus RNA", "Influenza B-virus RNA", "RS-virus RNA", "SARS-CoV-2 RNA")
    findings = tuple(_detected(virus, virus in positive) for virus in viruses)
    return Examination("LUFTVEJ", "Luftvejsvirus PCR", "Luftvejsvirus, PCR", "Sekret", "Næsesvælg", findings=findings)


def chlamydia(*, found: bool) -> Examination:
    """PCR for chlamydia and gonococci."""
    findings = (_detected("Chlamydia trachomatis DNA", found), _detected("Neisseria gonorrhoeae DNA", False))
    return Examination(
        "KLAM-GON", "Klamydia/gonokok PCR", "Klamydia og gonokokker, PCR", "Podning", "Vagina", findings=findings
    )


def screening(found: bool, *, spa_type: str = "") -> Examination:
    """MRSA in swabs of nose and throat."""
    isolate = Isolate(
        "Staphylococcus aureus (MRSA)",
        "Få kolonier",
        "Methicillinresistent",
        ("spa-type", spa_type) if spa_type else None,
    )
    answers = (
        ("Cefoxitin", ("R", ">8")), ("Clindamycin", ("S", "0.25")), ("Erythromycin", ("R", ">8")),
        ("Fusidin", ("S", "0.5")), ("Linezolid", ("S", "2")), ("Mupirocin", ("S", "0.5")),
    )  # fmt: skip
    culture = Culture((isolate,), _tested(*answers)) if found else Culture(text="MRSA ikke påvist.")
    return Examination(SCREENING, "MRSA-screening", "Dyrkning for MRSA", "Podning", "Næse og svælg", culture=culture)


def gut(*positive: str) -> Examination:
    """PCR for bacteria that give diarrhoea."""
    bacteria = ("Salmonella DNA", "Shigella DNA", "Campylobacter DNA", "Yersinia enterocolitica DNA")
    findings = tuple(_detected(bacterium, bacterium in positive) for bacterium in bacteria)
    return Examination(FAECES, "Tarmpatogener PCR", "Tarmpatogene bakterier, PCR", "Fæces", findings=findings)


def _detected(analysis: str, found: bool) -> Finding:
    return Finding(analysis, "Påvist" if found else "Ikke påvist", flag="unormal" if found else None)


def _tested(*answers: tuple[str, tuple[str, str]]) -> tuple[Tested, ...]:
    return tuple(Tested(antibiotic, (answer,)) for antibiotic, answer in answers)
